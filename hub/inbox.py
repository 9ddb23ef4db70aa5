"""Messages between the connection that brings them and the writer that stores them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

WAITING_AT_MOST = 20_000
"""Messages in memory, at about 1 kB each; the broker holds the rest (MQTT 5 receive maximum)."""


class Connection(Protocol):
    """What a message came over, and what may still be said about it."""

    def settle(self, mids: Sequence[int]) -> None:
        """Let the broker forget these messages. From any thread."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came in.

    Attributes:
        mid: Its number on its connection; 0 when the broker wants no acknowledgement.
        connection: A number means nothing on a later connection, so it is settled on its own.
    """

    topic: str
    payload: bytes
    retained: bool
    mid: int
    connection: Connection


class Inbox:
    """A bounded queue that takes and gives many at a time, so that two threads rarely meet."""

    def __init__(self) -> None:
        self._filled = threading.Condition()
        self._waiting: deque[Message] = deque()
        self.overflowed = 0

    def put(self, messages: Sequence[Message]) -> bool:
        """Add messages. False when some did not fit; those must come again."""
        with self._filled:
            room = WAITING_AT_MOST - len(self._waiting)
            self._waiting.extend(messages[:room] if room < len(messages) else messages)
            self.overflowed += max(0, len(messages) - room)
            self._filled.notify()
            return room >= len(messages)

    def take(self, *, at_most: int, timeout_s: float) -> list[Message]:
        """The messages that wait, oldest first; an empty list after `timeout_s` without any."""
        with self._filled:
            self._filled.wait_for(lambda: self._waiting, timeout=timeout_s)
            count = min(at_most, len(self._waiting))
            return [self._waiting.popleft() for _ in range(count)]

    def __len__(self) -> int:
        return len(self._waiting)


def settle(messages: Sequence[Message]) -> None:
    """Let the broker forget these messages: they are stored."""
    by_connection: dict[Connection, list[int]] = {}
    for message in messages:
        if message.mid:
            by_connection.setdefault(message.connection, []).append(message.mid)
    for connection, mids in by_connection.items():
        connection.settle(mids)
