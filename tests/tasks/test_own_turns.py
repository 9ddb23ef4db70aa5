"""A recogniser's mistakes come again within a run: what it turned to counts when it comes again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.belief import Belief, Guess, Stream
from tasks.hearing import GAP, turned_to
from tasks.learned import Counts
from tasks.model import Evidence, Finish, Sign, SignKind, Step, Task
from tasks.order import order_of
from tasks.streams import flowed
from tasks.tracker import advance, begin

SPIN, FLIP, WIPE = "spin_leg", "flip_table", "wipe"


def _task() -> Task:
    steps = tuple(
        Step(
            step_id=label,
            say={},
            finish=Finish.ACTIVITY,
            target=label,
            usual_s=6.0,
            after=frozenset({place - 1}) if place else frozenset(),
        )
        for place, label in enumerate((SPIN, FLIP))
    )
    return Task(task_id="two_activities", title={}, steps=steps)


TASK = _task()
ORDER = order_of(TASK, None)


def _says(*named: tuple[str, float]) -> list[tuple[Sign, float]]:
    return [(Sign(SignKind.ACTIVITY, label), p) for label, p in named]


def _stream(first: str, turned: dict[str, Counts] | None = None) -> Stream:
    return Stream(kind=SignKind.ACTIVITY, said_s=1.0, first=first, turned=turned or {})


def _guesses(spinning: float) -> tuple[Guess, ...]:
    """Spinning goes on, or nothing does yet."""
    phases = len(ORDER.habits.phases[0])
    thirds = tuple(1.0 / (3 * phases) for _ in range(3 * phases))
    open_steps = ORDER.first
    return (
        Guess(
            done=0,
            open=open_steps,
            weight=spinning,
            last=None,
            since_s=0.0,
            doing=0,
            phases=thirds,
        ),
        Guess(done=0, open=open_steps, weight=1.0 - spinning, last=None, since_s=0.0),
    )


def _spinning_after_wipe(turned: dict[str, Counts]) -> float:
    """How probable it is that spinning goes on, once the recogniser has said `wipe`."""
    after = flowed(
        _guesses(0.5),
        _says((WIPE, 0.9)),
        at_s=1.2,
        passed_s=0.2,
        last=_stream(SPIN, turned),
        order=ORDER,
    )
    return sum(guess.weight for guess in after if guess.doing == 0)


def test_a_mistake_that_this_run_knows_speaks_for_the_activity_it_belongs_to() -> None:
    known = _spinning_after_wipe({SPIN: {WIPE: 4.0}})
    assert known > _spinning_after_wipe({}) + 0.05


def test_what_was_heard_in_gaps_speaks_for_a_gap() -> None:
    assert _spinning_after_wipe({GAP: {WIPE: 4.0}}) < 0.9 * _spinning_after_wipe({})


def test_a_turn_counts_for_each_activity_as_far_as_it_is_believed() -> None:
    turned = turned_to(
        _says((WIPE, 0.6), (SPIN, 0.2)), last=_stream(SPIN), guesses=_guesses(0.8), order=ORDER
    )
    assert turned[SPIN] == pytest.approx({WIPE: 0.6, SPIN: 0.2})
    assert turned[GAP] == pytest.approx({WIPE: 0.15, SPIN: 0.05})


def test_staying_with_a_label_and_the_first_words_are_no_turns() -> None:
    before = {SPIN: {WIPE: 1.0}}
    stayed = turned_to(
        _says((SPIN, 0.9)), last=_stream(SPIN, before), guesses=_guesses(0.8), order=ORDER
    )
    assert stayed == before
    assert turned_to(_says((SPIN, 0.9)), last=None, guesses=_guesses(0.8), order=ORDER) == {}


def test_each_run_begins_without_turns_of_its_own() -> None:
    belief, _ = begin(TASK, 0.0)
    belief, _ = advance(belief, _moment(0.2, WIPE), TASK)
    assert _turns(belief) == 0.0


def _moment(at_s: float, label: str) -> list[Evidence]:
    return [Evidence(at_s=at_s, sign=Sign(SignKind.ACTIVITY, label), p=0.9)]


def _turns(belief: Belief) -> float:
    return sum(sum(counts.values()) for said in belief.streams for counts in said.turned.values())


@given(st.lists(st.sampled_from([SPIN, FLIP, WIPE]), min_size=2, max_size=40))
def test_no_more_turns_are_counted_than_were_heard(said: list[str]) -> None:
    belief, _ = begin(TASK, 0.0)
    heard = 0
    for number, label in enumerate(said):
        before = belief
        belief, _ = advance(belief, _moment(0.2 * (number + 1), label), TASK)
        heard += number > 0 and label != said[number - 1]
        assert _turns(before) <= _turns(belief) + 1e-9
        assert _turns(belief) <= heard + 1e-9
        if belief.finished:
            break
