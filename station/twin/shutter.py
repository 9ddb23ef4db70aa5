"""When the twin's camera takes its pictures: in real time, or on a clock of its own."""

from __future__ import annotations

import math
import threading
import time


class Shutter:
    """The clock of one camera. 0 at its first frame.

    Attributes:
        skipped: Frames that nobody asked for in time.
    """

    def __init__(self, rate_hz: float, *, paced: bool) -> None:
        """Begin closed.

        Args:
            rate_hz: Frames per second.
            paced: In real time; else the clock steps by one frame each time one is asked for.
        """
        self._rate_hz, self._paced = rate_hz, paced
        self._closed = threading.Event()
        self._began_s: float | None = None
        self._clock_s, self._index = 0.0, 0
        self.skipped = 0

    @property
    def closed(self) -> bool:
        """Whether no more pictures are taken."""
        return self._closed.is_set()

    @property
    def now_s(self) -> float:
        """Seconds on the clock of the frames."""
        if self._paced and self._began_s is not None:
            return time.monotonic() - self._began_s
        return self._clock_s

    def begin(self) -> None:
        """Let the clock run. May be called again."""
        if self._began_s is None:
            self._began_s = time.monotonic()

    def close(self) -> None:
        """Take no more pictures, and wait for none. May be called twice, from any thread."""
        self._closed.set()

    def wait(self) -> float:
        """The time of the next frame, once it has come."""
        if not self._paced:
            taken_s = self._index / self._rate_hz
            self._index += 1
            self._clock_s = taken_s
            return taken_s
        due = max(self._index, math.ceil(self.now_s * self._rate_hz - 1e-6))
        self.skipped += due - self._index
        self._index = due + 1
        taken_s = due / self._rate_hz
        self._closed.wait(max(0.0, taken_s - self.now_s))
        return taken_s
