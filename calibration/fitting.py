"""Least squares for a few dozen unknowns: Levenberg and Marquardt's method, in numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
"""Shape (N,), float64."""

STEP = 1e-7
"""For the differences that stand in for derivatives: unknowns are of the order of 1, and half of
the digits of a float are left on either side."""
ENOUGH = 1e-2
"""A round that brings the sum of squares down by less is the last one: one unknown that is right to
a tenth of its standard deviation leaves as much."""
ROUNDS = 30
FIRST_DAMPING, LEAST_DAMPING, MOST_DAMPING = 1e-4, 1e-12, 1e6


def least_squares(residuals: Callable[[Vector], Vector], start: Vector) -> Vector:
    """The unknowns at which the sum of squared residuals is least.

    Args:
        residuals: Of the unknowns; each divided by its standard deviation.
        start: Near enough that the way there goes downhill. The unknowns are of the order of 1.
    """
    at, off = start, residuals(start)
    damping = FIRST_DAMPING
    for _ in range(ROUNDS):
        slopes = _slopes(residuals, at, off)
        normal, pull = slopes.T @ slopes, slopes.T @ off
        before = float(off @ off)
        while damping < MOST_DAMPING:
            damped = normal + damping * np.diag(np.diag(normal) + 1e-12)
            tried = at - np.linalg.solve(damped, pull)
            tried_off = residuals(tried)
            if float(tried_off @ tried_off) <= before:
                break
            damping *= 10.0
        else:
            return at
        at, off = tried, tried_off
        damping = max(LEAST_DAMPING, damping / 10.0)
        if before - float(off @ off) < ENOUGH:
            break
    return at


def _slopes(residuals: Callable[[Vector], Vector], at: Vector, off: Vector) -> NDArray[np.float64]:
    """How each residual changes with each unknown, shape (residuals, unknowns)."""
    slopes = np.empty((len(off), len(at)))
    for index in range(len(at)):
        moved = at.copy()
        moved[index] += STEP
        slopes[:, index] = (residuals(moved) - off) / STEP
    return slopes
