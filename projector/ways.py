"""Where an arrow from one zone to another can run: straight, and across no zone."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from projector.geometry import bounds, crosses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projector.scene import Box, PointMm

OFF_MM = 22.0
"""Arrows begin and end this far from the zones: clear of their rings."""

CLEAR_MM = 12.0
"""Arrows keep this far from every zone."""

SHORTEST_MM = 30.0
"""A shorter arrow is a blot."""

Way = tuple["PointMm", "PointMm"]
"""Tail and tip."""


def free_way(start: Box, end: Box, *, bench: Box, blocks: Iterable[Box]) -> Way | None:
    """The shortest way from one zone to another, or None when each one crosses a zone.

    Args:
        start: Where the arrow comes from.
        end: Where it points.
        bench: Which it does not leave.
        blocks: The zones of the bench, these two among them.
    """
    walls = [block.grown(CLEAR_MM) for block in blocks]
    free = [
        (tail, tip)
        for tail, tip in _ways(start, end)
        if _length((tail, tip)) >= SHORTEST_MM
        and bench.holds(bounds((tail, tip)))
        and not any(crosses(tail, tip, wall) for wall in walls)
    ]
    return min(free, key=_length, default=None)


def _length(way: Way) -> float:
    (x0, y0), (x1, y1) = way
    return hypot(x1 - x0, y1 - y0)


def _ways(start: Box, end: Box) -> list[Way]:
    """From each side to each side; first from front to front and back to back without a slant."""
    front = min(start.bottom_mm, end.bottom_mm) - OFF_MM
    back = max(start.top_mm, end.top_mm) + OFF_MM
    from_x, to_x = start.centre_mm[0], end.centre_mm[0]
    level = [((from_x, y), (to_x, y)) for y in (front, back)]
    return level + [(tail, tip) for tail in _sides(start) for tip in _sides(end)]


def _sides(box: Box) -> tuple[PointMm, ...]:
    """A point off the middle of each side."""
    x, y = box.centre_mm
    return (
        (x, box.bottom_mm - OFF_MM),
        (x, box.top_mm + OFF_MM),
        (box.left_mm - OFF_MM, y),
        (box.right_mm + OFF_MM, y),
    )
