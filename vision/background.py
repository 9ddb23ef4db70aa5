"""What of the bench is covered now, against how the bare bench has looked so far.

Four things change a picture of a bench besides hands, and each has its own answer:

- the lamps and the camera's own exposure change all of it: one gain for each colour, every frame;
- a shadow darkens without changing the colour: such pixels are not covered;
- the station's own light: the places it has changed are frozen until the change has arrived in
  the picture, and then learned anew;
- parts that are put down stay: what does not move is learned after a while.
"""

from __future__ import annotations

from functools import reduce
from math import exp
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.contrast import Contrast
from vision.differences import (
    CROSS,
    SQUARE,
    above,
    apart,
    hanging_together,
    is_ghost,
    leave_out_shadows,
    middle,
    most_of_colours,
    ratio,
)
from vision.lit_area import FEW_PIXELS, LitArea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cv2.typing import MatLike
    from numpy.typing import NDArray

    Mask = MatLike
    Picture = MatLike

LEARN_S = 1.0
"""Time constant for slow change of the bare bench."""
PART_AFTER_S = 0.8
ARM_AFTER_S = 60.0
"""How long something must not move to become part of the bench: lying free on it, or reaching in
from its edge. People keep still for seconds while they think."""
STALE_AFTER_S = 0.15
"""Likewise for places whose light changed while something covered them."""

LIGHT_STEP_SHARE = 0.6
"""When this much of the bench differs at once, it was the lamps."""


