from __future__ import annotations

from math import hypot, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.geometry import area_mm2, bounds, crosses, disc, grown, rounded, sector, stroke
from projector.scene import Box

SQUARE = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
L_SHAPE = ((0.0, 0.0), (90.0, 0.0), (90.0, 30.0), (30.0, 30.0), (30.0, 90.0), (0.0, 90.0))


def test_a_square_grows_by_the_border_on_every_side() -> None:
    assert bounds(grown(SQUARE, 5.0)).corners_mm[0] == pytest.approx((-5.0, -5.0))
    assert bounds(grown(SQUARE, 5.0)).corners_mm[2] == pytest.approx((105.0, 105.0))


def test_it_does_not_matter_in_which_direction_the_corners_are_written() -> None:
    assert sorted(grown(SQUARE[::-1], 5.0)) == sorted(grown(SQUARE, 5.0))


def test_the_inner_corner_of_an_l_moves_out_of_the_l() -> None:
    assert (35.0, 35.0) in [(round(x, 6), round(y, 6)) for x, y in grown(L_SHAPE, 5.0)]


def test_a_corner_that_is_written_twice_does_no_harm() -> None:
    assert bounds(grown((SQUARE[0], *SQUARE), 5.0)) == bounds(grown(SQUARE, 5.0))


def test_round_corners_stay_inside_the_polygon_and_cost_little_of_it() -> None:
    soft = rounded(SQUARE, 10.0)
    assert bounds(soft) == bounds(SQUARE)
    assert 0.98 * 100.0**2 < area_mm2(soft) < 100.0**2


def test_half_a_ring_begins_at_the_top_and_goes_clockwise() -> None:
    half = bounds(sector((0.0, 0.0), inner_mm=20.0, outer_mm=30.0, fraction=0.5))
    assert half.left_mm == pytest.approx(0.0, abs=0.1)
    assert half.right_mm == pytest.approx(30.0, abs=0.1)


def test_a_disc_is_round() -> None:
    assert area_mm2(disc((5.0, 5.0), 20.0)) == pytest.approx(pi * 20.0**2, rel=0.01)


def test_a_stroke_is_as_long_as_its_line_and_its_round_ends() -> None:
    parts = stroke(((0.0, 0.0), (50.0, 0.0)), 10.0)
    box = bounds([point for part in parts for point in part])
    assert box.width_mm == pytest.approx(60.0, abs=0.3)
    assert box.height_mm == pytest.approx(10.0, abs=0.3)


BOX = Box(left_mm=10.0, bottom_mm=10.0, right_mm=20.0, top_mm=20.0)
NEARBY = st.tuples(st.floats(0.0, 30.0), st.floats(0.0, 30.0))


@given(NEARBY, NEARBY)
def test_a_way_crosses_a_box_when_one_of_its_points_lies_in_it(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    steps = [k / 400 for k in range(401)]
    points = [
        (start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t) for t in steps
    ]
    inside = any(10.1 < x < 19.9 and 10.1 < y < 19.9 for x, y in points)
    length = hypot(end[0] - start[0], end[1] - start[1])
    far = all(max(10.0 - x, x - 20.0, 10.0 - y, y - 20.0) > length / 400 + 0.1 for x, y in points)
    if inside:
        assert crosses(start, end, BOX)
    if far:
        assert not crosses(start, end, BOX)
