"""When it is unclear whether a step is done, and the worker is asked."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from tasks.belief import Belief, Guess
from tasks.events import EventType
from tasks.model import Finish
from tasks.order import places_of, step_at
from tasks.telling import Turn, shown_after, step_event
from tasks.weighing import kept

ASK_FROM = 0.4
"""From here to `SURE` it is unclear whether the step is done."""
ASK_AFTER_S = 2.0
"""How long it may stay unclear before the worker is asked: most doubts end by themselves with
the next sign."""
ASK_AFTER_OF_ACTIVITY_S = 6.0
"""The same for activities: a recogniser that speaks on will mostly say more before."""
ASK_AGAIN_S = 20.0
"""Between two questions the worker is left in peace for so long at least."""
LONG_TIMES = 10.0
LONG_LEAST_S = 60.0
"""After ten times the usual time without a finish, at least a minute, the worker is asked. It is
long on purpose: a slow worker is helped by more light, not by a question."""


def with_doubts(belief: Belief, at_s: float) -> Belief:
    """Note since when it is unclear whether an open step is done."""
    if belief.finished:
        return belief
    if _doubted_step(belief) is None:
        still_asked = belief.asked if belief.long_asked and belief.asked == belief.shown else None
        if belief.doubt_since_s is None and still_asked == belief.asked:
            return belief
        return replace(belief, doubt_since_s=None, asked=still_asked)
    if belief.doubt_since_s is None:
        return replace(belief, doubt_since_s=at_s)
    return belief


def _doubted_step(belief: Belief) -> int | None:
    """The open step of which it is most unclear whether it is done, if it is worth a question.

    It is when the worker was not asked about it yet, and "yes" would change what is shown.
    """
    maybe = 0
    for guess in belief.guesses:
        maybe |= guess.done
    unclear = [
        (belief.sureness(place), -place)
        for place in places_of(maybe & belief.open & ~_settled_by_asking(belief))
        if belief.sureness(place) >= ASK_FROM and _moves_light(belief, place)
    ]
    return -max(unclear)[1] if unclear else None


def _settled_by_asking(belief: Belief) -> int:
    """The steps that were asked about, without the one that is being asked about now."""
    return belief.questioned & ~(0 if belief.asked is None else 1 << belief.asked)


def _moves_light(belief: Belief, place: int) -> bool:
    """Whether something else is shown once this step is done."""
    open_steps = belief.order.opened(belief.open, belief.reported | 1 << place, place)
    return shown_after(belief, place, open_steps) != belief.shown


def _peace_until_s(belief: Belief) -> float:
    return -inf if belief.asked_s is None else belief.asked_s + ASK_AGAIN_S


def _lasting_s(belief: Belief) -> float:
    """How long this doubt must last to be worth a question."""
    place = _doubted_step(belief)
    watched = place is not None and step_at(belief.order, place).finish is Finish.ACTIVITY
    return ASK_AFTER_OF_ACTIVITY_S if watched else ASK_AFTER_S


def question_due_s(belief: Belief) -> float:
    """When the worker is asked if nothing changes; infinity for never."""
    if belief.asked is not None or belief.shown is None:
        return inf
    due_s = inf
    if belief.doubt_since_s is not None:
        due_s = belief.doubt_since_s + _lasting_s(belief)
    if not belief.questioned >> belief.shown & 1 and not belief.waits:
        usual_s = belief.order.habits.usual_s[belief.shown]
        due_s = min(due_s, belief.step_since_s + max(LONG_LEAST_S, LONG_TIMES * usual_s))
    return max(due_s, _peace_until_s(belief))


def questioned(belief: Belief, at_s: float) -> Turn:
    """Ask the worker whether a step is done."""
    doubted = _doubted_step(belief)
    if doubted is None and belief.doubt_since_s is not None:
        return replace(belief, doubt_since_s=None), ()  # It faded meanwhile.
    place = belief.shown if doubted is None else doubted
    note = (
        "nothing was seen for a long time"
        if doubted is None
        else "what was seen fits this step being done, but not surely"
    )
    belief = replace(
        belief,
        asked=place,
        asked_s=at_s,
        questioned=belief.questioned if place is None else belief.questioned | 1 << place,
        long_asked=belief.long_asked or doubted is None,
    )
    event = replace(
        step_event(belief, EventType.STEP_UNSURE, place, at_s),
        confidence=0.0 if place is None else belief.sureness(place),
        note=note,
    )
    return belief, (event,)


def denied(belief: Belief, place: int) -> Belief:
    """The worker said that a step is not done: guesses in which it is are wrong."""
    left = tuple(guess for guess in belief.guesses if not guess.done >> place & 1)
    return replace(
        belief,
        guesses=kept(left or (as_reported(belief),)),
        asked=None,
        doubt_since_s=None,
    )


def as_reported(belief: Belief) -> Guess:
    """The guess that what was reported is all there is."""
    return Guess(
        done=belief.reported,
        open=belief.open,
        weight=1.0,
        last=None if belief.trail is None else belief.trail.place,
        since_s=belief.step_since_s,
    )
