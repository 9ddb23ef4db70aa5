"""What one station is made of: plain values. `station_file` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PolygonMm = tuple[tuple[float, float], ...]
"""Corners in bench millimetres: x to the worker's right, y away from the worker."""


class ZoneKind(StrEnum):
    """What a zone is for."""

    BIN = "bin"
    PLACE = "place"
    BUTTON = "button"


class ButtonUse(StrEnum):
    """What a projected button does by itself, without a step that names it."""

    NEXT = "next"
    BACK = "back"
    HELP = "help"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A named area of the bench. It knows where it is and nothing else.

    Attributes:
        zone_id: Its name in tasks and evidence.
        kind: What it is for.
        polygon_mm: Three or more corners.
        height_mm: How high its rim lies above the bench.
        title: What to call it before people, by language; may be empty.
        use: For a button that works at any step: what it does. None for others.
        enter_s: How long something must be inside before it counts as a reach.
        leave_s: How long it must be gone before it counts as having left.
    """

    zone_id: str
    kind: ZoneKind
    polygon_mm: PolygonMm
    height_mm: float = 0.0
    title: dict[str, str]
    use: ButtonUse | None = None
    enter_s: float
    leave_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Where pictures come from.

    Attributes:
        source: A camera's number (`0`), the path of a film, or `twin` / `twin:persona`.
        width_px: Width asked of the camera.
        height_px: Height asked of the camera.
        rate_hz: Pictures a second asked of the camera.
    """

    source: str
    width_px: int
    height_px: int
    rate_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Projector:
    """Where light goes.

    Attributes:
        display: The display's number as the operating system counts, from 0, or its name.
        width_px: Its own resolution, not that of the desktop.
        height_px: Its own resolution.
    """

    display: int | str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """How to reach the broker between station and hub.

    Attributes:
        broker: `mqtt://host:port`.
        username: None when the broker asks for none.
        password_file: File with the password on its first line, or None.
    """

    broker: str
    username: str | None
    password_file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One bench with camera, projector and computer.

    Attributes:
        station_id: Its name in topics and on pages.
        site: The workplace it stands in.
        title: What people call it, by language.
        language: In which language the worker is addressed.
        bench_mm: Width and depth of the bench.
        camera: Where pictures come from.
        projector: Where light goes.
        calibration: Path of the calibration file, absolute.
        zones: By name, in the order of the file.
        hub: How to reach the broker, or None: the station then works by itself.
        path: The station file.
    """

    station_id: str
    site: str
    title: dict[str, str]
    language: str
    bench_mm: tuple[float, float]
    camera: Camera
    projector: Projector
    calibration: Path
    zones: dict[str, Zone]
    hub: HubAddress | None
    path: Path

    def of_kind(self, kind: ZoneKind) -> frozenset[str]:
        """The names of the zones of one kind."""
        return frozenset(name for name, zone in self.zones.items() if zone.kind is kind)
