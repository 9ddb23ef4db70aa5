"""The bench while it is laid out: marks so far, and where no more can stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from projector.geometry import bounds
from projector.labels import placed
from projector.lettering import is_right_to_left
from projector.places import Place, free_place_off_rest
from projector.scene import MIN_LETTER_MM, Align, Box, Light, Mark, Words
from station_config.station import ZoneKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projector.aim import Reach
    from station_config.station import Station, Zone
    from tasks.cues import Cue

MARGIN_MM = 14.0
"""Labels keep this far from zones: the ring (4 + 5 mm) and its soft edge lie in between."""

BESIDE_MM = 8.0
"""Room between two labels."""

LETTERS_MM = (18.0, 15.0, 12.0, MIN_LETTER_MM)
"""Letter heights to try for the instruction."""

REST_MM = (360.0, 100.0)
"""Where hands rest: the middle of the front edge. Letters there are read from knuckles."""


@dataclass(kw_only=True)
class Page:
    """Marks so far, and where no more can stand.

    Attributes:
        bench: Where light can stand: the bench, or as much of it as the projector lights.
        zones: Of the station, by name.
        dark_zones: Those that the projector cannot ring.
        language: The worker's.
        taken: Where nothing may stand.
        rest: Where hands rest.
        marks: In drawing order.
    """

    bench: Box
    zones: Mapping[str, Zone]
    dark_zones: frozenset[str]
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

    def put_words(
        self,
        text: str,
        *,
        near: Box,
        letters_mm: Sequence[float] = LETTERS_MM,
        light: Light = Light.PLAIN,
        level: float = 1.0,
    ) -> Box:
        """Words where there is room, as large as there is room for; gives where they stand."""
        label = placed(
            text,
            letters_mm=tuple(letters_mm),
            near=near,
            bench=self.bench,
            taken=tuple(self.taken),
            rest=self.rest,
        )
        self.take(label.box)
        self.marks.append(
            Words(
                lines=label.setting.lines,
                box=label.box,
                letter_mm=label.setting.letter_mm,
                language=self.language,
                align=Align.CENTRE,
                light=light,
                level=level,
                right_to_left=is_right_to_left(text),
            )
        )
        return label.box


def page_for(
    cue: Cue,
    station: Station,
    *,
    language: str,
    zones: Mapping[str, Zone],
    reach: Reach | None,
) -> Page:
    """An empty page: the zones keep labels away, as does the place where hands rest."""
    width, depth = station.bench_mm
    rest_width = min(REST_MM[0], width)
    taken = [
        bounds(zone.polygon_mm).grown(
            MARGIN_MM if zone.kind is not ZoneKind.BUTTON or name == cue.zone else BESIDE_MM
        )
        for name, zone in zones.items()
    ]
    whole = Box(left_mm=0.0, bottom_mm=0.0, right_mm=width, top_mm=depth)
    return Page(
        bench=whole if reach is None else reach.box,
        zones=zones,
        dark_zones=frozenset() if reach is None else reach.dark_zones,
        language=language,
        taken=taken,
        rest=Box(
            left_mm=(width - rest_width) / 2,
            bottom_mm=0.0,
            right_mm=(width + rest_width) / 2,
            top_mm=min(REST_MM[1], depth / 4),
        ),
    )
