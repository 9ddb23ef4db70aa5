"""Looks at everything a station needs and says what is well, what is not, and what to do."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import pygame

from calibration.maps import maps_for
from calibration.store import CalibrationFileError, read_calibration
from projector.reach import unreached
from projector.window import NoSuchDisplayError, chosen_display, displays
from station.app import data_folder
from station.broker_link import FALLBACK, NEWEST, BrokerLink, Terms
from station.look_check import judged_zones, usable_looks
from station.outbox import Outbox, OutboxError
from station.seeing import is_film, is_twin
from station_config.station import HubAddress, Station
from station_config.station_file import read_station
from station_config.yaml_file import YamlFileError
from tasks.task_file import read_task
from vision.camera import CameraFrames, FilmFrames
from vision.frames import FrameSourceLostError
from vision.model_file import ModelFileError, model_path, verified_model
from vision.taught_looks import steps_with_looks

ROOM_BYTES = 500_000_000
"""A year of events at one bench is about 200 MB; the log may grow to 20 MB."""
PROGRAM_MADE = datetime(2026, 11, 1, tzinfo=UTC)
"""A clock that is earlier than the program itself is wrong: its battery is empty."""
CAMERA_S = 8.0
"""How long a camera may take to give its first picture."""


class Health(StrEnum):
    """How a part is."""

    WELL = "well"
    NOT_WELL = "NOT WELL"
    UNKNOWN = "not looked at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part of the station and how it is.

    Attributes:
        part: Camera, broker, disk, …
        health: How it is.
        text: What was found, and what to do when it is not well.
    """

    part: str
    health: Health
    text: str


def examine(station_file: Path | None, task_file: Path | None = None) -> Iterator[Finding]:
    """Look at one part after the other; with a station file also at what that station needs.

    With a task file too, at the looks that were taught for it.
    """
    yield _hand_model()
    yield _clock()
    station: Station | None = None
    if station_file is not None:
        try:
            station = read_station(station_file)
        except YamlFileError as error:
            yield _ill("station file", str(error))
        else:
            yield _well("station file", f"{station.station_id}, {len(station.zones)} zones")
    yield _display(station)
    if station is None:
        text = "Give --station FILE to look at camera, calibration, broker, hub and disk."
        yield Finding(part="the rest", health=Health.UNKNOWN, text=text)
        return
    yield _camera(station)
    yield _calibration(station)
    yield from _reach(station)
    if task_file is not None:
        yield from _looks(station, task_file)
    yield _broker(station)
    yield _hub(station)
    yield _disk(station)


def _well(part: str, text: str) -> Finding:
    return Finding(part=part, health=Health.WELL, text=text)


def _ill(part: str, text: str) -> Finding:
    return Finding(part=part, health=Health.NOT_WELL, text=text)


def _hand_model() -> Finding:
    path = model_path()
    try:
        verified_model(path)
    except ModelFileError as error:
        return _ill("hand model", str(error))
    return _well("hand model", str(path))


def _clock() -> Finding:
    now = datetime.now(UTC)
    if now < PROGRAM_MADE:
        return _ill("clock", f"It says {now:%d %B %Y}. Set date and time of this computer.")
    return _well("clock", f"{now.astimezone():%d %B %Y, %H:%M} (compare it with your watch)")


def _display(station: Station | None) -> Finding:
    try:
        there = displays()
        if station is not None:
            display = chosen_display(station.projector.display)
            wanted = (station.projector.width_px, station.projector.height_px)
            if display.size_px != wanted:
                text = (
                    f"Display {display} is not {wanted[0]}x{wanted[1]} as the station file says."
                    " Set the projector's own resolution in the computer's display settings."
                )
                return _ill("display", text)
            return _well("display", str(display))
    except NoSuchDisplayError as error:
        return _ill("display", str(error))
    except pygame.error as error:
        return _ill("display", f"There is no desktop to show light on ({error}).")
    return _well("display", "; ".join(str(display) for display in there))


def _camera(station: Station) -> Finding:
    source = station.camera.source
    if is_twin(source):
        return _well("camera", "the virtual bench")
    if is_film(source):
        try:
            width, height = FilmFrames(Path(source), paced=False).size_px
        except FrameSourceLostError as error:
            return _ill("camera", str(error))
        return _well("camera", f"the film {source}, {width}x{height}")
    told: list[str] = []
    camera = CameraFrames(station.camera, tell=lambda text: told.append(text) if text else None)
    giving_up = threading.Timer(CAMERA_S, camera.close)
    giving_up.start()
    try:
        frame = next(camera.frames(), None)
    finally:
        giving_up.cancel()
        camera.close()
    if frame is None or told:
        text = told[-1] if told else f"Camera {source} gave no picture in {CAMERA_S:g} s."
        return _ill("camera", text)
    height, width = frame.bgr.shape[:2]
    return _well("camera", f"camera {source} gives {width}x{height}")


