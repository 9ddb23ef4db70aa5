"""The hub's ear at the broker: brings messages in, and carries acknowledgements out."""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hub.inbox import WAITING_AT_MOST, Inbox, Message
from hub.wire import ROOT, VERSION, ack_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paho.mqtt.client import ConnectFlags, DisconnectFlags

    from hub.broker_address import BrokerAddress
    from hub.draft import Ack
    from hub.health import Health

logger = logging.getLogger(__name__)

SESSION_EXPIRES_S = 7 * 24 * 3600
"""The broker keeps the hub's queue for a week; the stations' outboxes keep longer."""

KEEPALIVE_S = 20
CONNACK_WITHIN_S = 5.0
LOOK_EVERY_S = 0.2
RETRY_FIRST_S, RETRY_LAST_S = 0.2, 5.0
READ_BYTES = 256 * 1024
BURST = 500
"""Packets read before the writer gets them: as many as one transaction takes."""

TOPICS = (f"{ROOT}/+/+/+/event", f"{ROOT}/+/+/+/state")
"""Every version: what this hub cannot read is kept aside and told, not overlooked."""

V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


class Listener:
    """A connection to the broker that comes back by itself, for ever.

    Args:
        address: The broker.
        client_id: Fixed, so that the broker knows which queue is the hub's.
        health: Told under `broker`.
        inbox: Filled with what comes in.
        heard: Called with each message as it comes in, before it is stored.
        first_v5: Try MQTT 5 first; False for a broker that is known not to answer to it.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        first_v5: bool = True,
        client_id: str,
        health: Health,
        inbox: Inbox,
        heard: Callable[[Message], None] = lambda _message: None,
    ) -> None:
        self._address = address
        self._client_id = client_id
        self._health = health
        self._inbox = inbox
        self._heard = heard
        self._first = V5 if first_v5 else V311
        self._connection: _Connection | None = None
        self.subscribed = threading.Event()
        self.failed = 0

    def listen(self, stop: threading.Event) -> None:
        """Connect, and reconnect whenever the connection ends, until `stop`."""
        protocol, wait_s = self._first, RETRY_FIRST_S
        while not stop.is_set():
            connection = _Connection(self, self._address, self._client_id, protocol)
            why = connection.run(stop)
            self._connection = None
            self.subscribed.clear()
            if stop.is_set():
                return
            self._health.tell("broker", well=False, why=f"No contact with {self._address}: {why}")
            v5_refused = connection.reached and not connection.was_up and protocol is V5
            protocol = V311 if v5_refused else self._first
            wait_s = RETRY_FIRST_S if connection.was_up else min(wait_s * 2, RETRY_LAST_S)
            stop.wait(wait_s)

    def acknowledge(self, acks: Sequence[Ack]) -> None:
        """Tell stations what is stored. Lost without a connection: the next state asks again."""
        connection = self._connection
        if connection is not None:
            connection.publish(
                (ack_topic(site=one.site, station=one.station), one.ack.to_payload())
                for one in acks
            )

    def up(self, connection: _Connection) -> None:
        """The connection says that it is subscribed."""
        self._connection = connection
        self._health.tell("broker", well=True)
        self.subscribed.set()

    def arrived(self, messages: Sequence[Message]) -> bool:
        """The connection brings messages. False when some must come again. Never raises."""
        for message in messages:
            try:
                self._heard(message)
            except Exception:
                self.failed += 1
                logger.exception("A message could not be shown")
        return self._inbox.put(messages)

    @property
    def is_behind(self) -> bool:
        """Whether messages still wait to be stored."""
        return len(self._inbox) > 0


class _SwiftClient(Client):
    """paho with buffers: it reads a byte, a byte and a packet with a system call each, and sends
    each acknowledgement with its own. With a writer that wants the interpreter too, that made
    150 µs a message (benchmarks/hub_ingest.py); like this it is about 20.

    The three methods below are paho's own inner ones. Were they renamed, paho would use its own
    again and be slow but right; tests/hub/test_listener.py would notice.
    """  # noqa: D205

    def __init__(self, protocol: MQTTProtocolVersion, client_id: str) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=protocol,
            clean_session=None if protocol is V5 else False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        self._v5 = protocol is V5
        self._read = b""
        self._read_at = 0
        self._unsent = bytearray()
        self._topics: dict[bytes, str] = {}
        self.caught: list[tuple[str, bytes, bool, int]] = []
        self.on_message = self._catch

    @property
    def has_read_ahead(self) -> bool:
        """Whether bytes wait here that the socket no longer has."""
        return self._read_at < len(self._read)

    @property
    def has_unsent(self) -> bool:
        """Whether bytes wait for the socket to take them."""
        return bool(self._unsent)

    def puback(self, mids: Sequence[int]) -> None:
        """Acknowledge messages at QoS 1. On the connection's own thread."""
        self._unsent += b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids)

    def flush(self) -> None:
        """Give the socket what it takes now.

        Raises:
            OSError: The connection is broken.
        """
        try:
            while self._unsent:
                sent = super()._sock_send(self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            return

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self.has_read_ahead:
            self._read, self._read_at = super()._sock_recv(READ_BYTES), 0
        piece = self._read[self._read_at : self._read_at + bufsize]
        self._read_at += len(piece)
        return piece

    def _sock_send(self, buf: bytes | bytearray) -> int:
        self._unsent += buf
        if buf[0] & 0xF0 == PacketTypes.DISCONNECT << 4:
            self.flush()  # paho closes the socket right after it
        return len(buf)

    def _handle_publish(self) -> MQTTErrorCode:
        """The usual message, at QoS 1 and without properties; all others are paho's."""
        header, packet = self._in_packet["command"], bytes(self._in_packet["packet"])
        topic_end = 2 + int.from_bytes(packet[:2], "big")
        body_at = topic_end + 2
        plain = header & 0x06 == 0x02 and topic_end > 2 and len(packet) >= body_at + self._v5  # noqa: PLR2004
        if not plain or (self._v5 and packet[body_at] != 0):
            return super()._handle_publish()
        mid = int.from_bytes(packet[topic_end:body_at], "big")
        raw = packet[2:topic_end]
        topic = self._topics.get(raw) or self._topics.setdefault(raw, raw.decode(errors="replace"))
        self.caught.append((topic, packet[body_at + self._v5 :], bool(header & 0x01), mid))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _catch(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = str(message.topic)
        except UnicodeDecodeError:
            topic = "(a topic that is not UTF-8)"
        mid = message.mid if message.qos == 1 else 0
        self.caught.append((topic, bytes(message.payload), bool(message.retain), mid))


class _Connection:
    """One connection, from connecting to the end of it. Never used again.

    Everything of paho's happens on the thread that calls `run`; others leave work for it.
    """

    def __init__(
        self,
        listener: Listener,
        address: BrokerAddress,
        client_id: str,
        protocol: MQTTProtocolVersion,
    ) -> None:
        self._listener = listener
        self._address = address
        self._v5 = protocol is V5
        self._why = "no answer"
        self._ended = False
        self._overflowed = False
        self._settled: deque[Sequence[int]] = deque()
        self._to_publish: deque[tuple[str, bytes]] = deque()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)  # noqa: FBT003
        self._wake_out.setblocking(False)  # noqa: FBT003
        self.was_up = False
        self.reached = False
        self._client = _SwiftClient(protocol, client_id)
        self._client.max_inflight_messages_set(1000)
        self._client.max_queued_messages_set(WAITING_AT_MOST)
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if address.tls:
            self._client.tls_set()
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        # Set, so that paho leaves writing to this loop.
        self._client.on_socket_register_write = lambda *_: None

    def settle(self, mids: Sequence[int]) -> None:
        """Let the broker forget these messages. From any thread; harmless after the end."""
        self._settled.append(mids)
        self._wake()

    def publish(self, messages: object) -> None:
        """Send (topic, payload) pairs at QoS 1. From any thread."""
        self._to_publish.extend(messages)  # type: ignore[arg-type]
        self._wake()

    def run(self, stop: threading.Event) -> str:
        """Be connected until it ends or `stop`. Returns why it ended."""
        try:
            self._connect()
            self.reached = True
            self._turn_until_the_end(stop)
        except OSError as error:
            self._why = error.strerror or str(error)
        finally:
            self._wake_in.close()
            self._wake_out.close()
        return self._why

    def _connect(self) -> None:
        host, port = self._address.host, self._address.port
        if not self._v5:
            self._client.connect(host, port, KEEPALIVE_S)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_EXPIRES_S
        properties.ReceiveMaximum = WAITING_AT_MOST // 2
        self._client.connect(host, port, KEEPALIVE_S, clean_start=False, properties=properties)

    def _turn_until_the_end(self, stop: threading.Event) -> None:
        late_s = time.monotonic() + CONNACK_WITHIN_S
        while not self._ended and not stop.is_set():
            if not self.was_up and time.monotonic() > late_s:
                break
            self._turn()
            if self._overflowed and not self._listener.is_behind:
                self._why = "too much came at once; asking for the rest"
                break  # after a reconnect the broker sends again what was not acknowledged
        if not self._ended:
            self._say_all()
            self._client.disconnect()
            self._client.loop_write()

    def _turn(self) -> None:
        """Wait for something, read it, and send what there is to send."""
        link = self._client.socket()
        if link is None:
            self._ended = True
            return
        writes = [link] if self._client.want_write() or self._client.has_unsent else []
        readable, _, _ = select.select([link, self._wake_in], writes, [], LOOK_EVERY_S)
        if self._wake_in in readable:
            self._wake_in.recv(4096)
        if link in readable:
            self._read()
        self._say_all()
        if self._client.loop_misc() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._ended = True

    def _read(self) -> None:
        """Read what has come, in bursts that the writer can start on."""
        more = True
        while more and not self._ended:
            self._client.loop_read()
            more = self._client.has_read_ahead
            if not more or len(self._client.caught) >= BURST:
                self._hand_over()

    def _hand_over(self) -> None:
        caught, self._client.caught = self._client.caught, []
        if caught:
            fits = self._listener.arrived([Message(*one, self) for one in caught])
            self._overflowed = self._overflowed or not fits

    def _say_all(self) -> None:
        while self._settled:
            self._client.puback(self._settled.popleft())
        while self._to_publish:
            topic, payload = self._to_publish.popleft()
            self._client.publish(topic, payload, qos=1)
        if self._client.want_write():
            self._client.loop_write()
        self._client.flush()

    def _wake(self) -> None:
        try:
            self._wake_out.send(b"\0")
        except OSError:
            return  # full: it wakes anyway; closed: nobody is there to wake

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._why, self._ended = str(reason), True
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
            self._ended = True
            return
        self._listener.up(self)

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._why, self._ended = str(reason), True
