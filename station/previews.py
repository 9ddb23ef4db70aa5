"""A picture of each step as it will be projected, for who writes a task."""

from __future__ import annotations

from pathlib import Path

import cv2

from calibration.maps import maps_for
from calibration.space import SpaceMap
from calibration.store import CalibrationFileError, read_calibration
from projector.preview import preview
from station_config.station import Station
from tasks.cues import cue_for
from tasks.model import Task
from tasks.tracker import begin


def write_previews(task: Task, station: Station, folder: Path) -> list[Path]:
    """Draw each step on this station's bench.

    Args:
        task: The task.
        station: The bench. Without a calibration the whole bench is taken to be in reach.
        folder: Where the pictures go; made if need be.

    Returns:
        The pictures, in the order of the steps.

    Raises:
        OSError: The folder cannot be written.
    """
    proj_from_bench = _proj_from_bench(station)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for place, step in enumerate(task.steps):
        belief, _ = begin(task, 0.0, done=frozenset(range(place)))
        picture = preview(cue_for(belief, task, 0.0), station, proj_from_bench)
        path = folder / f"{place + 1:03d}-{step.step_id}.png"
        _, encoded = cv2.imencode(".png", picture)
        path.write_bytes(encoded.tobytes())
        written.append(path)
    return written


def _proj_from_bench(station: Station) -> SpaceMap | None:
    """What the projector reaches, if it was measured."""
    try:
        calibration = read_calibration(station.calibration)
        maps = maps_for(station, calibration, camera_wh=calibration.camera_wh)
    except CalibrationFileError:
        return None
    return maps.proj_from_bench if maps.projector_measured else None
