"""The full calibration: from one gray-code capture of the bench to both of its maps."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from calibration.blocks import Pairs
from calibration.camera_gamma import camera_gamma
from calibration.eye import Frames
from calibration.judged import (
    Coverage,
    camera_quality,
    coverage_of,
    eye_height_mm,
    misfits,
    quality_of,
)
from calibration.lens_fit import Lit, light_map
from calibration.lens_sheet import find_lens_sheet
from calibration.misplaced import TagSet
from calibration.model import Calibration, Method
from calibration.plate import check_flat, known_of_plate, plate_seen
from calibration.seen import Raised
from calibration.shots import Shots, check_told
from calibration.space import SpaceMap
from calibration.surface import Surface, surface_seen
from calibration.tags import BENCH_TAGS, TagPlaces, scaled_places
from calibration.trouble import CalibrationTroubleError
from calibration.world import camera_fit

LEAST_COVERAGE = 0.4
"""Less of the bench than this is no bench to work at."""
POOR_MM = 0.5
"""A light that lands further off than this on the mean is worth a remark."""


def calibrated(
    shots: Shots,
    *,
    bench_mm: tuple[float, float],
    projector_wh: tuple[int, int],
    tag_places: TagPlaces,
    made_at: datetime,
) -> Calibration:
    """Work out both maps of a bench.

    Args:
        shots: What the camera saw.
        bench_mm: Width and depth of the bench.
        projector_wh: Size of the projector's picture.
        tag_places: Where the printed tags lie (`calibration.tags.tag_places`).
        made_at: Now, with a time zone.

    Raises:
        CalibrationTroubleError: It cannot be done; the text says what to do.
    """
    check_told(shots, projector_wh)
    height, width = shots.stack.white.shape
    frames = Frames(picture_wh=(width, height), bench_mm=bench_mm)
    places = scaled_places(tag_places, bench_mm=bench_mm, scale=shots.scale)
    of_bench = TagSet(numbers=BENCH_TAGS, where="bench")
    gamma = camera_gamma(shots.stack)
    bench = surface_seen(shots.stack, of_bench, places, frames, scale=shots.scale, gamma=gamma)
    raised = _raised(shots, bench, frames, gamma)
    sheets = tuple(find_lens_sheet(grey, scale=shots.scale) for grey in shots.lens_sheets)
    camera = camera_fit(bench.seen, frames, raised=raised, sheets=sheets)
    lit = _lit(bench.pairs, camera.cam_from_bench, 0.0)
    proj_from_bench = _light_map(lit, raised, camera.cam_from_bench)
    covered = _enough_covered(bench, camera.cam_from_bench, bench_mm)
    projector = quality_of(lit, proj_from_bench, bench_mm)
    told = (bench.remark, covered.remark, _remark_on_fit(projector.rms_mm))
    on_heights = _remark_on_heights(shots, camera.cam_from_bench, proj_from_bench)
    return Calibration(
        made_at=made_at,
        method=Method.GRAY_CODE,
        cam_from_bench=camera.cam_from_bench,
        camera=camera_quality(bench.seen, camera),
        camera_px=bench.seen.corners_px.reshape(-1, 2),
        camera_wh=(width, height),
        proj_from_bench=proj_from_bench,
        projector=projector,
        projector_wh=projector_wh,
        remarks=tuple(remark for remark in (*told, on_heights) if remark),
        light_delay_s=shots.light_delay_s,
        camera_gamma=gamma,
        tags=bench.tags,
        coverage=covered.share,
        bench_mm=bench_mm,
        misfits=misfits(lit, proj_from_bench, bench_mm),
    )


def _raised(shots: Shots, bench: Surface, frames: Frames, gamma: float) -> Raised | None:
    """What was seen of the plate; None without one."""
    if shots.plate is None or shots.plate_mm is None:
        return None
    plate = plate_seen(shots, shots.plate, bench, frames, gamma)
    return Raised(
        height_mm=shots.plate_mm,
        tags=plate.seen,
        known=known_of_plate(shots),
        bench_pairs=bench.pairs,
        plate_pairs=plate.pairs,
    )


def _light_map(lit: Lit, raised: Raised | None, cam_from_bench: SpaceMap) -> SpaceMap:
    """The projector's map, through the camera's; with a plate it knows heights."""
    if raised is None:
        return light_map(lit)
    both = lit.joined(_lit(raised.plate_pairs, cam_from_bench, raised.height_mm))
    proj_from_bench = light_map(both)
    check_flat(both, proj_from_bench)
    return proj_from_bench


def _lit(pairs: Pairs, cam_from_bench: SpaceMap, height_mm: float) -> Lit:
    return Lit(
        bench_mm=cam_from_bench.bench_at(pairs.cam_px, height_mm),
        proj_px=pairs.proj_px,
        height_mm=np.full(len(pairs), height_mm),
    )


def _enough_covered(
    bench: Surface, cam_from_bench: SpaceMap, bench_mm: tuple[float, float]
) -> Coverage:
    """How much of the bench is lit and seen.

    Raises:
        CalibrationTroubleError: Too little to work at.
    """
    covered = coverage_of(bench.decoded, cam_from_bench, bench_mm)
    if covered.share < LEAST_COVERAGE:
        raise CalibrationTroubleError(
            f"Only {covered.share:.0%} of the bench is lit and seen. {covered.where} Turn or move"
            " the projector and the camera so that both reach the whole bench."
        )
    return covered


def _remark_on_fit(rms_mm: float) -> str:
    if rms_mm <= POOR_MM:
        return ""
    return f"The light lands {rms_mm:.1f} mm off on the mean. Is the bench flat and empty?"


def _remark_on_heights(shots: Shots, cam_from_bench: SpaceMap, proj_from_bench: SpaceMap) -> str:
    if shots.plate is None:
        return (
            "Heights were not measured: light for bins lands where it would on the bare bench."
            " Calibrate with a plate to mend that."
        )
    return (
        f"The camera hangs {eye_height_mm(cam_from_bench) / 10:.0f} cm above the bench,"
        f" the projector {eye_height_mm(proj_from_bench) / 10:.0f} cm. If that is wrong, the"
        " height of the plate was."
    )
