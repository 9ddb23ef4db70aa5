"""How far points miss their places: the root mean square, and the quarter of the bench."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rms(lengths: NDArray[np.float64]) -> float:
    """The root mean square of lengths, shape (N,), N at least 1."""
    return float(np.sqrt(np.mean(lengths**2)))


def quarter_of(points_mm: NDArray[np.float64], middle_mm: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which quarter of the bench each point lies in, as an index of `calibration.tags.TAG_NAMES`.

    Args:
        points_mm: Shape (N, 2).
        middle_mm: Shape (2,), where the quarters meet.

    Returns:
        Shape (N,): 0 front left, 1 front right, 2 back right, 3 back left.
    """
    right, back = points_mm[:, 0] > middle_mm[0], points_mm[:, 1] > middle_mm[1]
    return np.where(back, np.where(right, 2, 3), np.where(right, 1, 0))
