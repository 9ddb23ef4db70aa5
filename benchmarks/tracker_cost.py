"""What one piece of evidence costs the tracker, in a short and in a long task.

Sightings (take and place) one by one, and a recogniser's three labels five times a second with
something learned. Processor time, the best of several rounds. Goals: the long task within 1.2 times
the short one, and at most 100 µs for each piece.

    python benchmarks/tracker_cost.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tasks.learned import Learned
from tasks.learning import ConfirmedRun, Done, learned_from
from tasks.model import Evidence, Finish, Sign, SignKind, Step, Task
from tasks.tracker import Belief, advance, begin

SHORT, LONG = 10, 200
WATCHED = 8
"""So many steps are measured, in the middle of the task."""
ROUNDS = 7
MEASURED_S = 1.0
"""At least so many rounds, and for at least so long: a few may all fall into a slow moment."""
LABELS = ("pick", "align", "spin", "tighten", "flip")


def sightings(count: int) -> Task:
    """Take and place in turn, from five bins into one jig."""
    steps = tuple(
        Step(
            step_id=f"step_{place}",
            say={},
            finish=Finish.PLACE if place % 2 else Finish.TAKE,
            target="jig" if place % 2 else f"bin_{place // 2 % 5}",
            after=frozenset({place - 1}) if place else frozenset(),
        )
        for place in range(count)
    )
    return Task(task_id="sightings", title={}, steps=steps)


def activities(count: int) -> Task:
    """Five activities, again and again."""
    steps = tuple(
        Step(
            step_id=LABELS[place % 5],
            turn=place // 5 + 1,
            say={},
            finish=Finish.ACTIVITY,
            target=LABELS[place % 5],
            usual_s=4.0,
            after=frozenset({place - 1}) if place else frozenset(),
        )
        for place in range(count)
    )
    return Task(task_id="activities", title={}, steps=steps)


def seen(task: Task) -> list[list[Evidence]]:
    """Each step seen twice, unsurely and then surely."""
    found = []
    for place, step in enumerate(task.steps):
        assert step.sign is not None
        for again, p in enumerate((0.6, 0.9)):
            found.append([Evidence(at_s=4.0 * place + 2.0 * again, sign=step.sign, p=p)])
    return found


def heard(task: Task) -> list[list[Evidence]]:
    """A recogniser's three best labels, five times a second, four seconds a step."""
    found = []
    for place, step in enumerate(task.steps):
        for number in range(20):
            shares = ((step.target, 0.6), ("NA", 0.2), (LABELS[(place + 1) % 5], 0.1))
            at_s = 4.0 * place + number / 5.0
            found.append(
                [
                    Evidence(at_s=at_s, sign=Sign(SignKind.ACTIVITY, label), p=p)
                    for label, p in shares
                ]
            )
    return found


def _begun(task: Task, learned: Learned) -> Belief:
    return begin(task, 0.0, learned=learned)[0]


def cost_us(task: Task, moments: Sequence[list[Evidence]], begun: Callable[[], Belief]) -> float:
    """The cost of one piece of evidence in the middle of a task, in microseconds."""
    each = len(moments) // len(task.steps)
    until = len(moments) - each
    since = max(each, until - WATCHED * each)
    best_s = float("inf")
    rounds, measured_s = 0, 0.0
    while rounds < ROUNDS or measured_s < MEASURED_S:
        belief = begun()
        for moment in moments[:since]:
            belief, _ = advance(belief, moment, task)
        started_s = time.process_time()
        for moment in moments[since:until]:
            belief, _ = advance(belief, moment, task)
        took_s = time.process_time() - started_s
        best_s = min(best_s, took_s)
        rounds, measured_s = rounds + 1, measured_s + took_s
    return 1e6 * best_s / sum(len(moment) for moment in moments[since:until])


def main() -> None:
    """Measure and print."""
    for name, task_of, moments_of in (
        ("sightings", sightings, seen),
        ("activities", activities, heard),
    ):
        costs = []
        for count in (SHORT, LONG):
            task = task_of(count)
            moments = moments_of(task)
            done = tuple(Done(place=n, at_s=4.0 * (n + 1)) for n in range(count))
            evidence = tuple(piece for moment in moments for piece in moment)
            run = ConfirmedRun(
                task=task, done=done, evidence=evidence, start_s=0.0, until_s=4.0 * count
            )
            learned = learned_from(run)
            costs.append(cost_us(task, moments, partial(_begun, task, learned)))
        short, long = costs
        print(
            f"{name}: {short:.0f} µs a piece of evidence in {SHORT} steps,"
            f" {long:.0f} µs in {LONG} steps, {long / short:.2f} times as much"
        )


if __name__ == "__main__":
    main()
