"""A task whose steps are finished by looks, taught and rehearsed on the twin bench."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from station.app import guide_at_station
from station.bench_files import demo_station_file
from station.cli import app
from station.wishes import Wishes

TASK = """\
task: lamp
title: {en: Lamp}
steps:
  - {id: base, say: {en: Set the base in the jig.}, looks: jig, usual_s: 2}
  - {id: bulb, say: {en: Put the bulb on it.}, looks: jig, usual_s: 2}
  - {id: check, say: {en: Press Done.}, confirm: done}
"""


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo's bench without its hub, and the task."""
    text = demo_station_file().read_text(encoding="utf-8")
    calibration = demo_station_file().parent / "calibration"
    text = text.replace("calibration: calibration", f"calibration: {calibration}")
    kept = [line for line in text.splitlines() if not line.startswith("hub:")]
    (tmp_path / "bench.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    (tmp_path / "lamp.yaml").write_text(TASK, encoding="utf-8")
    return tmp_path


def test_looks_taught_on_the_twin_finish_its_steps(folder: Path) -> None:
    files = ["--station", str(folder / "bench.yaml"), "--task", str(folder / "lamp.yaml")]
    for more in (["--step", "base", "--before"], ["--step", "base"], ["--step", "bulb"]):
        taught = CliRunner().invoke(app, ["looks", "teach", *files, "--source", "twin", *more])
        assert taught.exit_code == 0, taught.output
    wishes = Wishes(
        station=folder / "bench.yaml",
        task=folder / "lamp.yaml",
        source="twin:fluent",
        folder=folder / "station",
        events=folder / "events.jsonl",
        truth=folder / "truth.jsonl",
        window=False,
        hands=False,
        in_step=True,
        twin_s=14.0,
    )
    guide_at_station(wishes, threading.Event())
    true_s = {
        fact["step"]: fact["at_s"]
        for fact in reversed(lines_of(folder / "truth.jsonl"))
        if fact["what"] == "step_done" and fact["run"] == 1
    }
    told_s = {
        event["step"]: event["at_s"]
        for event in reversed(lines_of(folder / "events.jsonl"))
        if event["type"] == "step_finished"
    }
    for step in ("base", "bulb"):
        assert 0.0 < told_s[step] - true_s[step] < 2.5, step
