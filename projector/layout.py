"""A cue becomes marks: what is lit, in which colour, and where its words can stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projector import buttons
from projector.aim import Aim, Reach
from projector.buttons import Touch, in_steps
from projector.geometry import bounds
from projector.lettering import is_right_to_left
from projector.page import LETTERS_MM, Page, page_for
from projector.pieces import wall_size_mm
from projector.pointing import LIGHT_OF_KIND, Pointer
from projector.scene import MIN_LETTER_MM, Box, Dial, Light, Mark, Picture, Progress, Tick
from projector.wording import Phrase, said
from tasks.cues import CueKind
from tasks.model import in_language

if TYPE_CHECKING:
    from station_config.station import Station, Zone
    from tasks.cues import Cue

PICTURES_MM = ((200.0, 150.0), (160.0, 120.0), (120.0, 90.0), (88.0, 66.0))
"""Widths and heights to try for a picture."""

SMALLER_PICTURE_COSTS = 0.8
"""A picture may stand this many mm further off to stay a millimetre wider."""

ALONE_COSTS = 4.0
"""Likewise when nothing points: then the picture is most of what helps."""

LARGE_LETTERS_MM = (24.0, 21.0)
"""Letter heights to try first when nothing points."""

WALL_AT = 0.26
"""The wall of progress stands at the left edge, this share of the bench away from the worker."""

NAMED_KINDS = {CueKind.TAKE, CueKind.PUT, CueKind.WORK}
"""Cues about a zone that gets called by its name when no light can be on it."""

STEP_KINDS = {CueKind.TAKE, CueKind.PUT, CueKind.WORK, CueKind.CONFIRM, CueKind.WAIT, CueKind.ASK}
"""Cues in the midst of a run: the wall of progress stands beside them."""


def marks_for(
    cue: Cue,
    station: Station,
    *,
    language: str | None = None,
    touch: Touch | None = None,
    aim: Aim = Aim.EXACT,
    reach: Reach | None = None,
) -> tuple[Mark, ...]:
    """What stands on the bench for this cue.

    One calm thing at a time: only the zone of the step pulses. The instruction and the picture
    stand there when the cue brings them; who makes the cue decides how much help that is. A zone
    that cannot be lit truly is called by its name, with an arrow towards it where that is true.

    Args:
        cue: What is offered to the worker.
        station: The bench: its zones, its size, the language of its worker.
        language: The worker's own language, when it is not the station's.
        touch: A hand on a button, whose ring fills.
        aim: How far the light can be trusted to land where it should.
        reach: What the projector reaches, from `projector.reach.reach_of`; None for all of it.

    Returns:
        Marks in drawing order. Names of zones that the bench lacks give no light: a task is
        checked against its station before a run.
    """
    zones = buttons.enlarged(station) if aim is Aim.NOWHERE else station.zones
    page = page_for(cue, station, language=language or station.language, zones=zones, reach=reach)
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
            _put_step(page, cue, aim)
    if cue.help_wanted:
        _put_help_wanted(page)
    return tuple(page.marks)


def _put_buttons(page: Page, cue: Cue, touch: Touch | None) -> None:
    for zone in page.zones.values():
        drawn = buttons.drawn(zone, cue, language=page.language, touch=touch)
        if drawn is None:
            continue
        page.marks.append(drawn.button)
        if drawn.title_beside:
            page.put_words(
                drawn.title_beside,
                near=bounds(zone.polygon_mm),
                letters_mm=(MIN_LETTER_MM,),
                level=buttons.BRIGHT if drawn.button.bright else buttons.DIM,
            )


def _put_step(page: Page, cue: Cue, aim: Aim) -> None:
    """The zone of the step, and what helps to do it."""
    pointer = Pointer(page=page, aim=aim)
    zone = page.zones.get(cue.zone) if cue.zone else None
    near_zone = aim is not Aim.NOWHERE
    target = bounds(zone.polygon_mm) if zone and near_zone else page.middle
    if zone is not None:
        pointer.put_step(cue, zone)
    wrong = page.zones.get(cue.wrong_zone) if cue.wrong_zone else None
    if wrong is not None and wrong is not zone:
        pointer.put_look_again(cue, wrong, zone)
    if cue.kind is CueKind.WAIT:
        inside = zone if zone is not None and pointer.can_light(zone) else None
        _put_dial(page, target, cue.fraction, inside=inside)
    if cue.picture:
        shown = _put_picture(page, cue.picture, near=target, alone=aim is Aim.NOWHERE)
        target = target if near_zone or shown is None else shown
    if cue.kind is CueKind.ASK:
        _put_notice(page, said(Phrase.QUESTION, page.language))
    words = in_language(cue.words or {}, page.language)
    if not words and cue.kind is CueKind.WAIT:
        words = said(Phrase.WAIT, page.language)
    if words:
        letters_mm = LETTERS_MM if near_zone else (*LARGE_LETTERS_MM, *LETTERS_MM)
        target = page.put_words(words, near=target, letters_mm=letters_mm)
    if zone is not None and cue.kind in NAMED_KINDS and not pointer.can_light(zone):
        _put_name(page, zone, near=target, light=LIGHT_OF_KIND.get(cue.kind, Light.PUT))


def _put_name(page: Page, zone: Zone, *, near: Box, light: Light) -> None:
    """What the zone is called, in the colour that its light would have."""
    name = in_language(zone.title, page.language)
    if name:
        page.put_words(name, near=near, light=light)


def _put_dial(page: Page, target: Box, fraction: float | None, *, inside: Zone | None) -> None:
    """A ring that fills: in the zone if there is room, otherwise where there is."""
    radius = 35.0
    is_small = target.width_mm < 2 * radius or target.height_mm < 2 * radius
    if inside is None or is_small:
        place = page.place(2 * radius, 2 * radius, target)
        if place is None:
            return
        page.take(place.box)
        target, inside = place.box, None
    page.marks.append(
        Dial(
            centre_mm=target.centre_mm,
            radius_mm=radius,
            fraction=in_steps(fraction or 0.0),
            light=Light.PUT,
            height_mm=0.0 if inside is None else inside.height_mm,
        )
    )


def _put_picture(page: Page, path: str, *, near: Box, alone: bool = False) -> Box | None:
    """A picture where there is room for it, large before near when it stands `alone`."""
    smaller_costs = ALONE_COSTS if alone else SMALLER_PICTURE_COSTS
    widest = PICTURES_MM[0][0]
    best: tuple[float, Box] | None = None
    for width, height in PICTURES_MM:
        place = page.place(width, height, near)
        if place is None:
            continue
        cost = place.far_mm + smaller_costs * (widest - width)
        if best is None or cost < best[0]:
            best = (cost, place.box)
    if best is None:
        return None
    page.marks.append(Picture(path=path, box=best[1]))
    page.take(best[1])
    return best[1]


def _put_finished(page: Page) -> None:
    side = 76.0
    free = page.place(side, side, page.middle)
    place = free.box if free else page.middle.grown(side / 2)
    page.take(place)
    page.marks.append(Tick(centre_mm=place.centre_mm, size_mm=side, light=Light.TAKE, level=0.9))
    page.put_words(said(Phrase.FINISHED, page.language), near=place)


def _put_notice(page: Page, text: str) -> None:
    page.put_words(text, near=page.middle)


def _put_no_sight(page: Page, cue: Cue) -> None:
    """No light on any zone: it would be old light. The instruction stays, to work on without."""
    _put_notice(page, said(Phrase.NO_SIGHT, page.language))
    if cue.picture:
        _put_picture(page, cue.picture, near=page.middle)
    words = in_language(cue.words or {}, page.language)
    if words:
        page.put_words(words, near=page.middle)


def _put_help_wanted(page: Page) -> None:
    help_zones = [zone for zone in page.zones.values() if zone.use == "help"]
    near = bounds(help_zones[0].polygon_mm) if help_zones else page.middle
    page.put_words(
        said(Phrase.HELP_WANTED, page.language),
        near=near,
        letters_mm=(12.0, MIN_LETTER_MM),
        light=Light.PUT,
        level=0.8,
    )


def _put_progress(page: Page, cue: Cue) -> None:
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
