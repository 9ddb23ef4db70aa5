"""Events as JSON: the keys in which a fact is written down, for files and for the wire."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from tasks.events import Event

EventLine = dict[str, str | int | float | dict[str, float]]
"""A fact, ready for JSON: the keys of `docs/tasks.md`; what is not known is left out."""


def event_line(
    event: Event,
    *,
    event_id: UUID,
    seq: int | None,
    station: str,
    run_id: UUID | None,
    task: str | None,
    at: datetime,
) -> EventLine:
    """Write one fact down.

    Args:
        event: The fact.
        event_id: Made once for this fact.
        seq: Its number in its source, from 1; None where it gets one later (the outbox).
        station: Where it happened.
        run_id: The run it belongs to; None for a fact about the station itself.
        task: The task of that run.
        at: When, on the wall clock. Aware.
    """
    line: dict[str, str | int | float | dict[str, float] | None] = {
        "event_id": str(event_id),
        "seq": seq,
        "type": str(event.type),
        "station": station,
        "run_id": None if run_id is None else str(run_id),
        "task": task,
        "step": event.step,
        "turn": event.turn,
        "zone": event.zone,
        "at": utc_text(at),
        "at_s": round(event.at_s, 3),
        "took_s": None if event.took_s is None else round(event.took_s, 3),
        "support": None if event.support is None else str(event.support),
        "confidence": None if event.confidence is None else round(event.confidence, 3),
        "note": event.note,
        "latency_ms": dict(event.latency_ms) or None,
    }
    return {key: value for key, value in line.items() if value is not None}


def json_text(line: EventLine) -> str:
    """The line as text, without its end: the same bytes for the same fact."""
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def utc_text(at: datetime) -> str:
    """`2026-11-22T09:30:00.123Z`.

    Raises:
        ValueError: The time has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone is ambiguous; give one with a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
