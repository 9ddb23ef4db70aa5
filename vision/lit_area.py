"""An area in which the station's own light breathes: it is followed, not learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.differences import middle, ratio

if TYPE_CHECKING:
    from cv2.typing import MatLike

    Mask = MatLike
    Picture = MatLike

FEW_PIXELS = 50
"""Fewer give no median to trust."""
FREE_SHARE = 0.4
"""Of an area. What is left free beside an arm lies in the glow of the line around the area."""
LEAST_GAIN, MOST_GAIN = 0.5, 2.0
"""A breath goes down to half of its light (`projector.render.PULSE_LOW`)."""


class LitArea:
    """One gain for each colour, from what nothing covers."""

    def __init__(self, area: Mask, outlines: Mask) -> None:
        self._at = np.flatnonzero(area)
        self._sampled = np.flatnonzero(cv2.bitwise_and(area, cv2.bitwise_not(outlines)))[::3]
        self._gain = np.ones(3, np.float32)

    def is_learned(self) -> None:
        """The light it has now is in the learned bench from here on."""
        self._gain = np.ones(3, np.float32)

    def follow(self, small: Picture, lit: Picture, covered: Mask) -> None:
        """Bring the area of `lit` to the light it has in `small`; unseen, to that seen last."""
        free = self._sampled[covered.take(self._sampled) == 0]
        if len(free) >= max(FEW_PIXELS, FREE_SHARE * len(self._sampled)):
            self._gain = np.clip(middle(ratio(small, lit, free)), LEAST_GAIN, MOST_GAIN)
        pixels = lit.reshape(-1, 3)
        pixels[self._at] = np.clip(pixels.take(self._at, axis=0) * self._gain, 0, 255)
