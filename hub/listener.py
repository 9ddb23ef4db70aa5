"""The hub's ear at the broker: takes messages in, and answers only what is stored."""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTErrorCode
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hub.wire import ROOT, VERSION, ack_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from paho.mqtt.client import ConnectFlags, DisconnectFlags, MQTTMessage

    from hub.draft import Ack
    from hub.health import Health

logger = logging.getLogger(__name__)

WAITING_AT_MOST = 20_000
"""Messages in memory, at about 1 kB each; the broker holds the rest (MQTT 5 receive maximum)."""

SESSION_EXPIRES_S = 7 * 24 * 3600
"""The broker keeps the hub's queue for a week; the stations' outboxes keep longer."""

KEEPALIVE_S = 20
CONNACK_WITHIN_S = 5.0
LOOK_EVERY_S = 0.2
RETRY_FIRST_S, RETRY_LAST_S = 0.2, 5.0

TOPICS = (f"{ROOT}/+/+/+/event", f"{ROOT}/+/+/+/state")
"""Every version: what this hub cannot read is kept aside and told, not overlooked."""


class BrokerAddressError(Exception):
    """The address of the broker cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where a broker is, from `mqtt://name:password@host:port`."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> BrokerAddress:
        """Read an address.

        Raises:
            BrokerAddressError: It is none.
        """
        remedy = "Write it as mqtt://host:1883 or mqtts://host:8883."
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BrokerAddressError(f"The broker '{url}': {error}. {remedy}") from error
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise BrokerAddressError(f"The broker '{url}' is no address. {remedy}")
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=port or (8883 if tls else 1883),
            username=parts.username,
            password=parts.password,
            tls=tls,
        )

    def __str__(self) -> str:
        """The address without the password."""
        return f"mqtt{'s' if self.tls else ''}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it came in.

    Attributes:
        settle: Tell the broker that it may forget it. Harmless after a reconnect: it goes to the
            connection that the message came over, never to a later one.
    """

    topic: str
    payload: bytes
    retained: bool
    settle: Callable[[], object]


class Listener:
    """A connection to the broker that comes back by itself, for ever.

    Args:
        address: The broker.
        client_id: Fixed, so that the broker knows which queue is the hub's.
        health: Told under `broker`.
        heard: Called with each message as it comes in, before it is stored.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        client_id: str,
        health: Health,
        heard: Callable[[Message], None] = lambda _message: None,
    ) -> None:
        self._address = address
        self._client_id = client_id
        self._health = health
        self._heard = heard
        self._connection: _Connection | None = None
        self._waiting: queue.Queue[Message] = queue.Queue(WAITING_AT_MOST)
        self.subscribed = threading.Event()
        self.received = 0
        self.overflowed = 0
        self._overflowed_now = False
        self.failed = 0

    def listen(self, stop: threading.Event) -> None:
        """Connect, and reconnect whenever the connection ends, until `stop`."""
        protocol = v5 = MQTTProtocolVersion.MQTTv5
        wait_s = RETRY_FIRST_S
        while not stop.is_set():
            connection = _Connection(self, self._address, self._client_id, protocol)
            why = connection.run(stop)
            self.subscribed.clear()
            if stop.is_set():
                return
            self._health.tell("broker", well=False, why=f"No contact with {self._address}: {why}")
            v5_refused = connection.reached and not connection.was_up and protocol is v5
            protocol = MQTTProtocolVersion.MQTTv311 if v5_refused else v5
            wait_s = RETRY_FIRST_S if connection.was_up else min(wait_s * 2, RETRY_LAST_S)
            stop.wait(wait_s)

    def take(self, *, at_most: int, timeout_s: float) -> list[Message]:
        """The messages that wait, oldest first; an empty list after `timeout_s` without any."""
        try:
            batch = [self._waiting.get(timeout=timeout_s)]
        except queue.Empty:
            self._fetch_what_overflowed()
            return []
        while len(batch) < at_most:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _fetch_what_overflowed(self) -> None:
        """Reconnect after an overflow: the broker then sends again what was not acknowledged."""
        connection = self._connection
        if self._overflowed_now and connection is not None:
            self._overflowed_now = False
            connection.client.disconnect()

    def acknowledge(self, ack: Ack) -> None:
        """Tell a station what is stored. Lost without a connection: its next state asks again."""
        connection = self._connection
        if connection is not None:
            topic = ack_topic(site=ack.site, station=ack.station)
            connection.client.publish(topic, ack.ack.to_payload(), qos=1)

    def up(self, connection: _Connection) -> None:
        """The connection says that it is subscribed."""
        self._connection = connection
        self._health.tell("broker", well=True)
        self.subscribed.set()

    def arrived(self, client: Client, message: MQTTMessage) -> None:
        """The connection brings a message. Never raises: that would end paho's thread."""
        try:
            self.received += 1
            taken = Message(
                topic=_readable_topic(message),
                payload=bytes(message.payload),
                retained=bool(message.retain),
                settle=lambda: client.ack(message.mid, message.qos),
            )
            self._waiting.put_nowait(taken)
            self._heard(taken)
        except queue.Full:
            self.overflowed += 1
            self._overflowed_now = True
        except Exception:
            self.failed += 1
            logger.exception("A message could not be taken in")


class _Connection:
    """One connection, from connecting to the end of it. Never used again."""

    def __init__(
        self,
        listener: Listener,
        address: BrokerAddress,
        client_id: str,
        protocol: MQTTProtocolVersion,
    ) -> None:
        self._listener = listener
        self._address = address
        self._ended = threading.Event()
        self._why = "no answer"
        self.was_up = False
        self.reached = False
        v5 = protocol is MQTTProtocolVersion.MQTTv5
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=protocol,
            clean_session=None if v5 else False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        self._v5 = v5
        self.client.max_queued_messages_set(WAITING_AT_MOST)
        self.client.max_inflight_messages_set(1000)
        if address.username is not None:
            self.client.username_pw_set(address.username, address.password)
        if address.tls:
            self.client.tls_set()
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = lambda client, _, message: listener.arrived(client, message)

    def run(self, stop: threading.Event) -> str:
        """Be connected until it ends or `stop`. Returns why it ended."""
        try:
            self._connect()
        except OSError as error:
            return error.strerror or str(error)
        self.reached = True
        self.client.loop_start()
        try:
            late_s = time.monotonic() + CONNACK_WITHIN_S
            while not self._ended.wait(LOOK_EVERY_S) and not stop.is_set():
                if not self.was_up and time.monotonic() > late_s:
                    break
        finally:
            self.client.disconnect()
            self.client.loop_stop()
        return self._why

    def _connect(self) -> None:
        host, port = self._address.host, self._address.port
        if not self._v5:
            self.client.connect(host, port, KEEPALIVE_S)
            return
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_EXPIRES_S
        properties.ReceiveMaximum = WAITING_AT_MOST // 2
        self.client.connect(host, port, KEEPALIVE_S, clean_start=False, properties=properties)

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._why = str(reason)
            self._ended.set()
            return
        self.was_up = True
        if self._v5:
            client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in TOPICS])
        else:
            client.subscribe([(topic, 1) for topic in TOPICS])

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._why = f"the broker does not let the hub listen to {ROOT}/{VERSION}"
            self._ended.set()
            return
        self._listener.up(self)

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode | MQTTErrorCode,
        _properties: Properties | None,
    ) -> None:
        self._why = str(reason)
        self._ended.set()


def _readable_topic(message: MQTTMessage) -> str:
    try:
        return str(message.topic)
    except UnicodeDecodeError:
        return "(a topic that is not UTF-8)"
