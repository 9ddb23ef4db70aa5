"""Zones as the page has them while they are drawn, and what is still wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from station.zone_page.words import Language, words_in
from station_config.station import ButtonUse, PolygonMm, Zone, ZoneKind
from station_config.station_file import ENTER_S, LEAVE_S, MIN_AREA_MM2, MIN_CORNERS

Number = Annotated[float, Field(allow_inf_nan=False)] | None
Corner = tuple[
    Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)],
    Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)],
]
Short = Annotated[str, Field(max_length=200)]
Key = Annotated[str, Field(pattern=r"^z[0-9]{1,6}$")]

MAX_ZONES = 200
MAX_CORNERS = 64
HIGHEST_MM = 1000.0
LONGEST_S = 5.0
OFF_BENCH_MM = 1.0
"""So far outside, a corner still counts as on the edge: as the station file has it."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2}")


class _FromPage(BaseModel):
    """What is unknown is passed over: the page may be older than the program."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class DraftZone(_FromPage):
    """One zone as it is drawn. Anything may still be missing or wrong.

    Attributes:
        key: The page's own name for it, which stays while `name` is typed.
        name: Its name in tasks and in the station file.
        was: The name under which it stands in the file; None when it is new.
        kind: What it is for.
        polygon_mm: Corners on the bench, at the height of the rim.
        height_mm: How high the rim lies.
        use: What a button does at any step.
        enter_s: How long something must be inside.
        leave_s: How long it must be gone.
        title: What people call it, by language.
    """

    key: Key
    name: Short
    was: Short | None = None
    kind: ZoneKind
    polygon_mm: list[Corner] = Field(max_length=MAX_CORNERS)
    height_mm: Number = 0.0
    use: ButtonUse | None = None
    enter_s: Number = ENTER_S
    leave_s: Number = LEAVE_S
    title: dict[Annotated[str, Field(max_length=10)], Short] = Field(default_factory=dict)


class Draft(_FromPage):
    """All zones of the page."""

    zones: list[DraftZone] = Field(max_length=MAX_ZONES)


class DraftToSave(Draft):
    """All zones, to be written; `base` is the print of the zones that the page began with."""

    base: Short


class PointsToBench(_FromPage):
    """Points of the camera's picture, whose place on the bench the page asks for."""

    points_px: list[Corner] = Field(max_length=MAX_CORNERS)
    height_mm: Annotated[float, Field(allow_inf_nan=False, ge=0, le=HIGHEST_MM)] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing that must be mended before the zones can be saved.

    Attributes:
        key: The zone it is about; empty for all.
        part: The field it is about; empty for the zone as a whole.
        text: What is wrong and what to do, in the page's language.
    """

    key: str
    part: str
    text: str


def drafted(zones: Mapping[str, Zone]) -> list[DraftZone]:
    """The zones of a station file, ready to be drawn on."""
    return [
        DraftZone(
            key=f"z{number}",
            name=zone.zone_id,
            was=zone.zone_id,
            kind=zone.kind,
            polygon_mm=list(zone.polygon_mm),
            height_mm=zone.height_mm,
            use=zone.use,
            enter_s=zone.enter_s,
            leave_s=zone.leave_s,
            title=dict(zone.title),
        )
        for number, zone in enumerate(zones.values(), 1)
    ]


def to_zone(draft: DraftZone, *, zone_id: str) -> Zone:
    """The zone as a plain value; what is missing has its usual value."""
    return Zone(
        zone_id=zone_id,
        kind=draft.kind,
        polygon_mm=tuple((round(x, 1), round(y, 1)) for x, y in draft.polygon_mm),
        height_mm=round(draft.height_mm or 0.0, 1),
        title={language: " ".join(text.split()) for language, text in draft.title.items() if text},
        use=draft.use,
        enter_s=ENTER_S if draft.enter_s is None else round(draft.enter_s, 3),
        leave_s=LEAVE_S if draft.leave_s is None else round(draft.leave_s, 3),
    )


def to_watch(drafts: Sequence[DraftZone]) -> tuple[Zone, ...]:
    """The zones that can be watched already, under the page's own names."""
    return tuple(
        to_zone(draft, zone_id=draft.key)
        for draft in drafts
        if len(draft.polygon_mm) >= MIN_CORNERS and _area_mm2(draft.polygon_mm) >= MIN_AREA_MM2
    )


