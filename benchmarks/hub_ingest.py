"""How fast the hub stores events for good, and how soon a change is on the pages.

`python benchmarks/hub_ingest.py [--json FILE]` starts a real hub (mosquitto, SQLite with
`synchronous=FULL`) and, in processes of their own, stations that publish at QoS 1 and 100
viewers over HTTP. Nothing is simulated inside the hub.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import platform
import re
import selectors
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from plain_mqtt import PlainMqtt, publish_packet
from rich.console import Console
from rich.table import Table

from hub.wire import AckV1, EventV1, StateV1, ack_topic, event_topic, state_topic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

ROOT = Path(__file__).resolve().parent.parent
SITE = "benchmark"
EVENTS_GOAL_HZ = 10_000.0
PAGE_GOAL_MS = 50.0
WARM_UP_EVENTS = 2_000
PRODUCERS = 4
IN_FLIGHT = 4_000
GIVE_UP_S = 120.0
CHANGE = re.compile(rb"change#(\d+)#")
"""How a change carries its number, in the words of a step."""


@contextlib.contextmanager
def running_hub(folder: Path) -> Iterator[dict[str, str]]:
    """A hub of its own, with its ready file's contents."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "hub.cli", "serve", "--folder", str(folder)]
    command += ["--port", "0", "--broker-port", "0", "--ready-file", str(ready)]
    with (folder / "hub.log").open("wb") as log:
        hub = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            late_s = time.monotonic() + 30
            while not ready.exists():
                if hub.poll() is not None or time.monotonic() > late_s:
                    raise SystemExit(f"the hub did not start: {(folder / 'hub.log').read_text()}")
                time.sleep(0.02)
            yield json.loads(ready.read_text())
        finally:
            hub.send_signal(signal.SIGTERM)
            hub.wait(20)


def connected(broker: str, client_id: str) -> Client:
    """A client of the broker at `mqtt://host:port`."""
    host, port = broker.removeprefix("mqtt://").split(":")
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5
    )
    client.max_inflight_messages_set(IN_FLIGHT)
    client.max_queued_messages_set(0)
    client.connect(host, int(port))
    client.loop_start()
    return client


def an_event(station: str, outbox: uuid.UUID, seq: int) -> bytes:
    """An event as a station writes it, all fields in use."""
    return EventV1(
        event_id=uuid.uuid4(),
        outbox=outbox,
        seq=seq,
        type="step_finished",
        station=station,
        run_id=f"run-{seq // 30}",
        task="torch",
        step="place_housing",
        turn=1,
        at=datetime.now(UTC),
        at_s=seq * 0.5,
        took_s=3.1,
        support="contour",
        confidence=0.98,
        worker="w-07",
        latency_ms={"camera_to_light": 61.5, "done_to_light": 412.0},
    ).to_payload()


def publish_all(broker: str, count: int, told: Connection) -> None:
    """In its own process: `PRODUCERS` stations publish `count` events; tells when all are acked."""
    stations = [(f"bench-{n}", uuid.uuid4()) for n in range(PRODUCERS)]
    each = count // PRODUCERS
    packets = [
        publish_packet(event_topic(site=SITE, station=name), an_event(name, outbox, seq), number)
        for number, (seq, (name, outbox)) in enumerate(
            ((seq, station) for seq in range(1, each + 1) for station in stations), start=1
        )
    ]
    link = PlainMqtt(broker, [ack_topic(site=SITE, station=name) for name, _ in stations])
    stored_to = dict.fromkeys((outbox for _, outbox in stations), 0)
    sent = 0
    started_s = time.monotonic()
    while sum(stored_to.values()) < count and time.monotonic() - started_s < GIVE_UP_S:
        room = IN_FLIGHT - (sent - sum(stored_to.values()))
        if room > 0 and sent < count:
            chunk = packets[sent : sent + min(room, 100)]
            link.send(b"".join(chunk))
            sent += len(chunk)
        for payload in link.heard(wait_s=0.0 if room > 0 and sent < count else 0.05):
            ack = AckV1.from_payload(payload)
            stored_to[ack.outbox] = ack.stored_to
    took_s = time.monotonic() - started_s
    done = all(up_to == each for up_to in stored_to.values())
    told.send((took_s, done, [str(outbox) for _, outbox in stations]))
    link.close()


