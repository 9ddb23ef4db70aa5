"""Pictograms of buttons and ticks, as polygons: for who does not read, in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projector.geometry import rounded, stroke
from projector.scene import Icon

if TYPE_CHECKING:
    from projector.scene import Box, PointMm
    from station_config.station import PolygonMm

Rings = tuple["PolygonMm", ...]
"""Polygons filled together by the even-odd rule: a second one inside the first is a hole."""

Stroke = tuple[float, tuple["PointMm", ...]]
"""Width of a line with round ends, and its points, on a square of -1 to 1."""

STROKES: dict[Icon, tuple[Stroke, ...]] = {
    Icon.NEXT: (
        (0.34, ((-0.8, 0.0), (0.75, 0.0))),
        (0.34, ((0.15, 0.6), (0.78, 0.0), (0.15, -0.6))),
    ),
    Icon.BACK: (
        (0.34, ((0.8, 0.0), (-0.75, 0.0))),
        (0.34, ((-0.15, 0.6), (-0.78, 0.0), (-0.15, -0.6))),
    ),
    Icon.PAUSE: ((0.34, ((-0.38, 0.6), (-0.38, -0.6))), (0.34, ((0.38, 0.6), (0.38, -0.6)))),
    Icon.DONE: ((0.36, ((-0.75, -0.05), (-0.2, -0.6), (0.8, 0.6))),),
    Icon.NO: ((0.34, ((-0.6, 0.6), (0.6, -0.6))), (0.34, ((-0.6, -0.6), (0.6, 0.6)))),
    # A hand put up, as one does to ask for help: four fingers and a thumb.
    Icon.HELP: (
        (0.2, ((-0.32, 0.0), (-0.36, 0.62))),
        (0.2, ((-0.08, 0.0), (-0.09, 0.85))),
        (0.2, ((0.15, 0.0), (0.18, 0.8))),
        (0.2, ((0.38, 0.0), (0.43, 0.58))),
        (0.22, ((-0.3, -0.55), (-0.72, -0.05))),
    ),
}

AREAS: dict[Icon, tuple[PointMm, ...]] = {
    Icon.RESUME: ((-0.55, 0.8), (-0.55, -0.8), (0.85, 0.0)),
    # The palm.
    Icon.HELP: (
        (-0.42, 0.05),
        (0.48, 0.05),
        (0.48, -0.5),
        (0.25, -0.95),
        (-0.2, -0.95),
        (-0.42, -0.6),
    ),
}

MIRRORED = {Icon.NEXT, Icon.BACK}
"""Icons that turn round where people read from right to left."""


def icon_parts(icon: Icon, box: Box, *, mirrored: bool = False) -> tuple[Rings, ...]:
    """A pictogram as large as fits in a box."""
    half = min(box.width_mm, box.height_mm) / 2
    x, y = box.centre_mm
    flip = -1.0 if mirrored and icon in MIRRORED else 1.0

    def at(points: tuple[PointMm, ...]) -> PolygonMm:
        return tuple((x + flip * u * half, y + v * half) for u, v in points)

    parts: list[Rings] = []
    if icon in AREAS:
        parts.append((rounded(at(AREAS[icon]), 0.14 * half),))
    for width, points in STROKES.get(icon, ()):
        parts += [(part,) for part in stroke(at(points), width * half)]
    return tuple(parts)
