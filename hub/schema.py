"""The tables of the hub's database, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both sides.

    SQLite knows no moments: it gets text of fixed length, which sorts as time does and which is
    written three times faster than SQLAlchemy's own.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """What the column is in this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(32))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return]
        return datetime.fromisoformat(value)


RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself only when the key is exactly `INTEGER`."""

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("event_id", sa.Uuid(), nullable=False, unique=True),
    sa.Column("outbox", sa.Uuid(), nullable=False),
    sa.Column("seq", sa.BigInteger(), nullable=False),
    sa.Column("type", sa.String(40), nullable=False),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("station", sa.String(64), nullable=False),
    sa.Column("run_id", sa.String(64)),
    sa.Column("task", sa.String(64)),
    sa.Column("step", sa.String(64)),
    sa.Column("turn", sa.Integer()),
    sa.Column("zone", sa.String(64)),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("at_s", sa.Float(), nullable=False),
    sa.Column("took_s", sa.Float()),
    sa.Column("support", sa.String(64)),
    sa.Column("confidence", sa.Float()),
    sa.Column("worker", sa.String(64)),
    sa.Column("latency_ms", sa.JSON(none_as_null=True)),
    sa.Column("note", sa.String(500)),
    sa.Column("stored_at", UtcDateTime(), nullable=False),
    sa.Index("events_by_outbox", "outbox", "seq"),
    sa.Index("events_by_run", "run_id"),
)
"""Every fact that stations reported, once each (by `event_id`)."""

outboxes = sa.Table(
    "outboxes",
    metadata,
    sa.Column("outbox", sa.Uuid(), primary_key=True),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("station", sa.String(64), nullable=False),
    sa.Column("first_at", UtcDateTime(), nullable=False),
    sa.Column("stored_to", sa.BigInteger()),
    sa.Column("missing", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("copied", sa.Boolean(), nullable=False, server_default=sa.false()),
)
"""What the hub has of each outbox; `stored_to` is NULL until its beginning is known."""

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("site", sa.String(64), primary_key=True),
    sa.Column("station", sa.String(64), primary_key=True),
    sa.Column("run_id", sa.String(64), primary_key=True),
    sa.Column("task", sa.String(64)),
    sa.Column("first_at", UtcDateTime(), nullable=False),
    sa.Column("last_at", UtcDateTime(), nullable=False),
    sa.Index("runs_by_station", "site", "station", "last_at"),
)
"""Which runs there are at a station, so that nobody has to look through all events for them."""

stations = sa.Table(
    "stations",
    metadata,
    sa.Column("site", sa.String(64), primary_key=True),
    sa.Column("station", sa.String(64), primary_key=True),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("heard_at", UtcDateTime(), nullable=False),
)
"""The last state of each station, as the station wrote it."""

words = sa.Table(
    "words",
    metadata,
    sa.Column("task", sa.String(64), primary_key=True),
    sa.Column("step", sa.String(64), primary_key=True),
    sa.Column("texts", sa.JSON(), nullable=False),
)
"""What steps (and with an empty `step`, tasks) are called for people, learned from the states."""

aside = sa.Table(
    "aside",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("arrived_at", UtcDateTime(), nullable=False),
    sa.Column("topic", sa.String(500), nullable=False),
    sa.Column("reason", sa.String(600), nullable=False),
    sa.Column("size_bytes", sa.BigInteger(), nullable=False),
    sa.Column("payload", sa.LargeBinary(), nullable=False),
    sa.Column("event_id", sa.Uuid(), unique=True),
    sa.Column("outbox", sa.Uuid()),
    sa.Column("seq", sa.BigInteger()),
    sa.Index("aside_by_outbox", "outbox", "seq"),
)
"""Messages that do not fit. Those with an `event_id` come from an outbox and are never erased."""
