"""The touch buttons of a bench for a cue: which are there, which are bright, what they say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from projector.geometry import bounds, grown
from projector.lettering import Setting, balanced, is_right_to_left
from projector.scene import MIN_LETTER_MM, Align, Box, Button, Icon, Light, Words
from projector.wording import Phrase, said
from station_config.station import ButtonUse, ZoneKind
from tasks.cues import CueKind
from tasks.model import in_language

if TYPE_CHECKING:
    from station_config.station import Station, Zone
    from tasks.cues import Cue

DIM = 0.42
"""Light of a button that nobody has to touch now: readable, and never the brightest thing."""

BRIGHT = 0.95
"""Light of a button that the step asks for."""

FRACTION_STEPS = 24
"""A touch fills the ring in this many steps: each change of light costs the whole chain."""

TITLE_MM = (12.0, 11.0, MIN_LETTER_MM)
"""Letter heights to try for the title of a button."""

ENLARGED_MM = (25.0, 20.0, 15.0, 10.0, 5.0)
"""How much a button may grow on each side when light may land anywhere: those to try."""

APART_MM = 6.0
"""Enlarged buttons stay this far from each other, from the other zones and from the edge."""

EDGE_MM = 4.0
"""Words and icons keep this far from the edge of their button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A hand on a button, not yet long enough to count.

    Attributes:
        zone: The button.
        fraction: How far, 0 to 1.
    """

    zone: str
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A button, and the title that found no room inside it."""

    button: Button
    title_beside: str | None


_ICON_OF_USE = {
    ButtonUse.NEXT: (Icon.NEXT, Phrase.NEXT),
    ButtonUse.BACK: (Icon.BACK, Phrase.BACK),
    ButtonUse.HELP: (Icon.HELP, Phrase.HELP),
    ButtonUse.PAUSE: (Icon.PAUSE, Phrase.PAUSE),
}


def drawn(zone: Zone, cue: Cue, *, language: str, touch: Touch | None) -> Drawn | None:
    """The button of a zone as this cue wants it, or None when it has nothing to say now.

    While the station asks, the next button answers yes and the back button no: a projected
    button must lie where the camera watches. While it cannot see, no button can be touched and
    none is shown.
    """
    if zone.kind is not ZoneKind.BUTTON or cue.kind is CueKind.NO_SIGHT:
        return None
    asked = cue.kind is CueKind.CONFIRM and cue.zone == zone.zone_id
    if zone.use is None and not asked:
        return None
    icon, phrase, bright = _meaning(zone.use, cue.kind)
    own_title = in_language(zone.title, language)
    title = own_title if own_title and phrase in _PLAIN_PHRASES else said(phrase, language)
    fraction = _fraction(zone, cue, touch, asked=asked)
    helping = zone.use is ButtonUse.HELP and cue.help_wanted
    return _laid_out(
        zone,
        icon=icon,
        title=title,
        bright=bright or asked or helping,
        pulses=asked,
        fraction=fraction,
        language=language,
    )


_PLAIN_PHRASES = {Phrase.NEXT, Phrase.BACK, Phrase.HELP, Phrase.PAUSE, Phrase.DONE}
"""Buttons that keep the title that the coach gave them."""


def enlarged(station: Station) -> dict[str, Zone]:
    """The zones of a station, its buttons grown as far as there is room round them.

    Their middles stay where they are: a finger on the middle of a button that is drawn somewhat
    off its place is still within the zone that the camera watches.
    """
    width, depth = station.bench_mm
    bench = Box(left_mm=0.0, bottom_mm=0.0, right_mm=width, top_mm=depth).grown(-APART_MM)
    zones = dict(station.zones)
    for by_mm in ENLARGED_MM:
        for name, zone in station.zones.items():
            if zone.kind is not ZoneKind.BUTTON or zones[name] is not zone:
                continue
            larger = replace(zone, polygon_mm=grown(zone.polygon_mm, by_mm))
            box = bounds(larger.polygon_mm)
            others = (bounds(z.polygon_mm) for other, z in zones.items() if other != name)
            if bench.holds(box) and not any(box.grown(APART_MM).overlaps(o) for o in others):
                zones[name] = larger
    return zones


def _meaning(use: ButtonUse | None, kind: CueKind) -> tuple[Icon, Phrase, bool]:
    if use is None:
        return Icon.DONE, Phrase.DONE, True
    if kind is CueKind.ASK and use is ButtonUse.NEXT:
        return Icon.DONE, Phrase.YES, True
    if kind is CueKind.ASK and use is ButtonUse.BACK:
        return Icon.NO, Phrase.NO, True
    if kind is CueKind.PAUSED and use is ButtonUse.PAUSE:
        return Icon.RESUME, Phrase.GO_ON, True
    icon, phrase = _ICON_OF_USE[use]
    return icon, phrase, False


def _fraction(zone: Zone, cue: Cue, touch: Touch | None, *, asked: bool) -> float | None:
    exact = None
    if touch is not None and touch.zone == zone.zone_id:
        exact = touch.fraction
    elif asked:
        exact = cue.fraction
    return None if exact is None else in_steps(exact)


def in_steps(fraction: float) -> float:
    """A fraction in few enough steps that light does not change with every frame."""
    return round(min(1.0, max(0.0, fraction)) * FRACTION_STEPS) / FRACTION_STEPS


def _laid_out(
    zone: Zone,
    *,
    icon: Icon,
    title: str,
    bright: bool,
    pulses: bool,
    fraction: float | None,
    language: str,
) -> Drawn:
    box = bounds(zone.polygon_mm)
    setting = _title_setting(title, box)
    words = None
    icon_bottom = box.bottom_mm + EDGE_MM
    if setting is not None:
        icon_bottom = box.bottom_mm + EDGE_MM + setting.height_mm
        words = Words(
            lines=setting.lines,
            box=Box(
                left_mm=box.left_mm + EDGE_MM,
                bottom_mm=box.bottom_mm + EDGE_MM,
                right_mm=box.right_mm - EDGE_MM,
                top_mm=icon_bottom,
            ),
            letter_mm=setting.letter_mm,
            language=language,
            align=Align.CENTRE,
            light=Light.PUT if bright else Light.PLAIN,
            level=BRIGHT if bright else DIM,
            right_to_left=is_right_to_left(title),
            height_mm=zone.height_mm,
        )
    side = max(6.0, min(box.width_mm, box.top_mm - icon_bottom) - 2 * EDGE_MM)
    x, y = box.centre_mm[0], (icon_bottom + box.top_mm) / 2
    button = Button(
        polygon_mm=zone.polygon_mm,
        icon=icon,
        icon_box=Box(
            left_mm=x - side / 2,
            bottom_mm=y - side / 2,
            right_mm=x + side / 2,
            top_mm=y + side / 2,
        ),
        title=words,
        bright=bright,
        pulses=pulses,
        fraction=fraction,
        mirrored=is_right_to_left(title),
        height_mm=zone.height_mm,
    )
    return Drawn(button=button, title_beside=title if setting is None else None)


def _title_setting(title: str, box: Box) -> Setting | None:
    """The title as large as fits in the lower part of the button; None when it does not fit."""
    room = box.width_mm - 2 * EDGE_MM
    for letter_mm in TITLE_MM:
        setting = balanced(title, letter_mm=letter_mm, max_width_mm=room)
        whole = " ".join(setting.lines) == " ".join(title.split())
        if whole and setting.width_mm <= room and setting.height_mm <= 0.5 * box.height_mm:
            return setting
    return None
