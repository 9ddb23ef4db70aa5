"""Somebody bumps the projector in the middle of a run: found, named, mended, and the run goes on.

In step on the twin, with a smaller projector. `benchmarks/drift_bumps.py` does the same at
full size, with camera and bench as well.
"""

from __future__ import annotations

import json
import shutil
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.model import Method
from calibration.store import history, read_calibration, write_calibration
from station.app import guide_at_station
from station.bench_files import demo_station_file
from station.calibrating.full_run import FullWishes, commissioned
from station.calibrating.rig import RigWishes, opened_rig
from station.twin.bench import TwinBench
from station.twin.faults import Bump
from station.twin.truth import Deed, TwinTruth
from station.wishes import Wishes
from station_config.station_file import read_station

TASK = """\
task: bolts
title: {nl: Bouten, en: Bolts}
cycle: true
steps:
  - {id: take, say: {nl: Pak een bout., en: Take a bolt.}, take: bin_b}
  - {id: place, say: {nl: Leg hem in de mal., en: Put it in the jig.}, place: jig}
  - {id: check, say: {nl: Druk op Klaar., en: Press Done.}, confirm: done}
"""


class Silent:
    """Progress that nobody looks at."""

    def chapter(self, title: str, steps: int) -> None:
        """Nothing."""

    def step(self, done: float) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def commissioned_bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bench that was calibrated from nothing, and a task."""
    folder = tmp_path_factory.mktemp("bench")
    text = demo_station_file().read_text(encoding="utf-8")
    # The demo's bins hide a part of the tags behind them.
    text = text.replace(", 420]", ", 370]").replace(", 560]", ", 510]")
    text = text.replace("width_px: 1920, height_px: 1080", "width_px: 1280, height_px: 720")
    text = text.replace("calibration/bench_demo.json", "bench.json")
    kept = [line for line in text.splitlines() if not line.startswith("hub:")]
    (folder / "bench.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    (folder / "task.yaml").write_text(TASK, encoding="utf-8")
    station = read_station(folder / "bench.yaml")
    with ExitStack() as on_exit:
        rig = opened_rig(station, RigWishes(window=False, in_step=True), on_exit)
        made = commissioned(rig, station, FullWishes(), Silent())
    write_calibration(folder / "bench.json", made.calibration)
    return folder


class Knocks:
    """Somebody who does something to the twin after its first true step."""

    def __init__(self, **faults: Bump) -> None:
        self._faults = faults
        self.at_s: float | None = None
        self.twin: TwinBench | None = None

    def __call__(self, twin: TwinBench, fact: TwinTruth) -> None:
        self.twin = twin
        if self.at_s is None and fact.what is Deed.STEP_DONE:
            self.at_s = fact.at_s
            for name, bump in self._faults.items():
                setattr(twin.faults, name, bump)

    def light_off_mm(self, calibration: Path) -> float:
        """How far light lands from where it should, at worst. Truth."""
        light = read_calibration(calibration).proj_from_bench
        assert self.twin is not None
        assert light is not None
        x, y = np.meshgrid(np.linspace(60, 840, 7), np.linspace(60, 540, 5))
        places_mm = np.stack([x.ravel(), y.ravel()], axis=1)
        landed_mm = self.twin.projector_mm(light.apply(places_mm))
        return float(np.hypot(*(landed_mm - places_mm).T).max())


def worked(bench: Path, folder: Path, knocks: Knocks, *, lives_s: float) -> list[dict[str, Any]]:
    """A worker works at a copy of the bench; gives the events."""
    for name in ("bench.yaml", "task.yaml", "bench.json"):
        shutil.copy(bench / name, folder / name)
    wishes = Wishes(
        station=folder / "bench.yaml",
        task=folder / "task.yaml",
        source="twin:fluent",
        folder=folder / "station",
        events=folder / "events.jsonl",
        window=False,
        hands=False,
        in_step=True,
        twin_s=lives_s,
        rehearse=knocks,
    )
    guide_at_station(wishes, threading.Event())
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("mm", "named"),
    [(0.5, "0."), (2.0, "2."), (20.0, "2")],
    ids=["half a millimetre", "two", "twenty"],
)
def test_a_bumped_projector_is_found_named_and_mended_and_the_run_goes_on(
    commissioned_bench: Path, tmp_path: Path, mm: float, named: str
) -> None:
    knocks = Knocks(projector_bump=Bump(shift_mm=(0.8 * mm, 0.6 * mm)))
    events = worked(commissioned_bench, tmp_path, knocks, lives_s=14.0)
    told = [event for event in events if event["type"].startswith("station_")]
    assert [event["type"] for event in told[:2]] == ["station_fault", "station_recovered"]
    assert f"The projector has moved: its light lands {named}" in told[0]["note"]
    assert ("no light on the work" in told[0]["note"]) == (mm > 15.0), "far off, it falls back"
    assert knocks.at_s is not None
    assert told[0]["at_s"] > knocks.at_s

    calibration = tmp_path / "bench.json"
    assert knocks.light_off_mm(commissioned_bench / "bench.json") > 0.7 * mm
    assert knocks.light_off_mm(calibration) < 0.4
    assert read_calibration(calibration).method is Method.QUICK
    assert len(history(calibration)) >= 1, "the one before is kept"

    assert "run_stopped" not in {event["type"] for event in events}
    finished_s = [event["at_s"] for event in events if event["type"] == "step_finished"]
    assert max(finished_s) > knocks.at_s, "the worker works on"


def test_nothing_is_told_while_nothing_moves(commissioned_bench: Path, tmp_path: Path) -> None:
    knocks = Knocks()
    events = worked(commissioned_bench, tmp_path, knocks, lives_s=8.0)
    assert not [event for event in events if event["type"].startswith("station_")]
    assert read_calibration(tmp_path / "bench.json").method is Method.GRAY_CODE
    assert any(event["type"] == "step_finished" for event in events)
