"""How probable a sign is that finishes nothing, if a run stands as guessed. Pure."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from tasks.model import Finish, SignKind
from tasks.order import step_at

if TYPE_CHECKING:
    from tasks.belief import Guess
    from tasks.model import Sign
    from tasks.order import Order, StepSet

WRONG_BIN = 0.3
"""How probable a pick from another bin is while something is to be taken: people mix up bins, and
a light that calls for one is no proof that they went there."""

WRONG_PART = 0.3
"""How probable it is, after a pick from a bin of which nothing is wanted any more, that this part
is put down where another was to be: a step that was told once too often is done all the same."""

REPEATED = 0.45
"""How probable it is, right after a step, that its sign comes again and means nothing new: a hand
that puts the part straight. Falls off with `REPEATED_FADE_S`."""
REPEATED_FADE_S = 2.0


def stray(
    sign: Sign,
    guess: Guess,
    at_s: float,
    order: Order,
    reported: StepSet,
    wrong_pick: str | None,
) -> float:
    """How probable the sign is without finishing anything, if the run stands as guessed."""
    least = order.habits.reliability[sign.kind].stray
    if sign.kind is SignKind.PLACED and wrong_pick is not None:
        works_ahead = order.is_wanted_from(wrong_pick) & ~guess.done
        least = least if works_ahead else WRONG_PART
    if sign.kind is SignKind.PICKED and guess.open & order.of_finish[Finish.TAKE]:
        least = WRONG_BIN
    if guess.last is None or step_at(order, guess.last).sign != sign:
        return least
    if not reported >> guess.last & 1:
        return 1.0  # The light did not move on, so the worker does it again.
    return min(1.0, least + REPEATED * exp(-max(0.0, at_s - guess.since_s) / REPEATED_FADE_S))


def fumbled(sign: Sign, guess: Guess, at_s: float, order: Order) -> float:
    """How probable the sign is when the part stays where it is: a hand that puts it straight."""
    least = order.habits.reliability[sign.kind].stray
    if sign.kind is not SignKind.REMOVED:
        return least
    since_s = max(0.0, at_s - guess.since_s)
    return min(1.0, least + REPEATED * exp(-since_s / REPEATED_FADE_S))
