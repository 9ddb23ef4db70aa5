"""Whether something was put into a place or taken out of it, by how the place looks. Pure.

Two signs, both only where the place has changed:

- what was taken out uncovers what was seen there before;
- a thing has an outline: it is in the picture in which the thing is there (San Miguel & Martinez,
  Robust unattended and stolen object detection by fusing simple algorithms, IEEE AVSS 2008).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.differences import CROSS, SQUARE, middle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

OUTLINE_COUNTS = 0.6
"""Against what is uncovered. Found on places of the twin in three lights (docs/vision.md)."""
AS_NEAR = 0.1
"""Beside a thing that lies there still, looks before and after it was put down are alike: of those
that come as near as this, it is the latest."""
LEAST_OUTLINE = 2.0
"""Grey levels of an edge that is noise."""


def off(one: Picture, other: Picture, mask: Mask) -> NDArray[np.float32]:
    """By how many grey levels each pixel of a place differs, light evened out.

    Args:
        one: Shape (height, width, 3), uint8.
        other: The same place, perhaps in other light.
        mask: Shape (height, width), which pixels are the place.

    Returns:
        Shape (N,) for the N pixels of the mask: of the colour that differs most.
    """
    left, right = one[mask].astype(np.float32), other[mask].astype(np.float32)
    if len(left) == 0:
        return np.zeros(0, np.float32)
    rest = right - left * middle((right + 1.0) / (left + 1.0))
    rest -= middle(rest)
    return np.asarray(np.abs(rest).max(axis=1), np.float32)


def filled(
    now: Picture, kept: Picture, earlier: Sequence[Picture], mask: Mask, *, differs_by: float
) -> tuple[float, int]:
    """Whether the place is fuller than before.

    Args:
        now: Shape (height, width, 3), uint8.
        kept: The same place before it was covered.
        earlier: Looks of it before that, oldest first; at least one.
        mask: Shape (height, width), which pixels are the place.
        differs_by: From so many grey levels on a pixel is another.

    Returns:
        -1 (something was surely taken out) to 1 (put in), 0 when nothing changed; and which of
        the earlier looks the place has come nearest to, the latest of those that are alike there.
    """
    changed = off(kept, now, mask) > differs_by
    if not changed.any():
        return 0.0, 0
    by_outline = _outlined(now, kept, _region(changed, mask))
    returned = [_returned(now, kept, one, mask, changed, differs_by) for one in earlier]
    nearest = max(returned)
    like = max(number for number, share in enumerate(returned) if share >= nearest - AS_NEAR)
    by_return = 1.0 - 2.0 * nearest
    together = (1.0 - OUTLINE_COUNTS) * by_return + OUTLINE_COUNTS * by_outline
    return float(np.clip(together, -1.0, 1.0)), like


def _returned(
    now: Picture, kept: Picture, one: Picture, mask: Mask, changed: Mask, differs_by: float
) -> float:
    """The share of what changed that looks as it did in `one`, rather than as in `kept`.

    What is unlike `one` elsewhere counts against it: there the things still lie that came after.
    """
    from_now, from_kept = off(one, now, mask), off(one, kept, mask)
    returned = changed & (from_now < 0.5 * from_kept)
    others = ~changed & (from_now > differs_by)
    return float(returned.sum() / (changed.sum() + others.sum()))


def _region(changed: Mask, mask: Mask) -> Mask:
    region = np.zeros(mask.shape, np.uint8)
    region[mask] = changed
    return np.asarray(cv2.morphologyEx(region, cv2.MORPH_CLOSE, SQUARE) > 0)


def _outlined(now: Picture, kept: Picture, region: Mask) -> float:
    """Whether the outline of a region is in the picture now (1) or was in the one before (-1).

    A region that fills the whole picture has none: 0.
    """
    shape = region.astype(np.uint8)
    outline = cv2.dilate(shape, SQUARE) != cv2.erode(shape, CROSS)
    if not outline.any():
        return 0.0
    edges_now, edges_kept = (_edges(one)[outline].mean() + LEAST_OUTLINE for one in (now, kept))
    return float((edges_now - edges_kept) / (edges_now + edges_kept))


def _edges(picture: Picture) -> NDArray[np.float32]:
    gradients = [cv2.morphologyEx(one, cv2.MORPH_GRADIENT, SQUARE) for one in cv2.split(picture)]
    return np.asarray(np.max(gradients, axis=0), np.float32)
