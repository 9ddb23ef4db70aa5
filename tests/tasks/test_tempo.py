"""Who is slow in this run is given time, and who is quick is followed at once."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.belief import Belief, Guess
from tasks.events import EventType
from tasks.learned import Heard, Learned, Spread
from tasks.learning import LONGEST_S
from tasks.model import Evidence, Finish, Sign, SignKind, Step, Task
from tasks.order import order_of
from tasks.tempo import NO_TEMPO, USUAL_LOG, Shares, Tempo, went_on
from tasks.tracker import advance, begin

RATE_HZ = 10
LABELS = ("pick_up", "spin_leg", "align_leg", "spin_leg", "flip_table")
USUAL_S = 5.0


def _task() -> Task:
    steps = tuple(
        Step(
            step_id=f"step_{place}",
            say={},
            finish=Finish.ACTIVITY,
            target=label,
            usual_s=USUAL_S,
            after=frozenset({place - 1}) if place else frozenset(),
        )
        for place, label in enumerate(LABELS)
    )
    return Task(task_id="five_activities", title={}, steps=steps)


TASK = _task()
ORDER = order_of(TASK, None)
WELL_HEARD = Learned(
    took={
        f"activity:{label}": Spread(count=40.0, total_s=200.0, squares_s2=1040.0)
        for label in LABELS
    },
    during={
        (label, 1): Heard(share_s={label: 60.0}, first_s={label: 60.0}, left={label: 12.0})
        for label in LABELS
    },
)


def _worked(seconds_each: float, activities: int) -> Belief:
    """A worker whose activities take so long, each heard clearly, without gaps."""
    belief, _ = begin(TASK, 0.0, learned=WELL_HEARD)
    moments = round(activities * seconds_each * RATE_HZ)
    for number in range(moments):
        at_s = number / RATE_HZ
        label = LABELS[int(at_s / seconds_each)]
        sign = Sign(SignKind.ACTIVITY, label)
        belief, _ = advance(belief, [Evidence(at_s=at_s, sign=sign, p=0.9)], TASK)
    return belief


def _tempo_of(belief: Belief) -> Tempo:
    return belief.streams[0].tempo


def test_nobody_is_quick_or_slow_before_anything_was_seen() -> None:
    assert NO_TEMPO.stretch("spin_leg") == 1.0


@pytest.mark.parametrize(("seconds_each", "slow"), [(2.5, False), (10.0, True)])
def test_what_comes_is_expected_to_take_as_long_as_what_was(
    seconds_each: float, *, slow: bool
) -> None:
    tempo = _tempo_of(_worked(seconds_each, 4))
    assert tempo.every.count >= 2.0
    assert (tempo.stretch("flip_table") > 1.0) is slow
    assert (tempo.stretch("flip_table") < 1.0) is not slow


def test_the_same_activity_tells_more_than_others_do() -> None:
    slow_at_spinning = Tempo(
        every=Shares(count=4.0, logs=0.0), of_label={"spin_leg": Shares(count=2.0, logs=1.4)}
    )
    assert slow_at_spinning.stretch("flip_table") == 1.0
    assert slow_at_spinning.stretch("spin_leg") > 1.15


def _seen_under_way(weight: float) -> tuple[Guess, ...]:
    """The first activity goes on, as far as that is believed."""
    first = Guess(done=0, open=1, weight=weight, last=None, since_s=0.0, doing=0)
    gap = Guess(done=0, open=1, weight=1.0 - weight, last=None, since_s=0.0)
    return first, gap


def _over(*, unseen: bool) -> tuple[Guess, ...]:
    return (
        Guess(done=1, open=2, unseen=1 if unseen else 0, weight=1.0, last=0, since_s=9.0, doing=1),
    )


def test_an_activity_counts_once_it_is_over() -> None:
    under_way = went_on(NO_TEMPO, _seen_under_way(1.0), 2.0, ORDER)
    under_way = went_on(under_way, _seen_under_way(0.5), 2.0, ORDER)
    assert under_way.under_way_s == {0: 3.0}
    assert under_way.every == Shares()
    over = went_on(under_way, _over(unseen=False), 0.1, ORDER)
    assert over.under_way_s == {1: 0.1}
    usual_s = ORDER.habits.usual_s[0]
    assert exp(over.every.logs + USUAL_LOG) == pytest.approx(3.0 / usual_s)
    assert over.of_label == {"pick_up": over.every}


def test_one_that_went_by_unnoticed_tells_nothing() -> None:
    under_way = went_on(NO_TEMPO, _seen_under_way(1.0), 3.0, ORDER)
    over = went_on(under_way, _over(unseen=True), 0.1, ORDER)
    assert over == replace(NO_TEMPO, under_way_s={1: 0.1})


@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(0.01, 2.0)), max_size=12),
    st.sampled_from(sorted(set(LABELS))),
)
def test_nothing_seen_in_a_run_makes_anybody_more_than_a_few_times_as_slow_or_quick(
    activities: list[tuple[int, float]], label: str
) -> None:
    tempo = NO_TEMPO
    for moments, each_s in activities:
        for _ in range(moments):
            tempo = went_on(tempo, _seen_under_way(1.0), each_s, ORDER)
        tempo = went_on(tempo, _over(unseen=False), 0.1, ORDER)
    assert 0.05 < tempo.stretch(label) < 4.0


def test_a_slow_worker_is_given_time_where_the_recogniser_says_nothing_new() -> None:
    """Two workers have come to the second spinning, and both have been at it for six seconds."""

    def believed_over(seconds_each: float) -> float:
        belief = _worked(seconds_each, 3)
        start_s = 3 * seconds_each
        for number in range(6 * RATE_HZ):
            sign = Sign(SignKind.ACTIVITY, "spin_leg")
            moment = [Evidence(at_s=start_s + number / RATE_HZ, sign=sign, p=0.9)]
            belief, events = advance(belief, moment, TASK)
            assert EventType.RUN_FINISHED not in {event.type for event in events}
        return belief.sureness(3)

    assert believed_over(10.0) < believed_over(2.5)


def test_a_recogniser_that_was_silent_for_a_minute_makes_nobody_slow() -> None:
    belief = _worked(4.0, 1)
    at_s = 64.0
    sign = Sign(SignKind.ACTIVITY, LABELS[0])
    belief, _ = advance(belief, [Evidence(at_s=at_s, sign=sign, p=0.9)], TASK)
    assert sum(_tempo_of(belief).under_way_s.values()) < 4.0 + LONGEST_S + 0.1
