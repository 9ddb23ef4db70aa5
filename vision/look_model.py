"""Which of the taught looks a place has now, how surely, or none of them."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.look_compare import apart, grown, halved, in_dark_tones, in_good_light, strays
from vision.look_fit import Fit, Fitted, ShiftSearch, shifted, warped
from vision.look_ground import FULL_FROM_HALF, HALF_FROM_FULL, Ground
from vision.look_judgement import Calibration, Judgement, LooksAlikeError, Tolerance
from vision.look_patch import PatchShape, softened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from vision.look_fit import Affine
    from vision.look_light import Lit

    Soft = NDArray[np.float32]
    Mask = NDArray[np.bool_]
    Picture = NDArray[np.uint8]

PASSES = 3

CHANGED = 30.0
"""Grey levels between taught looks that are a difference; lamps and a camera that was moved leave
up to 20 (benchmarks/looks_lego.py)."""
SMALLEST_PX = 5
"""The smallest difference, pixels of the softened patch: 3 % of the area's longer side."""
AROUND_PX = 4
"""Fits look this far around the differences, too."""
ROOM_PX = 2
FAR_OFF = 255.0
POSSIBLE = 6
LIKELY = 3
"""So many looks are fitted roughly, and so many finely; the others are further off by far."""
HALF = 0.5
DARK_LEVELS = 5.0
"""Levels of the camera by which dark tones of a picture may be mistaken."""
ONE_LEVEL = 1.5
"""A grey level and a half of the picture, before it is made as bright as the taught ones: less than
that a dark picture cannot tell apart, even if the camera has smoothed its noise away."""


