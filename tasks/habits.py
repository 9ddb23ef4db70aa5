"""What is to be expected of one task at one station: how long things take, and what is heard when.

Made once a run of what was learned (`tasks.learned`) and, where little or nothing was learned, of
first estimates that count as much as a few observations do. All lookups take constant time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tasks.learned import END, START, Gaps, Learned, Seen, Spread, added
from tasks.learning import habit_of, part_of
from tasks.model import Finish, SignKind, Step, Task
from tasks.reliability import RELIABILITY, Reliability
from tasks.voices import Choir, Voice

MOST_PHASES = 8
UNLEARNED_PHASES = 3
"""An activity of three phases seldom ends at once, while one of a single phase would most probably
end in its first moment (Cox & Miller, The Theory of Stochastic Processes, 1965, the method of
stages). What was learned says how many: the more regular, the more."""
REGULAR = 2.4
"""So much more regular than the times of all people together are those of somebody whose tempo
(`tasks.tempo`) and neighbouring steps are known: by its square. Chosen on the IKEA recordings
(benchmarks/tracker_streams.py)."""
USUAL_COUNTS = 2.0
"""The coach's `usual_s` counts as so many observations."""
BETWEEN_COUNTS = 5.0
"""How long an activity takes after one certain other counts as so many times between that other and
one certain next."""
UNLEARNED_SPREAD = 0.8
"""The spread of a time as a share of its mean, before it is learned."""

GAP_S = 2.0
GAP_SHARE = 0.6
"""Before it is learned: how long it takes until the next activity begins, and how often it takes
any time at all."""
GAP_COUNTS = 4.0
PAIR_COUNTS = 7.0
"""What was learned of the gap before an activity counts as so many gaps after one certain other."""

