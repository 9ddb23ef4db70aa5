"""Whether a place looks different after a hand was there, under whatever light falls on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.observations import LookSeen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

SETTLED_S = 0.06
"""A place is looked at this long after the hand has gone: two frames, for the blur to be over."""
COVERED = 0.02
DIFFERENT = 12.0
"""Grey levels that remain after brightness and colour of the light have been evened out."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlaceLook:
    """What is remembered of one place. Replaced, never changed.

    Attributes:
        first: How it looked when it was first seen bare, or None.
        before: How it looked before it was last covered.
        now: How it looks since; None while it is covered.
        bare_since_s: Since when nothing covers it, or None.
        seen: `now` against `before`, or None before the first visit and during one.
    """

    first: Picture | None = None
    before: Picture | None = None
    now: Picture | None = None
    bare_since_s: float | None = None
    seen: LookSeen | None = None


def looked(
    look: PlaceLook, patch: Picture, mask: NDArray[np.bool_], *, covered: float, at_s: float
) -> PlaceLook:
    """Take one frame into account.

    Args:
        look: What was remembered.
        patch: Shape (height, width, 3), uint8, the place now.
        mask: Shape (height, width), which pixels are the place.
        covered: Share of the place that something covers.
        at_s: The frame's time.
    """
    if covered > COVERED:
        before = look.before if look.now is None else look.now
        return replace(look, before=before, now=None, bare_since_s=None, seen=None)
    if look.bare_since_s is None:
        return replace(look, bare_since_s=at_s)
    if at_s - look.bare_since_s < SETTLED_S - 1e-6:
        return look
    if look.now is not None:
        return replace(look, now=patch)
    first = patch if look.first is None else look.first
    seen = None
    if look.before is not None:
        changed = difference(look.before, patch, mask)
        fuller = difference(first, patch, mask) - difference(first, look.before, mask)
        seen = LookSeen(changed=changed, fuller=fuller)
    return replace(look, first=first, now=patch, seen=seen)


def under_new_light(look: PlaceLook) -> PlaceLook:
    """What is remembered when the light on the place changes: only the first look.

    A look under the old light and one under the new cannot be compared; a visit that lies over
    the change has no look.
    """
    return PlaceLook(first=look.first)


def difference(one: Picture, other: Picture, mask: NDArray[np.bool_]) -> float:
    """How much of a place differs: the root of four times the share of pixels that do, up to 1.

    A hundredth of the place (a 14 mm screw head in a 140 mm jig) gives 0.2, a quarter gives 1.
    """
    left, right = one[mask].astype(np.float32), other[mask].astype(np.float32)
    if len(left) == 0:
        return 0.0
    gain = np.median((right + 1.0) / (left + 1.0), axis=0)
    rest = right - left * gain
    rest -= np.median(rest, axis=0)
    share = float((np.abs(rest).max(axis=1) > DIFFERENT).mean())
    return min(1.0, sqrt(4.0 * share))


def inner_mask(mask: NDArray[np.uint8], rim_px: int) -> NDArray[np.bool_]:
    """A zone's mask without its rim, where the station draws its outline."""
    kernel = np.ones((2 * rim_px + 1, 2 * rim_px + 1), np.uint8)
    inner = cv2.erode(mask, kernel) > 0
    return inner if inner.any() else mask > 0
