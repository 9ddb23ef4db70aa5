"""The small fiducials of the drift watch: where they go, how they look, what their light is.

A fiducial is a disc of four quarters. The positive lights two of them, the negative the other two:
in their difference it has twice the contrast and the room, the bench and the worker's own light are
gone; in their sum it is an even white dot, which is what a person sees for a moment.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey
from calibration.model import Calibration
from calibration.planes import Points
from calibration.space import SpaceMap
from calibration.tags import PAPER_MM
from calibration.trouble import CalibrationTroubleError

FIDUCIAL_MM = 16.0
"""Across. 27 pixels of a camera at 0.6 mm, enough for 0.02 mm at ambient light eight times the
projector's; small enough to lie between a zone and the rim."""
NUMBER = 5
LEAST = 3
"""Fewer cannot outvote one that is hidden or lies on a thing."""
MARGIN_MM = 6.0
"""From the rim of the bench and of the projector's reach to the fiducial."""
GAP_MM = 5.0
"""From a zone or a printed tag to the fiducial."""
STEP_MM = 10.0
CAMERA_MARGIN_PX = 24.0
TAG_LIGHT_LEVEL = 150
"""Even light on the printed tags, in both pictures: in a dark room they would not be seen."""
TAG_LIGHT_MM = 58.0
SOFT_MM = 4.0
"""Its border is soft, so that it looks calm and moves nothing when it is itself moved a little."""
FINE = 4
"""Sub-samples of a projector pixel along each side."""


def fiducial_places(
    calibration: Calibration,
    *,
    bench_mm: tuple[float, float],
    keep_clear_mm: Sequence[Points] = (),
) -> Points:
    """Choose where to project the fiducials: near the four corners and the middle of the far edge.

    Hands work in the middle and come from the front; the rim also tells turning best.

    Args:
        calibration: With a projector's map.
        bench_mm: Width and depth of the bench.
        keep_clear_mm: Outlines of zones, bins and whatever else stands or is lit there: shape
            (K, 2) each.

    Returns:
        Shape (N, 2), bench millimetres, N from 3 to 5.

    Raises:
        CalibrationTroubleError: There is not room for three.
    """
    wide, deep = bench_mm
    free = _free_mm(calibration, bench_mm, keep_clear_mm)
    wanted = np.array(
        [(0.0, deep), (wide, deep), (0.0, 0.0), (wide, 0.0), (wide / 2, deep)], np.float64
    )
    chosen: list[NDArray[np.float64]] = []
    for want in wanted:
        apart = min(wide, deep) / 4
        near = [
            place for place in free if all(np.linalg.norm(place - one) > apart for one in chosen)
        ]
        if near:
            chosen.append(min(near, key=lambda place: float(np.linalg.norm(place - want))))
    if len(chosen) < LEAST:
        raise CalibrationTroubleError(
            "There is no room at the rim of the bench for three of the small marks with which the"
            " station watches whether something was bumped. Make zones smaller or move them from"
            " the rim, or let the projector reach further."
        )
    return np.array(chosen)


def drift_picture(calibration: Calibration, places_mm: Points) -> tuple[Grey, Grey]:
    """Draw positive and negative: fiducials, and even light on the printed tags; dark elsewhere.

    They are added to the worker's own light, which must be the same in both.

    Args:
        calibration: With a projector's map and the size of its picture.
        places_mm: Shape (N, 2), from `fiducial_places`.

    Returns:
        Two pictures, shape (height, width), uint8.

    Raises:
        CalibrationTroubleError: The projector was not measured.
    """
    proj, (wide, tall) = _projector(calibration)
    positive, negative = (np.zeros((tall, wide), np.float32) for _ in range(2))
    for at_mm in places_mm:
        box, inside_mm = _pixels_mm(proj, (wide, tall), at_mm, FIDUCIAL_MM / 2 + 1.0)
        for picture, sign in ((positive, 1.0), (negative, -1.0)):
            lit = (sign * quartered(inside_mm - at_mm) > 0.0).mean(axis=(1, 3))
            picture[box] = np.maximum(picture[box], 255.0 * lit)
    for tag in calibration.tags:
        at_mm = calibration.cam_from_bench.bench_at(tag.corners_px).mean(axis=0)
        box, inside_mm = _pixels_mm(proj, (wide, tall), at_mm, TAG_LIGHT_MM / 2)
        inwards = (TAG_LIGHT_MM / 2 - np.abs(inside_mm - at_mm).max(axis=-1)) / SOFT_MM
        level = TAG_LIGHT_LEVEL * np.clip(inwards, 0.0, 1.0).mean(axis=(1, 3))
        for picture in (positive, negative):
            picture[box] = np.maximum(picture[box], level)
    return tuple(np.asarray(np.round(one), np.uint8) for one in (positive, negative))  # type: ignore[return-value]


