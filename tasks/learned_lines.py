"""What a station has learned as JSON lines: one for each thing counted, sorted, without loss."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from tasks.learned import PARTS, Counts, Gaps, Heard, Learned, Seen, Spread, added
from tasks.model import SignKind


class LearnedFileError(Exception):
    """What was kept cannot be used. The text says which line, and why."""


def learned_lines(learned: Learned) -> Iterator[str]:
    """Write it down: the same bytes for the same value."""
    yield _line(counted="runs", count=learned.runs)
    for name, took in sorted(learned.took.items()):
        yield _line(counted="took", of=name, **asdict(took))
    for (before, label, after), took in sorted(learned.took_between.items()):
        yield _line(counted="took_between", after=before, of=label, before=after, **asdict(took))
    for label, gaps in sorted(learned.gaps.items()):
        yield _line(counted="gaps", of=label, **asdict(gaps))
    for (before, label), gaps in sorted(learned.gaps_between.items()):
        yield _line(counted="gaps_between", after=before, of=label, **asdict(gaps))
    for (label, part), heard in sorted(learned.during.items()):
        yield _line(counted="during", of=label, part=part, **_sorted(heard))
    for label, heard in sorted(learned.between.items()):
        yield _line(counted="between", of=label, **_sorted(heard))
    for kind, seen in sorted(learned.signs.items()):
        yield _line(counted="signs", of=str(kind), **asdict(seen))


def parse_learned(lines: Iterable[str]) -> Learned:
    """Read it again. Two files one after the other are learned from together.

    Raises:
        LearnedFileError: A line cannot be used. Learn again from the recordings.
    """
    found = _Found()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.take(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LearnedFileError(
                f"line {number} of what was learned cannot be used ({error});"
                " learn again from the recordings"
            ) from None
    return found.together()


class _Found:
    """What the lines read so far say."""

    def __init__(self) -> None:
        self._runs = 0
        self._took: dict[str, Spread] = {}
        self._took_between: dict[tuple[str, str, str], Spread] = {}
        self._gaps: dict[str, Gaps] = {}
        self._gaps_between: dict[tuple[str, str], Gaps] = {}
        self._during: dict[tuple[str, int], Heard] = {}
        self._between: dict[str, Heard] = {}
        self._signs: dict[SignKind, Seen] = {}

    def take(self, kept: dict[str, Any]) -> None:
        """Add one line."""
        match kept.pop("counted"):
            case "runs":
                self._runs += int(_count(kept["count"]))
            case "took":
                added(self._took, kept.pop("of"), Spread(**_counts(kept)))
            case "took_between":
                three = (kept.pop("after"), kept.pop("of"), kept.pop("before"))
                added(self._took_between, three, Spread(**_counts(kept)))
            case "gaps":
                added(self._gaps, kept.pop("of"), Gaps(**_counts(kept)))
            case "gaps_between":
                pair = (kept.pop("after"), kept.pop("of"))
                added(self._gaps_between, pair, Gaps(**_counts(kept)))
            case "during":
                key = (kept.pop("of"), _part(kept.pop("part")))
                added(self._during, key, _heard(kept))
            case "between":
                added(self._between, kept.pop("of"), _heard(kept))
            case "signs":
                added(self._signs, SignKind(kept.pop("of")), Seen(**_counts(kept)))
            case other:
                raise ValueError(f"'{other}' is nothing that is learned")

    def together(self) -> Learned:
        """All lines as one value."""
        return Learned(
            runs=self._runs,
            took=self._took,
            took_between=self._took_between,
            gaps=self._gaps,
            gaps_between=self._gaps_between,
            during=self._during,
            between=self._between,
            signs=self._signs,
        )


def _line(**counted: object) -> str:
    return json.dumps(counted, ensure_ascii=False, allow_nan=False)


def _sorted(heard: Heard) -> dict[str, Counts]:
    return {name: dict(sorted(counts.items())) for name, counts in asdict(heard).items()}


def _heard(kept: dict[str, Any]) -> Heard:
    return Heard(**{name: _counts(counts) for name, counts in kept.items()})


def _counts(kept: dict[str, Any]) -> Counts:
    return {name: _count(value) for name, value in kept.items()}


def _count(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"'{value}' is no number")
    if not 0.0 <= value < float("inf"):
        raise ValueError(f"{value} is no count")
    return float(value)


def _part(value: object) -> int:
    part = int(_count(value))
    if part >= PARTS:
        raise ValueError(f"there is no part {part} of an activity")
    return part
