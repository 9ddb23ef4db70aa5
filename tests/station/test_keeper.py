"""A full disk takes nothing from the worker and loses no event."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from station.guide import Told
from station.keeper import Keeper, Moment
from station.outbox import Outbox, RunState
from tasks.event_lines import EventLine
from tasks.events import Event, EventType

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
RUN = RunState(run_id=UUID(int=7), task_id="torch", steps=12, done=frozenset({0}))


def told(at_s: float, *, note: str | None = None) -> Told:
    event = Event(type=EventType.STEP_FINISHED, at_s=at_s, step="take_housing", note=note)
    return Told(event=event, run_id=RUN.run_id)


def at(now_s: float, **more: object) -> Moment:
    return Moment(now_s=now_s, wall=NOON, **more)  # type: ignore[arg-type]


@contextmanager
def no_file_may_grow_beyond(size: int) -> Iterator[None]:
    """What a full disk does to a program, from the operating system itself."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_events_wait_in_memory_while_the_disk_is_full_and_are_written_after(
    tmp_path: Path,
) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    keeper = Keeper(outbox, station="bench-01", task="torch")
    assert keeper.keep([told(1.0)], RUN, at(1.0))
    assert keeper.trouble is None

    with no_file_may_grow_beyond(1):
        assert not keeper.keep([told(2.0, note="x" * 5000)], RUN, at(2.0))
        assert "disk" in (keeper.trouble or "")
        assert not keeper.keep([told(3.0)], RUN, at(3.0))
    assert outbox.standing().newest_seq == 1

    assert keeper.keep([], RUN, at(4.0)), "there is room again: what waited is written"
    assert keeper.trouble is None
    assert [json.loads(line)["at_s"] for _, line in outbox.after(0, 10)] == [1.0, 2.0, 3.0]


def test_the_disk_is_left_alone_when_nothing_happened(tmp_path: Path) -> None:
    keeper = Keeper(Outbox(tmp_path / "outbox.db"), station="bench-01", task="torch")
    assert keeper.keep([told(1.0)], RUN, at(1.0))
    assert not keeper.keep([], RUN, at(1.1))


def test_an_event_tells_when_it_happened_not_when_it_was_written(tmp_path: Path) -> None:
    lines: list[EventLine] = []
    keeper = Keeper(
        Outbox(tmp_path / "outbox.db"), station="bench-01", task="torch", also=lines.append
    )
    keeper.keep([told(10.0)], RUN, at(12.5, light_s=10.08, latency_ms={"camera_to_light": 61.26}))
    (line,) = lines
    assert line["at"] == "2026-11-22T11:59:57.500Z"
    assert line["latency_ms"] == {"camera_to_light": 61.3, "event_to_light": 80.0}
    assert line["run_id"] == str(RUN.run_id)
    assert line["task"] == "torch"


def test_a_fact_about_the_station_belongs_to_no_run(tmp_path: Path) -> None:
    lines: list[EventLine] = []
    keeper = Keeper(
        Outbox(tmp_path / "outbox.db"), station="bench-01", task="torch", also=lines.append
    )
    fault = Event(type=EventType.STATION_FAULT, at_s=1.0, note="The picture is black.")
    keeper.keep([Told(event=fault, run_id=None)], None, at(1.0))
    assert "run_id" not in lines[0]
    assert "task" not in lines[0]
