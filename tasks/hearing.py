"""How well what a recogniser says fits what may be going on, learned before and in this run.

Every bench, camera and pair of hands has mistakes of its own, and they come again: a recogniser
that once said "spin" when this worker aligned a leg will say so for the next leg. So what it turned
to in this run, while each activity was believed to go on, counts beside what was learned before.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

from tasks.learning import first_of, shares_of
from tasks.order import step_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.belief import Guess, Stream
    from tasks.learned import Counts
    from tasks.model import Sign
    from tasks.order import Order
    from tasks.voices import Voice, Word

GONE_ON = 0.2
"""What is said in one second counts so much beside what it turns to: pictures of one second are
nearly one picture."""
GONE_ON_UNLEARNED = 1.5
"""The same while nothing is known of how the recogniser turns: what it stays with must do."""
TURNED = 1.2
"""What it turns to counts a little more than as one draw: a turn is seen in several pictures."""
OWN_COUNTS = 35.0
"""What was learned in other runs counts as so many turns of the recogniser beside those heard in
this run while the same went on. Chosen on the IKEA recordings (benchmarks/tracker_streams.py): with
less, a step that lasts explains all that is heard in it, and is never told as finished."""
GAP = ""
"""Stands for "no activity" where turns are counted by the activity that goes on."""
LEAST_HEARD = 0.01
"""An activity less probable than this is not what was heard."""
LEAST_FIT = 1e-3
"""A recogniser at its worst gives a right label no less than this share of the best one."""


def turned_to(
    signs: Sequence[tuple[Sign, float]],
    *,
    last: Stream | None,
    guesses: Sequence[Guess],
    order: Order,
) -> Mapping[str, Counts]:
    """To what the recogniser turned in this run during each activity, with this moment counted.

    Args:
        signs: Its labels, each with its probability.
        last: What it said before; None when it never spoke. Its first words are no turn.
        guesses: As they are after this moment: how probable each activity is.
        order: Of the run's task.
    """
    if last is None:
        return {}
    heard = shares_of((sign.name, p) for sign, p in signs)
    if first_of(heard) == last.first:
        return last.turned
    going_on: Counts = {}
    for guess in guesses:
        label = GAP if guess.doing is None else step_at(order, guess.doing).target
        going_on[label] = going_on.get(label, 0.0) + guess.weight
    turned = dict(last.turned)
    for activity, weight in going_on.items():
        if weight < LEAST_HEARD:
            continue
        counts = dict(turned.get(activity, {}))
        for label, share in heard.items():
            counts[label] = counts.get(label, 0.0) + weight * share
        turned[activity] = counts
    return turned


class Fits:
    """How well each voice explains what was heard at this moment; each is worked out once."""

    def __init__(self, heard: Counts, last: Stream | None, passed_s: float, order: Order) -> None:
        self._heard = heard
        self._before = None if last is None else last.first
        self._first = first_of(heard)
        self._passed_s = passed_s
        self._voices = order.habits.voices
        self._gone_on = GONE_ON if order.habits.has_heard else GONE_ON_UNLEARNED
        self._turned = {} if last is None else last.turned

    def among(self, voices: set[int]) -> dict[int, float]:
        """How probable it is by each of these voices, beside the one that fits best."""
        log_fits = {voice: self._work_out(self._voices[voice]) for voice in voices}
        best = max(log_fits.values())
        return {voice: max(LEAST_FIT, exp(fit - best)) for voice, fit in log_fits.items()}

    def _work_out(self, voice: Voice) -> float:
        words = [(_word(voice, label), share) for label, share in self._heard.items()]
        log_fit = (
            self._gone_on * self._passed_s * sum(share * word.log_share for word, share in words)
        )
        if self._first == self._before:
            return log_fit - _word(voice, self._first).leaves_hz * self._passed_s
        log_fit += TURNED * self._turns(voice)
        return log_fit if self._before is None else log_fit + _word(voice, self._before).log_leaves

    def _turns(self, voice: Voice) -> float:
        """How well it explains what the recogniser has turned to, as a logarithm.

        There are two ways of reading shares: one of the labels was meant, or all were a little.
        """
        own = self._turned.get(GAP if voice.doing is None else voice.doing)
        if own is None:
            words = [(_word(voice, label), share) for label, share in self._heard.items()]
            one = log(sum(share * word.comes for word, share in words))
            return 0.5 * (one + sum(share * word.log_comes for word, share in words))
        turns = OWN_COUNTS + sum(own.values())
        comes = [
            ((OWN_COUNTS * _word(voice, label).comes + own.get(label, 0.0)) / turns, share)
            for label, share in self._heard.items()
        ]
        one = log(sum(share * come for come, share in comes))
        return 0.5 * (one + sum(share * log(come) for come, share in comes))


def _word(voice: Voice, label: str) -> Word:
    return voice.words.get(label, voice.unknown)
