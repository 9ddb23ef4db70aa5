"""What a lens does to a picture: how far each pixel lies from where a pinhole would put it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.planes import Points

BACK_ROUNDS = 8
"""Rounds of the way back. A lens of a bench shifts by up to 1 % of the picture and its shift
changes by 3 % of a way at most, so that each round wins one and a half digits."""
SETTLED_PX = 1e-4
"""A round that moves nothing by more than this leaves a thirtieth of it: enough."""


def terms(points: Points, degree: int) -> NDArray[np.float64]:
    """All products x^i y^j with i + j <= degree.

    Args:
        points: Shape (N, 2).
        degree: 0 or more.

    Returns:
        Shape (N, (degree + 1) * (degree + 2) / 2), for each total from 0 up: x^n, x^(n-1) y, ….
    """
    x, y = points[:, 0], points[:, 1]
    made = np.empty(((degree + 1) * (degree + 2) // 2, len(points)))
    made[0] = 1.0
    # Each from one of the degree before: powers by themselves cost ten times as much.
    for total in range(1, degree + 1):
        first, before = total * (total + 1) // 2, total * (total - 1) // 2
        np.multiply(made[before:first], x, out=made[first : first + total])
        np.multiply(made[first - 1], y, out=made[first + total])
    return made.T


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lens:
    """A smooth shift of pixels, as a polynomial of the place in the picture.

    A polynomial of degree 5 holds Brown's radial (k1, k2) and tangential terms exactly, and the
    small rest of real lenses that they leave.

    Attributes:
        shift_px: Shape (T, 2), coefficients of `terms` for the shift in x and y, pixels.
        degree: Of the polynomial.
        middle_px: (x, y) that is 0 for the polynomial.
        scale_px: How many pixels are 1 for it.
        reach: Beyond this many `scale_px` from the middle, along x or y, the shift is that at the
            border: nobody measured there, and polynomials run away.
    """

    shift_px: NDArray[np.float64]
    degree: int
    middle_px: tuple[float, float]
    scale_px: float
    reach: float = 1.5

    def bent(self, ideal_px: Points) -> Points:
        """Where the lens puts what a pinhole would put here. Shape (N, 2) to (N, 2)."""
        return ideal_px + self._shift(ideal_px)

    def straight(self, real_px: Points) -> Points:
        """Where a pinhole would put what the lens puts here. Shape (N, 2) to (N, 2)."""
        ideal_px = real_px
        for _ in range(BACK_ROUNDS):
            before_px, ideal_px = ideal_px, real_px - self._shift(ideal_px)
            if np.abs(ideal_px - before_px).max(initial=0.0) < SETTLED_PX:
                break
        return ideal_px

    def _shift(self, px: Points) -> Points:
        place = np.clip((px - self.middle_px) / self.scale_px, -self.reach, self.reach)
        return np.asarray(terms(place, self.degree) @ self.shift_px, np.float64)
