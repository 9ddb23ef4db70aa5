"""What the worker really did: written by the twin, read by whoever checks the station."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO


class Deed(StrEnum):
    """What can truly happen."""

    RUN_BEGUN = "run_begun"
    STEP_DONE = "step_done"
    WRONG_REACH = "wrong_reach"
    RUN_DONE = "run_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinTruth:
    """One true fact.

    Attributes:
        at_s: When, on the clock of the frames.
        what: What happened.
        run: Which run, from 1.
        step: The coach's name of the step; of the step that was wanted, for a wrong reach.
        turn: Which repetition of it, from 1.
        place: Its index in `Task.steps`.
        zone: Where, or None.
    """

    at_s: float
    what: Deed
    run: int
    step: str | None = None
    turn: int | None = None
    place: int | None = None
    zone: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As it stands in the truth file; times in milliseconds' precision."""
        return {**asdict(self), "what": str(self.what), "at_s": round(self.at_s, 3)}


class TruthBook:
    """All true facts, oldest first, and the file they also go to."""

    def __init__(
        self, path: Path | None = None, told: Callable[[TwinTruth], None] | None = None
    ) -> None:
        self._lines: list[TwinTruth] = []
        self._told = told
        self._file: TextIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8")

    @property
    def lines(self) -> tuple[TwinTruth, ...]:
        """Everything so far."""
        return tuple(self._lines)

    def add(self, fact: TwinTruth) -> None:
        """Write a fact down."""
        self._lines.append(fact)
        if self._file is not None:
            self._file.write(json.dumps(fact.as_json()) + "\n")
            self._file.flush()
        if self._told is not None:
            self._told(fact)

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None
