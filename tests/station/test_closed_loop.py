"""Everything at once on the twin bench, in step: real hands to find, real light to follow.

What was reported is held against what the worker truly did. The demo and `benchmarks/` do the same
in real time, over MQTT, with the hub's database.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from station.app import guide_at_station
from station.bench_files import demo_station_file
from station.demo_report import demo_report
from station.wishes import Wishes
from vision.model_file import ModelFileError, model_path, verified_model

TASK = """\
task: lamp
title: {nl: Lamp, en: Lamp}
steps:
  - {id: take_base, say: {nl: Pak een voet., en: Take a base.}, take: bin_b}
  - {id: place_base, say: {nl: Leg hem in de mal., en: Put it in the jig.}, place: jig}
  - {id: take_bulb, say: {nl: Pak een peer., en: Take a bulb.}, take: bin_d}
  - {id: place_bulb, say: {nl: Leg hem in de mal., en: Put it in the jig.}, place: jig}
  - {id: check, say: {nl: Druk op Klaar., en: Press Done.}, confirm: done}
"""


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What a stretch of work gave."""

    report: dict[str, Any]
    events: list[dict[str, Any]]


Live = Callable[..., Lived]


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def live(tmp_path: Path) -> Live:
    """Let a persona work at the demo's bench without a hub, until the twin's clock says so."""
    try:
        verified_model(model_path())
    except ModelFileError as error:
        pytest.skip(str(error))
    text = demo_station_file().read_text(encoding="utf-8")
    calibration = demo_station_file().parent / "calibration"
    text = text.replace("calibration: calibration", f"calibration: {calibration}")
    kept = [line for line in text.splitlines() if not line.startswith("hub:")]
    station, task = tmp_path / "bench.yaml", tmp_path / "lamp.yaml"
    station.write_text("\n".join(kept) + "\n", encoding="utf-8")
    task.write_text(TASK, encoding="utf-8")

    def at_the_bench(persona: str, *, seconds: float, seed: int = 1) -> Lived:
        wishes = Wishes(
            station=station,
            task=task,
            source=f"twin:{persona}",
            folder=tmp_path / "station",
            events=tmp_path / "events.jsonl",
            truth=tmp_path / "truth.jsonl",
            window=False,
            in_step=True,
            twin_s=seconds,
            seed=seed,
        )
        ended = guide_at_station(wishes, threading.Event())
        events = lines_of(tmp_path / "events.jsonl")
        for event in events:
            event["stored_at"] = event["at"]
        truth = lines_of(tmp_path / "truth.jsonl")
        report = demo_report(truth, events, ended.stages.camera_to_light_ms)
        return Lived(report=report, events=events)

    return at_the_bench


def assert_told_as_it_was(report: dict[str, Any]) -> None:
    assert report["runs_finished"] >= 1
    assert report["steps_reported"] == report["steps_true"] > 0
    for fault in ("missing", "double", "out_of_order", "false_advances"):
        assert report[fault] == 0, f"{fault}: {report}"


def test_a_fluent_worker_is_followed_step_by_step(live: Live) -> None:
    lived = live("fluent", seconds=20.0)
    assert_told_as_it_was(lived.report)
    assert lived.report["wrong_zone_reported"] == 0


def test_a_worker_with_gloves_is_followed_without_any_hand_being_recognised(live: Live) -> None:
    assert_told_as_it_was(live("gloves", seconds=24.0).report)


def test_every_reach_into_a_wrong_bin_is_told_and_none_moves_the_run_on(live: Live) -> None:
    report = live("mixes_up_bins", seconds=34.0, seed=4).report
    assert report["false_advances"] == 0
    assert report["wrong_zone_true"] >= 1
    assert report["wrong_zone_matched"] == report["wrong_zone_true"]


def test_the_run_goes_on_at_its_step_after_a_power_cut(live: Live) -> None:
    first = live("fluent", seconds=7.0)
    done = [e["step"] for e in first.events if e["type"] == "step_finished"]
    assert 0 < len(done) < 5
    second = live("fluent", seconds=16.0)
    rest = [e["step"] for e in second.events if e["type"] == "step_finished"]
    finished = next(e for e in second.events if e["type"] == "run_finished")
    assert finished["run_id"] == first.events[0]["run_id"]
    assert (done + rest)[:5] == ["take_base", "place_base", "take_bulb", "place_bulb", "check"]
