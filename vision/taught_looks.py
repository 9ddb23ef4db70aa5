"""The taught looks of a task on disk: one picture for each step, beside the station file.

    looks/<task>/<step>.png    the zone straight from above, as it should look after the step
    looks/<task>/_start.png    as it looks before the first
    looks/<task>/looks.json    which zone each picture shows, and where it lay

Pictures of work stay at the bench: nothing here is ever reported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calibration.space import SpaceMap
from station_config.station import PolygonMm, Station, Zone
from tasks.model import Finish, Task
from vision.look_judgement import LooksAlikeError
from vision.look_model import LookModel
from vision.look_patch import MARGIN_PX, PatchCut, PatchShape
from vision.look_trials import alike, taught

Picture = NDArray[np.uint8]

START = "_start"
"""The look of a zone before anything was done. No step is called so: names begin with a letter."""
RIM_MM = 12.0
"""Along a zone's outline runs the station's own line of light; so much of it is not judged."""
INDEX = "looks.json"


class LooksError(Exception):
    """Taught looks cannot be used. The text says why, and what to do."""


class _LookV1(BaseModel):
    model_config = ConfigDict(extra="ignore")
    zone: str
    polygon_mm: tuple[tuple[float, float], ...]


class _IndexV1(BaseModel):
    model_config = ConfigDict(extra="ignore")
    version: int = Field(default=1, ge=1, le=1)
    looks: dict[str, _LookV1] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TaughtLook:
    """What a zone should look like.

    Attributes:
        zone_id: The zone.
        polygon_mm: Where it lay when the picture was taken.
        patch: Shape (height, width, 3), uint8 (`vision.look_patch`).
    """

    zone_id: str
    polygon_mm: PolygonMm
    patch: Picture


TaughtLooks = Mapping[str, TaughtLook]
"""Step id, or `START` and a zone (`start_of`), to what was taught."""


def start_of(zone_id: str) -> str:
    """The name of a zone's look before anything was done."""
    return f"{START}_{zone_id}"


def looks_folder(station: Station, task: Task) -> Path:
    """Where the looks of a task are kept at this station."""
    return station.path.parent / "looks" / task.task_id


def steps_with_looks(task: Task) -> dict[str, str]:
    """Step id to the zone whose look finishes it."""
    return {
        step.step_id: step.zone
        for step in task.steps
        if step.finish is Finish.LOOKS and step.zone is not None
    }


class ZoneView:
    """Where a zone lies in the camera's pictures, for its look."""

    def __init__(self, zone: Zone, cam_from_bench: SpaceMap) -> None:
        polygon_mm = np.array(zone.polygon_mm, np.float64)
        (left, front), (right, back) = polygon_mm.min(axis=0), polygon_mm.max(axis=0)
        self.shape = PatchShape.for_sides(right - left, back - front)
        corners_mm = np.array([[left, back], [right, back], [right, front], [left, front]])
        self._cut = PatchCut(cam_from_bench.apply(corners_mm, zone.height_mm), self.shape)
        px_per_mm = np.array(self.shape.area_wh) / (right - left, back - front)
        outline = (polygon_mm - (left, back)) * px_per_mm * (1.0, -1.0) + MARGIN_PX - 0.5
        rim_px = min(RIM_MM * float(px_per_mm.mean()), 0.15 * min(self.shape.area_wh))
        self.inside = self.shape.inside(outline, rim_px=rim_px)

    def patch(self, bgr: Picture) -> Picture:
        """The zone in this picture of the camera, straight."""
        return self._cut.of(bgr)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ZoneLooks:
    """One zone with its taught looks.

    Attributes:
        view: Where it lies.
        model: What judges it.
        alike: Pairs of its looks that are hard to tell apart.
    """

    view: ZoneView
    model: LookModel
    alike: tuple[tuple[str, str], ...] = ()


ZonesLooks = Mapping[str, ZoneLooks]
"""Zone to its taught looks."""