class Background:
    """Learns the bare bench. `inside` is that of a `SmallView`.

    Attributes:
        contrast: From how many grey levels on a difference counts.
        moved: Shape (height, width), bool: what has changed since the picture before.
        still_s: Shape (height, width): for how long what is covered has not.
    """

    def __init__(self, inside: Mask, *, line_px: int) -> None:
        """Begin.

        Args:
            inside: Shape (height, width), uint8, 255 on the bench and its margin.
            line_px: How wide a line of the station's light is, with its glow.
        """
        self._over_a_line = np.ones((line_px + 3, line_px + 3), np.uint8)
        self.contrast = Contrast()
        self._inside = inside
        self._bare: Picture | None = None
        self._last: Picture | None = None
        self._sampled = _every_sixth(inside)
        self._covered = np.zeros_like(inside)
        self.still_s = np.zeros(inside.shape, np.float32)
        self.moved = np.zeros(inside.shape, np.bool_)
        self._stale = np.zeros_like(inside)
        self._lit: list[LitArea] = []
        self._areas: list[Mask] = []
        self._uneven = np.zeros_like(inside)
        self._outlines = np.zeros_like(inside)
        self._frozen = np.zeros_like(inside)
        self._returning = np.zeros_like(inside)
        self._frozen_until_s = 0.0
        self._returning_until_s = 0.0
        self._at_s = 0.0
        self._took_s = 0.0

    def freeze(
        self, areas: Sequence[Mask], uneven: Sequence[Mask], outlines: Mask, *, until_s: float
    ) -> None:
        """The station changes its light.

        Args:
            areas: Where; each has one kind of light after the change.
            uneven: Where else: words and pictures.
            outlines: Where thin bright lines may be from now on. Such a pixel is covered only if
                the pixels on both sides of the line are.
            until_s: When the change is whole in the picture.
        """
        self._outlines = outlines
        if self._at_s >= self._frozen_until_s:
            self._areas, self._frozen = [], np.zeros_like(self._inside)
            self._uneven = np.zeros_like(self._inside)
        self._areas += areas
        self._uneven = _all_of((self._uneven, *uneven))
        self._lit = [LitArea(area, outlines) for area in areas]
        self._frozen = _all_of((self._frozen, *areas, *uneven))
        self._frozen_until_s = max(until_s, self._frozen_until_s)
        self._wait_for_what_returns()

    def pause(self, areas: Sequence[Mask], *, until_s: float) -> None:
        """Light comes and goes again in some areas: they are not judged until it has gone.

        Args:
            areas: Where.
            until_s: When the picture is as before.
        """
        self._returning = _all_of((self._returning, *areas))
        self._returning_until_s = max(until_s, self._returning_until_s)
        self._wait_for_what_returns()

    def _wait_for_what_returns(self) -> None:
        """New light cannot be learned while passing light lies over it."""
        if cv2.bitwise_and(self._frozen, self._returning).any():
            self._frozen_until_s = max(self._frozen_until_s, self._returning_until_s)

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
        apart_by = cv2.bitwise_and(apart(small, bare), self._inside)
        plain = above(apart_by, self.contrast.plain)
        if cv2.countNonZero(plain) > LIGHT_STEP_SHARE * cv2.countNonZero(self._inside):
            self._bare = small.astype(np.float32)
            apart_by = np.zeros_like(apart_by)
        faint = above(apart_by, self.contrast.faint)
        leave_out_shadows(faint, small, bare)
        mask = hanging_together(faint, cv2.bitwise_and(plain, faint))
        mask = self._with_frozen(mask, small, at_s)
        mask = cv2.bitwise_and(mask, cv2.bitwise_not(self._outlines))
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, CROSS)
        if self._outlines.any():
            across = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._over_a_line)
            mask = cv2.bitwise_or(mask, cv2.bitwise_and(across, self._outlines))
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, SQUARE), np.uint8)
        self._covered = mask
        self.moved = np.asarray(apart(small, np.asarray(self._last)) > self.contrast.still)
        return mask

    def dark_among(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those of these places of the flattened picture where the bench or its floor is dark."""
        assert self._bare is not None  # noqa: S101 - set by the first picture
        brightest = most_of_colours(self._bare.reshape(-1, 3).take(places, axis=0))
        return np.asarray(places[brightest < self.contrast.dark], np.intp)

    def learn(
        self,
        small: Picture,
        arms: Sequence[NDArray[np.bool_]],
        *,
        under_hands: Sequence[NDArray[np.bool_]] = (),
    ) -> None:
        """Learn what this picture shows of the bare bench.

        Args:
            small: The picture that was last given to `covered`.
            arms: Each of shape (height, width): the covered pixels of what reaches in from the
                edge.
            under_hands: Likewise what recognised hands hide, as far as that is known.
        """
        if self._bare is not None:
            self._learn_free(small, self._bare)
            self._learn_still(small, self._bare, [*arms, *under_hands])
        self._last = small

    def _as_lit_now(self, small: Picture) -> Picture:
        """The bare bench under the lamps and the exposure of this picture."""
        assert self._bare is not None  # noqa: S101 - set by the first picture
        free = self._sampled[self._covered.take(self._sampled) == 0]
        gains = np.ones(3)
        if len(free) >= FEW_PIXELS:
            gains = np.clip(middle(ratio(small, self._bare, free)), 0.4, 2.5)
            last = np.asarray(self._last, np.uint8)
            now, before = (picture.reshape(-1, 3).take(free, axis=0) for picture in (small, last))
            self.contrast.measure(now, before, passed_s=self._took_s)
        lit = cv2.convertScaleAbs(cv2.transform(self._bare, np.diag(gains)))
        for area in self._lit:
            area.follow(small, lit, self._covered)
        return lit

    def _with_frozen(self, mask: Mask, small: Picture, at_s: float) -> Mask:
        """In frozen areas, what covered them before; when the time is up they are learned anew."""
        if at_s >= self._returning_until_s:
            # Light that has gone again leaves the bench as it was: nothing to learn there.
            self._returning = np.zeros_like(self._returning)
        closed = cv2.bitwise_or(self._frozen, self._returning)
        if not closed.any():
            return mask
        held = cv2.bitwise_and(self._covered, closed)
        mask = cv2.bitwise_or(cv2.bitwise_and(mask, cv2.bitwise_not(closed)), held)
        if at_s >= self._frozen_until_s and self._frozen.any():
            mask = cv2.bitwise_or(mask, self._come_meanwhile(mask, small))
            self._thaw(small, cv2.dilate(mask, _WIDE))
        return mask

    def _come_meanwhile(self, mask: Mask, small: Picture) -> Mask:
        """What has come into the frozen areas since, and hangs together with what covers the rest.

        It does not look as the bench would with its new light, which is about the same all over
        an area.
        """
        assert self._bare is not None  # noqa: S101 - set by the first picture
        expected = self._bare.copy()
        for area in self._areas:
            seen = np.flatnonzero((area > 0) & (mask == 0) & (self._outlines == 0))
            if len(seen) >= FEW_PIXELS:
                gain = middle(ratio(small, self._bare, seen))
                expected[area > 0] = self._bare[area > 0] * gain
        off = above(apart(small, cv2.convertScaleAbs(expected)), self.contrast.plain)
        lines = cv2.bitwise_or(self._outlines, self._uneven)
        off = cv2.bitwise_and(off, cv2.bitwise_and(self._frozen, cv2.bitwise_not(lines)))
        around = cv2.bitwise_and(mask, cv2.bitwise_not(self._frozen))
        both = cv2.bitwise_or(off, around)
        # A zone has a line all round: what comes in lies across it.
        across = cv2.morphologyEx(both, cv2.MORPH_CLOSE, self._over_a_line)
        both = cv2.bitwise_or(both, cv2.bitwise_and(across, self._outlines))
        return cv2.bitwise_and(hanging_together(both, around), self._frozen)

    def _thaw(self, small: Picture, under: Mask) -> None:
        """Learn the frozen areas under their new light.

        What something covers cannot be seen; it is taken to have changed as the rest of its area.
        """
        assert self._bare is not None  # noqa: S101 - set by the first picture
        hidden = (self._frozen > 0) & (under > 0)
        for area in self._areas:
            # A bright line is no measure of the light beside it.
            seen = (area > 0) & ~hidden & (self._outlines == 0)
            if hidden.any() and seen.sum() >= FEW_PIXELS:
                gain = middle(ratio(small, self._bare, np.flatnonzero(seen)))
                unseen = (area > 0) & hidden
                self._bare[unseen] = self._bare[unseen] * gain
        cv2.copyTo(
            small.astype(np.float32),
            cv2.bitwise_and(self._frozen, cv2.bitwise_not(under)),
            self._bare,
        )
        self._stale = cv2.bitwise_or(self._stale, cv2.bitwise_and(self._frozen, under))
        for lit in self._lit:
            lit.is_learned()
        self._areas, self._frozen = [], np.zeros_like(self._frozen)

    def _learn_free(self, small: Picture, bare: Picture) -> None:
        """Follow slow change of what nothing covers."""
        # The soft edge of an arm is not the bench.
        near = cv2.dilate(self._covered, _WIDE)
        closed = cv2.bitwise_or(self._frozen, self._returning)
        free = cv2.bitwise_and(cv2.bitwise_not(near), cv2.bitwise_not(closed))
        cv2.accumulateWeighted(small, bare, 1 - exp(-self._took_s / LEARN_S), free)

    def _learn_still(
        self, small: Picture, bare: Picture, arms: Sequence[NDArray[np.bool_]]
    ) -> None:
        """Learn what lies still: free parts and old light soon, arms only after long."""
        self._stale = cv2.bitwise_and(self._stale, self._covered)
        if not self._covered.any():
            self.still_s[:] = 0
            return
        self.still_s += self._took_s
        self.still_s[self.moved | (self._covered == 0)] = 0
        lies = self.still_s >= PART_AFTER_S
        settled = lies.copy()
        stale = (self._stale > 0) & (self.still_s >= STALE_AFTER_S)
        for arm in arms:
            if (settled & arm).any() and not is_ghost(arm, lies, small, bare):
                settled &= ~arm | (self.still_s >= ARM_AFTER_S)
            stale &= ~arm
        settled |= stale
        if settled.any():
            bare[settled] = small[settled]
            self.still_s[settled] = 0


_WIDE = np.ones((5, 5), np.uint8)


def _all_of(masks: Sequence[Mask]) -> Mask:
    return reduce(cv2.bitwise_or, masks)


def _every_sixth(inside: Mask) -> NDArray[np.intp]:
    """Every sixth pixel both ways, in the flattened picture: enough to measure the light."""
    grid = np.zeros_like(inside)
    grid[3::6, 3::6] = inside[3::6, 3::6]
    return np.flatnonzero(grid)
