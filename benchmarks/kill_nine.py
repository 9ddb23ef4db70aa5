"""Kill -9 of hub, broker and station at random moments of a demo: is every event stored once?

The checker: every event that the station's outbox took stands once in the hub's database, in the
outbox's order, and nothing else does.

    python benchmarks/kill_nine.py --times 10 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from rich.console import Console
from rich.table import Table

from station.bench_files import demo_station_file, demo_task_file

BETWEEN_S = (3.0, 10.0)
"""A kill every few seconds: shorter than a run, longer than the station takes to start."""
DRAIN_S = 60.0


class Rig:
    """The processes of a demo, started as a site would, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker_port, self.page_port = 0, 0
        self.database = f"sqlite:///{folder / 'hub.db'}"
        self.hub = self.start_hub()
        ready = self.when_ready()
        self.broker_port = urlsplit(ready["broker"]).port or 0
        self.page_port = urlsplit(ready["url"]).port or 0
        text = demo_station_file().read_text(encoding="utf-8")
        calibration = demo_station_file().parent / "calibration"
        text = text.replace(":1883", f":{self.broker_port}").replace(
            "calibration: calibration", f"calibration: {calibration}"
        )
        self.station_file = folder / "bench.yaml"
        self.station_file.write_text(text, encoding="utf-8")
        self.station = self.start_station()

    def start_hub(self) -> subprocess.Popen[bytes]:
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        log = (self.folder / "hub.log").open("ab")
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "hub.cli", "serve", "--database", self.database),
                *("--port", str(self.page_port), "--broker-port", str(self.broker_port)),
                *("--folder", str(self.folder / "hub"), "--ready-file", str(ready)),
            ],
            stdout=log,
            stderr=log,
        )

    def when_ready(self) -> dict[str, str]:
        ready = self.folder / "ready.json"
        while not ready.exists() or not ready.read_text():
            time.sleep(0.1)
        told: dict[str, str] = json.loads(ready.read_text())
        return told

    def start_station(self) -> subprocess.Popen[bytes]:
        log = (self.folder / "station.log").open("ab")
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "station.cli", "station", "run", "--no-window"),
                *("--station", str(self.station_file), "--task", str(demo_task_file())),
                *("--source", "twin:fluent", "--folder", str(self.folder / "station")),
            ],
            stdout=log,
            stderr=log,
        )

    def kill(self, what: str) -> bool:
        """Kill -9 one of them and start it again, as a service manager would."""
        match what:
            case "hub":
                self.hub.kill()
                self.hub.wait()
                self.hub = self.start_hub()
            case "station":
                self.station.kill()
                self.station.wait()
                self.station = self.start_station()
            case _:
                brokers = [
                    child
                    for child in psutil.Process(self.hub.pid).children(recursive=True)
                    if "mosquitto" in child.name() or "trial_broker" in " ".join(child.cmdline())
                ]
                for broker in brokers:
                    broker.kill()
                return bool(brokers)
        return True

    def outbox(self) -> list[tuple[str, int, str]]:
        """What the station's outbox took: outbox id, number, event id."""
        with sqlite3.connect(self.folder / "station" / "outbox.db") as db:
            (name,) = db.execute("SELECT id FROM outbox").fetchone()
            rows = db.execute("SELECT seq, payload FROM event ORDER BY seq").fetchall()
        return [(name, seq, json.loads(line)["event_id"]) for seq, line in rows]

    def acked(self) -> bool:
        with sqlite3.connect(self.folder / "station" / "outbox.db") as db:
            newest, acked = db.execute("SELECT newest_seq, acked_to FROM outbox").fetchone()
        return bool(acked >= newest)

    def stored(self) -> list[tuple[str, int, str]]:
        """What the hub's database has."""
        told = subprocess.run(
            [sys.executable, "-m", "hub.cli", "events", "--database", self.database],
            capture_output=True,
            check=True,
            text=True,
        )
        events = [json.loads(line) for line in told.stdout.splitlines()]
        return [(event["outbox"], event["seq"], event["event_id"]) for event in events]

    def close(self) -> None:
        for one in (self.station, self.hub):
            one.send_signal(signal.SIGTERM)
            try:
                one.wait(15)
            except subprocess.TimeoutExpired:
                one.kill()


def main() -> None:
    """Kill, wait until all is acknowledged, and compare."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--times", type=int, default=10, help="kills of each of the three")
    wishes.add_argument("--seed", type=int, default=1)
    chosen = wishes.parse_args()
    rng = random.Random(chosen.seed)
    plan = ["hub", "broker", "station"] * chosen.times
    rng.shuffle(plan)
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        killed = Counter[str]()
        try:
            time.sleep(8)
            for what in plan:
                time.sleep(rng.uniform(*BETWEEN_S))
                while not rig.kill(what):
                    time.sleep(0.2)
                killed[what] += 1
            time.sleep(5)
            rig.station.send_signal(signal.SIGTERM)
            rig.station.wait(30)
            rig.station = rig.start_station()
            until_s = time.monotonic() + DRAIN_S
            time.sleep(5)
            while not rig.acked() and time.monotonic() < until_s:
                time.sleep(0.2)
            took, stored = rig.outbox(), rig.stored()
        finally:
            rig.close()
    _print(killed, took, stored)
    # Without more events than kills nothing was tried.
    tried = len(took) > len(plan)
    sys.exit(0 if tried and _lost(took, stored) == _extra(took, stored) == 0 else 1)


def _lost(took: list[tuple[str, int, str]], stored: list[tuple[str, int, str]]) -> int:
    there = set(stored)
    return sum(one not in there for one in took)


def _extra(took: list[tuple[str, int, str]], stored: list[tuple[str, int, str]]) -> int:
    """Events stored twice, or that no outbox took. The station may have gone on since."""
    newest = max((seq for _, seq, _ in took), default=0)
    ids = Counter(event_id for _, _, event_id in stored)
    there = set(took)
    unknown = sum(one not in there for one in stored if one[1] <= newest)
    return unknown + sum(count - 1 for count in ids.values())


def _print(
    killed: Counter[str], took: list[tuple[str, int, str]], stored: list[tuple[str, int, str]]
) -> None:
    table = Table("kill -9", "goal", "measured")
    table.add_row(
        "hub / broker / station",
        "10 each",
        " / ".join(str(killed[name]) for name in ("hub", "broker", "station")),
    )
    table.add_row("events the outbox took", "", str(len(took)))
    table.add_row("lost", "0", str(_lost(took, stored)))
    table.add_row("double or unknown", "0", str(_extra(took, stored)))
    in_order = [seq for _, seq, _ in stored] == sorted(seq for _, seq, _ in stored)
    table.add_row("in the outbox's order", "yes", "yes" if in_order else "NO")
    Console().print(table)


if __name__ == "__main__":
    main()
