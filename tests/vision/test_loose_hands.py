"""Hands without arms: a sleeve that cannot be told from the bench cuts them off from its edge."""

from __future__ import annotations

import numpy as np

from tests.vision.painted_bench import Bench, part_at

GLOVE = (150.0, 60.0, 20.0)
BOX_MM, HAND_MM = 70, 80
OVER_BIN_A = (165.0, 400.0)


def hand_on_its_way(bench: Bench, *, from_mm: float, to_mm: float, frames: int) -> list[int]:
    """Move a hand without a visible arm over the bench; how many arms were seen each time."""
    x, _ = OVER_BIN_A
    seen = []
    for y in np.linspace(from_mm, to_mm, frames):
        bench.shows(part_at(x, float(y), HAND_MM, bgr=GLOVE))
        seen.append(len(bench.witness.arms))
    return seen


def test_a_hand_that_moves_is_one_even_if_its_sleeve_is_not_seen() -> None:
    bench = Bench()
    bench.shows(frames=10)
    seen = hand_on_its_way(bench, from_mm=200, to_mm=400, frames=12)
    assert seen[2:] == [1] * 10
    assert bench.witness.covered["bin_a"] > 0.1
    tip_mm = bench.witness.arms[0].tip_mm
    assert np.linalg.norm(np.subtract(tip_mm, (OVER_BIN_A[0], 440.0))) < 30, "its far end"


def test_such_a_hand_may_keep_still_over_a_bin_for_a_second() -> None:
    bench = Bench()
    bench.shows(frames=10)
    hand_on_its_way(bench, from_mm=200, to_mm=400, frames=12)
    bench.shows(part_at(*OVER_BIN_A, HAND_MM, bgr=GLOVE), frames=30)
    assert bench.witness.covered["bin_a"] > 0.1
    hand_on_its_way(bench, from_mm=400, to_mm=150, frames=12)
    assert bench.witness.covered["bin_a"] == 0.0
    assert bench.shows(frames=10).sees_nothing


def test_a_large_thing_that_lies_there_is_no_hand() -> None:
    bench = Bench()
    bench.shows(frames=10)
    for _ in range(40):
        assert bench.shows(part_at(450, 250, BOX_MM)).sees_nothing


def test_a_small_thing_that_rolls_is_no_hand() -> None:
    bench = Bench()
    bench.shows(frames=10)
    for x in np.linspace(300, 600, 20):
        assert bench.shows(part_at(float(x), 250, 40)).sees_nothing


def test_a_thing_that_a_hand_has_left_there_becomes_part_of_the_bench() -> None:
    """Something large was pushed in, too large for the hand to be seen beside it."""
    bench = Bench()
    bench.shows(frames=10)
    hand_on_its_way(bench, from_mm=200, to_mm=400, frames=12)
    left_there = part_at(*OVER_BIN_A, HAND_MM, bgr=GLOVE)
    bench.shows(left_there, frames=100)
    assert bench.witness.sees_nothing
    assert bench.shows(left_there, frames=5).covered["bin_a"] == 0.0
