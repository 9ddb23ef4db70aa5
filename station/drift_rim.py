"""The marks that flash at the rim of the bench to measure drift: where, how, and what to expect."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.drift import DriftReference, drift_picture, drift_reference, fiducial_places
from calibration.graycode import Grey
from calibration.model import Calibration, Method
from calibration.planes import Points
from projector.screen import RectPx
from station_config.station import PolygonMm, Station

logger = logging.getLogger(__name__)

MARK_RIM_MM = 60.0
"""The eyes are told of light in squares of this side round each mark."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RimMarks:
    """The marks at the rim, for one calibration.

    Attributes:
        places_mm: Shape (N, 2), their middles on the bench.
        reference: How they and the printed tags are seen as long as nothing moves.
        pictures: Positive and negative, of the projector's size, dark beside the marks.
        parts_px: Boxes in them that hold the marks.
        areas_mm: What the eyes are told of.
    """

    places_mm: Points
    reference: DriftReference
    pictures: tuple[Grey, Grey]
    parts_px: tuple[RectPx, ...]
    areas_mm: tuple[PolygonMm, ...]


def rim_marks(station: Station, calibration: Calibration) -> RimMarks | None:
    """What to flash; None where drift cannot be watched: no printed tags, or no free place."""
    with_tags = calibration.method in {Method.GRAY_CODE, Method.QUICK} and calibration.tags
    if not with_tags or calibration.proj_from_bench is None:
        return None
    places_mm = free_places(station, calibration)
    if not len(places_mm):
        logger.warning("drift is not watched: there is no free place for marks at the rim")
        return None
    pictures = drift_picture(calibration, places_mm)
    return RimMarks(
        places_mm=places_mm,
        reference=drift_reference(calibration, places_mm),
        pictures=pictures,
        parts_px=_parts_px(pictures),
        areas_mm=tuple(_square(x, y) for x, y in places_mm.tolist()),
    )


def free_places(station: Station, calibration: Calibration) -> Points:
    """Where marks may flash clear of the zones: shape (N, 2), mm; none where there is no room."""
    zones_mm = [np.array(zone.polygon_mm) for zone in station.zones.values()]
    return fiducial_places(calibration, bench_mm=station.bench_mm, keep_clear_mm=zones_mm)


def _parts_px(pictures: tuple[Grey, Grey]) -> tuple[RectPx, ...]:
    """Boxes round what is bright in either picture: left, top, width, height."""
    bright = cv2.dilate(np.maximum(*pictures), np.ones((9, 9), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats((bright > 0).astype(np.uint8))
    return tuple((int(x), int(y), int(w), int(h)) for x, y, w, h, _ in found[1:])


def _square(x_mm: float, y_mm: float) -> PolygonMm:
    half = MARK_RIM_MM / 2
    return (
        (x_mm - half, y_mm - half),
        (x_mm + half, y_mm - half),
        (x_mm + half, y_mm + half),
        (x_mm - half, y_mm + half),
    )