def all_wrong(
    drafts: Sequence[DraftZone], *, bench_mm: tuple[float, float], language: Language
) -> tuple[Wrong, ...]:
    """Everything that keeps these zones from being saved, in the page's language."""
    words = words_in(language)
    if not drafts:
        return (Wrong(key="", part="", text=words["wrong_none"]),)
    names = [draft.name for draft in drafts]
    found: list[Wrong] = []
    for draft in drafts:
        found += _wrong_words(draft, names, words)
        found += _wrong_numbers(draft, words)
        found += _wrong_outline(draft, bench_mm, words)
    return tuple(found)


def _wrong_words(
    draft: DraftZone, names: Sequence[str], words: Mapping[str, str]
) -> Iterator[Wrong]:
    if not _NAME.fullmatch(draft.name):
        yield Wrong(key=draft.key, part="name", text=words["wrong_name"])
    elif names.count(draft.name) > 1:
        text = words["wrong_twice"].format(name=draft.name)
        yield Wrong(key=draft.key, part="name", text=text)
    if draft.use is not None and draft.kind is not ZoneKind.BUTTON:
        yield Wrong(key=draft.key, part="use", text=words["wrong_use"])
    for language in draft.title:
        if not _LANGUAGE.fullmatch(language):
            yield Wrong(key=draft.key, part="title", text=words["wrong_language"])


def _wrong_numbers(draft: DraftZone, words: Mapping[str, str]) -> Iterator[Wrong]:
    for part, value, most, field in (
        ("height_mm", draft.height_mm, HIGHEST_MM, "height"),
        ("enter_s", draft.enter_s, LONGEST_S, "enter"),
        ("leave_s", draft.leave_s, LONGEST_S, "leave"),
    ):
        if value is None or not 0.0 <= value <= most:
            text = words["wrong_number"].format(most=f"{most:g}", field=words[field])
            yield Wrong(key=draft.key, part=part, text=text)


def _wrong_outline(
    draft: DraftZone, bench_mm: tuple[float, float], words: Mapping[str, str]
) -> Iterator[Wrong]:
    def wrong(text: str) -> Wrong:
        return Wrong(key=draft.key, part="polygon_mm", text=text)

    if len(draft.polygon_mm) < MIN_CORNERS:
        yield wrong(words["wrong_corners"].format(least=MIN_CORNERS))
        return
    if _area_mm2(draft.polygon_mm) < MIN_AREA_MM2:
        yield wrong(words["wrong_area"])
    elif crosses_itself(draft.polygon_mm):
        yield wrong(words["wrong_crossing"])
    most_x, most_y = (side + OFF_BENCH_MM for side in bench_mm)
    if not all(
        -OFF_BENCH_MM <= x <= most_x and -OFF_BENCH_MM <= y <= most_y for x, y in draft.polygon_mm
    ):
        size = f"{bench_mm[0]:g} x {bench_mm[1]:g} mm"
        yield wrong(words["wrong_off_bench"].format(size=size))


def _area_mm2(corners: Sequence[tuple[float, float]]) -> float:
    x, y = np.array(corners, np.float64).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def crosses_itself(corners: PolygonMm | Sequence[tuple[float, float]]) -> bool:
    """Whether two sides of an outline that are not neighbours cross each other."""
    count = len(corners)
    sides = [(corners[number], corners[(number + 1) % count]) for number in range(count)]
    return any(
        _cross(*sides[one], *sides[other])
        for one in range(count)
        for other in range(one + 2, count)
        if not (one == 0 and other == count - 1)
    )


def _cross(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    """Whether the inside of a-b crosses that of c-d."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
