"""A device that was bumped: its map for all heights, from where the bench plane lies now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from calibration.planes import PlaneMap
from calibration.space import SpaceMap

Matrix = NDArray[np.float64]


def with_plane(before: SpaceMap, plane: PlaneMap) -> SpaceMap:
    """The map of a device that was moved and turned as a stiff body, and sees the plane like this.

    The device's matrix is M [R | t] with M = K R(before): what is inside it (K) stays, and the two
    columns of K^-1 H that belong to the bench's x and y are its new right-handed axes; the third is
    their cross product. That holds for turning and for shifting alike, for lens shift and for a
    digital keystone, because any 3 x 4 matrix of a pinhole splits this way. The lens stays.

    Measured with true geometry (tests/calibration/test_quick.py): after bumps of 20 mm, points
    150 mm above the bench land within 0.1 mm; keeping `rise` as it was misses by 3 mm.

    Args:
        before: The map before it was moved.
        plane: Where the bench plane lies in its ideal picture now.
    """
    if before.rise is None:
        return replace(before, plane=plane)
    old = np.column_stack([before.plane.matrix[:, :2], before.rise])
    inner, axes = _split(old)
    seen = np.linalg.solve(inner, plane.matrix)[:, :2]
    # A homography has no sign of its own: take the one that turns least.
    sign = 1.0 if float((seen * axes[:, :2]).sum()) > 0.0 else -1.0
    left, stretch, right = np.linalg.svd(sign * seen, full_matrices=False)
    two = left @ right
    third = np.cross(two[:, 0], two[:, 1]) * np.sign(np.linalg.det(axes))
    rise = sign * float(stretch.mean()) * (inner @ third)
    return SpaceMap(plane=plane, rise=rise, lens=before.lens)


def _split(matrix: Matrix) -> tuple[Matrix, Matrix]:
    """RQ: an upper triangular matrix with a positive diagonal, and an orthogonal one."""
    turned, upper = np.linalg.qr(np.flipud(matrix).T)
    inner, axes = np.fliplr(np.flipud(upper.T)), np.flipud(turned.T)
    signs = np.sign(np.diag(inner))
    return inner * signs, axes * signs[:, None]
