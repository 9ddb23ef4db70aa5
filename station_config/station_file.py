"""The station file: its schema, and how it becomes a `Station`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from station_config.station import (
    ButtonUse,
    Camera,
    HubAddress,
    PolygonMm,
    Projector,
    Station,
    Zone,
    ZoneKind,
)
from station_config.yaml_file import Name, StationName, WrittenByHand, read_yaml

ENTER_S = 0.12
"""Shorter than this, a hand in a zone is on its way to another one: at 1 m/s a hand crosses a
140 mm bin in 0.14 s."""
LEAVE_S = 0.25
"""A hand that is lost for a few pictures has not left. Two tenths of a second of lost hands are
common in fast work."""
MIN_CORNERS = 3
MIN_AREA_MM2 = 1.0

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Texts = dict[Language, Text]


class BenchYaml(WrittenByHand):
    """How large the bench is."""

    width_mm: Positive = Field(description="From left to right as the worker sits, in mm.")
    depth_mm: Positive = Field(description="From the worker's edge away from the worker, in mm.")


class CameraYaml(WrittenByHand):
    """Where pictures come from."""

    source: int | str = Field(description="A camera's number, the path of a film, or twin.")
    width_px: int = Field(default=1280, ge=160, le=7680)
    height_px: int = Field(default=720, ge=120, le=4320)
    rate_hz: float = Field(default=30, gt=0, le=240)


class ProjectorYaml(WrittenByHand):
    """Where light goes."""

    display: int | str = Field(default=1, description="The display's number from 0, or its name.")
    width_px: int = Field(default=1920, ge=320, le=7680)
    height_px: int = Field(default=1080, ge=200, le=4320)


class ZoneYaml(WrittenByHand):
    """A named area of the bench."""

    kind: ZoneKind = Field(description="bin (parts are taken), place (parts are put), button.")
    polygon_mm: list[tuple[Finite, Finite]] = Field(
        min_length=MIN_CORNERS, description="Corners [x, y] in mm from the bench's front left."
    )
    height_mm: float = Field(default=0, ge=0, le=1000, description="Height of its rim.")
    title: Texts = Field(default_factory=dict, description="What people call it, by language.")
    use: ButtonUse | None = Field(default=None, description="What a button does at any step.")
    enter_s: float = Field(default=ENTER_S, ge=0, le=5, description="Shorter is no reach.")
    leave_s: float = Field(default=LEAVE_S, ge=0, le=5, description="Shorter is no leaving.")

    @field_validator("polygon_mm")
    @classmethod
    def _spans_an_area(cls, corners: PolygonMm) -> PolygonMm:
        if abs(_doubled_area(corners)) / 2 < MIN_AREA_MM2:
            raise ValueError("the corners span no area; go round the zone corner by corner.")
        return corners

    @model_validator(mode="after")
    def _only_buttons_have_a_use(self) -> Self:
        if self.use is not None and self.kind is not ZoneKind.BUTTON:
            raise ValueError("only a zone of kind button can have a use.")
        return self

    def to_zone(self, zone_id: str) -> Zone:
        """The same zone, as a plain value."""
        return Zone(
            zone_id=zone_id,
            kind=self.kind,
            polygon_mm=tuple((float(x), float(y)) for x, y in self.polygon_mm),
            height_mm=self.height_mm,
            title=dict(self.title),
            use=self.use,
            enter_s=self.enter_s,
            leave_s=self.leave_s,
        )


class HubYaml(WrittenByHand):
    """How to reach the broker between station and hub."""

    broker: str = Field(description="mqtt://host:port")
    username: str | None = None
    password_file: str | None = None

    @field_validator("broker")
    @classmethod
    def _is_an_address(cls, broker: str) -> str:
        parts = urlsplit(broker)
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("the port must be a number up to 65535.") from None
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise ValueError("an address looks like mqtt://192.168.1.10:1883.")
        return broker


class StationYaml(WrittenByHand):
    """One station file."""

    station: StationName = Field(description="Its name in topics and on pages: bench-01.")
    site: StationName = Field(description="The workplace it stands in.")
    title: Texts = Field(default_factory=dict, description="What people call it, by language.")
    language: Language = Field(default="nl", description="How the worker is addressed.")
    bench: BenchYaml
    camera: CameraYaml
    projector: ProjectorYaml = Field(default_factory=ProjectorYaml)
    calibration: str = Field(description="The calibration file; beside this file if relative.")
    zones: dict[Name, ZoneYaml] = Field(min_length=1, description="Areas of the bench, by name.")
    hub: HubYaml | None = Field(default=None, description="Leave out to work without a hub.")

    @model_validator(mode="after")
    def _zones_lie_on_the_bench(self) -> Self:
        outside = [
            name
            for name, zone in self.zones.items()
            if any(
                not (-1 <= x <= self.bench.width_mm + 1 and -1 <= y <= self.bench.depth_mm + 1)
                for x, y in zone.polygon_mm
            )
        ]
        if outside:
            size = f"{self.bench.width_mm:g} x {self.bench.depth_mm:g} mm"
            raise ValueError(
                f"a corner of {', '.join(outside)} lies off the bench, which is {size}."
            )
        return self

    def to_station(self, path: Path) -> Station:
        """The same station, with paths that no longer depend on where the program was started."""
        folder = path.resolve().parent
        hub = None
        if self.hub is not None:
            secret = self.hub.password_file
            hub = HubAddress(
                broker=self.hub.broker,
                username=self.hub.username,
                password_file=None if secret is None else folder / secret,
            )
        return Station(
            station_id=self.station,
            site=self.site,
            title=dict(self.title) or {self.language: self.station},
            language=self.language,
            bench_mm=(self.bench.width_mm, self.bench.depth_mm),
            camera=Camera(
                source=_source(self.camera.source, folder),
                width_px=self.camera.width_px,
                height_px=self.camera.height_px,
                rate_hz=self.camera.rate_hz,
            ),
            projector=Projector(
                display=self.projector.display,
                width_px=self.projector.width_px,
                height_px=self.projector.height_px,
            ),
            calibration=folder / self.calibration,
            zones={name: zone.to_zone(name) for name, zone in self.zones.items()},
            hub=hub,
            path=path.resolve(),
        )


def read_station(path: Path) -> Station:
    """Read a station file.

    Raises:
        YamlFileError: The file cannot be used; the error has every mistake with its line.
    """
    return read_yaml(path, StationYaml).to_station(path)


def _source(written: int | str, folder: Path) -> str:
    """A camera's number and the twin as written; a film relative to the station file."""
    text = str(written)
    if text.isdigit() or text == "twin" or text.startswith(("twin:", "/dev/")):
        return text
    return str(folder / text)


def _doubled_area(corners: PolygonMm) -> float:
    """Twice the signed area (the shoelace formula)."""
    turned = (*corners[1:], corners[0])
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, turned, strict=True))
