"""The quick calibration: after a bump the light lands again, on the bench and above it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from calibration.model import Calibration, Method
from calibration.moved import with_plane
from calibration.planes import PlaneMap
from calibration.quick import quick_picture, recalibrated
from calibration.quick_board import corners_px
from calibration.quick_tags import tags_seen
from calibration.tags import Tag
from calibration.trouble import CalibrationTroubleError
from tests.calibration.small_bench import CAMERA, PROJECTOR, TAGS_AT_MM, SmallBench

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GRID_MM = np.stack(np.meshgrid(np.linspace(30, 570, 10), np.linspace(30, 370, 8)), -1).reshape(
    -1, 2
)
PICTURE = quick_picture(PROJECTOR.size_wh)
BUMPED_PROJECTOR = PROJECTOR.bumped(shift_mm=(1.0, 0.5, 0.0), tilt_deg=(0.05, 0.1, 0.02))
THROWN_PROJECTOR = PROJECTOR.bumped(shift_mm=(3.0, 2.0, 1.0), tilt_deg=(0.3, 0.9, 0.3))
BUMPED_CAMERA = CAMERA.bumped(shift_mm=(3.0, 2.0, 1.0), tilt_deg=(0.3, -0.5, 0.3))
BEFORE = SmallBench().truth().proj_from_bench
Pictures = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


def before(bench: SmallBench) -> Calibration:
    """The truth, with the tags as the camera saw them at calibration time."""
    seen = tags_seen(*bench.white_black(np.random.default_rng(3)), gamma=bench.gamma)
    tags = tuple(Tag(tag_id=number, corners_px=px) for number, px in sorted(seen.items()))
    return replace(bench.truth(), tags=tags)


def pictures(bench: SmallBench) -> Pictures:
    rng = np.random.default_rng(8)
    return (*bench.white_black(rng), bench.shot(PICTURE, rng))


def mended(bench: SmallBench, now: SmallBench) -> Calibration:
    return recalibrated(before(bench), *pictures(now), made_at=NOW)


def lands_off_mm(found: Calibration, now: SmallBench, height_mm: float = 0.0) -> float:
    """Root mean square distance between where light should land on the bench and where it does."""
    assert found.proj_from_bench is not None
    truth = now.truth().proj_from_bench
    assert truth is not None
    sent_px = found.proj_from_bench.apply(GRID_MM, height_mm)
    landed_mm = truth.bench_at(sent_px, height_mm) - now.bench_at_mm
    return float(np.sqrt(np.mean(np.sum((landed_mm - GRID_MM) ** 2, axis=1))))


BUMPS = {
    "a bumped projector": replace(SmallBench(), projector=BUMPED_PROJECTOR),
    "a projector thrown off by 18 mm": replace(SmallBench(), projector=THROWN_PROJECTOR),
    "a camera bumped by 13 mm": replace(SmallBench(), camera=BUMPED_CAMERA),
    "a bench pushed by 5 mm": replace(SmallBench(), bench_at_mm=(4.0, 3.0)),
    "both devices bumped": replace(SmallBench(), camera=BUMPED_CAMERA, projector=BUMPED_PROJECTOR),
}


@pytest.mark.parametrize("bump", BUMPS)
def test_after_a_bump_light_lands_again_also_above_the_bench(bump: str) -> None:
    found = mended(SmallBench(), BUMPS[bump])
    assert found.method is Method.QUICK
    assert found.made_at == NOW
    assert lands_off_mm(found, BUMPS[bump]) <= 0.05
    assert lands_off_mm(found, BUMPS[bump], 150.0) <= 0.1


@pytest.mark.parametrize(
    ("ambient", "noise", "gamma"),
    [(0.02, 1.5, 2.2), (4.0, 2.0, 1.0), (8.0, 2.0, 1.0), (0.3, 12.0, 1.0)],
)
def test_texture_ambient_light_gamma_and_noise_cancel(
    ambient: float, noise: float, gamma: float
) -> None:
    bench = replace(SmallBench().lit_by(ambient, noise=noise), gamma=gamma)
    now = replace(bench, projector=BUMPED_PROJECTOR)
    assert lands_off_mm(mended(bench, now), now) <= 0.05


def test_when_nothing_moved_nothing_is_changed() -> None:
    bench = SmallBench()
    old = before(bench)
    found = recalibrated(old, *pictures(bench), made_at=NOW)
    assert found.cam_from_bench is old.cam_from_bench
    assert found.proj_from_bench is old.proj_from_bench
    assert found.remarks == ("Nothing had moved.",)


def test_only_what_moved_is_solved_again_and_told() -> None:
    bench = SmallBench()
    old = before(bench)
    now = replace(bench, projector=BUMPED_PROJECTOR)
    found = recalibrated(old, *pictures(now), made_at=NOW)
    assert found.cam_from_bench is old.cam_from_bench
    assert found.proj_from_bench is not None
    assert old.proj_from_bench is not None
    assert found.proj_from_bench.lens is old.proj_from_bench.lens
    assert found.remarks == ("The projector's light had moved by 1.4 mm on the bench.",)


def test_a_tag_that_was_torn_off_is_left_out_and_told() -> None:
    bench = SmallBench()
    now = replace(bench, projector=BUMPED_PROJECTOR, tags_at_mm={**TAGS_AT_MM, 1: (566.0, 33.0)})
    found = mended(bench, now)
    assert lands_off_mm(found, now) <= 0.05
    assert "tag front right is not where it was" in found.remarks[0]


def test_a_hand_in_the_way_is_told_with_its_place() -> None:
    bench = SmallBench()
    shots = [picture.copy() for picture in pictures(bench)]
    for picture in shots:
        picture[380:, :620] = 90
    with pytest.raises(CalibrationTroubleError, match="The front left of the bench"):
        recalibrated(before(bench), shots[0], shots[1], shots[2], made_at=NOW)


def test_a_box_on_the_bench_does_not_pull_the_light_along() -> None:
    """What stands 40 mm above the bench shows the pattern 8 mm beside its place."""
    bench = SmallBench()
    now = replace(bench, projector=BUMPED_PROJECTOR)
    white, black, shown = pictures(now)
    shown[250:450, 500:760] = np.roll(shown, (6, 13), axis=(0, 1))[250:450, 500:760]
    found = recalibrated(before(bench), white, black, shown, made_at=NOW)
    assert lands_off_mm(found, now) <= 0.05
    assert found.projector is not None
    assert len(found.projector.left_out) > 0


def test_a_quarter_that_stands_full_is_not_judged() -> None:
    """Its light lands on things; how well it would land on the bench there nobody measured."""
    bench = SmallBench()
    white, black, shown = pictures(replace(bench, projector=BUMPED_PROJECTOR))
    shown[340:, :660] = np.roll(shown, (3, 5), axis=(0, 1))[340:, :660]
    found = recalibrated(before(bench), white, black, shown, made_at=NOW)
    assert found.projector is not None
    front_left, *others = found.projector.corners_mm
    assert front_left is None
    assert all(mm is not None and 0.0 <= mm < 0.1 for mm in others)


@pytest.mark.parametrize("seen", ["white again", "black again", "nothing"])
def test_a_pattern_that_did_not_come_is_told(seen: str) -> None:
    bench = SmallBench()
    white, black, _ = pictures(bench)
    shown = {"white again": white, "black again": black, "nothing": black * 0}[seen]
    with pytest.raises(CalibrationTroubleError, match="pattern is not seen"):
        recalibrated(before(bench), white, black, shown, made_at=NOW)


def test_a_lamp_that_is_off_is_told() -> None:
    bench = SmallBench()
    _, black, _ = pictures(bench)
    with pytest.raises(CalibrationTroubleError, match="does not see the projector's light"):
        recalibrated(before(bench), black, black, black, made_at=NOW)


def test_a_calibration_without_a_projector_cannot_be_mended() -> None:
    bench = SmallBench()
    old = replace(before(bench), proj_from_bench=None)
    with pytest.raises(CalibrationTroubleError, match="never measured"):
        recalibrated(old, *pictures(bench), made_at=NOW)


def test_pictures_of_another_size_are_told() -> None:
    bench = SmallBench()
    white, black, shown = (picture[:-20] for picture in pictures(bench))
    with pytest.raises(CalibrationTroubleError, match="1280 x 700"):
        recalibrated(before(bench), white, black, shown, made_at=NOW)


def test_corners_of_the_picture_lie_between_pixels() -> None:
    """Half a pixel forgotten is 0.39 mm everywhere on the bench."""
    for x, y in corners_px(PROJECTOR.size_wh)[:40]:
        left, top = int(np.floor(x)), int(np.floor(y))
        four = PICTURE[top : top + 2, left : left + 2]
        assert four[0, 0] == four[1, 1] != four[0, 1]
        assert four[0, 1] == four[1, 0]


@settings(max_examples=20, deadline=None)
@given(
    st.tuples(*[st.floats(-15, 15)] * 3),
    st.tuples(*[st.floats(-1.5, 1.5)] * 3),
    st.floats(0, 300),
    st.sampled_from([-2.0, 0.3, 1.0]),
)
def test_a_stiff_body_is_known_at_every_height_from_the_bench_plane_alone(
    shift_mm: tuple[float, float, float],
    tilt_deg: tuple[float, float, float],
    height_mm: float,
    scale: float,
) -> None:
    now = PROJECTOR.bumped(shift_mm=shift_mm, tilt_deg=tilt_deg)
    assert BEFORE is not None
    found = with_plane(BEFORE, PlaneMap(matrix=scale * now.matrix[:, [0, 1, 3]]))
    points = np.column_stack([GRID_MM, np.full(len(GRID_MM), height_mm)])
    assert np.abs(found.apply(GRID_MM, height_mm) - now.lensed(now.ideal_px(points))).max() < 1e-6
