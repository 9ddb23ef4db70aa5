"""From the listener to the database: batch, commit, acknowledge, and only then let go."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from hub.inbox import settle
from hub.intake import read
from hub.store import StorageTroubleError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from hub.draft import Ack
    from hub.health import Health
    from hub.inbox import Inbox, Message
    from hub.intake import Arrived
    from hub.metrics import Metrics
    from hub.store import Store, Written

logger = logging.getLogger(__name__)

BATCH = 500
"""Beyond this the transaction is no cheaper per event (benchmarks/hub_ingest.py)."""

RETRY_FIRST_S, RETRY_LAST_S = 0.1, 2.0


class Writer:
    """The one thread that writes.

    Args:
        inbox: Where messages come from.
        acknowledge: Tells stations what is stored.
        store: Where they go to.
        health: Told under `storage`.
        metrics: Counted in.
        stored: Called with the (site, station) of new events, after the commit.
        after_commit: Called between commit and acknowledgement: the seam for crash trials.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        acknowledge: Callable[[Sequence[Ack]], None],
        store: Store,
        health: Health,
        metrics: Metrics,
        stored: Callable[[frozenset[tuple[str, str]]], None] = lambda _stations: None,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._inbox = inbox
        self._acknowledge = acknowledge
        self._store = store
        self._health = health
        self._metrics = metrics
        self._stored = stored
        self._after_commit = after_commit

    def write(self, stop: threading.Event) -> None:
        """Write what comes in, until `stop`."""
        self._health.tell("storage", well=True)
        while not stop.is_set():
            messages = self._inbox.take(at_most=BATCH, timeout_s=0.2)
            if messages:
                self._write_batch(messages, stop)

    def _write_batch(self, messages: list[Message], stop: threading.Event) -> None:
        self._metrics.messages.inc(len(messages))
        batch = [read(one.topic, one.payload, retained=one.retained) for one in messages]
        written = self._write_until_it_works(batch, stop)
        if written is None:
            return
        self._after_commit()
        self._acknowledge(written.acks)
        settle(messages)
        self._count(written)
        if written.stations or written.acks:
            self._stored(written.stations)

    def _write_until_it_works(self, batch: list[Arrived], stop: threading.Event) -> Written | None:
        """Keep the batch and try again while the database has trouble. None after `stop`."""
        wait_s = RETRY_FIRST_S
        while not stop.is_set():
            try:
                with self._metrics.commit_s.time():
                    written = self._store.write(batch)
            except StorageTroubleError as error:
                self._metrics.storage_troubles.inc()
                logger.warning("Nothing can be stored: %s", error)
                self._health.tell("storage", well=False, why=f"Nothing can be stored: {error}")
                stop.wait(wait_s)
                wait_s = min(wait_s * 2, RETRY_LAST_S)
            else:
                self._tell(written)
                return written
        return None

    def _tell(self, written: Written) -> None:
        full = written.held_refused > 0
        why = "Too many messages wait for a newer hub: install it" if full else ""
        self._health.tell("storage", well=not full, why=why)

    def _count(self, written: Written) -> None:
        self._metrics.stored.inc(written.stored)
        self._metrics.repeats.inc(written.repeats)
        self._metrics.misfits.inc(written.misfits)
        self._metrics.held_refused.inc(written.held_refused)
