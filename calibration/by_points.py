"""A calibration from pairs of points that somebody measured by hand."""

from __future__ import annotations

from math import atan2, degrees
from typing import TYPE_CHECKING

import numpy as np

from calibration.misses import rms
from calibration.model import Calibration, Method, Quality
from calibration.planes import MIN_POINTS, PlaneFit, PlaneMap, Points, fit_plane_map
from calibration.space import flat

if TYPE_CHECKING:
    from datetime import datetime

    from calibration.points_file import PointPairs

REJECT_PX = 6.0
"""Points further off than this are taken for mistakes. A person clicks to 1-2 px, and a ruler is
right to 0.5 mm, which is another pixel; lenses bend straight lines by up to 6 px."""
POOR_MM = 2.0
"""A worst point above this is worth a remark: it is the width of an outline."""
TURNED_DEG = 45.0
BENCH_SLACK_MM = 1.0


def calibrated_by_points(
    pairs: PointPairs,
    *,
    made_at: datetime,
    camera_wh: tuple[int, int] | None = None,
    projector_wh: tuple[int, int] | None = None,
    bench_mm: tuple[float, float] | None = None,
) -> Calibration:
    """Fit both maps.

    Args:
        pairs: The points. Without projector points only the camera's map is made.
        made_at: Now, with a time zone.
        camera_wh: Size of the camera's picture, if known: points outside it are remarked on.
        projector_wh: Likewise for the projector.
        bench_mm: Size of the bench, if known: points off it are remarked on.

    Raises:
        ValueError: A fit is not possible: too few points, or all on one line. A points file that
            was read without mistakes has neither.
    """
    camera_fit = fit_plane_map(source=pairs.bench_mm, target=pairs.camera_px, reject=REJECT_PX)
    camera = _quality(camera_fit, pairs.bench_mm, pairs.camera_px)
    remarks = _remarks_on_fit("camera", camera) + _remarks_on_camera(camera_fit.plane_map, pairs)
    remarks += _outside("camera_px", pairs.camera_px, camera_wh, "the picture")
    remarks += _off_bench("bench_mm", pairs.bench_mm, bench_mm)
    projector_map: PlaneMap | None = None
    projector: Quality | None = None
    if len(pairs.projector_px):
        fit = fit_plane_map(
            source=pairs.projector_bench_mm, target=pairs.projector_px, reject=REJECT_PX
        )
        projector_map = fit.plane_map
        projector = _quality(fit, pairs.projector_bench_mm, pairs.projector_px)
        remarks += _remarks_on_fit("projector", projector)
        remarks += _outside("projector_px", pairs.projector_px, projector_wh, "the picture")
        remarks += _off_bench("projector_bench_mm", pairs.projector_bench_mm, bench_mm)
    else:
        remarks.append(
            "The projector was not measured: its picture is taken to cover the bench exactly."
        )
    return Calibration(
        made_at=made_at,
        method=Method.BY_POINTS,
        cam_from_bench=flat(camera_fit.plane_map),
        camera=camera,
        camera_px=pairs.camera_px,
        camera_wh=camera_wh,
        proj_from_bench=None if projector_map is None else flat(projector_map),
        projector=projector,
        projector_wh=projector_wh,
        remarks=tuple(remarks),
    )


def _quality(fit: PlaneFit, bench_mm: Points, picture_px: Points) -> Quality:
    off_px = np.linalg.norm(fit.plane_map.apply(bench_mm) - picture_px, axis=1)
    off_mm = np.linalg.norm(fit.plane_map.inverse().apply(picture_px) - bench_mm, axis=1)
    return Quality(
        rms_mm=rms(off_mm[fit.used]),
        worst_mm=float(off_mm[fit.used].max()),
        rms_px=rms(off_px[fit.used]),
        worst_px=float(off_px[fit.used].max()),
        points_mm=tuple(float(value) for value in off_mm),
        left_out=tuple(int(number) + 1 for number in np.flatnonzero(~fit.used)),
    )


def _remarks_on_fit(device: str, quality: Quality) -> list[str]:
    remarks = [
        f"Point {number} of the {device} is {quality.points_mm[number - 1]:.0f} mm off and was "
        "left out. Measure it again."
        for number in quality.left_out
    ]
    if not quality.is_tested:
        remarks.append(
            f"The {device} was fitted to {MIN_POINTS} points, which always fit exactly: how good "
            "it is cannot be said. Give six or more."
        )
    elif quality.worst_mm > POOR_MM:
        worst = 1 + int(np.argmax(_without(quality.points_mm, quality.left_out)))
        remarks.append(
            f"Point {worst} of the {device} is {quality.worst_mm:.1f} mm off. Measure it again."
        )
    return remarks


def _without(points_mm: tuple[float, ...], left_out: tuple[int, ...]) -> list[float]:
    return [-1.0 if number + 1 in left_out else off for number, off in enumerate(points_mm)]


def _remarks_on_camera(cam_from_bench: PlaneMap, pairs: PointPairs) -> list[str]:
    """How the bench lies in the picture; a turned camera is fine, a mirrored one is a mix-up."""
    steps_mm = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])
    at, right, away = cam_from_bench.apply(pairs.bench_mm.mean(axis=0) + steps_mm)
    to_right, to_away = right - at, away - at
    remarks = []
    # From above, x to the right and y away turn left; in a picture, where y points down, that
    # is a negative determinant.
    if to_right[0] * to_away[1] - to_right[1] * to_away[0] > 0.0:
        remarks.append(
            "The bench is mirrored in the camera's picture. Unless there is a mirror, two points "
            "were mixed up, or x and y."
        )
    turned_deg = degrees(atan2(to_right[1], to_right[0]))
    if abs(turned_deg) > TURNED_DEG:
        remarks.append(
            f"The bench lies turned by {round(turned_deg)} degrees in the camera's picture. "
            "That is fine if the camera hangs that way."
        )
    return remarks


def _outside(name: str, points: Points, size_wh: tuple[int, int] | None, where: str) -> list[str]:
    if size_wh is None:
        return []
    low, high = np.array([-0.5, -0.5]), np.array(size_wh) - 0.5
    off = np.flatnonzero(((points < low) | (points > high)).any(axis=1))
    return [
        f"Point {number + 1} of {name} lies outside {where}, which is "
        f"{size_wh[0]} x {size_wh[1]} pixels."
        for number in off
    ]


def _off_bench(name: str, points: Points, bench_mm: tuple[float, float] | None) -> list[str]:
    if bench_mm is None:
        return []
    low, high = np.array([-BENCH_SLACK_MM] * 2), np.array(bench_mm) + BENCH_SLACK_MM
    off = np.flatnonzero(((points < low) | (points > high)).any(axis=1))
    return [
        f"Point {number + 1} of {name} lies off the bench, which is "
        f"{bench_mm[0]:g} x {bench_mm[1]:g} mm."
        for number in off
    ]
