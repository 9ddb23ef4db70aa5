"""Runs recorded evidence through the tracker again: the same recording gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from tasks.event_lines import event_line, json_text
from tasks.events import Event, EventType
from tasks.evidence_lines import moments
from tasks.model import Evidence, Names, Task
from tasks.tracker import advance, begin, tick

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Second 0 of a recording, when nobody says otherwise: a replay must not depend on today."""
NAMESPACE = uuid5(NAMESPACE_URL, "handwijzer:replay")


def replay(
    task: Task,
    evidence: Iterable[Evidence],
    *,
    names: Names | None = None,
    start_s: float | None = None,
    until_s: float | None = None,
) -> Iterator[Event]:
    """What would have been told, had this evidence come from the bench.

    A task with `cycle` begins again at once when it is done; others end with their first run.

    Args:
        task: What the worker did.
        evidence: In the order of time.
        names: The zones of the station, for reaches into bins that the task does not use.
        start_s: When the run began; second 0 unless the recording begins before it.
        until_s: Until when time goes on after the last evidence, for steps that wait.
    """
    waiting = moments(evidence)
    first = next(waiting, None)
    if start_s is None:
        start_s = min(0.0, first[0].at_s) if first else 0.0
    belief, events = begin(task, start_s, names=names)
    yield from events
    for moment in () if first is None else (first, *waiting):
        belief, events = advance(belief, moment, task)
        yield from events
        if belief.finished:
            if not task.cycle:
                return
            belief, events = begin(task, belief.last_s, names=names)
            yield from events
    if until_s is not None:
        belief, events = tick(belief, until_s, task)
        yield from events


def replay_lines(
    task: Task,
    evidence: Iterable[Evidence],
    *,
    station: str = "replay",
    epoch: datetime = EPOCH,
    names: Names | None = None,
    start_s: float | None = None,
    until_s: float | None = None,
) -> Iterator[str]:
    """The same as JSON lines, without their ends.

    Every id follows from what it names, so that two replays can be compared byte by byte.

    Args:
        task: What the worker did.
        evidence: In the order of time.
        station: What to call the bench.
        epoch: The wall clock at second 0 of the recording. Aware.
        names: The zones of the station, for reaches into bins that the task does not use.
        start_s: When the run began; second 0 unless the recording begins before it.
        until_s: Until when time goes on after the last evidence, for steps that wait.
    """
    run_number, run_id = 0, UUID(int=0)
    told = replay(task, evidence, names=names, start_s=start_s, until_s=until_s)
    for seq, event in enumerate(told, start=1):
        if event.type is EventType.RUN_STARTED:
            run_number += 1
            run_id = uuid5(NAMESPACE, f"{station}/{task.task_id}/run {run_number}")
        line = event_line(
            event,
            event_id=UUID(int=0),
            seq=seq,
            station=station,
            run_id=run_id,
            task=task.task_id,
            at=epoch + timedelta(seconds=event.at_s),
        )
        line["event_id"] = str(uuid5(NAMESPACE, json_text(line)))
        yield json_text(line)
