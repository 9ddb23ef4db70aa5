"""The whole product on one machine: hub and broker as processes, a station on the twin bench."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.app import Ended, guide_at_station
from station.demo_report import demo_report
from station.hub_process import RunningHub, own_hub, stored_events
from station.wishes import Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWishes:
    """What somebody asked of the demo.

    Attributes:
        station: The station file.
        task: The task file.
        persona: Who works at the twin bench.
        seconds: How long; None until somebody ends it.
        seed: Of the worker.
        windowed: Show the light in a window on the desktop.
        report: Where the report goes, or None.
        page_port: The port of the page; 0 for a free one.
    """

    station: Path
    task: Path
    persona: str
    seconds: float | None
    seed: int
    windowed: bool
    report: Path | None
    page_port: int


def run_demo(
    wishes: DemoWishes, stop: threading.Event, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Run until the time is over or `stop` is set.

    Args:
        wishes: What was asked for.
        stop: Ends the demo.
        tell: Says to people what is going on.

    Returns:
        The report (`docs/` has its keys), which is also in `wishes.report`.

    Raises:
        HubStartError: The hub did not start.
    """
    with tempfile.TemporaryDirectory(prefix="handwijzer-demo-") as name, ExitStack() as on_exit:
        folder = Path(name)
        hub = on_exit.enter_context(own_hub(folder, wishes.page_port))
        tell(f"The page: {hub.url}")
        if wishes.seconds is None:
            tell("Ctrl-C ends the demo.")
        truth = folder / "truth.jsonl"
        timer = _stop_after(wishes.seconds, stop)
        on_exit.callback(timer.cancel)
        began_s, cpu_s = time.monotonic(), time.process_time()
        ended = guide_at_station(_station_wishes(wishes, hub, folder, truth), stop)
        wall_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
        report = _report(wishes, hub, truth, ended)
        report["cpu_share"] = round(cpu_s / wall_s, 3)
    if wishes.report is not None:
        wishes.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def _station_wishes(wishes: DemoWishes, hub: RunningHub, folder: Path, truth: Path) -> Wishes:
    return Wishes(
        station=wishes.station,
        task=wishes.task,
        source=f"twin:{wishes.persona}",
        folder=folder / "station",
        broker=hub.broker,
        truth=truth,
        seed=wishes.seed,
        window=wishes.windowed,
        windowed=wishes.windowed,
    )


def _report(wishes: DemoWishes, hub: RunningHub, truth: Path, ended: Ended) -> dict[str, Any]:
    lines = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    counted = demo_report(lines, stored_events(hub.database), ended.stages.camera_to_light_ms)
    return {
        "persona": wishes.persona,
        **counted,
        "waiting_at_station": ended.waiting,
        "frames_per_s": round(ended.stages.frames_per_s, 2),
    }


def _stop_after(seconds: float | None, stop: threading.Event) -> threading.Timer:
    timer = threading.Timer(seconds if seconds is not None else 0.0, stop.set)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    return timer
