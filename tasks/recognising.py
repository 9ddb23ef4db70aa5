"""Which completions were found, in which order and how late: IndustReal's measures. Pure.

Schoonbeek et al., WACV 2024, section 3.2, and its published `PSR/psr_utils.py`. Whether the light
was on the right step meanwhile is another question: `tasks.following`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One step done, at one moment: as marked, or as told.

    Attributes:
        step: Which one. Steps that repeat may share a name, or have one each.
        at_s: When.
    """

    step: Hashable
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Completions told, held against completions done (IndustReal, section 3.2.2).

    Attributes:
        right: Told at or after they happened.
        false: Told before they happened, twice, or never done at all.
        missed: Done and never told. One that was told too soon counts as false only.
        delays_s: For each of `right`, how long after.
    """

    right: int
    false: int
    missed: int
    delays_s: tuple[float, ...]


def edit_distance(
    one: Sequence[Hashable], other: Sequence[Hashable], *, substitute: float = 2.0
) -> float:
    """Damerau and Levenshtein's distance: the least cost of making one order the other.

    Leaving out, putting in and swapping two neighbours cost 1 each; putting one in the place of
    another costs `substitute`, 2 in IndustReal's published code, where it is no better than
    leaving out and putting in. Swapped neighbours are not changed again (optimal alignment).
    """
    before = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for row in range(len(one) + 1):
        for column in range(len(other) + 1):
            if row == 0 or column == 0:
                before[row][column] = float(row + column)
                continue
            same = one[row - 1] == other[column - 1]
            cost = min(
                before[row - 1][column] + 1.0,
                before[row][column - 1] + 1.0,
                before[row - 1][column - 1] + (0.0 if same else substitute),
            )
            if row > 1 and column > 1 and one[row - 2 : row] == other[column - 2 : column][::-1]:
                cost = min(cost, before[row - 2][column - 2] + 1.0)
            before[row][column] = cost
    return before[-1][-1]


def order_similarity(true: Sequence[Hashable], told: Sequence[Hashable]) -> float:
    """POS: 1 when the steps were told in the order in which they were done, 0 at worst.

    `1 - min(distance / steps done, 1)` (IndustReal, section 3.2.1).
    """
    if not true:
        return 0.0 if told else 1.0
    return 1.0 - min(edit_distance(list(true), list(told)) / len(true), 1.0)


def matched(true: Iterable[Completion], told: Iterable[Completion]) -> Matches:
    """Hold completions told against completions done, name by name.

    The completions of one step are paired in the order of time, so that the second turn told is
    held against the second turn done.
    """
    done_s, said_s = _by_step(true), _by_step(told)
    right, false, missed = 0, 0, 0
    late: list[float] = []
    for step in {**done_s, **said_s}:
        done, said = done_s.get(step, []), said_s.get(step, [])
        false += max(0, len(said) - len(done))
        missed += max(0, len(done) - len(said))
        for true_s, told_s in zip(done, said, strict=False):
            if told_s < true_s:
                false += 1
            else:
                right += 1
                late.append(told_s - true_s)
    return Matches(right=right, false=false, missed=missed, delays_s=tuple(late))


def f1(matches: Matches) -> float:
    """The harmonic mean of "told is right" and "done is told", 0 to 1; 1 when there is nothing."""
    counted = 2 * matches.right + matches.false + matches.missed
    return 2 * matches.right / counted if counted else 1.0


def mean_delay_s(matches: Matches) -> float | None:
    """The mean delay of the completions that were told rightly; None when there are none."""
    return fmean(matches.delays_s) if matches.delays_s else None


def _by_step(completions: Iterable[Completion]) -> dict[Hashable, list[float]]:
    times: dict[Hashable, list[float]] = {}
    for completion in sorted(completions, key=lambda c: c.at_s):
        times.setdefault(completion.step, []).append(completion.at_s)
    return times
