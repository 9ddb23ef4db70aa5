"""Calibration against truth: every row of the table of figures, on virtual benches.

    python benchmarks/calibration_twin.py

Each scenario is a bench with its own light, lenses and faults, calibrated as `handwijzer calibrate`
does it: exposure, delay, gray code with its checks, maps. Truth comes from the virtual bench, whose
geometry never goes through `calibration/`. Landing is measured by rendering a spot for a place on
the bench, and finding the middle of its light where it really falls. Figures of a virtual bench
are not figures of a real one: lenses are kinder here, and a ruler is right to 0.3-0.5 mm.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import cv2
import numpy as np
from machine import machine
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from calibration.drift import drift_of, drift_picture, drift_reference, fiducial_places
from calibration.from_pictures import PicturesError, from_pictures
from calibration.model import Calibration
from calibration.tags import plate_places
from calibration.trouble import CalibrationTroubleError
from projector.geometry import disc
from projector.pieces import Shape
from projector.scene import Light
from projector.sprites import Painter
from projector.typefaces import Typefaces
from station.bench_files import demo_station_file
from station.calibrating.full_run import Commissioned, FullWishes, commissioned
from station.calibrating.quick_run import quickly
from station.calibrating.rig import Rig, RigWishes, rig_of_twin
from station.calibrating.shooting import Shooter
from station.twin.faults import Bump, Spoil, Sun, TagFaults
from station.twin.laid import Plate
from station.twin.optics import LIFELIKE, Optics
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
FALSE_ALARM_TRIALS, FOUND_TRIALS = 1000, 100
NO_LENS = replace(LIFELIKE, camera_bend_px=0.0, projector_bend_px=0.0)


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


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One bench and what is measured there.

    Attributes:
        name: For people.
        optics: Lenses, light and chip.
        measure: What to do there; gives figures, or `refused` with the words.
        figures_bench: The bench on which the limits were measured, instead of the demo's.
        seed: Of noise and wood.
    """

    name: str
    optics: Optics
    measure: Callable[[Bench], dict[str, Any]]
    figures_bench: bool = False
    seed: int = 1


def opened(scenario: Scenario, on_exit: ExitStack) -> Bench:
    """Build the bench of a scenario."""
    station = read_station(demo_station_file())
    if scenario.figures_bench:
        wishes = wishes_of_figures(optics=scenario.optics, seed=scenario.seed)
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
        wishes = wishes_of_station(station, optics=scenario.optics, seed=scenario.seed)
    twin = TwinRig(wishes)
    rig = rig_of_twin(twin, station, RigWishes(window=False, in_step=True), on_exit)
    return Bench(twin=twin, rig=rig, station=station, optics=scenario.optics)


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


def judged(bench: Bench) -> dict[str, Any]:
    """A full calibration of the bench alone: maps, landing, coverage, time."""
    began_s = bench.rig.feed.now_s()
    done = full(bench)
    landed = landing_mm(bench, done.calibration)
    return {
        **map_error(bench, done.calibration),
        "landing_rms_mm": rms(landed),
        "landing_max_mm": float(landed.max()),
        "coverage": done.calibration.coverage,
        "full_s": bench.rig.feed.now_s() - began_s,
        "computing_s": done.computing_s,
        "pairs_again": done.pairs_again,
    }


def with_heights(bench: Bench) -> dict[str, Any]:
    """A full calibration with the plate, judged up to 200 mm."""
    made = full(bench, plate=True).calibration
    landed = landing_mm(bench, made, HEIGHTS_MM)
    flat = landing_mm(bench, made)
    return {
        **map_error(bench, made),
        "landing_rms_mm": rms(flat),
        "landing_max_mm": float(flat.max()),
        "heights_rms_mm": rms(landed),
        "heights_max_mm": float(landed.max()),
    }


def spoilt(bench: Bench) -> dict[str, Any]:
    """Bad frames all through the capture: the maps must not suffer."""
    bench.twin.faults.spoil_share = dict.fromkeys(Spoil, 0.02)
    return judged(bench)


