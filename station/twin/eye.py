"""A camera or projector of the twin as it hangs and sees now: pinhole, lens, and bumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.twin.faults import Bump
from station.twin.geometry import Matrix, Pinhole, Points, mapped, mapped_grid
from station.twin.optics import Bend


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Eye:
    """A camera or a projector with its lens.

    Attributes:
        pinhole: What it would be without the lens.
        lens: What the lens bends, or None.
    """

    pinhole: Pinhole
    lens: Bend | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of its picture."""
        return self.pinhole.size_px

    @property
    def eye_mm(self) -> NDArray[np.float64]:
        """Its optical centre, shape (3,), bench millimetres."""
        return optical_centre(self.pinhole)

    def from_bench(self, points_mm: Points) -> Points:
        """Where points in space land, lens included.

        Args:
            points_mm: Shape (N, 3), bench millimetres.

        Returns:
            Shape (N, 2), pixels.
        """
        straight_px = self.pinhole.from_bench(points_mm)
        return straight_px if self.lens is None else self.lens.bent(straight_px)

    def to_plane(self, points_px: Points, height_mm: float) -> Points:
        """Which points of the plane at this height are seen at these pixels, lens included.

        Args:
            points_px: Shape (N, 2).
            height_mm: Height of the plane above the bench.

        Returns:
            Shape (N, 2), x and y in bench millimetres.
        """
        straight_px = points_px if self.lens is None else self.lens.straight(points_px)
        return self.pinhole.to_plane(straight_px, height_mm)

    def to_plane_grid(self, x_px: Points, y_px: Points, height_mm: float) -> tuple[Points, Points]:
        """`to_plane` for x and y apart, of any shapes that fit each other."""
        if self.lens is not None:
            x_px, y_px = self.lens.straight_grid(x_px, y_px)
        from_px = np.asarray(np.linalg.inv(self.pinhole.from_plane(height_mm)), np.float64)
        return mapped_grid(from_px, x_px, y_px)

    def near(self, at_mm: Points, height_mm: float, reach_mm: float = 60.0) -> Matrix:
        """A homography of the plane at this height that is right round one of its points.

        Shape (3, 3): (x, y, 1) in the plane to pixels, exact at four points round `at_mm`.

        Args:
            at_mm: Shape (2,).
            height_mm: Height of the plane above the bench.
            reach_mm: How far those four points are away from it.
        """
        plane = self.pinhole.from_plane(height_mm)
        if self.lens is None:
            return plane
        around = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * reach_mm + at_mm
        straight_px = mapped(plane, around)
        return np.asarray(
            _through_four(straight_px, self.lens.bent(straight_px)) @ plane, np.float64
        )


def optical_centre(device: Pinhole) -> NDArray[np.float64]:
    """Where all rays of a pinhole meet, shape (3,), bench millimetres."""
    return np.asarray(-np.linalg.solve(device.matrix[:, :3], device.matrix[:, 3]), np.float64)


def bumped(device: Pinhole, bump: Bump | None, middle_mm: tuple[float, float]) -> Pinhole:
    """The device after a bump.

    Args:
        device: How it hung before.
        bump: What happened to it.
        middle_mm: The point of the bench round which it turns, and at which a shift is measured.
    """
    if bump is None:
        return device
    middle = np.array([*middle_mm, 0.0])
    if bump.slid:
        moved = slide(bump, middle_mm)
        return Pinhole(matrix=device.matrix @ np.linalg.inv(moved), size_px=device.size_px)
    eye = optical_centre(device)
    before, after = middle - eye, middle + np.array([*bump.shift_mm, 0.0]) - eye
    tilt = _least_turn(before, after) @ _turn_about(before, -np.deg2rad(bump.turn_deg))
    turned = device.matrix[:, :3] @ tilt.T
    return Pinhole(matrix=np.column_stack([turned, -turned @ eye]), size_px=device.size_px)


def under_moved_bench(
    device: Pinhole, bump: Bump | None, middle_mm: tuple[float, float]
) -> Pinhole:
    """The device in the millimetres of a bench that was pushed away under it."""
    if bump is None:
        return device
    return Pinhole(matrix=device.matrix @ slide(bump, middle_mm), size_px=device.size_px)


def slide(bump: Bump, middle_mm: tuple[float, float]) -> Matrix:
    """Shape (4, 4): where a bump takes points of what it moves along the bench."""
    turn = np.deg2rad(bump.turn_deg)
    moved = np.eye(4)
    moved[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    middle = np.array(middle_mm)
    moved[:2, 3] = middle + bump.shift_mm - moved[:2, :2] @ middle
    return moved


def _turn_about(axis: NDArray[np.float64], angle: float) -> Matrix:
    """Rodrigues: shape (3, 3), a turn about this axis by `angle` radians."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return np.asarray(turn, np.float64)


def _least_turn(before: NDArray[np.float64], after: NDArray[np.float64]) -> Matrix:
    """The smallest turn that takes one direction to another, shape (3, 3)."""
    axis = np.cross(before, after)
    if not axis.any():
        return np.eye(3)
    share = float(np.linalg.norm(axis) / (np.linalg.norm(before) * np.linalg.norm(after)))
    return _turn_about(axis, float(np.arcsin(share)))


def _through_four(source: Points, target: Points) -> Matrix:
    """The homography that takes four points exactly to four others, shape (3, 3)."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(right)), 1.0).reshape(3, 3)
