"""A cue becomes marks: what is lit, in which colour, and where its words can stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from projector import buttons
from projector.buttons import Touch, in_steps
from projector.geometry import bounds
from projector.labels import placed
from projector.lettering import is_right_to_left
from projector.pieces import wall_size_mm
from projector.places import Place, free_place_off_rest
from projector.scene import (
    MIN_LETTER_MM,
    Align,
    Arrow,
    Box,
    Dial,
    Glow,
    Light,
    Mark,
    Outline,
    Picture,
    Progress,
    Tick,
    Words,
)
from projector.ways import free_way
from projector.wording import Phrase, said
from station_config.station import ZoneKind
from tasks.cues import CueKind
from tasks.events import SupportLevel
from tasks.model import in_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from station_config.station import Station, Zone
    from tasks.cues import Cue

RING_MM = 5.0
"""Width of the ring round the zone of the step."""

MARGIN_MM = 14.0
"""Labels keep this far from zones: the ring (4 + 5 mm) and its soft edge lie in between."""

BESIDE_MM = 8.0
"""Room between two labels."""

LETTERS_MM = (18.0, 15.0, 12.0, MIN_LETTER_MM)
"""Letter heights to try for the instruction."""

PICTURES_MM = ((200.0, 150.0), (160.0, 120.0), (120.0, 90.0), (88.0, 66.0))
"""Widths and heights to try for a picture."""

SMALLER_PICTURE_COSTS = 0.8
"""A picture may stand this many mm further off to stay a millimetre wider."""

REST_MM = (360.0, 100.0)
"""Where hands rest: the middle of the front edge. Letters there are read from knuckles."""


WALL_AT = 0.26
"""The wall of progress stands at the left edge, this share of the bench away from the worker."""

LIGHT_OF_KIND = {CueKind.TAKE: Light.TAKE}
"""Green says take. Everything else that asks for something is white-blue."""

STEP_KINDS = {CueKind.TAKE, CueKind.PUT, CueKind.WORK, CueKind.CONFIRM, CueKind.WAIT, CueKind.ASK}
"""Cues in the midst of a run: the wall of progress stands beside them."""


def marks_for(
    cue: Cue, station: Station, *, language: str | None = None, touch: Touch | None = None
) -> tuple[Mark, ...]:
    """What stands on the bench for this cue.

    One calm thing at a time: only the zone of the step pulses. The instruction and the picture
    stand there when the cue brings them; who makes the cue decides how much help that is.

    Args:
        cue: What is offered to the worker.
        station: The bench: its zones, its size, the language of its worker.
        language: The worker's own language, when it is not the station's.
        touch: A hand on a button, whose ring fills.

    Returns:
        Marks in drawing order. Names of zones that the bench lacks give no light: a task is
        checked against its station before a run.
    """
    page = _page(cue, station, language or station.language)
    _put_buttons(page, cue, touch)
    if cue.kind in STEP_KINDS:
        _put_progress(page, cue)
    match cue.kind:
        case CueKind.FINISHED:
            _put_finished(page)
        case CueKind.PAUSED:
            _put_notice(page, said(Phrase.PAUSED, page.language))
        case CueKind.NO_SIGHT:
            _put_no_sight(page, cue)
        case _:
            _put_step(page, cue)
    if cue.help_wanted:
        _put_help_wanted(page)
    return tuple(page.marks)


@dataclass(kw_only=True)
class _Page:
    """Marks so far, and where no more can stand."""

    bench: Box
    zones: dict[str, Zone]
    language: str
    taken: list[Box]
    rest: Box
    marks: list[Mark] = field(default_factory=list)

    @property
    def middle(self) -> Box:
        """Where notices stand that are about no zone."""
        x, y = self.bench.centre_mm
        return Box(left_mm=x, bottom_mm=y, right_mm=x, top_mm=y)

    def place(self, width_mm: float, height_mm: float, near: Box) -> Place | None:
        """A free place, first of all one where no hand rests."""
        return free_place_off_rest(
            width_mm=width_mm,
            height_mm=height_mm,
            near=near,
            bench=self.bench,
            taken=tuple(self.taken),
            rest=self.rest,
        )

    def take(self, box: Box) -> None:
        """Nothing else may stand here."""
        self.taken.append(box.grown(BESIDE_MM))


def _page(cue: Cue, station: Station, language: str) -> _Page:
    width, depth = station.bench_mm
    rest_width = min(REST_MM[0], width)
    taken = [
        bounds(zone.polygon_mm).grown(
            MARGIN_MM if zone.kind is not ZoneKind.BUTTON or name == cue.zone else BESIDE_MM
        )
        for name, zone in station.zones.items()
    ]
    return _Page(
        bench=Box(left_mm=0.0, bottom_mm=0.0, right_mm=width, top_mm=depth),
        zones=station.zones,
        language=language,
        taken=taken,
        rest=Box(
            left_mm=(width - rest_width) / 2,
            bottom_mm=0.0,
            right_mm=(width + rest_width) / 2,
            top_mm=min(REST_MM[1], depth / 4),
        ),
    )


def _put_buttons(page: _Page, cue: Cue, touch: Touch | None) -> None:
    for zone in page.zones.values():
        drawn = buttons.drawn(zone, cue, language=page.language, touch=touch)
        if drawn is None:
            continue
        page.marks.append(drawn.button)
        if drawn.title_beside:
            _put_words(
                page,
                drawn.title_beside,
                near=bounds(zone.polygon_mm),
                letters_mm=(MIN_LETTER_MM,),
                level=buttons.BRIGHT if drawn.button.bright else buttons.DIM,
            )


def _put_step(page: _Page, cue: Cue) -> None:
    """The zone of the step, and what helps to do it."""
    zone = page.zones.get(cue.zone) if cue.zone else None
    target = bounds(zone.polygon_mm) if zone else page.middle
    if zone is not None:
        _put_zone_light(page, cue, zone)
    if cue.wrong_zone in page.zones and cue.wrong_zone != cue.zone:
        light = LIGHT_OF_KIND.get(cue.kind, Light.PUT)
        _put_look_again(page, page.zones[cue.wrong_zone], zone, light)
    if cue.kind is CueKind.WAIT:
        _put_dial(page, target, cue.fraction)
    if cue.picture:
        _put_picture(page, cue.picture, near=target)
    if cue.kind is CueKind.ASK:
        _put_notice(page, said(Phrase.QUESTION, page.language))
    words = in_language(cue.words or {}, page.language)
    if not words and cue.kind is CueKind.WAIT:
        words = said(Phrase.WAIT, page.language)
    if words:
        _put_words(page, words, near=target)


def _put_zone_light(page: _Page, cue: Cue, zone: Zone) -> None:
    light = LIGHT_OF_KIND.get(cue.kind, Light.PUT)
    if cue.kind is CueKind.WAIT or (cue.kind is CueKind.CONFIRM and zone.kind is ZoneKind.BUTTON):
        return
    quiet = cue.kind is CueKind.ASK
    if cue.support is SupportLevel.LIGHT and not quiet:
        page.marks.append(Glow(polygon_mm=zone.polygon_mm, light=light, level=0.6, pulses=True))
    else:
        if cue.kind is CueKind.TAKE:
            page.marks.append(Glow(polygon_mm=zone.polygon_mm, light=light, level=0.3))
        page.marks.append(
            Outline(
                polygon_mm=zone.polygon_mm,
                light=light,
                width_mm=RING_MM,
                level=0.5 if quiet else 1.0,
                pulses=not quiet,
            )
        )
    for name in cue.also_zones:
        other = page.zones.get(name)
        if other is not None and name not in {cue.zone, cue.wrong_zone}:
            page.marks.append(
                Outline(polygon_mm=other.polygon_mm, light=light, width_mm=RING_MM / 2, level=0.5)
            )


def _put_look_again(page: _Page, wrong: Zone, right: Zone | None, light: Light) -> None:
    """Amber, thin and still, with an arrow to the right place where nothing is in its way."""
    page.marks.append(
        Outline(polygon_mm=wrong.polygon_mm, light=Light.LOOK, width_mm=RING_MM / 2, level=0.8)
    )
    wrong_box = bounds(wrong.polygon_mm)
    if right is not None:
        blocks = [bounds(zone.polygon_mm) for zone in page.zones.values()]
        way = free_way(wrong_box, bounds(right.polygon_mm), bench=page.bench, blocks=blocks)
        if way is not None:
            tail, tip = way
            page.marks.append(
                Arrow(tail_mm=tail, tip_mm=tip, light=light, width_mm=5.0, level=0.75)
            )
            page.take(bounds((tail, tip)).grown(4.0))
    _put_words(
        page,
        said(Phrase.LOOK_AGAIN, page.language),
        near=wrong_box,
        letters_mm=(12.0, MIN_LETTER_MM),
        light=Light.LOOK,
        level=0.85,
    )


def _put_dial(page: _Page, target: Box, fraction: float | None) -> None:
    radius = 35.0
    if target.width_mm < 2 * radius or target.height_mm < 2 * radius:
        place = page.place(2 * radius, 2 * radius, target)
        if place is None:
            return
        page.take(place.box)
        target = place.box
    page.marks.append(
        Dial(
            centre_mm=target.centre_mm,
            radius_mm=radius,
            fraction=in_steps(fraction or 0.0),
            light=Light.PUT,
        )
    )


def _put_picture(page: _Page, path: str, *, near: Box) -> None:
    widest = PICTURES_MM[0][0]
    best: tuple[float, Box] | None = None
    for width, height in PICTURES_MM:
        place = page.place(width, height, near)
        if place is None:
            continue
        cost = place.far_mm + SMALLER_PICTURE_COSTS * (widest - width)
        if best is None or cost < best[0]:
            best = (cost, place.box)
    if best is not None:
        page.marks.append(Picture(path=path, box=best[1]))
        page.take(best[1])


def _put_finished(page: _Page) -> None:
    side = 76.0
    free = page.place(side, side, page.middle)
    place = free.box if free else page.middle.grown(side / 2)
    page.take(place)
    page.marks.append(Tick(centre_mm=place.centre_mm, size_mm=side, light=Light.TAKE, level=0.9))
    _put_words(page, said(Phrase.FINISHED, page.language), near=place)


def _put_notice(page: _Page, text: str) -> None:
    _put_words(page, text, near=page.middle)


def _put_no_sight(page: _Page, cue: Cue) -> None:
    """No light on any zone: it would be old light. The instruction stays, to work on without."""
    _put_notice(page, said(Phrase.NO_SIGHT, page.language))
    if cue.picture:
        _put_picture(page, cue.picture, near=page.middle)
    words = in_language(cue.words or {}, page.language)
    if words:
        _put_words(page, words, near=page.middle)


def _put_help_wanted(page: _Page) -> None:
    help_zones = [zone for zone in page.zones.values() if zone.use == "help"]
    near = bounds(help_zones[0].polygon_mm) if help_zones else page.middle
    _put_words(
        page,
        said(Phrase.HELP_WANTED, page.language),
        near=near,
        letters_mm=(12.0, MIN_LETTER_MM),
        light=Light.PUT,
        level=0.8,
    )


def _put_words(
    page: _Page,
    text: str,
    *,
    near: Box,
    letters_mm: Sequence[float] = LETTERS_MM,
    light: Light = Light.PLAIN,
    level: float = 1.0,
) -> None:
    """Words where there is room, as large as there is room for."""
    label = placed(
        text,
        letters_mm=tuple(letters_mm),
        near=near,
        bench=page.bench,
        taken=tuple(page.taken),
        rest=page.rest,
    )
    page.take(label.box)
    page.marks.append(
        Words(
            lines=label.setting.lines,
            box=label.box,
            letter_mm=label.setting.letter_mm,
            language=page.language,
            align=Align.CENTRE,
            light=light,
            level=level,
            right_to_left=is_right_to_left(text),
        )
    )


def _put_progress(page: _Page, cue: Cue) -> None:
    if cue.steps_total <= 0:
        return
    width, height = wall_size_mm(cue.steps_total)
    x = page.bench.left_mm
    y = page.bench.bottom_mm + WALL_AT * page.bench.height_mm
    place = page.place(width, height, Box(left_mm=x, bottom_mm=y, right_mm=x, top_mm=y))
    if place is None:
        return
    page.take(place.box)
    page.marks.append(
        Progress(
            box=place.box,
            done=min(cue.steps_done, cue.steps_total),
            total=cue.steps_total,
            right_to_left=is_right_to_left(in_language(cue.words or {}, page.language)),
        )
    )
