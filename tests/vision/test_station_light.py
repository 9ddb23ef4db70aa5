"""The station's own light: it passes, stays or breathes, and hands come meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vision.painted_bench import (
    Bench,
    Bgr,
    Picture,
    arm_to,
    faint_arm_to,
    glow,
    lit,
    part_in,
    square_mm,
)
from vision.light import LightNotice
from vision.second_witness import SecondWitness

GREEN = (20.0, 160.0, 20.0)
FAR_CORNER = square_mm(860, 460, 60)
SETTLED = 8
"""Pictures until new light is whole when nobody has measured the delay: 0.25 s."""


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.shows(frames=10)
    return made


def passing_mark(bench: Bench, corners_mm: tuple[tuple[float, float], ...]) -> None:
    """The drift watch shows a mark to measure by: it goes again in a moment."""
    bench.witness.light_changes(LightNotice(at_s=bench.at_s, areas_mm=(corners_mm,), returns=True))


def test_passing_marks_elsewhere_do_not_keep_a_lit_zone_from_being_judged(bench: Bench) -> None:
    bench.is_told("bin_a")
    light = lit("bin_a", GREEN)
    for number in range(SETTLED + 2):
        if number % 3 == 0:
            passing_mark(bench, FAR_CORNER)
        witness = bench.shows(light)
    assert "bin_a" in witness.covered
    passing_mark(bench, FAR_CORNER)
    assert bench.shows(arm_to(165, 400), light).covered["bin_a"] > 0.1


def test_new_light_under_a_passing_mark_is_learned_when_the_mark_has_gone(bench: Bench) -> None:
    bench.is_told("bin_a")
    light, mark = lit("bin_a", GREEN), square_mm(165, 405, 110)
    bench.shows(light, frames=5)
    passing_mark(bench, mark)
    for number in range(SETTLED):
        shines = 160.0 if number < 4 else 0.0
        over = glow(*mark, light_bgr=(shines, shines, 0.0))
        assert "bin_a" not in bench.shows(light, over).covered
    for _ in range(10):
        assert ends_at(bench.shows(light, arm_to(180, 375)), 373)


def test_each_zone_is_held_until_its_own_light_is_there(bench: Bench) -> None:
    bench.is_told("bin_a")
    bench.shows(frames=5)
    bench.is_told("bin_b")
    covered = bench.shows(frames=4).covered
    assert "bin_a" in covered
    assert "bin_b" not in covered
    assert "bin_b" in bench.shows(frames=5).covered


@pytest.mark.parametrize("light_bgr", [GREEN, (60.0, 60.0, 60.0), (0.0, 0.0, 0.0)])
def test_a_hand_that_comes_while_a_zone_lights_up_is_not_learned_as_bench(
    bench: Bench, light_bgr: Bgr
) -> None:
    light, hand = lit("bin_a", light_bgr), arm_to(165, 420)
    bench.shows(arm_to(250, 280), frames=2)
    bench.is_told("bin_a")
    bench.shows(light, hand, frames=SETTLED)
    for _ in range(20):
        witness = bench.shows(light, hand)
        assert witness.covered["bin_a"] > 0.1
        assert ends_at(witness, 410)
    for _ in range(10):
        witness = bench.shows(light)
    assert witness.covered["bin_a"] == 0.0
    assert witness.sees_nothing


def test_words_that_come_under_an_arm_do_not_become_part_of_it(bench: Bench) -> None:
    """They are bright lines, uneven all over: nobody knows how the bench will look there."""
    words_mm = ((300.0, 200.0), (760.0, 200.0), (760.0, 300.0), (300.0, 300.0))

    def words(picture: Picture) -> None:
        for left in range(310, 750, 24):
            shape = (left, 205), (left + 12, 205), (left + 12, 295), (left, 295)
            glow(*shape, light_bgr=(160, 160, 160))(picture)

    arm = arm_to(450, 204)
    bench.shows(arm, frames=5)
    bench.is_told(areas_mm=(words_mm,))
    bench.shows(arm, words, frames=SETTLED)
    for _ in range(20):
        witness = bench.shows(arm, words)
        assert ends_at(witness, 200)
    assert bench.shows(words, frames=10).sees_nothing


def ends_at(witness: SecondWitness, y_mm: float) -> bool:
    """Whether there is one arm, which reaches so far from the front."""
    return [abs(arm.tip_mm[1] - y_mm) < 20 for arm in witness.arms] == [True]


def breath(number: int) -> float:
    """The share of a zone's light at this picture, as the projector breathes: down to half."""
    return 0.75 + 0.25 * float(np.cos(2 * np.pi * number / 36))


@pytest.mark.parametrize("level", [60.0, 160.0])
def test_a_faint_hand_in_light_that_breathes_is_seen_for_as_long_as_it_stays(
    bench: Bench, level: float
) -> None:
    bench.is_told("bin_b")
    for number in range(60):
        share = breath(number)
        witness = bench.shows(
            lit("bin_b", (0.1 * level * share, level * share, 0.1 * level * share))
        )
        assert witness.covered.get("bin_b", 0.0) == 0.0
    for number in range(60, 150):
        share = breath(number)
        light = lit("bin_b", (0.1 * level * share, level * share, 0.1 * level * share))
        witness = bench.shows(faint_arm_to(665, 420, (0.0, -10.0, 24.0)), light)
        assert witness.covered["bin_b"] > 0.1
        assert ends_at(witness, 415)


def test_a_part_is_told_from_the_light_that_came_with_it() -> None:
    """What the jig held is known in the new light too, although half of it is lit."""
    bench = Bench()
    bench.shows(frames=20)
    light = glow((380, 150), (440, 150), (440, 280), (380, 280), light_bgr=GREEN)
    part = part_in("jig", 50)
    bench.shows(arm_to(445, 230), frames=10)
    bench.shows(part, frames=30)
    bench.is_told("jig")
    bench.shows(part, frames=2)
    bench.shows(part, light, frames=40)
    bench.shows(part, light, arm_to(445, 230), frames=10)
    bench.shows(light, frames=5)
    assert bench.looks["jig"].changed > 0.3
    assert bench.looks["jig"].fuller < -0.3
