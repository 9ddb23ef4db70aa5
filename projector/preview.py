"""A cue as a coach sees it before anybody works with it: the bench from above, with its light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from calibration.planes import PlaneMap
from projector.layout import marks_for
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


def preview(
    cue: Cue,
    station: Station,
    proj_from_bench: PlaneMap | None,
    *,
    language: str | None = None,
    touch: Touch | None = None,
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
        typefaces: Fonts; those of this computer when None.
        px_per_mm: How large the picture is.

    Returns:
        Shape (height, width, 3), uint8, BGR.
    """
    marks = marks_for(cue, station, language=language, touch=touch)
    view_from_bench = view_of(station.bench_mm, px_per_mm)
    width, depth = station.bench_mm
    size_px = round(width * px_per_mm), round(depth * px_per_mm)
    bench = np.full((size_px[1], size_px[0], 3), BENCH_BGR, np.uint8)
    if proj_from_bench is None:
        light = _drawn(marks, size_px, view_from_bench, typefaces)
    else:
        proj_px = station.projector.width_px, station.projector.height_px
        view_from_proj = (view_from_bench @ proj_from_bench.inverse()).matrix
        picture = _drawn(marks, proj_px, proj_from_bench, typefaces)
        light = np.asarray(cv2.warpPerspective(picture, view_from_proj, size_px), np.uint8)
        reached = np.full(picture.shape[:2], 255, np.uint8)
        bench[cv2.warpPerspective(reached, view_from_proj, size_px) == 0] = UNREACHED_BGR
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


def _drawn(
    marks: Sequence[Mark],
    size_px: tuple[int, int],
    plane_map: PlaneMap,
    typefaces: Typefaces | None,
) -> NDArray[np.uint8]:
    picture, _ = Renderer(size_px, plane_map, typefaces=typefaces).draw(marks, 0.0)
    return np.ascontiguousarray(picture[:, :, :3])
