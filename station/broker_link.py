"""One connection to the broker, from its begin to its end. The station's only home of paho."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from station_config.station import HubAddress

logger = logging.getLogger(__name__)

KEEPALIVE_S = 10
"""A half-open connection is noticed after one and a half of these."""
HANDSHAKE_S = 5.0
PORT = 1883
"""MQTT's registered port."""

NEWEST = MQTTProtocolVersion.MQTTv5
FALLBACK = MQTTProtocolVersion.MQTTv311
"""For brokers that speak no MQTT 5, such as amqtt."""


class Message(NamedTuple):
    """One message, and whether it is an old one that the broker had kept."""

    topic: str
    payload: bytes
    retained: bool


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a connection needs to know of the station.

    Attributes:
        hub: Address and credentials.
        client_id: Different for each running station process.
        topics: What to listen to.
        will: Topic and payload that the broker publishes when this client falls silent, or None.
        heard: Takes each message; called from the network thread.
        told: Takes what is wrong with the connection, in plain words.
        woken: Called when the connection ends.
    """

    hub: HubAddress
    client_id: str
    topics: Sequence[str]
    will: tuple[str, bytes] | None
    heard: Callable[[Message], None]
    told: Callable[[str], None]
    woken: Callable[[], None]


class BrokerLink:
    """One connection to the broker. It never reconnects by itself: the outbox knows what to send.

    Attributes:
        refused_protocol: The broker hung up on this version of MQTT; try the other one.
    """

    def __init__(self, terms: Terms, protocol: MQTTProtocolVersion) -> None:
        self.refused_protocol = False
        self._terms = terms
        self._answered = threading.Event()
        self._welcome = False
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=terms.client_id,
            protocol=protocol,
            reconnect_on_failure=False,
        )
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = lambda _client, _userdata, message: terms.heard(
            Message(message.topic, bytes(message.payload), message.retain)
        )
        if terms.will is not None:
            topic, payload = terms.will
            self._client.will_set(topic, payload, qos=1, retain=True)

    @property
    def connected(self) -> bool:
        """Whether the broker answered, and has not gone since."""
        return self._welcome and self._client.is_connected()

    def connect(self, stop: threading.Event) -> bool:
        """Reach the broker and listen. False when it did not work; `told` has heard why."""
        address = urlsplit(self._terms.hub.broker)
        try:
            self._client.username_pw_set(self._terms.hub.username, self._password())
            if address.scheme == "mqtts":
                self._client.tls_set()
            self._client.connect(
                address.hostname or "", address.port or PORT, keepalive=KEEPALIVE_S
            )
        except (OSError, ValueError) as error:
            self._tell(f"cannot be reached: {getattr(error, 'strerror', None) or error}")
            return False
        self._client.loop_start()
        until_s = time.monotonic() + HANDSHAKE_S
        while not self._answered.wait(0.05) and time.monotonic() < until_s and not stop.is_set():
            pass
        if not self._answered.is_set() and not stop.is_set():
            self.refused_protocol = True
            self._tell("does not answer")
        return self._welcome

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand over to the network thread; whether it took it."""
        told = self._client.publish(topic, payload, qos=1, retain=retain)
        return told.rc == mqtt.MQTT_ERR_SUCCESS

    def close(self, farewell: bytes | None) -> None:
        """End the connection; with a farewell, say so as the last will would."""
        if farewell is not None and self._terms.will is not None and self.connected:
            topic, _ = self._terms.will
            told = self._client.publish(topic, farewell, qos=1, retain=True)
            try:
                told.wait_for_publish(1.0)
            except (ValueError, RuntimeError):
                logger.debug("the broker did not hear the farewell")
        self._client.disconnect()
        self._client.loop_stop()

    def _password(self) -> str | None:
        if self._terms.hub.password_file is None:
            return None
        lines = self._terms.hub.password_file.read_text(encoding="utf-8").splitlines()
        return lines[0] if lines else ""

    def _tell(self, what: str) -> None:
        self._terms.told(
            f"The broker {self._terms.hub.broker} {what}."
            " Nothing is lost: events are kept here and sent later. Is the hub's computer on,"
            " and the network cable in?"
        )

    def _on_connect(
        self,
        client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.refused_protocol = "protocol" in str(reason).lower()
            self._tell(f"refused this station ({reason})")
        else:
            if self._terms.topics:
                client.subscribe([(topic, 1) for topic in self._terms.topics])
            self._welcome = True
        self._answered.set()

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not self._answered.is_set():
            self.refused_protocol = True
            self._answered.set()
        elif self._welcome and reason.is_failure:
            self._tell(f"went away ({reason})")
        self._terms.woken()
