"""What is to be expected of one task at one station: how long things take, and what is heard when.

Made once a run of what was learned (`tasks.learned`) and, where little or nothing was learned, of
first estimates that count as much as a few observations do. All lookups take constant time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from tasks.learned import PARTS, START, Counts, Gaps, Heard, Learned, Seen, Spread
from tasks.learning import habit_of, part_of
from tasks.model import Finish, SignKind, Task
from tasks.reliability import RELIABILITY, Reliability

MOST_PHASES = 8
UNLEARNED_PHASES = 3
"""An activity of three phases seldom ends at once, while one of a single phase would most probably
end in its first moment (Cox & Miller, The Theory of Stochastic Processes, 1965, the method of
stages). What was learned says how many: the more regular, the more."""
REGULAR = 1.4
"""So much more regular than the times of all people together are those of one at work: within a
run the variance of a time is half of that over all runs (IKEA recordings, the longest activity)."""
USUAL_COUNTS = 2.0
"""The coach's `usual_s` counts as so many observations."""
UNLEARNED_SPREAD = 0.8
"""The spread of a time as a share of its mean, before it is learned."""

GAP_S = 2.0
GAP_SHARE = 0.6
"""Before it is learned: how long it takes until the next activity begins, and how often it takes
any time at all."""
GAP_COUNTS = 4.0
PAIR_COUNTS = 2.0
"""What was learned of the gap before an activity counts as so many gaps after one certain other."""

