"""What a station has learned from its own confirmed runs, as a value that adds up.

Everything is a count or a sum, so that what was learned from two runs together is their sum.
`tasks.learning` counts a run, `tasks.learned_lines` writes it down, and `tasks.habits` makes
probabilities of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tasks.model import SignKind

START = END = ""
"""Stand for "nothing yet" and "nothing more" where something is counted by its neighbours."""
PARTS = 3
"""An activity is counted in its beginning, its middle and its end: around its borders a
recogniser still names the neighbours."""

Counts = dict[str, float]
K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, over all times it was done.

    Attributes:
        count: How often.
        total_s: The sum of the times.
        squares_s2: The sum of their squares.
    """

    count: float = 0.0
    total_s: float = 0.0
    squares_s2: float = 0.0

    def __add__(self, other: Spread) -> Spread:
        return Spread(
            count=self.count + other.count,
            total_s=self.total_s + other.total_s,
            squares_s2=self.squares_s2 + other.squares_s2,
        )

    @classmethod
    def once(cls, took_s: float) -> Spread:
        """One time."""
        return cls(count=1.0, total_s=took_s, squares_s2=took_s * took_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What lies between the end of one activity and the beginning of this one.

    Attributes:
        count: How often this one began.
        with_gap: How often time passed before it.
        total_s: How much time, altogether.
    """

    count: float = 0.0
    with_gap: float = 0.0
    total_s: float = 0.0

    def __add__(self, other: Gaps) -> Gaps:
        return Gaps(
            count=self.count + other.count,
            with_gap=self.with_gap + other.with_gap,
            total_s=self.total_s + other.total_s,
        )

    @classmethod
    def once(cls, gap_s: float) -> Gaps:
        """One time; a gap of no length is none."""
        return cls(count=1.0, with_gap=float(gap_s > 0.0), total_s=max(0.0, gap_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a recogniser said while one thing was going on, by its labels.

    Attributes:
        first_s: For how long each label was the most probable one.
        left: How often it stopped being so.
        came: How often each label came up when another stopped, by its share.
        share_s: How long each label was named, by its share.
    """

    first_s: Counts = field(default_factory=dict)
    left: Counts = field(default_factory=dict)
    came: Counts = field(default_factory=dict)
    share_s: Counts = field(default_factory=dict)

    def __add__(self, other: Heard) -> Heard:
        return Heard(
            first_s=_sum(self.first_s, other.first_s),
            left=_sum(self.left, other.left),
            came=_sum(self.came, other.came),
            share_s=_sum(self.share_s, other.share_s),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How far a kind of sign could be relied on.

    Attributes:
        steps: How many steps were finished that this kind of sign finishes.
        seen: In how many of them the sign was seen about then.
        signs: How many clear signs of this kind were seen that the task knows.
        stray: How many of them came when no such step was finished.
    """

    steps: float = 0.0
    seen: float = 0.0
    signs: float = 0.0
    stray: float = 0.0

    def __add__(self, other: Seen) -> Seen:
        return Seen(
            steps=self.steps + other.steps,
            seen=self.seen + other.seen,
            signs=self.signs + other.signs,
            stray=self.stray + other.stray,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Everything a station has learned. Add two of them to learn from both.

    Attributes:
        runs: From how many runs.
        took: How long steps took, by `habit_of`: from the step before; activities by themselves.
        took_between: How long activities took between two certain others, by the labels of all
            three, in their order; `START` and `END` where there was none.
        gaps: What lay before each activity, by its label; `START` before the first.
        gaps_between: What lay between two activities, by the label of the one and of the other.
        during: What was heard during an activity, by its label and then by its part.
        between: What was heard in a gap, by the label of the activity before it.
        signs: How far the kinds of signs could be relied on.
    """

    runs: int = 0
    took: Mapping[str, Spread] = field(default_factory=dict)
    took_between: Mapping[tuple[str, str, str], Spread] = field(default_factory=dict)
    gaps: Mapping[str, Gaps] = field(default_factory=dict)
    gaps_between: Mapping[tuple[str, str], Gaps] = field(default_factory=dict)
    during: Mapping[tuple[str, int], Heard] = field(default_factory=dict)
    between: Mapping[str, Heard] = field(default_factory=dict)
    signs: Mapping[SignKind, Seen] = field(default_factory=dict)

    def __add__(self, other: Learned) -> Learned:
        return Learned(
            runs=self.runs + other.runs,
            took=_merged(self.took, other.took),
            took_between=_merged(self.took_between, other.took_between),
            gaps=_merged(self.gaps, other.gaps),
            gaps_between=_merged(self.gaps_between, other.gaps_between),
            during=_merged(self.during, other.during),
            between=_merged(self.between, other.between),
            signs=_merged(self.signs, other.signs),
        )


V = TypeVar("V", Spread, Gaps, Heard, Seen)


def added(into: dict[K, V], key: K, value: V) -> None:
    """Add to one entry of a tally that is still being made."""
    into[key] = into[key] + value if key in into else value


def _sum(one: Mapping[str, float], other: Mapping[str, float]) -> Counts:
    total = dict(one)
    for key, value in other.items():
        total[key] = total.get(key, 0.0) + value
    return total


def _merged(one: Mapping[K, V], other: Mapping[K, V]) -> dict[K, V]:
    total = dict(one)
    for key, value in other.items():
        added(total, key, value)
    return total
