"""Where things stand on the bench, and pictures in which they do not count."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey
from calibration.space import SpaceMap
from station_config.station import Station, Zone, ZoneKind

ROUND_MM = 8.0
"""A bin stands this much beside its zone and casts a soft shadow."""
USUAL_CAMERA_MM = 1000.0
UNKNOWN_HEIGHT_MM = 60.0
"""Of a bin whose height nobody has told."""

Mask = NDArray[np.uint8]


def standing(station: Station, cam_from_bench: SpaceMap, camera_wh: tuple[int, int]) -> Mask:
    """Where the camera sees no bare bench: beside it, and things that stand on it.

    Bins fill the back of most benches from side to side. Light on them and light on the bench in
    front together look like one tilted plane, so no fit can tell: the station's zones can.

    Args:
        station: Its zones: bins, and all with a height.
        cam_from_bench: The camera's map.
        camera_wh: Size of its picture.

    Returns:
        Shape (height, width), uint8, 255 there.
    """
    middle_px = np.array(camera_wh, np.float64) / 2.0
    mask = np.full((camera_wh[1], camera_wh[0]), 255, np.uint8)
    width_mm, depth_mm = station.bench_mm
    rim_mm = np.array([[0.0, 0.0], [width_mm, 0.0], [width_mm, depth_mm], [0.0, depth_mm]])
    bench_px = cam_from_bench.apply(rim_mm).round().astype(np.int32)
    cv2.fillConvexPoly(mask, bench_px, 0)
    for zone in station.zones.values():
        if zone.kind is ZoneKind.BIN or zone.height_mm:
            corners_mm = _grown(np.array(zone.polygon_mm, np.float64))
            seen_px = np.vstack(
                [
                    _seen(cam_from_bench, corners_mm, high, middle_px)
                    for high in (0.0, _height_mm(zone))
                ]
            )
            hull = cv2.convexHull(seen_px.astype(np.float32)).round().astype(np.int32)
            cv2.fillConvexPoly(mask, hull, 255)
    return mask


def on_bare_bench(station: Station, cam_from_bench: SpaceMap, shown: Grey, dark: Grey) -> Grey:
    """The picture of a projected pattern, as if it fell on nothing but the bare bench.

    Args:
        station: Its zones tell what stands there.
        cam_from_bench: The camera's map.
        shown: The pattern, as the camera saw it.
        dark: The projector all black.
    """
    camera_wh = (shown.shape[1], shown.shape[0])
    return without(standing(station, cam_from_bench, camera_wh), shown, dark)


def without(mask: Mask, shown: Grey, dark: Grey) -> Grey:
    """The picture of a projected pattern, as if none of it fell on what the mask covers.

    White and dark stay as they are: printed tags may lie close by, and are looked for in them.
    """
    return np.where(mask > 0, dark, shown)


def _height_mm(zone: Zone) -> float:
    return zone.height_mm or UNKNOWN_HEIGHT_MM


def _seen(
    cam_from_bench: SpaceMap,
    corners_mm: NDArray[np.float64],
    height_mm: float,
    middle_px: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Pixels of corners at a height; where heights are not known, about where they must be."""
    if cam_from_bench.knows_height or height_mm == 0.0:
        return cam_from_bench.apply(corners_mm, height_mm)
    # Seen from a metre above the middle of the picture, which is where most cameras hang.
    middle_mm = cam_from_bench.bench_at(middle_px[None, :])[0]
    away = 1.0 + height_mm / (USUAL_CAMERA_MM - height_mm)
    return cam_from_bench.apply(middle_mm + (corners_mm - middle_mm) * away)


def _grown(corners_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    middle = corners_mm.mean(axis=0)
    away = corners_mm - middle
    return np.asarray(middle + away + ROUND_MM * np.sign(away), np.float64)
