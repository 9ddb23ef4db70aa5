"""How a recogniser of activities changes the guesses: what goes on, in which phase, what is next.

Such a recogniser speaks many times a second about the same thing, so that a label is no event.
Between two labels time passes: an activity may begin, go on through its phases, and end; with the
label each guess is weighed by how well it explains what is heard. A step with an activity is done
when the activity has ended. Gaps, in which no step is worked on, are guesses of their own.

Pictures a fifth of a second apart look the same, and so do their mistakes: what a recogniser says
is no row of independent draws. It is taken as what it is, a chain that stays with a label and
sometimes turns to another: how soon it leaves a label, and to which it turns, tells what goes on
(an autoregressive hidden Markov model with phases; Murphy, Dynamic Bayesian Networks, 2002, 2.3).
"""

from __future__ import annotations

from math import ceil, exp
from typing import TYPE_CHECKING

from tasks.belief import Guess
from tasks.hearing import Fits
from tasks.learning import LONGEST_S, first_of, shares_of
from tasks.model import Finish, Sign, SignKind
from tasks.order import lowest, places_of, step_at
from tasks.tempo import NO_TEMPO
from tasks.weighing import LEAST_WEIGHT, finished, nearest_later, unseen_factor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.belief import Stream
    from tasks.learned import Counts
    from tasks.order import Order, StepSet
    from tasks.tempo import Tempo

MOST_LANES = 18
"""Two for each of nine neighbouring places: a gap, and the activity after it."""
TURN_S = 0.35
"""Time is passed on in turns no longer than this, so that short activities can begin and end."""
MOST_TURNS = 4
AT_MOST = 0.9
"""Of a phase so much ends in one turn. Below it the share is the turn's length by the phase's, so
that the phases of an activity together last as long as the activity does, whatever the turns."""
MOST_MISSED = 6
"""So many activities in a row may go unrecognised and the run is still followed."""
LEFT_OUT = 0.001
"""How probable it is that a step does not happen, or leaves no trace at all."""
SPREAD = 1.5
"""Somebody works at one of three paces: usual, so many times as quick, so many times as slow. While
nothing was learned the usual time itself is but a guess, and all three are the same."""
EACH_PACE = 1.0 / 3.0
PACE_CHANGES_HZ = 0.1
"""So often in a second somebody may take up another pace: who was quick a moment ago is more
probably quick now, and nobody is quick all day."""
STREAMS = frozenset({SignKind.ACTIVITY, SignKind.LOOKS})

_Paces = tuple[float, float, float]
"""The weight at each pace: quick, usual, slow."""
_Lanes = dict[tuple[int, int], tuple[Guess, list[float]]]
"""By done and doing (-1: a gap): a guess that stands for it, and the weight of each phase of the
activity, for the quick pace, then the usual, then the slow; in a gap that of each pace."""


def flowed(
    guesses: Sequence[Guess],
    signs: Sequence[tuple[Sign, float]],
    *,
    at_s: float,
    passed_s: float,
    last: Stream | None,
    order: Order,
) -> tuple[Guess, ...]:
    """The guesses after one moment of a recogniser, most probable first.

    Args:
        guesses: As they were before.
        signs: Its labels, each with its probability, together at most 1.
        at_s: When.
        passed_s: Seconds since it spoke before.
        last: What it said then; None when it never spoke.
        order: Of the run's task.
    """
    heard = shares_of((sign.name, p) for sign, p in signs)
    passed_s = min(passed_s, LONGEST_S)
    turns = max(1, min(MOST_TURNS, ceil(passed_s / TURN_S)))
    lanes = _lanes_of(guesses)
    tempo = NO_TEMPO if last is None else last.tempo
    for _ in range(turns):
        lanes = _moved(lanes, heard, passed_s / turns, at_s, order, tempo)
    return _weighed(lanes, Fits(heard, last, passed_s, order), order)


