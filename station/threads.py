"""A thread that cannot die silently."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Self

logger = logging.getLogger(__name__)

STOP_WITHIN_S = 5.0
"""A thread that has not ended by then hangs in a driver; the program goes on without it."""


class NamedThread:
    """A thread with one job, which ends by `stop`, by its own end or by an error.

    The error is kept for whoever asks: `error` for the curious, `raise_if_dead` for the strict.
    """

    def __init__(self, name: str, job: Callable[[threading.Event], None]) -> None:
        self._stop = threading.Event()
        self._job = job
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.error: BaseException | None = None

    @property
    def alive(self) -> bool:
        """Whether the job still runs."""
        return self._thread.is_alive()

    def start(self) -> Self:
        """Begin the job."""
        self._thread.start()
        return self

    def ask_to_stop(self) -> None:
        """Set the job's stop flag and return at once."""
        self._stop.set()

    def stop(self) -> None:
        """Ask the job to end and wait for it, but not for ever."""
        self._stop.set()
        if self._thread.ident is None:
            return
        self._thread.join(timeout=STOP_WITHIN_S)
        if self._thread.is_alive():
            logger.error("thread %s did not stop within %g s", self._thread.name, STOP_WITHIN_S)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def raise_if_dead(self) -> None:
        """Raise the error that ended this thread, in the thread that asks.

        Raises:
            RuntimeError: The job ended by an error, which is the cause.
        """
        if self.error is not None:
            raise RuntimeError(f"thread {self._thread.name} ended") from self.error

    def _run(self) -> None:
        try:
            self._job(self._stop)
        except BaseException as error:  # noqa: BLE001 - kept for the thread that asks
            self.error = error
