"""Counts what one confirmed run teaches: durations, gaps, what was heard when, which signs held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tasks.learned import END, PARTS, START, Counts, Gaps, Heard, Learned, Seen, Spread, added
from tasks.model import SIGN_OF_FINISH, Evidence, Finish, SignKind, Step, Task

BORDER_S = 0.6
"""So long, or a third of a shorter activity, are its beginning and its end: one window of the
published recognisers (16 pictures at 25 a second)."""
LONGEST_S = 2.0
"""A longer silence of a recogniser counts as this much time: silence says nothing."""
NEAR_S = 1.5
"""A sign so near to the moment a step was done is the sign of that step."""
STREAMED = frozenset({SignKind.ACTIVITY, SignKind.LOOKS})
"""Kinds that say many times a second what is, not what happened."""
CLEAR_P = 0.5
"""Signs less probable than this count neither as seen nor as stray."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One step of a confirmed run.

    Attributes:
        place: Which, as an index into the task's steps.
        at_s: When it was done.
        began_s: When the worker began with it; None when nobody marked it.
    """

    place: int
    at_s: float
    began_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedRun:
    """A run of which it is known what was done when: marked, or told and not taken back.

    Attributes:
        task: What was done.
        done: In the order of time. Steps left out are missing.
        evidence: What was seen, in the order of time.
        start_s: When the run began.
        until_s: When the recording ended.
    """

    task: Task
    done: tuple[Done, ...]
    evidence: tuple[Evidence, ...]
    start_s: float
    until_s: float


def habit_of(step: Step) -> str:
    """By which name times are learned: an activity is the same in every task, a step is not."""
    return f"activity:{step.target}" if step.finish is Finish.ACTIVITY else step.step_id


def learned_from(run: ConfirmedRun) -> Learned:
    """What one run teaches."""
    moments = _activity_moments(run.evidence)
    spans = tuple(_spans(run, moments))
    took = _took(run, spans)
    gaps, gaps_between = _gaps(run, spans)
    during, between = _heard(run, spans, moments)
    return Learned(
        runs=1,
        took=took,
        took_between=_took_between(spans),
        gaps=gaps,
        gaps_between=gaps_between,
        during=during,
        between=between,
        signs=_signs(run),
    )


def learned_from_all(runs: Iterable[ConfirmedRun]) -> Learned:
    """What these runs teach together."""
    together = Learned()
    for run in runs:
        together += learned_from(run)
    return together


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """An activity from its beginning to its end."""

    label: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """What a recogniser of activities said at one time."""

    at_s: float
    shares: Counts
    first: str


def shares_of(signs: Iterable[tuple[str, float]]) -> Counts:
    """Each label's share of what was named at one moment; they sum to 1."""
    named = [(label, p) for label, p in signs if p > 0.0]
    total = sum(p for _, p in named)
    return {label: p / total for label, p in named}


def _activity_moments(evidence: Sequence[Evidence]) -> tuple[_Moment, ...]:
    heard = (piece for piece in evidence if piece.sign.kind is SignKind.ACTIVITY and piece.p > 0.0)
    found = []
    for at_s, together in groupby(heard, key=lambda piece: piece.at_s):
        shares = shares_of((piece.sign.name, piece.p) for piece in together)
        found.append(_Moment(at_s=at_s, shares=shares, first=first_of(shares)))
    return tuple(found)


def first_of(shares: Mapping[str, float]) -> str:
    """The most probable label; of equal ones the first by name."""
    return min(shares, key=lambda label: (-shares[label], label))


def _spans(run: ConfirmedRun, moments: Sequence[_Moment]) -> Iterator[_Span]:
    before_s = run.start_s
    for done in run.done:
        step = run.task.steps[done.place]
        if step.finish is Finish.ACTIVITY:
            began_s = done.began_s
            if began_s is None:
                began_s = _first_heard(step.target, before_s, done.at_s, moments)
            yield _Span(label=step.target, from_s=max(before_s, began_s), to_s=done.at_s)
        before_s = max(before_s, done.at_s)


def _first_heard(label: str, after_s: float, until_s: float, moments: Sequence[_Moment]) -> float:
    """When the label came up for the first time; the whole time when it never did."""
    for moment in moments:
        if after_s <= moment.at_s < until_s and moment.first == label:
            return moment.at_s
    return after_s


