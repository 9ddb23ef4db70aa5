"""How much room words need, and where lines break, without a font: for layout as pure geometry.

Widths are those of DejaVu Sans Bold, the widest face that is used, and careful for letters that
are not in the table. The renderer draws a line a little narrower where another face runs wider,
so a box is never left.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from projector.scene import MIN_LETTER_MM

CAPITAL_EM = 0.729
"""Height of a capital in DejaVu Sans, in em (its OS/2 table)."""

ABOVE = 0.36
"""Room over the capitals of a line for accents, in letter heights."""

BELOW = 0.40
"""Room under the base line for tails, in letter heights."""

LINE = ABOVE + 1.0 + BELOW
"""From base line to base line, in letter heights."""

_WIDTHS_EM = {
    0.348: " ",
    0.38: "iljIJ'.,:;/|\\",
    0.46: "f!()[]-",
    0.50: "rt_`",
    0.60: 'cszoE?"*',
    0.70: "aeukvxyFLSTbdghnpq0123456789$oCPYZ",
    0.78: "ABKRVX{}",
    0.85: "DGHNOQU+=<>~^#&",
    0.95: "w",
    1.06: "mM%@",
    1.11: "W",
}
_WIDTH_OF = {letter: width for width, letters in _WIDTHS_EM.items() for letter in letters}
_WIDE_EM = 1.05
_OTHER_EM = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Words broken into lines, and the room they take.

    Attributes:
        lines: What stands on each line.
        letter_mm: Height of a capital.
        width_mm: Of the widest line.
        height_mm: Of all lines, accents and tails included.
    """

    lines: tuple[str, ...]
    letter_mm: float
    width_mm: float
    height_mm: float


def width_mm(text: str, letter_mm: float) -> float:
    """How wide a line of letters of this height runs, on the careful side."""
    return _text_em(text) * letter_mm / CAPITAL_EM


@lru_cache(maxsize=4096)
def _text_em(text: str) -> float:
    return sum(_width_em(letter) for letter in text)


@lru_cache(maxsize=4096)
def _width_em(letter: str) -> float:
    known = _WIDTH_OF.get(letter)
    if known is not None:
        return known
    if unicodedata.category(letter) in {"Mn", "Me", "Cf", "Cc"}:
        return 0.0
    base = unicodedata.normalize("NFD", letter)[0]
    if base in _WIDTH_OF:
        return _WIDTH_OF[base] + 0.02
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return _WIDE_EM
    return _OTHER_EM


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left (UAX 9, rules P2, P3)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction == "L":
            return False
        if direction in {"R", "AL"}:
            return True
    return False


def set_in(text: str, *, letter_mm: float, max_width_mm: float) -> Setting:
    """Break words into lines no wider than `max_width_mm`.

    A single word that is wider is broken between letters, with a hyphen where its script has
    one: better a broken word than letters too small to read.

    Args:
        text: Any text; line breaks in it are kept.
        letter_mm: Height of a capital, at least `MIN_LETTER_MM`.
        max_width_mm: Widest line allowed.
    """
    letter_mm = max(letter_mm, MIN_LETTER_MM)
    lines: list[str] = []
    for paragraph in text.strip().splitlines() or [""]:
        lines += _broken(paragraph, letter_mm, max_width_mm)
    return Setting(
        lines=tuple(lines),
        letter_mm=letter_mm,
        width_mm=max(width_mm(line, letter_mm) for line in lines),
        height_mm=len(lines) * LINE * letter_mm,
    )


def _broken(paragraph: str, letter_mm: float, max_width_mm: float) -> list[str]:
    space = " " if " " in paragraph else ""
    space_mm = width_mm(space, letter_mm)
    lines: list[str] = []
    used_mm = 0.0
    for word in _words(paragraph):
        word_mm = width_mm(word, letter_mm)
        if lines and used_mm + space_mm + word_mm <= max_width_mm:
            lines[-1] += space + word
            used_mm += space_mm + word_mm
            continue
        lines += _pieces(word, letter_mm, max_width_mm)
        used_mm = width_mm(lines[-1], letter_mm)
    return lines or [""]


def _words(paragraph: str) -> list[str]:
    """Words; each letter by itself in scripts that are written without spaces."""
    if " " not in paragraph and any(unicodedata.east_asian_width(c) in "WF" for c in paragraph):
        return list(paragraph)
    return paragraph.split()


def _pieces(word: str, letter_mm: float, max_width_mm: float) -> list[str]:
    """A word, in as many pieces as it takes to fit."""
    if width_mm(word, letter_mm) <= max_width_mm:
        return [word]
    hyphen = "-" if unicodedata.name(word[0], "").startswith(("LATIN", "GREEK", "CYRILLIC")) else ""
    pieces = [""]
    for letter in word:
        starts_new = width_mm(pieces[-1] + letter + hyphen, letter_mm) > max_width_mm
        if pieces[-1] and starts_new and not unicodedata.combining(letter):
            pieces[-1] += hyphen
            pieces.append("")
        pieces[-1] += letter
    return pieces


@lru_cache(maxsize=1024)
def balanced(text: str, *, letter_mm: float, max_width_mm: float) -> Setting:
    """As `set_in`, with the lines about equally long: no last line of one short word."""
    widest = set_in(text, letter_mm=letter_mm, max_width_mm=max_width_mm)
    count = len(widest.lines)
    best = widest
    if count == 1:
        return widest
    low, high = max_width_mm / 4, max_width_mm
    for _ in range(5):
        middle = (low + high) / 2
        tried = set_in(text, letter_mm=letter_mm, max_width_mm=middle)
        if len(tried.lines) <= count and tried.width_mm <= best.width_mm:
            best, high = tried, middle
        else:
            low = middle
    return best if not _breaks_more_words(best, widest) else widest


def _breaks_more_words(tried: Setting, other: Setting) -> bool:
    """Whether the tried setting cuts words that the other keeps whole."""
    return len(" ".join(tried.lines)) > len(" ".join(other.lines))
