"""Which parts of the bench the projector can reach with light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calibration.planes import PlaneMap
    from station_config.station import PolygonMm, Zone


def out_of_reach(
    zones: Mapping[str, Zone], size_px: tuple[int, int], proj_from_bench: PlaneMap
) -> tuple[str, ...]:
    """Names of the zones that do not lie wholly inside the projector's picture.

    Args:
        zones: By name.
        size_px: Width and height of the projector's picture.
        proj_from_bench: Bench millimetres to projector pixels.
    """
    return tuple(
        name
        for name, zone in zones.items()
        if not is_in_reach(zone.polygon_mm, size_px, proj_from_bench)
    )


def is_in_reach(polygon_mm: PolygonMm, size_px: tuple[int, int], proj_from_bench: PlaneMap) -> bool:
    """Whether all of a polygon lies inside the picture. Straight stays straight: corners decide.

    The picture reaches half a pixel beyond the centres of its outer pixels.
    """
    corners = np.array([(x, y, 1.0) for x, y in polygon_mm])
    mapped = corners @ proj_from_bench.matrix.T
    depth = mapped[:, 2]
    if not (np.all(depth > 0) or np.all(depth < 0)):
        return False
    px = mapped[:, :2] / depth[:, None]
    edge_px = 0.5
    return bool(np.all(px >= -edge_px) and np.all(px <= np.array(size_px) - edge_px))
