"""The station's light goes out in a zone for a moment, so that its look can be judged."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from projector.scene import Box, Glow, Light, Mark, Outline, Picture
from station.light_in_zones import lit_zones, without_light_in
from station.neutral_light import APART_S, MOST_S, SELDOM_S, Bench, NeutralLight, turned
from station_config.station import Zone, ZoneKind

TURN_S = 0.1
JIG = frozenset({"jig"})
LIT = Bench(lit=JIG, open=JIG)
STILL = replace(LIT, still=JIG)
JUDGED = replace(STILL, judged=JIG)


def zone(left_mm: float, right_mm: float) -> Zone:
    return Zone(
        zone_id="jig",
        kind=ZoneKind.PLACE,
        polygon_mm=((left_mm, 100), (right_mm, 100), (right_mm, 200), (left_mm, 200)),
        title={},
        enter_s=0.12,
        leave_s=0.25,
    )


def played(*story: tuple[Bench, int]) -> list[tuple[float, str | None]]:
    """When light went out and came back, after so many turns with each bench."""
    neutral, told, turn = NeutralLight(), list[tuple[float, str | None]](), 0
    for bench, turns in story:
        for _ in range(turns):
            before = neutral.zone
            neutral = turned(neutral, bench, turn * TURN_S)
            if neutral.zone != before:
                told.append((round(turn * TURN_S, 1), neutral.zone))
            turn += 1
    return told


def test_light_goes_out_when_the_hand_has_left_and_comes_back_when_the_look_was_judged() -> None:
    assert played((LIT, 10), (STILL, 4), (JUDGED, 1), (STILL, 20)) == [(1.0, "jig"), (1.4, None)]


def test_a_hand_that_comes_brings_the_light_back_at_once() -> None:
    assert played((LIT, 10), (STILL, 2), (LIT, 10)) == [(1.0, "jig"), (1.2, None)]


def test_the_worker_who_reaches_in_again_and_again_sees_no_flicker() -> None:
    visits = [(LIT, 5), (STILL, 3), (JUDGED, 1)] * 10
    out_s = [at_s for at_s, name in played(*visits) if name]
    assert len(out_s) > 1
    assert all(later - sooner >= APART_S for sooner, later in pairwise(out_s))


def test_a_look_that_does_not_come_off_gives_the_light_back_and_is_tried_again_much_later() -> None:
    told = played((LIT, 1), (STILL, 200))
    assert told[1] == (round(0.1 + MOST_S, 1), None)
    assert told[2][0] - told[1][0] >= SELDOM_S


def test_where_no_light_shines_none_goes_out() -> None:
    dark = replace(STILL, lit=frozenset())
    assert played((replace(dark, still=frozenset()), 5), (dark, 100)) == []


def test_a_finished_step_is_looked_at_again_only_when_somebody_was_there() -> None:
    done = replace(STILL, open=frozenset(), watched=JIG)
    told = played((replace(done, still=frozenset()), 3), (done, 3), (replace(done, judged=JIG), 1))
    assert told == [(0.3, "jig"), (0.6, None)]
    assert played((done, 1000)) == []


def test_a_zone_whose_step_is_over_keeps_its_light() -> None:
    over = replace(STILL, open=frozenset())
    assert played((LIT, 3), (STILL, 2), (over, 50)) == [(0.3, "jig"), (0.5, None)]


ZONES = st.frozensets(st.sampled_from(["jig", "tray", "lid"]))
BENCHES = st.builds(Bench, still=ZONES, judged=ZONES, lit=ZONES, open=ZONES, watched=ZONES)


@given(st.lists(st.tuples(BENCHES, st.floats(0.01, 5.0)), max_size=60))
def test_whatever_happens_no_light_goes_out_under_a_hand_nor_twice_within_moments(
    story: list[tuple[Bench, float]],
) -> None:
    neutral, now_s, ended_s = NeutralLight(), 0.0, float("-inf")
    for bench, passed_s in story:
        before, now_s = neutral, now_s + passed_s
        neutral = turned(before, bench, now_s)
        if neutral.zone is not None:
            assert neutral.zone in bench.still, "never under a hand"
            assert neutral.zone in bench.open | bench.watched
            assert now_s - neutral.since_s < MOST_S
            if before.zone is None:
                assert neutral.zone in bench.lit
                assert now_s - ended_s >= APART_S
            else:
                assert neutral.zone == before.zone
        elif before.zone is not None:
            ended_s = now_s


def test_light_in_the_midst_of_a_zone_counts_and_a_ring_around_it_does_not() -> None:
    jig = zone(100, 220)
    ring = Outline(polygon_mm=jig.polygon_mm, light=Light.PUT, width_mm=5.0)
    glow = Glow(polygon_mm=jig.polygon_mm, light=Light.PUT, level=0.6)
    beside = Picture(path="a.png", box=Box(left_mm=230, bottom_mm=100, right_mm=300, top_mm=160))
    inside = Picture(path="a.png", box=Box(left_mm=200, bottom_mm=100, right_mm=300, top_mm=160))
    around_part = Outline(polygon_mm=zone(140, 180).polygon_mm, light=Light.PUT, width_mm=3.0)
    cases: list[tuple[Mark, bool]] = [
        (ring, False),
        (glow, True),
        (beside, False),
        (inside, True),
        (around_part, True),
    ]
    for mark, shines in cases:
        assert bool(lit_zones((mark,), [jig])) is shines, mark
    assert without_light_in((ring, glow, beside, inside), jig) == (ring, beside)
    assert without_light_in((ring, glow), None) == (ring, glow)
