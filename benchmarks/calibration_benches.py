"""A virtual bench to calibrate, and how far its maps and its light are from the truth.

Truth comes from the virtual bench, whose geometry never goes through `calibration/`. Landing is
measured by rendering a spot for a place on the bench, and finding the middle of its light where it
really falls.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.model import Calibration
from calibration.tags import plate_places
from projector.geometry import disc
from projector.pieces import Shape
from projector.scene import Light
from projector.sprites import Painter
from projector.typefaces import Typefaces
from station.bench_files import demo_station_file
from station.calibrating.full_run import Commissioned, FullWishes, commissioned
from station.calibrating.rig import Rig, RigWishes, rig_of_twin
from station.twin.laid import Plate
from station.twin.optics import Optics
from station.twin.rig import Rig as TwinRig
from station.twin.rig import wishes_of_figures, wishes_of_station
from station_config.station import Station
from station_config.station_file import read_station

Points = NDArray[np.float64]
Figures = dict[str, float]
SPOT_MM = 6.0
"""Radius of the spot whose landing is measured: the width of two outlines."""
GRID = 12
"""Places a side at which maps and landing are judged."""
HEIGHTS_MM = (0.0, 50.0, 100.0, 150.0, 200.0)
PLATE_MM = 100.0


class Quiet:
    """Nobody is told how it goes."""

    def chapter(self, title: str, steps: int) -> None: ...

    def step(self, done: float) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A virtual bench, ready to be calibrated."""

    twin: TwinRig
    rig: Rig
    station: Station
    optics: Optics


def opened(
    optics: Optics, on_exit: ExitStack, *, figures_bench: bool = False, seed: int = 1
) -> Bench:
    """Build a bench.

    Args:
        optics: Lenses, light and chip.
        on_exit: Closes it.
        figures_bench: The bench on which the limits were measured, instead of the demo's.
        seed: Of noise and wood.
    """
    station = read_station(demo_station_file())
    if figures_bench:
        wishes = wishes_of_figures(optics=optics, seed=seed)
        camera_wh, projector_wh = wishes.camera.size_px, wishes.projector.size_px
        station = replace(
            station,
            bench_mm=wishes.bench_mm,
            camera=replace(station.camera, width_px=camera_wh[0], height_px=camera_wh[1]),
            projector=replace(
                station.projector, width_px=projector_wh[0], height_px=projector_wh[1]
            ),
            zones={},
        )
    else:
        wishes = wishes_of_station(station, optics=optics, seed=seed)
    twin = TwinRig(wishes)
    rig = rig_of_twin(twin, station, RigWishes(window=False, in_step=True), on_exit)
    return Bench(twin=twin, rig=rig, station=station, optics=optics)


def full(bench: Bench, *, plate: bool = False) -> Commissioned:
    """A full calibration, as the command makes it."""
    wishes = FullWishes()
    if plate:
        left, front, right, back = Plate(height_mm=PLATE_MM).edges_mm(bench.station.bench_mm)
        wishes = FullWishes(
            plate_mm=PLATE_MM,
            plate_places=plate_places((right - left, back - front), (left, front)),
            lay_plate=bench.twin.lay_plate,
        )
    made = commissioned(bench.rig, bench.station, wishes, Quiet())
    bench.twin.lay_plate(None)
    return made


def grid_mm(bench: Bench, *, inset_mm: float = 20.0) -> Points:
    """Places all over the bench."""
    wide, deep = bench.station.bench_mm
    x, y = np.meshgrid(
        np.linspace(inset_mm, wide - inset_mm, GRID), np.linspace(inset_mm, deep - inset_mm, GRID)
    )
    return np.column_stack([x.ravel(), y.ravel()])


def at_height(points_mm: Points, height_mm: float) -> Points:
    """Shape (N, 2) to (N, 3)."""
    return np.column_stack([points_mm, np.full(len(points_mm), height_mm)])


def map_error(bench: Bench, made: Calibration) -> Figures:
    """Camera pixel to projector pixel over the bench: rms and worst, in pixels and in mm."""
    places = grid_mm(bench)
    seen_px = bench.twin.camera_px(at_height(places, 0.0))
    lit_px = _proj(made).apply(made.cam_from_bench.bench_at(seen_px))
    off_px = np.linalg.norm(lit_px - bench.twin.projector_px(at_height(places, 0.0)), axis=1)
    off_mm = np.linalg.norm(bench.twin.projector_mm(lit_px, 0.0) - places, axis=1)
    return {
        "map_rms_px": rms(off_px),
        "map_max_px": float(off_px.max()),
        "map_rms_mm": rms(off_mm),
        "map_max_mm": float(off_mm.max()),
    }


def landing_mm(bench: Bench, made: Calibration, heights_mm: Iterable[float] = (0.0,)) -> Points:
    """How far from where it should be each spot of light lands, through the whole chain."""
    size_px = (bench.station.projector.width_px, bench.station.projector.height_px)
    painter = Painter(size_px, _proj(made), Typefaces())
    off = []
    for height_mm in heights_mm:
        for x, y in grid_mm(bench)[:: 1 if height_mm == 0.0 else 5]:
            spot = Shape(parts=((disc((x, y), SPOT_MM),),), light=Light.PLAIN, height_mm=height_mm)
            sprite = painter.paint(spot)
            landed = _middle_mm(bench, sprite.left_px, sprite.top_px, sprite.bgrx, height_mm)
            if landed is not None:
                off.append(np.linalg.norm(landed - (x, y)))
    return np.array(off)


def _middle_mm(
    bench: Bench, left: int, top: int, bgrx: NDArray[np.uint8], height_mm: float
) -> Points | None:
    """The middle of a patch of light where it truly falls; None when the picture cuts it."""
    if bgrx.size == 0:
        return None
    rows, columns = bgrx.shape[:2]
    size = bench.station.projector
    if left == 0 or top == 0 or left + columns >= size.width_px or top + rows >= size.height_px:
        return None
    weights = (bgrx[:, :, 1] / 255.0) ** bench.optics.projector_gamma
    ys, xs = np.nonzero(bgrx[:, :, 1])
    lands = bench.twin.projector_mm(np.column_stack([xs + left, ys + top]).astype(float), height_mm)
    return np.asarray(np.average(lands, axis=0, weights=weights[ys, xs]), np.float64)


def rms(values: Points) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values**2))) if len(values) else float("nan")


def _proj(made: Calibration) -> Any:
    assert made.proj_from_bench is not None  # a full calibration measures it
    return made.proj_from_bench
