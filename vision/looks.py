"""Whether a place looks different after a hand was there, under whatever light falls on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.filling import filled, off
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
COVERED = 0.04
"""Share of a place; a hand that rests beside it shades its rim, a finger over it covers a tenth."""
CHANGED_LOOK = 0.3
"""From this difference on, the look of a place has changed (docs/vision.md)."""
UNCHANGED_LOOK = 0.1
"""Below this it is as it was, whatever light has come: three pixels of a box. A dark lens laid into
a dark torch in a dim room gave 0.19."""
MOST_EARLIER = 6
"""So many looks are remembered besides the first."""
PLACED = 0.1
"""Fuller than this, something was put there."""
LIGHT_PX = (5, 5)
MOST_GAIN = 8.0
"""Times as bright a pixel may become when the station's light on it changes."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlaceLook:
    """What is remembered of one place. Replaced, never changed.

    Attributes:
        earlier: How it looked when it was first seen bare, and before each thing that lies there
            now was put down, oldest first; empty until it was first seen.
        like: The one of these that it came nearest to, when it was compared last.
        kept: How it looked before it was last covered, or None when that is not known.
        kept_s: When that was.
        fresh: How it looked at `fresh_s`; the next to be kept.
        fresh_s: When that was.
        bare_since_s: Since when nothing covers it, or None.
        seen: How it looks since then against `kept`, or None.
        newest: The newest picture of it in which nothing covered it, or None.
        relit: The same under the light before this one, until the first picture under the new.
        unlit: How it looked last under the light before this one, though something covered it
            since, until it is bare again.
    """

    earlier: tuple[Picture, ...] = ()
    like: int = 0
    kept: Picture | None = None
    kept_s: float = 0.0
    fresh: Picture | None = None
    fresh_s: float = 0.0
    bare_since_s: float | None = None
    seen: LookSeen | None = None
    newest: Picture | None = None
    relit: Picture | None = None
    unlit: Picture | None = None

    @property
    def is_first(self) -> bool:
        """Whether nothing is known of how it looked before it was last covered."""
        if self.kept is None or self.bare_since_s is None:
            return False
        return self.bare_since_s <= self.kept_s


def looked(
    look: PlaceLook,
    patch: Picture,
    mask: NDArray[np.bool_],
    *,
    covered: float,
    at_s: float,
    differs_by: float,
) -> PlaceLook:
    """Take one frame into account.

    Args:
        look: What was remembered.
        patch: Shape (height, width, 3), uint8, the place now.
        mask: Shape (height, width), which pixels are the place.
        covered: Share of the place that something covers.
        at_s: The frame's time.
        differs_by: From so many grey levels on a pixel is another, light evened out.
    """
    if covered > COVERED:
        return _hidden(look)
    if look.bare_since_s is None:
        return replace(look, bare_since_s=at_s)
    bare_since_s = look.bare_since_s
    if at_s - bare_since_s < SETTLED_S - 1e-6:
        return look
    look = replace(_lit_as(look, patch), newest=patch)
    if look.kept is None:
        look = _relit_unchanged(look, patch, mask, differs_by=differs_by)
        return replace(look, earlier=look.earlier or (patch,), kept=patch, kept_s=at_s)
    if look.kept_s < bare_since_s and at_s - bare_since_s <= JUDGED_S:
        changed = difference(look.kept, patch, mask, differs_by=differs_by)
        fuller, like = filled(patch, look.kept, look.earlier, mask, differs_by=differs_by)
        return replace(look, seen=LookSeen(changed=changed, fuller=fuller), like=like)
    return _renewed(look, patch, at_s)


def _hidden(look: PlaceLook) -> PlaceLook:
    """Something covers the place: what lies there may not be the same afterwards."""
    if look.bare_since_s is None and look.relit is None:
        return look
    return replace(look, fresh=None, bare_since_s=None, seen=None, newest=None, relit=None)


def _renewed(look: PlaceLook, patch: Picture, at_s: float) -> PlaceLook:
    """A bare place that nobody visits: its look is kept anew, a little late."""
    if look.fresh is None:
        return replace(_settled(look), fresh=patch, fresh_s=at_s)
    if at_s - look.fresh_s < KEPT_AFTER_S:
        return look
    return replace(look, kept=look.fresh, kept_s=look.fresh_s, fresh=patch, fresh_s=at_s)


def _settled(look: PlaceLook) -> PlaceLook:
    """A visit is judged, once: what was put down lies on what was there, the rest is gone."""
    if look.fresh is not None or look.seen is None or look.kept is None:
        return look
    if look.seen.changed < CHANGED_LOOK:
        return look
    if look.seen.fuller > PLACED:
        first, *others = (*look.earlier, look.kept)
        return replace(look, earlier=(first, *others[-MOST_EARLIER:]))
    return replace(look, earlier=look.earlier[: max(1, look.like)])


def under_new_light(look: PlaceLook) -> PlaceLook:
    """What is remembered when the light on the place changes: only earlier looks.

    A look under the old light and one under the new cannot be compared; a visit that lies over
    the change has no look, unless it is plain that nothing has changed but the light.
    """
    look = _settled(look)
    relit = look.newest if look.relit is None else look.relit
    unlit = look.unlit if look.kept is None else look.kept
    return PlaceLook(earlier=look.earlier, relit=relit, unlit=unlit)


def _relit_unchanged(
    look: PlaceLook, patch: Picture, mask: NDArray[np.bool_], *, differs_by: float
) -> PlaceLook:
    """The first bare picture under new light, of a place that was covered when the light came.

    Looks it as under the old light, but for the light, then nothing was done there. That it does
    not, says nothing: new light alone can make it differ.
    """
    if look.unlit is None:
        return look
    changed = difference(look.unlit, patch, mask, differs_by=differs_by)
    if changed >= UNCHANGED_LOOK:
        return replace(look, unlit=None)
    look = _lit_as(replace(look, relit=look.unlit), patch)
    return replace(look, seen=LookSeen(changed=changed, fuller=0.0))


def _lit_as(look: PlaceLook, patch: Picture) -> PlaceLook:
    """What is remembered, as it would look in the new light: nothing but the light has changed."""
    if look.relit is None:
        return look
    before, now = (cv2.blur(one.astype(np.float32) + 1.0, LIGHT_PX) for one in (look.relit, patch))
    gain = np.clip(now / before, 1.0 / MOST_GAIN, MOST_GAIN)

    lit = (np.asarray(np.clip(one * gain, 0, 255), np.uint8) for one in look.earlier)
    return replace(look, earlier=tuple(lit), relit=None, unlit=None)


def difference(
    one: Picture, other: Picture, mask: NDArray[np.bool_], *, differs_by: float
) -> float:
    """How much of a place differs: the root of four times the share of pixels that do, up to 1.

    A hundredth of the place (a 14 mm screw head in a 140 mm jig) gives 0.2, a quarter gives 1.
    """
    apart = off(one, other, mask)
    if len(apart) == 0:
        return 0.0
    return min(1.0, sqrt(4.0 * float((apart > differs_by).mean())))


def inner_mask(mask: NDArray[np.uint8], rim_px: int) -> NDArray[np.bool_]:
    """A zone's mask without its rim, where the station draws its outline."""
    inner = shrunk(mask > 0, rim_px)
    return inner if inner.any() else mask > 0
