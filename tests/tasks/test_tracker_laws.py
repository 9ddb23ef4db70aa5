"""What holds for the tracker whatever it is told: any evidence, any press, any task."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.belief import Belief
from tasks.cues import cue_for
from tasks.events import Event, EventType
from tasks.model import SIGN_OF_FINISH, Evidence, Finish, Sign, SignKind, Step, Task
from tasks.tracker import Press, advance, begin, press, tick

NAMES = ("bin_a", "bin_b", "jig", "done")
FINISHES = st.sampled_from([finish for finish in Finish if finish is not Finish.LOOKS])


@st.composite
def tasks(draw: st.DrawFn, *, signs_differ: bool = False) -> Task:
    """Tasks of up to eight steps, each waiting for some of those before it."""
    steps = []
    for place in range(draw(st.integers(1, 8))):
        # An activity takes a stream of labels to end: tests/tasks/test_streams.py.
        finish = draw(FINISHES.filter(lambda f: not signs_differ or f is not Finish.ACTIVITY))
        target = f"zone_{place}" if signs_differ else draw(st.sampled_from(NAMES))
        after = draw(st.sets(st.integers(0, place - 1), max_size=2)) if place else set()
        steps.append(
            Step(
                step_id=f"step_{place}",
                say={"en": "Go on."},
                finish=finish,
                target="" if finish is Finish.WAIT else target,
                wait_s=draw(st.floats(0.1, 20.0)) if finish is Finish.WAIT else 0.0,
                usual_s=draw(st.floats(0.1, 30.0)),
                after=frozenset(after),
            )
        )
    return Task(task_id="any", title={"en": "Any"}, steps=tuple(steps))


SEEN = st.lists(
    st.tuples(st.builds(Sign, st.sampled_from(SignKind), st.sampled_from(NAMES)), st.floats(0, 1)),
    min_size=1,
    max_size=3,
)
DID = st.one_of(SEEN, st.sampled_from(Press), st.none())
Seen = list[tuple[Sign, float]]
Story = list[tuple[float, Seen | Press | None]]
STORIES = st.lists(st.tuples(st.floats(0.0, 40.0), DID), max_size=25)


def played(task: Task, story: Story) -> list[tuple[Belief, list[Event]]]:
    """The belief and the events after each thing that happened."""
    at_s = 0.0
    belief, events = begin(task, at_s)
    after = [(belief, list(events))]
    for passed_s, happened in story:
        at_s += passed_s
        if isinstance(happened, Press):
            belief, events = press(belief, happened, at_s, task)
        elif isinstance(happened, list):
            seen = [Evidence(at_s=at_s, sign=sign, p=p) for sign, p in happened]
            belief, events = advance(belief, seen, task)
        else:
            belief, events = tick(belief, at_s, task)
        after.append((belief, list(events)))
    return after


@given(tasks(), STORIES)
@settings(max_examples=80, deadline=None)
def test_no_step_is_ever_finished_before_what_it_waits_for(task: Task, story: Story) -> None:
    done: list[str] = []
    names = {step.step_id: place for place, step in enumerate(task.steps)}
    for _, events in played(task, story):
        for event in events:
            if event.type is EventType.STEP_FINISHED:
                assert event.step is not None
                assert event.step not in done
                for before in task.steps[names[event.step]].after:
                    assert task.steps[before].step_id in done
                done.append(event.step)
            if event.type is EventType.STEP_UNDONE:
                assert event.step is not None
                done.remove(event.step)
                place = names[event.step]
                needed = [n for n, step in enumerate(task.steps) if place in step.after]
                assert not {task.steps[n].step_id for n in needed} & set(done)


@given(tasks(), STORIES)
@settings(max_examples=80, deadline=None)
def test_beliefs_stay_beliefs_whatever_happens(task: Task, story: Story) -> None:
    newest_s = 0.0
    for belief, events in played(task, story):
        assert sum(guess.weight for guess in belief.guesses) == pytest.approx(1.0)
        assert all(0.0 <= guess.weight <= 1.0 + 1e-9 for guess in belief.guesses)
        assert all(not _facts(belief, task) & ~guess.done for guess in belief.guesses)
        assert (belief.current is None) == belief.finished
        assert belief.current is None or belief.current not in belief.done
        for event in events:
            assert event.at_s >= newest_s
            newest_s = event.at_s
            assert event.confidence is None or 0.0 <= event.confidence <= 1.0
            assert event.took_s is None or event.took_s >= 0.0
        cue = cue_for(belief, task, belief.last_s)
        assert cue.steps_done == len(belief.done)
        assert cue.fraction is None or 0.0 <= cue.fraction <= 1.0


@given(tasks(), STORIES)
@settings(max_examples=60, deadline=None)
def test_what_is_done_only_grows_unless_the_worker_goes_back(task: Task, story: Story) -> None:
    beliefs = played(task, story)
    for (earlier, _), (later, events) in itertools.pairwise(beliefs):
        if EventType.STEP_UNDONE not in {event.type for event in events}:
            assert earlier.done <= later.done


@given(tasks(), STORIES)
@settings(max_examples=60, deadline=None)
def test_telling_the_time_more_often_changes_nothing(task: Task, story: Story) -> None:
    ticked = [
        bit
        for passed_s, happened in story
        for bit in ((passed_s / 2, None), (passed_s / 2, happened))
    ]
    once = [event for _, events in played(task, story) for event in events]
    often = [event for _, events in played(task, ticked) for event in events]
    assert [_blurred(event) for event in once] == [_blurred(event) for event in often]


@given(tasks(signs_differ=True), st.data())
@settings(max_examples=60, deadline=None)
def test_a_run_resumed_after_any_event_ends_in_the_same_way(
    task: Task, data: st.DataObject
) -> None:
    """Somebody who does one thing after the other, in an order that the task allows."""
    order: list[int] = []
    while len(order) < len(task.steps):
        ready = [
            place
            for place, step in enumerate(task.steps)
            if place not in order and step.after <= set(order)
        ]
        order.append(data.draw(st.sampled_from(ready)))
    crash_after = data.draw(st.integers(0, len(order)))
    straight, _ = begin(task, 0.0)
    resumed = straight
    for number, place in enumerate(order):
        if number == crash_after:
            resumed, told = begin(task, 50.0 * number, done=resumed.done)
            assert told == () or not resumed.done
        straight, _ = _does(straight, task.steps[place], 50.0 * number, task)
        resumed, _ = _does(resumed, task.steps[place], 50.0 * number, task)
        assert straight.done == resumed.done
    assert straight.finished
    assert resumed.finished


def _facts(belief: Belief, task: Task) -> int:
    """What was reported and can only be undone by the worker."""
    facts = {Finish.CONFIRM, Finish.SIGNAL, Finish.WAIT}
    return sum(1 << place for place in belief.done if task.steps[place].finish in facts)


def _does(belief: Belief, step: Step, at_s: float, task: Task) -> tuple[Belief, tuple[Event, ...]]:
    kind = SIGN_OF_FINISH.get(step.finish)
    if kind is None:
        return tick(belief, at_s + 25.0, task)
    return advance(belief, [Evidence(at_s=at_s + 25.0, sign=Sign(kind, step.target), p=0.95)], task)


def _blurred(event: Event) -> Event:
    """Sums of floats differ in the last digits with the number of terms."""
    return replace(
        event,
        at_s=round(event.at_s, 6),
        took_s=None if event.took_s is None else round(event.took_s, 6),
        confidence=None if event.confidence is None else round(event.confidence, 6),
    )
