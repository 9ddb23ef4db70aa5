"""Marks taken apart into the few things that can be painted: shapes, text and photos. Pure.

A button is a ring, an icon, words and a filling dial. Painted apart, a filling dial costs one
small patch of light and not the whole button again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, cos, hypot, sin
from typing import TYPE_CHECKING, assert_never

from projector.buttons import BRIGHT, DIM
from projector.geometry import disc, grown, rounded, sector
from projector.icons import Rings, icon_parts
from projector.scene import (
    Arrow,
    Box,
    Button,
    Dial,
    Glow,
    Icon,
    Light,
    Outline,
    Picture,
    Progress,
    Tick,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projector.scene import Mark
    from station_config.station import PolygonMm

GAP_MM = 4.0
"""Between a contour and its ring: the ring lies beside the rim of a bin, not on it."""

CORNER_MM = 9.0
"""Radius of the corners of rings."""

HALO_MM = 5.0
"""How far the soft edge of a ring reaches."""

RIM_WIDTHS = 2.0
"""A ring on a rim begins at its outer edge and reaches this many of its widths inside. Outside the
rim there is nothing at its height: light would go past it and draw a line on the bench behind the
bin, which is why there is no soft edge either. A wall is about 3 mm wide; what falls inside it is
seen on the inner walls and on the parts."""

RIM_CORNER_MM = 3.0
"""Radius of the outer corners of such a ring: bins have corners, and all of the rim shall shine."""

BRICK_MM = (15.0, 9.0)
BRICK_GAP_MM = 3.0
TICK_MM = 15.0
"""Bricks of the wall of progress, the joint between them, and the tick beside the wall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Filled polygons in one light.

    Attributes:
        parts: Filled one after the other; overlaps add nothing.
        light: What it says.
        level: Brightness, 0 to 1.
        halo_mm: Reach of a soft edge, 0 for none.
        soft_mm: Over how far all of it fades at its edges, 0 for not at all.
        pulses: Breathes slowly.
        height_mm: How high it lies above the bench.
    """

    parts: tuple[Rings, ...]
    light: Light
    level: float = 1.0
    halo_mm: float = 0.0
    soft_mm: float = 0.0
    pulses: bool = False
    height_mm: float = 0.0


Piece = Shape | Words | Picture
"""What a painter can paint."""


def pieces_of(mark: Mark, *, on_rims: bool = False) -> Iterator[Piece]:
    """The pieces of a mark, in drawing order.

    Args:
        mark: Taken apart.
        on_rims: Whether light can be aimed above the bench. Then rings of high contours lie on
            their rims; otherwise everything is taken to lie on the bench.
    """
    match mark:
        case Outline():
            yield _on_rim(mark) if on_rims and mark.height_mm > 0.0 else _ring(mark)
        case Glow():
            raised = on_rims and mark.height_mm > 0.0
            yield Shape(
                parts=((rounded(mark.polygon_mm, RIM_CORNER_MM if raised else CORNER_MM),),),
                light=mark.light,
                level=mark.level,
                halo_mm=0.0 if mark.soft_mm or raised else HALO_MM,
                soft_mm=mark.soft_mm,
                pulses=mark.pulses,
                height_mm=mark.height_mm,
            )
        case Arrow():
            yield Shape(
                parts=((_arrow(mark),),),
                light=mark.light,
                level=mark.level,
                soft_mm=mark.soft_mm,
            )
        case Tick():
            box = Box(
                left_mm=mark.centre_mm[0] - mark.size_mm / 2,
                bottom_mm=mark.centre_mm[1] - mark.size_mm / 2,
                right_mm=mark.centre_mm[0] + mark.size_mm / 2,
                top_mm=mark.centre_mm[1] + mark.size_mm / 2,
            )
            yield Shape(
                parts=icon_parts(Icon.DONE, box, mirrored=False),
                light=mark.light,
                level=mark.level,
                halo_mm=HALO_MM,
            )
        case Dial():
            yield from _dial(mark, width_mm=7.0)
        case Words() | Picture():
            yield mark
        case Progress():
            yield from _wall(mark)
        case Button():
            yield from _button(mark)
        case _:
            assert_never(mark)


def _ring(mark: Outline) -> Shape:
    inner = grown(mark.polygon_mm, GAP_MM)
    outer = grown(mark.polygon_mm, GAP_MM + mark.width_mm)
    return Shape(
        parts=((rounded(outer, CORNER_MM + mark.width_mm), rounded(inner, CORNER_MM)),),
        light=mark.light,
        level=mark.level,
        halo_mm=HALO_MM,
        pulses=mark.pulses,
        height_mm=mark.height_mm,
    )


def _on_rim(mark: Outline) -> Shape:
    """A ring on the rim of a bin, and inside it on what lies there."""
    inner = grown(mark.polygon_mm, -RIM_WIDTHS * mark.width_mm)
    return Shape(
        parts=((rounded(mark.polygon_mm, RIM_CORNER_MM), rounded(inner, CORNER_MM)),),
        light=mark.light,
        level=mark.level,
        pulses=mark.pulses,
        height_mm=mark.height_mm,
    )


def _arrow(mark: Arrow) -> PolygonMm:
    (x0, y0), (x1, y1) = mark.tail_mm, mark.tip_mm
    length = hypot(x1 - x0, y1 - y0)
    head = min(3.2 * mark.width_mm, length / 2)
    half, wing = mark.width_mm / 2, 1.5 * mark.width_mm
    along = (
        (0.0, half),
        (length - head, half),
        (length - head, wing),
        (length, 0.0),
        (length - head, -wing),
        (length - head, -half),
        (0.0, -half),
    )
    angle = atan2(y1 - y0, x1 - x0)
    c, s = cos(angle), sin(angle)
    return tuple((x0 + u * c - v * s, y0 + u * s + v * c) for u, v in along)


def _dial(mark: Dial, *, width_mm: float) -> Iterator[Shape]:
    outer, inner = mark.radius_mm, mark.radius_mm - width_mm
    whole = Shape(
        parts=((disc(mark.centre_mm, outer), disc(mark.centre_mm, inner)),),
        light=mark.light,
        level=0.25,
        height_mm=mark.height_mm,
    )
    yield whole
    if mark.fraction > 0.0:
        filled = sector(mark.centre_mm, inner_mm=inner, outer_mm=outer, fraction=mark.fraction)
        yield replace(whole, parts=((filled,),), level=1.0)


def _button(mark: Button) -> Iterator[Piece]:
    level = BRIGHT if mark.bright else DIM
    light = Light.PUT if mark.bright else Light.PLAIN
    inset = grown(mark.polygon_mm, -1.0)
    width = 3.0 if mark.bright else 1.5
    ring = (rounded(inset, 12.0), rounded(grown(mark.polygon_mm, -1.0 - width), 12.0 - width))
    yield Shape(
        parts=(ring,),
        light=light,
        level=level,
        halo_mm=HALO_MM if mark.bright else 0.0,
        pulses=mark.pulses,
        height_mm=mark.height_mm,
    )
    if mark.bright:
        inside = rounded(inset, 12.0)
        yield Shape(parts=((inside,),), light=light, level=0.16, height_mm=mark.height_mm)
    icon_box = mark.icon_box
    if mark.fraction is not None:
        side = min(icon_box.width_mm, icon_box.height_mm)
        dial = Dial(
            centre_mm=icon_box.centre_mm,
            radius_mm=side / 2,
            fraction=mark.fraction,
            light=Light.PUT,
            height_mm=mark.height_mm,
        )
        yield from _dial(dial, width_mm=4.0)
        icon_box = icon_box.grown(-0.22 * side)
    yield Shape(
        parts=icon_parts(mark.icon, icon_box, mirrored=mark.mirrored),
        light=light,
        level=level,
        height_mm=mark.height_mm,
    )
    if mark.title is not None:
        yield mark.title


def _wall(mark: Progress) -> Iterator[Shape]:
    """The wall: bricks that lie, the next one, places that wait, and the tick at the end.

    Brick by brick, so that a step paints one brick anew and not the wall of a long task.
    """
    for place, box in enumerate(_bricks(mark)):
        solid = rounded(box.corners_mm, 2.0)
        if place < mark.done:
            yield Shape(parts=((solid,),), light=Light.PLAIN, level=0.62)
        else:
            hollow = (solid, rounded(box.grown(-1.4).corners_mm, 1.0))
            level = 0.85 if place == mark.done else 0.3
            yield Shape(parts=(hollow,), light=Light.PLAIN, level=level)
    side = TICK_MM
    left = mark.box.left_mm if mark.right_to_left else mark.box.right_mm - side
    top = mark.box.top_mm
    finished = mark.done >= mark.total
    yield Shape(
        parts=icon_parts(
            Icon.DONE, Box(left_mm=left, bottom_mm=top - side, right_mm=left + side, top_mm=top)
        ),
        light=Light.TAKE if finished else Light.PLAIN,
        level=0.9 if finished else 0.35,
    )


def _bricks(mark: Progress) -> Iterator[Box]:
    """Bricks in the order in which they are laid: rows from the worker's side up."""
    wide, high = BRICK_MM
    for place in range(mark.total):
        row, column = divmod(place, columns_of(mark.total))
        along = column * (wide + BRICK_GAP_MM)
        from_right = mark.box.right_mm - along - wide
        left = from_right if mark.right_to_left else mark.box.left_mm + along
        bottom = mark.box.bottom_mm + row * (high + BRICK_GAP_MM)
        yield Box(left_mm=left, bottom_mm=bottom, right_mm=left + wide, top_mm=bottom + high)


def columns_of(total: int) -> int:
    """Bricks in a row: five can be counted at a glance; long tasks get rows of ten."""
    return min(total, 5 if total <= 20 else 10)  # noqa: PLR2004 - four rows of five


def wall_size_mm(total: int) -> tuple[float, float]:
    """Width and height of the wall with its tick."""
    columns = columns_of(total)
    rows = -(-total // columns)
    wide, high = BRICK_MM
    return (
        columns * (wide + BRICK_GAP_MM) + TICK_MM,
        max(rows * (high + BRICK_GAP_MM) - BRICK_GAP_MM, TICK_MM),
    )
