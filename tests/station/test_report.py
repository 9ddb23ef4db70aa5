"""Events reach the hub through brokers that come late, go away and lose what they had."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.wire import (
    AckV1,
    CommandV1,
    EventV1,
    StateV1,
    ack_topic,
    command_topic,
    event_topic,
    signal_topic,
    state_topic,
)
from station.outbox import Outbox
from station.outside import Activities, Signal
from station.report import Reporter, RunView
from station.threads import NamedThread
from station_config.station import Station
from tests.brokers import Broker

BenchAt = Callable[[str], Station]
NAMES = {"site": "demo", "station": "bench-01"}


class ListeningHub:
    """The hub's end of the contract over a real broker: it acknowledges when told."""

    def __init__(self, port: int) -> None:
        self.events: list[EventV1] = []
        self.states: queue.Queue[StateV1] = queue.Queue()
        self.answers = True
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(event_topic(**NAMES), 1), (state_topic(**NAMES), 1)]
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    def ack(self, outbox: UUID, stored_to: int, *, renew: bool = False) -> None:
        ack = AckV1(outbox=outbox, stored_to=stored_to, renew=renew)
        self._client.publish(ack_topic(**NAMES), ack.to_payload(), qos=1)

    def until(self, is_true: Callable[[], bool], within_s: float = 15.0) -> None:
        end_s = time.monotonic() + within_s
        while not is_true():
            assert time.monotonic() < end_s, f"waited in vain; {len(self.events)} events came"
            time.sleep(0.01)

    def _on_message(self, _client: object, _userdata: object, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith("/state"):
            self.states.put(StateV1.from_payload(message.payload))
            return
        event = EventV1.from_payload(message.payload)
        self.events.append(event)
        if self.answers:
            self.ack(event.outbox, event.seq)


@contextmanager
def listening(port: int) -> Iterator[ListeningHub]:
    hub = ListeningHub(port)
    try:
        yield hub
    finally:
        hub.close()


@contextmanager
def reporting(station: Station, outbox: Outbox) -> Iterator[Reporter]:
    reporter = Reporter(station, outbox, title=station.title, versions={"handwijzer": "test"})
    with NamedThread("report", reporter.run):
        yield reporter


def an_event(n: int) -> str:
    return json.dumps(
        {
            "event_id": str(UUID(int=n)),
            "type": "step_finished",
            "station": "bench-01",
            "at": "2026-11-22T09:30:00.123Z",
            "at_s": float(n),
        }
    )


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    one = Outbox(tmp_path / "station" / "outbox.db")
    yield one
    one.close()


def test_events_from_before_the_broker_came_up_arrive_in_order(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    outbox.add([an_event(1), an_event(2)], None)
    with reporting(bench_at(broker.url), outbox) as reporter:
        outbox.add([an_event(3)], None)
        deadline = time.monotonic() + 10
        while reporter.trouble is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert reporter.trouble is not None
        assert "Nothing is lost" in reporter.trouble
        broker.start()
        with listening(broker.port) as hub:
            hub.until(lambda: outbox.standing().acked_to == 3)
            first_seen = list(dict.fromkeys(event.seq for event in hub.events))
            assert first_seen == [1, 2, 3]
            assert next(e.event_id for e in hub.events if e.seq == 3) == UUID(int=3)
        assert reporter.trouble is None


def test_a_broker_that_dies_in_the_middle_costs_nothing(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with reporting(bench_at(broker.url), outbox) as reporter:
        with listening(broker.port) as hub:
            outbox.add([an_event(1)], None)
            reporter.wake()
            hub.until(lambda: outbox.standing().acked_to == 1)
        broker.kill()
        outbox.add([an_event(2), an_event(3)], None)
        broker.start()
        with listening(broker.port) as hub:
            hub.until(lambda: outbox.standing().acked_to == 3)
            assert {event.seq for event in hub.events} >= {2, 3}


def test_what_the_broker_took_but_the_hub_never_stored_is_sent_again(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with reporting(bench_at(broker.url), outbox), listening(broker.port) as hub:
        hub.answers = False
        outbox.add([an_event(1), an_event(2)], None)
        hub.until(lambda: len(hub.events) == 2)
        assert outbox.standing().acked_to == 0
        hub.until(lambda: len(hub.events) == 4, within_s=30)
        hub.answers = True
        hub.ack(outbox.standing().outbox_id, 2)
        hub.until(lambda: outbox.standing().acked_to == 2)


def test_a_hub_restored_from_a_backup_gets_everything_again(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with reporting(bench_at(broker.url), outbox), listening(broker.port) as hub:
        outbox.add([an_event(n) for n in range(1, 6)], None)
        hub.until(lambda: outbox.standing().acked_to == 5)
        hub.events.clear()
        hub.ack(outbox.standing().outbox_id, 2)
        hub.until(lambda: [e.seq for e in hub.events] == [3, 4, 5])
        hub.until(lambda: outbox.standing().acked_to == 5)


def test_a_copied_disk_gets_a_new_outbox_and_keeps_its_events(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with reporting(bench_at(broker.url), outbox), listening(broker.port) as hub:
        outbox.add([an_event(1), an_event(2)], None)
        hub.until(lambda: outbox.standing().acked_to == 2)
        before = outbox.standing().outbox_id
        hub.ack(before, 2, renew=True)
        hub.until(lambda: outbox.standing().outbox_id != before)
        hub.until(lambda: outbox.standing().acked_to == 2)
        assert {event.event_id for event in hub.events} == {UUID(int=1), UUID(int=2)}


def test_the_state_tells_the_hub_how_the_run_stands(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with (
        listening(broker.port) as hub,
        reporting(bench_at(broker.url), outbox) as reporter,
    ):
        reporter.show(RunView(task="torch", step="take_housing", step_number=1, steps_total=12))
        hub.until(lambda: any(state.task == "torch" for state in list(hub.states.queue)))
    last = hub.states.queue[-1]
    assert last.station == "bench-01"


def test_a_station_that_stops_says_goodbye_as_its_last_will_would(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with listening(broker.port) as hub:
        with reporting(bench_at(broker.url), outbox):
            hub.until(lambda: any(state.online for state in list(hub.states.queue)))
        hub.until(lambda: not list(hub.states.queue)[-1].online)


def test_signals_and_commands_come_in_and_stale_or_broken_ones_do_not(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with reporting(bench_at(broker.url), outbox) as reporter, listening(broker.port) as hub:
        hub.until(lambda: not hub.states.empty())
        now = datetime.now(UTC)
        stale = CommandV1(kind="pause", valid_until=now - timedelta(hours=1))
        hub.publish(command_topic(**NAMES), stale.to_payload())
        hub.publish(signal_topic(**NAMES, name="torque_ok"), b'{"p": 7}')
        hub.publish(signal_topic(**NAMES, name="torque_ok"), b'{"p": 0.8}')
        hub.publish(signal_topic(**NAMES, name="pedal"), b"\xff not json")
        hub.publish(signal_topic(**NAMES, name="camera_2"), b'{"activity": {"spin": 2}}')
        hub.publish(signal_topic(**NAMES, name="camera_2"), b'{"activity": {"spin": 0.8}}')
        hub.publish(ack_topic(**NAMES), b"[[[[")
        fresh = CommandV1(kind="help_is_coming", valid_until=now + timedelta(minutes=5))
        hub.publish(command_topic(**NAMES), fresh.to_payload())
        heard = [reporter.inbox.get(timeout=10) for _ in range(4)]
    assert heard[0] == Signal(name="torque_ok", p=0.8)
    assert heard[1] == Signal(name="pedal", p=0.99)
    assert heard[2] == Activities(name="camera_2", labels={"spin": 0.8})
    assert heard[3] == fresh


def test_a_signal_that_the_broker_had_kept_finishes_no_step_of_today(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    """A torque driver that retains: on each connect the broker would say yesterday's screw."""
    broker.start()
    with listening(broker.port) as hub:
        hub.publish(signal_topic(**NAMES, name="torque_ok"), b'{"p": 0.99}', retain=True)
        with reporting(bench_at(broker.url), outbox) as reporter:
            hub.until(lambda: not hub.states.empty())
            hub.publish(signal_topic(**NAMES, name="pedal"), b'{"p": 0.7}')
            assert reporter.inbox.get(timeout=10) == Signal(name="pedal", p=0.7)
            assert reporter.inbox.empty()


def test_a_second_station_with_the_same_name_is_told_on_the_spot(
    broker: Broker, bench_at: BenchAt, outbox: Outbox
) -> None:
    broker.start()
    with reporting(bench_at(broker.url), outbox) as reporter, listening(broker.port) as hub:
        hub.until(lambda: not hub.states.empty())
        other = StateV1(**NAMES, instance=uuid4(), online=True, sent_at=datetime.now(UTC))
        hub.publish(state_topic(**NAMES), other.to_payload())
        hub.until(lambda: reporter.neighbour is not None)
        assert "Another station calls itself 'bench-01'" in (reporter.neighbour or "")


def test_a_station_without_a_hub_reports_to_nobody(bench: Station, outbox: Outbox) -> None:
    reporter = Reporter(bench, outbox, title={}, versions={})
    reporter.run(threading.Event())
    assert reporter.trouble is None
