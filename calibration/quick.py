"""The quick calibration after a bump: what moved is found, and only its map is solved again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey
from calibration.misses import quarter_of, rms
from calibration.model import Calibration, Method, Quality
from calibration.moved import with_plane
from calibration.planes import MIN_POINTS, Points, fit_plane_map
from calibration.quick_board import corners_px, quick_picture, seen_board
from calibration.quick_tags import SeenTags, camera_by_tags
from calibration.space import SpaceMap
from calibration.tags import TAG_NAMES
from calibration.trouble import CalibrationTroubleError

__all__ = ["quick_picture", "recalibrated"]

REJECT_PX = 1.5
"""Corners further off than this lie on something above the bench."""
TRIM_ROUNDS = 3
TRIM_AT_MEDIANS = 3.0
TRIM_LEAST_PX = 0.1
STILL_MM = 0.05
"""A projector whose picture moved less than this at every corner of it has not moved: the goal of
a quick calibration is 0.05 mm, and its own noise is less."""
PART_SEEN = 0.25
"""Of the corners that should be seen in a quarter of the bench, this share must be."""
LEAST_CORNERS = 24
LEAST_ON_PLANE = 0.4
"""If fewer of the corners lie on one plane, the bench is too full to calibrate."""
POOR_MM = 0.5
CLIPPED_LEVEL = 250
CLIPPED_SHARE = 0.3
"""The board is found on what is not clipped; more than this hides too many of its corners."""
LEAST_LIGHT_LEVELS = 5.0
"""White minus black at the brightest places; noise alone does not make twice that at 5 %."""
NO_BOARD = (
    "The projected pattern is not seen on the bench. See that hands and things are out of the way,"
    " and that the projector shows the station's picture; if it was turned to another place, make a"
    " full calibration."
)


def recalibrated(
    before: Calibration, white: Grey, black: Grey, shown: Grey, *, made_at: datetime
) -> Calibration:
    """Find what moved since `before` and solve its maps again; lenses and heights are kept.

    Printed tags that lie elsewhere in the picture than they did mean that the camera or the bench
    moved: the bench is where its tags are, so either way the camera's map is solved again from
    them. Then the projector's map is solved through the camera's.

    Args:
        before: The calibration in force, with the size of both pictures.
        white: The projector all white, as the camera saw it.
        black: The projector all black.
        shown: The projector showing `quick_picture`.
        made_at: Now, with a time zone.

    Returns:
        A calibration with `Method.QUICK`; its remarks say what moved and how far.

    Raises:
        CalibrationTroubleError: It cannot be done; the text says what to do.
    """
    projector_wh, projector_map = _before(before, white)
    _check_light(white, black)
    tags = camera_by_tags(before, white, black)
    board = seen_board(
        white,
        black,
        shown,
        cam_from_bench=tags.cam_from_bench,
        proj_before=projector_map,
        projector_wh=projector_wh,
    )
    expected = _expected_mm(tags.cam_from_bench, projector_map, projector_wh, white.shape, tags)
    bench_mm = tags.cam_from_bench.bench_at(board.camera_px)
    on_bench = _within(bench_mm, tags)
    _check_parts(bench_mm[on_bench], expected)
    fit = _fitted(projector_map, bench_mm[on_bench], board.projector_px[on_bench])
    remarks = [*tags.remarks]
    moved_mm = _moved_mm(projector_map, fit.space_map, projector_wh)
    if moved_mm > STILL_MM:
        remarks.append(f"The projector's light had moved by {moved_mm:.1f} mm on the bench.")
        projector_map = fit.space_map
    if len(remarks) == 0:
        remarks.append("Nothing had moved.")
    return replace(
        before,
        made_at=made_at,
        method=Method.QUICK,
        cam_from_bench=tags.cam_from_bench,
        camera=tags.quality or before.camera,
        camera_px=before.camera_px if tags.quality is None else tags.camera_px,
        camera_wh=(white.shape[1], white.shape[0]),
        proj_from_bench=projector_map,
        projector=fit.quality,
        tags=tags.tags,
        remarks=tuple(remarks),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Fit:
    space_map: SpaceMap
    quality: Quality


def _before(before: Calibration, white: Grey) -> tuple[tuple[int, int], SpaceMap]:
    """The projector's picture and map before.

    Raises:
        CalibrationTroubleError: There is none, or it was for another camera picture.
    """
    if before.proj_from_bench is None or before.projector_wh is None:
        raise CalibrationTroubleError(
            "The projector was never measured, so there is nothing to set right quickly. Make a"
            " full calibration: handwijzer calibrate run"
        )
    size_wh = (white.shape[1], white.shape[0])
    if before.camera_wh is not None and before.camera_wh != size_wh:
        raise CalibrationTroubleError(
            f"The camera's picture is {size_wh[0]} x {size_wh[1]}, but the calibration was made for"
            f" {before.camera_wh[0]} x {before.camera_wh[1]}. Make a full calibration."
        )
    return before.projector_wh, before.proj_from_bench


def _check_light(white: Grey, black: Grey) -> None:
    added = white[::2, ::2].astype(np.int16) - black[::2, ::2]
    brightest = float(np.percentile(added, 95))
    if brightest < LEAST_LIGHT_LEVELS:
        raise CalibrationTroubleError(
            "The camera does not see the projector's light. See that the projector is on and not"
            " covered; in strong sun, shade the bench."
        )
    clipped = white[::2, ::2] >= CLIPPED_LEVEL
    if float(clipped.mean()) > CLIPPED_SHARE:
        raise CalibrationTroubleError(
            "The camera's picture is too bright. Shade the bench, or let the station choose the"
            " exposure again with a full calibration."
        )


def _expected_mm(
    cam: SpaceMap,
    proj: SpaceMap,
    projector_wh: tuple[int, int],
    shape: tuple[int, ...],
    tags: SeenTags,
) -> Points:
    """Where on the bench corners of the board should be seen, as far as the old map tells."""
    corners = corners_px(projector_wh)
    corners = corners[(corners < np.array(projector_wh) - 1).all(axis=1)]
    at_mm = proj.bench_at(corners)
    seen_px = cam.apply(at_mm)
    margin_px = 0.02 * shape[1]
    low, high = margin_px, np.array([shape[1], shape[0]]) - margin_px
    return at_mm[((seen_px > low) & (seen_px < high)).all(axis=1) & _within(at_mm, tags)]


def _within(points_mm: Points, tags: SeenTags) -> NDArray[np.bool_]:
    """Which points lie on the bench, so far as the printed tags show how large it is."""
    if tags.bench_mm is None:
        return np.ones(len(points_mm), np.bool_)
    low, high = tags.bench_mm
    return np.asarray(((points_mm >= low) & (points_mm <= high)).all(axis=1), np.bool_)


def _check_parts(seen_mm: Points, expected_mm: Points) -> None:
    """Each quarter of what the projector reaches must show enough of the board."""
    if len(expected_mm) < LEAST_CORNERS or len(seen_mm) < MIN_POINTS:
        raise CalibrationTroubleError(NO_BOARD)
    middle = (expected_mm.min(axis=0) + expected_mm.max(axis=0)) / 2
    should = np.bincount(quarter_of(expected_mm, middle), minlength=4)
    does = np.bincount(quarter_of(seen_mm, middle), minlength=4)
    hidden = [
        name
        for name, there, ought in zip(TAG_NAMES, does, should, strict=True)
        if there < PART_SEEN * ought
    ]
    if len(hidden) == len(TAG_NAMES) or len(seen_mm) < LEAST_CORNERS:
        raise CalibrationTroubleError(NO_BOARD)
    if hidden:
        raise CalibrationTroubleError(
            f"The {' and the '.join(hidden)} of the bench cannot be seen well enough: a hand or a"
            " thing is in the way, or the light is blocked. Clear it and try again."
        )


def _fitted(before: SpaceMap, bench_mm: Points, projector_px: Points) -> _Fit:
    """Fit the bench plane to the corners that lie on it."""
    ideal_px = projector_px if before.lens is None else before.lens.straight(projector_px)
    try:
        first = fit_plane_map(source=bench_mm, target=ideal_px, reject=REJECT_PX)
    except ValueError:
        raise CalibrationTroubleError(NO_BOARD) from None
    used, plane = first.used, first.plane_map
    for _ in range(TRIM_ROUNDS):
        off_px = np.linalg.norm(plane.apply(bench_mm) - ideal_px, axis=1)
        limit = max(TRIM_LEAST_PX, TRIM_AT_MEDIANS * float(np.median(off_px[used])))
        used = off_px <= limit
        if used.sum() < LEAST_CORNERS:
            break
        plane = fit_plane_map(source=bench_mm[used], target=ideal_px[used], reject=1e3).plane_map
    if used.sum() < max(LEAST_CORNERS, LEAST_ON_PLANE * len(used)):
        raise CalibrationTroubleError(
            "Too little of the bench is free: most of the projected pattern falls on things that"
            " stand on it. Clear the bench and try again."
        )
    space_map = with_plane(before, plane)
    quality = _quality(space_map, bench_mm, projector_px, used)
    if quality.rms_mm > POOR_MM:
        raise CalibrationTroubleError(
            f"The projected pattern does not fit the bench: it is {quality.rms_mm:.1f} mm off."
            " Clear the bench, see that nothing moves, and try again; if that does not help, make"
            " a full calibration."
        )
    return _Fit(space_map=space_map, quality=quality)


def _quality(
    space_map: SpaceMap, bench_mm: Points, projector_px: Points, used: NDArray[np.bool_]
) -> Quality:
    off_px = np.linalg.norm(space_map.apply(bench_mm) - projector_px, axis=1)
    off_mm = np.linalg.norm(space_map.bench_at(projector_px) - bench_mm, axis=1)
    middle = (bench_mm.min(axis=0) + bench_mm.max(axis=0)) / 2
    quarter = quarter_of(bench_mm, middle)
    corners = [off_mm[used & (quarter == number)] for number in range(len(TAG_NAMES))]
    return Quality(
        rms_mm=rms(off_mm[used]),
        worst_mm=float(off_mm[used].max()),
        rms_px=rms(off_px[used]),
        worst_px=float(off_px[used].max()),
        points_mm=tuple(float(value) for value in off_mm),
        left_out=tuple(int(number) + 1 for number in np.flatnonzero(~used)),
        corners_mm=tuple(rms(one) if len(one) else None for one in corners),
        mean_mm=float(off_mm[used].mean()),
    )


def _moved_mm(old: SpaceMap, new: SpaceMap, projector_wh: tuple[int, int]) -> float:
    """How far the light of the picture's corners and middle moved on the bench, at most."""
    wide, tall = projector_wh
    xs, ys = np.meshgrid([0.1 * wide, 0.5 * wide, 0.9 * wide], [0.1 * tall, 0.5 * tall, 0.9 * tall])
    px = np.column_stack([xs.ravel(), ys.ravel()])
    return float(np.linalg.norm(new.bench_at(px) - old.bench_at(px), axis=1).max())
