"""Printed figures: stretched by the printer, then moved and turned by who laid them down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.fitting import Vector
from calibration.planes import Points


def stretched(places: NDArray[np.float64], grown: Vector) -> NDArray[np.float64]:
    """Printed larger by a share, and by another one more along x than along y."""
    return np.asarray(places * (1.0 + grown[0] + np.array([grown[1], -grown[1]])), np.float64)


def grown_squares(places_mm: NDArray[np.float64], grown: Vector) -> NDArray[np.float64]:
    """Squares, each printed larger round its middle."""
    middles = places_mm.mean(axis=1, keepdims=True)
    return np.asarray(middles + stretched(places_mm - middles, grown), np.float64)


def laid_at(sheet: Points, pose: Vector) -> Points:
    """A sheet's corners on the bench: placed and turned."""
    x, y, turn = pose
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(sheet @ np.array([[c, s], [-s, c]]) + (x, y), np.float64)


def pose_seen(sheet: Points, seen: Points) -> Vector:
    """The place and turn at which a sheet is seen, roughly."""
    from_middle, seen_from_middle = sheet - sheet.mean(axis=0), seen - seen.mean(axis=0)
    along = (from_middle * seen_from_middle).sum()
    across = (
        from_middle[:, 0] * seen_from_middle[:, 1] - from_middle[:, 1] * seen_from_middle[:, 0]
    ).sum()
    pose = np.array([0.0, 0.0, np.arctan2(across, along)])
    pose[:2] = seen.mean(axis=0) - laid_at(sheet, pose).mean(axis=0)
    return pose


def best_laid(squares: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each figure moved and turned to where it is seen; both shape (figures, corners, 2)."""
    middles = seen.mean(axis=1, keepdims=True)
    off = seen - middles
    square = squares - squares.mean(axis=1, keepdims=True)
    along = (square * off).sum(axis=(1, 2))
    across = (square[..., 0] * off[..., 1] - square[..., 1] * off[..., 0]).sum(axis=1)
    turn = np.arctan2(across, along)
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x, y = square[..., 0], square[..., 1]
    return np.asarray(middles + np.stack([c * x - s * y, s * x + c * y], axis=-1), np.float64)
