"""What of the bench is covered now, against how the bare bench has looked so far.

Four things change a picture of a bench besides hands, and each has its own answer:

- the lamps and the camera's own exposure change all of it: one gain for each colour, every frame;
- a shadow darkens without changing the colour: such pixels are not covered;
- the station's own light: the places it has changed are frozen until the change has arrived in
  the picture, and then learned anew;
- parts that are put down stay: what does not move is learned after a while.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.looks import middle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cv2.typing import MatLike
    from numpy.typing import NDArray

    Mask = MatLike
    Picture = MatLike

DIFFERENCE = 15
"""Grey levels, in the colour that differs most. Camera noise after the softening is 1-2; skin and
cardboard are 20 apart."""
SHADOW_DARKEST = 0.6
SHADOW_COLOUR = 0.12
"""A shadow leaves at least this share of the light and shifts colours by less than this share."""

LEARN_S = 1.0
LEARN_LIT_S = 0.1
"""Time constants for slow change of the bare bench, and for places with moving light on them."""
STILL = 8
"""Grey levels from one frame to the next; less is no movement."""
PART_AFTER_S = 0.8
ARM_AFTER_S = 60.0
"""How long something must not move to become part of the bench: lying free on it, or reaching in
from its edge. People keep still for seconds while they think."""
GHOST_EDGES = 0.6
"""Where a hand that was learned has left, the picture has no edges and the learned bench has."""
STALE_AFTER_S = 0.15
"""Likewise for places whose light changed while something covered them."""

LIGHT_STEP_SHARE = 0.6
"""When this much of the bench differs at once, it was the lamps."""
FEW_PIXELS = 50
"""Fewer give no median to trust."""


class Background:
    """Learns the bare bench. `inside` is that of a `SmallView`."""

    def __init__(self, inside: Mask) -> None:
        self._inside = inside
        self._bare: Picture | None = None
        self._last: Picture | None = None
        self._sampled = _every_sixth(inside)
        self._covered = np.zeros_like(inside)
        self._still_s = np.zeros(inside.shape, np.float32)
        self._stale = np.zeros_like(inside)
        self._lit = np.zeros_like(inside)
        self._areas: list[Mask] = []
        self._outlines = np.zeros_like(inside)
        self._frozen = np.zeros_like(inside)
        self._returning = np.zeros_like(inside)
        self._frozen_until_s = 0.0
        self._at_s = 0.0
        self._took_s = 0.0

    def freeze(self, areas: Sequence[Mask], outlines: Mask, *, until_s: float) -> None:
        """The station changes its light.

        Args:
            areas: Where; each has one kind of light after the change.
            outlines: Where thin bright lines may be from now on. Such a pixel is covered only if
                the pixels on both sides of the line are.
            until_s: When the change is whole in the picture.
        """
        self._outlines = outlines
        if self._at_s >= self._frozen_until_s:
            self._areas, self._frozen = [], np.zeros_like(self._inside)
        self._areas += areas
        self._lit = np.zeros_like(self._inside)
        for area in areas:
            self._lit = cv2.bitwise_or(self._lit, area)
        self._frozen = cv2.bitwise_or(self._frozen, self._lit)
        self._frozen_until_s = max(until_s, self._frozen_until_s)

    def pause(self, areas: Sequence[Mask], *, until_s: float) -> None:
        """Light comes and goes again in some areas: they are not judged until it has gone.

        Args:
            areas: Where.
            until_s: When the picture is as before.
        """
        for area in areas:
            self._returning = cv2.bitwise_or(self._returning, area)
        self._frozen_until_s = max(until_s, self._frozen_until_s)

    def is_frozen(self, at_s: float) -> bool:
        """Whether the light was changed so shortly before that the areas cannot be judged."""
        return at_s < self._frozen_until_s

    def covered(self, small: Picture, *, at_s: float) -> Mask:
        """What is covered in this picture. Call `learn` with the same picture afterwards.

        Args:
            small: Shape (height, width, 3), uint8.
            at_s: Its time, not before the last one's.

        Returns:
            Shape (height, width), uint8, 255 where something covers the bench.
        """
        if self._bare is None:
            self._bare, self._last, self._at_s = small.astype(np.float32), small, at_s
        self._took_s, self._at_s = at_s - self._at_s, at_s
        bare = self._as_lit_now(small)
        mask = cv2.bitwise_and(_differs(small, bare, DIFFERENCE), self._inside)
        if cv2.countNonZero(mask) > LIGHT_STEP_SHARE * cv2.countNonZero(self._inside):
            self._bare = small.astype(np.float32)
            mask = np.zeros_like(mask)
        _leave_out_shadows(mask, small, bare)
        mask = self._with_frozen(mask, small, at_s)
        mask = cv2.bitwise_and(mask, cv2.bitwise_not(self._outlines))
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _CROSS)
        if self._outlines.any():
            across = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _OVER_A_LINE)
            mask = cv2.bitwise_or(mask, cv2.bitwise_and(across, self._outlines))
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _SQUARE), np.uint8)
        self._covered = mask
        return mask

    def learn(self, small: Picture, arms: Sequence[NDArray[np.bool_]]) -> None:
        """Learn what this picture shows of the bare bench.

        Args:
            small: The picture that was last given to `covered`.
            arms: Each of shape (height, width): the covered pixels of what reaches in from the
                edge.
        """
        if self._bare is not None:
            self._learn_free(small, self._bare)
            self._learn_still(small, self._bare, arms)
        self._last = small

    def _as_lit_now(self, small: Picture) -> Picture:
        """The bare bench under the lamps and the exposure of this picture."""
        assert self._bare is not None  # noqa: S101 - set by the first picture
        free = self._sampled[self._covered.take(self._sampled) == 0]
        gains = np.ones(3)
        if len(free) >= FEW_PIXELS:
            gains = np.clip(middle(_ratio(small, self._bare, free)), 0.4, 2.5)
        return cv2.convertScaleAbs(cv2.transform(self._bare, np.diag(gains)))

    def _with_frozen(self, mask: Mask, small: Picture, at_s: float) -> Mask:
        """In frozen areas, what covered them before; when the time is up they are learned anew."""
        closed = cv2.bitwise_or(self._frozen, self._returning)
        if not closed.any():
            return mask
        is_over = not self.is_frozen(at_s)
        if is_over:
            # Light that has gone again leaves the bench as it was: nothing to learn there.
            self._returning = np.zeros_like(self._returning)
            closed = self._frozen
        held = cv2.bitwise_and(self._covered, closed)
        mask = cv2.bitwise_or(cv2.bitwise_and(mask, cv2.bitwise_not(closed)), held)
        if is_over and self._frozen.any():
            self._thaw(small, cv2.dilate(held, _WIDE))
        return mask

    def _thaw(self, small: Picture, under: Mask) -> None:
        """Learn the frozen areas under their new light.

        What something covers cannot be seen; it is taken to have changed as the rest of its area.
        """
        assert self._bare is not None  # noqa: S101 - set by the first picture
        hidden = (self._frozen > 0) & (under > 0)
        for area in self._areas:
            seen = (area > 0) & ~hidden
            if hidden.any() and seen.sum() >= FEW_PIXELS:
                ratio = _ratio(small, self._bare, np.flatnonzero(seen))
                unseen = (area > 0) & hidden
                self._bare[unseen] = self._bare[unseen] * middle(ratio)
        cv2.copyTo(
            small.astype(np.float32),
            cv2.bitwise_and(self._frozen, cv2.bitwise_not(under)),
            self._bare,
        )
        self._stale = cv2.bitwise_or(self._stale, cv2.bitwise_and(self._frozen, under))
        self._areas, self._frozen = [], np.zeros_like(self._frozen)

    def _learn_free(self, small: Picture, bare: Picture) -> None:
        """Follow slow change of what nothing covers."""
        # The soft edge of an arm is not the bench.
        near = cv2.dilate(self._covered, _WIDE)
        closed = cv2.bitwise_or(self._frozen, self._returning)
        free = cv2.bitwise_and(cv2.bitwise_not(near), cv2.bitwise_not(closed))
        steady = cv2.bitwise_and(free, cv2.bitwise_not(self._lit))
        cv2.accumulateWeighted(small, bare, 1 - exp(-self._took_s / LEARN_S), steady)
        if self._lit.any():
            lit = cv2.bitwise_and(free, self._lit)
            cv2.accumulateWeighted(small, bare, 1 - exp(-self._took_s / LEARN_LIT_S), lit)

    def _learn_still(
        self, small: Picture, bare: Picture, arms: Sequence[NDArray[np.bool_]]
    ) -> None:
        """Learn what lies still: free parts and old light soon, arms only after long."""
        self._stale = cv2.bitwise_and(self._stale, self._covered)
        if not self._covered.any():
            self._still_s[:] = 0
            return
        moved = _differs(small, self._last, STILL - 1) > 0
        self._still_s += self._took_s
        self._still_s[moved | (self._covered == 0)] = 0
        lies = self._still_s >= PART_AFTER_S
        settled = lies.copy()
        stale = (self._stale > 0) & (self._still_s >= STALE_AFTER_S)
        for arm in arms:
            if (settled & arm).any() and not _is_ghost(arm, lies, small, bare):
                settled &= ~arm | (self._still_s >= ARM_AFTER_S)
            stale &= ~arm
        settled |= stale
        if settled.any():
            bare[settled] = small[settled]
            self._still_s[settled] = 0


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = np.ones((3, 3), np.uint8)
_WIDE = np.ones((5, 5), np.uint8)
_OVER_A_LINE = np.ones((9, 9), np.uint8)


def _differs(one: Picture, other: Picture | None, more_than: int) -> Mask:
    """Where a colour differs by more grey levels than that: 255, shape (height, width), uint8."""
    above = cv2.threshold(cv2.absdiff(one, np.asarray(other)), more_than, 255, cv2.THRESH_BINARY)[1]
    # One colour at 255 is grey enough to be told from none: cheaper than to compare the colours.
    return cv2.threshold(cv2.cvtColor(above, cv2.COLOR_BGR2GRAY), 0, 255, cv2.THRESH_BINARY)[1]


def _every_sixth(inside: Mask) -> NDArray[np.intp]:
    """Every sixth pixel both ways, in the flattened picture: enough to measure the gain."""
    grid = np.zeros_like(inside)
    grid[3::6, 3::6] = inside[3::6, 3::6]
    return np.flatnonzero(grid)


def _ratio(small: Picture, bare: Picture, at: NDArray[np.intp]) -> NDArray[np.float32]:
    """How many times as bright pixels of the flattened picture are: shape (N, 3)."""
    # `take` is five times as fast as an index.
    now, before = (picture.reshape(-1, 3).take(at, axis=0) for picture in (small, bare))
    return np.asarray((now + np.float32(1)) / (before + np.float32(1)), np.float32)


def _leave_out_shadows(mask: Mask, small: Picture, bare: Picture) -> None:
    """Clear pixels that are the bare bench, only darker."""
    at = np.flatnonzero(mask > 0)
    if len(at) == 0:
        return
    blue, green, red = _ratio(small, bare, at).T
    darkest = np.minimum(np.minimum(blue, green), red)
    brightest = np.maximum(np.maximum(blue, green), red)
    shadow = (darkest > SHADOW_DARKEST) & (brightest < 1.0)
    shadow &= brightest - darkest < SHADOW_COLOUR
    mask.reshape(-1)[at[shadow]] = 0


def _is_ghost(
    arm: NDArray[np.bool_], lies: NDArray[np.bool_], small: Picture, bare: Picture
) -> bool:
    """Whether an arm is only the place where one was learned and has gone.

    Its outline is then in the learned picture and not in this one (Cucchiara et al., IEEE PAMI
    25(10), 2003).
    """
    still_share = np.count_nonzero(lies & arm) / np.count_nonzero(arm)
    if still_share < 0.9:  # noqa: PLR2004 - a ghost does not move at all
        return False
    shape = arm.astype(np.uint8)
    outline = cv2.dilate(shape, _SQUARE) != cv2.erode(shape, _SQUARE)
    edges_now, edges_learned = _edges(small)[outline].mean(), _edges(bare)[outline].mean()
    return bool(edges_now < GHOST_EDGES * edges_learned)


def _edges(picture: Picture) -> Picture:
    grey = cv2.cvtColor(cv2.convertScaleAbs(picture), cv2.COLOR_BGR2GRAY)
    return cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, _CROSS)
