"""Where zones are seen in the camera's picture, and which bench point a pixel is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.space import SpaceMap
from station.zone_page.draft import DraftZone

PIECES = 8
"""Through a lens the straight side of a zone is a curve; so many pieces draw it."""
FAR = 1e6
"""Further away than anything on a bench or in a picture; JSON knows no infinity."""

PointsList = list[list[float]]
"""Points as JSON has them: [[x, y], …]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One zone in the camera's picture.

    Attributes:
        key: Whose it is.
        corners_px: Where its corners are seen.
        line_px: The whole outline, curved as the lens has it.
    """

    key: str
    corners_px: PointsList
    line_px: PointsList


def outline(draft: DraftZone, cam_from_bench: SpaceMap) -> Outline:
    """Where the camera sees a zone's rim."""
    corners_mm = np.array(draft.polygon_mm, np.float64).reshape(-1, 2)
    height_mm = draft.height_mm or 0.0
    corners_px = cam_from_bench.apply(corners_mm, height_mm)
    line_px = corners_px
    if cam_from_bench.lens is not None and len(corners_mm) > 1:
        share = np.arange(PIECES)[None, :, None] / PIECES
        after = np.roll(corners_mm, -1, axis=0)[:, None]
        between_mm = corners_mm[:, None] * (1.0 - share) + after * share
        line_px = cam_from_bench.apply(between_mm.reshape(-1, 2), height_mm)
    return Outline(key=draft.key, corners_px=listed(corners_px), line_px=listed(line_px))


def to_bench(
    points_px: Sequence[tuple[float, float]], cam_from_bench: SpaceMap, *, height_mm: float
) -> PointsList:
    """The bench points that are seen at these pixels, at a height; whole millimetres."""
    points = np.array(points_px, np.float64).reshape(-1, 2)
    if len(points) == 0:
        return []
    return listed(np.rint(cam_from_bench.bench_at(points, height_mm)))


def bench_corners(bench_mm: tuple[float, float], cam_from_bench: SpaceMap) -> PointsList:
    """The outline of the bench itself."""
    wide, deep = bench_mm
    steps = np.linspace(0.0, 1.0, 2 * PIECES, endpoint=False)
    corners = np.array([[0.0, 0.0], [wide, 0.0], [wide, deep], [0.0, deep]])
    along = [
        corners[number] * (1.0 - step) + corners[(number + 1) % 4] * step
        for number in range(4)
        for step in steps
    ]
    return listed(cam_from_bench.apply(np.array(along)))


def listed(points: NDArray[np.float64]) -> PointsList:
    """Points for JSON, to a tenth; what is endlessly far away is only very far."""
    near = np.nan_to_num(points, nan=FAR).clip(-FAR, FAR)
    rounded: PointsList = near.round(1).tolist()
    return rounded
