"""Workers do the task, each in character, and the truth says what they did."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.twin.hand_shape import Pose, Side
from station.twin.loose_parts import inside
from station.twin.personas import (
    FLUENT,
    GLOVES,
    HESITANT,
    MIXES_UP_BINS,
    PERSONAS,
    SKIPS_A_STEP,
    TAKES_A_BREAK,
    Persona,
    persona_named,
)
from station.twin.truth import Deed, TwinTruth
from station_config.station import Station
from tasks.model import Task
from tests.twin.rehearsal import Played, rehearse

STRAYING = {MIXES_UP_BINS, SKIPS_A_STEP}


def of(played: Played, what: Deed) -> list[TwinTruth]:
    return [fact for fact in played.truth if fact.what is what]


def test_a_fluent_worker_finishes_the_torch_in_half_a_minute(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, FLUENT, seconds=30.0)

    finished = [fact.step for fact in of(played, Deed.STEP_DONE) if fact.run == 1]
    assert finished == [step.step_id for step in torch.steps]
    [run_done] = of(played, Deed.RUN_DONE)
    assert 15.0 < run_done.at_s < 28.0
    assert played.signals[0] == "torque_ok"


def test_runs_follow_each_other(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, FLUENT, seconds=60.0)

    assert [fact.run for fact in of(played, Deed.RUN_BEGUN)] == [1, 2, 3]
    assert [fact.run for fact in of(played, Deed.RUN_DONE)] == [1, 2]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), persona=st.sampled_from(sorted(PERSONAS.values(), key=str)))
def test_steps_are_truly_done_in_an_order_that_the_task_allows(
    station: Station, torch: Task, seed: int, persona: Persona
) -> None:
    played = rehearse(station, torch, persona, seed=seed, seconds=55.0)

    done: dict[int, set[int]] = {}
    for fact in of(played, Deed.STEP_DONE):
        before = done.setdefault(fact.run, set())
        assert fact.place is not None
        assert torch.steps[fact.place].after <= before
        assert fact.place not in before
        before.add(fact.place)
    times = [fact.at_s for fact in played.truth]
    assert times == sorted(times)
    assert all(len(done[fact.run]) == len(torch.steps) for fact in of(played, Deed.RUN_DONE))
    if persona not in STRAYING:
        assert of(played, Deed.WRONG_REACH) == []


def test_who_mixes_up_bins_reaches_into_bins_that_are_not_wanted(
    station: Station, torch: Task
) -> None:
    played = rehearse(station, torch, MIXES_UP_BINS, seconds=120.0)

    wrong = of(played, Deed.WRONG_REACH)
    assert len(wrong) >= 3
    for fact in wrong:
        assert fact.place is not None
        assert fact.zone != torch.steps[fact.place].target
    assert len(of(played, Deed.RUN_DONE)) >= 3


def test_a_hand_really_dwells_in_the_wrong_bin(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, MIXES_UP_BINS, seconds=60.0)

    for fact in of(played, Deed.WRONG_REACH):
        around = played.hands[round(fact.at_s * 30) - 3 : round(fact.at_s * 30) + 18]
        zone = station.zones[fact.zone or ""]
        seen = sum(any(inside(zone, hand.at_mm) for hand in hands) for hands in around)
        assert seen >= len(around) - 1


def test_who_skips_tries_a_later_step_and_comes_back(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, SKIPS_A_STEP, seconds=120.0)

    for fact in of(played, Deed.WRONG_REACH):
        assert fact.place is not None
        later = {step.target for step in torch.steps[fact.place + 1 :]}
        assert fact.zone in later
    assert of(played, Deed.WRONG_REACH)
    assert len(of(played, Deed.RUN_DONE)) >= 3


def test_who_has_an_order_of_his_own_takes_the_lens_before_the_spring(
    station: Station, torch: Task
) -> None:
    own = replace(FLUENT, own_order_share=1.0)
    played = rehearse(station, torch, own, seconds=30.0)

    finished = [fact.step for fact in of(played, Deed.STEP_DONE)]
    assert finished.index("take_lens") < finished.index("take_spring")
    assert of(played, Deed.WRONG_REACH) == []


def test_the_hesitant_take_longer(station: Station, torch: Task) -> None:
    slow = of(rehearse(station, torch, HESITANT, seconds=90.0), Deed.RUN_DONE)[0].at_s
    quick = of(rehearse(station, torch, FLUENT, seconds=30.0), Deed.RUN_DONE)[0].at_s
    assert slow > 1.4 * quick


def test_gloves_change_nothing_but_the_look_of_the_hands(station: Station, torch: Task) -> None:
    bare = rehearse(station, torch, FLUENT, seconds=30.0)
    gloved = rehearse(station, torch, GLOVES, seconds=30.0)
    assert bare.truth == gloved.truth


def test_a_break_leaves_the_bench_empty_for_a_while(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, TAKES_A_BREAK, seconds=75.0)

    empty = [all(hand.at_mm[1] < -150 for hand in hands) for hands in played.hands]
    assert sum(empty[90:]) > 8 * 30
    assert len(of(played, Deed.RUN_DONE)) >= 2


def test_a_worker_who_is_sent_away_takes_his_hands_off(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, FLUENT, seconds=20.0, sent_away=lambda s: 8.0 <= s < 14.0)

    assert all(hand.at_mm[1] < -150 for hand in played.hands[13 * 30])
    assert any(fact.at_s > 14.0 for fact in of(played, Deed.STEP_DONE))


def test_nobody_begins_before_the_first_step_is_lit(station: Station, torch: Task) -> None:
    dark = rehearse(station, torch, FLUENT, seconds=40.0, lit_from_s=30.0)

    assert dark.truth[0].what is Deed.RUN_BEGUN
    assert dark.truth[0].at_s == pytest.approx(30.0 + FLUENT.reacts_s, abs=0.1)


def test_when_light_never_moves_the_work_goes_on_late_and_shows_in_the_truth(
    station: Station, torch: Task
) -> None:
    played = rehearse(station, torch, FLUENT, seconds=60.0, broken_after=1)

    done = of(played, Deed.STEP_DONE)
    assert [fact.step for fact in done[:3]] == [step.step_id for step in torch.steps[:3]]
    assert done[2].at_s - done[1].at_s > FLUENT.gives_up_s


def test_while_the_light_stays_the_last_deed_is_done_again(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, FLUENT, seconds=20.0, broken_after=1)

    placed_s = of(played, Deed.STEP_DONE)[1].at_s
    again = played.hands[round((placed_s + 3.0) * 30) :]
    assert any(inside(station.zones["jig"], hand.at_mm) for hands in again for hand in hands)


def test_asked_whether_it_was_done_the_worker_touches_yes(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, FLUENT, seconds=12.0, broken_after=1, asks=True)

    yes = station.zones["next"]
    touching = [
        inside(yes, hand.at_mm) and hand.pose is Pose.POINT and hand.height_mm < 5
        for hands in played.hands
        for hand in hands
    ]
    assert sum(touching) > 15


def test_a_wait_is_over_when_its_time_since_the_step_before_is_over(
    station: Station, photo_frame: Task
) -> None:
    played = rehearse(station, photo_frame, FLUENT, seconds=50.0)

    at = {fact.step: fact.at_s for fact in of(played, Deed.STEP_DONE) if fact.run == 1}
    assert at["dry"] - at["place_clamp"] == pytest.approx(20.0, abs=0.05)


def test_hands_move_as_fast_as_people_do_and_point_away_from_them(
    station: Station, torch: Task
) -> None:
    played = rehearse(station, torch, FLUENT, seconds=30.0)

    for side in Side:
        at = np.array([h.at_mm for hands in played.hands for h in hands if h.side is side])
        speed_mm_s = np.linalg.norm(np.diff(at, axis=0), axis=1) * 30
        assert 500 < speed_mm_s.max() < 1050
    turned = [abs(hand.turned_deg) for hands in played.hands for hand in hands]
    assert max(turned) <= 35.0


def test_every_take_comes_back_with_a_part_in_the_hand(station: Station, torch: Task) -> None:
    played = rehearse(station, torch, FLUENT, seconds=28.0)

    for fact in of(played, Deed.STEP_DONE):
        if fact.step is not None and fact.step.startswith("take_"):
            hands = played.hands[round(fact.at_s * 30) + 1]
            assert Counter(len(hand.holding) for hand in hands)[1] == 1


def test_an_unknown_persona_is_told_which_there_are() -> None:
    with pytest.raises(ValueError, match="fluent, hesitant, mixes_up_bins"):
        persona_named("perfect")
