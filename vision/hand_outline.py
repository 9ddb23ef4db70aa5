"""How much of the bench a recognised hand and its forearm hide, drawn from its landmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vision.hands import Hand
    from vision.small_view import SmallView

FLESH_MM = 10.0
"""Landmarks lie in the middle of fingers and knuckles; this much of the hand is around them."""
FOREARM_MM = 220.0
FOREARM_HALF_MM = 28.0
"""Behind the wrist, away from the knuckles. Sleeves are wider, but are no skin."""
WRIST, MIDDLE_KNUCKLE = 0, 9


def outline_of(hand: Hand, view: SmallView) -> NDArray[np.uint8]:
    """What a hand and its forearm hide: shape `view.shape`, uint8, 255 there.

    Args:
        hand: In the picture that the view was made from.
        view: The small picture of the bench.
    """
    px_per_mm = view.mm2_per_px**-0.5
    marks = view.small_from_cam.apply(hand.landmarks_px)
    mask = np.zeros(view.shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(_whole(marks)), (255,))
    flesh_px = max(1, round(FLESH_MM * px_per_mm))
    mask = np.asarray(cv2.dilate(mask, np.ones((2 * flesh_px + 1, 2 * flesh_px + 1), np.uint8)))
    back = marks[WRIST] - marks[MIDDLE_KNUCKLE]
    back /= max(1e-6, float(np.hypot(*back)))
    elbow = marks[WRIST] + back * FOREARM_MM * px_per_mm
    thick_px = max(1, round(2.0 * FOREARM_HALF_MM * px_per_mm))
    (from_x, from_y), (to_x, to_y) = _whole(np.stack([marks[WRIST], elbow])).tolist()
    cv2.line(mask, (from_x, from_y), (to_x, to_y), (255,), thick_px)
    return np.asarray(mask, np.uint8)


def _whole(points: NDArray[np.float64]) -> NDArray[np.int32]:
    # Far outside the picture a hand hides nothing, and OpenCV draws no further than 15 bits.
    return np.rint(np.clip(points, -8000.0, 8000.0)).astype(np.int32)
