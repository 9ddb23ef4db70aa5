"""How events, states and misfits become rows, and the statements that write them."""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.schema import aside, events, outboxes, runs, stations, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from hub.draft import Outbox
    from hub.intake import EventArrived, Misfit, StateArrived

Row = dict[str, object]

POISON_KEPT = 1000
"""The newest messages that fit nothing are kept; older ones are erased."""

VARIABLES_AT_MOST = 999
"""So many SQLite before 3.32 takes in one statement."""

SEQS_A_QUERY = 400

Insert = sqlite.Insert | postgresql.Insert


def _insert(connection: sa.Connection, table: sa.Table) -> Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def write_events(
    connection: sa.Connection, arrived: Collection[EventArrived], now: datetime
) -> int:
    """Insert events, once each by `event_id`, and note their runs. Returns how many were new.

    Compiled once and given to the driver as it is: SQLAlchemy's own way with the parameters costs
    as much as SQLite's with the rows (benchmarks/hub_ingest.py).
    """
    if not arrived:
        return 0
    insert = _event_insert(connection.dialect)
    stored_at = insert.bind("stored_at", now)
    rows = [insert.row(one, stored_at) for one in arrived]
    added = insert.execute(connection, rows)
    _write_runs(connection, arrived)
    return added


class _EventInsert:
    """The insert of events, compiled for one kind of database."""

    def __init__(self, dialect: sa.engine.Dialect) -> None:
        insert = (
            postgresql.insert(events) if dialect.name == "postgresql" else sqlite.insert(events)
        )
        names = [column.name for column in events.columns if column.name != "id"]
        compiled = (
            insert.values({name: sa.bindparam(name) for name in names})
            .on_conflict_do_nothing(index_elements=["event_id"])
            .compile(dialect=dialect)
        )
        self._statement = str(compiled)
        self._order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._one_row = f"({', '.join('?' * len(names))})"
        self._many = VARIABLES_AT_MOST // len(names)
        rows = ", ".join([self._one_row] * self._many)
        self._statement_for_many = self._statement.replace(self._one_row, rows, 1)
        self._binds: dict[str, Callable[[object], object] | None] = {
            column.name: column.type.dialect_impl(dialect).bind_processor(dialect)
            for column in events.columns
        }
        self._uuid = self._binds["event_id"] or _as_is
        self._moment = self._binds["at"] or _as_is
        self._json = self._binds["latency_ms"] or _as_is

    def bind(self, column: str, value: object) -> object:
        """A value as the driver wants it."""
        return (self._binds[column] or _as_is)(value)

    def execute(self, connection: sa.Connection, rows: list[tuple[object, ...] | Row]) -> int:
        """Insert rows. Returns how many were new.

        SQLite gets many rows in one statement: the driver lets go of the interpreter for each
        statement, and has to wait for the listener to get it back.
        """
        added = 0
        start = 0
        if self._order is not None:
            while len(rows) - start >= self._many:
                flat = tuple(chain.from_iterable(rows[start : start + self._many]))
                added += connection.exec_driver_sql(self._statement_for_many, flat).rowcount
                start += self._many
        if start < len(rows):
            rest = connection.exec_driver_sql(self._statement, rows[start:]).rowcount
            added += rest if rest >= 0 else len(rows) - start
        return added

    def row(self, arrived: EventArrived, stored_at: object) -> tuple[object, ...] | Row:
        """An event as the driver wants it: in the order of the columns, or by name."""
        event = arrived.event
        row: Row = {
            "event_id": self._uuid(event.event_id),
            "outbox": self._uuid(event.outbox),
            "seq": event.seq,
            "type": event.type,
            "site": arrived.site,
            "station": event.station,
            "run_id": event.run_id,
            "task": event.task,
            "step": event.step,
            "turn": event.turn,
            "zone": event.zone,
            "at": self._moment(event.at),
            "at_s": event.at_s,
            "took_s": event.took_s,
            "support": event.support,
            "confidence": event.confidence,
            "worker": event.worker,
            "latency_ms": None if event.latency_ms is None else self._json(event.latency_ms),
            "note": event.note,
            "stored_at": stored_at,
        }
        return row if self._order is None else tuple(row[name] for name in self._order)


def _as_is(value: object) -> object:
    return value


@cache
def _event_insert(dialect: sa.engine.Dialect) -> _EventInsert:
    return _EventInsert(dialect)


