"""Plane geometry of marks: contours grown and rounded, strokes, sectors. Pure, in millimetres."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import atan2, ceil, cos, hypot, pi, sin, tau
from typing import TYPE_CHECKING

from projector.scene import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projector.scene import PointMm
    from station_config.station import PolygonMm

ARC_STEP_MM = 1.5
"""Longest straight piece of a curve: under four pixels of a full HD projector over a bench."""

MAX_MITRE = 2.0
"""A sharp corner grows no further out than this many times the border."""


def bounds(polygon_mm: Sequence[PointMm]) -> Box:
    """The upright rectangle around a polygon."""
    xs = [x for x, _ in polygon_mm]
    ys = [y for _, y in polygon_mm]
    return Box(left_mm=min(xs), bottom_mm=min(ys), right_mm=max(xs), top_mm=max(ys))


def area_mm2(polygon_mm: Sequence[PointMm]) -> float:
    """Signed area: positive for a polygon that runs counter-clockwise."""
    pairs = zip(polygon_mm, [*polygon_mm[1:], polygon_mm[0]], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2


def grown(polygon_mm: PolygonMm, by_mm: float) -> PolygonMm:
    """A polygon with a border of `by_mm` all round. Corners stay corners."""
    corners = [p for i, p in enumerate(polygon_mm) if p != polygon_mm[i - 1]]
    if area_mm2(corners) < 0:
        corners.reverse()
    count = len(corners)
    return tuple(
        _moved_corner(corners[i - 1], corners[i], corners[(i + 1) % count], by_mm)
        for i in range(count)
    )


def _moved_corner(before: PointMm, here: PointMm, after: PointMm, by_mm: float) -> PointMm:
    """Where a corner goes when both its edges move outward (polygon counter-clockwise)."""
    n0x, n0y = _outward(before, here)
    n1x, n1y = _outward(here, after)
    mx, my = n0x + n1x, n0y + n1y
    length = hypot(mx, my)
    if length < 1e-9:  # noqa: PLR2004 - the polygon turns back on itself
        return here[0] + n0x * by_mm, here[1] + n0y * by_mm
    mitre = min(2.0 / length, MAX_MITRE)
    return here[0] + mx / length * mitre * by_mm, here[1] + my / length * mitre * by_mm


def _outward(start: PointMm, end: PointMm) -> PointMm:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    return dy / length, -dx / length


@lru_cache(maxsize=4096)
def rounded(polygon_mm: PolygonMm, radius_mm: float) -> PolygonMm:
    """A polygon with its corners cut by soft curves."""
    points: list[PointMm] = []
    count = len(polygon_mm)
    for i, corner in enumerate(polygon_mm):
        enter = _towards(corner, polygon_mm[i - 1], radius_mm)
        leave = _towards(corner, polygon_mm[(i + 1) % count], radius_mm)
        pieces = max(2, ceil(hypot(leave[0] - enter[0], leave[1] - enter[1]) / ARC_STEP_MM))
        for k in range(pieces + 1):
            t = k / pieces
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
            points.append(
                (
                    a * enter[0] + b * corner[0] + c * leave[0],
                    a * enter[1] + b * corner[1] + c * leave[1],
                )
            )
    return tuple(points)


def _towards(start: PointMm, end: PointMm, by_mm: float) -> PointMm:
    """A point on the way, at most half-way."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    share = min(0.5, by_mm / length)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def disc(centre_mm: PointMm, radius_mm: float) -> PolygonMm:
    """A circle as a polygon."""
    count = max(12, ceil(tau * radius_mm / ARC_STEP_MM))
    return tuple(
        (
            centre_mm[0] + radius_mm * cos(tau * k / count),
            centre_mm[1] + radius_mm * sin(tau * k / count),
        )
        for k in range(count)
    )


def sector(centre_mm: PointMm, *, inner_mm: float, outer_mm: float, fraction: float) -> PolygonMm:
    """A piece of a ring, clockwise from the top, as the hands of a clock go."""
    sweep = tau * min(1.0, max(0.0, fraction))
    count = max(2, ceil(sweep * outer_mm / ARC_STEP_MM))
    angles = [pi / 2 - sweep * k / count for k in range(count + 1)]
    x, y = centre_mm
    outer = [(x + outer_mm * cos(a), y + outer_mm * sin(a)) for a in angles]
    inner = [(x + inner_mm * cos(a), y + inner_mm * sin(a)) for a in reversed(angles)]
    return (*outer, *inner)


def stroke(points_mm: Sequence[PointMm], width_mm: float) -> tuple[PolygonMm, ...]:
    """A line with round ends and joints, as polygons that overlap."""
    half = width_mm / 2
    parts: list[PolygonMm] = [disc(point, half) for point in points_mm]
    for (x0, y0), (x1, y1) in pairwise(points_mm):
        angle = atan2(y1 - y0, x1 - x0) + pi / 2
        ox, oy = half * cos(angle), half * sin(angle)
        parts.append(
            ((x0 + ox, y0 + oy), (x1 + ox, y1 + oy), (x1 - ox, y1 - oy), (x0 - ox, y0 - oy))
        )
    return tuple(parts)


def crosses(start_mm: PointMm, end_mm: PointMm, box: Box) -> bool:
    """Whether a straight way touches a box (Liang and Barsky, 1984)."""
    enter, leave = 0.0, 1.0
    for start, end, low, high in (
        (start_mm[0], end_mm[0], box.left_mm, box.right_mm),
        (start_mm[1], end_mm[1], box.bottom_mm, box.top_mm),
    ):
        move = end - start
        if move == 0.0:
            if not low <= start <= high:
                return False
            continue
        first, second = sorted(((low - start) / move, (high - start) / move))
        enter, leave = max(enter, first), min(leave, second)
    return enter <= leave
