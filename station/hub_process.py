"""A hub of our own, as a process: for the demo, for rehearsals, for measuring."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_S = 40.0
ENDS_S = 15.0


class HubStartError(Exception):
    """The hub did not start, or could not be read. The text has its last words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHub:
    """A hub of our own.

    Attributes:
        url: Its page.
        broker: Its broker.
        database: Its database's URL.
    """

    url: str
    broker: str
    database: str


@contextmanager
def own_hub(folder: Path, page_port: int) -> Iterator[RunningHub]:
    """Start a hub with its own broker in a folder, and end it.

    Args:
        folder: For its database, log and broker.
        page_port: Of its page; 0 for a free one.

    Raises:
        HubStartError: It did not start.
    """
    ready, log = folder / "hub-ready.json", folder / "hub.log"
    database = f"sqlite:///{folder / 'hub.db'}"
    with log.open("wb") as lines:
        hub = subprocess.Popen(
            [
                *(sys.executable, "-m", "hub.cli", "serve", "--database", database),
                *("--port", str(page_port), "--broker-port", "0"),
                *("--folder", str(folder / "hub"), "--ready-file", str(ready)),
            ],
            stdout=lines,
            stderr=lines,
            # Ctrl-C is for the station, which then ends the hub in its own time.
            start_new_session=True,
        )
        try:
            told = _when_ready(hub, ready, log)
            yield RunningHub(url=told["url"], broker=told["broker"], database=database)
        finally:
            hub.send_signal(signal.SIGTERM)
            try:
                hub.wait(ENDS_S)
            except subprocess.TimeoutExpired:
                hub.kill()
                hub.wait()


def _when_ready(hub: subprocess.Popen[bytes], ready: Path, log: Path) -> dict[str, str]:
    until_s = time.monotonic() + READY_S
    while time.monotonic() < until_s and hub.poll() is None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            told: dict[str, str] = json.loads(ready.read_text(encoding="utf-8"))
            return told
        time.sleep(0.05)
    last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    raise HubStartError(f"The hub did not start. Its last words:\n{last}")


def stored_events(database: str) -> list[dict[str, Any]]:
    """What the hub's database has, asked of the hub's own command.

    Raises:
        HubStartError: The hub's command failed.
    """
    told = subprocess.run(
        [sys.executable, "-m", "hub.cli", "events", "--database", database],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        raise HubStartError(f"The hub's events could not be read: {told.stderr.strip()}")
    return [json.loads(line) for line in told.stdout.splitlines()]
