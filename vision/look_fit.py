"""Lays one picture over another: a shift found anywhere near, then a fine affine fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Soft = NDArray[np.float32]
    Affine = NDArray[np.float64]
    """Shape (3, 3); maps points of the reference to points of the picture, (x, y), pixels."""

STILL_PX = 0.03
"""A fit that moves less than this is done."""
SHIFT_COST = 0.6
"""Grey levels squared for each pixel of shift squared: of equals, the nearest."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fitted:
    """How a picture lies over a reference.

    Attributes:
        maps: Reference pixels to picture pixels.
        cost: Mean squared difference before the last step, of which outliers have little.
    """

    maps: Affine
    cost: float


class Fit:
    """Fits pictures to one reference by Gauss-Newton steps.

    The inverse compositional way (Baker & Matthews, Lucas-Kanade 20 Years On, IJCV 2004): slopes
    are those of the reference, and made once. Pixels that differ much lose their weight, so that
    a part that is missing does not pull.
    """

    def __init__(
        self,
        reference: Soft,
        weights: NDArray[np.float32],
        *,
        robust: float,
        stiff: tuple[float, float],
        turns: int,
    ) -> None:
        """Make what depends on the reference only.

        Args:
            reference: Shape (height, width, C), float32.
            weights: Shape (height, width); where to look.
            robust: Grey levels at which a pixel has half its weight.
            stiff: How much a pixel's shift, and a shape's change, must be worth.
            turns: Steps at most.
        """
        height, width, colours = reference.shape
        self._wh, self._robust2, self._turns = (width, height), robust**2, turns
        slope_x = cv2.Sobel(reference, cv2.CV_32F, 1, 0, scale=1 / 8)
        slope_y = cv2.Sobel(reference, cv2.CV_32F, 0, 1, scale=1 / 8)
        slopes = [each.reshape(height, width, colours) for each in (slope_x, slope_y)]
        self._half = max(width, height) / 2.0
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        across = ((columns - (width - 1) / 2.0) / self._half)[..., None]
        down = ((rows - (height - 1) / 2.0) / self._half)[..., None]
        terms = [part for slope in slopes for part in (slope * across, slope * down, slope)]
        self._taken = np.flatnonzero(weights > 0)
        self._weights = weights.ravel()[self._taken].astype(np.float32)
        # Colours before pixels: numpy is slow over a last axis of three.
        taken = np.stack(terms).reshape(6, -1, colours)[:, self._taken]
        self._terms = np.ascontiguousarray(taken.transpose(0, 2, 1))
        self._seen = self._pixels(reference)
        shape, shift = stiff[1], stiff[0]
        costs = np.array([shape, shape, shift, shape, shape, shift])
        self._costs = np.diag(costs * max(1.0, float(self._weights.sum())) * colours)
        self._from_unit = np.array(
            [[self._half, 0, (width - 1) / 2.0], [0, self._half, (height - 1) / 2.0], [0, 0, 1.0]]
        )
        self._to_unit = np.linalg.inv(self._from_unit)

    def fitted(self, picture: Soft, begin: Affine) -> Fitted:
        """The map under which the picture comes nearest to the reference, near `begin`."""
        maps, cost = begin, np.inf
        terms = self._terms.reshape(6, -1)
        for _ in range(self._turns):
            off = self._pixels(warped(picture, maps, self._wh)) - self._seen
            off2 = np.einsum("cn,cn->n", off, off)
            weights = self._weights / (1.0 + off2 / self._robust2)
            cost = float(weights @ off2) / max(1.0, float(self._weights.sum()))
            weighted = (self._terms * weights).reshape(6, -1)
            step = np.linalg.solve(weighted @ terms.T + self._costs, weighted @ off.ravel())
            change = np.eye(3)
            change[:2] += step.reshape(2, 3) / self._half
            maps = maps @ self._from_unit @ np.linalg.inv(change) @ self._to_unit
            if np.abs(step).max() < STILL_PX:
                break
        return Fitted(maps=maps, cost=cost)

    def _pixels(self, picture: Soft) -> Soft:
        flat = picture.reshape(-1, self._terms.shape[1])
        return np.ascontiguousarray(flat[self._taken].T)


def warped(picture: Soft, maps: Affine, size_wh: tuple[int, int]) -> Soft:
    """The picture as seen from the reference, whose size is given."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    return np.asarray(
        cv2.warpAffine(picture, maps[:2], size_wh, flags=flags, borderMode=border), np.float32
    )


def shifted(x_px: float, y_px: float) -> Affine:
    """A map that only shifts."""
    return np.array([[1.0, 0.0, x_px], [0.0, 1.0, y_px], [0.0, 0.0, 1.0]])


class ShiftSearch:
    """Finds the shift at which a reference lies best in its surroundings."""

    def __init__(self, reference: Soft, reach_px: int) -> None:
        """Prepare.

        Args:
            reference: Shape (height, width, C).
            reach_px: How far it may lie from where it should.
        """
        self._reference = reference
        self._area = reference.shape[0] * reference.shape[1]
        ways = np.arange(-reach_px, reach_px + 1)
        self._cost = SHIFT_COST * (ways[:, None] ** 2 + ways[None, :] ** 2)
        self._reach_px = reach_px

    def found(self, surroundings: Soft) -> Fitted:
        """The shift, and the mean squared difference there.

        Args:
            surroundings: The picture, larger than the reference by the reach to each side.
        """
        apart = cv2.matchTemplate(surroundings, self._reference, cv2.TM_SQDIFF) / self._area
        row, column = np.unravel_index(int((apart + self._cost).argmin()), self._cost.shape)
        maps = shifted(float(column) - self._reach_px, float(row) - self._reach_px)
        return Fitted(maps=maps, cost=float(apart[row, column]))
