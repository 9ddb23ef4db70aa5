"""Maps from bench points at any height to the pixels of a camera or projector with a lens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.lens import Lens
from calibration.planes import PlaneMap, Points

HeightMm = float | NDArray[np.float64]
"""One height above the bench for all points, or shape (N,), one for each. Millimetres."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SpaceMap:
    """Where bench points land in a picture: a pinhole, and what its lens adds.

    For a pinhole the homography of the plane at height h is H(h) = H(0) + h [0 0 p]: p is the
    third column of its 3 x 4 matrix, at the scale of H(0).

    Attributes:
        plane: H(0), bench plane to ideal pixels (without the lens).
        rise: p, shape (3,); None when no second height was measured: then things above the bench
            are taken to lie on it.
        lens: Ideal pixels to real ones; None for a pinhole.
    """

    plane: PlaneMap
    rise: NDArray[np.float64] | None = None
    lens: Lens | None = None

    @property
    def knows_height(self) -> bool:
        """Whether it can place what lies above the bench."""
        return self.rise is not None

    def apply(self, points_mm: Points, height_mm: HeightMm = 0.0) -> Points:
        """Bench points to pixels.

        Args:
            points_mm: Shape (N, 2), x and y on the bench. N may be 0.
            height_mm: How high above it they lie.

        Returns:
            Shape (N, 2), pixels.
        """
        if len(points_mm) == 0:
            return np.zeros((0, 2))
        ideal_h = np.column_stack([points_mm, np.ones(len(points_mm))]) @ self.plane.matrix.T
        if self.rise is not None:
            ideal_h = ideal_h + np.asarray(height_mm)[..., None] * self.rise
        ideal_px = np.asarray(ideal_h[:, :2] / ideal_h[:, 2:], np.float64)
        return ideal_px if self.lens is None else self.lens.bent(ideal_px)

    def bench_at(self, points_px: Points, height_mm: float = 0.0) -> Points:
        """Pixels to the points of the plane at one height that they see or light.

        Args:
            points_px: Shape (N, 2). N may be 0.
            height_mm: Of that plane above the bench.

        Returns:
            Shape (N, 2), bench millimetres.
        """
        ideal_px = points_px if self.lens is None else self.lens.straight(points_px)
        return self.plane_at(height_mm).inverse().apply(ideal_px)

    def plane_at(self, height_mm: float) -> PlaneMap:
        """The plane at this height to ideal pixels, without the lens."""
        if self.rise is None or height_mm == 0.0:
            return self.plane
        raised = self.plane.matrix.copy()
        raised[:, 2] += height_mm * self.rise
        return PlaneMap(matrix=raised)

    def near(self, corners_mm: Points, height_mm: float = 0.0) -> PlaneMap:
        """A homography, height and lens included, that is exact at four corners.

        Within a box of 200 mm it is off by less than a tenth of a pixel for lenses that bend the
        whole picture by six.

        Args:
            corners_mm: Shape (4, 2), no three of them on a line.
            height_mm: Of all of them.
        """
        px = self.apply(corners_mm, height_mm)
        return PlaneMap(matrix=_through_four(corners_mm, px))

    def seen_on_bench(self, points_mm: Points, height_mm: float) -> Points:
        """Where on the bench plane points at a height appear to lie, seen from this eye.

        Args:
            points_mm: Shape (N, 2).
            height_mm: How high they really lie.

        Returns:
            Shape (N, 2), bench millimetres at height 0.
        """
        if self.rise is None or height_mm == 0.0:
            return points_mm
        return (self.plane.inverse() @ self.plane_at(height_mm)).apply(points_mm)


def flat(plane: PlaneMap) -> SpaceMap:
    """A map that knows the bench plane only, without a lens."""
    return SpaceMap(plane=plane)


def _through_four(source: Points, target: Points) -> NDArray[np.float64]:
    """The homography that takes four points exactly to four others."""
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y])
        rows.append([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y])
    solved = np.linalg.solve(np.array(rows), target.reshape(-1))
    return np.append(solved, 1.0).reshape(3, 3)
