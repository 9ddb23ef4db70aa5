"""Where a label can stand: the free place nearest to what it is about."""

from __future__ import annotations

from functools import lru_cache
from math import hypot

from projector.scene import Box, PointMm

EDGE_MM = 10.0
"""Labels keep this far from the edge of the bench: the picture of a projector frays there."""


@lru_cache(maxsize=512)
def free_place(
    *,
    width_mm: float,
    height_mm: float,
    near: Box,
    bench: Box,
    taken: tuple[Box, ...],
) -> Box | None:
    """The free box of this size that lies nearest to `near`, or None when there is no room.

    If there is room at all, there is a place that touches an obstacle or the edge on one side in
    each direction, or stands in line with `near`: so only those are tried. Of two places as near
    the one on the worker's side wins: the other one may lie behind a bin.

    Args:
        width_mm: Of the label.
        height_mm: Of the label.
        near: What the label is about.
        bench: The whole bench.
        taken: Where nothing may stand; borders may touch.
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
    ranked = sorted(
        (_cost((left, bottom), (width_mm, height_mm), near), left, bottom)
        for left in lefts
        for bottom in bottoms
    )
    for _, left, bottom in ranked:
        right, top = left + width_mm, bottom + height_mm
        if not any(
            left < box.right_mm
            and box.left_mm < right
            and bottom < box.top_mm
            and box.bottom_mm < top
            for box in taken
        ):
            return Box(left_mm=left, bottom_mm=bottom, right_mm=right, top_mm=top)
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


def _cost(corner: PointMm, size: tuple[float, float], near: Box) -> float:
    """How far the label stands from what it is about, in millimetres."""
    left, bottom = corner
    gap_x = max(near.left_mm - (left + size[0]), left - near.right_mm, 0.0)
    gap_y = max(near.bottom_mm - (bottom + size[1]), bottom - near.top_mm, 0.0)
    centre_x, centre_y = near.centre_mm
    off_x = abs(left + size[0] / 2 - centre_x)
    off_y = bottom + size[1] / 2 - centre_y
    behind = 40.0 if off_y > 0 else 0.0
    return hypot(gap_x, gap_y) + 0.3 * off_x + 0.3 * abs(off_y) + behind


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
            rank = (covered, _cost((left, bottom), (width_mm, height_mm), near))
            if best is None or rank < best:
                best, place = rank, box
    return place


def _shared_mm2(box: Box, other: Box) -> float:
    wide = min(box.right_mm, other.right_mm) - max(box.left_mm, other.left_mm)
    high = min(box.top_mm, other.top_mm) - max(box.bottom_mm, other.bottom_mm)
    return max(wide, 0.0) * max(high, 0.0)
