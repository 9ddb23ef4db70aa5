"""The contract between stations and the hub: topics, and what stands in each message.

Everything here is versioned (`v1` in the topic) and written as JSON. Stations import this module
and nothing else of the hub, so it needs only the standard library and pydantic.

How an event reaches the hub exactly once
-----------------------------------------
A station gives each event an `event_id` (made once, kept over every retry), the `outbox` it stands
in (a UUID made with the outbox file) and a `seq` (1, 2, 3, … within that outbox, never reused).

1. The station sends its events in order of `seq`, and keeps them.
2. The hub stores them by `event_id`, commits, and then publishes an `AckV1`: everything of that
   outbox up to and including `stored_to` is stored. It never acknowledges past a gap.
3. **The newest ack is the truth, also when it is lower than the one before** (a hub restored from
   a backup): the station sets "acknowledged up to" to `stored_to`. After a lower one it sends
   again everything that it still has above it. It does the same after each reconnect, and when
   events wait and no ack has come for 10 s. An ack that is equal or higher only moves the mark:
   what is under way is not sent twice.
4. Every `StateV1` tells the hub what the outbox holds: `oldest_seq` (the lowest seq still kept on
   the station, acknowledged or not; with an empty outbox the next seq to be given), `newest_seq`
   (the highest seq ever given, 0 when none) and `acked_to` (the ack the station goes by).
   - The hub counts contiguity from `oldest_seq` when it does not know the outbox (a new database:
     an outbox that starts at 5000 is not waited for from 1). `seq` 1 needs no state.
   - When the hub waits for events below `oldest_seq`, they exist nowhere any more: it counts
     them as missing, says so, and goes on from `oldest_seq`.
   - When `acked_to` is not what the hub has, it sends its ack again. A lost ack costs one
     heartbeat, nothing else.
5. `renew` in an ack means: two stations use the same outbox (a cloned disk, a restored backup).
   The station takes a new outbox UUID, numbers everything that it still has on disk from 1, and
   sends it. `event_id` stays, so the hub stores nothing twice. A station does the same by itself
   when `stored_to` is higher than the highest seq that it ever gave.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

ROOT = "handwijzer"
VERSION = "v1"
MAX_PAYLOAD_BYTES = 64 * 1024
"""Larger messages are refused unread: a full event is about 0.5 kB, a full state about 4 kB."""

BIGGEST_SEQ = 2**63 - 1
"""The largest whole number that SQLite and PostgreSQL keep."""

EventTypeName = Literal[
    "run_started",
    "step_started",
    "step_finished",
    "step_undone",
    "step_unsure",
    "wrong_zone",
    "support_raised",
    "help_asked",
    "help_answered",
    "paused",
    "resumed",
    "feeling_told",
    "run_finished",
    "run_stopped",
    "station_fault",
    "station_recovered",
]
EVENT_TYPES: tuple[str, ...] = get_args(EventTypeName)

TopicLevel = Annotated[str, StringConstraints(pattern=r"^[^/+#\s\x00-\x1f\x7f]{1,64}$")]
"""A name that can be one level of an MQTT topic."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
]
TEXT_KEPT = 500
Text = Annotated[
    str,
    StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$"),
    AfterValidator(lambda text: text[:TEXT_KEPT]),
]
"""Words for people. Longer ones are cut: a talkative fault must not hide a station."""

ByLanguage = Annotated[dict[Name, Text], Field(max_length=32)]
"""Language code to words, as in `{"nl": "Pak het huis.", "en": "Take the housing."}`."""

UtcTime = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
Latencies = Annotated[dict[Name, Annotated[float, Field(ge=0)]], Field(max_length=32)]


class WireError(ValueError):
    """A message that does not fit the contract. The text says what is wrong with it."""


class TopicKind(StrEnum):
    """The last part of a topic: what kind of message it carries."""

    EVENT = "event"
    STATE = "state"
    ACK = "ack"
    COMMAND = "command"
    SIGNAL = "signal"


