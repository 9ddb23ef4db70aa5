"""What may lie on the twin's bench for a while: a plate of known height, an arm, sunlight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.twin.faults import Sun, Xy
from station.twin.scenery import Scenery, lamp
from station.twin.view import View

_PLATE_BGR = (196, 200, 202)
_ARM_BGR = (118, 146, 186)
_ARM_RADIUS_MM = 42.0
_ARM_TOP_MM = 60.0
_SETTLES = 4
"""Rounds to find where a ray meets a plate that is not flat: a bow of some millimetres over some
hundred is that slanted at most, so each round wins a digit and a half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A plate that lies over most of the bench.

    Attributes:
        height_mm: Of its top above the bench, in its middle.
        bow_mm: How much higher its middle is than the middles of its edges; below 0: it sags.
        tilt_mm: How much higher its right and back edges are than its left and front ones.
        inset_mm: How far its edges keep from those of the bench; None: a ninth of the width, so
            that it hides no tag.
    """

    height_mm: float
    bow_mm: float = 0.0
    tilt_mm: Xy = (0.0, 0.0)
    inset_mm: float | None = None

    def edges_mm(self, bench_mm: Xy) -> tuple[float, float, float, float]:
        """Left, front, right and back edge."""
        inset = bench_mm[0] / 9.0 if self.inset_mm is None else self.inset_mm
        return inset, inset, bench_mm[0] - inset, bench_mm[1] - inset

    def top_mm(
        self, x_mm: NDArray[np.float64], y_mm: NDArray[np.float64], bench_mm: Xy
    ) -> NDArray[np.float64]:
        """How high its top is at these points, which may lie beyond its edges."""
        left, front, right, back = self.edges_mm(bench_mm)
        across = np.clip((2 * x_mm - left - right) / (right - left), -1.5, 1.5)
        along = np.clip((2 * y_mm - front - back) / (back - front), -1.5, 1.5)
        slope = (across * self.tilt_mm[0] + along * self.tilt_mm[1]) / 2.0
        return self.height_mm + slope - self.bow_mm * (across**2 + along**2 - across**2 * along**2)


def lay_plate(scenery: Scenery, view: View, plate: Plate, bench_mm: Xy) -> None:
    """Lay a plate over everything, in place."""
    top = np.full(scenery.height_mm.shape, plate.height_mm, np.float64)
    for _ in range(_SETTLES if plate.bow_mm or any(plate.tilt_mm) else 0):
        top = plate.top_mm(*view.at(top), bench_mm)
    x, y = view.at(top)
    left, front, right, back = plate.edges_mm(bench_mm)
    on_it = (x >= left) & (x < right) & (y >= front) & (y < back)
    scenery.height_mm[on_it] = top[on_it]
    scenery.reflect[on_it] = _PLATE_BGR
    scenery.shade[on_it] = lamp(view.eye.size_px)[on_it][:, None]


def lay_arm(scenery: Scenery, view: View, from_to_mm: tuple[Xy, Xy]) -> None:
    """Lay an arm over everything, in place. It hides what is below it and takes the light."""
    x, y = view.at(_ARM_TOP_MM)
    start, end = (np.array(point) for point in from_to_mm)
    way = end - start
    length2 = max(float(way @ way), 1e-6)
    share = np.clip(((x - start[0]) * way[0] + (y - start[1]) * way[1]) / length2, 0.0, 1.0)
    off = np.hypot(x - start[0] - share * way[0], y - start[1] - share * way[1]) / _ARM_RADIUS_MM
    on_it = off < 1.0
    round_ = np.sqrt(1.0 - off[on_it] ** 2)
    scenery.height_mm[on_it] = _ARM_TOP_MM
    scenery.reflect[on_it] = (np.array(_ARM_BGR) * (0.55 + 0.45 * round_)[:, None]).astype(np.uint8)
    scenery.shade[on_it] = lamp(view.eye.size_px)[on_it][:, None]


def sunlit(view: View, sun: Sun) -> NDArray[np.float32]:
    """How much sunlight arrives at what each pixel sees, as a multiple of the projector's white."""
    x, y = view.on_bench
    off_mm = np.hypot(x - sun.at_mm[0], y - sun.at_mm[1])
    soft = np.clip((sun.radius_mm - off_mm) / 12.0 + 0.5, 0.0, 1.0)
    return (sun.strength * soft).astype(np.float32)
