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

from math import ceil, exp, log
from typing import TYPE_CHECKING

from tasks.belief import Guess
from tasks.learning import LONGEST_S, first_of, shares_of
from tasks.model import Finish, Sign, SignKind
from tasks.order import lowest, places_of, step_at
from tasks.weighing import LEAST_WEIGHT, finished, nearest_later, unseen_factor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.habits import Voice, Word
    from tasks.learned import Counts
    from tasks.order import Order, StepSet

MOST_LANES = 18
"""Two for each of nine neighbouring places: a gap, and the activity after it."""
TURN_S = 0.35
"""Time is passed on in turns no longer than this, so that short activities can begin and end."""
MOST_TURNS = 4
AT_MOST = 0.9
"""Of a phase so much ends in one turn. Below it the share is the turn's length by the phase's, so
that the phases of an activity together last as long as the activity does, whatever the turns."""
GONE_ON = 0.3
"""What is said in one second counts so much beside what it turns to: pictures of one second are
nearly one picture."""
GONE_ON_UNLEARNED = 1.5
"""The same while nothing is known of how the recogniser turns: what it stays with must do."""
LEAST_FIT = 1e-3
"""A recogniser at its worst gives a right label no less than this share of the best one."""
MOST_MISSED = 6
"""So many activities in a row may go unrecognised and the run is still followed."""
PAUSES = 0.05
"""How heavy the tail of gaps is, 0 to 1: most are short, and some are pauses. With more, fewer
steps are told too soon and more are never told (IKEA recordings, P3D and I3D: never told 4.2 and
5.6 in 100 at 0, 6.4 and 9.7 at 0.4)."""
LEFT_OUT = 0.03
"""How probable it is that a step does not happen, or leaves no trace at all."""
STREAMS = frozenset({SignKind.ACTIVITY, SignKind.LOOKS})

_Lanes = dict[tuple[int, int], tuple[Guess, list[float]]]
"""By done and doing (-1: a gap): a guess that stands for it, and the weight of each phase."""


def flowed(
    guesses: Sequence[Guess],
    signs: Sequence[tuple[Sign, float]],
    *,
    at_s: float,
    passed_s: float,
    before: str | None,
    order: Order,
) -> tuple[Guess, ...]:
    """The guesses after one moment of a recogniser, most probable first.

    Args:
        guesses: As they were before.
        signs: Its labels, each with its probability, together at most 1.
        at_s: When.
        passed_s: Seconds since it spoke before.
        before: The label that was most probable then; None when it never spoke.
        order: Of the run's task.
    """
    heard = shares_of((sign.name, p) for sign, p in signs)
    passed_s = min(passed_s, LONGEST_S)
    turns = max(1, min(MOST_TURNS, ceil(passed_s / TURN_S)))
    lanes = _lanes_of(guesses)
    for _ in range(turns):
        lanes = _moved(lanes, heard, passed_s / turns, at_s, order)
    return _weighed(lanes, _Fits(heard, before, passed_s, order), order)


def _lanes_of(guesses: Sequence[Guess]) -> _Lanes:
    lanes: _Lanes = {}
    for guess in guesses:
        doing = -1 if guess.doing is None else guess.doing
        weights = [guess.weight * share for share in guess.phases] or [guess.weight]
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


def _moved(lanes: _Lanes, heard: Counts, passed_s: float, at_s: float, order: Order) -> _Lanes:
    """What may have become of the guesses meanwhile: activities begin, go on and end."""
    after: _Lanes = {}
    for (_, doing), (guess, weights) in lanes.items():
        if doing >= 0:
            usual_s = order.habits.usual_s[doing]
            ends = min(AT_MOST, passed_s * len(weights) / usual_s)
            flow = 0.0
            passed = []
            for weight in weights:
                passed.append(weight * (1.0 - ends) + flow)
                flow = weight * ends
            _into(after, guess, doing, passed)
            if flow > 0.0:
                ended = finished(guess, (doing,), 1.0, at_s, order)
                _arrive(after, ended, flow, heard, at_s, order)
        else:
            _begin(after, guess, weights[0], heard, passed_s, at_s, order)
    return after


def _arrive(
    lanes: _Lanes, guess: Guess, weight: float, heard: Counts, at_s: float, order: Order
) -> None:
    """A step has just ended: the next begins at once, or after a gap, or is left out.

    That a step is left out is decided here and not while a gap lasts: pauses are no skips.
    """
    places = _likely(guess.open & order.of_finish[Finish.ACTIVITY], heard, order)
    gap = weight
    for place in places:
        share = weight / len(places)
        skipped = finished(guess, (place,), 1.0, at_s, order, all_unseen=True)
        _into(lanes, skipped, -1, [share * LEFT_OUT])
        # The same activity twice in a row with nothing between would be one.
        again = guess.last is not None and _label(guess.last, order) == _label(place, order)
        directly = 0.0 if again else 1.0 - order.habits.gap_share[place]
        at_once = share * (1.0 - LEFT_OUT) * directly
        gap -= share * LEFT_OUT + at_once
        _into(lanes, guess, place, _in_first_phase(place, at_once, order))
    _into(lanes, guess, -1, [gap])


