"""The composition root: a station file, a task file and wishes become a running station."""

from __future__ import annotations

import importlib.metadata
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import platformdirs

from calibration.maps import BenchMaps
from projector.reach import unreached
from projector.render import Renderer
from station.aiming import Aiming
from station.alone import alone_in
from station.calibration_in_use import CalibrationInUse
from station.clock import SourceClock
from station.drift_acts import Later, Stage, at_once
from station.drift_watch import DriftWatch
from station.guide import Guide
from station.keeper import Keeper
from station.latency import Stages
from station.learning import Learning, learned_path
from station.light_over import LightOver
from station.log import log_to_file
from station.loop import Parts, run
from station.outbox import Outbox
from station.report import Reporter
from station.seeing import Bench, is_film, opened_sight
from station.showing import event_writer, evidence_writer, marking, noted, opened_screen
from station.threads import NamedThread
from station.vision_orders import VisionOrders
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
    in_use, orders = CalibrationInUse(station), VisionOrders()
    _check_reach(station, size_px, in_use.maps)
    reporter = Reporter(station, outbox, title=station.title, versions=versions())
    bench = Bench(
        wishes=wishes,
        station=station,
        task=task,
        in_use=in_use,
        kept=kept,
        reporter=reporter,
        orders=orders,
    )
    sighted = opened_sight(bench, on_exit)
    screen, keys = opened_screen(wishes, station, size_px, sighted.twin)
    on_exit.callback(screen.close)
    over = LightOver(screen)
    on_exit.enter_context(NamedThread("report", reporter.run))
    keeper = Keeper(
        outbox,
        station=station.station_id,
        task=task.task_id,
        also=event_writer(wishes.events, on_exit),
    )
    learning = Learning(task, learned_path(folder, task))
    clock = SourceClock(runs_on=not wishes.in_step)
    shines = sighted.twin is not None or (wishes.window and not is_film(station.camera.source))
    renderer = Renderer(size_px, in_use.maps.proj_from_bench)
    stage = Stage(over=over, later=_later(wishes, on_exit), now_s=clock.now_s)
    notice = sighted.watch.notice
    drift = DriftWatch(station, in_use, stage=stage, orders=orders, notice=notice)
    parts = Parts(
        station=station,
        guide=Guide(task, station, kept=kept, learned=learning.learned),
        watch=noted(wishes, sighted.watch, on_exit),
        renderer=renderer,
        screen=over,
        keys=marking(wishes, keys, task, clock),
        keeper=keeper,
        reporter=reporter,
        clock=clock,
        stages=Stages(),
        shines=shines,
        learning=learning,
        looks=bench.looks,
        aiming=Aiming(station, in_use, renderer, orders, drift=drift if shines else None),
        evidence_seen=evidence_writer(wishes.evidence, on_exit),
    )
    return parts, outbox


def _later(wishes: Wishes, on_exit: ExitStack) -> Later:
    """Where sums are done: beside the loop, or at once where time waits for them."""
    if wishes.in_step:
        return at_once
    beside = ThreadPoolExecutor(1, "sums")
    on_exit.callback(beside.shutdown, cancel_futures=True)
    return beside.submit


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
    """Tell the coach which zones stay dark. The station runs: words and pictures stand beside."""
    if not maps.projector_measured:
        return
    for zone in unreached(station, size_px, maps.proj_from_bench):
        logger.warning("%s", zone)


def versions() -> dict[str, str]:
    """Of the program and of the libraries that see."""
    named = ("handwijzer", "mediapipe", "opencv-python")
    return {name: importlib.metadata.version(name) for name in named}
