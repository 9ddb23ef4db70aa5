"""Publishes signals as a torque driver or a scale would: for the twin's worker, over real MQTT."""

from __future__ import annotations

import queue
import threading
from uuid import uuid4

from hub.wire import signal_topic
from station.broker_link import NEWEST, BrokerLink, Terms
from station_config.station import HubAddress, Station

AGAIN_AFTER_S = 0.5


class SignalSender:
    """A tool at the bench with a connection of its own. A signal waits until the broker is there.

    `run` is the job of a thread; `send` may be called from any.
    """

    def __init__(self, station: Station, hub: HubAddress) -> None:
        self._station, self._hub = station, hub
        self._names: queue.Queue[str] = queue.Queue()

    def send(self, name: str) -> None:
        """Publish a signal as soon as that is possible."""
        self._names.put(name)

    def run(self, stop: threading.Event) -> None:
        """Connect and publish until `stop`."""
        while not stop.is_set():
            link = BrokerLink(self._terms(), NEWEST)
            if link.connect(stop):
                self._publish_over(link, stop)
            link.close(None)
            stop.wait(AGAIN_AFTER_S)

    def _publish_over(self, link: BrokerLink, stop: threading.Event) -> None:
        while link.connected and not stop.is_set():
            try:
                name = self._names.get(timeout=0.1)
            except queue.Empty:
                continue
            names = {"site": self._station.site, "station": self._station.station_id}
            if not link.publish(signal_topic(**names, name=name), b'{"p": 0.99}'):
                self._names.put(name)
                return

    def _terms(self) -> Terms:
        return Terms(
            hub=self._hub,
            client_id=f"handwijzer-tool-{uuid4()}",
            topics=(),
            will=None,
            heard=lambda _message: None,
            told=lambda _text: None,
            woken=lambda: None,
        )
