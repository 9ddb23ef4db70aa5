"""How well a run was followed: whether the light was on the right step at each moment. Pure.

Which completions were found, and in which order, is another question: `tasks.recognising`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

EARLY_S = 1.0
"""Told sooner than this before it was done, a step is early: half a second before the end of an
action nobody can tell the difference, and the marks in recordings are no better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A step that stood as finished for a while, and then did not.

    Attributes:
        told_s: When it was told.
        until_s: When it was taken back.
    """

    told_s: float
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One step of one run: when it was truly done, and when that was told.

    Attributes:
        true_s: When it was done, in seconds of the recording; None for a step that was never done
            (left out, or told of work that never happened).
        told_s: When it was told as finished for the last time and not taken back again; None for
            never.
        taken_back: Earlier times at which it was told, each with the time when it was taken back.
    """

    true_s: float | None
    told_s: float | None
    taken_back: tuple[TakenBack, ...] = ()

    @property
    def first_told_s(self) -> float | None:
        """When it was told for the first time, even if that was taken back; None for never."""
        return self.taken_back[0].told_s if self.taken_back else self.told_s

    def is_told(self, at_s: float) -> bool:
        """Whether at this moment it stood as finished."""
        if self.told_s is not None and self.told_s <= at_s:
            return True
        return any(once.told_s <= at_s < once.until_s for once in self.taken_back)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowingScore:
    """How well runs were followed, over all of them.

    Attributes:
        runs: How many runs.
        steps: How many steps were truly done.
        share_right: Share of time in which the step shown was the right one, 0 to 1.
        never_finished: Share of the steps done that were never told, 0 to 1.
        early_per_100: Steps told more than `EARLY_S` too soon, for each 100 done.
        false_advances_per_200: Steps told more than `EARLY_S` too soon, or never done, for each
            200 done.
        taken_back_per_100: How often a step told was taken back, for each 100 done.
        median_delay_s: Half of the steps told came no later than this after they were done;
            those told too soon count below zero. None when none was told.
        p95_delay_s: The same for 95 of 100.
    """

    runs: int
    steps: int
    share_right: float
    never_finished: float
    early_per_100: float
    false_advances_per_200: float
    taken_back_per_100: float
    median_delay_s: float | None
    p95_delay_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunToScore:
    """One run, ready to be scored.

    Attributes:
        steps: Each step, in any order.
        start_s: When the run began.
        until_s: When the recording ended.
    """

    steps: tuple[Followed, ...]
    start_s: float
    until_s: float


def share_right(run: RunToScore) -> tuple[float, float]:
    """For how long the step shown was the right one.

    The right step at a moment is the first, in the order in which they were truly done, whose true
    end lies after it; the step shown is the first that does not stand as told. After all steps
    both are "nothing left", which is right too. Steps never done are left out.

    Returns:
        Seconds right, and seconds altogether.
    """
    done = sorted((s for s in run.steps if s.true_s is not None), key=_true_s)
    true_s = [_true_s(step) for step in done]
    told_s = {step.told_s for step in done if step.told_s is not None}
    back_s = {at_s for step in done for once in step.taken_back for at_s in _ends(once)}
    moments = {run.start_s, run.until_s, *true_s, *told_s, *back_s}
    cuts = sorted(at_s for at_s in moments if run.start_s <= at_s <= run.until_s)
    right_s = 0.0
    asked = 0
    for from_s, to_s in pairwise(cuts):
        while asked < len(done) and true_s[asked] <= from_s:
            asked += 1
        told = [step.is_told(from_s) for step in done[: asked + 1]]
        if all(told[:asked]) and (asked == len(done) or not told[asked]):
            right_s += to_s - from_s
    return right_s, max(0.0, run.until_s - run.start_s)


def never_finished(steps: Iterable[Followed]) -> tuple[int, int]:
    """How many of the steps done were never told, and how many were done."""
    done = [step for step in steps if step.true_s is not None]
    return sum(step.told_s is None for step in done), len(done)


def early(steps: Iterable[Followed], *, by_s: float = EARLY_S) -> int:
    """How many steps were told more than `by_s` before they were done, taken back or not."""
    return sum(
        step.first_told_s < step.true_s - by_s
        for step in steps
        if step.true_s is not None and step.first_told_s is not None
    )


def early_per_100(steps: Sequence[Followed], *, by_s: float = EARLY_S) -> float:
    """Steps told more than `by_s` too soon, for each 100 done; 0 when none was done."""
    return _for_each(100, early(steps, by_s=by_s), steps)


def false_advances_per_200(steps: Sequence[Followed], *, by_s: float = EARLY_S) -> float:
    """Steps told more than `by_s` too soon or never done at all, for each 200 done."""
    invented = sum(step.true_s is None and step.first_told_s is not None for step in steps)
    return _for_each(200, early(steps, by_s=by_s) + invented, steps)


def delays_s(steps: Iterable[Followed]) -> list[float]:
    """How long after it was done each step was told to stay; below zero when too soon."""
    return [
        step.told_s - step.true_s
        for step in steps
        if step.told_s is not None and step.true_s is not None
    ]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share lies, between the two nearest in proportion.

    Args:
        values: In any order.
        share: 0 to 1; 0.5 is the median.
    """
    if not values:
        return None
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def following_score(runs: Sequence[RunToScore]) -> FollowingScore:
    """The measures of following over all runs; each second and each step counts the same."""
    steps = [step for run in runs for step in run.steps]
    times = [share_right(run) for run in runs]
    all_s = sum(total_s for _, total_s in times)
    missed, done = never_finished(steps)
    late_s = delays_s(steps)
    return FollowingScore(
        runs=len(runs),
        steps=done,
        share_right=sum(right_s for right_s, _ in times) / all_s if all_s > 0.0 else 0.0,
        never_finished=missed / done if done else 0.0,
        early_per_100=early_per_100(steps),
        false_advances_per_200=false_advances_per_200(steps),
        taken_back_per_100=_for_each(100, sum(len(step.taken_back) for step in steps), steps),
        median_delay_s=percentile(late_s, 0.5),
        p95_delay_s=percentile(late_s, 0.95),
    )


def _ends(once: TakenBack) -> tuple[float, float]:
    return once.told_s, once.until_s


def _true_s(step: Followed) -> float:
    return inf if step.true_s is None else step.true_s


def _for_each(count: int, found: int, steps: Iterable[Followed]) -> float:
    done = sum(step.true_s is not None for step in steps)
    return count * found / done if done else 0.0