def _lanes_of(guesses: Sequence[Guess]) -> _Lanes:
    lanes: _Lanes = {}
    for guess in guesses:
        doing = -1 if guess.doing is None else guess.doing
        weights = [guess.weight * share for share in guess.phases] or [guess.weight * EACH_PACE] * 3
        _into(lanes, guess, doing, weights)
    return lanes


def _into(lanes: _Lanes, guess: Guess, doing: int, weights: list[float]) -> None:
    key = (guess.done, doing)
    there = lanes.get(key)
    if there is None:
        lanes[key] = (guess, weights)
        return
    _, own = there
    for phase, weight in enumerate(weights):
        own[phase] += weight


def _moved(
    lanes: _Lanes, heard: Counts, passed_s: float, at_s: float, order: Order, tempo: Tempo
) -> _Lanes:
    """What may have become of the guesses meanwhile: activities begin, go on and end."""
    after: _Lanes = {}
    changes = 1.0 - exp(-PACE_CHANGES_HZ * passed_s)
    spread = SPREAD if order.habits.has_heard else 1.0
    for (_, doing), (guess, weights) in lanes.items():
        if doing >= 0:
            usual_s = order.habits.usual_s[doing] * tempo.stretch(_label(doing, order))
            ended = _gone_on(weights, passed_s / usual_s, changes, spread)
            _into(after, guess, doing, weights)
            if sum(ended) > 0.0:
                done = finished(guess, (doing,), 1.0, at_s, order)
                _arrive(after, done, ended, heard, at_s, order)
        else:
            joined = sum(weights) * changes * EACH_PACE
            quick, usual, slow = (weight * (1.0 - changes) + joined for weight in weights)
            _begin(after, guess, (quick, usual, slow), heard, passed_s, at_s, order)
    return after


def _gone_on(weights: list[float], share: float, changes: float, spread: float) -> _Paces:
    """Let an activity go on, in place.

    Args:
        weights: Of its phases at each pace.
        share: What has passed of its usual time.
        changes: How probable it is that the pace changed.
        spread: How many times as quick or slow the other two paces are.

    Returns:
        The weights with which it has ended.
    """
    count = len(weights) // 3
    quick_ends = min(AT_MOST, share * count * spread)
    usual_ends = min(AT_MOST, share * count)
    slow_ends = min(AT_MOST, share * count / spread)
    stays, joins = 1.0 - changes, changes * EACH_PACE
    from_quick = from_usual = from_slow = 0.0
    for phase in range(count):
        at_usual, at_slow = phase + count, phase + 2 * count
        quick, usual, slow = weights[phase], weights[at_usual], weights[at_slow]
        joined = (quick + usual + slow) * joins
        quick, usual, slow = quick * stays + joined, usual * stays + joined, slow * stays + joined
        weights[phase] = quick * (1.0 - quick_ends) + from_quick
        weights[at_usual] = usual * (1.0 - usual_ends) + from_usual
        weights[at_slow] = slow * (1.0 - slow_ends) + from_slow
        from_quick, from_usual, from_slow = quick * quick_ends, usual * usual_ends, slow * slow_ends
    return from_quick, from_usual, from_slow


def _arrive(
    lanes: _Lanes, guess: Guess, weights: _Paces, heard: Counts, at_s: float, order: Order
) -> None:
    """A step has just ended: the next begins at once, or after a gap, or is left out.

    That a step is left out is decided here and not while a gap lasts: pauses are no skips.
    """
    places = _likely(guess.open & order.of_finish[Finish.ACTIVITY], heard, order)
    gap = 1.0
    for place in places:
        share = 1.0 / len(places)
        skipped = finished(guess, (place,), 1.0, at_s, order, all_unseen=True)
        _into(lanes, skipped, -1, _times(weights, share * LEFT_OUT))
        # The same activity twice in a row with nothing between would be one.
        again = guess.last is not None and _label(guess.last, order) == _label(place, order)
        directly = 0.0 if again else 1.0 - order.habits.gap_share[place]
        at_once = share * (1.0 - LEFT_OUT) * directly
        gap -= share * LEFT_OUT + at_once
        _into(lanes, guess, place, _in_first_phase(place, weights, at_once, order))
    _into(lanes, guess, -1, _times(weights, gap))


