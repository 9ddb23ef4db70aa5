"""Threads of the hub: named, stoppable, and never dead without anybody knowing."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.health import Health

logger = logging.getLogger(__name__)

STOP_WITHIN_S = 5.0
AGAIN_AFTER_S = 1.0


class Worker:
    """A thread with one job, which starts again when an error ends it, and says so.

    Args:
        name: Of the thread, and of its condition in `health`.
        job: Runs until the event it is given is set.
        health: Told that the thread works, or why it had to start again.
    """

    def __init__(self, name: str, job: Callable[[threading.Event], None], health: Health) -> None:
        self._name = name
        self._job = job
        self._health = health
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=STOP_WITHIN_S)
        if self._thread.is_alive():
            logger.error("Thread %s did not stop within %.0f s", self._name, STOP_WITHIN_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._health.tell(f"thread {self._name}", well=True)
                self._job(self._stop)
            except Exception as error:
                logger.exception("Thread %s had to start again", self._name)
                why = f"An error in the program ({type(error).__name__}); the log has it"
                self._health.tell(f"thread {self._name}", well=False, why=why)
                self._stop.wait(AGAIN_AFTER_S)
