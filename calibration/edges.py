"""Straight edges in short pieces, so that they can follow the bend of a lens."""

from __future__ import annotations

import numpy as np

from calibration.planes import Points

BEND_STEP_MM = 15.0
"""A lens that bends a picture of 1000 mm by six pixels bends 15 mm of it by 0.005."""


def subdivided(polygon_mm: Points, at_most_mm: float = BEND_STEP_MM) -> Points:
    """A polygon with points added until no edge is longer than `at_most_mm`.

    Args:
        polygon_mm: Shape (N, 2), N at least 1; the last corner is joined to the first.
        at_most_mm: Longest edge.

    Returns:
        Shape (M, 2), M at least N; the corners are among them, in their order.
    """
    ends = np.roll(polygon_mm, -1, axis=0)
    along = ends - polygon_mm
    lengths = np.hypot(along[:, 0], along[:, 1])
    if lengths.max() <= at_most_mm:
        return polygon_mm
    pieces = np.maximum(1, np.ceil(lengths / at_most_mm)).astype(int)
    whose = np.repeat(np.arange(len(polygon_mm)), pieces)
    first = np.cumsum(pieces) - pieces
    share = (np.arange(len(whose)) - first[whose]) / pieces[whose]
    return np.asarray(polygon_mm[whose] + share[:, None] * along[whose], np.float64)