SAME_S = 4.0
OTHER_S = 1.5
"""Before it is learned: for how long a recogniser stays with a label that is right, and with one
that is wrong."""
STAY_COUNTS_S = 20.0
NAMED = 0.3
"""Before it is learned: what a right label gets for certain; the rest goes by how often each label
comes up altogether."""
NAMED_COUNTS = 10.0
PART_COUNTS = 20.0
"""What is heard in a part of an activity leans on the whole activity by so many observations."""
UNNAMED = 10.0
"""At least so many labels share what is left over."""
RELY_COUNTS = 20.0
"""The first estimates of `tasks.reliability` count as so many signs."""
LEAST_MISSED = 0.03
"""Whatever was learned: somebody may leave out a step tomorrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """How one label is heard while one thing goes on.

    Attributes:
        leaves_hz: How often the recogniser goes away from it, for each second it says it.
        log_leaves: Its logarithm.
        comes: How probable it is when the recogniser turns to another label.
        log_comes: Its logarithm.
        log_share: The logarithm of its share of all that is said.
    """

    leaves_hz: float
    log_leaves: float
    comes: float
    log_comes: float
    log_share: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Voice:
    """What is heard while one thing goes on: a part of an activity, or a gap after one.

    Attributes:
        doing: The label of the activity that goes on; None in a gap.
        words: By label.
        unknown: Any label never heard of.
    """

    doing: str | None
    words: Mapping[str, Word]
    unknown: Word


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
    usual_s = tuple(_usual_at(place, task, learned) for place in range(len(task.steps)))
    choir = _Choir(task, learned)
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
        before = _activity_before(task, place)
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


def _usual_at(place: int, task: Task, learned: Learned) -> float:
    """How long the step at a place takes. Tightening after spinning is not tightening by itself."""
    step = task.steps[place]
    usual_s = usual_time_s(learned.took.get(habit_of(step)), step.usual_s)
    if step.finish is not Finish.ACTIVITY:
        return usual_s
    before = _activity_before(task, place) if step.after else START
    if before is None:
        return usual_s
    return usual_time_s(learned.took_after.get((before, step.target)), usual_s)


def usual_time_s(took: Spread | None, told_s: float) -> float:
    """How long a step takes: what the coach wrote, and more and more what was learned."""
    if took is None:
        return told_s
    mean_s = (took.total_s + USUAL_COUNTS * told_s) / (took.count + USUAL_COUNTS)
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


class _Choir:
    """Collects the voices of a task, each once."""

    def __init__(self, task: Task, learned: Learned) -> None:
        self.voices: list[Voice] = []
        self._places: dict[tuple[str, int | None], int] = {}
        self._learned = learned
        own = {step.target for step in task.steps if step.finish is Finish.ACTIVITY}
        self._activities = own | {label for label, _ in learned.during}
        every = [*learned.during.values(), *learned.between.values()]
        self._all = _together(every)
        self._labels = sorted({*self._all.first_s, *self._all.share_s, *self._activities})
        self._stay = self._staying()
        self._whole: dict[str | None, tuple[Heard, Voice]] = {}

    def during(self, label: str, part: int) -> int:
        return self._voice(label, label, part, self._learned.during.get((label, part), Heard()))

    def after(self, label: str) -> int:
        return self._voice(None, label, None, self._learned.between.get(label, Heard()))

    def _voice(self, doing: str | None, label: str, part: int | None, heard: Heard) -> int:
        key = (label, part)
        if key not in self._places:
            self._places[key] = len(self.voices)
            whole = self._voice_of_whole(doing)
            words = {
                name: _word(name, heard, whole.words[name], PART_COUNTS, PART_COUNTS)
                for name in self._labels
            }
            self.voices.append(Voice(doing=doing, words=words, unknown=whole.unknown))
        return self._places[key]

    def _voice_of_whole(self, doing: str | None) -> Voice:
        """What is heard during a whole activity, or in any gap (None)."""
        if doing in self._whole:
            return self._whole[doing][1]
        if doing is None:
            heard = _together(list(self._learned.between.values()))
        else:
            parts = (self._learned.during.get((doing, part), Heard()) for part in range(PARTS))
            heard = _together(list(parts))
        words = {
            name: _word(name, heard, self._prior(doing, name), STAY_COUNTS_S, NAMED_COUNTS)
            for name in self._labels
        }
        voice = Voice(doing=doing, words=words, unknown=self._prior(doing, None))
        self._whole[doing] = (heard, voice)
        return voice

    def _prior(self, doing: str | None, name: str | None) -> Word:
        """What to expect of a label before it was heard; None for one never heard of."""
        foreign = [label for label in self._labels if label not in self._activities]
        total = sum(self._all.came.values())
        often = 0.0 if name is None else self._all.came.get(name, 0.0)
        labels = max(UNNAMED, float(len(self._labels)))
        share = (1.0 - NAMED) * (often + 0.1) / (total + 0.1 * labels)
        fits = name == doing if doing is not None else name not in self._activities
        if fits:
            share += NAMED / (1 if doing is not None or name is None else max(1, len(foreign)))
        return _as_word(self._stay[0 if fits else 1], share, share)

    def _staying(self) -> tuple[float, float]:
        """How often a label is left in a second, when it is right and when it is wrong."""
        right_s = wrong_s = STAY_COUNTS_S
        right, wrong = right_s / SAME_S, wrong_s / OTHER_S
        for (doing, _), heard in self._learned.during.items():
            for label, for_s in heard.first_s.items():
                if label == doing:
                    right_s, right = right_s + for_s, right + heard.left.get(label, 0.0)
                else:
                    wrong_s, wrong = wrong_s + for_s, wrong + heard.left.get(label, 0.0)
        return right / right_s, wrong / wrong_s


def _together(heard: Sequence[Heard]) -> Heard:
    def total(counts: Sequence[Counts]) -> Counts:
        added: Counts = {}
        for count in counts:
            for label, value in count.items():
                added[label] = added.get(label, 0.0) + value
        return added

    return Heard(
        first_s=total([one.first_s for one in heard]),
        left=total([one.left for one in heard]),
        came=total([one.came for one in heard]),
        share_s=total([one.share_s for one in heard]),
    )


def _word(name: str, heard: Heard, prior: Word, stay_s: float, named: float) -> Word:
    """What was heard of a label, leaning on what was expected of it."""
    leaves_hz = (heard.left.get(name, 0.0) + stay_s * prior.leaves_hz) / (
        heard.first_s.get(name, 0.0) + stay_s
    )
    came, said_s = sum(heard.came.values()), sum(heard.share_s.values())
    comes = (heard.came.get(name, 0.0) + named * prior.comes) / (came + named)
    expected = 2.718281828459045**prior.log_share
    share = (heard.share_s.get(name, 0.0) + named * expected) / (said_s + named)
    return _as_word(leaves_hz, comes, share)


def _as_word(leaves_hz: float, comes: float, share: float) -> Word:
    return Word(
        leaves_hz=leaves_hz,
        log_leaves=log(leaves_hz),
        comes=comes,
        log_comes=log(comes),
        log_share=log(share),
    )


def _all_gaps(learned: Learned) -> Gaps:
    total = Gaps()
    for label, gaps in learned.gaps.items():
        if label != START:
            total += gaps
    return total


def _activity_before(task: Task, place: int) -> str | None:
    """The activity that a step comes right after, if there is but one such."""
    after = task.steps[place].after
    if len(after) != 1:
        return None
    step = task.steps[min(after)]
    return step.target if step.finish is Finish.ACTIVITY else None


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
