"""How the looks of a zone change the guesses: steps that come to show, and steps that are undone.

Whoever looks at a zone speaks many times a second about the same picture. Between two looks a
guess may move on by one step or several, or a part may have been taken out again; with the look
each guess is weighed by how well the last taught look that should be there explains it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp
from typing import TYPE_CHECKING

from tasks.model import Sign
from tasks.order import lowest, step_at
from tasks.weighing import finished, kept, nearest_later, unseen_factor

if TYPE_CHECKING:
    from tasks.belief import Guess
    from tasks.order import Order

LONGEST_S = 2.0
"""A longer silence counts as this much time: silence says nothing."""
SAME_LOOK_S = 0.5
"""Looks nearer to each other than this come from the same pictures, and count as one."""
FLOOR = 0.05
"""What a right look gets at its worst."""
UNNAMED = 10.0
"""So many looks share what the named ones leave over."""
AT_ONCE = 0.3
"""How probable it is, beside one step alone, that several come to show at once: a look shows what
was done before it too, so that nothing was missed, only hidden. In the IndustReal recordings 84 of
148 changes show two parts or more."""
UNDONE_S = 30.0
"""In a task of a few minutes somebody takes a part off again now and then."""
CLEARLY = 0.5
"""A look at least so probable may show that something was undone."""
MOST_MISSED = 6
"""So many steps may come to show at once, or be undone at once."""


def looked(
    guesses: Sequence[Guess],
    signs: Sequence[tuple[Sign, float]],
    *,
    at_s: float,
    passed_s: float,
    order: Order,
) -> tuple[Guess, ...]:
    """The guesses after one look, most probable first.

    Args:
        guesses: As they were before.
        signs: What the zone looks like, each with its probability, together at most 1.
        at_s: When.
        passed_s: Seconds since it was looked at before.
        order: Of the run's task.
    """
    passed_s = min(passed_s, LONGEST_S)
    seen = dict(signs)
    rest = max(0.0, 1.0 - sum(seen.values()))
    counts = min(1.0, passed_s / SAME_LOOK_S)
    zone = _zone_of(signs, order)
    moved = (m for guess in guesses for m in _changed(guess, zone, seen, passed_s, at_s, order))
    return kept(
        guess.weighing(guess.weight * _fits(guess, zone, seen, rest, order) ** counts)
        for guess in moved
    )


def _changed(
    guess: Guess,
    zone: str | None,
    seen: Mapping[Sign, float],
    passed_s: float,
    at_s: float,
    order: Order,
) -> Iterator[Guess]:
    """What may have become of a guess since the zone was looked at before."""
    left = 1.0
    for sign in seen:
        own = guess.open & order.wanted_by(sign)
        later = (lowest(own),) if own else nearest_later(sign, guess, order, MOST_MISSED)
        if later is None:
            continue
        chance = 1.0 - exp(-passed_s / order.habits.usual_s[later[-1]])
        if len(later) > 1:
            shown = 0 if zone is None else order.looks.get(zone, 0)
            shows_them = all(shown >> place & 1 for place in later)
            chance *= AT_ONCE if shows_them else unseen_factor(later, guess, at_s, order)
        left -= chance
        yield finished(guess, later, chance, at_s, order)
    before = _without_last(guess, zone, seen, order)
    if before is not None:
        undone = 1.0 - exp(-passed_s / UNDONE_S)
        left -= undone
        yield before.weighing(guess.weight * undone)
    yield guess.weighing(guess.weight * max(0.0, left))


def _without_last(
    guess: Guess, zone: str | None, seen: Mapping[Sign, float], order: Order
) -> Guess | None:
    """The guess with steps undone, back to the look that is seen now; None when it is none.

    Only what nothing done since waits for can be undone: the part that was put on last.
    """
    if zone is None:
        return None
    done, open_steps = guess.done, guess.open
    for _ in range(MOST_MISSED):
        taught = order.looks.get(zone, 0) & done
        if not taught:
            return None
        place = taught.bit_length() - 1
        if any(done >> follower & 1 for follower in order.followers[place]):
            return None
        done &= ~(1 << place)
        open_steps = order.closed(open_steps, place)
        shown = order.looks[zone] & done
        sign = step_at(order, shown.bit_length() - 1).sign if shown else None
        if sign is not None and seen.get(sign, 0.0) >= CLEARLY:
            return replace(
                guess,
                done=done,
                open=open_steps,
                unseen=guess.unseen & done,
                last=shown.bit_length() - 1,
            )
    return None


def _zone_of(signs: Sequence[tuple[Sign, float]], order: Order) -> str | None:
    """The zone that is looked at; None when this task knows none of its looks."""
    for sign, _ in signs:
        wanted = order.wanted_by(sign)
        if wanted:
            return step_at(order, lowest(wanted)).zone
    return None


def _fits(
    guess: Guess, zone: str | None, seen: Mapping[Sign, float], rest: float, order: Order
) -> float:
    """How well the last taught look that should be there by now explains what is seen."""
    taught = order.looks.get(zone, 0) & guess.done if zone is not None else 0
    if not taught:
        return FLOOR + (1.0 - FLOOR) * rest
    sign = step_at(order, taught.bit_length() - 1).sign
    return FLOOR + (1.0 - FLOOR) * (0.0 if sign is None else seen.get(sign, rest / UNNAMED))