def bumped(bench: Bench) -> dict[str, Any]:
    """Knocks of many sizes, each mended by a quick calibration."""
    made = full(bench, plate=True).calibration
    took, off, high = [], [], []
    for bump in (
        Bump(shift_mm=(0.4, 0.3)),
        Bump(shift_mm=(-1.5, 1.3), turn_deg=0.1),
        Bump(shift_mm=(14.0, 14.0)),
    ):
        for device in ("projector", "camera"):
            setattr(bench.twin.faults, f"{device}_bump", bump)
            began_s = bench.rig.feed.now_s()
            made = quickly(bench.rig, bench.station, made).calibration
            took.append(bench.rig.feed.now_s() - began_s)
            off.append(landing_mm(bench, made))
            high.append(landing_mm(bench, made, (100.0,)))
            setattr(bench.twin.faults, f"{device}_bump", None)
            made = quickly(bench.rig, bench.station, made).calibration
    return {
        "quick_s": float(np.median(took)),
        "quick_rms_mm": max(rms(one) for one in off),
        "quick_max_mm": max(float(one.max()) for one in off),
        "quick_high_rms_mm": max(rms(one) for one in high),
    }


def drifting(bench: Bench) -> dict[str, Any]:
    """Many pairs of frames with fresh noise: with bumps of 0.2 mm and more, and without."""
    made = full(bench).calibration
    places = fiducial_places(made, bench_mm=bench.station.bench_mm, keep_clear_mm=())
    reference = drift_reference(made, places)
    pictures = drift_picture(made, places)
    noise = _noise_tiles(bench.optics.noise_levels, bench.twin.size_px[::-1])
    rng = np.random.default_rng(7)
    took_ms: list[float] = []

    def alarms(trials: int, bump: Bump | None, device: str = "projector") -> int:
        setattr(bench.twin.faults, f"{device}_bump", bump)
        clean = _clean(bench, pictures)
        setattr(bench.twin.faults, f"{device}_bump", None)
        found = 0
        for _ in range(trials):
            frames = [_noisy(one, noise, rng) for one in clean]
            began_s = time.thread_time()
            drift = drift_of(reference, *frames)
            took_ms.append((time.thread_time() - began_s) * 1e3)
            found += drift is not None and drift.who is not None
        return found

    knocks = [Bump(shift_mm=(0.2 * np.cos(a), 0.2 * np.sin(a))) for a in (0.3, 2.4, 4.5)]
    found = sum(
        alarms(FOUND_TRIALS, bump, device) for bump in knocks for device in ("projector", "camera")
    )
    return {
        "drift_found": found / (FOUND_TRIALS * len(knocks) * 2),
        "drift_false": alarms(FALSE_ALARM_TRIALS, None) / FALSE_ALARM_TRIALS * 1000.0,
        "drift_ms": float(np.median(took_ms)),
    }


def _clean(bench: Bench, pictures: tuple[Any, Any]) -> list[NDArray[np.float32]]:
    """Both frames, the mean of some so that their own noise is small."""
    shooter = Shooter(
        feed=bench.rig.feed,
        screen=bench.rig.displays[0].opened(),
        projector_wh=bench.rig.projector_wh,
    )
    shooter.settle_s = 0.2
    means = []
    for picture in pictures:
        shooter.shot(picture)
        frames = [shooter.taken(bench.rig.feed.now_s()).astype(np.float32) for _ in range(24)]
        means.append(np.mean(frames, axis=0))
    shooter.close()
    return means


def _noise_tiles(levels: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    raw = rng.normal(0.0, 1.0, (shape[0] + 96, shape[1] + 96)).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), 0.6)
    return np.asarray(soft / soft.std() * levels, np.float32)


