"""`handwijzer looks`: teach what zones should look like after steps, and check it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

from calibration.maps import maps_for
from calibration.space import SpaceMap
from calibration.store import read_calibration
from projector.window import Window
from station.commands.console import say, tell
from station.seeing import is_film, is_twin
from station.twin.bench import TwinBench, TwinWishes
from station.twin.personas import persona_named
from station.twin_controls import TwinControls
from station.watch import SourceNote
from station.wishes import StationError
from station.zone_page.sources import opened_source
from station_config.station import Station
from station_config.station_file import read_station
from tasks.model import Task
from tasks.task_file import read_task
from vision.frames import FrameSource
from vision.taught_looks import (
    TaughtLook,
    ZoneView,
    looks_folder,
    models_of,
    read_looks,
    start_of,
    steps_with_looks,
    write_look,
)

app = typer.Typer(no_args_is_help=True, help="Teach what zones should look like, and check it.")

StationFile = Annotated[
    Path, typer.Option("--station", help="The station file.", exists=True, dir_okay=False)
]
TaskFile = Annotated[
    Path, typer.Option("--task", help="The task file.", exists=True, dir_okay=False)
]
FromPicture = Annotated[
    Path | None,
    typer.Option(
        "--from-picture",
        help="A picture by the station's camera, instead of a new one.",
        exists=True,
        dir_okay=False,
    ),
]
Source = Annotated[
    str | None,
    typer.Option("--source", help="A camera's number, a film, or twin; else as in the file."),
]
AtS = Annotated[
    float, typer.Option("--at-s", min=0.0, help="How many seconds into the film, or from now.")
]
NoWindow = Annotated[
    bool,
    typer.Option("--no-window", help="Do not darken the projector: it is off, or there is none."),
]

FRAMES = 5
"""The middle of so many pictures has less than half the noise of one."""


LONG_S = 1e9
"""The twin's worker waits for light that does not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which picture is wanted.

    Attributes:
        at_s: So long after the source began.
        dark: Darken the projector.
        work: The task that the twin's bench shows; None: its worker goes round.
        done: The places of it that are done.
    """

    at_s: float
    dark: bool
    work: Task | None = None
    done: frozenset[int] = frozenset()


@app.command()
def teach(
    station: StationFile,
    task: TaskFile,
    step: Annotated[str, typer.Option(help="The step after which the zone looks like this.")],
    from_picture: FromPicture = None,
    source: Source = None,
    at_s: AtS = 1.0,
    *,
    before: Annotated[
        bool,
        typer.Option("--before", help="How the step's zone looks before anything was done."),
    ] = False,
    no_window: NoWindow = False,
) -> None:
    """Keep how a zone looks now. Nobody may be over it."""
    bench, work = _with_source(read_station(station), source), read_task(task)
    zone_id = _zone_of(work, step)
    done = frozenset[int]() if before else _done_with(work, step)
    wanted = Wanted(at_s=at_s, dark=not no_window, work=work, done=done)
    bgr = _picture(bench, from_picture, wanted)
    name = start_of(zone_id) if before else step
    zone, folder = bench.zones[zone_id], looks_folder(bench, work)
    patch = ZoneView(zone, _maps(bench, bgr)).patch(bgr)
    look = TaughtLook(zone_id=zone_id, polygon_mm=zone.polygon_mm, patch=patch)
    # Two looks that show the same are refused before anything is written.
    zones = models_of({**read_looks(folder), name: look}, bench, _maps(bench, bgr))
    path = write_look(folder, name, look)
    say(f"Kept in {path}. Look at it: the zone should be whole and sharp, without a hand.")
    for one, other in zones[zone_id].alike:
        tell(
            f"'{one}' and '{other}' are almost the same: in poor light they will not be told apart."
            " Is the picture right? A smaller zone round the part helps."
        )
    missing = sorted(steps_with_looks(work).keys() - read_looks(folder).keys())
    if missing:
        tell(f"Not taught yet: {', '.join(missing)}")


@app.command()
def check(
    station: StationFile,
    task: TaskFile,
    from_picture: FromPicture = None,
    source: Source = None,
    at_s: AtS = 1.0,
    *,
    no_window: NoWindow = False,
) -> None:
    """Say which taught look each zone has now, and how surely. Exit code 1: none of them."""
    bench, work = _with_source(read_station(station), source), read_task(task)
    looks = read_looks(looks_folder(bench, work))
    if not looks:
        raise StationError(
            f"No look of task '{work.task_id}' has been taught at this station. "
            "Teach one with: handwijzer looks teach"
        )
    bgr = _picture(bench, from_picture, Wanted(at_s=at_s, dark=not no_window))
    unknown = 0
    for zone_id, zone in models_of(looks, bench, _maps(bench, bgr)).items():
        judged = zone.model.judge(zone.view.patch(bgr))
        unknown += not judged.is_sure
        found = f"looks as after '{judged.best}'" if judged.is_sure else "not sure"
        shares = ", ".join(f"{name} {p:.3f}" for name, p in judged.p.items())
        say(f"{zone_id}: {found} ({shares}, none of these {judged.p_none:.3f})")
    if unknown:
        raise typer.Exit(code=1)


def _zone_of(task: Task, step: str) -> str:
    """The zone whose look finishes a step."""
    zones = steps_with_looks(task)
    if step not in zones:
        known = ", ".join(zones) or "none; give a step the key 'looks'"
        raise StationError(
            f"Task '{task.task_id}' has no step '{step}' that is finished by looks. "
            f"It has: {known}."
        )
    return zones[step]


def _with_source(station: Station, source: str | None) -> Station:
    if source is None:
        return station
    return replace(station, camera=replace(station.camera, source=source))


def _maps(station: Station, bgr: NDArray[np.uint8]) -> SpaceMap:
    camera_wh = (bgr.shape[1], bgr.shape[0])
    calibration = read_calibration(station.calibration)
    return maps_for(station, calibration, camera_wh=camera_wh).cam_from_bench


def _done_with(task: Task, step: str) -> frozenset[int]:
    """The places that are done when a step's look is taught."""
    last = max(place for place, each in enumerate(task.steps) if each.step_id == step)
    return frozenset(range(last + 1))


