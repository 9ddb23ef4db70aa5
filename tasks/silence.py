"""When a recogniser of activities has fallen silent: nobody is at work any more. Pure.

What follows an activity tells that it has ended. After the last step of a run nothing follows: the
worker goes away, and the recogniser with nobody to look at says nothing more.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from tasks.model import SignKind
from tasks.telling import Turn, settled
from tasks.weighing import finished, kept

if TYPE_CHECKING:
    from tasks.belief import Belief, Guess

STREAM_S = 5.0
"""A stream that has said nothing for so long has ended."""
LATE = 0.5
"""From this share of its phases on, an activity is more probably done than broken off."""
DONE_WHEN_LATE = 0.9
DONE_WHEN_EARLY = 0.2
"""How probable it is that who has gone away had done the last step. Estimates: in the recordings
everybody has."""


def silence_due_s(belief: Belief) -> float:
    """When a recogniser will have been silent for long enough, if it says nothing; or infinity."""
    return min(
        (
            stream.said_s + STREAM_S
            for stream in belief.streams
            if stream.kind is SignKind.ACTIVITY and not stream.has_ended
        ),
        default=inf,
    )


def fallen_silent(belief: Belief, at_s: float) -> Turn:
    """The last step, if it is under way, has probably been done before the worker went away."""
    streams = tuple(replace(stream, has_ended=True) for stream in belief.streams)
    guesses: list[Guess] = []
    for guess in belief.guesses:
        place = guess.doing
        if place is None or guess.done | 1 << place != belief.order.everything:
            guesses.append(guess)
            continue
        done = _done_share(guess)
        guesses.append(guess.weighing(guess.weight * (1.0 - done)))
        guesses.append(finished(guess, (place,), done, at_s, belief.order))
    return settled(replace(belief, streams=streams, guesses=kept(guesses)), at_s)


def _done_share(guess: Guess) -> float:
    """How probable it is that the activity under way was done, by the phases it had reached."""
    if not guess.phases:
        return DONE_WHEN_EARLY
    count = len(guess.phases) // 3
    late = sum(
        share for number, share in enumerate(guess.phases) if number % count >= LATE * (count - 1)
    )
    return DONE_WHEN_EARLY + (DONE_WHEN_LATE - DONE_WHEN_EARLY) * min(1.0, late)
