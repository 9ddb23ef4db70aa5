"""`handwijzer looks`: teach what zones should look like after steps, and check it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

from calibration.maps import maps_for
from calibration.space import SpaceMap
from calibration.store import read_calibration
from station.commands.console import say, tell
from station.watch import SourceNote
from station.wishes import StationError
from station.zone_page.sources import opened_source
from station_config.station import Station
from station_config.station_file import read_station
from tasks.model import Task
from tasks.task_file import read_task
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

FRAMES = 5
"""The middle of so many pictures has less than half the noise of one."""


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
) -> None:
    """Keep how a zone looks now. Nobody may be over it."""
    bench, work = _with_source(read_station(station), source), read_task(task)
    zone_id = _zone_of(work, step)
    bgr = _picture(bench, from_picture, at_s)
    name = start_of(zone_id) if before else step
    zone, folder = bench.zones[zone_id], looks_folder(bench, work)
    patch = ZoneView(zone, _maps(bench, bgr)).patch(bgr)
    look = TaughtLook(zone_id=zone_id, polygon_mm=zone.polygon_mm, patch=patch)
    # Two looks that cannot be told apart are refused before anything is written.
    models_of({**read_looks(folder), name: look}, bench, _maps(bench, bgr))
    path = write_look(folder, name, look)
    say(f"Kept in {path}. Look at it: the zone should be whole and sharp, without a hand.")
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
) -> None:
    """Say which taught look each zone has now, and how surely. Exit code 1: none of them."""
    bench, work = _with_source(read_station(station), source), read_task(task)
    looks = read_looks(looks_folder(bench, work))
    if not looks:
        raise StationError(
            f"No look of task '{work.task_id}' has been taught at this station. "
            "Teach one with: handwijzer looks teach"
        )
    bgr = _picture(bench, from_picture, at_s)
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


def _picture(station: Station, path: Path | None, at_s: float) -> NDArray[np.uint8]:
    """A picture of the bench: from a file, or the middle of a few new ones."""
    if path is not None:
        bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if bgr is None:
            raise StationError(f"{path} is no picture that can be read.")
        return np.asarray(bgr, np.uint8)
    calibration, kept, began_s = read_calibration(station.calibration), [], None
    source = opened_source(station, SourceNote(), exposure_s=calibration.exposure_s)
    with closing(source):
        for frame in source.frames():
            began_s = frame.taken_s if began_s is None else began_s
            if frame.taken_s - began_s >= at_s:
                kept.append(frame.bgr.copy())
            if len(kept) == FRAMES:
                break
    if not kept:
        raise StationError(f"The source gave no picture {at_s:g} s after it began.")
    return np.asarray(np.median(kept, axis=0), np.uint8)
