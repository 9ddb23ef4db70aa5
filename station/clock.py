"""What time it is on the clock of the frame source, between frames too."""

from __future__ import annotations

import time
from collections.abc import Callable


class SourceClock:
    """The source's clock, carried on by the computer's own between two frames.

    A film that is read as fast as possible has no time between its frames: its clock stands still
    until the next one.
    """

    def __init__(
        self, *, runs_on: bool = True, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """A clock at 0 s.

        Args:
            runs_on: Whether time passes between frames.
            monotonic: The computer's clock, in seconds.
        """
        self._runs_on, self._monotonic = runs_on, monotonic
        self._taken_s, self._read_s = 0.0, monotonic()

    def set(self, *, taken_s: float, read_s: float) -> None:
        """A frame came: taken at `taken_s` of its source, in memory at `read_s` of the computer."""
        self._taken_s, self._read_s = taken_s, read_s

    def now_s(self) -> float:
        """Seconds on the clock of the source."""
        return self._taken_s + (self._monotonic() - self._read_s if self._runs_on else 0.0)

    def blind_s(self) -> float:
        """How long ago the last frame came, or the clock began; 0 where time stands still."""
        return self._monotonic() - self._read_s if self._runs_on else 0.0
