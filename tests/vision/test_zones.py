"""Millimetres between fingertips and zones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_config.station import Zone, ZoneKind
from vision.observations import ArmSeen, HandSeen, Observation
from vision.zones import ZoneShapes, signed_distance_mm

SQUARE = np.array([[[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]]])
L_SHAPE = np.array(
    [[[0.0, 0.0], [100.0, 0.0], [100.0, 40.0], [40.0, 40.0], [40.0, 100.0], [0.0, 100.0]]]
)


@pytest.mark.parametrize(
    ("x_mm", "y_mm", "inside_mm"),
    [
        (50, 50, 50),
        (10, 50, 10),
        (-10, 50, -10),
        (110, 110, -np.hypot(10, 10)),
        (50, 100, 0),
    ],
)
def test_depth_is_the_way_to_the_nearest_edge(x_mm: float, y_mm: float, inside_mm: float) -> None:
    assert signed_distance_mm(np.array([[x_mm, y_mm]]), SQUARE)[0, 0] == pytest.approx(inside_mm)


def test_the_notch_of_an_angled_zone_is_outside() -> None:
    notch, arm = signed_distance_mm(np.array([[70.0, 70.0], [20.0, 70.0]]), L_SHAPE)[0]
    assert notch == pytest.approx(-30)
    assert arm == pytest.approx(20)


@given(
    points=st.lists(st.tuples(st.floats(-200, 300), st.floats(-200, 300)), min_size=1, max_size=5),
    backwards=st.booleans(),
    turned=st.integers(0, 5),
)
def test_the_way_round_and_the_first_corner_do_not_matter(
    points: list[tuple[float, float]], *, backwards: bool, turned: int
) -> None:
    other = np.roll(L_SHAPE[:, ::-1] if backwards else L_SHAPE, turned, axis=1)
    here, there = (signed_distance_mm(np.array(points), shape) for shape in (L_SHAPE, other))
    assert np.allclose(np.abs(here), np.abs(there))
    far = np.abs(here) > 1e-6
    assert (np.sign(here) == np.sign(there))[far].all()


@given(x=st.floats(-200, 300), y=st.floats(-200, 300), dx=st.floats(-9, 9), dy=st.floats(-9, 9))
def test_depth_changes_no_faster_than_the_finger_moves(
    x: float, y: float, dx: float, dy: float
) -> None:
    before, after = signed_distance_mm(np.array([[x, y], [x + dx, y + dy]]), L_SHAPE)[0]
    assert abs(after - before) <= np.hypot(dx, dy) + 1e-6


def zone(zone_id: str, left_mm: float) -> Zone:
    return Zone(
        zone_id=zone_id,
        kind=ZoneKind.BIN,
        polygon_mm=(
            (left_mm, 400.0),
            (left_mm + 130, 400.0),
            (left_mm + 130, 540.0),
            (left_mm, 540.0),
        ),
        title={},
        enter_s=0.12,
        leave_s=0.25,
    )


def hand(*, index_mm: tuple[float, float], thumb_mm: tuple[float, float]) -> HandSeen:
    """A hand that comes from below: index and thumb stretched, the other fingers curled."""
    marks = np.zeros((21, 2))
    marks[:] = (index_mm[0], index_mm[1] - 100)
    marks[0] = (index_mm[0], index_mm[1] - 180)
    for tip in (12, 16, 20):
        marks[tip] = marks[0] + (0, 40)
        marks[tip - 2] = marks[0] + (0, 60)
    marks[6], marks[8] = (index_mm[0], index_mm[1] - 45), index_mm
    marks[3], marks[4] = marks[0] + (0, 60), thumb_mm
    return HandSeen(landmarks_mm=marks, score=0.99)


SHAPES = ZoneShapes([zone("left", 0), zone("right", 165)])


def depth_mm(observation: Observation, zone_id: str) -> float:
    reach = SHAPES.seen_in(observation)[zone_id].reach
    assert reach is not None
    return reach.depth_mm


def test_a_thumb_over_the_neighbouring_bin_says_nothing() -> None:
    seen = Observation(at_s=0, hands=(hand(index_mm=(185, 470), thumb_mm=(100, 470)),))
    assert depth_mm(seen, "right") == pytest.approx(20)
    assert depth_mm(seen, "left") < -10


def test_two_hands_can_be_in_two_bins() -> None:
    left = hand(index_mm=(60, 470), thumb_mm=(80, 440))
    right = hand(index_mm=(230, 470), thumb_mm=(210, 440))
    seen = Observation(at_s=0, hands=(left, right))
    assert depth_mm(seen, "left") == pytest.approx(60)
    assert depth_mm(seen, "right") == pytest.approx(65)


def test_curled_fingers_of_a_pointing_hand_do_not_count() -> None:
    """The index points past the bin; the curled fingers lie over it."""
    seen = Observation(at_s=0, hands=(hand(index_mm=(230, 580), thumb_mm=(230, 400)),))
    assert depth_mm(seen, "right") < -10


def test_the_end_of_a_gloved_arm_counts_and_that_of_a_recognised_hand_does_not() -> None:
    glove = ArmSeen(tip_mm=(60, 470), grip_mm=(60, 430), area_mm2=2e4, is_a_hand=False)
    bare = ArmSeen(tip_mm=(230, 470), grip_mm=(230, 430), area_mm2=2e4, is_a_hand=True)
    seen = Observation(at_s=0, arms=(glove, bare))
    assert depth_mm(seen, "left") == pytest.approx(60)
    assert depth_mm(seen, "right") < 0


def test_an_arm_that_holds_something_long_still_grips_in_the_zone() -> None:
    holding = ArmSeen(tip_mm=(60, 550), grip_mm=(60, 510), area_mm2=2e4, is_a_hand=False)
    assert depth_mm(Observation(at_s=0, arms=(holding,)), "left") == pytest.approx(20)


def test_an_empty_bench_has_no_reach_anywhere() -> None:
    seen = SHAPES.seen_in(Observation(at_s=0, covered={"left": 0.0}))
    assert seen["left"].reach is None
    assert not seen["left"].is_unknown
    assert seen["right"].is_unknown
