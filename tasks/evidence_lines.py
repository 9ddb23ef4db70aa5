"""Evidence as JSON lines: what stands in a recording of a bench."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

from tasks.model import Evidence, Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMistake:
    """One line that cannot be used.

    Attributes:
        file: The file's name.
        line: Counted from 1.
        remedy: What is wrong, or what to write instead.
    """

    file: str
    line: int
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.remedy}"


class EvidenceFileError(Exception):
    """A recording cannot be used. `mistakes` has every reason, in the order of the lines."""

    def __init__(self, mistakes: tuple[LineMistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


def read_evidence(path: Path) -> tuple[Evidence, ...]:
    """Read a recording.

    Raises:
        EvidenceFileError: It cannot be used; the error has every mistake with its line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        remedy = f"cannot be opened ({error.strerror}). Check the path."
        raise EvidenceFileError((LineMistake(file=path.name, line=1, remedy=remedy),)) from None
    except UnicodeDecodeError:
        remedy = "is not UTF-8 text."
        raise EvidenceFileError((LineMistake(file=path.name, line=1, remedy=remedy),)) from None
    return parse_evidence(text.split("\n"), file=path.name)


def parse_evidence(lines: Iterable[str], *, file: str = "evidence") -> tuple[Evidence, ...]:
    """Read lines. Empty ones are passed over.

    Args:
        lines: One piece of evidence each.
        file: What to call their source in mistakes.

    Raises:
        EvidenceFileError: A line cannot be used; the error has every such line.
    """
    read: list[Evidence] = []
    mistakes: list[LineMistake] = []
    newest_s = float("-inf")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            piece = _evidence(line, newest_s)
        except _UnusableLineError as error:
            mistakes.append(LineMistake(file=file, line=number, remedy=str(error)))
            continue
        newest_s = piece.at_s
        read.append(piece)
    if mistakes:
        raise EvidenceFileError(tuple(mistakes))
    return tuple(read)


def evidence_line(evidence: Evidence) -> str:
    """One piece of evidence as a line, without its end. Reading it gives the same evidence."""
    written = {"at_s": evidence.at_s, "sign": str(evidence.sign), "p": evidence.p}
    return json.dumps(written, ensure_ascii=False)


def write_evidence(path: Path, evidence: Iterable[Evidence]) -> None:
    """Write a recording."""
    with path.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(evidence_line(piece) + "\n" for piece in evidence)


def moments(evidence: Iterable[Evidence]) -> Iterator[Sequence[Evidence]]:
    """The evidence of each moment together, as `tasks.tracker.advance` wants it."""
    for _, together in groupby(evidence, key=lambda piece: piece.at_s):
        yield tuple(together)


class _UnusableLineError(Exception):
    """One line cannot be used. The text says why."""


def _evidence(line: str, newest_s: float) -> Evidence:
    try:
        written = json.loads(line, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _UnusableLineError(f"is not JSON: {error.msg} at column {error.colno}.") from None
    except (RecursionError, ValueError):
        raise _UnusableLineError(
            "is not evidence: nested too deep, or too long a number."
        ) from None
    if not isinstance(written, dict):
        raise _UnusableLineError(
            'must look like {"at_s": 12.4, "sign": "picked:bin_a", "p": 0.93}.'
        )
    missing = [key for key in ("at_s", "sign", "p") if key not in written]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise _UnusableLineError(f"{' and '.join(missing)} {verb} missing.")
    at_s, p = _number(written, "at_s"), _number(written, "p")
    if not isinstance(written["sign"], str):
        raise _UnusableLineError("sign must be text, such as 'picked:bin_a'.")
    try:
        piece = Evidence(at_s=at_s, sign=Sign.parse(written["sign"]), p=p)
    except ValueError as error:
        raise _UnusableLineError(f"{error}.") from None
    if at_s < newest_s:
        raise _UnusableLineError(
            f"time falls: {at_s:g} s comes after {newest_s:g} s; sort the lines."
        )
    return piece


def _number(written: dict[str, Any], key: str) -> float:
    value = written[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _UnusableLineError(f"{key} must be a number.")
    try:
        return float(value)
    except OverflowError:
        raise _UnusableLineError(f"{key} is too large.") from None


def _no_number(name: str) -> NoReturn:
    raise _UnusableLineError(f"{name} is no number.")
