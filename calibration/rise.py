"""The rise of a pinhole: how far its picture of a point moves when the point is lifted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.eye import RISE
from calibration.fitting import Vector
from calibration.planes import Points

USUAL_FOCUS = 1.7
"""Of a webcam, in half diagonals: it sees 60 degrees from corner to corner."""


def usual_rise(camera: Vector) -> Vector:
    """The rise of a camera that sees the bench like this, if its lens is a usual webcam's."""
    matrix = np.append(camera[:8], 1.0).reshape(3, 3)
    inner = np.diag([USUAL_FOCUS, USUAL_FOCUS, 1.0])
    turned = np.linalg.solve(inner, matrix)
    size = float(np.linalg.norm(turned[:, 0]))
    up = np.cross(turned[:, 0] / size, turned[:, 1] / np.linalg.norm(turned[:, 1]))
    # What lies higher is nearer to the camera.
    return np.asarray(inner @ up * size * (-np.sign(up[2])), np.float64)


def inner_numbers(camera: Vector) -> Vector:
    """What is nothing for a usual camera: axis off the middle (x, y), pixels not square, askew."""
    matrix = np.append(camera[:8], 1.0).reshape(3, 3)
    columns = np.column_stack([matrix[:, 0], matrix[:, 1], camera[RISE]])
    square = columns @ columns.T
    square = square / square[2, 2]
    x, y = square[0, 2], square[1, 2]
    wide, high = square[0, 0] - x * x, square[1, 1] - y * y
    focus = max(1e-6, (wide + high) / 2.0)
    return np.array([x, y, (wide - high) / (2.0 * focus), (square[0, 1] - x * y) / focus])


def linear_rise(
    plane: NDArray[np.float64],
    points: Points,
    height: float | NDArray[np.float64],
    seen: Points,
) -> Vector:
    """The third column p of a pinhole that sees lifted points: seen is parallel to H0 b + h p.

    Args:
        plane: H0, shape (3, 3).
        points: Shape (N, 2), in the frame that H0 takes.
        height: Of all of them, or of each, shape (N,); some not 0.
        seen: Shape (N, 2), in the frame that H0 gives.
    """
    flat = np.column_stack([points, np.ones(len(points))]) @ plane.T
    lifted, none = np.zeros(len(points)) + height, np.zeros(len(points))
    rows = np.concatenate(
        [
            np.column_stack([lifted, none, -seen[:, 0] * lifted]),
            np.column_stack([none, lifted, -seen[:, 1] * lifted]),
        ]
    )
    right = np.concatenate(
        [seen[:, 0] * flat[:, 2] - flat[:, 0], seen[:, 1] * flat[:, 2] - flat[:, 1]]
    )
    solved, *_ = np.linalg.lstsq(rows, right, rcond=None)
    return np.asarray(solved, np.float64)
