"""The first shape: events, outboxes, runs, stations, words, aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.schema import RowId, UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "events",
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
    )
    op.create_index("events_by_outbox", "events", ["outbox", "seq"])
    op.create_index("events_by_run", "events", ["run_id"])
    _create_the_small_tables()


def _create_the_small_tables() -> None:
    op.create_table(
        "outboxes",
        sa.Column("outbox", sa.Uuid(), primary_key=True),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("station", sa.String(64), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("stored_to", sa.BigInteger()),
        sa.Column("missing", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("copied", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "runs",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(64), primary_key=True),
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("task", sa.String(64)),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
    )
    op.create_index("runs_by_station", "runs", ["site", "station", "last_at"])
    op.create_table(
        "stations",
        sa.Column("site", sa.String(64), primary_key=True),
        sa.Column("station", sa.String(64), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "words",
        sa.Column("task", sa.String(64), primary_key=True),
        sa.Column("step", sa.String(64), primary_key=True),
        sa.Column("texts", sa.JSON(), nullable=False),
    )
    op.create_table(
        "aside",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("topic", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.Uuid(), unique=True),
        sa.Column("outbox", sa.Uuid()),
        sa.Column("seq", sa.BigInteger()),
    )
    op.create_index("aside_by_outbox", "aside", ["outbox", "seq"])
