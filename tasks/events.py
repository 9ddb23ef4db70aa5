"""Facts that happened during a run: past tense, never changed, reported to the hub."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class EventType(StrEnum):
    """Every kind of fact that a station reports."""

    RUN_STARTED = "run_started"
    STEP_STARTED = "step_started"
    STEP_FINISHED = "step_finished"
    STEP_UNDONE = "step_undone"
    STEP_UNSURE = "step_unsure"
    WRONG_ZONE = "wrong_zone"
    SUPPORT_RAISED = "support_raised"
    HELP_ASKED = "help_asked"
    HELP_ANSWERED = "help_answered"
    PAUSED = "paused"
    RESUMED = "resumed"
    FEELING_TOLD = "feeling_told"
    RUN_FINISHED = "run_finished"
    RUN_STOPPED = "run_stopped"
    STATION_FAULT = "station_fault"
    STATION_RECOVERED = "station_recovered"


class SupportLevel(StrEnum):
    """How much help a step was done with, least to most."""

    LIGHT = "light"
    CONTOUR = "contour"
    PICTURE = "picture"
    WORDS = "words"
    FILM = "film"
    COACH = "coach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact.

    Attributes:
        type: What happened.
        at_s: When, in seconds on the clock of the source.
        step: The coach's name of the step it is about, or None.
        turn: Which repetition of that step, from 1; None when there is no step.
        zone: The zone it happened in, for `wrong_zone`; else None.
        took_s: How long the step or run took, for `step_finished` and `run_finished`.
        support: How much help was offered at that moment.
        confidence: The belief that it happened, 0 to 1.
        note: Plain words for a coach: what is wrong with the station, why a step is unsure.
        latency_ms: Stage to milliseconds, for facts that light followed.
    """

    type: EventType
    at_s: float
    step: str | None = None
    turn: int | None = None
    zone: str | None = None
    took_s: float | None = None
    support: SupportLevel | None = None
    confidence: float | None = None
    note: str | None = None
    latency_ms: dict[str, float] = field(default_factory=dict)
