"""What is reported of a run: a step when it is sure enough, in an order that the task allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tasks.belief import Belief, Trail, Wait
from tasks.events import Event, EventType
from tasks.model import Finish
from tasks.order import Order, lowest, places_of, step_at
from tasks.weighing import finished_by_word, is_implied, with_all

Turn = tuple[Belief, tuple[Event, ...]]
"""A new belief, and the events that led to it, oldest first."""

SURE = 0.8
"""A step counts as finished from here. Sightings add up as independent ones do, so that one at
0.6 is not enough, two are (0.84), and one at 0.9 is."""
SURE_OF_ACTIVITY = 0.69
LEAST_OF_WATCHED: Mapping[Finish, float] = {Finish.ACTIVITY: 0.4, Finish.LOOKS: 0.2}
"""A step that was only watched is taken back when it is believed less than this. For activities
both bounds were chosen on the IKEA recordings: nearer to a half the light is right a little more
often, but one step in five is told more than a second too soon (benchmarks/tracker_streams.py)."""
LEAST_OF_ACTS = 0.4
"""What was taken or put down is a fact that happened: it is taken back only when a sign of the
opposite makes it less probable than this, and nothing was done since."""
ACTS = frozenset({Finish.TAKE, Finish.PLACE, Finish.REMOVE})
MOST_CONFIDENT = 0.99
"""Only the worker and the clock are believed wholly."""
NOT_SEEN = 0.5
"""What is left of the confidence in a step that was not seen itself, only later ones: that it was
missed and that it was left out are equally probable until recordings say more."""
ADMITTED = 0.1
"""When the worker says that a step is done, guesses in which it was already count ten times those
in which it was not: the word explains what was seen."""
NOT_DONE = "what was seen since speaks against it"
TAKEN_OUT_NOTE = "the part was taken out, or put back"
UNSEEN = "not seen itself; later steps were"
IMPLIED_NOTE = "not seen itself; what was put down must have been taken"


def settled(belief: Belief, at_s: float) -> Turn:
    """Report every step that is sure by now, in the order of the task."""
    told: list[Event] = []
    shown = belief.shown
    while (place := _lost_step(belief)) is not None:
        belief, event = _taken_back(belief, place, at_s)
        told.append(event)
    while (place := _sure_step(belief)) is not None:
        belief, event = _reported(belief, place, at_s, note=_unseen_note(belief, place))
        told.append(event)
    if not told:
        return belief, ()
    return _moved_on(belief, shown, at_s, told)


def finish_said(belief: Belief, place: int, at_s: float, *, note: str | None = None) -> Turn:
    """Report a step that the worker (with a note) or a clock said is done, and what follows."""
    shown = belief.shown
    surprise = 1.0 if note is None else ADMITTED
    guesses = finished_by_word(belief.guesses, place, at_s, belief.order, surprise=surprise)
    belief = replace(belief, guesses=guesses)
    belief, event = _reported(belief, place, at_s, note=note, said=True)
    told = [event]
    while (further := _sure_step(belief)) is not None:
        belief, event = _reported(belief, further, at_s, note=_unseen_note(belief, further))
        told.append(event)
    return _moved_on(belief, shown, at_s, told)


def _moved_on(belief: Belief, shown: int | None, at_s: float, told: list[Event]) -> Turn:
    """Add what follows from finished steps: the next step begins, or the run is finished."""
    if belief.finished:
        took_s = max(0.0, at_s - belief.run_since_s)
        told.append(
            Event(type=EventType.RUN_FINISHED, at_s=at_s, took_s=took_s, support=belief.support)
        )
    elif belief.shown != shown:
        told.append(step_event(belief, EventType.STEP_STARTED, belief.shown, at_s))
    return belief, tuple(told)


def _sure_step(belief: Belief) -> int | None:
    """The first open step that is sure enough to be reported."""
    maybe = 0
    for guess in belief.guesses:
        maybe |= guess.done
    for place in places_of(maybe & belief.open):
        if belief.sureness(place) >= sure_from(belief.order, place) - 1e-9:
            return place
    return None


def sure_from(order: Order, place: int) -> float:
    """From which probability the step at a place is reported.

    The probabilities of a recogniser that was learned from can be taken at their word.
    """
    is_learned = order.habits.has_heard and step_at(order, place).finish is Finish.ACTIVITY
    return SURE_OF_ACTIVITY if is_learned else SURE


def _lost_step(belief: Belief) -> int | None:
    """A step reported that was only watched, and is not believed any more; the last one first.

    A step watched in a stream is an interpretation, and what comes later may speak against it;
    what was confirmed or signalled stays.
    """
    certain = belief.reported
    for guess in belief.guesses:
        certain &= guess.done
    doubtful = belief.reported & ~certain & ~belief.said
    order = belief.order
    for place in reversed(tuple(places_of(doubtful))):
        finish = step_at(order, place).finish
        least = LEAST_OF_ACTS if finish in ACTS else LEAST_OF_WATCHED.get(finish, 0.0)
        is_needed = any(belief.reported >> later & 1 for later in order.followers[place])
        if belief.sureness(place) < least and not is_needed:
            return place
    return None


def _taken_back(belief: Belief, place: int, at_s: float) -> tuple[Belief, Event]:
    """The belief in which a reported step is open again, and the event that says so."""
    event = replace(
        step_event(belief, EventType.STEP_UNDONE, place, at_s),
        confidence=1.0 - belief.sureness(place),
        note=TAKEN_OUT_NOTE if step_at(belief.order, place).finish in ACTS else NOT_DONE,
    )
    return reopened(belief, place, at_s), event


def _trail_without(trail: Trail | None, place: int) -> Trail | None:
    """The trail with one place taken out; nearly always the newest one."""
    if trail is None or trail.place == place:
        return None if trail is None else trail.before
    return Trail(place=trail.place, before=_trail_without(trail.before, place))


def reopened(belief: Belief, place: int, at_s: float) -> Belief:
    """The belief in which a step that no step reported waits for is open again and shown."""
    order = belief.order
    open_steps = order.closed(belief.open, place)
    return replace(
        belief,
        reported=belief.reported & ~(1 << place),
        said=belief.said & ~(1 << place),
        questioned=belief.questioned & ~(1 << place),
        open=open_steps,
        trail=_trail_without(belief.trail, place),
        shown=place,
        asked=None,
        step_since_s=at_s,
        doubt_since_s=None,
        long_asked=False,
        wrong_pick=None,
        waits=waits_among(order, open_steps, belief.waits, at_s),
    )


def _reported(
    belief: Belief, place: int, at_s: float, *, note: str | None, said: bool = False
) -> tuple[Belief, Event]:
    """The belief in which a step is finished, and the event that says so."""
    order = belief.order
    confidence = belief.sureness(place)
    if not said:
        confidence = min(MOST_CONFIDENT, confidence)
    if note == UNSEEN:
        confidence *= NOT_SEEN
    event = replace(
        step_event(belief, EventType.STEP_FINISHED, place, at_s),
        took_s=max(0.0, at_s - belief.step_since_s),
        confidence=confidence,
        note=note,
    )
    watched = not said and step_at(order, place).finish in LEAST_OF_WATCHED
    reported = belief.reported | 1 << place
    open_steps = order.opened(belief.open, reported, place)
    belief = replace(
        belief,
        guesses=belief.guesses if watched else with_all(belief.guesses, 1 << place),
        reported=reported,
        said=belief.said | 1 << place if said else belief.said,
        open=open_steps,
        trail=Trail(place=place, before=belief.trail),
        shown=shown_after(belief, place, open_steps),
        asked=None,
        step_since_s=at_s,
        doubt_since_s=None,
        long_asked=False,
        wrong_zone=None,
        wrong_pick=None,
        waits=waits_among(order, open_steps, belief.waits, at_s),
    )
    return belief, event


def _unseen_note(belief: Belief, place: int) -> str | None:
    """Why a step is reported that was not seen; None when it was."""
    best = next(guess for guess in belief.guesses if guess.done >> place & 1)
    if not best.unseen >> place & 1:
        return None
    order = belief.order
    for follower in order.followers[place]:
        if best.done >> follower & 1 and is_implied((place,), follower, order):
            return IMPLIED_NOTE
    return UNSEEN


def shown_after(belief: Belief, place: int, open_steps: int) -> int | None:
    """The step to show when `place` was finished: what goes on with it, else what was shown."""
    if not open_steps:
        return None
    for follower in belief.order.followers[place]:
        if open_steps >> follower & 1:
            return follower
    if belief.shown is not None and open_steps >> belief.shown & 1:
        return belief.shown
    return lowest(open_steps)


def step_event(belief: Belief, kind: EventType, place: int | None, at_s: float) -> Event:
    """An event of this kind about the step at `place`."""
    step = None if place is None else step_at(belief.order, place)
    return Event(
        type=kind,
        at_s=at_s,
        step=None if step is None else step.step_id,
        turn=None if step is None else step.turn,
        support=belief.support,
    )


def waits_among(
    order: Order, open_steps: int, running: tuple[Wait, ...], at_s: float
) -> tuple[Wait, ...]:
    """The open steps that time finishes, each since it was open."""
    since_s = {wait.place: wait.since_s for wait in running}
    return tuple(
        Wait(place=place, since_s=since_s.get(place, at_s))
        for place in places_of(open_steps & order.of_finish[Finish.WAIT])
    )