def _took(run: ConfirmedRun, spans: Sequence[_Span]) -> dict[str, Spread]:
    took: dict[str, Spread] = {}
    before_s = run.start_s
    for done in run.done:
        step = run.task.steps[done.place]
        if step.finish is not Finish.ACTIVITY:
            added(took, habit_of(step), Spread.once(max(0.0, done.at_s - before_s)))
        before_s = max(before_s, done.at_s)
    for span in spans:
        added(took, f"activity:{span.label}", Spread.once(max(0.0, span.to_s - span.from_s)))
    return took


def _took_between(spans: Sequence[_Span]) -> dict[tuple[str, str, str], Spread]:
    took: dict[tuple[str, str, str], Spread] = {}
    labels = [START, *(span.label for span in spans), END]
    for span, before, after in zip(spans, labels, labels[2:], strict=False):
        length = Spread.once(max(0.0, span.to_s - span.from_s))
        added(took, (before, span.label, after), length)
    return took


def _gaps(
    run: ConfirmedRun, spans: Sequence[_Span]
) -> tuple[dict[str, Gaps], dict[tuple[str, str], Gaps]]:
    gaps: dict[str, Gaps] = {}
    between: dict[tuple[str, str], Gaps] = {}
    before_s, before = run.start_s, START
    for span in spans:
        gap = Gaps.once(span.from_s - before_s)
        added(gaps, START if before == START else span.label, gap)
        if before != START:
            added(between, (before, span.label), gap)
        before_s, before = span.to_s, span.label
    return gaps, between


def _heard(
    run: ConfirmedRun, spans: Sequence[_Span], moments: Sequence[_Moment]
) -> tuple[dict[tuple[str, int], Heard], dict[str, Heard]]:
    during: dict[tuple[str, int], Heard] = {}
    between: dict[str, Heard] = {}
    number = 0
    first: str | None = None
    for at, moment in enumerate(moments):
        while number < len(spans) and spans[number].to_s <= moment.at_s:
            number += 1
        next_s = moments[at + 1].at_s if at + 1 < len(moments) else run.until_s
        lasts_s = min(LONGEST_S, max(0.0, next_s - moment.at_s))
        if number < len(spans) and spans[number].from_s <= moment.at_s:
            span = spans[number]
            tally = during.setdefault((span.label, _part_at(span, moment.at_s)), Heard())
        else:
            tally = between.setdefault(spans[number - 1].label if number else START, Heard())
        _count(tally, moment, first, lasts_s)
        first = moment.first
    return during, between


def _part_at(span: _Span, at_s: float) -> int:
    return part_of(at_s - span.from_s, span.to_s - span.from_s)


def part_of(since_s: float, length_s: float) -> int:
    """In which part of an activity of this length one is after this time."""
    border_s = min(BORDER_S, length_s / PARTS)
    if since_s < border_s:
        return 0
    return PARTS - 1 if length_s - since_s <= border_s else 1


def _count(tally: Heard, moment: _Moment, before: str | None, lasts_s: float) -> None:
    """Count one moment in a tally that nobody else has yet."""
    tally.first_s[moment.first] = tally.first_s.get(moment.first, 0.0) + lasts_s
    for label, share in moment.shares.items():
        tally.share_s[label] = tally.share_s.get(label, 0.0) + share * lasts_s
    if before is None or before == moment.first:
        return
    tally.left[before] = tally.left.get(before, 0.0) + 1.0
    for label, share in moment.shares.items():
        tally.came[label] = tally.came.get(label, 0.0) + share


def _signs(run: ConfirmedRun) -> dict[SignKind, Seen]:
    counted: dict[SignKind, Seen] = {}
    known = {step.sign for step in run.task.steps}
    clear = [
        piece
        for piece in run.evidence
        if piece.p >= CLEAR_P and piece.sign in known and piece.sign.kind not in STREAMED
    ]
    used: set[int] = set()
    for done in run.done:
        step = run.task.steps[done.place]
        kind = SIGN_OF_FINISH.get(step.finish)
        if kind is None:
            continue
        if kind in STREAMED:
            added(counted, kind, Seen(steps=1.0, seen=1.0))
            continue
        near = [
            number
            for number, piece in enumerate(clear)
            if piece.sign == step.sign and abs(piece.at_s - done.at_s) <= NEAR_S
        ]
        used.update(near)
        added(counted, kind, Seen(steps=1.0, seen=float(bool(near))))
    for place in {*range(len(run.task.steps))} - {done.place for done in run.done}:
        kind = SIGN_OF_FINISH.get(run.task.steps[place].finish)
        if kind in STREAMED:
            added(counted, kind, Seen(steps=1.0))
    for number, piece in enumerate(clear):
        added(counted, piece.sign.kind, Seen(signs=1.0, stray=float(number not in used)))
    return counted
