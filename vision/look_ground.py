"""Lays pictures of a place over what all its looks have in common, and takes their light off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vision.look_compare import half_grey, halved
from vision.look_fit import Fit, ShiftSearch, warped
from vision.look_light import LightOf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vision.look_light import Lit

    Soft = NDArray[np.float32]
    Mask = NDArray[np.bool_]

FULL_FROM_HALF = np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])
HALF_FROM_FULL = np.linalg.inv(FULL_FROM_HALF)
"""Half pictures have their first pixel's centre at 0.5 of the whole."""


class Ground:
    """What all looks of a place have in common, to lay pictures over it."""

    def __init__(self, common: Soft, stable: Mask) -> None:
        """Prepare.

        Args:
            common: Shape (height, width, 3), float32.
            stable: Shape (height, width), where all looks agree.
        """
        self._common = common
        self._light = LightOf(common, stable)
        self._wh = (common.shape[1], common.shape[0])
        self._half = half_grey(common)
        reach = max(self._wh) // 40
        inner = np.ascontiguousarray(self._half[reach:-reach, reach:-reach])
        self._search = ShiftSearch(inner, reach)
        weights = halved(stable.astype(np.float32)[..., None])[..., 0]
        self._fit = Fit(self._half, weights, robust=30.0, stiff=(0.02, 0.2), turns=8)

    def laid_on(self, soft: Soft) -> Lit:
        """The picture laid over the ground and under its light."""
        half = half_grey(self._light.taken_off(soft).soft)
        maps = self._fit.fitted(half, self._search.found(half).maps).maps
        maps = FULL_FROM_HALF @ maps @ HALF_FROM_FULL
        return self._light.taken_off(warped(soft, maps, self._wh))
