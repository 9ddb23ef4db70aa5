"""Real parts for the tests of the hub: mosquitto, the hub as a process, stations, Chromium."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from hub.broker import find_mosquitto, mosquitto_config
from hub.wire import AckV1, EventV1, StateV1, ack_topic, event_topic, state_topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from paho.mqtt.client import MQTTMessage

ROOT = Path(__file__).resolve().parents[2]
SITE = "delft"


def wait_until(true: Callable[[], bool], *, timeout_s: float = 20.0, what: str = "") -> None:
    """Wait for something that must happen; how long it takes is not judged."""
    late_s = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < late_s, f"never happened: {what or true}"
        time.sleep(0.02)


@pytest.fixture(name="wait_until", scope="session")
def wait_until_fixture() -> Callable[..., None]:
    return wait_until


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    return a_free_port()


class Mosquitto:
    """A broker on loopback that can be killed and started again."""

    def __init__(self, folder: Path, port: int) -> None:
        program = find_mosquitto()
        if program is None:
            pytest.skip("mosquitto is not installed")
        self._program = program
        self._folder = folder
        self.port = port
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        user = "root" if os.geteuid() == 0 else None
        config = self._folder / "mosquitto.conf"
        config.write_text(mosquitto_config(folder=self._folder, port=self.port, user=user))
        self._child = subprocess.Popen(
            [self._program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._answers, what="mosquitto listens")

    def kill(self, *, and_forget: bool = False) -> None:
        """Kill -9, and with `and_forget` its queues are gone too."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None
        if and_forget:
            (self._folder / "mosquitto.db").unlink(missing_ok=True)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder, a_free_port())
    broker.start()
    yield broker
    broker.kill()


class HubProcess:
    """`handwijzer-hub serve` as it runs in real life."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self._arguments = arguments
        self._ready = folder / "ready.json"
        self._log = folder / "hub.log"
        self.child: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.broker = ""

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'hub.db'}"

    @property
    def log(self) -> str:
        return self._log.read_text()

    def start(self) -> None:
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "hub.cli", "serve", "--folder", str(self.folder)]
        command += ["--port", "0", "--ready-file", str(self._ready), *self._arguments]
        with self._log.open("ab") as log:
            self.child = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        child = self.child
        wait_until(lambda: self._ready.exists() or child.poll() is not None, what="the hub starts")
        assert child.poll() is None, self.log
        told = json.loads(self._ready.read_text())
        self.url, self.broker = told["url"], told["broker"]

    def kill(self) -> None:
        """Kill -9."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.child is not None
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(20)
        self.child = None
        return code

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """An answer of the pages: status and text."""
        address = self.url + path.lstrip("/")
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def events(self) -> list[dict[str, Any]]:
        """What `handwijzer-hub events` prints."""
        command = [sys.executable, "-m", "hub.cli", "events", "--folder", str(self.folder)]
        printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        return [json.loads(line) for line in printed.splitlines()]


@pytest.fixture
def hub_process(tmp_path: Path) -> Iterator[Callable[..., HubProcess]]:
    """Makes hubs; each is killed at the end."""
    made: list[HubProcess] = []

    def make(*arguments: str) -> HubProcess:
        folder = tmp_path / f"hub{len(made)}"
        folder.mkdir()
        made.append(HubProcess(folder, *arguments))
        return made[-1]

    yield make
    for hub in made:
        hub.kill()


@pytest.fixture(scope="session")
def shared_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """One hub, with its own broker, for all tests that leave it as it is.

    Tests keep out of each other's way by the names of their stations.
    """
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    hub = HubProcess(tmp_path_factory.mktemp("shared_hub"), "--broker-port", "0")
    hub.start()
    yield hub
    hub.kill()