def _noisy(
    clean: NDArray[np.float32], noise: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """With noise cut from another place each time; rounding happens after it, as in a chip."""
    y, x = rng.integers(0, 96, 2)
    high, wide = clean.shape
    added = cv2.add(clean, noise[y : y + high, x : x + wide])
    return np.asarray(cv2.convertScaleAbs(added), np.uint8)


def refuses(change: Callable[[Bench], None], words: str) -> Callable[[Bench], dict[str, Any]]:
    """A bad day: it must be refused, with words that name what is wrong."""

    def measure(bench: Bench) -> dict[str, Any]:
        change(bench)
        try:
            full(bench, plate=words == "plate")
        except CalibrationTroubleError as error:
            return {"refused": str(error), "as_it_should": words in str(error).lower()}
        return {"refused": "not refused", "as_it_should": False}

    return measure


def told_or_good(change: Callable[[Bench], None], words: str) -> Callable[[Bench], dict[str, Any]]:
    """A bad day that may be lived with: told in the remarks or refused, or light still lands."""

    def measure(bench: Bench) -> dict[str, Any]:
        change(bench)
        try:
            made = full(bench).calibration
        except CalibrationTroubleError as error:
            return {"refused": str(error), "as_it_should": words in str(error).lower()}
        landed = landing_mm(bench, made)
        told = any(words in remark.lower() for remark in made.remarks)
        return {
            "landing_rms_mm": rms(landed),
            "coverage": made.coverage,
            "remarks": " ".join(made.remarks),
            "as_it_should": told or rms(landed) <= 0.05,
        }

    return measure


def _fault(**changes: Any) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        for name, value in changes.items():
            setattr(bench.twin.faults, name, value)

    return change


def _bowed(bench: Bench) -> None:
    """Every plate that is laid bows by 6 mm."""
    lay = bench.twin.lay_plate
    bench.twin.lay_plate = lambda top: lay(  # type: ignore[method-assign,assignment]
        Plate(height_mm=top, bow_mm=6.0) if isinstance(top, float) else None
    )


def scenarios() -> list[Scenario]:
    """All of them; the dear ones first, so that both cores end together."""
    four = replace(LIFELIKE, ambient=4.0)
    return [
        Scenario(name="drift: noise of 2 levels", optics=LIFELIKE, measure=drifting),
        Scenario(name="knocks mended", optics=LIFELIKE, measure=bumped),
        Scenario(
            name="bins 0-200 mm, figures' bench", optics=LIFELIKE, measure=with_heights,
            figures_bench=True,
        ),
        Scenario(name="bins 0-200 mm, demo bench", optics=LIFELIKE, measure=with_heights),
        Scenario(name="without lenses", optics=NO_LENS, measure=judged, figures_bench=True),
        Scenario(name="with lenses", optics=LIFELIKE, measure=judged, figures_bench=True),
        Scenario(name="ambient 4x", optics=four, measure=judged, figures_bench=True),
        Scenario(name="demo bench", optics=LIFELIKE, measure=judged),
        Scenario(name="demo bench, ambient 4x", optics=four, measure=judged),
        Scenario(name="ambient 8x", optics=replace(LIFELIKE, ambient=8.0), measure=judged),
        Scenario(name="dark room", optics=replace(LIFELIKE, ambient=0.05), measure=judged),
        Scenario(
            name="noise of 6 levels", optics=replace(LIFELIKE, noise_levels=6.0), measure=judged
        ),
        Scenario(
            name="blurred", optics=replace(LIFELIKE, camera_blur_px=1.4, projector_blur_px=1.2),
            measure=judged,
        ),
        Scenario(name="wild wood", optics=replace(LIFELIKE, texture=8.0), measure=judged),
        Scenario(
            name="strong lenses", measure=judged,
            optics=replace(LIFELIKE, camera_bend_px=14.0, projector_bend_px=5.0),
        ),
        Scenario(name="frames repeated, torn, blended, gain", optics=LIFELIKE, measure=spoilt),
        Scenario(name="another bench top", optics=LIFELIKE, measure=judged, seed=5),
        Scenario(
            name="a tag is missing", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(missing=frozenset({2}))), "back right"),
        ),
        Scenario(
            name="tags mirrored", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(mirrored=frozenset(range(4)))), "mirror"),
        ),
        Scenario(
            name="a tag 12 mm off", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(shifted_mm={3: (12.0, -4.0)})), "back left"),
        ),
        Scenario(
            name="two tags swapped", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(taken_for={0: 1, 1: 0})), "front"),
        ),
        Scenario(
            name="sun on the bench", optics=LIFELIKE,
            measure=told_or_good(_fault(sun=Sun(at_mm=(300.0, 300.0))), "sun"),
        ),
        Scenario(
            name="the wrong display", optics=LIFELIKE,
            measure=refuses(_fault(wrong_display=True), "display"),
        ),
        Scenario(
            name="a plate that bows by 6 mm", optics=LIFELIKE, measure=refuses(_bowed, "plate")
        ),
    ]  # fmt: skip