def measure_ingest(count: int) -> dict[str, float]:
    """Events per second from the first publish to the last acknowledgement."""
    with tempfile.TemporaryDirectory() as name, running_hub(Path(name)) as hub:
        _publish(hub["broker"], WARM_UP_EVENTS)
        cpu_before_s = _cpu_s(int(hub["pid"]))
        broker_before_s = _cpu_s(_child_of(int(hub["pid"])))
        took_s, done, outboxes = _publish(hub["broker"], count)
        cpu_s = _cpu_s(int(hub["pid"])) - cpu_before_s
        broker_s = _cpu_s(_child_of(int(hub["pid"]))) - broker_before_s
        marks = ",".join("?" for _ in outboxes)
        ids = [uuid.UUID(one).hex for one in outboxes]
        with contextlib.closing(sqlite3.connect(Path(name) / "hub.db")) as database:
            query = f"SELECT count(*), count(DISTINCT outbox || seq) FROM events WHERE outbox IN ({marks})"  # noqa: E501, S608
            stored, different = database.execute(query, ids).fetchone()
    return {
        "events": count,
        "events_per_s": count / took_s,
        "lost": count - different,
        "double": stored - different,
        "all_acknowledged": float(done),
        "hub_cpu_us_per_event": cpu_s / count * 1e6,
        "broker_cpu_us_per_event": broker_s / count * 1e6,
        "hub_cpu_share": cpu_s / took_s,
    }


def _publish(broker: str, count: int) -> tuple[float, bool, list[str]]:
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    publisher = context.Process(target=publish_all, args=(broker, count, there))
    publisher.start()
    took_s, done, outboxes = here.recv()
    publisher.join(20)
    return took_s, done, outboxes


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _child_of(pid: int) -> int:
    """The hub's broker."""
    return int(Path(f"/proc/{pid}/task/{_broker_thread(pid)}/children").read_text().split()[0])


