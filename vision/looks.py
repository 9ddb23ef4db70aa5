"""Whether a place looks different after a hand was there, under whatever light falls on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from vision.look_compare import shrunk
from vision.observations import LookSeen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

SETTLED_S = 0.06
"""A place is looked at this long after the hand has gone: two frames, for the blur to be over."""
JUDGED_S = 0.3
"""And looked at again up to this long, while the shadow of the arm goes."""
KEPT_AFTER_S = 0.4
"""A look becomes the one to compare with when nothing has covered the place for this long after
it: before that an arm may have been on its way, with its shadow."""
COVERED = 0.02
DIFFERENT = 12.0
"""Grey levels that remain after brightness and colour of the light have been evened out; the
noise of a camera gives up to 6 in the softened picture."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlaceLook:
    """What is remembered of one place. Replaced, never changed.

    Attributes:
        first: How it looked when it was first seen bare, or None.
        kept: How it looked before it was last covered, or None when that is not known.
        kept_s: When that was.
        fresh: How it looked at `fresh_s`; the next to be kept.
        fresh_s: When that was.
        bare_since_s: Since when nothing covers it, or None.
        seen: How it looks since then against `kept`, or None.
    """

    first: Picture | None = None
    kept: Picture | None = None
    kept_s: float = 0.0
    fresh: Picture | None = None
    fresh_s: float = 0.0
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
        is_known = look.fresh is None and look.bare_since_s is None and look.seen is None
        return look if is_known else replace(look, fresh=None, bare_since_s=None, seen=None)
    if look.bare_since_s is None:
        return replace(look, bare_since_s=at_s)
    if at_s - look.bare_since_s < SETTLED_S - 1e-6:
        return look
    if look.kept is None or look.first is None:
        first = patch if look.first is None else look.first
        return replace(look, first=first, kept=patch, kept_s=at_s)
    if look.kept_s < look.bare_since_s and at_s - look.bare_since_s <= JUDGED_S:
        return replace(look, seen=_compared(look.first, look.kept, patch, mask))
    return _renewed(look, patch, at_s)


def _compared(first: Picture, kept: Picture, patch: Picture, mask: NDArray[np.bool_]) -> LookSeen:
    fuller = difference(first, patch, mask) - difference(first, kept, mask)
    return LookSeen(changed=difference(kept, patch, mask), fuller=fuller)


def _renewed(look: PlaceLook, patch: Picture, at_s: float) -> PlaceLook:
    """A bare place that nobody visits: its look is kept anew, a little late."""
    if look.fresh is None:
        return replace(look, fresh=patch, fresh_s=at_s)
    if at_s - look.fresh_s < KEPT_AFTER_S:
        return look
    return replace(look, kept=look.fresh, kept_s=look.fresh_s, fresh=patch, fresh_s=at_s)


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
    rest = right - left * middle((right + 1.0) / (left + 1.0))
    rest -= middle(rest)
    share = float((np.abs(rest) > DIFFERENT).any(axis=1).mean())
    return min(1.0, sqrt(4.0 * share))


def middle(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median of each column of shape (N, K), N at least 1.

    numpy's own takes up to three times as long, most of it to look for values that are no numbers.
    """
    low, high = (len(rows) - 1) // 2, len(rows) // 2
    ordered = np.partition(rows, (low, high), axis=0)
    return np.asarray((ordered[low] + ordered[high]) / 2.0, np.float32)


def inner_mask(mask: NDArray[np.uint8], rim_px: int) -> NDArray[np.bool_]:
    """A zone's mask without its rim, where the station draws its outline."""
    inner = shrunk(mask > 0, rim_px)
    return inner if inner.any() else mask > 0
