"""Bad days of the bench: bumps, spoilt frames, sun, arms, and tags that are not as they should."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.twin.bench import TwinBench, TwinWishes
from station.twin.faults import Bump, Spoil, Sun, TagFaults
from station.twin.laid import Plate
from station.twin.optics import LIFELIKE, Optics
from station.twin.printed_tags import tag_corner_mm
from station.twin.rig import Rig
from station_config.station import Station
from tests.twin.rehearsal import MakeTwin
from tests.twin.rigs import QUIET, Grey, Watched, flat, small, watched

MIDDLE = np.array([[450.0, 300.0, 0.0]])
CORNERS = np.array([[100.0, 100.0, 0.0], [800.0, 100.0, 0.0], [800.0, 500.0, 0.0]])


def tags_in(picture: Grey) -> dict[int, NDArray[np.float64]]:
    """Which tags are found, and where their middles are."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    wishes = cv2.aruco.DetectorParameters()
    # As 4, the default, a dark square amid bright ones is lost: gamma makes bright ones spread.
    wishes.perspectiveRemovePixelPerCell = 8
    wishes.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    corners, ids, _ = cv2.aruco.ArucoDetector(dictionary, wishes).detectMarkers(picture)
    if ids is None:
        return {}
    found = zip(ids.ravel(), corners, strict=True)
    return {int(number): each.reshape(4, 2).mean(axis=0) for number, each in found}


def middle_px(rig: Rig | TwinBench, number: int) -> NDArray[np.float64]:
    """Where the truth says that the camera sees the middle of a tag."""
    x, y = tag_corner_mm(number, (900.0, 600.0))
    return rig.camera_px(np.array([[x + 25.0, y + 25.0, 0.0]]))[0]