def _broker_thread(pid: int) -> str:
    """The thread that started the broker: the kernel counts children by thread."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        if (task / "children").read_text().strip():
            return task.name
    raise SystemExit("the hub has no broker of its own")


def view_all(url: str, viewers: int, told: Connection) -> None:
    """In its own process: open pages, and note when each saw each change.

    A change carries its number in the words of the step; `told` gets number to arrival times.
    """
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    chosen = selectors.DefaultSelector()
    rests: dict[socket.socket, bytes] = {}
    seen: dict[socket.socket, dict[int, float]] = {}
    for _ in range(viewers):
        page = socket.create_connection((host, int(port)))
        page.sendall(f"GET /live?lang=en HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        rests[page], seen[page] = b"", {}
        chosen.register(page, selectors.EVENT_READ)
    told.send("open")
    while not told.poll():
        for key, _ in chosen.select(timeout=0.05):
            assert isinstance(key.fileobj, socket.socket)
            page = key.fileobj
            text = rests[page] + page.recv(65536)
            now_s = time.monotonic()
            end = 0
            for change in CHANGE.finditer(text):
                seen[page].setdefault(int(change[1]), now_s)
                end = change.end()
            rests[page] = text[end:][-20:]
    told.recv()
    arrived: dict[int, list[float]] = {}
    for times in seen.values():
        for number, at_s in times.items():
            arrived.setdefault(number, []).append(at_s)
    told.send(arrived)


def measure_pages(*, viewers: int, rate_hz: float, seconds: float) -> dict[str, float]:
    """Milliseconds from the publish of a state to its arrival at every viewer."""
    with tempfile.TemporaryDirectory() as name, running_hub(Path(name)) as hub:
        here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        watching = context.Process(target=view_all, args=(hub["url"], viewers, there))
        watching.start()
        assert here.recv() == "open"
        client = connected(hub["broker"], "benchmark-states")
        stations = [(f"bench-{n}", uuid.uuid4()) for n in range(10)]
        for station, instance in stations:
            client.publish(*_state(station, instance, 0), qos=1)
        time.sleep(1.0)
        cpu_before_s = _cpu_s(int(hub["pid"]))
        sent_s: dict[int, float] = {}
        first_s = time.monotonic()
        for number in range(1, int(rate_hz * seconds) + 1):
            time.sleep(max(0.0, first_s + number / rate_hz - time.monotonic()))
            station, instance = stations[number % len(stations)]
            topic, payload = _state(station, instance, number)
            sent_s[number] = time.monotonic()
            client.publish(topic, payload, qos=1)
        time.sleep(1.0)
        cpu_s = _cpu_s(int(hub["pid"])) - cpu_before_s
        here.send("enough")
        arrived: dict[int, list[float]] = here.recv()
        watching.join(10)
        client.disconnect()
        client.loop_stop()
    last = range(len(sent_s) - len(stations) + 1, len(sent_s) + 1)
    late_ms = sorted(
        (at_s - sent_s[number]) * 1000
        for number, times in arrived.items()
        if number in sent_s
        for at_s in times
    )
    return {
        "viewers": viewers,
        "changes_per_s": rate_hz,
        "seen_share": len(late_ms) / (len(sent_s) * viewers),
        "up_to_date_share": sum(len(arrived.get(number, ())) for number in last)
        / (len(last) * viewers),
        "p50_ms": statistics.median(late_ms),
        "p99_ms": late_ms[int(len(late_ms) * 0.99)],
        "max_ms": late_ms[-1],
        "hub_cpu_ms_per_change": cpu_s / len(sent_s) * 1000,
    }


def _state(station: str, instance: uuid.UUID, number: int) -> tuple[str, bytes]:
    state = StateV1(
        station=station,
        site=SITE,
        instance=instance,
        online=True,
        sent_at=datetime.now(UTC),
        title={"en": station},
        task="torch",
        task_title={"en": "Torch"},
        step="place_housing",
        step_words={"en": f"change#{number}#"},
        step_number=4,
        steps_total=10,
    )
    return state_topic(site=SITE, station=station), state.to_payload()


def main() -> None:
    """Measure, print goal and measured, and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", type=Path)
    asked.add_argument("--events", type=int, default=60_000)
    asked.add_argument("--seconds", type=float, default=10.0)
    asked.add_argument("--only", choices=("ingest", "pages"))
    wanted = asked.parse_args()
    ingest = measure_ingest(wanted.events) if wanted.only != "pages" else None
    pages = (
        measure_pages(viewers=100, rate_hz=50.0, seconds=wanted.seconds)
        if wanted.only != "ingest"
        else None
    )
    table = Table("what", "goal", "measured", "met")
    good = True
    rows: list[tuple[str, str, str, bool]] = []
    if ingest is not None:
        rate = ingest["events_per_s"]
        rows.append(("durable events/s", "≥ 10 000", f"{rate:,.0f}", rate >= EVENTS_GOAL_HZ))
        rows.append(("lost", "0", f"{ingest['lost']:.0f}", ingest["lost"] == 0))
        rows.append(("double", "0", f"{ingest['double']:.0f}", ingest["double"] == 0))
        acked = bool(ingest["all_acknowledged"])
        rows.append(("all acknowledged", "yes", "yes" if acked else "no", acked))
    if pages is not None:
        # Two changes of one station within a moment come as one: the newest is what counts.
        p99_ms, share = pages["p99_ms"], pages["up_to_date_share"]
        rows.append(("publish → 100 viewers, p99", "≤ 50 ms", f"{p99_ms:.1f} ms", p99_ms <= 50))
        rows.append(("viewers up to date at the end", "100 %", f"{share:.0%}", share >= 1.0))
    for row in rows:
        table.add_row(*row[:3], "yes" if row[3] else "NO")
        good = good and row[3]
    Console().print(table)
    if wanted.json is not None:
        machine = {"platform": platform.platform(), "cpus": os.cpu_count()}
        versions = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
        told = {"machine": machine, "versions": versions, "ingest": ingest, "pages": pages}
        wanted.json.write_text(json.dumps(told, indent=2) + "\n")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
