"""How one moment's evidence changes the guesses about a run: Bayes' rule over a bounded beam.

Each guess can explain a sign in four ways: it did not happen; it finished an open step; it
happened and finished nothing; or it finished a later step, and what lies between was missed.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from tasks.belief import Guess
from tasks.model import Finish, SignKind
from tasks.order import lowest, places_of, step_at
from tasks.strays import fumbled, stray

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tasks.model import Sign
    from tasks.order import Order, StepSet

MOST_GUESSES = 16
"""Ten are enough for sightings; streams of labels, with their phases, follow better with sixteen.
Each costs about 3 µs a sign."""
LEAST_WEIGHT = 1e-4
FORGET_S = 60.0
"""A suspicion that nothing confirms loses two thirds of its weight in this time."""

IMPLIED = 1.0
"""A part that lies in the jig was taken: how probable "put" is when "take" was not seen."""
IMPLIED_AFTER_WRONG_PICK = 0.1
"""The same when the last part that was taken came from a wrong bin."""
SKIPPED_TOO = 0.5
"""Who left out one step probably left out the next, which belongs to it."""
MOST_MISSED = 3
"""Signs of steps that lie further ahead say nothing."""
CANDIDATES = 4
"""How many later steps with the same sign are looked at."""

FASTEST = 0.4
"""Who is quick needs this share of the usual time for a step. With less, what looks like the next
part being put down is the last one being put straight."""

TAKEN_OUT = 0.2
"""How probable it is, when something was taken out of where the last part was put, that it was that
part. The direction is the weakest thing the eyes tell (docs/vision.md, limits): with this, one sign
of 0.95 takes a step back and one of 0.9 does not."""
OPPOSITE: Mapping[Finish, SignKind] = {
    Finish.TAKE: SignKind.PLACED,
    Finish.PLACE: SignKind.REMOVED,
    Finish.REMOVE: SignKind.PLACED,
}
"""The sign in the same zone that undoes a step: a part put back into its bin, or taken out."""

EARLY_SHARE = 0.2
"""Sooner than this share of its usual time, a step is less probable to be finished."""
EARLY_LOG_ODDS = 0.75
"""So much less at the very start: a sign at p = 0.9 is then believed as one at 0.81."""


_Key = tuple[int, int]
"""What makes two guesses the same: done, doing (-1: a gap)."""


def weighed(
    guesses: Sequence[Guess],
    signs: Sequence[tuple[Sign, float]],
    *,
    at_s: float,
    order: Order,
    reported: StepSet,
    may_undo: StepSet,
    wrong_pick: str | None,
) -> tuple[Guess, ...]:
    """The guesses after signs that exclude each other, most probable first.

    Args:
        guesses: As they were before.
        signs: Each with the probability that it happened, together at most 1; what is left over
            is the probability of anything else.
        at_s: When.
        order: Of the run's task.
        reported: The steps that the worker saw being ticked off.
        may_undo: Those of them that a sign may take back: not what the worker said himself.
        wrong_pick: The wrong bin that a part came from since the step began, or None.
    """
    rest = max(0.0, 1.0 - sum(p for _, p in signs))
    after: list[Guess] = []
    for guess in guesses:
        stays = rest
        for sign, p in signs:
            own = guess.open & order.wanted_by(sign)
            if own:
                place = _which(own, guess, order)
                sure = _timely(p, place, guess, at_s, order)
                after.append(finished(guess, (place,), sure, at_s, order))
                stays += p - sure
                continue
            later = nearest_later(sign, guess, order)
            if later is not None:
                factor = unseen_factor(later, guess, at_s, order, after_wrong=bool(wrong_pick))
                after.append(finished(guess, later, p * factor, at_s, order))
            elif (undone := _undoable(sign, guess, order, may_undo)) is not None:
                stays += p * fumbled(sign, guess, at_s, order)
                after.append(_undone(guess, undone, p * TAKEN_OUT, at_s, order))
                continue
            stays += p * stray(sign, guess, at_s, order, reported, wrong_pick)
        after.append(guess.weighing(guess.weight * stays))
    return kept(after)


def kept(guesses: Iterable[Guess]) -> tuple[Guess, ...]:
    """Equal guesses made one, the improbable dropped, weights that sum to 1."""
    best: dict[_Key, Guess] = {}
    weights: dict[_Key, float] = {}
    for guess in guesses:
        key = (guess.done, -1 if guess.doing is None else guess.doing)
        other = best.get(key)
        if other is None or guess.weight > other.weight:
            best[key] = guess
        weights[key] = weights.get(key, 0.0) + guess.weight
    ranked = sorted(weights, key=lambda key: (-weights[key], key))[:MOST_GUESSES]
    total = sum(weights[key] for key in ranked)
    if total <= 0.0:
        return (best[ranked[0]].weighing(1.0),)
    ranked = [key for key in ranked if weights[key] >= LEAST_WEIGHT * total]
    total = sum(weights[key] for key in ranked)
    return tuple(best[key].weighing(weights[key] / total) for key in ranked)


def forgotten(guesses: tuple[Guess, ...], reported: StepSet, passed_s: float) -> tuple[Guess, ...]:
    """The guesses after a time without evidence: what nothing confirms fades."""
    if len(guesses) == 1 or passed_s <= 0.0:
        return guesses
    fade = exp(-passed_s / FORGET_S)
    weights = [guess.weight if guess.done == reported else guess.weight * fade for guess in guesses]
    total = sum(weights)
    return tuple(
        guess.weighing(weight / total) for guess, weight in zip(guesses, weights, strict=True)
    )


def finished_by_word(
    guesses: tuple[Guess, ...], place: int, at_s: float, order: Order, *, surprise: float
) -> tuple[Guess, ...]:
    """The guesses after the worker (or a clock) said that an open step is done.

    Args:
        guesses: As they were before.
        place: An open step.
        at_s: When it was said.
        order: Of the run's task.
        surprise: How probable the word is where a guess has the step as not done yet; 1 when it
            tells nothing about what was done before.
    """
    bit = 1 << place
    return kept(
        guess if guess.done & bit else finished(guess, (place,), surprise, at_s, order)
        for guess in guesses
    )


def with_all(guesses: tuple[Guess, ...], done: StepSet) -> tuple[Guess, ...]:
    """Only the guesses in which all of `done` is done."""
    left = tuple(guess for guess in guesses if not done & ~guess.done)
    return guesses if len(left) == len(guesses) else kept(left)


def nearest_later(
    sign: Sign, guess: Guess, order: Order, most_missed: int = MOST_MISSED
) -> tuple[int, ...] | None:
    """The places that must have been finished unseen for this sign to finish a later step.

    Returns:
        Those places and, last, the later step itself, lowest first; None when there is none near.
    """
    waiting = order.wanted_by(sign) & ~guess.done & ~guess.open
    best: StepSet = 0
    nearest = None
    for _ in range(CANDIDATES):
        if not waiting:
            break
        place = lowest(waiting)
        waiting &= waiting - 1
        missing = order.before[place] & ~guess.done
        fewest = most_missed + 1 if nearest is None else best.bit_count()
        if missing.bit_count() < fewest:
            best, nearest = missing, place
        if best and not best & (best - 1):
            break
    return None if nearest is None else (*places_of(best), nearest)


def _which(own: StepSet, guess: Guess, order: Order) -> int:
    """Of several open steps that want the sign: the one that goes on with the last, else the first.

    Steps that want the same sign cannot be told apart by it.
    """
    if guess.last is not None and own & (own - 1):
        for follower in order.followers[guess.last]:
            if own >> follower & 1 and order.continues(follower, guess.last):
                return follower
    return lowest(own)


def _timely(p: float, place: int, guess: Guess, at_s: float, order: Order) -> float:
    """How far to believe that the step is done: less so soon after the step before."""
    soon_s = EARLY_SHARE * order.habits.usual_s[place]
    passed_s = at_s - guess.since_s
    if passed_s >= soon_s or not 0.0 < p < 1.0:
        return p
    early = exp(-EARLY_LOG_ODDS * (1.0 - max(0.0, passed_s) / soon_s))
    return p * early / (p * early + 1.0 - p)


def _undoable(sign: Sign, guess: Guess, order: Order, may_undo: StepSet) -> int | None:
    """The step that a sign may undo: the one that was finished last, if nothing was done since."""
    place = guess.last
    if place is None or guess.doing is not None or not may_undo >> place & 1:
        return None
    if any(guess.done >> follower & 1 for follower in order.followers[place]):
        return None
    step = step_at(order, place)
    fits = sign.name == step.target and OPPOSITE.get(step.finish) is sign.kind
    return place if fits else None


def _undone(guess: Guess, place: int, factor: float, at_s: float, order: Order) -> Guess:
    """The guess in which the step that was finished last, at `place`, is open again."""
    before = order.after[place]
    done = guess.done & ~(1 << place)
    return Guess(
        done=done,
        open=order.closed(guess.open, place),
        unseen=guess.unseen & done,
        weight=guess.weight * factor,
        last=lowest(before) if before and not before & (before - 1) else None,
        since_s=at_s,
    )


def unseen_factor(
    later: tuple[int, ...],
    guess: Guess,
    at_s: float,
    order: Order,
    *,
    after_wrong: bool = False,
) -> float:
    """How probable it is that what lies before a later step was finished unseen, or left out."""
    *missing, place = later
    if missing == [guess.doing]:
        return IMPLIED  # It was under way, and who goes on has ended it.
    if is_implied(missing, place, order):
        implied = IMPLIED_AFTER_WRONG_PICK if after_wrong else IMPLIED
        return implied * _time_for(later, guess, at_s, order)
    first = step_at(order, missing[0]).sign
    missed = order.habits.reliability[SignKind.PICKED if first is None else first.kind].missed
    return missed * SKIPPED_TOO ** (len(missing) - 1)


def _time_for(places: Sequence[int], guess: Guess, at_s: float, order: Order) -> float:
    """Whether there was time for all these steps since the last: 1 when there was."""
    needed_s = FASTEST * sum(order.habits.usual_s[place] for place in places)
    share = max(0.0, at_s - guess.since_s) / needed_s
    return min(1.0, share * share)


def is_implied(missing: Sequence[int], place: int, order: Order) -> bool:
    """Whether the one missing step must have happened: what is put down was taken."""
    return (
        len(missing) == 1
        and order.continues(place, missing[0])
        and step_at(order, place).finish is Finish.PLACE
        and step_at(order, missing[0]).finish in {Finish.TAKE, Finish.REMOVE}
    )


def finished(
    guess: Guess,
    places: tuple[int, ...],
    factor: float,
    at_s: float,
    order: Order,
    *,
    all_unseen: bool = False,
) -> Guess:
    """The guess with these places done, the last of them by its own sign unless all are unseen."""
    done, open_steps, unseen = guess.done, guess.open, guess.unseen
    for place in places:
        done |= 1 << place
        open_steps = order.opened(open_steps, done, place)
    for place in places if all_unseen else places[:-1]:
        if place != guess.doing:
            unseen |= 1 << place
    return Guess(
        done=done,
        open=open_steps,
        unseen=unseen,
        weight=guess.weight * factor,
        last=places[-1],
        since_s=at_s,
    )
