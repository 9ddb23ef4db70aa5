"""A cue as a coach sees it before anybody works with it: the bench from above, with its light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from calibration.edges import subdivided
from calibration.planes import PlaneMap
from calibration.space import SpaceMap, flat
from projector.aim import Aim, Reach
from projector.layout import marks_for
from projector.reach import reach_of
from projector.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from projector.buttons import Touch
    from projector.scene import Mark
    from projector.typefaces import Typefaces
    from station_config.station import Station
    from tasks.cues import Cue

PX_PER_MM = 1.5
"""A bench of 900 by 600 mm becomes 1350 by 900 pixels."""

BENCH_BGR = (46, 50, 54)
"""The bench top in this picture: dark, so that light stands out as it does in a workplace."""

ZONE_BGR = (92, 96, 100)
"""Zones as faint lines. They are not light; they say where things stand."""

UNREACHED_BGR = (24, 26, 30)
"""Bench that the projector does not reach."""

_BAND_ROWS = 64
"""Rows that go through the lens at once: 20 MB of terms, not 300."""


def preview(
    cue: Cue,
    station: Station,
    proj_from_bench: SpaceMap | None,
    *,
    language: str | None = None,
    touch: Touch | None = None,
    aim: Aim = Aim.EXACT,
    reach: Reach | None = None,
    typefaces: Typefaces | None = None,
    px_per_mm: float = PX_PER_MM,
) -> NDArray[np.uint8]:
    """The bench from above, the worker's side at the bottom.

    Args:
        cue: What is offered.
        station: The bench.
        proj_from_bench: Shows what the projector really reaches; None shows all of the bench.
        language: The worker's language, when it is not the station's.
        touch: A hand on a button.
        aim: How far the light can be trusted.
        reach: What the projector reaches; measured from its map when None.
        typefaces: Fonts; those of this computer when None.
        px_per_mm: How large the picture is.

    Returns:
        Shape (height, width, 3), uint8, BGR.
    """
    proj_px = station.projector.width_px, station.projector.height_px
    if reach is None and proj_from_bench is not None:
        reach = reach_of(station, proj_px, proj_from_bench)
    marks = marks_for(cue, station, language=language, touch=touch, aim=aim, reach=reach)
    view_from_bench = view_of(station.bench_mm, px_per_mm)
    width, depth = station.bench_mm
    size_px = round(width * px_per_mm), round(depth * px_per_mm)
    bench = np.full((size_px[1], size_px[0], 3), BENCH_BGR, np.uint8)
    if proj_from_bench is None:
        light = _drawn(marks, size_px, flat(view_from_bench), typefaces)
    else:
        picture = _drawn(marks, proj_px, proj_from_bench, typefaces)
        height_mm = _heights(station, view_from_bench, size_px)
        x_px, y_px = _lit_by(height_mm, view_from_bench, proj_from_bench)
        light = np.asarray(cv2.remap(picture, x_px, y_px, cv2.INTER_LINEAR), np.uint8)
        if proj_from_bench.knows_height:
            shaded = _shaded(picture, station, proj_from_bench)
            past = np.asarray(cv2.remap(shaded, x_px, y_px, cv2.INTER_LINEAR), np.uint8)
            light[height_mm == 0.0] = past[height_mm == 0.0]
        half = 0.5
        outside = (x_px < -half) | (x_px > proj_px[0] - half)
        outside |= (y_px < -half) | (y_px > proj_px[1] - half)
        bench[outside] = UNREACHED_BGR
    for zone in station.zones.values():
        corners = np.round(view_from_bench.apply(np.array(zone.polygon_mm)) * 16).astype(np.int32)
        cv2.polylines(
            bench, [corners], isClosed=True, color=ZONE_BGR, lineType=cv2.LINE_AA, shift=4
        )
    return np.asarray(cv2.add(bench, light), np.uint8)


def view_of(bench_mm: tuple[float, float], px_per_mm: float) -> PlaneMap:
    """Bench millimetres to pixels of the picture from above: y turns round."""
    _, depth = bench_mm
    # The edge of the bench is the edge of a pixel, half a pixel before its centre.
    return PlaneMap(
        matrix=np.array(
            [[px_per_mm, 0.0, -0.5], [0.0, -px_per_mm, depth * px_per_mm - 0.5], [0.0, 0.0, 1.0]]
        )
    )


def _heights(
    station: Station, view_from_bench: PlaneMap, size_px: tuple[int, int]
) -> NDArray[np.float32]:
    """How high what each pixel of the view shows lies: zones at their rims. In millimetres."""
    width, height = size_px
    height_mm = np.zeros((height, width), np.float32)
    for zone in sorted(station.zones.values(), key=lambda zone: zone.height_mm):
        corners = np.round(view_from_bench.apply(np.array(zone.polygon_mm)) * 16).astype(np.int32)
        cv2.fillPoly(height_mm, [corners], zone.height_mm, cv2.LINE_8, 4)
    return height_mm


def _shaded(
    picture: NDArray[np.uint8], station: Station, proj_from_bench: SpaceMap
) -> NDArray[np.uint8]:
    """The projector's picture without the light that bins keep from the bench behind them."""
    shaded = picture.copy()
    for zone in station.zones.values():
        if zone.height_mm <= 0.0:
            continue
        outline = subdivided(np.array(zone.polygon_mm, np.float64))
        both = [proj_from_bench.apply(outline, height) for height in (zone.height_mm, 0.0)]
        hull = cv2.convexHull(np.vstack(both).astype(np.float32))
        outline_px = [np.round(hull).astype(np.int32)]
        cv2.fillPoly(shaded, outline_px, (0, 0, 0))
        cv2.polylines(shaded, outline_px, isClosed=True, color=(0, 0, 0), thickness=3)
    return shaded


def _lit_by(
    height_mm: NDArray[np.float32], view_from_bench: PlaneMap, proj_from_bench: SpaceMap
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Which projector pixel lights what each pixel of the view shows.

    Args:
        height_mm: Shape (height, width), how high that lies.
        view_from_bench: Bench millimetres to pixels of the view.
        proj_from_bench: Bench millimetres to projector pixels.

    Returns:
        x and y, each of shape (height, width).
    """
    height, width = height_mm.shape
    bench_from_view = view_from_bench.inverse()
    columns = np.arange(width, dtype=np.float64)
    px = np.zeros((height, width, 2), np.float32)
    for top in range(0, height, _BAND_ROWS):
        rows = np.arange(top, min(top + _BAND_ROWS, height), dtype=np.float64)
        view_px = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        band = slice(top, top + len(rows))
        points_mm = bench_from_view.apply(view_px)
        at_px = proj_from_bench.apply(points_mm, height_mm[band].ravel().astype(np.float64))
        px[band] = at_px.reshape(len(rows), width, 2)
    return np.ascontiguousarray(px[..., 0]), np.ascontiguousarray(px[..., 1])


def _drawn(
    marks: Sequence[Mark],
    size_px: tuple[int, int],
    plane_map: SpaceMap,
    typefaces: Typefaces | None,
) -> NDArray[np.uint8]:
    picture, _ = Renderer(size_px, plane_map, typefaces=typefaces).draw(marks, 0.0)
    return np.ascontiguousarray(picture[:, :, :3])