class LookModel:
    """Knows the taught looks of one place. Judging changes nothing in it.

    Attributes:
        names: The looks.
        calibration: From how far off to how probable.
    """

    def __init__(
        self,
        patches: Mapping[str, Picture],
        *,
        inside: Mask | None = None,
        tolerance: Tolerance | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        """Learn.

        Args:
            patches: Look to its picture, all of one size (`vision.look_patch`), one at least.
            inside: Which pixels of a softened patch may be looked at; None judges the whole area,
                and finds light and shift by its surroundings too.
            tolerance: What may be different; None is for a camera and a jig that stand still.
            calibration: None takes what was found with real pictures.

        Raises:
            LooksAlikeError: Two pictures show the same.
        """
        self.names = tuple(patches)
        self.calibration = calibration or Calibration()
        self._tolerance = tolerance or Tolerance()
        shape = PatchShape.of_patch(next(iter(patches.values())))
        self._wh = shape.soft_wh
        whole = np.ones((self._wh[1], self._wh[0]), np.bool_)
        self._context = whole if inside is None else inside
        self._inside = shape.inside(rim_px=6.0) if inside is None else inside
        self._slack_px = max(1, round(self._tolerance.shift * max(shape.area_wh) / 2))
        softs = in_good_light([softened(patch) for patch in patches.values()])
        self._looks, self._common = self._laid_together(softs)
        self._changes = self._told_apart()
        self._prepare()

    def calibrated(self, calibration: Calibration) -> LookModel:
        """The same looks, with another measure of how sure to be."""
        other = copy(self)
        other.calibration = calibration
        return other

    def judge(self, patch: Picture) -> Judgement:
        """What the place in this patch looks like."""
        lit = self._ground.laid_on(softened(patch))
        flat = lit.soft
        stray = apart(flat, np.clip(self._common, lit.black, lit.white))
        noise = float(np.percentile(stray[self._quiet], 75)) if self._quiet.any() else lit.off
        noise = max(noise, ONE_LEVEL / lit.gain)
        begins = self._begins(lit.soft)
        offs = dict.fromkeys(self.names, FAR_OFF)
        for number in sorted(begins, key=lambda number: begins[number].cost)[:LIKELY]:
            offs[self.names[number]] = self._off(lit, stray, noise, begins[number].maps, number)
        return self._weighed(offs, noise)

    def _weighed(self, offs: Mapping[str, float], noise: float) -> Judgement:
        log_odds = np.array([self.calibration.log_odds(off, noise) for off in offs.values()])
        top = max(0.0, float(log_odds.max()))
        odds, none = np.exp(log_odds - top), np.exp(-top)
        total = float(odds.sum() + none)
        return Judgement(
            p={name: float(o) / total for name, o in zip(offs, odds, strict=True)},
            p_none=float(none) / total,
            off=dict(offs),
            noise=noise,
        )

    def _laid_together(self, softs: list[Soft]) -> tuple[list[Soft], Soft]:
        """All looks over each other and under one light, and what they have in common."""
        common, stable = softs[0], self._context
        looks = softs
        for _ in range(PASSES if len(softs) > 1 else 0):
            ground = Ground(common, stable)
            looks = [ground.laid_on(soft).soft for soft in softs]
            common = np.asarray(np.median(looks, axis=0), np.float32)
            stable = self._context & ~grown(self._differing(looks, common), 2)
        return looks, common

    def _differing(self, looks: list[Soft], common: Soft) -> Mask:
        """Where looks differ from what they have in common, in pieces that can be parts."""
        differs = np.zeros((self._wh[1], self._wh[0]), np.uint8)
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SMALLEST_PX, SMALLEST_PX))
        for look in looks:
            off = ((apart(look, common) > CHANGED) & self._inside).astype(np.uint8)
            parts = np.asarray(cv2.morphologyEx(off, cv2.MORPH_OPEN, kernel), np.uint8)
            differs = np.maximum(differs, parts)
        return differs > 0

    def _told_apart(self) -> Mask:
        """The places that tell looks apart."""
        if len(self._looks) == 1:
            return self._inside
        changes = grown(self._differing(self._looks, self._common), 2) & self._inside
        if not changes.any():
            names = " and ".join(self.names)
            raise LooksAlikeError(f"the pictures of {names} show the same; take them again")
        return changes

    def _prepare(self) -> None:
        """What judging needs, made once."""
        alone = len(self.names) == 1
        self._ground = Ground(self._common, self._context & (~self._changes | alone))
        around = grown(self._changes, AROUND_PX)
        room = self._slack_px + ROOM_PX
        rows, columns = np.nonzero(grown(self._changes, room))
        self._top, self._left = int(rows.min()), int(columns.min())
        self._box = np.s_[self._top : int(rows.max()) + 1, self._left : int(columns.max()) + 1]
        self._quiet = self._inside & ~grown(self._changes, room + 2)
        weights = around[self._box].astype(np.float32)
        self._box_looks = [np.ascontiguousarray(look[self._box]) for look in self._looks]
        self._fits = [
            Fit(look, weights, robust=60.0, stiff=(0.05, 0.5), turns=3) for look in self._box_looks
        ]
        halves = [halved(look) for look in self._box_looks]
        half_weights = halved(weights[..., None])[..., 0]
        self._reach = (self._slack_px + 1) // 2
        self._searches = [ShiftSearch(half, self._reach) for half in halves]
        self._half_fits = [
            Fit(half, half_weights, robust=60.0, stiff=(0.05, 0.5), turns=4) for half in halves
        ]

    def _begins(self, flat: Soft) -> dict[int, Fitted]:
        """How looks fit at half the size, as maps of the whole; only those that come near."""
        pad = 2 * self._reach
        wider = cv2.copyMakeBorder(flat, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
        high, wide = self._box_looks[0].shape[:2]
        rows = slice(self._top, self._top + high + 2 * pad)
        half = halved(np.ascontiguousarray(wider[rows, self._left : self._left + wide + 2 * pad]))
        # Half pictures are padded by the reach; maps of the box are not.
        padded = shifted(self._reach, self._reach)
        shifts = [search.found(half) for search in self._searches]
        begins = {}
        for number in _cheapest(shifts, POSSIBLE):
            fitted = self._half_fits[number].fitted(half, padded @ shifts[number].maps)
            maps = shifted(-self._reach, -self._reach) @ fitted.maps
            full = FULL_FROM_HALF @ maps @ HALF_FROM_FULL
            begins[number] = Fitted(maps=shifted(self._left, self._top) @ full, cost=fitted.cost)
        return begins

    def _off(self, lit: Lit, stray: Soft, noise: float, begin: Affine, number: int) -> float:
        """How far the picture is off one look: the worst place that could be a part."""
        look = self._box_looks[number]
        maps = self._fits[number].fitted(lit.soft, begin).maps
        moved = maps @ np.linalg.inv(shifted(self._left, self._top))
        slack = self._slack_px + ROOM_PX
        rows, columns = np.nonzero(self._changes)
        middle = np.array([columns.mean(), rows.mean(), 1.0])
        went = np.abs((moved @ middle - middle)[:2]).max()
        if np.abs(moved[:2, :2] - np.eye(2)).max() > self._tolerance.stretch or went > slack:
            return FAR_OFF
        high, wide = look.shape[:2]
        here = warped(lit.soft, maps, (wide, high))
        white = warped(lit.white, maps, (wide, high))
        black = warped(lit.black, maps, (wide, high))
        changes = self._changes.astype(np.float32)
        # The part's place in the picture, and where the part was in the look.
        went_to = warped(changes, np.linalg.inv(moved), self._wh) > HALF
        came_from = warped(changes, moved, self._wh) > HALF
        seen = np.clip(look, black, white)
        among = (self._changes | came_from)[self._box]
        here = in_dark_tones(here, seen, among, DARK_LEVELS / lit.gain)
        own = float(apart(here, seen)[among].max())
        foreign = stray * (self._inside & ~grown(self._changes | went_to, 3))
        return float(max(own, strays(foreign, self._inside, self.calibration.even(noise) / 2.0)))


def _cheapest(fits: list[Fitted], count: int) -> list[int]:
    return sorted(range(len(fits)), key=lambda number: fits[number].cost)[:count]