def lived(number: int) -> tuple[int, dict[str, Any], float]:
    """Live one scenario."""
    cv2.setNumThreads(1)
    scenario = scenarios()[number]
    began_s = time.process_time()
    with ExitStack() as on_exit:
        try:
            figures = scenario.measure(opened(scenario, on_exit))
        except CalibrationTroubleError as error:
            figures = {"trouble": str(error)}
    return number, figures, time.process_time() - began_s


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table of figures.

    Attributes:
        name: What it is about.
        goal: At most, or at least.
        value: What was measured; NaN when it was not.
        limit: What others measured at best, in words.
        at_least: The goal is a lower bound.
    """

    name: str
    goal: float
    value: float
    limit: str
    at_least: bool = field(default=False)

    @property
    def is_met(self) -> bool:
        """Whether it is; what was not measured is missed."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal


PLAIN, LENS, FOUR = "without lenses", "with lenses", "ambient 4x"
HIGH, DEMO, KNOCKS = "bins 0-200 mm, figures' bench", "demo bench", "knocks mended"
DRIFT, BAD = "drift: noise of 2 levels", "frames repeated, torn, blended, gain"
TABLE = (
    ("map, no distortion, rms px", "<=", 0.02, PLAIN, "map_rms_px", "0.005"),
    ("map, no distortion, max px", "<=", 0.05, PLAIN, "map_max_px", "0.013"),
    ("map, lenses, rms mm", "<=", 0.02, LENS, "map_rms_mm", "0.003"),
    ("map, lenses, max mm", "<=", 0.05, LENS, "map_max_mm", "0.016"),
    ("highlight lands, rms mm", "<=", 0.05, LENS, "landing_rms_mm", "0.017"),
    ("highlight lands, max mm", "<=", 0.15, LENS, "landing_max_mm", "0.07"),
    ("bins 0-200 mm, rms mm", "<=", 0.1, HIGH, "heights_rms_mm", "0.015"),
    ("bins 0-200 mm, max mm", "<=", 0.3, HIGH, "heights_max_mm", "0.03"),
    ("ambient 4x, map rms mm", "<=", 0.05, FOUR, "map_rms_mm", "0.002"),
    ("coverage", ">=", 0.98, LENS, "coverage", "0.993"),
    ("coverage, ambient 4x", ">=", 0.94, FOUR, "coverage", "0.97"),
    ("full calibration at 30 fps, s", "<=", 8.0, DEMO, "full_s", "4.4"),
    ("its computing, s", "<=", 0.5, DEMO, "computing_s", "-"),
    ("quick, s", "<=", 1.0, KNOCKS, "quick_s", "0.5"),
    ("quick, rms mm, the worst knock", "<=", 0.05, KNOCKS, "quick_rms_mm", "0.004-0.03"),
    ("drift of 0.2 mm found", ">=", 0.99, DRIFT, "drift_found", "0.04-0.1 mm"),
    ("false alarms per 1 000", "<=", 1.0, DRIFT, "drift_false", "0 of 80"),
    ("drift, computing ms", "<=", 50.0, DRIFT, "drift_ms", "30-48"),
    ("bad frames: map rms mm after re-shooting", "<=", 0.02, BAD, "map_rms_mm", "-"),
)
"""Every row of the table of figures: name, goal, scenario, figure, and what others measured."""


