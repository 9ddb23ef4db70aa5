"""The story of one run, step by step, from its events. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """What the story needs of an event."""

    type: str
    task: str | None
    step: str | None
    turn: int | None
    zone: str | None
    at: datetime
    took_s: float | None
    support: str | None
    worker: str | None
    note: str | None


@dataclass(slots=True, kw_only=True)
class StepLine:
    """One step of a run, one turn of it.

    Attributes:
        finished_at: None while it is not finished, or undone again.
        support: How much help it was done with; the last that was told.
        wrong_zones: Zone to how often it was reached into instead.
        unsure: How often the station could not tell.
        help_asked: How often help was asked for.
    """

    step: str
    turn: int
    started_at: datetime
    finished_at: datetime | None = None
    took_s: float | None = None
    support: str | None = None
    wrong_zones: dict[str, int] = field(default_factory=dict)
    unsure: int = 0
    undone: int = 0
    help_asked: int = 0


@dataclass(slots=True, kw_only=True)
class RunStory:
    """One pass through one task.

    Attributes:
        ended: `finished`, `stopped`, or None while it goes on.
        took_s: Of the whole run, as the station measured it.
    """

    run_id: str
    task: str | None
    worker: str | None
    started_at: datetime
    last_at: datetime
    ended: str | None = None
    took_s: float | None = None
    lines: list[StepLine] = field(default_factory=list)

    @property
    def steps_finished(self) -> int:
        """How many steps are done."""
        return sum(line.finished_at is not None for line in self.lines)

    @property
    def wrong_zones(self) -> int:
        """How often a wrong zone was reached into."""
        return sum(sum(line.wrong_zones.values()) for line in self.lines)


def story(run_id: str, events: Iterable[StoredEvent]) -> RunStory | None:
    """Tell a run from its events, in the order in which they happened. None without events."""
    told: RunStory | None = None
    lines: dict[tuple[str, int], StepLine] = {}
    for event in events:
        if told is None:
            told = RunStory(
                run_id=run_id,
                task=event.task,
                worker=event.worker,
                started_at=event.at,
                last_at=event.at,
            )
        told.last_at = max(told.last_at, event.at)
        if event.type in {"run_finished", "run_stopped"}:
            told.ended = event.type.removeprefix("run_")
            told.took_s = event.took_s
        if event.step is not None:
            _tell_step(lines, event, event.step)
    if told is not None:
        told.lines = list(lines.values())
    return told


def _tell_step(lines: dict[tuple[str, int], StepLine], event: StoredEvent, step: str) -> None:
    key = (step, event.turn or 1)
    line = lines.get(key)
    if line is None:
        line = lines[key] = StepLine(step=step, turn=key[1], started_at=event.at)
    line.support = event.support or line.support
    match event.type:
        case "step_finished":
            line.finished_at, line.took_s = event.at, event.took_s
        case "step_undone":
            line.finished_at, line.took_s = None, None
            line.undone += 1
        case "step_unsure":
            line.unsure += 1
        case "help_asked":
            line.help_asked += 1
        case "wrong_zone":
            zone = event.zone or "?"
            line.wrong_zones[zone] = line.wrong_zones.get(zone, 0) + 1
        case _:
            pass
