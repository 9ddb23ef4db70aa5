"""What a piece of evidence costs, counted in calls instead of seconds: the same every time."""

from __future__ import annotations

import sys
from types import FrameType

from tasks.model import Evidence, Finish, Sign, SignKind, Step, Task
from tasks.tracker import advance, begin


def pairs(count: int) -> Task:
    """Take and place, so many times, from five bins in turn into one jig."""
    steps: list[Step] = []
    for number in range(count):
        after = frozenset({2 * number - 1}) if number else frozenset[int]()
        take = Step(
            step_id=f"take_{number}",
            say={"en": "Take."},
            finish=Finish.TAKE,
            target=f"bin_{number % 5}",
            after=after,
        )
        place = Step(
            step_id=f"place_{number}",
            say={"en": "Put."},
            finish=Finish.PLACE,
            target="jig",
            after=frozenset({2 * number}),
        )
        steps += [take, place]
    return Task(task_id="pairs", title={"en": "Pairs"}, steps=tuple(steps))


def calls_for(task: Task, *, skip: int, count: int) -> int:
    """Function calls for the evidence of `count` steps after the first `skip`, unsure and sure."""
    belief, _ = begin(task, 0.0)
    calls = 0

    def counted(_frame: FrameType, happened: str, _arg: object) -> None:
        nonlocal calls
        calls += happened == "call"

    at_s = 0.0
    for place in range(skip + count):
        sign = task.steps[place].sign
        assert sign is not None
        for p in (0.6, 0.9):
            at_s += 2.0
            moment = [Evidence(at_s=at_s, sign=sign, p=p)]
            if place >= skip:
                sys.setprofile(counted)
            try:
                belief, _ = advance(belief, moment, task)
            finally:
                sys.setprofile(None)
    return calls


def test_evidence_costs_the_same_in_a_short_and_a_long_task() -> None:
    short = calls_for(pairs(15), skip=10, count=10)
    long = calls_for(pairs(200), skip=350, count=10)
    assert long <= 1.05 * short


def activities(count: int) -> Task:
    """Three activities, again and again."""
    steps = tuple(
        Step(
            step_id=f"step_{place}",
            say={},
            finish=Finish.ACTIVITY,
            target=("pick", "spin", "flip")[place % 3],
            after=frozenset({place - 1}) if place else frozenset[int](),
        )
        for place in range(count)
    )
    return Task(task_id="activities", title={}, steps=steps)


def calls_to_watch(task: Task, *, skip: int, count: int) -> int:
    """Function calls to watch `count` activities of four seconds after the first `skip`."""
    belief, _ = begin(task, 0.0)
    calls = 0

    def counted(_frame: FrameType, happened: str, _arg: object) -> None:
        nonlocal calls
        calls += happened == "call"

    for place in range(skip + count):
        step = task.steps[place]
        for number in range(20):
            at_s = 4.0 * place + number / 5.0
            label = step.target if number < 16 else "nothing"
            moment = [Evidence(at_s=at_s, sign=Sign(SignKind.ACTIVITY, label), p=0.8)]
            if place >= skip:
                sys.setprofile(counted)
            try:
                belief, _ = advance(belief, moment, task)
            finally:
                sys.setprofile(None)
    assert len(belief.done) >= skip + count - 1
    return calls


def test_a_stream_costs_the_same_in_a_short_and_a_long_task() -> None:
    """How many guesses are held grows at first with how long it went on, up to a bound."""
    short = calls_to_watch(activities(80), skip=60, count=6)
    long = calls_to_watch(activities(200), skip=180, count=6)
    assert long <= 1.2 * short


def test_a_long_doubt_does_not_make_the_belief_grow() -> None:
    task = pairs(100)
    belief, _ = begin(task, 0.0)
    for number in range(400):
        sign = task.steps[number % 40].sign
        assert sign is not None
        belief, _ = advance(belief, [Evidence(at_s=float(number), sign=sign, p=0.45)], task)
        assert len(belief.guesses) <= 16
