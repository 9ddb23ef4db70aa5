"""How quick this worker is in this run, beside what is usual.

Who took long for the first leg will take long for the next one, whatever others took: of what is
left of the differences between times when activity and neighbours are known, a fifth goes with the
run (IKEA recordings). So how long each activity took in this run, as far as that is believed, says
how long the next ones will take. It is forgotten with the run and told to nobody: help should come
at the right moment, and nobody's speed is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import TYPE_CHECKING

from tasks.learning import LONGEST_S
from tasks.order import step_at

if TYPE_CHECKING:
    from tasks.belief import Guess
    from tasks.order import Order, StepSet

OVER = 0.99
"""An activity counts when it is so probable that it is over."""
UNNOTICED = 0.3
"""One that may well have gone by unnoticed tells nothing of how long it took."""
LEAST_SHARE, MOST_SHARE = 0.05, 3.3
"""Of the usual time. Less is no activity that was seen; more is a step in which the tracker, and
not the worker, stayed too long, and counts as so much."""
USUAL_LOG = -0.15
"""The mean logarithm of such a share for somebody of usual tempo. Below nothing, because a mean of
times is above their middle (by half of 0.54² on the IKEA recordings), and because some of what
belongs to an activity is taken for a gap."""
RUN_COUNTS = 6.0
"""That all are equally quick counts as so many activities: from run to run the logarithm varies by
0.27, from activity to activity by 0.54. With the next number chosen on the IKEA recordings."""
LABEL_COUNTS = 6.0
"""That a worker is equally quick in all activities counts as so many of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How long activities took, as shares of their usual times.

    Attributes:
        count: Of how many activities.
        logs: The sum of the logarithms of the shares, above `USUAL_LOG`.
    """

    count: float = 0.0
    logs: float = 0.0

    def plus(self, log_share: float) -> Shares:
        """With one activity more."""
        return Shares(count=self.count + 1.0, logs=self.logs + log_share - USUAL_LOG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How quick a worker was so far.

    Attributes:
        under_way_s: For how long activities have been under way that are not over for certain, by
            place, in seconds, as far as that is believed.
        every: Of all activities that are over.
        of_label: Of those with the same label.
    """

    under_way_s: Mapping[int, float] = field(default_factory=dict)
    every: Shares = Shares()
    of_label: Mapping[str, Shares] = field(default_factory=dict)

    def stretch(self, label: str) -> float:
        """How many times its usual time an activity with this label will probably take."""
        usual_log = self.every.logs / (self.every.count + RUN_COUNTS)
        own = self.of_label.get(label)
        if own is None:
            return exp(usual_log)
        apart = own.logs - own.count * usual_log
        return exp(usual_log + apart / (own.count + LABEL_COUNTS))


NO_TEMPO = Tempo()
"""Before anything was seen."""


def went_on(tempo: Tempo, guesses: Sequence[Guess], passed_s: float, order: Order) -> Tempo:
    """The tempo after a moment.

    Args:
        tempo: Before it.
        guesses: After it, most probable first.
        passed_s: Seconds since the moment before. A longer silence counts as `LONGEST_S`.
        order: Of the run's task.
    """
    passed_s = min(passed_s, LONGEST_S)
    under_way_s = dict(tempo.under_way_s)
    for guess in guesses:
        if guess.doing is not None:
            spent_s = under_way_s.get(guess.doing, 0.0)
            under_way_s[guess.doing] = spent_s + guess.weight * passed_s
    every, of_label = tempo.every, tempo.of_label
    over = _over(guesses)
    for place in [place for place in under_way_s if over >> place & 1]:
        share = under_way_s.pop(place) / order.habits.usual_s[place]
        if share <= LEAST_SHARE or _unnoticed(place, guesses) >= UNNOTICED:
            continue
        log_share = log(min(share, MOST_SHARE))
        label = step_at(order, place).target
        every = every.plus(log_share)
        of_label = {**of_label, label: of_label.get(label, Shares()).plus(log_share)}
    return Tempo(under_way_s=under_way_s, every=every, of_label=of_label)


def _over(guesses: Sequence[Guess]) -> StepSet:
    """What is done by all of the most probable guesses, which together are `OVER`."""
    over = -1
    sure = 0.0
    for guess in guesses:
        over &= guess.done
        sure += guess.weight
        if sure >= OVER:
            break
    return over


def _unnoticed(place: int, guesses: Sequence[Guess]) -> float:
    return sum(guess.weight for guess in guesses if guess.unseen >> place & 1)
