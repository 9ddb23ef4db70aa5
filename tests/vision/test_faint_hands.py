"""Hands that hardly differ from what they lie over: in a dim room, black gloves, a black floor."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vision.painted_bench import (
    ZONES,
    Bench,
    Paint,
    arm_to,
    faint_arm_to,
    floor,
    middle_mm,
    part_at,
    parts_in,
    patch,
    shade,
)

DIM = 0.35
SLEEVE = (-26.0, -34.0, 10.0)
"""In good light; of the room's third of it 9 to 12 grey levels are left."""
BLACK_GLOVE = (20.0, 18.0, 18.0)
BLACK = (12.0, 12.0, 12.0)
OVER_BIN_B = (665.0, 420.0)


def black_mat(left_mm: float, right_mm: float) -> Paint:
    mat = (left_mm, 0), (right_mm, 0), (right_mm, 500), (left_mm, 500)
    return patch(*mat, bgr=(14, 14, 14))


def test_in_a_dim_room_an_arm_of_few_grey_levels_is_seen() -> None:
    bench = Bench(lamps=DIM)
    assert bench.shows(frames=10).sees_nothing
    witness = bench.shows(faint_arm_to(165, 400, SLEEVE))
    assert len(witness.arms) == 1
    assert np.linalg.norm(np.subtract(witness.arms[0].tip_mm, (165, 395))) < 20
    assert witness.covered["bin_a"] > 0.1
    assert bench.shows(frames=10).sees_nothing


@pytest.mark.parametrize("noise", [3.0, 8.0, 12.0])
def test_a_dim_bench_stays_bare_however_noisy_the_camera(noise: float) -> None:
    bench = Bench(lamps=DIM, noise=noise)
    bench.shows(frames=10)
    for _ in range(60):
        assert set(bench.shows().covered.values()) == {0.0}
    assert not bench.witness.arms


def test_a_bench_with_a_black_mat_is_not_taken_for_a_dim_one() -> None:
    """A red cloth somewhere above throws 11 grey levels on the wood: no arm in good light."""
    bench = Bench(black_mat(0, 560))
    bench.shows(frames=10)
    tinge = patch((620, -60), (800, -60), (720, 400), (640, 400), bgr=(0, 0, 11))

    def tinged(picture: np.ndarray) -> None:
        over = np.zeros_like(picture)
        tinge(over)
        picture += over

    assert bench.shows(tinged, frames=3).sees_nothing


def test_a_black_glove_over_black_parts_hangs_together_with_its_arm() -> None:
    bench = Bench(parts_in("bin_b", mean=29.0, strays=7.0))
    bench.shows(frames=10)
    witness = bench.shows(arm_to(*OVER_BIN_B, bgr=BLACK_GLOVE), frames=2)
    assert len(witness.arms) == 1
    assert np.linalg.norm(np.subtract(witness.arms[0].tip_mm, OVER_BIN_B)) < 25
    on_wood = Bench()
    on_wood.shows(frames=10)
    seen_on_wood = on_wood.shows(arm_to(*OVER_BIN_B, bgr=BLACK_GLOVE), frames=2).covered["bin_b"]
    assert witness.covered["bin_b"] > 0.5 * seen_on_wood


def test_faint_differences_with_nothing_plain_beside_them_are_nothing() -> None:
    bench = Bench()
    bench.shows(frames=10)
    assert bench.shows(faint_arm_to(165, 400, (12.0, 0.0, -6.0)), frames=5).sees_nothing


def test_a_dark_glove_over_parts_in_a_bin_is_no_shadow() -> None:
    """As dark as a shadow and as grey; but under a shadow the parts can still be told apart."""
    bench = Bench(parts_in("bin_b", mean=100.0, strays=30.0))
    bench.shows(frames=10)
    x, y = middle_mm("bin_b")
    sleeve = arm_to(x, y - 55, bgr=(150, 60, 20))
    hand = part_at(x, y - 15, 90, bgr=(74.0, 74.0, 74.0))
    assert bench.shows(sleeve, hand, frames=2).covered["bin_b"] > 0.3
    assert bench.shows(frames=10).sees_nothing
    corners = ZONES["bin_b"].polygon_mm
    assert bench.shows(shade(*corners, leaves=0.74), sleeve, frames=2).covered["bin_b"] < 0.1


@pytest.mark.parametrize("glove_bgr", [BLACK, BLACK_GLOVE])
def test_a_black_glove_over_a_black_floor_is_an_arm_from_the_edge_of_the_bench_on(
    glove_bgr: tuple[float, float, float],
) -> None:
    bench = Bench(floor(BLACK))
    bench.shows(frames=10)
    witness = bench.shows(arm_to(165, 400, bgr=glove_bgr))
    assert [round(arm.tip_mm[1], -1) for arm in witness.arms] == [390]
    assert witness.covered["bin_a"] > 0.1
    assert bench.shows(frames=5).sees_nothing


def test_a_thing_at_the_edge_of_a_bench_on_a_light_floor_is_no_arm() -> None:
    thing = part_at(450, 35, 70)
    on_light, on_dark = Bench(floor((120, 120, 120))), Bench(floor(BLACK))
    for bench in (on_light, on_dark):
        bench.shows(frames=10)
    assert on_light.shows(thing).sees_nothing
    assert not on_dark.shows(thing).sees_nothing, "there it may be the end of a sleeve"


def test_a_thing_in_the_middle_of_the_bench_is_no_arm_on_any_floor() -> None:
    bench = Bench(floor(BLACK))
    bench.shows(frames=10)
    assert bench.shows(part_at(450, 200, 100)).sees_nothing
