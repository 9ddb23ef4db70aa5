"""The hub's one writer: puts what arrived into the database, each event once, in transactions."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from hub import database, rows
from hub.contiguity import Received
from hub.draft import Draft, Outbox
from hub.intake import EventArrived, Misfit, read
from hub.schema import aside, events, outboxes
from hub.wire import EventIdentityV1, event_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from hub.draft import Ack
    from hub.intake import Arrived

logger = logging.getLogger(__name__)

REFUSALS = (sa.exc.StatementError, ValueError, TypeError, OverflowError)
"""What the database layers raise when something in a row cannot be stored."""


class StorageTroubleError(Exception):
    """The database cannot take anything just now. What was given must be given again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one batch, all of it committed.

    Attributes:
        stored: Events that were new.
        repeats: Messages that were there already.
        misfits: Messages kept aside.
        held_refused: Messages for a newer hub that there is no room for.
        stations: (site, station) of those with new events.
        acks: To be sent, now that it is true.
    """

    stored: int = 0
    repeats: int = 0
    misfits: int = 0
    held_refused: int = 0
    stations: frozenset[tuple[str, str]] = frozenset()
    acks: tuple[Ack, ...] = ()


class Store:
    """All writing goes through here: one connection, one thread.

    Args:
        url: The database.
        now: The wall clock, aware, for `stored_at`.
        engine: Another way to open the database, for trials with faults.
    """

    def __init__(
        self, url: str, *, now: Callable[[], datetime], engine: sa.Engine | None = None
    ) -> None:
        self._now = now
        self._engine = engine or database.engine_for(url)
        self._connection: sa.Connection | None = None
        self._outboxes: dict[UUID, Outbox] = {}
        self._words: dict[tuple[str, str], dict[str, str]] = {}
        self._held = 0

    def __enter__(self) -> Self:
        """Open, migrate, and remember what is stored.

        Raises:
            DatabaseError: It cannot be used; the text says why.
        """
        try:
            with self._transaction() as connection:
                database.migrate(connection)
            with self._transaction() as connection:
                self._outboxes = _load_outboxes(connection)
                self._held = self._read_the_held_again(connection)
        except sa.exc.SQLAlchemyError as error:
            self.__exit__()
            where = self._engine.url.render_as_string()
            raise database.DatabaseError(
                f"The database {where} cannot be used: {database.plain_words(error)}."
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._drop_connection()
        self._engine.dispose()

    @property
    def missing(self) -> dict[tuple[str, str], int]:
        """Events that exist nowhere any more, by (site, station)."""
        found: dict[tuple[str, str], int] = {}
        for outbox in list(self._outboxes.values()):
            if outbox.received.missing:
                key = (outbox.site, outbox.station)
                found[key] = found.get(key, 0) + outbox.received.missing
        return found

    def write(self, batch: Sequence[Arrived]) -> Written:
        """Store a batch in one transaction.

        Raises:
            StorageTroubleError: Give it again later: perhaps nothing of it is stored.
        """
        try:
            return self._write_together(batch)
        except REFUSALS as error:
            self._raise_if_passing(error)
            logger.warning("A batch was refused, now one by one: %s", type(error).__name__)
        return _sum(self._write_alone(arrived) for arrived in batch)

    def _write_together(self, batch: Sequence[Arrived]) -> Written:
        draft = Draft(known=self._outboxes, held_before=self._held)
        for arrived in batch:
            draft.add(arrived)
        texts = self._new_words(draft)
        now = self._now()
        with self._transaction() as connection:
            wanted = {(one.event.outbox, one.event.seq) for one in draft.suspects}
            draft.judge(rows.stored_ids(connection, wanted))
            stored = rows.write_events(connection, draft.fresh, now)
            rows.write_states(connection, draft.states.values(), now)
            rows.write_words(connection, texts)
            rows.write_misfits(connection, draft.misfits, now)
            for outbox in draft.outboxes.values():
                rows.write_outbox(connection, outbox, now)
        self._outboxes.update(draft.outboxes)
        self._words.update(texts)
        self._held += draft.held
        return Written(
            stored=stored,
            repeats=draft.repeats + len(draft.fresh) - stored,
            misfits=len(draft.misfits),
            held_refused=draft.held_refused,
            stations=frozenset((one.site, one.event.station) for one in draft.fresh),
            acks=draft.acks(),
        )

    def _write_alone(self, arrived: Arrived) -> Written:
        """Store one message of a batch that was refused; keep it aside when it is the cause."""
        try:
            return self._write_together([arrived])
        except REFUSALS as error:
            self._raise_if_passing(error)
            if isinstance(arrived, Misfit):
                logger.exception("A message cannot even be kept aside")
                return Written(misfits=1)
            return self._write_alone(_refused(arrived, database.plain_words(error)))

    def _raise_if_passing(self, error: Exception) -> None:
        if not isinstance(error, sa.exc.DBAPIError):
            return
        if error.connection_invalidated:
            self._drop_connection()
        passing = (sa.exc.OperationalError, sa.exc.InternalError, sa.exc.InterfaceError)
        if error.connection_invalidated or isinstance(error, passing):
            raise StorageTroubleError(database.plain_words(error)) from error

    def _new_words(self, draft: Draft) -> dict[tuple[str, str], dict[str, str]]:
        found: dict[tuple[str, str], dict[str, str]] = {}
        for arrived in draft.states.values():
            state = arrived.state
            if state.task and state.task_title:
                found[(state.task, "")] = state.task_title
            if state.task and state.step and state.step_words:
                found[(state.task, state.step)] = state.step_words
        return {key: texts for key, texts in found.items() if self._words.get(key) != texts}

    def _read_the_held_again(self, connection: sa.Connection) -> int:
        """Events of a type that an older hub did not know: this one may.

        Returns:
            How many are still kept for a newer hub.
        """
        held = 0
        query = sa.select(aside).where(aside.c.event_id.is_not(None)).order_by(aside.c.id)
        for row in connection.execute(query).all():
            arrived = read(row.topic, row.payload, retained=False)
            if isinstance(arrived, EventArrived):
                rows.write_events(connection, [arrived], self._now())
                connection.execute(sa.delete(aside).where(aside.c.id == row.id))
            else:
                held += 1
        return held

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin():
            yield self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _load_outboxes(connection: sa.Connection) -> dict[UUID, Outbox]:
    found: dict[UUID, Outbox] = {}
    for row in connection.execute(sa.select(outboxes)).all():
        received = Received(stored_to=row.stored_to, missing=row.missing, copied=row.copied)
        for table in (events, aside):
            ahead = sa.select(table.c.seq).where(
                table.c.outbox == row.outbox, table.c.seq > (row.stored_to or 0)
            )
            for seq in connection.execute(ahead.order_by(table.c.seq)).scalars():
                received.note(seq)
        found[row.outbox] = Outbox(
            outbox=row.outbox, site=row.site, station=row.station, received=received
        )
    return found


def _refused(arrived: Arrived, reason: str) -> Misfit:
    """The misfit that a message is which the database does not take."""
    if not isinstance(arrived, EventArrived):
        payload = b"" if isinstance(arrived, Misfit) else arrived.payload
        return Misfit(topic="", payload=payload, size_bytes=len(payload), reason=reason)
    event = arrived.event
    payload = event.to_payload()
    return Misfit(
        topic=event_topic(site=arrived.site, station=event.station),
        payload=payload,
        size_bytes=len(payload),
        reason=f"the database refused it: {reason}",
        site=arrived.site,
        identity=EventIdentityV1(
            event_id=event.event_id, outbox=event.outbox, seq=event.seq, station=event.station
        ),
    )


def _sum(parts: Iterable[Written]) -> Written:
    total = Written()
    for part in parts:
        total = Written(
            stored=total.stored + part.stored,
            repeats=total.repeats + part.repeats,
            misfits=total.misfits + part.misfits,
            held_refused=total.held_refused + part.held_refused,
            stations=total.stations | part.stations,
            acks=total.acks + part.acks,
        )
    return total