def rows(found: dict[str, dict[str, Any]], data: Path) -> list[Row]:
    """The table of figures, filled in."""
    told = [one["as_it_should"] for one in found.values() if "as_it_should" in one]
    filled = [
        Row(
            name=name,
            goal=goal,
            value=float(found[scenario].get(figure, float("nan"))),
            limit=limit,
            at_least=sign == ">=",
        )
        for name, sign, goal, scenario, figure, limit in TABLE
    ]
    share = sum(told) / max(1, len(told))
    bad_days = Row(
        name="bad days told as they should", goal=1.0, value=share, limit="-", at_least=True
    )
    return [*filled, bad_days, *real_rows(data)]


def real_rows(data: Path) -> list[Row]:
    """The last row of the table: real captures, when they are there."""
    found = []
    for pose in ("pose_0", "pose_1"):
        try:
            found.append(from_pictures(data / pose, projector_wh=(1024, 768), board=(9, 7)).quality)
        except PicturesError:
            return []
    rms_px = max(quality.plane_rms_px for quality in found)
    median_px = max(quality.plane_median_px for quality in found)
    decoded = min(quality.decoded_share_of_lit for quality in found)
    return [
        Row(name="real, rms px", goal=0.44, value=rms_px, limit="0.408"),
        Row(name="real, median px", goal=0.39, value=median_px, limit="-"),
        Row(name="real, lit pixels decoded", goal=1.0, value=decoded, limit="1", at_least=True),
    ]


def main() -> None:
    """Run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--only", help="scenarios whose name has this")
    asked.add_argument("--data", type=Path, default=Path("../shared/data/graycode"))
    asked.add_argument("--json", type=Path, help="also write all figures here")
    wishes = asked.parse_args()
    named = scenarios()
    wanted = [n for n, one in enumerate(named) if wishes.only is None or wishes.only in one.name]
    began_s = time.perf_counter()
    found: dict[str, dict[str, Any]] = {}
    cpu_s: dict[str, float] = {}
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(wishes.workers, mp_context=fresh) as pool:
        for number, figures, took_s in pool.map(lived, wanted):
            found[named[number].name], cpu_s[named[number].name] = figures, took_s
    took_s = time.perf_counter() - began_s
    out = Console(width=130)
    out.print(_scenario_table(found, cpu_s))
    missed = 0
    if wishes.only is None:
        table = rows(found, wishes.data)
        out.print(_row_table(table))
        missed = sum(not row.is_met for row in table)
        out.print(
            f"{len(found)} scenarios in {took_s:.0f} s, {wishes.workers} at a time;"
            f" {missed} rows missed"
        )
    if wishes.json is not None:
        written = {
            "at": datetime.now(UTC).isoformat(),
            "machine": machine(),
            "took_s": took_s,
            "found": found,
        }
        wishes.json.write_text(
            json.dumps(written, indent=2, default=float) + "\n", encoding="utf-8"
        )
    sys.exit(1 if missed else 0)


def _scenario_table(found: dict[str, dict[str, Any]], cpu_s: dict[str, float]) -> Table:
    table = Table(title="Scenarios")
    table.add_column("bench")
    table.add_column("CPU s", justify="right")
    table.add_column("found")
    for name, figures in found.items():
        told = ", ".join(
            f"{key} {value:.3f}" if isinstance(value, float) else f"{key}: {value}"
            for key, value in figures.items()
        )
        table.add_row(name, f"{cpu_s[name]:.1f}", told)
    return table


def _row_table(table: list[Row]) -> Table:
    shown = Table(title="The table of figures")
    for name in ("", "figure", "goal", "measured", "limit of others"):
        shown.add_column(name)
    for row in table:
        sign = "≥" if row.at_least else "≤"
        shown.add_row(
            "met" if row.is_met else "MISSED",
            row.name,
            f"{sign} {row.goal:g}",
            f"{row.value:.4f}",
            row.limit,
        )
    return shown


if __name__ == "__main__":
    main()
