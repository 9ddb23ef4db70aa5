"""Words as large as they can stand near what they are about: letters, lines and place together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf

from projector.lettering import Setting, balanced
from projector.places import free_place, least_bad_place
from projector.scene import Box

WIDTHS_MM = (330.0, 220.0, 140.0)
"""Widest lines to try: 330 mm is about 22 letters of 18 mm, read in one look."""

SMALLER_COSTS = 4.0
"""Times the square of the millimetres that letters lose: 12 instead of 18 mm high is worth
standing 144 mm nearer. Size counts more the smaller the letters already are."""

LINE_COSTS = 20.0
"""Words may stand this many mm further off to save a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words broken into lines, and where they stand."""

    setting: Setting
    box: Box


@lru_cache(maxsize=512)
def placed(
    text: str,
    *,
    letters_mm: tuple[float, ...],
    near: Box,
    bench: Box,
    taken: tuple[Box, ...],
    rest: Box,
) -> Label:
    """The letters, lines and place that are near, large and few, weighed against each other.

    Words are broken only in the smallest letters, hands rest on words only when there is no other
    room, and something is covered only when there is no room at all.

    Args:
        text: What to say.
        letters_mm: Heights of a capital to try, the largest first.
        near: What it is about.
        bench: The whole bench.
        taken: Where nothing may stand.
        rest: Where hands rest.
    """
    for avoided in ((*taken, rest), taken):
        best = _best(text, letters_mm=letters_mm, near=near, bench=bench, taken=avoided)
        if best is not None:
            return best
    smallest = balanced(text, letter_mm=letters_mm[-1], max_width_mm=min(330.0, bench.width_mm))
    box = least_bad_place(
        width_mm=smallest.width_mm,
        height_mm=smallest.height_mm,
        near=near,
        bench=bench,
        taken=taken,
    )
    return Label(setting=smallest, box=box)


def _best(
    text: str,
    *,
    letters_mm: tuple[float, ...],
    near: Box,
    bench: Box,
    taken: tuple[Box, ...],
) -> Label | None:
    """The cheapest setting that finds a free place."""
    best: Label | None = None
    best_cost = inf
    for letter_mm in letters_mm:
        for setting in _settings(text, letter_mm):
            cost = SMALLER_COSTS * (letters_mm[0] - letter_mm) ** 2
            cost += LINE_COSTS * len(setting.lines)
            broken = not _is_whole(setting, text)
            if cost >= best_cost or (broken and letter_mm > letters_mm[-1]):
                continue
            place = free_place(
                width_mm=setting.width_mm,
                height_mm=setting.height_mm,
                near=near,
                bench=bench,
                taken=taken,
                nearer_than_mm=best_cost - cost,
            )
            if place is not None:
                best, best_cost = Label(setting=setting, box=place.box), cost + place.far_mm
    return best


def _settings(text: str, letter_mm: float) -> tuple[Setting, ...]:
    """The different ways to break a text into lines of the widths to try."""
    tried = (balanced(text, letter_mm=letter_mm, max_width_mm=width_mm) for width_mm in WIDTHS_MM)
    return tuple(dict.fromkeys(tried))


def _is_whole(setting: Setting, text: str) -> bool:
    """Whether no word is broken."""
    return len(" ".join(setting.lines).split()) == len(text.split())
