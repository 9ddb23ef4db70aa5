"""Whether pictures are of any use: a camera can be there and show nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vision.frames import Frame

BLACK_MEAN = 8.0
BLACK_BRIGHTEST = 40
"""Grey levels. A covered lens gives a mean of 0-3 with noise up to 20; a bench by the light of one
screen in a dark room gives a mean of 15 and more."""
BLACK_AFTER_S = 1.0
"""A dark picture now and then is nothing: lamps are switched, the exposure adapts."""
FROZEN_AFTER_S = 5.0
"""The noise of a camera changes every picture. The same one for this long is a broken camera."""

BLACK = "The picture is black. Is the camera covered, or is the light in the room off?"
FROZEN = "The camera gives the same picture over and over. It is being started again."

_STEP = 16
"""Every sixteenth pixel both ways: 4 000 of a 1280 x 720 picture, 0.02 ms."""


def sample_of(frame: Frame) -> NDArray[np.uint8]:
    """A few thousand pixels spread over the picture, shape (rows, columns, 3)."""
    return np.ascontiguousarray(frame.bgr[_STEP // 2 :: _STEP, _STEP // 2 :: _STEP])


def _is_bright(frame: Frame) -> bool:
    # A sixteenth of the sample settles it nearly always.
    few = frame.bgr[_STEP // 2 :: 4 * _STEP, _STEP // 2 :: 4 * _STEP]
    if int(few.max()) >= BLACK_BRIGHTEST:
        return True
    sample = sample_of(frame)
    return int(sample.max()) >= BLACK_BRIGHTEST or float(sample.mean()) >= BLACK_MEAN


class BlackJudge:
    """Tells black pictures. To be used by one thread."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def trouble(self, frame: Frame) -> str | None:
        """`BLACK` when it has been dark for `BLACK_AFTER_S`, else None."""
        if _is_bright(frame):
            self._since_s = None
            return None
        if self._since_s is None:
            self._since_s = frame.taken_s
        return BLACK if frame.taken_s - self._since_s >= BLACK_AFTER_S else None


class FrozenJudge:
    """Tells a camera that hangs. Not for films and drawings, which may well stand still."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._last: NDArray[np.uint8] | None = None

    def trouble(self, frame: Frame) -> str | None:
        """`FROZEN` when the picture has been the same for `FROZEN_AFTER_S`, else None."""
        sample = sample_of(frame)
        is_same = self._last is not None and np.array_equal(sample, self._last)
        self._last = sample
        if not is_same or self._since_s is None:
            self._since_s = frame.taken_s
        return FROZEN if frame.taken_s - self._since_s >= FROZEN_AFTER_S else None
