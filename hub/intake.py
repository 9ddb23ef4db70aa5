"""What an MQTT message turns out to be: an event, a state, or something to keep aside. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from hub.wire import (
    EventIdentityV1,
    EventV1,
    StateV1,
    Topic,
    TopicKind,
    WireError,
)

KEPT_OF_POISON_BYTES = 4096
"""So much of a message that does not fit is kept to look at; the table stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventArrived:
    """An event that fits."""

    site: str
    event: EventV1


@dataclass(frozen=True, slots=True, kw_only=True)
class StateArrived:
    """A state that fits.

    Attributes:
        payload: As the station wrote it.
        retained: The broker had kept it: true of some earlier moment, perhaps long ago.
    """

    state: StateV1
    payload: bytes
    retained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A message that does not fit the contract.

    Attributes:
        payload: Whole when it has an identity, else its beginning.
        identity: Readable enough to be acknowledged: it is kept for a hub that understands it.
    """

    topic: str
    payload: bytes
    size_bytes: int
    reason: str
    site: str | None = None
    identity: EventIdentityV1 | None = None


Arrived = EventArrived | StateArrived | Misfit


def read(topic: str, payload: bytes, *, retained: bool) -> Arrived:
    """Read one message. Never raises because of what stands in it."""
    try:
        parsed = _parsed(topic)
    except WireError as error:
        return _misfit(topic, payload, str(error))
    if parsed.kind is TopicKind.EVENT:
        return _event(parsed, payload)
    if parsed.kind is TopicKind.STATE:
        return _state(parsed, payload, retained=retained)
    return _misfit(topic, payload, f"the hub does not read '{parsed.kind}'")


@lru_cache(maxsize=10_000)
def _parsed(topic: str) -> Topic:
    """Stations send thousands of messages on the same topic."""
    return Topic.parse(topic)


def _event(topic: Topic, payload: bytes) -> EventArrived | Misfit:
    try:
        event = EventV1.from_payload(payload)
    except WireError as error:
        return _unfit_event(topic, payload, str(error))
    if event.station != topic.station:
        return _misfit(str(topic), payload, f"it says it is from station '{event.station}'")
    return EventArrived(site=topic.site, event=event)


def _unfit_event(topic: Topic, payload: bytes, reason: str) -> Misfit:
    try:
        identity = EventIdentityV1.from_payload(payload)
    except WireError:
        return _misfit(str(topic), payload, reason)
    if identity.station != topic.station:
        return _misfit(str(topic), payload, f"it says it is from station '{identity.station}'")
    return Misfit(
        topic=str(topic),
        payload=payload,
        size_bytes=len(payload),
        reason=reason,
        site=topic.site,
        identity=identity,
    )


def _state(topic: Topic, payload: bytes, *, retained: bool) -> StateArrived | Misfit:
    try:
        state = StateV1.from_payload(payload)
    except WireError as error:
        return _misfit(str(topic), payload, str(error))
    if (state.site, state.station) != (topic.site, topic.station):
        return _misfit(str(topic), payload, f"it says it is from {state.site}/{state.station}")
    return StateArrived(state=state, payload=payload, retained=retained)


def _misfit(topic: str, payload: bytes, reason: str) -> Misfit:
    return Misfit(
        topic=topic[:500],
        payload=payload[:KEPT_OF_POISON_BYTES],
        size_bytes=len(payload),
        reason=reason,
    )