@dataclass
class Station:
    """A station's side of the contract: an outbox that sends until the hub says it has it."""

    broker: str
    name: str = "bench-01"
    site: str = SITE
    outbox: uuid.UUID = field(default_factory=uuid.uuid4)
    instance: uuid.UUID = field(default_factory=uuid.uuid4)
    kept: dict[int, bytes] = field(default_factory=dict)
    oldest_seq: int = 1
    newest_seq: int = 0
    acked_to: int = 0
    renewals: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    acks: list[AckV1] = field(default_factory=list)

    def connect(self) -> None:
        host, port = self.broker.removeprefix("mqtt://").split(":")
        self._lock = threading.RLock()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{self.name}-{self.instance}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        goodbye = self._state(online=False).to_payload()
        self._client.will_set(state_topic(site=self.site, station=self.name), goodbye, 1, True)  # noqa: FBT003
        self._client.connect_async(host, int(port), keepalive=5)
        self._client.loop_start()

    def disconnect(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def die(self) -> None:
        """Lose the connection without a word, so that the broker sends the last will."""
        link = self._client.socket()
        assert isinstance(link, socket.socket)
        self._client.reconnect_delay_set(60, 60)
        link.shutdown(socket.SHUT_RDWR)

    def report(self, kind: str = "step_finished", **fields: Any) -> EventV1:
        """Put an event into the outbox and send it."""
        with self._lock:
            self.newest_seq += 1
            event = EventV1.model_validate(
                {
                    "event_id": uuid.uuid4(),
                    "outbox": self.outbox,
                    "seq": self.newest_seq,
                    "type": kind,
                    "station": self.name,
                    "at": datetime.now(UTC),
                    "at_s": self.newest_seq * 1.0,
                }
                | fields
            )
            self.kept[event.seq] = event.to_payload()
        self._client.publish(
            event_topic(site=self.site, station=self.name), self.kept[event.seq], 1
        )
        return event

    def publish_raw(self, payload: bytes, topic: str | None = None) -> None:
        where = topic or event_topic(site=self.site, station=self.name)
        self._client.publish(where, payload, 1)

    def say_state(self, **fields: Any) -> None:
        """Publish the state, changed by `fields`, which stay."""
        self.state |= fields
        topic = state_topic(site=self.site, station=self.name)
        self._client.publish(topic, self._state().to_payload(), 1, retain=True)

    def resend(self) -> None:
        """Send everything again that is not acknowledged."""
        with self._lock:
            waiting = [self.kept[seq] for seq in sorted(self.kept) if seq > self.acked_to]
        for payload in waiting:
            self._client.publish(event_topic(site=self.site, station=self.name), payload, 1)

    @property
    def all_acked(self) -> bool:
        return self.acked_to == self.newest_seq

    def _state(self, *, online: bool = True) -> StateV1:
        return StateV1.model_validate(
            {
                "station": self.name,
                "site": self.site,
                "instance": self.instance,
                "online": online,
                "sent_at": datetime.now(UTC),
                "outbox": self.outbox,
                "oldest_seq": self.oldest_seq,
                "newest_seq": self.newest_seq,
                "acked_to": self.acked_to,
            }
            | self.state
        )

    def _on_connect(self, client: Client, *_: object) -> None:
        client.subscribe(ack_topic(site=self.site, station=self.name), 1)
        self.say_state()
        self.resend()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        ack = AckV1.from_payload(bytes(message.payload))
        if ack.outbox != self.outbox:
            return
        self.acks.append(ack)
        if ack.renew or ack.stored_to > self.newest_seq:
            self._renew()
            return
        went_back = ack.stored_to < self.acked_to
        self.acked_to = ack.stored_to
        if went_back:
            self.resend()

    def _renew(self) -> None:
        with self._lock:
            self.renewals += 1
            self.outbox = uuid.uuid4()
            renumbered = {}
            for seq, old in enumerate(sorted(self.kept), start=1):
                event = EventV1.from_payload(self.kept[old])
                changed = event.model_copy(update={"outbox": self.outbox, "seq": seq})
                renumbered[seq] = changed.to_payload()
            self.kept, self.oldest_seq, self.acked_to = renumbered, 1, 0
            self.newest_seq = len(renumbered)
        self.say_state()
        self.resend()


@pytest.fixture
def station() -> Iterator[Callable[..., Station]]:
    """Makes connected stations."""
    made: list[Station] = []

    def make(broker: str, name: str = "bench-01", **fields: Any) -> Station:
        made.append(Station(broker=broker, name=name, **fields))
        made[-1].connect()
        return made[-1]

    yield make
    for one in made:
        one.disconnect()
