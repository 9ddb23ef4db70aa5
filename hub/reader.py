"""Questions to the database, on connections that cannot write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic_core import to_json

from hub import database
from hub.runs import RunStory, StoredEvent, story
from hub.schema import events, outboxes, runs, stations, words
from hub.wire import StateV1, WireError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

RUNS_A_PAGE = 15
MAX_EVENTS_A_RUN = 20_000
"""A run of 96 steps has about 400 events; a cycle left running all day must not fill the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """Some runs of a station, newest first.

    Attributes:
        older: Ask with this as `before` for the next; None when there are no more.
    """

    runs: tuple[RunStory, ...]
    older: datetime | None


class Reader:
    """Reads what the store has committed.

    Args:
        url: The same database.
    """

    def __init__(self, url: str) -> None:
        self._engine = database.engine_for(url, reads_only=True)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def last_states(self) -> list[tuple[StateV1, datetime]]:
        """The last state of each station, and when it was heard."""
        found = []
        with self._engine.connect() as connection:
            for row in connection.execute(sa.select(stations)).all():
                try:
                    found.append((StateV1.from_payload(row.state.encode()), row.heard_at))
                except WireError:
                    continue
        return found

    def words(self, task: str | None) -> dict[str, dict[str, str]]:
        """What the steps of a task are called: step to language to words; "" is the task."""
        with self._engine.connect() as connection:
            query = sa.select(words.c.step, words.c.texts).where(words.c.task == (task or ""))
            return {row.step: row.texts for row in connection.execute(query).all()}

    def runs(self, *, site: str, station: str, before: datetime | None = None) -> RunsPage:
        """A page of runs of one station, newest first."""
        query = (
            sa.select(runs.c.run_id, runs.c.last_at)
            .where(runs.c.site == site, runs.c.station == station)
            .order_by(runs.c.last_at.desc())
            .limit(RUNS_A_PAGE + 1)
        )
        if before is not None:
            query = query.where(runs.c.last_at < before)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
            told = [_story(connection, site, station, row.run_id) for row in rows[:RUNS_A_PAGE]]
        more = len(rows) > RUNS_A_PAGE
        return RunsPage(
            runs=tuple(one for one in told if one is not None),
            older=rows[RUNS_A_PAGE - 1].last_at if more else None,
        )

    def event_lines(self, *, station: str | None, run_id: str | None) -> Iterator[str]:
        """All events as JSON, each with `site` and `stored_at`; the order of each outbox."""
        query = (
            sa.select(events)
            .join(outboxes, events.c.outbox == outboxes.c.outbox, isouter=True)
            .order_by(outboxes.c.first_at, events.c.outbox, events.c.seq, events.c.id)
        )
        if station is not None:
            query = query.where(events.c.station == station)
        if run_id is not None:
            query = query.where(events.c.run_id == run_id)
        with self._engine.connect().execution_options(yield_per=1000) as connection:
            for row in connection.execute(query).mappings():
                told = {key: value for key, value in row.items() if value is not None}
                told.pop("id")
                yield to_json(told).decode()


def _story(connection: sa.Connection, site: str, station: str, run_id: str) -> RunStory | None:
    query = (
        sa.select(
            events.c.type,
            events.c.task,
            events.c.step,
            events.c.turn,
            events.c.zone,
            events.c.at,
            events.c.took_s,
            events.c.support,
            events.c.worker,
            events.c.note,
        )
        .where(events.c.run_id == run_id, events.c.site == site, events.c.station == station)
        .order_by(events.c.outbox, events.c.seq)
        .limit(MAX_EVENTS_A_RUN)
    )
    rows = connection.execute(query).mappings()
    return story(run_id, (StoredEvent(**row) for row in rows))
