"""What somebody asked of a station when starting it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from station.twin.bench import TwinBench
from station.twin.truth import TwinTruth


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody asked of `handwijzer station run` or of the demo.

    Attributes:
        station: The station file.
        task: The task file.
        source: Instead of the station file's: a camera's number, a film, `twin[:persona]`.
        events: Also write events here, one JSON line each.
        evidence: Also write evidence here, one JSON line each.
        folder: Where outbox and log are kept; None: in the user's data folder.
        model: The hand model, if not in its usual place.
        broker: Instead of the station file's.
        truth: Where the twin writes what truly happened.
        seed: Of the twin's worker.
        tone: Skin or glove of the twin's worker instead of the persona's own.
        room: The room's light on the twin's bench, 1 is as usual.
        twin_runs: The twin's source ends soon after so many runs; None for never.
        twin_s: When the twin's source ends, on its own clock; None for never.
        window: Show light on the projector.
        windowed: Show it in a window on the desktop instead.
        hands: Recognise hands; without them the second witness works alone.
        in_step: Read a film or the twin as fast as this computer can.
        reports: Report to the hub; a session that is recorded is no real work.
        observations: Also write what was measured in each frame here.
        marks: Keys and typed lines mark the truth, which is written here.
        tell: Says something to who started it, while the work goes on.
        rehearse: Called with the twin and each true fact at its bench, in the thread that takes
            pictures: a rehearsal bumps the projector after the third step.
        film: Also keep the pictures here. Pictures of people: only when somebody asked for it.
    """

    station: Path
    task: Path
    source: str | None = None
    events: Path | None = None
    evidence: Path | None = None
    folder: Path | None = None
    model: Path | None = None
    broker: str | None = None
    truth: Path | None = None
    seed: int = 1
    tone: str | None = None
    room: float = 1.0
    twin_runs: int | None = None
    twin_s: float | None = None
    window: bool = True
    windowed: bool = False
    hands: bool = True
    in_step: bool = False
    rehearse: Callable[[TwinBench, TwinTruth], None] | None = None
    reports: bool = True
    observations: Path | None = None
    marks: Path | None = None
    film: Path | None = None
    tell: Callable[[str], None] = field(default=lambda _: None)


class StationError(Exception):
    """The station cannot start. The text says what to do."""
