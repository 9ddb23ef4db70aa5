"""How a stream of labels changes the guesses: activities that go on, and how a zone looks.

Such a recogniser speaks many times a second about the same thing, so that a label is no event.
Between two labels time passes: an activity may begin, go on through its phases, and end; with the
label each guess is weighed by how well it explains what is seen. A step with an activity is done
when the activity has ended. Gaps, in which no step is worked on, are guesses of their own.

The phases make durations realistic: an activity of three phases seldom ends at once, while one of
a single phase would most probably end in its first moment (Cox & Miller, The Theory of Stochastic
Processes, 1965, the method of stages).
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from tasks.model import Finish, Sign, SignKind
from tasks.order import lowest, places_of, step_at
from tasks.weighing import finished, kept, nearest_later, unseen_factor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tasks.belief import Guess
    from tasks.order import Order, StepSet

PHASES = 3
GAP_S = 2.0
"""How long it usually takes until the next activity begins."""
LONGEST_S = 2.0
"""A longer silence of the recogniser counts as this much time: silence says nothing."""
SAME_LOOK_S = 0.5
"""Labels nearer to each other than this come from the same pictures, and count as one."""
FLOOR = 0.05
"""What a recogniser gives a right label at its worst."""
UNNAMED = 10.0
"""So many labels share what the named ones leave over."""
RIGHT = 0.7
"""How often the recogniser speaks of what is going on; else it speaks as in a gap. Published ones
are right in 45 to 63 of 100 frames, and more often among their best three."""
MOST_MISSED = 6
"""So many activities in a row may go unrecognised and the run is still followed."""
OUT_OF_PLACE = 0.15
"""How much of the probability of labels that fit no guess speaks for a gap."""
STREAMS = frozenset({SignKind.ACTIVITY, SignKind.LOOKS})


def flowed(
    guesses: Sequence[Guess],
    signs: Sequence[tuple[Sign, float]],
    *,
    at_s: float,
    passed_s: float,
    order: Order,
) -> tuple[Guess, ...]:
    """The guesses after one moment of a stream, most probable first.

    Args:
        guesses: As they were before.
        signs: Labels of one recogniser, each with its probability, together at most 1.
        at_s: When.
        passed_s: Seconds since the stream spoke before.
        order: Of the run's task.
    """
    passed_s = min(passed_s, LONGEST_S)
    seen = dict(signs)
    rest = max(0.0, 1.0 - sum(seen.values()))
    counts = min(1.0, passed_s / SAME_LOOK_S)
    if signs[0][0].kind is SignKind.LOOKS:
        moved = (m for guess in guesses for m in _changed(guess, seen, passed_s, at_s, order))
        zone = _zone_of(signs[0][0], order)
        return kept(
            guess.weighing(guess.weight * _fits_looks(guess, zone, seen, rest, order) ** counts)
            for guess in moved
        )
    idle = _idle(seen, rest, order)
    moved = (m for guess in guesses for m in _worked(guess, seen, passed_s, at_s, order))
    return kept(
        guess.weighing(guess.weight * _fits_activity(guess, seen, rest, idle, order) ** counts)
        for guess in moved
    )


def _worked(
    guess: Guess, seen: Mapping[Sign, float], passed_s: float, at_s: float, order: Order
) -> Iterator[Guess]:
    """What may have become of a guess since the stream spoke before: activities begin and end."""
    if guess.doing is not None:
        ends = 1.0 - exp(-passed_s * PHASES / step_at(order, guess.doing).usual_s)
        yield guess.weighing(guess.weight * (1.0 - ends))
        if guess.phase + 1 < PHASES:
            yield guess.in_phase(guess.doing, guess.phase + 1, guess.weight * ends)
        else:
            yield finished(guess, (guess.doing,), ends, at_s, order)
        return
    begins = 1.0 - exp(-passed_s / GAP_S)
    open_steps = guess.open & order.of_finish[Finish.ACTIVITY]
    share = begins / max(1, open_steps.bit_count())
    left = 1.0
    for place in _likely(open_steps, seen, order):
        left -= share
        yield guess.in_phase(place, 0, guess.weight * share)
    for sign in seen:
        later = (
            None
            if open_steps & order.wanted_by(sign)
            else nearest_later(sign, guess, order, MOST_MISSED)
        )
        if later is not None:
            chance = begins * unseen_factor(later, guess, at_s, order)
            left -= chance
            before = finished(guess, later[:-1], chance, at_s, order, all_unseen=True)
            yield before.in_phase(later[-1], 0, before.weight)
    yield guess.weighing(guess.weight * max(0.0, left))


def _likely(open_steps: StepSet, seen: Mapping[Sign, float], order: Order) -> set[int]:
    """The open steps that may begin now: those named, and the first, which may go unrecognised."""
    named = {place for sign in seen for place in places_of(open_steps & order.wanted_by(sign))}
    return named | {lowest(open_steps)} if open_steps else named


def _changed(
    guess: Guess, seen: Mapping[Sign, float], passed_s: float, at_s: float, order: Order
) -> Iterator[Guess]:
    """What may have become of a guess since the zone was looked at before."""
    left = 1.0
    for sign in seen:
        own = guess.open & order.wanted_by(sign)
        later = (lowest(own),) if own else nearest_later(sign, guess, order, MOST_MISSED)
        if later is None:
            continue
        chance = 1.0 - exp(-passed_s / step_at(order, later[-1]).usual_s)
        if len(later) > 1:
            chance *= unseen_factor(later, guess, at_s, order)
        left -= chance
        yield finished(guess, later, chance, at_s, order)
    yield guess.weighing(guess.weight * max(0.0, left))


def _fits_activity(
    guess: Guess, seen: Mapping[Sign, float], rest: float, idle: float, order: Order
) -> float:
    if guess.doing is None:
        return idle
    sign = step_at(order, guess.doing).sign
    assert sign is not None  # noqa: S101 - only steps with an activity are ever under way
    own = seen.get(sign, rest / UNNAMED)
    return FLOOR + (1.0 - FLOOR) * (RIGHT * own + (1.0 - RIGHT) * idle)


def _idle(seen: Mapping[Sign, float], rest: float, order: Order) -> float:
    """How well a gap explains the labels: those the task does not know, and some of the others."""
    foreign = sum(p for sign, p in seen.items() if not order.wanted_by(sign))
    known = sum(seen.values()) - foreign
    return FLOOR + (1.0 - FLOOR) * min(1.0, foreign + rest + OUT_OF_PLACE * known)


def _zone_of(sign: Sign, order: Order) -> str | None:
    wanted = order.wanted_by(sign)
    return step_at(order, lowest(wanted)).zone if wanted else None


def _fits_looks(
    guess: Guess, zone: str | None, seen: Mapping[Sign, float], rest: float, order: Order
) -> float:
    """How well the last taught look that should be there by now explains what is seen."""
    taught = order.looks.get(zone, 0) & guess.done if zone is not None else 0
    if not taught:
        return FLOOR + (1.0 - FLOOR) * rest
    sign = step_at(order, taught.bit_length() - 1).sign
    return FLOOR + (1.0 - FLOOR) * (0.0 if sign is None else seen.get(sign, rest / UNNAMED))