def lies_elsewhere(name: str, look: TaughtLook, station: Station) -> str | None:
    """Why a look is not of where its zone lies now; None when it is."""
    zone = station.zones.get(look.zone_id)
    if zone is not None and look.polygon_mm == zone.polygon_mm:
        return None
    return (
        f"The look '{name}' was taught when zone '{look.zone_id}' lay elsewhere. "
        "Teach the looks of this zone again, with: handwijzer looks teach"
    )


def check_looks(looks: TaughtLooks, station: Station) -> None:
    """Whether the zones still lie where they did.

    Raises:
        LooksError: One is gone or lies elsewhere.
    """
    for name, look in looks.items():
        trouble = lies_elsewhere(name, look, station)
        if trouble is not None:
            raise LooksError(trouble)


def models_of(looks: TaughtLooks, station: Station, cam_from_bench: SpaceMap) -> ZonesLooks:
    """Zone to what judges it.

    Raises:
        LooksError: A zone is gone or lies elsewhere since it was taught, or two looks are alike.
    """
    check_looks(looks, station)
    return {
        zone_id: zone_looks(zone_id, looks, station, cam_from_bench)
        for zone_id in sorted({look.zone_id for look in looks.values()})
    }


def zone_looks(
    zone_id: str, looks: TaughtLooks, station: Station, cam_from_bench: SpaceMap
) -> ZoneLooks:
    """What judges one zone.

    Raises:
        LooksError: Two of its looks show the same.
    """
    view = ZoneView(station.zones[zone_id], cam_from_bench)
    patches = {name: look.patch for name, look in looks.items() if look.zone_id == zone_id}
    try:
        model = taught(patches, inside=view.inside)
    except LooksAlikeError as error:
        raise LooksError(f"Zone '{zone_id}': {error}.") from None
    pairs = alike(model, patches)
    return ZoneLooks(view=view, model=model, alike=pairs)


def write_look(folder: Path, name: str, look: TaughtLook) -> Path:
    """Keep a look; the one before it is replaced.

    Raises:
        LooksError: It cannot be written.
    """
    index = _read_index(folder)
    index.looks[name] = _LookV1(zone=look.zone_id, polygon_mm=look.polygon_mm)
    path = folder / f"{name}.png"
    packed = cv2.imencode(".png", look.patch)[1].tobytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(path, packed)
        _replace(folder / INDEX, (index.model_dump_json(indent=1) + "\n").encode())
    except OSError as error:
        raise LooksError(f"The look cannot be kept in {folder}: {error.strerror}.") from None
    return path


def read_looks(folder: Path) -> dict[str, TaughtLook]:
    """All taught looks in a folder; none when there is no such folder.

    Raises:
        LooksError: A file is damaged or missing.
    """
    looks, troubles = read_what_can_be(folder)
    if troubles:
        raise LooksError(troubles[0])
    return looks


def read_what_can_be(folder: Path) -> tuple[dict[str, TaughtLook], tuple[str, ...]]:
    """The taught looks in a folder that can be read, and what to do about the others."""
    try:
        index = _read_index(folder)
    except LooksError as error:
        return {}, (str(error),)
    looks, troubles = dict[str, TaughtLook](), list[str]()
    for name, written in index.looks.items():
        path = folder / f"{name}.png"
        patch = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
        if patch is None:
            troubles.append(f"{path} is missing or no picture. Teach step '{name}' again.")
            continue
        looks[name] = TaughtLook(
            zone_id=written.zone, polygon_mm=written.polygon_mm, patch=np.asarray(patch, np.uint8)
        )
    return looks, tuple(troubles)


def _read_index(folder: Path) -> _IndexV1:
    path = folder / INDEX
    try:
        return _IndexV1.model_validate_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return _IndexV1()
    except (OSError, UnicodeDecodeError, ValidationError, json.JSONDecodeError):
        raise LooksError(
            f"{path} is damaged. Remove {folder} and teach the steps of this task again."
        ) from None


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all: a power cut leaves the old file."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)
