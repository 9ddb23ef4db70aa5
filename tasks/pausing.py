"""What is seen in a pause: forgotten, unless somebody plainly works on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tasks.belief import Belief, Meanwhile
from tasks.events import Event, EventType
from tasks.model import Evidence
from tasks.presses import resumed
from tasks.streams import STREAMS
from tasks.telling import Turn, step_event

WORKS_ON = 2
"""Steps seen, after which a pause is over. One is too few: whoever fills up the bin that is
wanted has reached into it as if to take something."""
FORGETS_S = 60.0
"""A pause in which nothing was finished for so long has not been worked in until now."""
NOTE = "the worker worked on"

Advance = Callable[[Belief, Sequence[Evidence]], Turn]


def seen_in_pause(belief: Belief, evidence: Sequence[Evidence], advance: Advance) -> Turn:
    """Take evidence into account while the run is paused.

    A belief that goes on as if the pause had ended is kept beside the paused one. When it has
    come `WORKS_ON` steps further, the pause is over and it takes the place of the paused one.
    Recognisers that speak all the time, also of an empty bench, are not heard.

    Args:
        belief: The paused belief.
        evidence: Of one moment.
        advance: How a belief that is not paused takes evidence into account.

    Returns:
        The paused belief, or the one that goes on, with what it has told since the pause.
    """
    evidence = [piece for piece in evidence if piece.sign.kind not in STREAMS]
    at_s = belief.last_s
    before = belief.meanwhile
    if before is None or at_s - before.since_s > FORGETS_S:
        goes_on, _ = resumed(belief, at_s)
        before = Meanwhile(belief=goes_on, since_s=at_s)
    after, told = advance(before.belief, evidence)
    moved = after.reported != before.belief.reported
    # Nobody saw a question, nor was called back: as far as these go, it is as before.
    after = replace(
        after,
        asked=None,
        asked_s=belief.asked_s,
        long_asked=belief.long_asked,
        questioned=belief.questioned & ~after.reported,
        help_wanted=belief.help_wanted,
    )
    now = Meanwhile(
        belief=after,
        told=(*before.told, *told),
        since_s=at_s if moved else before.since_s,
    )
    # Neither what the clock finished nor what only follows from something else.
    unseen = after.said | after.guesses[0].unseen
    came = (after.reported & ~belief.reported & ~unseen).bit_count()
    if came < min(WORKS_ON, len(belief.order.task.steps) - belief.steps_done):
        return replace(belief, meanwhile=now), ()
    over = replace(step_event(belief, EventType.RESUMED, belief.current, at_s), note=NOTE)
    return after, (over, *_told_now(now.told, at_s))


_TOLD_LATE = frozenset(
    {
        EventType.STEP_FINISHED,
        EventType.STEP_UNDONE,
        EventType.STEP_STARTED,
        EventType.RUN_FINISHED,
    }
)


def _told_now(told: Sequence[Event], at_s: float) -> tuple[Event, ...]:
    """What happened to steps, at this moment: events are told in the order of their times."""
    return tuple(replace(event, at_s=at_s) for event in told if event.type in _TOLD_LATE)