class Topic(BaseModel):
    """One topic, taken apart. `signal` is the name of the signal, for `SIGNAL` only."""

    model_config = ConfigDict(frozen=True)

    site: TopicLevel
    station: TopicLevel
    kind: TopicKind
    signal: TopicLevel | None = None

    def __str__(self) -> str:
        """The topic as MQTT wants it."""
        base = f"{ROOT}/{VERSION}/{self.site}/{self.station}/{self.kind}"
        return base if self.signal is None else f"{base}/{self.signal}"

    @classmethod
    def parse(cls, topic: str) -> Self:
        """Take a topic apart.

        Raises:
            WireError: It is not a topic of this version of the contract.
        """
        levels = topic.split("/")
        if len(levels) < 5 or levels[0] != ROOT:  # noqa: PLR2004 - root, version, site, station, kind
            raise WireError(f"'{topic[:200]}' is not a topic of stations")
        if levels[1] != VERSION:
            raise WireError(f"version '{levels[1][:20]}' is not known here, only '{VERSION}'")
        signal = levels[5] if len(levels) == 6 else None  # noqa: PLR2004 - signal/<name>
        is_signal = levels[4] == TopicKind.SIGNAL
        if len(levels) > 6 or is_signal is (signal is None):  # noqa: PLR2004 - nothing is deeper
            raise WireError(f"'{topic[:200]}' is not a topic of stations")
        try:
            return cls.model_validate(
                {"site": levels[2], "station": levels[3], "kind": levels[4], "signal": signal}
            )
        except ValidationError as error:
            raise WireError(reason_of(error)) from error


def event_topic(*, site: str, station: str) -> str:
    """Where a station reports events."""
    return str(Topic(site=site, station=station, kind=TopicKind.EVENT))


def state_topic(*, site: str, station: str) -> str:
    """Where a station says how it is; retained, and its last will."""
    return str(Topic(site=site, station=station, kind=TopicKind.STATE))


def ack_topic(*, site: str, station: str) -> str:
    """Where the hub says what it has stored."""
    return str(Topic(site=site, station=station, kind=TopicKind.ACK))


def command_topic(*, site: str, station: str) -> str:
    """Where the hub asks something of a station."""
    return str(Topic(site=site, station=station, kind=TopicKind.COMMAND))


def signal_topic(*, site: str, station: str, name: str) -> str:
    """Where outside evidence for a station comes in: a torque driver, a scale, a pedal."""
    return str(Topic(site=site, station=station, kind=TopicKind.SIGNAL, signal=name))


class WireModel(BaseModel):
    """What all messages have in common: frozen, JSON, unknown keys ignored, no NaN."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)
    max_payload_bytes: ClassVar[int] = MAX_PAYLOAD_BYTES

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read a message.

        Raises:
            WireError: It does not fit; the text says why (size, UTF-8, JSON, nesting, a field).
        """
        if len(payload) > cls.max_payload_bytes:
            raise WireError(f"{len(payload)} bytes; at most {cls.max_payload_bytes} are read")
        try:
            return cls.model_validate_json(payload)
        except ValidationError as error:
            raise WireError(_why_unreadable(payload) or reason_of(error)) from error

    def to_payload(self) -> bytes:
        """The message as UTF-8 JSON. Fields that are None are left out."""
        return self.model_dump_json(exclude_none=True).encode()


class EventV1(WireModel):
    """One fact that happened at a station.

    Attributes:
        event_id: Made once for this fact, the same in every repeat.
        outbox: The outbox it stands in; see the module's text.
        seq: Its number in that outbox, from 1.
        turn: Which repetition of the step, from 1.
        at: When, on the wall clock of the station, UTC.
        at_s: When, on the clock of the source (camera, film, evidence file), seconds.
        took_s: How long the step or run took, seconds.
        worker: An alias. The hub never knows who it is.
        latency_ms: Stage to milliseconds.
    """

    event_id: UUID
    outbox: UUID
    seq: int = Field(ge=1, le=BIGGEST_SEQ)
    type: EventTypeName
    station: TopicLevel
    run_id: Name | None = None
    task: Name | None = None
    step: Name | None = None
    turn: int | None = Field(default=None, ge=0, le=1_000_000)
    zone: Name | None = None
    at: UtcTime
    at_s: float
    took_s: float | None = Field(default=None, ge=0)
    support: Name | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)
    worker: Name | None = None
    latency_ms: Latencies | None = None
    note: Text | None = None