def quartered(from_middle_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 in the two quarters of the positive, -1 in those of the negative, 0 outside the disc.

    Args:
        from_middle_mm: Shape (..., 2).
    """
    x, y = from_middle_mm[..., 0], from_middle_mm[..., 1]
    inside = np.hypot(x, y) <= FIDUCIAL_MM / 2
    return np.asarray(np.sign(x * y) * inside, np.float64)


def _projector(calibration: Calibration) -> tuple[SpaceMap, tuple[int, int]]:
    if calibration.proj_from_bench is None or calibration.projector_wh is None:
        raise CalibrationTroubleError(
            "The projector was not measured, so its drift cannot be watched. Make a full"
            " calibration: handwijzer calibrate run"
        )
    return calibration.proj_from_bench, calibration.projector_wh


def _pixels_mm(
    proj: SpaceMap, size_wh: tuple[int, int], at_mm: NDArray[np.float64], reach_mm: float
) -> tuple[tuple[slice, slice], NDArray[np.float64]]:
    """The box of projector pixels within `reach_mm`, and the place of each sub-sample.

    Returns:
        The box (rows, columns), and shape (rows, FINE, columns, FINE, 2), bench millimetres.
    """
    ring = reach_mm * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    px = proj.apply(at_mm + ring)
    left, top = np.maximum(np.floor(px.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(px.max(axis=0)).astype(int) + 1, size_wh)
    right, bottom = max(right, left), max(bottom, top)
    xs = left + (np.arange((right - left) * FINE) + 0.5) / FINE - 0.5
    ys = top + (np.arange((bottom - top) * FINE) + 0.5) / FINE - 0.5
    fine = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    places = proj.bench_at(fine).reshape(bottom - top, FINE, right - left, FINE, 2)
    return (slice(top, bottom), slice(left, right)), places


def _free_mm(
    calibration: Calibration, bench_mm: tuple[float, float], keep_clear_mm: Sequence[Points]
) -> Points:
    """Places on a grid where a fiducial fits: on the bench, lit, seen, and clear of all else."""
    proj, projector_wh = _projector(calibration)
    wide, deep = bench_mm
    inset = MARGIN_MM + FIDUCIAL_MM / 2
    xs = np.linspace(inset, wide - inset, max(2, round((wide - 2 * inset) / STEP_MM) + 1))
    ys = np.linspace(inset, deep - inset, max(2, round((deep - 2 * inset) / STEP_MM) + 1))
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    good = np.ones(len(places), np.bool_)
    for step in inset * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]):
        px = proj.apply(places + step)
        good &= ((px >= 0.0) & (px <= np.array(projector_wh) - 1.0)).all(axis=1)
    if calibration.camera_wh is not None:
        px = calibration.cam_from_bench.apply(places)
        low, high = CAMERA_MARGIN_PX, np.array(calibration.camera_wh) - CAMERA_MARGIN_PX
        good &= ((px >= low) & (px <= high)).all(axis=1)
    clear = [np.asarray(outline, np.float64) for outline in keep_clear_mm]
    clear += [_paper_mm(calibration, tag.corners_px) for tag in calibration.tags]
    for outline in clear:
        shape = outline.astype(np.float32).reshape(-1, 1, 2)
        for number in np.flatnonzero(good):
            x, y = (float(value) for value in places[number])
            inside = cv2.pointPolygonTest(shape, (x, y), measureDist=True)
            good[number] = inside < -(FIDUCIAL_MM / 2 + GAP_MM)
    return places[good]


def _paper_mm(calibration: Calibration, corners_px: Points) -> Points:
    """The corners of a tag's paper on the bench."""
    corners = calibration.cam_from_bench.bench_at(corners_px)
    middle = corners.mean(axis=0)
    side = float(np.linalg.norm(corners[1] - corners[0]))
    return np.asarray(middle + (corners - middle) * (PAPER_MM / max(side, 1.0)), np.float64)
