"""The contract with stations: what is read, what is refused and why."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.intake import EventArrived, Misfit, StateArrived, read
from hub.wire import (
    EVENT_TYPES,
    MAX_PAYLOAD_BYTES,
    AckV1,
    CommandV1,
    EventV1,
    StateV1,
    Topic,
    TopicKind,
    WireError,
    ack_topic,
    command_topic,
    event_topic,
    signal_topic,
    state_topic,
)
from tasks.events import EventType

ROOT = Path(__file__).resolve().parents[2]
TOPIC = event_topic(site="delft", station="bench-01")


def an_event(**fields: object) -> dict[str, object]:
    return {
        "event_id": str(uuid.UUID(int=1)),
        "outbox": str(uuid.UUID(int=2)),
        "seq": 17,
        "type": "step_finished",
        "station": "bench-01",
        "run_id": "run-1",
        "task": "torch",
        "step": "take_housing",
        "at": "2026-11-22T09:30:00.123Z",
        "at_s": 12.4,
        "took_s": 3.1,
        "support": "contour",
        "confidence": 0.98,
    } | fields


def as_json(**fields: object) -> bytes:
    return json.dumps(an_event(**fields)).encode()


def test_the_event_of_the_interface_is_read() -> None:
    event = EventV1.from_payload(as_json(latency_ms={"camera_to_light": 61.5}, new_key=[1]))
    assert (event.seq, event.step, event.took_s) == (17, "take_housing", 3.1)
    assert event.at == datetime(2026, 11, 22, 9, 30, 0, 123000, tzinfo=UTC)
    assert event.latency_ms == {"camera_to_light": 61.5}
    assert EventV1.from_payload(event.to_payload()) == event


def test_a_talkative_note_is_cut_and_not_refused() -> None:
    assert EventV1.from_payload(as_json(note="x" * 600)).note == "x" * 500


def test_times_of_any_zone_become_utc() -> None:
    event = EventV1.from_payload(as_json(at="2026-11-22T10:30:00+01:00"))
    assert event.at.utcoffset() == timedelta(0)
    assert event.at.hour == 9


def test_the_wire_and_the_core_know_the_same_events() -> None:
    assert set(EVENT_TYPES) == {str(kind) for kind in EventType}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"\xff\xfe{}", "not UTF-8: byte 0", id="bad UTF-8"),
        pytest.param(as_json().replace(b"torch", b"\xc3\x28\x20zz"), "not UTF-8", id="inside"),
        pytest.param(b'{"event_id": ', "JSON", id="cut off"),
        pytest.param(b"", "JSON", id="empty"),
        pytest.param(b"[" * 50_000, "recursion limit", id="deep nesting"),
        pytest.param(b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "recursion limit", id="deep objects"),
        pytest.param(b" " * (MAX_PAYLOAD_BYTES + 1), "65537 bytes", id="too large"),
        pytest.param(as_json().replace(b"12.4", b"NaN"), "at_s: .*finite", id="NaN"),
        pytest.param(as_json().replace(b"12.4", b"1e999"), "at_s: .*finite", id="infinite"),
        pytest.param(as_json(confidence=1.5), "confidence", id="p above 1"),
        pytest.param(as_json(seq=0), "seq", id="seq 0"),
        pytest.param(as_json(seq=2**63), "seq", id="seq too large to keep"),
        pytest.param(as_json(took_s=-1), "took_s", id="negative time"),
        pytest.param(as_json(at="2026-11-22T09:30:00"), "timezone", id="no time zone"),
        pytest.param(as_json(type="tea_was_made"), "type: .*run_started", id="unknown type"),
        pytest.param(as_json(event_id="7"), "event_id", id="no UUID"),
        pytest.param(as_json(run_id="a\x00b"), "run_id", id="NUL"),
        pytest.param(as_json(note="x" * 10_001), "note", id="long note"),
        pytest.param(as_json().replace(b"run-1", b"\\ud800"), "JSON", id="half a letter"),
        pytest.param(b"[1, 2]", "object", id="not an object"),
    ],
)
def test_poison_is_refused_with_a_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        EventV1.from_payload(payload)
    arrived = read(TOPIC, payload, retained=False)
    assert isinstance(arrived, Misfit)
    assert arrived.reason
    assert arrived.size_bytes == len(payload)


def test_an_unknown_type_keeps_its_identity_and_nonsense_has_none() -> None:
    newer = read(TOPIC, as_json(type="tea_was_made"), retained=False)
    assert isinstance(newer, Misfit)
    assert newer.identity is not None
    assert (newer.identity.seq, newer.payload) == (17, as_json(type="tea_was_made"))
    nonsense = read(TOPIC, b"x" * 10_000, retained=False)
    assert isinstance(nonsense, Misfit)
    assert nonsense.identity is None
    assert len(nonsense.payload) < 5_000


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("handwijzer/v2/delft/bench-01/event", "version 'v2' is not known"),
        ("handwijzer/v1/delft/bench-01", "not a topic"),
        ("handwijzer/v1/delft/bench-01/signal", "not a topic"),
        ("handwijzer/v1/delft/bench-01/event/more", "not a topic"),
        ("handwijzer/v1/delft/bench 01/event", "station"),
        ("handwijzer/v1/delft/bench-01/weather", "kind"),
        ("elsewhere/v1/delft/bench-01/event", "not a topic"),
    ],
)
def test_other_topics_are_refused(topic: str, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        Topic.parse(topic)
    assert isinstance(read(topic, as_json(), retained=False), Misfit)


def test_topics_come_apart_as_they_were_put_together() -> None:
    where = {"site": "delft", "station": "bench-01"}
    assert Topic.parse(event_topic(**where)).kind is TopicKind.EVENT
    assert Topic.parse(state_topic(**where)).kind is TopicKind.STATE
    assert Topic.parse(ack_topic(**where)).kind is TopicKind.ACK
    assert Topic.parse(command_topic(**where)).kind is TopicKind.COMMAND
    signal = Topic.parse(signal_topic(**where, name="torque_ok"))
    assert (signal.kind, signal.signal) == (TopicKind.SIGNAL, "torque_ok")


def test_nobody_speaks_for_another_station() -> None:
    other = read(event_topic(site="delft", station="bench-02"), as_json(), retained=False)
    assert isinstance(other, Misfit)
    assert "bench-01" in other.reason
    state = StateV1(
        station="bench-01",
        site="delft",
        instance=uuid.uuid4(),
        online=True,
        sent_at=datetime.now(UTC),
    )
    wrong = read(state_topic(site="gouda", station="bench-01"), state.to_payload(), retained=False)
    assert isinstance(wrong, Misfit)
    right = read(state_topic(site="delft", station="bench-01"), state.to_payload(), retained=False)
    assert isinstance(right, StateArrived)
    assert isinstance(read(TOPIC, as_json(), retained=False), EventArrived)


def test_a_command_is_valid_until_its_time() -> None:
    now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    command = CommandV1(kind="message", text="Koffie", valid_until=now + timedelta(minutes=1))
    assert CommandV1.from_payload(command.to_payload()) == command
    assert command.is_valid(now=now)
    assert not command.is_valid(now=now + timedelta(minutes=2))


def test_an_ack_says_how_far_and_whether_to_renew() -> None:
    ack = AckV1(outbox=uuid.UUID(int=1), stored_to=4, renew=True)
    assert AckV1.from_payload(ack.to_payload()) == ack
    assert not AckV1.from_payload(
        b'{"outbox":"%s","stored_to":4}' % str(uuid.UUID(int=1)).encode()
    ).renew


def test_the_wire_needs_only_pydantic() -> None:
    code = "import sys, hub.wire; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split()
    assert {name for name in loaded if name.split(".")[0] == "hub"} == {"hub", "hub.wire"}
    parts = {"sqlalchemy", "alembic", "paho", "starlette", "uvicorn", "jinja2", "typer"}
    assert not parts & set(loaded)


def test_the_hub_runs_without_eyes_and_light() -> None:
    code = (
        "import sys\n"
        "for name in ('cv2', 'mediapipe', 'pygame', 'station', 'vision', 'projector'):\n"
        "    sys.modules[name] = None\n"
        "import hub.cli\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