class EventIdentityV1(WireModel):
    """The little that must be readable to acknowledge an event that does not fit otherwise.

    An event of a type that this hub does not know yet (a newer station) is kept aside under its
    identity and acknowledged; a newer hub reads it again.
    """

    event_id: UUID
    outbox: UUID
    seq: int = Field(ge=1, le=BIGGEST_SEQ)
    station: TopicLevel


class StateV1(WireModel):
    """How a station is, now. Sent on every (re)connect and change, and every 5 s.

    The last will is the same with `online` false; only `station`, `site`, `instance`, `online`
    and `sent_at` are needed there.

    Attributes:
        instance: UUID of the running station process, new at each start: two stations with one
            name are found out by it.
        outbox: The outbox in use. None: this station has none, and reports no events.
        oldest_seq: Lowest seq still kept in the outbox, acknowledged or not; with an empty outbox
            the next seq to be given.
        newest_seq: Highest seq ever given in this outbox, 0 when none.
        acked_to: The `stored_to` that the station goes by, 0 when none.
        step_number: Which step it is, from 1, counted with repetitions.
        faults: What is wrong, in plain words, one text for each.
        versions: Program or model to version.
    """

    station: TopicLevel
    site: TopicLevel
    instance: UUID
    online: bool
    sent_at: UtcTime
    online_since: UtcTime | None = None
    outbox: UUID | None = None
    oldest_seq: int = Field(default=1, ge=1, le=BIGGEST_SEQ)
    newest_seq: int = Field(default=0, ge=0, le=BIGGEST_SEQ)
    acked_to: int = Field(default=0, ge=0, le=BIGGEST_SEQ)
    title: ByLanguage = Field(default_factory=dict)
    task: Name | None = None
    task_title: ByLanguage = Field(default_factory=dict)
    run_id: Name | None = None
    step: Name | None = None
    step_words: ByLanguage = Field(default_factory=dict)
    step_number: int | None = Field(default=None, ge=0, le=100_000)
    steps_total: int | None = Field(default=None, ge=0, le=100_000)
    step_since: UtcTime | None = None
    help_wanted: bool = False
    help_since: UtcTime | None = None
    paused: bool = False
    faults: tuple[Text, ...] = Field(default=(), max_length=20)
    versions: dict[Name, Text] = Field(default_factory=dict, max_length=50)


class AckV1(WireModel):
    """Everything of this outbox up to and including `stored_to` is stored.

    Attributes:
        stored_to: 0 when nothing is.
        renew: Take a new outbox; see the module's text.
    """

    outbox: UUID
    stored_to: int = Field(ge=0, le=BIGGEST_SEQ)
    renew: bool = False


CommandKind = Literal["load_task", "message", "help_is_coming", "pause", "resume"]


class CommandV1(WireModel):
    """Something the hub asks of a station.

    Attributes:
        text: The task to load, or the words for the worker.
        valid_until: Afterwards the station ignores it: MQTT may deliver it hours late.
    """

    kind: CommandKind
    text: Text = ""
    valid_until: UtcTime

    def is_valid(self, *, now: datetime) -> bool:
        """Whether it may still be acted upon at `now` (aware)."""
        return now <= self.valid_until


def reason_of(error: ValidationError) -> str:
    """All that is wrong with a message, on one line of bounded length."""
    parts: list[str] = []
    for mistake in error.errors(include_url=False, include_context=False, include_input=False)[:5]:
        place = " > ".join(str(part)[:40] for part in mistake["loc"])
        parts.append(f"{place}: {mistake['msg']}" if place else mistake["msg"])
    return "; ".join(parts)[:500]


def _why_unreadable(payload: bytes) -> str | None:
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {error.start} cannot be read"
    return None