def _begin(
    lanes: _Lanes,
    guess: Guess,
    weights: _Paces,
    heard: Counts,
    passed_s: float,
    at_s: float,
    order: Order,
) -> None:
    """In a gap: an open step begins, or a later one has begun unseen, or nothing happens."""
    open_steps = guess.open & order.of_finish[Finish.ACTIVITY]
    places = _likely(open_steps, heard, order)
    left = 1.0
    for place in places:
        begins = _begins(place, passed_s, order) / len(places)
        left -= begins
        _into(lanes, guess, place, _in_first_phase(place, weights, begins, order))
    sign = Sign(SignKind.ACTIVITY, first_of(heard))
    if not open_steps & order.wanted_by(sign):
        later = nearest_later(sign, guess, order, MOST_MISSED)
        if later is not None:
            begins = _begins(later[-1], passed_s, order)
            chance = min(left, begins * unseen_factor(later, guess, at_s, order))
            left -= chance
            before = finished(guess, later[:-1], 1.0, at_s, order, all_unseen=True)
            in_phase = _in_first_phase(later[-1], weights, chance, order)
            _into(lanes, before, later[-1], in_phase)
    _into(lanes, guess, -1, _times(weights, left))


def _times(weights: _Paces, share: float) -> list[float]:
    return [weight * share for weight in weights]


def _label(place: int, order: Order) -> str:
    return step_at(order, place).target


def _begins(place: int, passed_s: float, order: Order) -> float:
    """How probable it is that a gap ends now."""
    return min(AT_MOST, passed_s / order.habits.gap_s[place])


def _in_first_phase(place: int, weights: _Paces, share: float, order: Order) -> list[float]:
    count = len(order.habits.phases[place])
    first = [0.0] * (3 * count)
    first[0], first[count], first[2 * count] = _times(weights, share)
    return first


def _likely(open_steps: StepSet, heard: Counts, order: Order) -> list[int]:
    """The open steps that may begin now: those named, and the first, which may go unrecognised."""
    if not open_steps:
        return []
    if not open_steps & (open_steps - 1):
        return [lowest(open_steps)]
    named = {lowest(open_steps)}
    for label in heard:
        named.update(places_of(open_steps & order.wanted_by(Sign(SignKind.ACTIVITY, label))))
    return sorted(named)


def _weighed(lanes: _Lanes, fits: Fits, order: Order) -> tuple[Guess, ...]:
    """The most probable lanes, weighed by how well they explain what was heard."""
    habits = order.habits
    heard = [
        habits.phases[doing] * 3
        if doing >= 0
        else (habits.gap_voice[-1 if guess.last is None else guess.last],) * 3
        for (_, doing), (guess, _) in lanes.items()
    ]
    fit = fits.among({voice for voices in heard for voice in voices})
    ranked: list[tuple[float, tuple[int, int], list[float]]] = []
    for (key, (_, weights)), voices in zip(lanes.items(), heard, strict=True):
        weighed = [weight * fit[voice] for weight, voice in zip(weights, voices, strict=True)]
        ranked.append((sum(weighed), key, weighed))
    ranked.sort(key=lambda lane: (-lane[0], lane[1]))
    least = LEAST_WEIGHT * sum(weight for weight, _, _ in ranked)
    ranked = [lane for lane in ranked[:MOST_LANES] if lane[0] >= least]
    total = sum(weight for weight, _, _ in ranked)
    return tuple(
        lanes[key][0].flowing(
            doing=None if key[1] < 0 else key[1],
            phases=tuple([part / weight for part in weighed]),
            weight=weight / total,
        )
        for weight, key, weighed in ranked
    )
