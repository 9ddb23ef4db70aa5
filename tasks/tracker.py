"""Where in the task the worker is: evidence, presses and time in; belief and events out. Pure.

A forward filter over the sets of steps that may be done (`tasks.weighing`) says what is probable;
this module decides what is told: a step counts as finished when it is sure enough, in an order
that the task allows, and when it stays unclear the worker is asked. Time comes in as numbers, and
how often `tick` is called changes no event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import inf

from tasks.belief import Belief, Guess, Stream, Trail
from tasks.doubts import denied, question_due_s, questioned, with_doubts
from tasks.events import Event, EventType
from tasks.hearing import turned_to
from tasks.learned import Counts, Learned
from tasks.learning import first_of
from tasks.looks import looked
from tasks.model import SIGN_OF_FINISH, Evidence, Names, Sign, SignKind, Task
from tasks.order import Order, lowest, order_of, places_of, step_at
from tasks.pausing import seen_in_pause
from tasks.presses import Press, gone_back, help_called, paused, resumed, said_done
from tasks.reaches import noticed
from tasks.streams import STREAMS, flowed
from tasks.telling import Turn, finish_said, settled, step_event, waits_among
from tasks.tempo import NO_TEMPO, went_on
from tasks.weighing import forgotten, weighed

__all__ = ["Belief", "Press", "advance", "begin", "press", "tick"]

STREAM_S = 5.0
"""A stream that has said nothing for so long has ended, or its recogniser has gone."""
WHOLE = 1.0 + 1e-6
"""Probabilities of signs that exclude each other sum to at most this."""


def begin(
    task: Task,
    at_s: float,
    *,
    done: frozenset[int] = frozenset(),
    paused: bool = False,
    names: Names | None = None,
    learned: Learned | None = None,
) -> Turn:
    """Begin a run, or go on with one after a crash.

    Args:
        task: The task of this run.
        at_s: Now, on the clock of the source.
        done: The places that were finished before the crash. A new run has none, and is told
            with `run_started` and `step_started`; a resumed one was told already.
        paused: The run was paused before the crash.
        names: The zones of the station, so that a reach into a bin that the task does not know
            is noticed before something was picked from it.
        learned: What the station learned from its own confirmed runs: `tasks.learning`.
    """
    order = order_of(task, learned)
    reported, open_steps = 0, order.first
    for place in sorted(done):
        if 0 <= place < len(task.steps) and not order.after[place] & ~reported:
            reported |= 1 << place
            open_steps = order.opened(open_steps, reported, place)
    belief = Belief(
        order=order,
        bins=order.bins | (frozenset() if names is None else names.bins),
        guesses=(Guess(done=reported, open=open_steps, weight=1.0, last=None, since_s=at_s),),
        reported=reported,
        open=open_steps,
        trail=_trail_along(reported),
        shown=_resumed_at(order, open_steps),
        step_since_s=at_s,
        run_since_s=at_s,
        last_s=at_s,
        paused_s=at_s if paused else None,
        waits=waits_among(order, open_steps, (), at_s),
    )
    if reported:
        return belief, ()
    started = Event(type=EventType.RUN_STARTED, at_s=at_s, support=belief.support)
    return belief, (started, step_event(belief, EventType.STEP_STARTED, belief.shown, at_s))


def advance(belief: Belief, evidence: Sequence[Evidence], task: Task) -> Turn:
    """Weigh all evidence of one moment.

    Signs of one kind at one moment exclude each other when their probabilities sum to at most 1;
    more than 1 means that both hands were busy, and each is weighed by itself.

    Args:
        belief: What was believed before.
        evidence: With the same `at_s`. An older one counts as of now: time never falls.
        task: The task of this run.

    Returns:
        The new belief, and the events that this caused, oldest first.
    """
    if not evidence:
        return belief, ()
    belief, events = tick(belief, evidence[0].at_s, task)
    if belief.paused:
        return seen_in_pause(belief, evidence, lambda on, seen: advance(on, seen, task))
    if belief.finished:
        return belief, events
    told = list(events)
    at_s = belief.last_s
    for piece in evidence:
        belief, more = noticed(belief, piece, at_s)
        told += more
    for signs in _exclusive(evidence, belief.order):
        if belief.finished:
            break
        belief, more = settled(_weighed(belief, signs, at_s), at_s)
        told += more
        belief = with_doubts(belief, at_s)
    return belief, tuple(told)


def tick(belief: Belief, at_s: float, task: Task) -> Turn:
    """Let time pass: waits end, doubts become questions.

    Args:
        belief: What was believed before.
        at_s: Now. Earlier than the newest time told counts as that time.
        task: The task of this run.
    """
    if belief.order.task is not task:
        belief = replace(belief, order=order_of(task, belief.order.learned))
    at_s = max(at_s, belief.last_s)
    told: list[Event] = []
    while not belief.paused and not belief.finished:
        due_s, falls_due = _next_due(belief)
        if due_s > at_s:
            break
        due_s = max(due_s, belief.last_s)
        belief, events = falls_due(_passed(belief, due_s), due_s)
        told += events
    return _passed(belief, at_s), tuple(told)


def press(belief: Belief, pressed: Press, at_s: float, task: Task) -> Turn:
    """Take what the worker says by key, pedal or projected button. It outweighs what was seen.

    Pressing `next`, `back`, `yes` or `no` in a pause ends the pause first.
    """
    belief, events = tick(belief, at_s, task)
    at_s = belief.last_s
    if pressed in {Press.HELP, Press.HELP_ANSWERED}:
        belief, more = help_called(belief, wanted=pressed is Press.HELP, at_s=at_s)
        return belief, (*events, *more)
    if belief.finished:
        return belief, events
    if pressed is Press.PAUSE:
        belief, more = paused(belief, at_s)
        return belief, (*events, *more)
    belief, back_again = resumed(belief, at_s)
    more = ()
    match pressed:
        case Press.NEXT:
            belief, more = said_done(belief, at_s)
        case Press.YES if belief.unsure:
            belief, more = said_done(belief, at_s)
        case Press.NO if belief.asked is not None:
            belief = denied(belief, belief.asked)
        case Press.BACK:
            belief, more = gone_back(belief, at_s)
        case _:
            pass
    return belief, (*events, *back_again, *more)


def _weighed(belief: Belief, signs: tuple[tuple[Sign, float], ...], at_s: float) -> Belief:
    """The belief after signs that exclude each other: one sighting, or a moment of a stream."""
    kind = signs[0][0].kind
    if kind not in STREAMS:
        guesses = weighed(
            belief.guesses,
            signs,
            at_s=at_s,
            order=belief.order,
            reported=belief.reported,
            may_undo=belief.reported & ~belief.said,
            wrong_pick=belief.wrong_pick,
        )
        return replace(belief, guesses=guesses)
    order = belief.order
    last = next((stream for stream in belief.streams if stream.kind is kind), None)
    passed_s = at_s - (belief.run_since_s if last is None else last.said_s)
    turned: Mapping[str, Counts] = {}
    tempo = NO_TEMPO if last is None else last.tempo
    if kind is SignKind.LOOKS:
        guesses = looked(belief.guesses, signs, at_s=at_s, passed_s=passed_s, order=order)
    else:
        guesses = flowed(
            belief.guesses, signs, at_s=at_s, passed_s=passed_s, last=last, order=order
        )
        turned = turned_to(signs, last=last, guesses=guesses, order=order)
        tempo = went_on(tempo, guesses, passed_s, order)
    first = first_of({sign.name: p for sign, p in signs})
    said = Stream(kind=kind, said_s=at_s, first=first, turned=turned, tempo=tempo)
    others = tuple(stream for stream in belief.streams if stream.kind is not kind)
    return replace(belief, guesses=guesses, streams=(*others, said))


def _exclusive(
    evidence: Sequence[Evidence], order: Order
) -> Iterator[tuple[tuple[Sign, float], ...]]:
    """Groups of signs that exclude each other, in the order in which they came."""
    by_kind: dict[str, list[tuple[Sign, float]]] = {}
    for piece in evidence:
        if piece.sign.kind in SIGN_OF_FINISH.values() and piece.p > 0.0:
            most = order.habits.reliability[piece.sign.kind].most
            by_kind.setdefault(piece.sign.kind, []).append((piece.sign, min(piece.p, most)))
    for signs in by_kind.values():
        if sum(p for _, p in signs) <= WHOLE:
            yield tuple(signs)
        else:
            yield from ((sign,) for sign in signs)


def _next_due(belief: Belief) -> tuple[float, Callable[[Belief, float], Turn]]:
    """When something happens by time alone, and what it is."""
    due_s, falls_due = question_due_s(belief), questioned
    for wait in belief.waits:
        ends_s = wait.since_s + step_at(belief.order, wait.place).wait_s
        if ends_s < due_s:
            due_s, falls_due = ends_s, partial(_waited, wait.place)
    return due_s, falls_due


def _waited(place: int, belief: Belief, at_s: float) -> Turn:
    return finish_said(belief, place, at_s)


def _passed(belief: Belief, at_s: float) -> Belief:
    if at_s <= belief.last_s:
        return belief
    guesses = belief.guesses
    if not belief.paused:
        # While a stream speaks, it is what tells guesses apart.
        spoke_s = max((stream.said_s + STREAM_S for stream in belief.streams), default=-inf)
        quiet_s = at_s - max(belief.last_s, min(spoke_s, at_s))
        guesses = forgotten(guesses, belief.reported, quiet_s)
    return replace(belief, guesses=guesses, last_s=at_s)


def _trail_along(reported: int) -> Trail | None:
    """A trail for a resumed run: the coach's order stands in for the one that is lost."""
    trail = None
    for place in places_of(reported):
        trail = Trail(place=place, before=trail)
    return trail


def _resumed_at(order: Order, open_steps: int) -> int | None:
    """The step to show in a new or resumed run: one that goes on with something begun, if any."""
    if not open_steps:
        return None
    for place in places_of(open_steps):
        direct = order.after[place]
        if direct and not direct & (direct - 1) and order.followers[lowest(direct)] == (place,):
            return place
    return lowest(open_steps)