RELY_COUNTS = 20.0
"""The first estimates of `tasks.reliability` count as so many signs."""
LEAST_MISSED = 0.03
"""Whatever was learned: somebody may leave out a step tomorrow."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Habits:
    """What is to be expected of a task, place by place.

    Attributes:
        usual_s: How long the step at each place takes.
        phases: For activities: which voice is heard in each phase, as an index; else empty.
        gap_share: How probable it is that time passes before the step begins.
        gap_s: How long then.
        gap_voice: Which voice is heard after the step; the last entry is that before all steps.
        voices: Each voice once.
        reliability: How far each kind of sign can be believed.
        has_heard: Whether the recogniser of activities was learned from, and so can be weighed.
    """

    usual_s: tuple[float, ...]
    phases: tuple[tuple[int, ...], ...]
    gap_share: tuple[float, ...]
    gap_s: tuple[float, ...]
    gap_voice: tuple[int, ...]
    voices: tuple[Voice, ...]
    reliability: Mapping[SignKind, Reliability]
    has_heard: bool


def habits_of(task: Task, learned: Learned | None = None) -> Habits:
    """Work out what to expect of a task: once a run."""
    learned = Learned() if learned is None else learned
    neighbours = _neighbours(task)
    took_after = _took_after(learned)
    usual_s = tuple(
        _usual_at(step, beside, learned, took_after)
        for step, beside in zip(task.steps, neighbours, strict=True)
    )
    choir = Choir(task, learned)
    phases: list[tuple[int, ...]] = []
    gap_share: list[float] = []
    gap_s: list[float] = []
    gap_voice: list[int] = []
    every_gap = _gap(_all_gaps(learned), GAP_SHARE, GAP_S)
    for place, step in enumerate(task.steps):
        if step.finish is not Finish.ACTIVITY:
            phases.append(())
            gap_share.append(every_gap[0])
            gap_s.append(every_gap[1])
            gap_voice.append(choir.after(START))
            continue
        count = phases_for(learned.took.get(habit_of(step)))
        length_s = usual_s[place]
        parts = [part_of((n + 0.5) / count * length_s, length_s) for n in range(count)]
        phases.append(tuple(choir.during(step.target, part) for part in parts))
        share, mean_s = _gap(learned.gaps.get(step.target, Gaps()), *every_gap)
        before, _ = neighbours[place]
        if before is not None:
            pair = learned.gaps_between.get((before, step.target), Gaps())
            share, mean_s = _gap(pair, share, mean_s, PAIR_COUNTS)
        gap_share.append(share)
        gap_s.append(mean_s)
        gap_voice.append(choir.after(step.target))
    return Habits(
        usual_s=usual_s,
        phases=tuple(phases),
        gap_share=tuple(gap_share),
        gap_s=tuple(gap_s),
        gap_voice=(*gap_voice, choir.after(START)),
        voices=tuple(choir.voices),
        reliability={kind: _relied(kind, learned.signs.get(kind)) for kind in RELIABILITY},
        has_heard=bool(learned.during),
    )


def _took_after(learned: Learned) -> dict[tuple[str, str], Spread]:
    """How long activities took after a certain other, by both labels, whatever came next."""
    took: dict[tuple[str, str], Spread] = {}
    for (before, label, _), between in learned.took_between.items():
        added(took, (before, label), between)
    return took


def _usual_at(
    step: Step,
    neighbours: tuple[str | None, str | None],
    learned: Learned,
    took_after: Mapping[tuple[str, str], Spread],
) -> float:
    """How long a step takes. Tightening after spinning is not tightening by itself."""
    usual_s = usual_time_s(learned.took.get(habit_of(step)), step.usual_s)
    before, after = neighbours
    if step.finish is not Finish.ACTIVITY or before is None:
        return usual_s
    usual_s = usual_time_s(took_after.get((before, step.target)), usual_s)
    if after is None:
        return usual_s
    took = learned.took_between.get((before, step.target, after))
    return usual_time_s(took, usual_s, BETWEEN_COUNTS)


def usual_time_s(took: Spread | None, told_s: float, counts: float = USUAL_COUNTS) -> float:
    """How long a step takes: what the coach wrote, and more and more what was learned."""
    if took is None:
        return told_s
    mean_s = (took.total_s + counts * told_s) / (took.count + counts)
    return max(0.1, mean_s)


def phases_for(took: Spread | None) -> int:
    """In how many phases an activity passes: the more regular its times, the more."""
    if took is None or took.count <= 0.0 or took.total_s <= 0.0:
        return UNLEARNED_PHASES
    mean_s = took.total_s / took.count
    variance_s2 = max(0.0, took.squares_s2 - took.count * mean_s * mean_s)
    prior_s2 = (UNLEARNED_SPREAD * mean_s) ** 2
    spread_s2 = (variance_s2 + USUAL_COUNTS * prior_s2) / (took.count + USUAL_COUNTS)
    return max(1, min(MOST_PHASES, round(REGULAR * mean_s * mean_s / spread_s2)))


def _all_gaps(learned: Learned) -> Gaps:
    total = Gaps()
    for label, gaps in learned.gaps.items():
        if label != START:
            total += gaps
    return total


def _neighbours(task: Task) -> tuple[tuple[str | None, str | None], ...]:
    """The activities that come right before and right after each step.

    `START` and `END` where no step does; None where several may, or one that is no activity.
    """
    followers: list[list[int]] = [[] for _ in task.steps]
    for place, step in enumerate(task.steps):
        for before in step.after:
            followers[before].append(place)

    def only(places: Collection[int], none: str) -> str | None:
        labels = [
            step.target if step.finish is Finish.ACTIVITY else None
            for step in (task.steps[place] for place in places)
        ]
        return (labels[0] if len(labels) == 1 else None) if labels else none

    return tuple(
        (only(step.after, START), only(following, END))
        for step, following in zip(task.steps, followers, strict=True)
    )


def _gap(
    gaps: Gaps, share: float, mean_s: float, counts: float = GAP_COUNTS
) -> tuple[float, float]:
    """How probable a gap is and how long it then takes, leaning on what was expected."""
    with_gap = gaps.with_gap + counts * share
    return (
        with_gap / (gaps.count + counts),
        max(0.1, (gaps.total_s + counts * share * mean_s) / with_gap),
    )


def _relied(kind: SignKind, seen: Seen | None) -> Reliability:
    first = RELIABILITY[kind]
    if seen is None:
        return first
    missed = (seen.steps - seen.seen + RELY_COUNTS * first.missed) / (seen.steps + RELY_COUNTS)
    stray = (seen.stray + RELY_COUNTS * first.stray) / (seen.signs + RELY_COUNTS)
    return Reliability(
        most=first.most, stray=min(0.5, max(0.005, stray)), missed=max(LEAST_MISSED, missed)
    )
