"""The composition root: a station file, a task file and wishes become a running station."""

from __future__ import annotations

import importlib.metadata
import logging
import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import platformdirs

from calibration.maps import BenchMaps, maps_for
from calibration.store import read_calibration
from projector.reach import out_of_reach
from projector.render import Renderer
from station.alone import alone_in
from station.clock import SourceClock
from station.guide import Guide
from station.keeper import Keeper
from station.latency import Stages
from station.log import log_to_file
from station.loop import Parts, run
from station.outbox import Outbox
from station.report import Reporter
from station.seeing import Bench, is_film, opened_sight
from station.showing import event_writer, evidence_writer, marking, noted, opened_screen
from station.threads import NamedThread
from station.wishes import StationError, Wishes
from station_config.station import Station
from station_config.station_file import read_station
from station_config.yaml_file import YamlFileError
from tasks.model import Task
from tasks.task_file import check_against, read_task

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a station's work ended.

    Attributes:
        stages: What it measured of itself.
        drained: Whether the hub had stored everything at the end; True without a hub.
        waiting: How many events the hub had not stored.
    """

    stages: Stages
    drained: bool
    waiting: int

    def __str__(self) -> str:
        """One line for who started it."""
        waits = "" if self.drained else f" {self.waiting} events wait here for the hub."
        return f"Ended after {self.stages.sights} pictures.{waits}"


DRAIN_S = 5.0
"""How long a station that is told to stop waits for the hub; what is left waits on disk."""


def guide_at_station(wishes: Wishes, stop: threading.Event) -> Ended:
    """Run a station until its film ends, somebody quits, or `stop` is set. Main thread only.

    Raises:
        YamlFileError, StationError, CalibrationError, ModelFileError, NoSuchDisplayError,
        FrameSourceLostError, OutboxError: It cannot start or go on; each says what to do.
    """
    with ExitStack() as on_exit:
        parts, outbox = _build(wishes, on_exit)
        run(parts, stop)
        drained = parts.station.hub is None or parts.reporter.drained(within_s=DRAIN_S)
        standing = outbox.standing()
        return Ended(
            stages=parts.stages,
            drained=drained,
            waiting=standing.newest_seq - standing.acked_to,
        )


def _build(wishes: Wishes, on_exit: ExitStack) -> tuple[Parts, Outbox]:
    # MediaPipe keeps two cores busy; a pool of OpenCV's own beside it costs 5 % more CPU and wins
    # nothing (benchmarks/station_loop.py).
    cv2.setNumThreads(1)
    station, task = _read_files(wishes)
    folder = wishes.folder or data_folder(station)
    log_to_file(folder)
    on_exit.enter_context(alone_in(folder, station))
    outbox = Outbox(folder / "outbox.db")
    on_exit.callback(outbox.close)
    kept = outbox.run()
    size_px = (station.projector.width_px, station.projector.height_px)
    calibration = read_calibration(station.calibration)
    # What the camera's pictures must be like shows when they come; here it is about light.
    maps = maps_for(station, calibration, camera_wh=calibration.camera_wh)
    _check_reach(station, size_px, maps)
    reporter = Reporter(station, outbox, title=station.title, versions=versions())
    bench = Bench(
        wishes=wishes,
        station=station,
        task=task,
        calibration=calibration,
        kept=kept,
        reporter=reporter,
    )
    sighted = opened_sight(bench, on_exit)
    screen, keys = opened_screen(wishes, station, size_px, sighted.twin)
    on_exit.callback(screen.close)
    on_exit.enter_context(NamedThread("report", reporter.run))
    keeper = Keeper(
        outbox,
        station=station.station_id,
        task=task.task_id,
        also=event_writer(wishes.events, on_exit),
    )
    clock = SourceClock(runs_on=not wishes.in_step)
    parts = Parts(
        station=station,
        guide=Guide(task, station, kept=kept),
        watch=noted(wishes, sighted.watch, on_exit),
        renderer=Renderer(size_px, maps.proj_from_bench.plane),
        screen=screen,
        keys=marking(wishes, keys, task, clock),
        keeper=keeper,
        reporter=reporter,
        clock=clock,
        stages=Stages(),
        shines=sighted.twin is not None or (wishes.window and not is_film(station.camera.source)),
        evidence_seen=evidence_writer(wishes.evidence, on_exit),
    )
    return parts, outbox


def data_folder(station: Station) -> Path:
    """Where a station keeps its outbox and log when nobody says otherwise."""
    return platformdirs.user_data_path("handwijzer") / station.station_id


def _read_files(wishes: Wishes) -> tuple[Station, Task]:
    """Both files, with the mistakes of both told together."""
    mistakes: list[str] = []
    station: Station | None = None
    task: Task | None = None
    try:
        station = read_station(wishes.station)
    except YamlFileError as error:
        mistakes.append(str(error))
    try:
        task = read_task(wishes.task)
    except YamlFileError as error:
        mistakes.append(str(error))
    if station is not None and task is not None:
        mistakes += [str(mistake) for mistake in check_against(wishes.task, station)]
    if mistakes or station is None or task is None:
        raise StationError("\n".join(mistakes))
    camera = station.camera
    if wishes.source is not None:
        camera = replace(camera, source=wishes.source)
    hub = station.hub if wishes.reports else None
    if hub is not None and wishes.broker is not None:
        hub = replace(hub, broker=wishes.broker)
    return replace(station, camera=camera, hub=hub), task


def _check_reach(station: Station, size_px: tuple[int, int], maps: BenchMaps) -> None:
    outside = out_of_reach(station.zones, size_px, maps.proj_from_bench.plane)
    if outside and maps.projector_measured:
        logger.warning("the projector does not reach all of: %s", ", ".join(outside))


def versions() -> dict[str, str]:
    """Of the program and of the libraries that see."""
    named = ("handwijzer", "mediapipe", "opencv-python")
    return {name: importlib.metadata.version(name) for name in named}
