"""Where things on the twin's bench land in its camera and in its projector.

Written apart from `calibration/`: the twin is the truth that calibration is tested against. Both
devices are pinholes without lens distortion. A pixel centre lies at an integer coordinate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Points = NDArray[np.float64]
"""Shape (N, 2) or (N, 3), one point a row; the unit is in the name of the variable."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pinhole:
    """A camera or a projector.

    Attributes:
        matrix: Shape (3, 4). Homogeneous bench millimetres (x, y, z, 1) to pixels.
        size_px: Width and height of its picture.
    """

    matrix: Matrix
    size_px: tuple[int, int]

    def from_bench(self, points_mm: Points) -> Points:
        """Where points in space land.

        Args:
            points_mm: Shape (N, 3), bench millimetres.

        Returns:
            Shape (N, 2), pixels.
        """
        homogeneous = np.column_stack([points_mm, np.ones(len(points_mm))]) @ self.matrix.T
        return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], dtype=np.float64)

    def from_plane(self, height_mm: float) -> Matrix:
        """Shape (3, 3): (x, y, 1) in the plane at this height to pixels."""
        columns = self.matrix
        return np.column_stack(
            [columns[:, 0], columns[:, 1], columns[:, 2] * height_mm + columns[:, 3]]
        )

    def to_plane(self, points_px: Points, height_mm: float) -> Points:
        """Which points of the plane at this height are seen at these pixels.

        Args:
            points_px: Shape (N, 2).
            height_mm: Height of the plane above the bench.

        Returns:
            Shape (N, 2), x and y in bench millimetres.
        """
        from_px = np.asarray(np.linalg.inv(self.from_plane(height_mm)), dtype=np.float64)
        return mapped(from_px, points_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """How a device hangs above the bench. All in bench millimetres.

    Attributes:
        eye_mm: Its optical centre.
        looks_at_mm: The point of the bench that its optical axis meets.
        roll_deg: How far it is turned about its own axis.
        px_per_mm: Scale on the bench where the axis meets it.
    """

    eye_mm: tuple[float, float, float]
    looks_at_mm: tuple[float, float]
    roll_deg: float
    px_per_mm: float


def pinhole(mount: Mount, size_px: tuple[int, int]) -> Pinhole:
    """A pinhole that hangs like this, its principal point in the middle of its picture."""
    eye = np.array(mount.eye_mm)
    target = np.array([*mount.looks_at_mm, 0.0])
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    down = np.cross(ahead, right)
    roll = np.deg2rad(mount.roll_deg)
    axes = np.stack(
        [
            np.cos(roll) * right + np.sin(roll) * down,
            -np.sin(roll) * right + np.cos(roll) * down,
            ahead,
        ]
    )
    focal_px = mount.px_per_mm * float(np.linalg.norm(target - eye))
    middle = ((size_px[0] - 1) / 2, (size_px[1] - 1) / 2)
    inner = np.array([[focal_px, 0, middle[0]], [0, focal_px, middle[1]], [0, 0, 1.0]])
    outer = np.column_stack([axes, -axes @ eye])
    return Pinhole(matrix=inner @ outer, size_px=size_px)


def twin_camera(bench_mm: tuple[float, float], size_px: tuple[int, int]) -> Pinhole:
    """The twin's camera: above the middle, tilted towards the worker by about three degrees.

    It also sees 120 mm before the bench: a hand whose finger is on a button near the edge has its
    wrist there, and half a hand is not found.
    """
    wide, deep = bench_mm
    scale = min(size_px[0] / (wide * 1.12), size_px[1] / (deep * 1.215))
    mount = Mount(
        eye_mm=(wide * 0.5, deep * 0.53, 1250.0),
        looks_at_mm=(wide * 0.503, deep * 0.417),
        roll_deg=0.4,
        px_per_mm=scale,
    )
    return pinhole(mount, size_px)


def twin_projector(bench_mm: tuple[float, float], size_px: tuple[int, int]) -> Pinhole:
    """The twin's projector: beside the camera and slightly askew, so that it has a keystone."""
    wide, deep = bench_mm
    scale = min(size_px[0] / (wide * 1.15), size_px[1] / (deep * 1.12))
    mount = Mount(
        eye_mm=(wide * 0.60, deep * 0.70, 1350.0),
        looks_at_mm=(wide * 0.504, deep * 0.492),
        roll_deg=-0.7,
        px_per_mm=scale,
    )
    return pinhole(mount, size_px)


def mapped(matrix: Matrix, points: Points) -> Points:
    """Points through a homography.

    Args:
        matrix: Shape (3, 3).
        points: Shape (N, 2).

    Returns:
        Shape (N, 2).
    """
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], dtype=np.float64)


def mapped_grid(matrix: Matrix, x: Points, y: Points) -> tuple[Points, Points]:
    """Many points through a homography, x and y apart: quicker than `mapped`.

    Args:
        matrix: Shape (3, 3).
        x: Of any shape.
        y: Of a shape that fits it: x may be one row and y one column.
    """
    below = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    return (
        (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / below,
        (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / below,
    )
