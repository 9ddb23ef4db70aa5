"""The demo as a newcomer starts it: hub, broker, station and twin in real time, over real MQTT."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from station.bench_files import demo_station_file
from station.demo import DemoWishes, run_demo
from tests.brokers import MOSQUITTO

TASK = """\
task: lamp
title: {nl: Lamp, en: Lamp}
steps:
  - {id: take_base, say: {nl: Pak een voet., en: Take a base.}, take: bin_b}
  - {id: place_base, say: {nl: Leg hem in de mal., en: Put it in the jig.}, place: jig}
  - id: screw
    say: {nl: Draai hem vast., en: Screw it tight.}
    signal: torque_ok
    zone: jig
    usual_s: 2
"""


def slower_bench(folder: Path) -> Path:
    """The demo's bench with half as many pictures a second: a busy machine keeps up with it."""
    bench = demo_station_file()
    text = bench.read_text("utf-8").replace("rate_hz: 30", "rate_hz: 15")
    calibration = (bench.parent / "calibration" / "bench_demo.json").as_posix()
    station = folder / "bench.yaml"
    station.write_text(text.replace("calibration/bench_demo.json", calibration), encoding="utf-8")
    return station


@pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
def test_what_the_worker_did_stands_in_the_hub_once_and_the_page_shows_it(tmp_path: Path) -> None:
    task = tmp_path / "lamp.yaml"
    task.write_text(TASK, encoding="utf-8")
    stop, told = threading.Event(), list[str]()
    pages: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if text.startswith("The page: "):
            url = text.removeprefix("The page: ")
            threading.Timer(8.0, lambda: pages.append(httpx.get(url).text)).start()

    wishes = DemoWishes(
        station=slower_bench(tmp_path),
        task=task,
        persona="fluent",
        seconds=30.0,
        seed=1,
        windowed=False,
        report=tmp_path / "demo.json",
        page_port=0,
    )
    report = run_demo(wishes, stop, tell)

    assert report["runs_finished"] >= 1
    assert report["steps_reported"] == report["steps_true"] >= 3
    for fault in ("missing", "double", "out_of_order", "false_advances", "waiting_at_station"):
        assert report[fault] == 0, report
    for stage in ("camera_to_light", "done_to_light", "light_to_hub"):
        assert report["latency_ms"][stage]["p95"] is not None
    assert (tmp_path / "demo.json").exists()
    assert "Lamp" in pages[0]
    assert "bench-01" in pages[0]