def _source(station: Station, wanted: Wanted, exposure_s: float | None) -> FrameSource:
    """The camera; the twin's bench is as it is when so much work is done, and nobody moves."""
    source = station.camera.source
    if not is_twin(source) or wanted.work is None:
        return opened_source(station, SourceNote(), exposure_s=exposure_s)
    sits = replace(persona_named("fluent"), gives_up_s=LONG_S)
    twin = TwinBench(station, wanted.work, sits, TwinWishes(done=wanted.done))
    if exposure_s is not None:
        TwinControls(twin).lock(exposure_s=exposure_s)
    return twin


@contextmanager
def _dark_projector(station: Station, *, dark: bool) -> Iterator[None]:
    """While pictures are taken the projector shows nothing: looks are taught in neutral light.

    A film shows what it shows, and the twin's projector is dark as long as nobody uses it.

    Raises:
        NoSuchDisplayError: The projector's display is not there.
    """
    camera, size_px = (
        station.camera.source,
        (station.projector.width_px, station.projector.height_px),
    )
    if not dark or is_film(camera) or is_twin(camera):
        yield
        return
    window = Window(size_px, display=station.projector.display, windowed=False, title="Handwijzer")
    try:
        window.put(np.zeros((size_px[1], size_px[0], 4), np.uint8), ((0, 0, *size_px),))
        yield
    finally:
        window.close()


def _picture(station: Station, path: Path | None, wanted: Wanted) -> NDArray[np.uint8]:
    """A picture of the bench: from a file, or the middle of a few new ones."""
    if path is not None:
        bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if bgr is None:
            raise StationError(f"{path} is no picture that can be read.")
        return np.asarray(bgr, np.uint8)
    calibration, kept, began_s = read_calibration(station.calibration), [], None
    with (
        closing(_source(station, wanted, calibration.exposure_s)) as source,
        _dark_projector(station, dark=wanted.dark),
    ):
        for frame in source.frames():
            began_s = frame.taken_s if began_s is None else began_s
            if frame.taken_s - began_s >= wanted.at_s:
                kept.append(frame.bgr.copy())
            if len(kept) == FRAMES:
                break
    if not kept:
        raise StationError(f"The source gave no picture {wanted.at_s:g} s after it began.")
    return np.asarray(np.median(kept, axis=0), np.uint8)