def _calibration(station: Station) -> Finding:
    try:
        calibration = read_calibration(station.calibration)
    except CalibrationFileError as error:
        return _ill("calibration", str(error))
    quality = calibration.camera
    text = (
        f"made on {calibration.made_at.astimezone():%d %B %Y}, {quality.rms_mm:.1f} mm at its"
        f" points, worst {quality.worst_mm:.1f} mm"
    )
    if calibration.proj_from_bench is None:
        text += "; where the projector shines was not measured"
    elif not calibration.tags:
        text += "; without printed tags the station cannot notice that something has moved"
    if not calibration.cam_from_bench.knows_height:
        text += "; heights were not measured"
    return _well("calibration", text)


def _reach(station: Station) -> Iterator[Finding]:
    """Zones that the projector does not wholly reach, by name; nothing when that is unknown."""
    try:
        calibration = read_calibration(station.calibration)
        maps = maps_for(station, calibration, camera_wh=calibration.camera_wh)
    except CalibrationFileError:
        return
    if not maps.projector_measured:
        return
    size_px = (station.projector.width_px, station.projector.height_px)
    dark = unreached(station, size_px, maps.proj_from_bench)
    for zone in dark:
        yield _ill("light", str(zone))
    if not dark:
        yield _well("light", f"the projector reaches all {len(station.zones)} zones")


def _looks(station: Station, task_file: Path) -> Iterator[Finding]:
    """Whether the task's looks can be used here; nothing when no step needs any."""
    try:
        task = read_task(task_file)
    except YamlFileError as error:
        yield _ill("task file", str(error))
        return
    steps = steps_with_looks(task)
    if not steps:
        yield _well("looks", f"no step of task '{task.task_id}' is finished by looks")
        return
    found = usable_looks(station, task)
    troubles = found.troubles
    try:
        calibration = read_calibration(station.calibration)
        maps = maps_for(station, calibration, camera_wh=calibration.camera_wh)
    except CalibrationFileError:
        # That is told under calibration.
        maps = None
    if maps is not None:
        troubles += judged_zones(found.looks, station, maps.cam_from_bench)[1]
    for trouble in troubles:
        yield _ill("looks", trouble)
    if not troubles:
        yield _well("looks", f"all {len(steps)} were taught and can be told apart")


def _broker(station: Station) -> Finding:
    if station.hub is None:
        return Finding(part="broker", health=Health.UNKNOWN, text="The station file names no hub.")
    told: list[str] = []
    for protocol in (NEWEST, FALLBACK):
        link = BrokerLink(_terms(station.hub, told), protocol)
        reached = link.connect(threading.Event())
        link.close(None)
        if reached:
            return _well("broker", f"{station.hub.broker} answers")
        if not link.refused_protocol:
            break
    return _ill("broker", told[-1] if told else f"{station.hub.broker} does not answer.")


def _terms(hub: HubAddress, told: list[str]) -> Terms:
    return Terms(
        hub=hub,
        client_id=f"handwijzer-doctor-{uuid4()}",
        topics=(),
        will=None,
        heard=lambda _message: None,
        told=told.append,
        woken=lambda: None,
    )


def _hub(station: Station) -> Finding:
    """Whether the hub stores what this station sends: only its own acknowledgements say so."""
    path = data_folder(station) / "outbox.db"
    if not path.exists():
        return Finding(
            part="hub", health=Health.UNKNOWN, text="This station has sent it nothing yet."
        )
    try:
        outbox = Outbox(path)
    except OutboxError as error:
        return _ill("hub", str(error))
    standing = outbox.standing()
    outbox.close()
    waiting = standing.newest_seq - standing.acked_to
    if waiting:
        return _ill(
            "hub",
            f"{waiting} events wait here for it. They are kept. If the station is running, look"
            " whether the hub is, and whether both use the same broker.",
        )
    return _well("hub", f"it has stored all {standing.newest_seq} events of this station")


def _disk(station: Station) -> Finding:
    folder = data_folder(station)
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 1e9:.1f} GB free for {folder}"
    if free < ROOM_BYTES:
        return _ill("disk", f"{text}; make room: 0.5 GB at least.")
    return _well("disk", text)