def spot_at(bench: Watched, projector_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the camera sees a round spot of light."""
    wide, tall = bench.rig.projector_wh
    x, y = np.meshgrid(np.arange(wide), np.arange(tall))
    away2 = (x - projector_px[0]) ** 2 + (y - projector_px[1]) ** 2
    black = bench.shown_evenly(0).astype(float)
    lit = bench.shown((255 * np.exp(-away2 / (2 * 6.0**2))).astype(np.uint8))
    gained = np.clip(lit - black, 3.0, None) - 3.0
    v, u = np.mgrid[: gained.shape[0], : gained.shape[1]]
    return np.array([(u * gained).sum(), (v * gained).sum()]) / gained.sum()


def test_four_tags_lie_where_they_should_and_are_found() -> None:
    bench = watched(LIFELIKE)
    for _ in range(3):
        found = tags_in(bench.frame())
        assert set(found) == {0, 1, 2, 3}
        for number, seen in found.items():
            assert np.linalg.norm(seen - middle_px(bench.rig, number)) < 0.4


def test_middles_of_tags_lie_where_the_truth_says() -> None:
    bench = watched()
    found = tags_in(bench.frame())
    assert set(found) == {0, 1, 2, 3}
    for number, seen in found.items():
        assert np.linalg.norm(seen - middle_px(bench.rig, number)) < 0.15


@pytest.mark.parametrize("tilt_mm", [(0.0, 0.0), (6.0, -4.0)])
def test_a_plate_carries_tags_of_its_own_on_its_top(tilt_mm: tuple[float, float]) -> None:
    bench = watched()
    plate = Plate(height_mm=100.0, tilt_mm=tilt_mm)
    bench.rig.lay_plate(plate)
    found = tags_in(bench.frame())
    assert set(found) == set(range(8))
    left, front, right, back = plate.edges_mm(bench.rig.bench_mm)
    middles = np.array([[left, front], [right, front], [right, back], [left, back]])
    middles += np.array([[25, 25], [-25, 25], [-25, -25], [25, -25]])
    top_mm = plate.top_mm(middles[:, 0], middles[:, 1], bench.rig.bench_mm)
    true_px = bench.rig.camera_px(np.column_stack([middles, top_mm]))
    for number, seen in enumerate(true_px, start=4):
        assert np.linalg.norm(found[number] - seen) < 0.15


def test_tags_missing_mirrored_shifted_or_of_another_number() -> None:
    bench = watched()
    bench.rig.faults.tags = TagFaults(missing=frozenset({0}), mirrored=frozenset({1}))
    assert set(tags_in(bench.frame())) == {2, 3}

    bench.rig.faults.tags = TagFaults(shifted_mm={3: (40.0, -30.0)}, taken_for={2: 7})
    found = tags_in(bench.frame())
    assert set(found) == {0, 1, 3, 7}
    moved = found[3] - middle_px(bench.rig, 3)
    assert np.allclose(moved, [40.0, 30.0], atol=3.0)


def test_a_bench_without_tags_can_be_wished_for() -> None:
    assert tags_in(watched(replace(QUIET, printed_tags=False)).frame()) == {}


@pytest.mark.parametrize("slid", [False, True])
def test_after_a_bump_of_the_projector_its_light_lands_elsewhere(*, slid: bool) -> None:
    bench = small()
    aimed_px = bench.rig.projector_px(MIDDLE)
    before = spot_at(bench, aimed_px[0])
    bench.rig.faults.projector_bump = Bump(shift_mm=(6.0, -3.0), slid=slid)

    lands_mm = bench.rig.projector_mm(aimed_px)
    assert np.allclose(lands_mm, MIDDLE[:, :2] + (6.0, -3.0), atol=0.01)
    assert np.allclose(bench.rig.camera_px(MIDDLE)[0], before, atol=0.15)
    seen = spot_at(bench, aimed_px[0])
    assert np.allclose(seen, bench.rig.camera_px(flat(lands_mm))[0], atol=0.15)


def test_a_turn_is_anticlockwise_seen_from_above() -> None:
    rig = small().rig
    aimed_px = rig.projector_px(CORNERS)
    rig.faults.projector_bump = Bump(turn_deg=1.0, slid=True)
    landed = rig.projector_mm(aimed_px) - CORNERS[:, :2]
    from_middle = CORNERS[:, :2] - MIDDLE[:, :2]
    expected = np.deg2rad(1.0) * np.column_stack([-from_middle[:, 1], from_middle[:, 0]])
    assert np.allclose(landed, expected, atol=0.15)
    rig.faults.projector_bump = Bump(turn_deg=1.0)
    assert np.allclose(rig.projector_mm(aimed_px) - CORNERS[:, :2], expected, atol=2.0)


def test_after_a_bump_of_the_camera_tags_are_seen_elsewhere_and_light_with_them() -> None:
    bench = watched()
    before = tags_in(bench.frame())
    bench.rig.faults.camera_bump = Bump(shift_mm=(20.0, 0.0))
    after = tags_in(bench.frame())
    assert set(after) == set(before)
    for number, seen in after.items():
        assert seen[0] < before[number][0] - 15.0
        assert np.linalg.norm(seen - middle_px(bench.rig, number)) < 0.4


def test_a_bench_that_was_pushed_takes_its_tags_along_and_leaves_the_light_behind() -> None:
    bench = watched()
    tags, light_px = tags_in(bench.frame()), bench.rig.projector_px(MIDDLE)
    bench.rig.faults.bench_bump = Bump(shift_mm=(10.0, 0.0))
    moved = tags_in(bench.frame())
    assert all(moved[number][0] > tags[number][0] + 8.0 for number in tags)
    assert np.allclose(bench.rig.projector_mm(light_px)[0], [440.0, 300.0], atol=0.05)


def test_bumps_happen_while_a_worker_is_at_work(make_twin: MakeTwin, station: Station) -> None:
    twin = make_twin()
    source = twin.frames()
    next(source)
    jig = flat(np.array(station.zones["jig"].polygon_mm))
    was_px = twin.projector_px(jig)
    twin.faults.projector_bump = Bump(shift_mm=(2.0, 0.0))
    twin.faults.bench_bump = Bump(shift_mm=(0.0, 1.0))
    assert next(source).bgr.shape == (720, 1280, 3)
    moved = twin.projector_mm(was_px) - jig[:, :2]
    assert np.allclose(moved, [2.0, -1.0], atol=0.1)


@pytest.mark.parametrize("optics", [Optics(), LIFELIKE])
def test_the_twin_with_a_worker_shows_its_front_tags(optics: Optics, make_twin: MakeTwin) -> None:
    twin = make_twin(wishes=TwinWishes(paced=False, optics=optics))
    found = tags_in(next(twin.frames()).bgr[..., 1])
    assert {1} <= set(found) <= {0, 1, 2, 3}


def test_a_repeated_frame_is_the_one_from_before_the_light_changed() -> None:
    bench = small()
    black = bench.shown_evenly(0)
    white = bench.shown_evenly(255)
    bench.rig.faults.spoil_next = Spoil.REPEATED
    assert np.array_equal(bench.frame(), black)
    assert np.array_equal(bench.frame(), white)


def test_a_torn_frame_is_old_above_and_new_below() -> None:
    bench = small()
    black, white = bench.shown_evenly(0), bench.shown_evenly(255)
    bench.rig.faults.spoil_next = Spoil.TORN
    torn = bench.frame()
    assert np.array_equal(torn[:100], black[:100])
    assert np.array_equal(torn[-100:], white[-100:])


def test_a_blended_frame_is_half_of_each() -> None:
    bench = small()
    black, white = bench.shown_evenly(0), bench.shown_evenly(255)
    bench.rig.faults.spoil_next = Spoil.BLENDED
    assert np.abs(bench.frame() - (black.astype(float) + white) / 2.0).max() <= 1.0


def test_a_gain_step_makes_one_frame_brighter_and_gain_makes_all() -> None:
    bench = small()
    usual = bench.frame().mean()
    bench.rig.faults.spoil_next = Spoil.GAIN
    assert bench.frame().mean() == pytest.approx(1.25 * usual, rel=0.02)
    assert bench.frame().mean() == pytest.approx(usual, rel=0.02)
    bench.rig.faults.gain = 1.5
    assert bench.frame().mean() == pytest.approx(1.5 * usual, rel=0.03)


def test_frames_are_spoilt_at_the_share_that_was_set_and_the_same_each_time() -> None:
    def spoilt() -> list[bool]:
        bench = small()
        bench.shown_evenly(0)
        white = bench.shown_evenly(255)
        bench.rig.faults.spoil_share = {Spoil.REPEATED: 0.2, Spoil.BLENDED: 0.1}
        return [not np.array_equal(bench.frame(), white) for _ in range(60)]

    first = spoilt()
    assert 8 <= sum(first) <= 30
    assert spoilt() == first


def test_light_that_lands_while_the_shutter_is_open_is_mixed_in_row_by_row() -> None:
    bench = small(replace(QUIET, exposure_s=1 / 90, rolling_s=1 / 90))
    black, white = (bench.shown_evenly(level).astype(float) for level in (0, 255))
    bench.shown_evenly(0)
    bench.rig.faults.light_delay_s = 1 / 30 - 1 / 60
    wide, tall = bench.rig.projector_wh
    bench.put(np.full((tall, wide), 255, np.uint8))
    mixed = bench.frame()
    on_bench = (slice(40, 280), slice(250, 350))
    share = (mixed - black)[on_bench].mean(axis=1) / (white - black)[on_bench].mean(axis=1)
    assert share[0] < 0.8
    assert share[-1] > share[0] + 0.1
    assert np.all(np.diff(share) > -0.03)
    assert np.abs(bench.frame() - white).max() <= 1.0


def test_a_sun_patch_clips_and_the_rest_does_not() -> None:
    bench = small()
    before = bench.shown_evenly(255)
    bench.rig.faults.sun = Sun(at_mm=(450.0, 300.0))
    after = bench.frame()
    x, y = np.round(bench.rig.camera_px(MIDDLE)[0]).astype(int)
    assert after[y - 15 : y + 15, x - 15 : x + 15].min() == 255
    assert before.max() < 250
    assert np.abs(after.astype(int) - before)[:, :200].max() <= 1


def test_an_arm_hides_the_bench_and_takes_the_light(make_twin: MakeTwin) -> None:
    bench = small()
    before = bench.shown_evenly(0)
    bench.rig.faults.arm_mm = ((400.0, -200.0), (430.0, 250.0))
    after = bench.frame()
    x, y = np.round(bench.rig.camera_px(np.array([[425.0, 150.0, 60.0]]))[0]).astype(int)
    assert abs(int(after[y, x]) - int(before[y, x])) > 10
    assert bench.shown_evenly(255)[y, x] > after[y, x] + 20

    twin = make_twin()
    source = twin.frames()
    bare = next(source).bgr.astype(int)
    twin.faults.arm_mm = ((400.0, -200.0), (430.0, 250.0))
    assert np.abs(next(source).bgr - bare).mean() > 3.4


def test_pictures_for_the_wrong_display_never_reach_the_bench() -> None:
    bench = small()
    black, _ = bench.shown_evenly(0), bench.shown_evenly(255)
    bench.rig.faults.wrong_display = True
    assert np.abs(bench.shown_evenly(255).astype(int) - black).max() <= 1


def test_exposure_can_be_set_and_stays_while_it_is_locked() -> None:
    bench = small()
    usual = bench.frame().mean()
    bench.rig.set_exposure(0.5)
    assert bench.frame().mean() == pytest.approx(usual / 2.0, rel=0.03)
    with pytest.raises(ValueError, match="exposure"):
        bench.rig.set_exposure(0.0)


def test_a_camera_that_is_not_locked_follows_the_light() -> None:
    bench = small(replace(QUIET, automatic_exposure=True))
    dark = [bench.frame().mean() for _ in range(12)]
    assert dark[-1] == pytest.approx(118.0, abs=8.0)
    bright = bench.shown_evenly(255).mean()
    settled = [bench.frame().mean() for _ in range(12)][-1]
    assert bright > settled
    bench.rig.lock(locked=True)
    bench.rig.faults.brightness = 0.5
    assert bench.frame().mean() < 0.9 * settled
