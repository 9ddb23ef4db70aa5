"""What a calibration from points says of itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pytest

from calibration.by_points import calibrated_by_points
from calibration.model import Calibration
from calibration.planes import PlaneMap, Points
from calibration.points_file import PointPairs

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CAM_FROM_BENCH = PlaneMap(
    matrix=np.array([[1.3, 0.05, 60.0], [-0.03, -1.1, 690.0], [1e-5, 2e-5, 1.0]])
)
PROJ_FROM_BENCH = PlaneMap(
    matrix=np.array([[1.9, 0.02, 40.0], [0.01, -1.7, 1040.0], [-2e-5, 1e-5, 1.0]])
)
EIGHT_MM = np.array(
    [[30, 30], [450, 20], [870, 40], [860, 300], [880, 560], [440, 570], [20, 550], [40, 290]],
    float,
)
NONE: Points = np.zeros((0, 2))


def pairs(
    bench_mm: Points = EIGHT_MM, *, shift_px: Points | None = None, projector: bool = False
) -> PointPairs:
    camera_px = CAM_FROM_BENCH.apply(bench_mm)
    return PointPairs(
        camera_px=camera_px if shift_px is None else camera_px + shift_px,
        bench_mm=bench_mm,
        projector_px=PROJ_FROM_BENCH.apply(bench_mm) if projector else NONE,
        projector_bench_mm=bench_mm if projector else NONE,
    )


def made(of: PointPairs) -> Calibration:
    return calibrated_by_points(
        of,
        made_at=NOW,
        camera_wh=(1280, 720),
        projector_wh=(1920, 1080),
        bench_mm=(900.0, 600.0),
    )


def test_good_points_give_both_maps_and_no_remark() -> None:
    calibration = made(pairs(projector=True))
    assert calibration.remarks == ()
    assert calibration.camera.rms_mm < 1e-3
    assert calibration.projector is not None
    middle = np.array([[450.0, 300.0]])
    assert calibration.proj_from_bench is not None
    assert np.allclose(
        calibration.proj_from_bench.apply(middle), PROJ_FROM_BENCH.apply(middle), atol=1e-3
    )


def test_quality_is_told_in_millimetres_and_in_pixels() -> None:
    rng = np.random.default_rng(3)
    calibration = made(pairs(shift_px=rng.normal(0, 1.0, (8, 2))))
    camera = calibration.camera
    assert 0.3 < camera.rms_px < 1.5
    assert camera.rms_mm == pytest.approx(camera.rms_px / 1.28, rel=0.15)
    assert camera.worst_mm >= camera.rms_mm
    assert len(camera.points_mm) == 8


def test_a_point_that_was_measured_wrongly_is_named() -> None:
    shift_px = np.zeros((8, 2))
    shift_px[2] = (35, 20)
    calibration = made(pairs(shift_px=shift_px))
    assert calibration.camera.left_out == (3,)
    named = next(remark for remark in calibration.remarks if "Point 3 of the camera" in remark)
    assert re.search(r"is 3\d mm off and was left out", named)


def test_four_points_are_enough_but_say_nothing_of_how_good_they_are() -> None:
    calibration = made(pairs(EIGHT_MM[::2]))
    assert not calibration.camera.is_tested
    assert any("always fit exactly" in remark for remark in calibration.remarks)


def test_a_projector_that_was_not_measured_is_told() -> None:
    calibration = made(pairs())
    assert calibration.proj_from_bench is None
    assert any("projector was not measured" in remark for remark in calibration.remarks)


def test_a_mirrored_bench_is_allowed_but_told() -> None:
    mirrored = pairs()
    swapped = PointPairs(
        camera_px=mirrored.camera_px * (-1, 1) + (1279, 0),
        bench_mm=mirrored.bench_mm,
        projector_px=NONE,
        projector_bench_mm=NONE,
    )
    told = made(swapped).remarks
    assert any("mirrored" in remark for remark in told)
    assert not any("mirrored" in remark for remark in made(pairs()).remarks)


def test_a_camera_that_hangs_upside_down_is_told() -> None:
    upright = pairs()
    turned = PointPairs(
        camera_px=np.array([1279.0, 719.0]) - upright.camera_px,
        bench_mm=upright.bench_mm,
        projector_px=NONE,
        projector_bench_mm=NONE,
    )
    told = made(turned).remarks
    assert any("turned by" in remark and "degrees" in remark for remark in told)
    assert not any("mirrored" in remark for remark in told)


def test_points_off_the_bench_and_outside_the_picture_are_named() -> None:
    far_mm = EIGHT_MM.copy()
    far_mm[4] = (1100.0, 560.0)
    told = made(pairs(far_mm)).remarks
    assert any("Point 5 of bench_mm lies off the bench" in remark for remark in told)
    assert any("Point 5 of camera_px lies outside the picture" in remark for remark in told)
