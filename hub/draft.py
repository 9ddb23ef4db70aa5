"""One batch on its way into the database: what must be written, and what may then be said. Pure."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.contiguity import Received
from hub.intake import EventArrived, Misfit, StateArrived
from hub.wire import AckV1

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from hub.intake import Arrived

logger = logging.getLogger(__name__)

HELD_AT_MOST = 100_000
"""Messages kept for a newer hub. Beyond it they are not acknowledged: stations keep them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """An acknowledgement and where it goes."""

    site: str
    station: str
    ack: AckV1


@dataclass(slots=True, kw_only=True)
class Outbox:
    """One outbox of one station, as the hub knows it."""

    outbox: UUID
    site: str
    station: str
    received: Received

    def copy(self) -> Outbox:
        """An own copy, to try a transaction on."""
        return Outbox(
            outbox=self.outbox,
            site=self.site,
            station=self.station,
            received=self.received.copy(),
        )

    def ack(self) -> Ack | None:
        """What may be told to the station. None while its beginning is not known."""
        stored_to = self.received.stored_to
        if stored_to is None and not self.received.copied:
            return None
        ack = AckV1(outbox=self.outbox, stored_to=stored_to or 0, renew=self.received.copied)
        return Ack(site=self.site, station=self.station, ack=ack)


@dataclass(slots=True, kw_only=True)
class Draft:
    """What one transaction writes.

    Attributes:
        known: The outboxes as they are committed; never changed here.
        held_before: How many messages are kept for a newer hub.
        outboxes: Changed copies, to be taken over after the commit.
        to_ack: Outboxes whose station must hear how far the hub is.
        fresh: Events with a seq that was not there.
        suspects: Events whose seq was there: repeats, most likely.
        states: The newest state of each (site, station).
        misfits: To keep aside.
        repeats: Messages that were there already.
        held: How many of `misfits` are kept for a newer hub.
        held_refused: How many were not, because there are too many.
    """

    known: Mapping[UUID, Outbox]
    held_before: int
    outboxes: dict[UUID, Outbox] = field(default_factory=dict)
    to_ack: set[UUID] = field(default_factory=set)
    fresh: list[EventArrived] = field(default_factory=list)
    suspects: list[EventArrived] = field(default_factory=list)
    states: dict[tuple[str, str], StateArrived] = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)
    repeats: int = 0
    held: int = 0
    held_refused: int = 0

    def add(self, arrived: Arrived) -> None:
        """Take one message in."""
        match arrived:
            case EventArrived():
                self._add_event(arrived)
            case StateArrived():
                self._add_state(arrived)
            case Misfit():
                self._add_misfit(arrived)

    def judge(self, stored_ids: Mapping[tuple[UUID, int], UUID]) -> None:
        """Tell repeats from other events under a seq that was there.

        Args:
            stored_ids: (outbox, seq) to `event_id`, as far as the database has the suspects' seqs.
        """
        if not self.suspects:
            return
        there = {(one.event.outbox, one.event.seq): one.event.event_id for one in self.fresh}
        there.update(stored_ids)
        for suspect in self.suspects:
            event = suspect.event
            known = there.get((event.outbox, event.seq))
            if known == event.event_id:
                self.repeats += 1
                continue
            if known is not None:
                self._found_copied(suspect)
            self.fresh.append(suspect)
        self.suspects = []

    def acks(self) -> tuple[Ack, ...]:
        """What may be said once this is committed."""
        said = (self.outboxes[outbox].ack() for outbox in self.to_ack)
        return tuple(ack for ack in said if ack is not None)

    def _add_event(self, arrived: EventArrived) -> None:
        event = arrived.event
        outbox = self._outbox(event.outbox, site=arrived.site, station=event.station)
        self.to_ack.add(event.outbox)
        (self.fresh if outbox.received.note(event.seq) else self.suspects).append(arrived)

    def _add_state(self, arrived: StateArrived) -> None:
        state = arrived.state
        if not state.online:
            return
        self.states[(state.site, state.station)] = arrived
        if state.outbox is None or arrived.retained:
            return
        outbox = self._outbox(state.outbox, site=state.site, station=state.station)
        lost = outbox.received.begins_at(state.oldest_seq)
        if lost:
            logger.error("%s/%s: %d events exist nowhere any more", state.site, state.station, lost)
        if outbox.received.stored_to != state.acked_to or outbox.received.copied:
            self.to_ack.add(state.outbox)

    def _add_misfit(self, misfit: Misfit) -> None:
        identity = misfit.identity
        if identity is None or misfit.site is None:
            self.misfits.append(misfit)
            return
        if self.held_before + self.held >= HELD_AT_MOST:
            self.held_refused += 1
            return
        outbox = self._outbox(identity.outbox, site=misfit.site, station=identity.station)
        self.to_ack.add(identity.outbox)
        if outbox.received.note(identity.seq):
            self.held += 1
            self.misfits.append(misfit)
        else:
            self.repeats += 1

    def _found_copied(self, suspect: EventArrived) -> None:
        received = self.outboxes[suspect.event.outbox].received
        if not received.copied:
            received.copied = True
            logger.error("%s/%s: two stations use one outbox", suspect.site, suspect.event.station)

    def _outbox(self, outbox: UUID, *, site: str, station: str) -> Outbox:
        found = self.outboxes.get(outbox)
        if found is None:
            known = self.known.get(outbox)
            found = (
                Outbox(outbox=outbox, site=site, station=station, received=Received())
                if known is None
                else known.copy()
            )
            self.outboxes[outbox] = found
        return found
