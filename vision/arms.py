"""Arms: what covers the bench and reaches in from its edge, and where its far end is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.observations import ArmSeen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vision.small_view import SmallView

BARE = 0
"""The label of what nothing covers."""
ARM_MM2 = 1500.0
"""Less than a finger of 75 x 20 mm is no arm."""
TIP_MM = 12.0
"""The far end is the middle of the last 12 mm, half the length of a fingertip."""
GRIP_MM = 30.0
"""Fingers that hold a part reach past it by up to so much."""


FRONT_MM = 8.0
"""A hand without an arm comes from where it is nearest to the worker."""


def arms_in(
    labels: NDArray[np.int32], view: SmallView, dark_floor: NDArray[np.intp]
) -> dict[int, ArmSeen]:
    """What is connected with the edge of the bench, by its label in the label picture.

    Args:
        labels: Shape `view.shape`, connected things; `BARE` is what nothing covers.
        view: The picture.
        dark_floor: Shape (D,), places round the bench over which a dark arm is not seen: there it
            begins at the edge of the bench.
    """
    on_rim, by_floor = labels.ravel()[view.rim], _labels_beside(labels, dark_floor)
    found = {}
    for label in np.unique(np.concatenate([on_rim, by_floor])).tolist():
        if label == BARE:
            continue
        pixels = np.flatnonzero(labels == label)
        if len(pixels) * view.mm2_per_px >= ARM_MM2:
            comes_in = view.rim[on_rim == label]
            if len(comes_in) == 0:
                comes_in = dark_floor[by_floor == label]
            found[label] = _arm(pixels, comes_in, view)
    return found


def hand_at(labels: NDArray[np.int32], label: int, view: SmallView) -> ArmSeen:
    """A hand whose arm is not seen, as if it began at its end nearest to the worker."""
    pixels = np.flatnonzero(labels == label)
    from_worker_mm = view.mm[pixels].imag
    return _arm(pixels, pixels[from_worker_mm <= from_worker_mm.min() + FRONT_MM], view)


def _labels_beside(labels: NDArray[np.int32], places: NDArray[np.intp]) -> NDArray[np.int32]:
    """What is covered within two pixels of each of these places: shape (N,)."""
    beside = cv2.dilate(labels.astype(np.uint16), np.ones((5, 5), np.uint8))
    return np.asarray(beside.ravel()[places], np.int32)


def _arm(pixels: NDArray[np.intp], comes_in: NDArray[np.intp], view: SmallView) -> ArmSeen:
    """Its far end is the part that is furthest from where it comes in.

    Args:
        pixels: Shape (N,), its places in the flattened picture.
        comes_in: Shape (M,), those of them where it comes in.
        view: The picture.
    """
    points_mm = view.mm[pixels]
    away_mm = np.abs(points_mm - view.mm[comes_in].mean())
    # Not the very last pixel: one wrong pixel would be the tip.
    reach_mm = np.partition(away_mm, -3)[-3] if len(away_mm) >= 3 else away_mm.max()  # noqa: PLR2004
    tip_mm = points_mm[away_mm >= reach_mm - TIP_MM].mean()
    behind_mm = points_mm[away_mm < reach_mm - GRIP_MM]
    grips_mm = behind_mm[np.abs(behind_mm - tip_mm) < 2.0 * GRIP_MM]
    grip_mm = grips_mm.mean() if len(grips_mm) else tip_mm
    return ArmSeen(
        tip_mm=(float(tip_mm.real), float(tip_mm.imag)),
        grip_mm=(float(grip_mm.real), float(grip_mm.imag)),
        area_mm2=len(pixels) * view.mm2_per_px,
        is_a_hand=False,
    )