def _begin(
    lanes: _Lanes,
    guess: Guess,
    weight: float,
    heard: Counts,
    passed_s: float,
    at_s: float,
    order: Order,
) -> None:
    """In a gap: an open step begins, or a later one has begun unseen, or nothing happens."""
    open_steps = guess.open & order.of_finish[Finish.ACTIVITY]
    places = _likely(open_steps, heard, order)
    left = weight
    for place in places:
        begins = _begins(guess, place, passed_s, at_s, order)
        share = weight * begins / len(places)
        left -= share
        _into(lanes, guess, place, _in_first_phase(place, share, order))
    sign = Sign(SignKind.ACTIVITY, first_of(heard))
    if not open_steps & order.wanted_by(sign):
        later = nearest_later(sign, guess, order, MOST_MISSED)
        if later is not None:
            begins = _begins(guess, later[-1], passed_s, at_s, order)
            chance = min(left, weight * begins * unseen_factor(later, guess, at_s, order))
            left -= chance
            before = finished(guess, later[:-1], 1.0, at_s, order, all_unseen=True)
            _into(lanes, before, later[-1], _in_first_phase(later[-1], chance, order))
    _into(lanes, guess, -1, [left])


def _label(place: int, order: Order) -> str:
    return step_at(order, place).target


def _begins(guess: Guess, place: int, passed_s: float, at_s: float, order: Order) -> float:
    """How probable it is that a gap ends now: the longer it lasts, the longer it may go on."""
    usual_s = order.habits.gap_s[place]
    waited_s = max(0.0, at_s - guess.since_s)
    return min(AT_MOST, passed_s / ((1.0 - PAUSES) * usual_s + PAUSES * waited_s))


def _in_first_phase(place: int, weight: float, order: Order) -> list[float]:
    return [weight] + [0.0] * (len(order.habits.phases[place]) - 1)


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


class _Fits:
    """How well each voice explains what was heard at this moment; each is worked out once."""

    def __init__(self, heard: Counts, before: str | None, passed_s: float, order: Order) -> None:
        self._heard = heard
        self._before = before
        self._first = first_of(heard)
        self._passed_s = passed_s
        self._voices = order.habits.voices
        self._gone_on = GONE_ON if order.habits.has_heard else GONE_ON_UNLEARNED
        self._log_fit: dict[int, float] = {}

    def of(self, voice: int) -> float:
        """The logarithm of how probable it is."""
        if voice not in self._log_fit:
            self._log_fit[voice] = self._work_out(self._voices[voice])
        return self._log_fit[voice]

    def _work_out(self, voice: Voice) -> float:
        words = [(_word(voice, label), share) for label, share in self._heard.items()]
        log_fit = (
            self._gone_on * self._passed_s * sum(share * word.log_share for word, share in words)
        )
        if self._first == self._before:
            return log_fit - _word(voice, self._first).leaves_hz * self._passed_s
        # Two ways of reading shares: one of the labels was meant, or all were a little.
        one = log(sum(share * word.comes for word, share in words))
        all_of_them = sum(share * word.log_comes for word, share in words)
        log_fit += 0.5 * (one + all_of_them)
        return log_fit if self._before is None else log_fit + _word(voice, self._before).log_leaves


def _word(voice: Voice, label: str) -> Word:
    return voice.words.get(label, voice.unknown)


def _weighed(lanes: _Lanes, fits: _Fits, order: Order) -> tuple[Guess, ...]:
    """The most probable lanes, weighed by how well they explain what was heard."""
    habits = order.habits
    log_fits: list[list[float]] = []
    for (_, doing), (guess, _) in lanes.items():
        voices = (
            habits.phases[doing]
            if doing >= 0
            else (habits.gap_voice[-1 if guess.last is None else guess.last],)
        )
        log_fits.append([fits.of(voice) for voice in voices])
    best = max(max(own) for own in log_fits)
    ranked: list[tuple[float, tuple[int, int], list[float]]] = []
    for (key, (_, weights)), own in zip(lanes.items(), log_fits, strict=True):
        weighed = [
            weight * max(LEAST_FIT, exp(log_fit - best))
            for weight, log_fit in zip(weights, own, strict=True)
        ]
        ranked.append((sum(weighed), key, weighed))
    ranked.sort(key=lambda lane: (-lane[0], lane[1]))
    least = LEAST_WEIGHT * sum(weight for weight, _, _ in ranked)
    ranked = [lane for lane in ranked[:MOST_LANES] if lane[0] >= least]
    total = sum(weight for weight, _, _ in ranked)
    return tuple(
        lanes[key][0].flowing(
            doing=None if key[1] < 0 else key[1],
            phases=() if key[1] < 0 else tuple(part / weight for part in weighed),
            weight=weight / total,
        )
        for weight, key, weighed in ranked
    )
