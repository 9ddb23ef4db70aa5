"""The witness that needs no bare hands: arms, lamps, shadows, the station's own light, parts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.vision.painted_bench import (
    ZONES,
    Bench,
    Picture,
    arm_to,
    corners_px,
    glow,
    lit,
    part_in,
    shade,
)
from vision.light import LightNotice


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.shows(frames=5)
    return made


def test_a_gloved_arm_is_seen_at_once_and_its_end_where_it_is(bench: Bench) -> None:
    witness = bench.shows(arm_to(165, 400))
    assert len(witness.arms) == 1
    assert np.linalg.norm(np.subtract(witness.arms[0].tip_mm, (165, 395))) < 15
    assert witness.covered["bin_a"] > 0.1
    assert witness.covered["bin_b"] == 0.0


def test_a_bare_bench_is_bare(bench: Bench) -> None:
    witness = bench.shows(frames=30)
    assert witness.sees_nothing
    assert set(witness.covered.values()) == {0.0}


@pytest.mark.parametrize("lamps", [0.6, 0.8, 1.3])
def test_lamps_that_are_switched_are_no_arm(bench: Bench, lamps: float) -> None:
    assert bench.shows(lamps=lamps).sees_nothing
    assert bench.shows(lamps=lamps, frames=10).sees_nothing
    assert len(bench.shows(arm_to(165, 400), lamps=lamps).arms) == 1


def test_the_shadow_of_an_arm_is_no_arm(bench: Bench) -> None:
    arm = (300, -60), (380, -60), (250, 420), (180, 420)
    assert bench.shows(shade(*arm, leaves=0.72, soft_px=5), frames=3).sees_nothing


def test_light_that_the_station_told_of_is_no_arm_even_under_one(bench: Bench) -> None:
    bench.shows(arm_to(450, 100), frames=3)
    bench.witness.light_changes(
        LightNotice(at_s=bench.at_s, zone_ids=frozenset({"bin_a", "bin_b"}))
    )
    bench.shows(arm_to(450, 100), frames=3)
    green = lit("bin_a", (20, 160, 20))
    for _ in range(20):
        witness = bench.shows(green, arm_to(450, 100))
        assert [round(arm.tip_mm[1], -1) for arm in witness.arms] == [100]
        assert witness.covered.get("bin_a", 0.0) == 0.0
    witness = bench.shows(green, arm_to(165, 400))
    assert witness.covered["bin_a"] > 0.1


def test_a_zone_whose_light_has_just_changed_is_not_judged(bench: Bench) -> None:
    bench.witness.light_changes(LightNotice(at_s=bench.at_s, zone_ids=frozenset({"bin_a"})))
    witness = bench.shows()
    assert "bin_a" not in witness.covered
    assert "bin_b" in witness.covered
    assert "bin_a" in bench.shows(frames=10).covered


def test_a_zone_lit_under_an_arm_does_not_stretch_the_arm(bench: Bench) -> None:
    """The line round the jig comes on while a gloved hand lies half over it."""

    def line(picture: Picture) -> None:
        corners = corners_px(*ZONES["jig"].polygon_mm)
        cv2.polylines(picture, [corners], isClosed=True, color=(235, 240, 235), thickness=5)

    bench.shows(arm_to(445, 200), frames=10)
    bench.witness.light_changes(LightNotice(at_s=bench.at_s, zone_ids=frozenset({"jig"})))
    bench.shows(arm_to(445, 200), frames=2)
    for _ in range(20):
        witness = bench.shows(line, arm_to(445, 200))
    assert abs(witness.arms[0].tip_mm[1] - 195) < 20
    assert witness.covered["jig"] > 0.05
    witness = bench.shows(line, frames=40)
    assert witness.sees_nothing


def test_light_that_breathes_is_no_arm(bench: Bench) -> None:
    bench.witness.light_changes(LightNotice(at_s=bench.at_s, zone_ids=frozenset({"bin_b"})))
    bench.shows(lit("bin_b", (20, 90, 20)), frames=10)
    for number in range(60):
        level = 90 + 50 * np.sin(2 * np.pi * number / 45)
        witness = bench.shows(lit("bin_b", (20, float(level), 20)))
        assert witness.covered["bin_b"] == 0.0


def test_an_arm_that_waits_stays_an_arm_and_a_part_becomes_bench(bench: Bench) -> None:
    bench.shows(arm_to(450, 260), part_in("jig"), frames=60)
    assert len(bench.shows(arm_to(450, 260), part_in("jig")).arms) == 1
    bench.shows(part_in("jig"), frames=40)
    assert bench.shows(part_in("jig")).covered["jig"] == 0.0


def test_where_an_arm_was_learned_nothing_is_left_when_it_goes() -> None:
    """The station was started while somebody leaned on the bench."""
    bench = Bench()
    bench.shows(arm_to(165, 400), frames=5)
    bench.shows(frames=40)
    assert bench.shows().sees_nothing


def test_a_part_that_was_put_down_changes_the_look_and_makes_it_fuller(bench: Bench) -> None:
    bench.shows(arm_to(445, 230), frames=10)
    bench.shows(part_in("jig"), frames=5)
    look = bench.looks["jig"]
    assert look.changed > 0.3
    assert look.fuller > 0.2


def test_a_part_that_was_taken_out_brings_the_first_look_back(bench: Bench) -> None:
    bench.shows(arm_to(445, 230), frames=5)
    bench.shows(part_in("jig"), frames=40)
    bench.shows(arm_to(445, 230), frames=5)
    bench.shows(frames=5)
    look = bench.looks["jig"]
    assert look.changed > 0.3
    assert look.fuller < -0.2


def test_a_hand_that_left_everything_as_it_was_changed_nothing(bench: Bench) -> None:
    bench.shows(part_in("jig"), frames=40)
    bench.shows(arm_to(445, 230), frames=5)
    bench.shows(part_in("jig"), lamps=0.85, frames=5)
    look = bench.looks["jig"]
    assert look.changed < 0.1


def test_an_arm_that_comes_while_a_mark_is_shown_at_the_rim_is_seen_when_it_has_gone(
    bench: Bench,
) -> None:
    """The drift watch shows marks for a moment; a gloved hand comes in over one of them."""
    rim = ((400.0, -30.0), (500.0, -30.0), (500.0, 60.0), (400.0, 60.0))
    shown = glow(*rim, light_bgr=(160, 160, 160))
    told = LightNotice(at_s=bench.at_s, areas_mm=(rim,), returns=True)
    bench.witness.light_changes(told)
    for _ in range(4):
        assert bench.shows(shown).sees_nothing
    bench.shows(arm_to(450, 200), shown, frames=3)
    witness = bench.shows(arm_to(450, 200), frames=5)
    assert [round(arm.tip_mm[1], -1) for arm in witness.arms] == [200]
    assert bench.shows(frames=5).sees_nothing
