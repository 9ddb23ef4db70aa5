"""Maps between flat frames: bench millimetres, camera pixels, projector pixels.

Maps are named to_from_from: `cam_from_bench` takes bench points to camera pixels, so that chains
read off: `proj_from_cam = proj_from_bench @ bench_from_cam`. A pixel centre lies at an integer.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.misses import rms

Points = NDArray[np.float64]
"""Shape (N, 2), one (x, y) a row. The unit is in the name of the variable: `_px` or `_mm`."""

MIN_POINTS = 4
"""A homography has eight unknowns; a pair of points gives two equations."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlaneMap:
    """A homography between two flat frames.

    Attributes:
        matrix: Shape (3, 3), float64. Maps homogeneous column vectors.
    """

    matrix: NDArray[np.float64]

    def apply(self, points: Points) -> Points:
        """Map points.

        Args:
            points: Shape (N, 2), in the source frame. N may be 0.

        Returns:
            Shape (N, 2), in the target frame.
        """
        if len(points) == 0:
            return np.zeros((0, 2))
        source = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 1, 2)
        return np.asarray(cv2.perspectiveTransform(source, self.matrix), np.float64).reshape(-1, 2)

    def inverse(self) -> PlaneMap:
        """The map the other way."""
        return PlaneMap(matrix=np.asarray(np.linalg.inv(self.matrix), dtype=np.float64))

    def __matmul__(self, first: PlaneMap) -> PlaneMap:
        """The map that does `first`, then this one."""
        return PlaneMap(matrix=self.matrix @ first.matrix)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlaneFit:
    """A fitted map and how well it fits.

    Attributes:
        plane_map: The map.
        rms: Root mean square distance at the points used, in the unit of the target.
        worst: The largest distance at a point used, in the unit of the target.
        points_used: How many of the points were not left out as outliers.
        used: Shape (N,), bool: which of the points those are.
    """

    plane_map: PlaneMap
    rms: float
    worst: float
    points_used: int
    used: NDArray[np.bool_]


def fit_plane_map(*, source: Points, target: Points, reject: float = 3.0) -> PlaneFit:
    """Fit `target_from_source` to matched points.

    Least squares on the inliers of a MAGSAC fit: OpenCV's own RANSAC refinement is several times
    worse than least squares on clean points.

    Args:
        source: Shape (N, 2), N >= 4.
        target: Shape (N, 2), the same points in the other frame.
        reject: Points further off than this, in the unit of the target, are left out.

    Raises:
        ValueError: Fewer than four points, or points that lie on one line.
    """
    if len(source) < MIN_POINTS or len(source) != len(target):
        raise ValueError(f"need 4 or more matched points, got {len(source)} and {len(target)}")
    if lie_on_one_line(source) or lie_on_one_line(target):
        raise ValueError("the points lie on one line; spread them over the bench")
    keep = np.ones(len(source), dtype=bool)
    if len(source) > MIN_POINTS:
        keep = _inliers(source, target, reject)
    matrix, _ = cv2.findHomography(source[keep], target[keep], 0)
    if matrix is None:
        raise ValueError("the points lie on one line; spread them over the bench")
    fitted = PlaneMap(matrix=np.asarray(matrix, dtype=np.float64))
    error = np.linalg.norm(fitted.apply(source[keep]) - target[keep], axis=1)
    return PlaneFit(
        plane_map=fitted,
        rms=rms(error),
        worst=float(error.max()),
        points_used=int(keep.sum()),
        used=keep,
    )


def _inliers(source: Points, target: Points, reject: float) -> NDArray[np.bool_]:
    """Which points agree on one map; all of them when no map fits at least four.

    OpenCV's MAGSAC throws every sample away in which the target runs the other way round than the
    source. From a bench, where y points up, to a picture, where it points down, that is every
    sample: so the mirrored source is tried as well.
    """
    best = np.ones(len(source), dtype=bool)
    most = 0
    for mirrored in (source, source * (1.0, -1.0)):
        _, inliers = cv2.findHomography(mirrored, target, cv2.USAC_MAGSAC, reject)
        if inliers is not None and int(inliers.sum()) >= max(MIN_POINTS, most + 1):
            best, most = inliers.ravel().astype(bool), int(inliers.sum())
    return best


def lie_on_one_line(points: Points) -> bool:
    """Whether the points span no area: the smaller spread is under 1/1000 of the larger."""
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[1] < 1e-3 * max(spread[0], 1e-12))
