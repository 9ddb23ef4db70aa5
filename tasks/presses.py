"""What a key, a pedal or a projected button changes in the belief."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from tasks.belief import Belief
from tasks.doubts import as_reported
from tasks.events import EventType
from tasks.telling import Turn, finish_said, reopened, step_event

WORKER_SAID = "the worker said so"


class Press(StrEnum):
    """What a key, a pedal or a projected button says."""

    NEXT = "next"
    BACK = "back"
    HELP = "help"
    HELP_ANSWERED = "help_answered"
    PAUSE = "pause"
    RESUME = "resume"
    YES = "yes"
    NO = "no"


def said_done(belief: Belief, at_s: float) -> Turn:
    """Finish the step that is shown, or asked about."""
    place = belief.current
    if place is None:
        return belief, ()
    return finish_said(belief, place, at_s, note=WORKER_SAID)


def gone_back(belief: Belief, at_s: float) -> Turn:
    """Undo the step that was reported last."""
    if belief.trail is None:
        return belief, ()
    place = belief.trail.place
    undone = step_event(belief, EventType.STEP_UNDONE, place, at_s)
    belief = reopened(belief, place, at_s)
    belief = replace(belief, guesses=(as_reported(belief),))
    started = step_event(belief, EventType.STEP_STARTED, place, at_s)
    return belief, (replace(undone, note=WORKER_SAID), started)


def help_called(belief: Belief, *, wanted: bool, at_s: float) -> Turn:
    """Call a coach, or note that one has answered."""
    if belief.help_wanted is wanted:
        return belief, ()
    kind = EventType.HELP_ASKED if wanted else EventType.HELP_ANSWERED
    event = step_event(belief, kind, belief.current, at_s)
    return replace(belief, help_wanted=wanted), (event,)


def paused(belief: Belief, at_s: float) -> Turn:
    """Begin a pause."""
    if belief.paused:
        return belief, ()
    event = step_event(belief, EventType.PAUSED, belief.current, at_s)
    return replace(belief, paused_s=at_s), (event,)


def resumed(belief: Belief, at_s: float) -> Turn:
    """End a pause. Times since when something lasts move on by its length: it does not count."""
    if belief.paused_s is None:
        return belief, ()
    away_s = at_s - belief.paused_s
    doubt_s = belief.doubt_since_s
    belief = replace(
        belief,
        paused_s=None,
        meanwhile=None,
        step_since_s=belief.step_since_s + away_s,
        run_since_s=belief.run_since_s + away_s,
        doubt_since_s=None if doubt_s is None else doubt_s + away_s,
        asked_s=None if belief.asked_s is None else belief.asked_s + away_s,
        streams=tuple(replace(stream, said_s=stream.said_s + away_s) for stream in belief.streams),
        waits=tuple(replace(wait, since_s=wait.since_s + away_s) for wait in belief.waits),
        guesses=tuple(replace(guess, since_s=guess.since_s + away_s) for guess in belief.guesses),
    )
    return belief, (step_event(belief, EventType.RESUMED, belief.current, at_s),)
