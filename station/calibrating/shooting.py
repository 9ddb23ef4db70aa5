"""Shows a picture, waits until its light has arrived, and takes it."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.graycode import Grey
from projector.screen import Screen
from station.calibrating.feed import Feed

FIRST_SETTLE_S = 0.06
"""From the order to the projector until a frame may be taken, at first: two frames of a projector
that does nothing to its picture, plus the camera's own frame."""
MOST_SETTLE_S = 0.5
"""A projector that takes longer smooths its pictures over time: no calibration can wait for it."""
STEADY_FRAMES = 4
"""A tenth of a second more, and half the noise."""


class Shooter:
    """Camera and projector of one bench, used in turns. One thread.

    Attributes:
        settle_s: How long after a picture was shown a frame of it may be taken.
        shots: How many pictures were taken.
    """

    def __init__(self, *, feed: Feed, screen: Screen, projector_wh: tuple[int, int]) -> None:
        self._feed, self._screen = feed, screen
        self.projector_wh = projector_wh
        self.settle_s = FIRST_SETTLE_S
        self.shots = 0

    @property
    def feed(self) -> Feed:
        """Where frames come from."""
        return self._feed

    def show(self, picture: Grey) -> float:
        """Show a picture at once.

        Args:
            picture: Shape (height, width), uint8, of the projector's size.

        Returns:
            When, on the clock of the frames.
        """
        bgrx = np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGRA), np.uint8)
        height, width = picture.shape
        self._screen.put(bgrx, [(0, 0, width, height)])
        return self._feed.now_s()

    def shot(self, picture: Grey, *, settle_s: float | None = None) -> Grey:
        """Show a picture and take it when its light has arrived."""
        shown_s = self.show(picture)
        return self.taken(shown_s + (self.settle_s if settle_s is None else settle_s))

    def steady(self, picture: Grey) -> Grey:
        """The mean of some frames of a picture: the edges of tags are measured on it."""
        total = self.shot(picture).astype(np.float32)
        for _ in range(STEADY_FRAMES - 1):
            total += self.taken(self._feed.now_s())
        return np.asarray(np.rint(total / STEADY_FRAMES), np.uint8)

    def taken(self, at_s: float) -> Grey:
        """The first frame from `at_s` on, grey."""
        self.shots += 1
        frame = self._feed.after(at_s)
        return np.asarray(cv2.cvtColor(frame.bgr, cv2.COLOR_BGR2GRAY), np.uint8)

    def plain(self, level: int) -> Grey:
        """A picture of one grey all over: 255 is white, 0 is dark."""
        width, height = self.projector_wh
        return np.full((height, width), level, np.uint8)

    def go_dark(self) -> None:
        """Show nothing."""
        self.show(self.plain(0))

    def close(self) -> None:
        """Go dark and let go of the screen."""
        self.go_dark()
        self._screen.close()

    def slower(self) -> None:
        """Wait twice as long from now on, within reason."""
        self.settle_s = min(2.0 * self.settle_s, MOST_SETTLE_S)
