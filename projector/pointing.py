"""Light that says where: contours when it is exact, pools when it is not, arrows past the edge."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, sin, tau
from typing import TYPE_CHECKING

from projector.aim import BESIDE_OFF_MM, Aim
from projector.geometry import area_mm2, bounds, crosses, grown
from projector.scene import MIN_LETTER_MM, Arrow, Glow, Light, Outline
from projector.ways import free_way
from projector.wording import Phrase, said
from station_config.station import ZoneKind
from tasks.cues import CueKind
from tasks.events import SupportLevel

if TYPE_CHECKING:
    from projector.page import Page
    from projector.scene import Box, PointMm
    from station_config.station import PolygonMm, Zone
    from tasks.cues import Cue

RING_MM = 5.0
"""Width of the ring round the zone of the step."""

LIGHT_OF_KIND = {CueKind.TAKE: Light.TAKE}
"""Green says take. Everything else that asks for something is white-blue."""

POOL_SOFT_MM = 28.0
"""A pool of light fades over this: it has no edge that could be taken for a contour."""

POOL_LEVEL = {Light.TAKE: 0.9, Light.PUT: 0.6, Light.LOOK: 0.45}
"""In a place light and part confuse each other (Rosenthal et al., UbiComp 2010): less of it."""

SMALLEST_POOL_MM = 24.0
"""What is left of a zone in both directions, when `BESIDE_OFF_MM` are taken off at each side, for
a pool in it; a smaller one gets an arrow beside it."""

BIG_ARROW_MM = 14.0
BIG_ARROW_LONG_MM = (120.0, 80.0)
BIG_ARROW_SOFT_MM = 5.0
"""Width of the shaft, lengths to try and soft edge of an arrow that stands for a contour."""

BIG_ARROW_OFF_MM = BESIDE_OFF_MM + 8.0
"""Its tip keeps this far from the zone, so that it does not stab into it when light is off."""

DIRECTIONS = 24
STEP_BACK_MM = 10.0
STEPS_BACK = 30
"""Such an arrow is tried in this many directions, and as far back from the zone as it takes to
find light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Points at zones as exactly as the light can be trusted."""

    page: Page
    aim: Aim

    def can_light(self, zone: Zone) -> bool:
        """Whether light on this zone can be seen and is true."""
        return self.aim is not Aim.NOWHERE and zone.zone_id not in self.page.dark_zones

    def put_step(self, cue: Cue, zone: Zone) -> None:
        """The light of the step's own zone, and fainter that of others that are as good."""
        light = LIGHT_OF_KIND.get(cue.kind, Light.PUT)
        if cue.kind is CueKind.WAIT or (
            cue.kind is CueKind.CONFIRM and zone.kind is ZoneKind.BUTTON
        ):
            return
        if not self.can_light(zone):
            self._put_way_to(zone, light)
            return
        quiet = cue.kind is CueKind.ASK
        if self.aim is Aim.BESIDE:
            self._put_pool(zone, light, share=0.5 if quiet else 1.0, pulses=not quiet)
        elif cue.support is SupportLevel.LIGHT and not quiet:
            self._put_glow(zone, light, level=0.6, pulses=True)
        else:
            if cue.kind is CueKind.TAKE:
                self._put_glow(zone, light, level=0.3)
            self._put_ring(zone, light, RING_MM, level=0.5 if quiet else 1.0, pulses=not quiet)
        self._put_others(cue, light)

    def put_look_again(self, cue: Cue, wrong: Zone, right: Zone | None) -> None:
        """Amber, thin and still, with an arrow to the right place where nothing is in its way."""
        light = LIGHT_OF_KIND.get(cue.kind, Light.PUT)
        box = self.page.middle if self.aim is Aim.NOWHERE else bounds(wrong.polygon_mm)
        if self.can_light(wrong):
            if self.aim is Aim.BESIDE:
                self._put_pool(wrong, Light.LOOK, share=1.0, pulses=False, small=True)
            else:
                self._put_ring(wrong, Light.LOOK, RING_MM / 2, level=0.8)
        if right is not None and self.aim is Aim.EXACT:
            self._put_way_between(box, bounds(right.polygon_mm), light)
        self.page.put_words(
            said(Phrase.LOOK_AGAIN, self.page.language),
            near=box,
            letters_mm=(12.0, MIN_LETTER_MM),
            light=Light.LOOK,
            level=0.85,
        )

    def _put_others(self, cue: Cue, light: Light) -> None:
        """Where work may go on just as well."""
        for name in cue.also_zones:
            other = self.page.zones.get(name)
            if other is None or name in {cue.zone, cue.wrong_zone} or not self.can_light(other):
                continue
            if self.aim is Aim.BESIDE:
                self._put_pool(other, light, share=0.4, pulses=False, small=True)
            else:
                self._put_ring(other, light, RING_MM / 2, level=0.5)

    def _put_ring(
        self, zone: Zone, light: Light, width_mm: float, *, level: float, pulses: bool = False
    ) -> None:
        self.page.marks.append(
            Outline(
                polygon_mm=zone.polygon_mm,
                light=light,
                width_mm=width_mm,
                level=level,
                pulses=pulses,
                height_mm=zone.height_mm,
            )
        )

    def _put_glow(self, zone: Zone, light: Light, *, level: float, pulses: bool = False) -> None:
        self.page.marks.append(
            Glow(
                polygon_mm=zone.polygon_mm,
                light=light,
                level=level,
                pulses=pulses,
                height_mm=zone.height_mm,
            )
        )

    def _put_pool(
        self, zone: Zone, light: Light, *, share: float, pulses: bool, small: bool = False
    ) -> None:
        """A soft patch well inside a zone; an arrow when the zone is too small for one.

        Args:
            zone: Where.
            light: What it says.
            share: Of the light of a main pool.
            pulses: Breathes.
            small: Of no weight: no arrow takes its place.
        """
        inside = _well_inside(zone.polygon_mm)
        if inside is None:
            if not small:
                self._put_way_to(zone, light)
            return
        self.page.marks.append(
            Glow(
                polygon_mm=inside,
                light=light,
                level=share * POOL_LEVEL.get(light, 0.6),
                pulses=pulses,
                height_mm=zone.height_mm,
                soft_mm=POOL_SOFT_MM,
            )
        )

    def _put_way_between(self, start: Box, end: Box, light: Light) -> None:
        blocks = [bounds(zone.polygon_mm) for zone in self.page.zones.values()]
        way = free_way(start, end, bench=self.page.bench, blocks=blocks)
        if way is not None:
            tail, tip = way
            self.page.marks.append(
                Arrow(tail_mm=tail, tip_mm=tip, light=light, width_mm=5.0, level=0.75)
            )
            self.page.take(bounds((tail, tip)).grown(4.0))

    def _put_way_to(self, zone: Zone, light: Light) -> None:
        """A large arrow on lit bench, towards a zone that cannot itself be lit truly."""
        if self.aim is Aim.NOWHERE:
            return
        way = self._way_to(zone)
        if way is None:
            return
        tail, tip = way
        self.page.marks.append(
            Arrow(
                tail_mm=tail,
                tip_mm=tip,
                light=light,
                width_mm=BIG_ARROW_MM,
                level=0.9,
                soft_mm=BIG_ARROW_SOFT_MM,
            )
        )
        self.page.take(bounds((tail, tip)).grown(BIG_ARROW_MM))

    def _way_to(self, zone: Zone) -> tuple[PointMm, PointMm] | None:
        """The nearest way towards a zone that crosses no other; from the front before others."""
        others = [bounds(z.polygon_mm) for z in self.page.zones.values() if z is not zone]
        box = bounds(zone.polygon_mm)
        for long_mm in BIG_ARROW_LONG_MM:
            way = self._way_of(long_mm, box, others)
            if way is not None:
                return way
        return None

    def _way_of(
        self, long_mm: float, box: Box, others: list[Box]
    ) -> tuple[PointMm, PointMm] | None:
        best: tuple[float, tuple[PointMm, PointMm]] | None = None
        for turn in range(DIRECTIONS):
            along = (sin(tau * turn / DIRECTIONS), cos(tau * turn / DIRECTIONS))
            for back in range(STEPS_BACK):
                way = _towards(box, along, STEP_BACK_MM * back, long_mm)
                cost = STEP_BACK_MM * back + 20.0 * (1.0 - along[1])
                if best is not None and cost >= best[0]:
                    break
                if self._is_free(way, box.centre_mm, others):
                    best = (cost, way)
                    break
        return None if best is None else best[1]

    def _is_free(self, way: tuple[PointMm, PointMm], onward: PointMm, others: list[Box]) -> bool:
        """Whether an arrow lies on lit bench, and neither it nor its line onward meets a zone."""
        side = 1.5 * BIG_ARROW_MM
        return self.page.bench.holds(bounds(way).grown(side)) and not any(
            crosses(way[0], onward, other.grown(side)) for other in others
        )


def _well_inside(polygon_mm: PolygonMm) -> PolygonMm | None:
    """A zone without the border that light may be off by; None when too little is left."""
    inside = grown(polygon_mm, -BESIDE_OFF_MM)
    box, whole = bounds(inside), bounds(polygon_mm)
    is_small = min(box.width_mm, box.height_mm) < SMALLEST_POOL_MM
    # What is narrower than the border turns inside out.
    return None if is_small or not whole.holds(box) or area_mm2(inside) <= 0.0 else inside


def _towards(box: Box, along: PointMm, back_mm: float, long_mm: float) -> tuple[PointMm, PointMm]:
    """Tail and tip of an arrow that ends before a box and points at its middle."""
    x, y = box.centre_mm
    half = (box.width_mm / 2, box.height_mm / 2)
    # From the middle to where the line leaves the box.
    reach = min(h / max(abs(a), 1e-9) for h, a in zip(half, along, strict=True))
    off = min(reach, hypot(*half)) + BIG_ARROW_OFF_MM + back_mm
    tip = (x - along[0] * off, y - along[1] * off)
    tail = (tip[0] - along[0] * long_mm, tip[1] - along[1] * long_mm)
    return tail, tip
