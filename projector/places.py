"""Where a label can stand: the free place nearest to what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop
from math import hypot, inf

from projector.scene import Box

EDGE_MM = 10.0
"""Labels keep this far from the edge of the bench: the picture of a projector frays there."""


BEHIND_COSTS = 15.0
"""A place on the far side of a zone counts as this many mm further off: things may hide it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A free place for a label.

    Attributes:
        box: Where.
        far_mm: How far it lies from what the label is about; being off its axis counts a little.
    """

    box: Box
    far_mm: float


def free_place(
    *,
    width_mm: float,
    height_mm: float,
    near: Box,
    bench: Box,
    taken: tuple[Box, ...],
    nearer_than_mm: float = inf,
) -> Place | None:
    """The free place of this size that lies nearest to `near`, or None when there is no room.

    If there is room at all, there is a place that touches an obstacle or the edge on one side in
    each direction, or stands in line with `near`: so only those are tried. Of two places as near
    the one on the worker's side wins: the other one may lie behind a bin.

    Args:
        width_mm: Of the label.
        height_mm: Of the label.
        near: What the label is about.
        bench: The whole bench.
        taken: Where nothing may stand; borders may touch.
        nearer_than_mm: Do not look further off than this.
    """
    inside = bench.grown(-EDGE_MM) if bench.width_mm > 2 * EDGE_MM < bench.height_mm else bench
    if width_mm > inside.width_mm or height_mm > inside.height_mm:
        return None
    lefts = _starts(
        size=width_mm,
        low=inside.left_mm,
        high=inside.right_mm,
        edges=[(box.left_mm, box.right_mm) for box in taken],
        aligned=(near.left_mm, near.right_mm - width_mm, near.centre_mm[0] - width_mm / 2),
    )
    bottoms = _starts(
        size=height_mm,
        low=inside.bottom_mm,
        high=inside.top_mm,
        edges=[(box.bottom_mm, box.top_mm) for box in taken],
        aligned=(near.bottom_mm, near.top_mm - height_mm, near.centre_mm[1] - height_mm / 2),
    )
    beside = [(left, *_off(left, width_mm, near.left_mm, near.right_mm)) for left in lefts]
    along = [(low, *_off(low, height_mm, near.bottom_mm, near.top_mm)) for low in bottoms]
    ranked = [
        (
            hypot(gap_x, gap_y) + 0.3 * (abs(off_x) + abs(off_y)) + (BEHIND_COSTS * (off_y > 0)),
            left,
            bottom,
        )
        for left, gap_x, off_x in beside
        for bottom, gap_y, off_y in along
    ]
    ranked = [place for place in ranked if place[0] < nearer_than_mm]
    heapify(ranked)
    while ranked:
        far, left, bottom = heappop(ranked)
        right, top = left + width_mm, bottom + height_mm
        if not any(
            left < box.right_mm
            and box.left_mm < right
            and bottom < box.top_mm
            and box.bottom_mm < top
            for box in taken
        ):
            box = Box(left_mm=left, bottom_mm=bottom, right_mm=right, top_mm=top)
            return Place(box=box, far_mm=far)
    return None


def _starts(
    *,
    size: float,
    low: float,
    high: float,
    edges: list[tuple[float, float]],
    aligned: tuple[float, ...],
) -> list[float]:
    """Where a label may begin along one axis."""
    found = {low, high - size}
    for first, last in edges:
        found |= {first - size, last}
    found |= {min(max(start, low), high - size) for start in aligned}
    return sorted(start for start in found if low <= start <= high - size)


def _off(start: float, size: float, near_low: float, near_high: float) -> tuple[float, float]:
    """Along one axis: the gap between label and zone, and how far their middles are apart."""
    gap = max(near_low - (start + size), start - near_high, 0.0)
    return gap, start + size / 2 - (near_low + near_high) / 2


def free_place_off_rest(
    *,
    width_mm: float,
    height_mm: float,
    near: Box,
    bench: Box,
    taken: tuple[Box, ...],
    rest: Box,
) -> Place | None:
    """As `free_place`, away from where hands rest, or there when nothing else is free."""
    for avoided in ((*taken, rest), taken):
        found = free_place(
            width_mm=width_mm, height_mm=height_mm, near=near, bench=bench, taken=avoided
        )
        if found is not None:
            return found
    return None


def least_bad_place(
    *, width_mm: float, height_mm: float, near: Box, bench: Box, taken: tuple[Box, ...]
) -> Box:
    """Where a label covers least of what is taken, when there is no free place.

    The bench may be too small even for the label alone; then it starts at the left front corner
    and is cut to the bench.
    """
    width_mm, height_mm = min(width_mm, bench.width_mm), min(height_mm, bench.height_mm)
    best: tuple[float, float] | None = None
    place = bench
    for column in range(13):
        for row in range(13):
            left = bench.left_mm + (bench.width_mm - width_mm) * column / 12
            bottom = bench.bottom_mm + (bench.height_mm - height_mm) * row / 12
            box = Box(
                left_mm=left,
                bottom_mm=bottom,
                right_mm=min(left + width_mm, bench.right_mm),
                top_mm=min(bottom + height_mm, bench.top_mm),
            )
            covered = sum(_shared_mm2(box, other) for other in taken)
            off = hypot(box.centre_mm[0] - near.centre_mm[0], box.centre_mm[1] - near.centre_mm[1])
            rank = (covered, off)
            if best is None or rank < best:
                best, place = rank, box
    return place


def _shared_mm2(box: Box, other: Box) -> float:
    wide = min(box.right_mm, other.right_mm) - max(box.left_mm, other.left_mm)
    high = min(box.top_mm, other.top_mm) - max(box.bottom_mm, other.bottom_mm)
    return max(wide, 0.0) * max(high, 0.0)
