"""Which parts of the bench the projector can reach with light, at the height where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from calibration.edges import subdivided
from projector.aim import Reach
from projector.scene import Box
from tasks.model import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from calibration.planes import Points
    from calibration.space import SpaceMap
    from station_config.station import Station, Zone

EDGE_STEP_MM = 3.0
"""The outline of a zone is looked at this closely."""

GRID_MM = 10.0
"""The bench is looked at this closely for where words can stand."""

CONTOUR_SHARE = 0.7
"""Of a contour this much must be lit to show where the zone is: three sides of four."""

NEARLY_MM = 0.3
"""Less than this beyond the picture is nothing anybody sees."""


class Side(StrEnum):
    """A side of a zone, as the worker sits."""

    LEFT = "left"
    RIGHT = "right"
    FRONT = "front"
    BACK = "back"


_STEP_MM = 0.5
_EAST_MM, _NORTH_MM = np.array((_STEP_MM, 0.0)), np.array((0.0, _STEP_MM))
"""Steps for the slope of the map."""

_SIDES = ((Side.LEFT, Side.RIGHT), (Side.FRONT, Side.BACK))
"""Along x and along y: where it falls, where it grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A zone of which a part stays dark.

    Attributes:
        zone: Its name in tasks.
        title: What people call it; empty when nobody has said.
        lit_share: How much of its outline is lit, 0 to 1.
        sides: How many millimetres stay dark at each side that is cut off; empty when none of the
            zone is lit.
    """

    zone: str
    title: str
    lit_share: float
    sides: Mapping[Side, float]

    def __str__(self) -> str:
        """For the coach: which zone, which part of it, what to do."""
        name = f"{self.title} ({self.zone})" if self.title else self.zone
        if not self.sides:
            cut = f"The projector does not reach {name} at all."
        else:
            parts = " and ".join(
                f"{max(1, round(mm))} mm at the {side}" for side, mm in self.sides.items()
            )
            cut = f"The projector does not reach all of {name}: about {parts} stay dark."
        return f"{cut} Turn or raise the projector and calibrate, or move the zone."


def unreached(
    station: Station, size_px: tuple[int, int], proj_from_bench: SpaceMap
) -> tuple[Unreached, ...]:
    """The zones that do not lie wholly inside the projector's picture, in the file's order.

    Args:
        station: Its zones, their heights and the language of their names.
        size_px: Width and height of the projector's picture.
        proj_from_bench: Bench millimetres to projector pixels.
    """
    picture = _Picture(size_px, proj_from_bench)
    looked_at = (_looked_at(zone, picture, station.language) for zone in station.zones.values())
    return tuple(found for found in looked_at if found is not None)


def reach_of(station: Station, size_px: tuple[int, int], proj_from_bench: SpaceMap) -> Reach:
    """What layout must know of a projector: where words can stand, which zones it cannot ring."""
    width, depth = station.bench_mm
    bench = Box(left_mm=0.0, bottom_mm=0.0, right_mm=width, top_mm=depth)
    dark = (
        found.zone
        for found in unreached(station, size_px, proj_from_bench)
        if found.lit_share < CONTOUR_SHARE
    )
    return Reach(
        box=_lit_box(bench, _Picture(size_px, proj_from_bench)), dark_zones=frozenset(dark)
    )


class _Picture:
    """The projector's picture, and which bench points lie in it.

    It reaches half a pixel beyond the centres of its outer pixels.
    """

    def __init__(self, size_px: tuple[int, int], proj_from_bench: SpaceMap) -> None:
        self._map = proj_from_bench
        self._low = np.array((-0.5, -0.5))
        self._high = np.array(size_px) - 0.5
        # What lies behind the projector's horizon is mirrored into the picture: there the depth
        # has another sign than in the middle of what it lights.
        middle_mm = proj_from_bench.bench_at(np.array([(self._low + self._high) / 2.0]))
        self._ahead = np.sign(self._depth(middle_mm, 0.0)[0])

    def lit(self, points_mm: Points, height_mm: float) -> NDArray[np.bool_]:
        """Shape (N,), whether each point is reached."""
        px = self._map.apply(points_mm, height_mm)
        inside = ((px >= self._low) & (px <= self._high)).all(axis=1)
        return np.asarray(inside & self._is_ahead(points_mm, height_mm))

    def beyond(self, points_mm: Points, height_mm: float) -> dict[Side, float]:
        """How far points lie outside, by the side of the bench at which light would have to grow.

        Millimetres; sides at which none does are left out.
        """
        points_mm = points_mm[self._is_ahead(points_mm, height_mm)]
        px = self._map.apply(points_mm, height_mm)
        along_x = self._map.apply(points_mm + _EAST_MM, height_mm)
        along_y = self._map.apply(points_mm + _NORTH_MM, height_mm)
        # Shape (N, 2 of the picture, 2 of the bench), pixels a millimetre.
        slope = np.stack([along_x - px, along_y - px], axis=2) / _STEP_MM
        over_px = np.maximum(px - self._high, 0.0) - np.maximum(self._low - px, 0.0)
        over_mm = over_px / np.linalg.norm(slope, axis=2)
        sides: dict[Side, float] = {}
        for axis in (0, 1):
            for far_mm, uphill in zip(over_mm[:, axis], slope[:, axis], strict=True):
                if abs(far_mm) <= NEARLY_MM:
                    continue
                on_bench = int(np.abs(uphill).argmax())
                side = _SIDES[on_bench][int(far_mm * uphill[on_bench] > 0.0)]
                sides[side] = max(sides.get(side, 0.0), abs(float(far_mm)))
        return sides

    def _is_ahead(self, points_mm: Points, height_mm: float) -> NDArray[np.bool_]:
        return np.asarray(np.sign(self._depth(points_mm, height_mm)) == self._ahead)

    def _depth(self, points_mm: Points, height_mm: float) -> NDArray[np.float64]:
        row = self._map.plane_at(height_mm).matrix[2]
        return np.asarray(points_mm @ row[:2] + row[2], np.float64)


def _looked_at(zone: Zone, picture: _Picture, language: str) -> Unreached | None:
    outline = subdivided(np.array(zone.polygon_mm, np.float64), EDGE_STEP_MM)
    lit = picture.lit(outline, zone.height_mm)
    if lit.all():
        return None
    sides = picture.beyond(outline[~lit], zone.height_mm) if lit.any() else {}
    if lit.any() and not sides:
        return None
    return Unreached(
        zone=zone.zone_id,
        title=in_language(zone.title, language),
        lit_share=float(lit.mean()),
        sides=sides,
    )


def _lit_box(bench: Box, picture: _Picture) -> Box:
    """The largest upright box of the bench that is wholly lit; the bench when nothing of it is.

    Rows of a grid stand on one another like a bar chart; each bar is widened as far as its
    neighbours are as high.
    """
    columns = max(1, round(bench.width_mm / GRID_MM))
    rows = max(1, round(bench.height_mm / GRID_MM))
    x, y = np.linspace(0.0, bench.right_mm, columns + 1), np.linspace(0.0, bench.top_mm, rows + 1)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    lit = picture.lit(grid, 0.0).reshape(rows + 1, columns + 1)
    if lit.all():
        return bench
    whole = lit[:-1, :-1] & lit[1:, :-1] & lit[:-1, 1:] & lit[1:, 1:]
    best, best_cells = bench, 0
    high = np.zeros(columns, int)
    for row in range(rows):
        high = np.where(whole[row], high + 1, 0)
        for column in np.flatnonzero(high):
            lower = np.flatnonzero(high < high[column])
            left = int(lower[lower < column].max(initial=-1)) + 1
            right = int(lower[lower > column].min(initial=columns))
            cells = int((right - left) * high[column])
            if cells > best_cells:
                bottom = row + 1 - int(high[column])
                best_cells, best = (
                    cells,
                    Box(
                        left_mm=float(x[left]),
                        bottom_mm=float(y[bottom]),
                        right_mm=float(x[right]),
                        top_mm=float(y[row + 1]),
                    ),
                )
    return best
