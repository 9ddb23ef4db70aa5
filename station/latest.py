"""Hands a value from one thread to another where only the newest one matters."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """A mailbox with one slot: the newest value wins, and losses are counted.

    A queue would show the worker the past: at 30 Hz, eight waiting frames are a quarter of a
    second. Here the writer never waits, and the reader never sees a value twice.

    Attributes:
        dropped: How many values were replaced before anybody took them.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self.dropped = 0

    def put(self, value: T) -> None:
        """Replace whatever is waiting. Never blocks."""
        with self._changed:
            self.dropped += self._value is not None
            self._value = value
            self._changed.notify()

    def take(self, *, timeout_s: float) -> T | None:
        """Wait for a value and empty the slot. None after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._value is not None, timeout=timeout_s)
            value, self._value = self._value, None
            return value