def _write_runs(connection: sa.Connection, arrived: Iterable[EventArrived]) -> None:
    found: dict[tuple[str, str, str], tuple[str | None, datetime, datetime]] = {}
    for one in arrived:
        event = one.event
        if event.run_id is not None:
            key = (one.site, event.station, event.run_id)
            task, first_at, last_at = found.get(key, (event.task, event.at, event.at))
            found[key] = (task or event.task, min(first_at, event.at), max(last_at, event.at))
    rows = [
        {
            "site": site,
            "station": station,
            "run_id": run_id,
            "task": task,
            "first_at": first_at,
            "last_at": last_at,
        }
        for (site, station, run_id), (task, first_at, last_at) in found.items()
    ]
    if not rows:
        return
    insert = _insert(connection, runs)
    new = insert.excluded
    upsert = insert.on_conflict_do_update(
        index_elements=["site", "station", "run_id"],
        set_={
            "task": sa.func.coalesce(runs.c.task, new.task),
            "first_at": sa.case(
                (new.first_at < runs.c.first_at, new.first_at), else_=runs.c.first_at
            ),
            "last_at": sa.case((new.last_at > runs.c.last_at, new.last_at), else_=runs.c.last_at),
        },
    )
    connection.execute(upsert, rows)


def write_states(
    connection: sa.Connection, arrived: Collection[StateArrived], now: datetime
) -> None:
    """Keep the last state of each station. A retained one says nothing about now."""
    if not arrived:
        return
    insert = _insert(connection, stations)
    keys = ["site", "station"]
    newer = {"state": insert.excluded.state, "heard_at": insert.excluded.heard_at}
    for retained in (True, False):
        upsert = (
            insert.on_conflict_do_nothing(index_elements=keys)
            if retained
            else insert.on_conflict_do_update(index_elements=keys, set_=newer)
        )
        rows = [
            {
                "site": one.state.site,
                "station": one.state.station,
                "state": one.payload.decode(),
                "heard_at": min(one.state.sent_at, now) if retained else now,
            }
            for one in arrived
            if one.retained is retained
        ]
        if rows:
            connection.execute(upsert, rows)


def write_words(connection: sa.Connection, texts: dict[tuple[str, str], dict[str, str]]) -> None:
    """Remember what tasks and steps are called: (task, step) to language to words."""
    if not texts:
        return
    insert = _insert(connection, words)
    upsert = insert.on_conflict_do_update(
        index_elements=["task", "step"], set_={"texts": insert.excluded.texts}
    )
    rows = [{"task": task, "step": step, "texts": said} for (task, step), said in texts.items()]
    connection.execute(upsert, rows)


def write_misfits(connection: sa.Connection, misfits: Collection[Misfit], now: datetime) -> None:
    """Keep messages aside, and erase the oldest that nobody can ever read."""
    if not misfits:
        return
    insert = _insert(connection, aside).on_conflict_do_nothing(index_elements=["event_id"])
    connection.execute(insert, [_misfit_row(misfit, now) for misfit in misfits])
    last_kept = (
        sa.select(aside.c.id)
        .where(aside.c.event_id.is_(None))
        .order_by(aside.c.id.desc())
        .limit(1)
        .offset(POISON_KEPT - 1)
        .scalar_subquery()
    )
    connection.execute(sa.delete(aside).where(aside.c.event_id.is_(None), aside.c.id < last_kept))


def _misfit_row(misfit: Misfit, now: datetime) -> Row:
    identity = misfit.identity
    return {
        "arrived_at": now,
        "topic": misfit.topic,
        "reason": misfit.reason,
        "size_bytes": misfit.size_bytes,
        "payload": misfit.payload,
        "event_id": identity and identity.event_id,
        "outbox": identity and identity.outbox,
        "seq": identity and identity.seq,
    }


def write_outbox(connection: sa.Connection, outbox: Outbox, now: datetime) -> None:
    """Keep how far the hub is with one outbox."""
    values: Row = {
        "stored_to": outbox.received.stored_to,
        "missing": outbox.received.missing,
        "copied": outbox.received.copied,
    }
    row: Row = {
        "outbox": outbox.outbox,
        "site": outbox.site,
        "station": outbox.station,
        "first_at": now,
    }
    upsert = _insert(connection, outboxes).on_conflict_do_update(
        index_elements=["outbox"], set_=values
    )
    connection.execute(upsert, [row | values])


def stored_ids(
    connection: sa.Connection, wanted: Iterable[tuple[UUID, int]]
) -> dict[tuple[UUID, int], UUID]:
    """The `event_id` that stands under each (outbox, seq), as far as there is one."""
    seqs: dict[UUID, list[int]] = {}
    for outbox, seq in wanted:
        seqs.setdefault(outbox, []).append(seq)
    found: dict[tuple[UUID, int], UUID] = {}
    for outbox, all_seqs in seqs.items():
        for start in range(0, len(all_seqs), SEQS_A_QUERY):
            some = all_seqs[start : start + SEQS_A_QUERY]
            for table in (events, aside):
                query = sa.select(table.c.seq, table.c.event_id).where(
                    table.c.outbox == outbox, table.c.seq.in_(some)
                )
                for seq, event_id in connection.execute(query).all():
                    found[(outbox, seq)] = event_id
    return found
