"""Which zones the station's own light shines into, and marks without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from projector.geometry import bounds
from projector.scene import (
    Arrow,
    Box,
    Button,
    Dial,
    Glow,
    Mark,
    Outline,
    Picture,
    Progress,
    Tick,
    Words,
)
from station_config.station import Zone
from vision.taught_looks import RIM_MM


def lit_zones(marks: Sequence[Mark], zones: Iterable[Zone]) -> frozenset[str]:
    """The zones of these in whose midst light falls; their rims do not count."""
    return frozenset(
        zone.zone_id for zone in zones if any(shines_into(mark, zone) for mark in marks)
    )


def without_light_in(marks: Sequence[Mark], zone: Zone | None) -> tuple[Mark, ...]:
    """The marks that leave a zone's midst dark."""
    if zone is None:
        return tuple(marks)
    return tuple(mark for mark in marks if not shines_into(mark, zone))


def shines_into(mark: Mark, zone: Zone) -> bool:
    """Whether a mark lights more of a zone than its rim. Looks do not count the rim."""
    box = bounds(zone.polygon_mm)
    rim_mm = min(RIM_MM, 0.15 * min(box.width_mm, box.height_mm))
    midst = box.grown(-rim_mm)
    if isinstance(mark, Outline):
        # A ring stands just outside its contour, and leaves what it encloses dark.
        ring = bounds(mark.polygon_mm)
        return not ring.holds(midst) and ring.grown(mark.width_mm).overlaps(midst)
    return _box(mark).overlaps(midst)


def _box(mark: Glow | Arrow | Tick | Dial | Words | Picture | Progress | Button) -> Box:
    """The upright rectangle in which all of a mark's light falls."""
    match mark:
        case Glow():
            return bounds(mark.polygon_mm).grown(mark.soft_mm)
        case Button():
            return bounds(mark.polygon_mm)
        case Arrow():
            return bounds((mark.tail_mm, mark.tip_mm)).grown(2.0 * mark.width_mm + mark.soft_mm)
        case Tick():
            return _around(mark.centre_mm, mark.size_mm / 2.0)
        case Dial():
            return _around(mark.centre_mm, mark.radius_mm)
        case Words() | Picture() | Progress():
            return mark.box
        case _:
            assert_never(mark)


def _around(centre_mm: tuple[float, float], half_mm: float) -> Box:
    return bounds((centre_mm,)).grown(half_mm)
