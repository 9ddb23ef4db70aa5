"""Between broker and writer: poison, all kinds of messages, and brokers of other kinds."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hub.broker import BrokerError, OwnBroker
from hub.broker_address import BrokerAddress, BrokerAddressError
from hub.health import Health
from hub.inbox import WAITING_AT_MOST, Inbox, Message, settle
from hub.listener import Listener, _SwiftClient
from hub.threads import Worker
from hub.wire import MAX_PAYLOAD_BYTES

TOPIC = "handwijzer/v1/delft/bench-01/event"


def utc_now() -> datetime:
    return datetime.now(UTC)


class Listening:
    """A listener on a broker, with what it heard."""

    def __init__(self, address: BrokerAddress) -> None:
        self.health = Health(now=utc_now)
        self.inbox = Inbox()
        self.listener = Listener(
            address, client_id="listening", health=self.health, inbox=self.inbox
        )

    def take(self, count: int) -> list[Message]:
        found: list[Message] = []
        while len(found) < count:
            more = self.inbox.take(at_most=100, timeout_s=10.0)
            assert more, f"only {len(found)} of {count} came"
            settle(more)
            found += more
        return found


@pytest.fixture
def listening(mosquitto: Any) -> Iterator[Listening]:
    one = Listening(BrokerAddress.parse(mosquitto.url))
    with Worker("listener", one.listener.listen, one.health):
        assert one.listener.subscribed.wait(10)
        yield one


@pytest.fixture
def client(mosquitto: Any) -> Iterator[Client]:
    one = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    one.connect("127.0.0.1", mosquitto.port)
    one.loop_start()
    yield one
    one.disconnect()
    one.loop_stop()


def test_messages_of_every_kind_come_in_whole(listening: Listening, client: Client) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.UserProperty = ("from", "a newer station")
    big = b"x" * (MAX_PAYLOAD_BYTES * 16)
    client.publish(TOPIC, b"plain", 1)
    client.publish(TOPIC, b"with properties", 1, properties=properties)
    client.publish(TOPIC, b"at QoS 0", 0)
    client.publish(TOPIC, big, 1)
    client.publish(TOPIC, b"", 1)
    client.publish(TOPIC, b"\xff\x00", 1)
    heard = [message.payload for message in listening.take(6)]
    assert heard == [b"plain", b"with properties", b"at QoS 0", big, b"", b"\xff\x00"]
    assert listening.health.well


def test_what_is_not_settled_comes_again(mosquitto: Any, client: Client) -> None:
    first = Listening(BrokerAddress.parse(mosquitto.url))
    with Worker("listener", first.listener.listen, first.health):
        assert first.listener.subscribed.wait(10)
        for number in range(20):
            client.publish(TOPIC, b"%d" % number, 1)
        heard: list[Message] = []
        while len(heard) < 20:
            heard += first.inbox.take(at_most=100, timeout_s=10.0)
        settle(heard[:5])
    second = Listening(BrokerAddress.parse(mosquitto.url))
    with Worker("listener", second.listener.listen, second.health):
        assert [int(message.payload) for message in second.take(15)] == list(range(5, 20))
    settle(heard)  # over a connection that has ended: nothing happens


def test_a_burst_is_read_through_the_buffer(listening: Listening, client: Client) -> None:
    for number in range(3000):
        client.publish(TOPIC, b"%d" % number, 1)
    assert [int(message.payload) for message in listening.take(3000)] == list(range(3000))


def test_the_buffered_client_still_hides_pahos_own_methods() -> None:
    """If paho renames them, the hub is slow again: look at hub/listener.py."""
    for name in ("_sock_recv", "_sock_send", "_handle_publish"):
        assert name in vars(Client)
        assert name in vars(_SwiftClient)


def test_an_exception_while_showing_a_state_ends_nothing(mosquitto: Any, client: Client) -> None:
    one = Listening(BrokerAddress.parse(mosquitto.url))

    def stumble(_message: Message) -> None:
        raise KeyError("an error in the program")

    one.listener = Listener(
        BrokerAddress.parse(mosquitto.url),
        client_id="stumbling",
        health=one.health,
        inbox=one.inbox,
        heard=stumble,
    )
    with Worker("listener", one.listener.listen, one.health):
        assert one.listener.subscribed.wait(10)
        client.publish(TOPIC, b"1", 1)
        client.publish(TOPIC, b"2", 1)
        assert len(one.take(2)) == 2
    assert one.listener.failed == 2


def test_the_broker_for_trying_out_speaks_only_3_1_1(tmp_path: Path) -> None:
    health = Health(now=utc_now)
    with OwnBroker(folder=tmp_path, port=0, health=health, mosquitto=None) as own:
        one = Listening(own.address)
        with Worker("listener", one.listener.listen, one.health):
            assert one.listener.subscribed.wait(30)
            publisher = Client(CallbackAPIVersion.VERSION2)
            publisher.connect("127.0.0.1", own.address.port)
            publisher.loop_start()
            publisher.publish(TOPIC, b"old but good", 1)
            assert one.take(1)[0].payload == b"old but good"
            publisher.disconnect()
            publisher.loop_stop()


def test_a_broker_that_is_away_is_told_and_found_when_it_comes(
    mosquitto: Any, wait_until: Callable[..., None]
) -> None:
    mosquitto.kill()
    one = Listening(BrokerAddress.parse(mosquitto.url))
    with Worker("listener", one.listener.listen, one.health):
        wait_until(lambda: not one.health.well, what="told")
        assert f"No contact with {mosquitto.url}" in one.health.conditions()["broker"].why
        mosquitto.start()
        assert one.listener.subscribed.wait(20)
    assert one.health.conditions()["broker"].well


@pytest.mark.parametrize(
    "url", ["localhost", "http://a", "mqtt://", "mqtt://a:port", "mqtt://a:99999"]
)
def test_an_address_that_is_none_is_told_in_plain_words(url: str) -> None:
    with pytest.raises(BrokerAddressError, match="Write it as mqtt://"):
        BrokerAddress.parse(url)


def test_an_address_in_full() -> None:
    address = BrokerAddress.parse("mqtts://hub:s%40cret@broker.example:8884")
    assert (address.username, address.password, address.tls) == ("hub", "s@cret", True)
    assert str(address) == "mqtts://broker.example:8884"


class _Nowhere:
    def settle(self, mids: object) -> None:
        raise AssertionError(mids)


def test_an_inbox_is_bounded_and_counts_what_did_not_fit() -> None:
    inbox = Inbox()
    message = Message(TOPIC, b"", False, 1, _Nowhere())  # noqa: FBT003
    assert inbox.put([message] * (WAITING_AT_MOST - 1))
    assert not inbox.put([message] * 3)
    assert (len(inbox), inbox.overflowed) == (WAITING_AT_MOST, 2)


def test_a_thread_that_stumbles_says_so_and_starts_again(wait_until: Callable[..., None]) -> None:
    health = Health(now=utc_now)
    tries = []

    def job(stop: threading.Event) -> None:
        tries.append(uuid.uuid4())
        if len(tries) == 1:
            raise ValueError("the first time")
        stop.wait()

    with Worker("stumbler", job, health):
        wait_until(lambda: not health.well or len(tries) > 1, what="it stumbled")
        wait_until(lambda: len(tries) == 2 and health.well, what="it runs again")


def test_a_taken_port_is_told_with_what_to_do(mosquitto: Any, tmp_path: Path) -> None:
    own = OwnBroker(
        folder=tmp_path / "own", port=mosquitto.port, health=Health(now=utc_now), mosquitto=None
    )
    with pytest.raises(BrokerError, match=f"Port {mosquitto.port} is in use .* --broker-port"):
        own.__enter__()
