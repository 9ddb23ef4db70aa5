"""Bumps camera or projector in the middle of a run on the twin: found, named, mended, how fast?

The bench is calibrated once from nothing; then for each bump a worker works at it, in step (the
twin's clock), and after the third step somebody knocks. The run must go on whatever happens.

    python benchmarks/drift_bumps.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import machine

from calibration.store import read_calibration, write_calibration
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
task: lamp
title: {nl: Lamp, en: Lamp}
cycle: true
steps:
  - {id: take_base, say: {nl: Pak een voet., en: Take a base.}, take: bin_b}
  - {id: place_base, say: {nl: Leg hem in de mal., en: Put it in the jig.}, place: jig}
  - {id: take_bulb, say: {nl: Pak een peer., en: Take a bulb.}, take: bin_d}
  - {id: place_bulb, say: {nl: Leg hem in de mal., en: Put it in the jig.}, place: jig}
  - {id: check, say: {nl: Druk op Klaar., en: Press Done.}, confirm: done}
"""
BUMPS = (
    ("projector", 0.5),
    ("projector", 2.0),
    ("projector", 20.0),
    ("camera", 0.5),
    ("camera", 2.0),
    ("camera", 20.0),
    ("bench", 2.0),
)
BUMP_AFTER_STEPS = 3
LIVES_S = 30.0
SETTLED_MM = 0.3
"""Light that lands this well again is mended."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one bump; times on the twin's clock, counted from the bump."""

    who: str
    bump_mm: float
    off_before_mm: float
    told: str | None
    found_after_s: float | None
    mended_after_s: float | None
    off_after_mm: float
    runs_stopped: int
    steps_after: int
    steps_true_after: int


class _Story:
    """Nobody looks."""

    def chapter(self, title: str, steps: int) -> None:
        """Nothing."""

    def step(self, done: float) -> None:
        """Nothing."""


class _Knock:
    """Somebody who knocks once."""

    def __init__(self, who: str, mm: float) -> None:
        self._who, self._mm = who, mm
        self._steps = 0
        self.twin: TwinBench | None = None
        self.at_s = float("inf")
        self.steps_after = 0

    def __call__(self, twin: TwinBench, fact: TwinTruth) -> None:
        self.twin = twin
        if fact.what is not Deed.STEP_DONE:
            return
        self._steps += 1
        self.steps_after += fact.at_s > self.at_s
        if self._steps == BUMP_AFTER_STEPS:
            bump = Bump(shift_mm=(0.8 * self._mm, 0.6 * self._mm))
            setattr(twin.faults, f"{self._who}_bump", bump)
            self.at_s = fact.at_s


def light_off_mm(twin: TwinBench, calibration_file: Path) -> float:
    """How far light lands from where it should on the bench top, root mean square."""
    light = read_calibration(calibration_file).proj_from_bench
    assert light is not None
    x, y = np.meshgrid(np.linspace(60, 840, 9), np.linspace(60, 540, 7))
    places_mm = np.stack([x.ravel(), y.ravel()], axis=1)
    landed_mm = twin.projector_mm(light.apply(places_mm))
    return float(np.sqrt(np.mean(np.sum((landed_mm - places_mm) ** 2, axis=1))))


def lived_through(
    who: str, mm: float, folder: Path, *, hands: bool = True, lives_s: float = LIVES_S
) -> Outcome:
    """Let a worker work through one bump; `folder` holds bench.yaml, task.yaml, good.json."""
    calibration = folder / "bench.json"
    shutil.copy(folder / "good.json", calibration)
    shutil.rmtree(folder / "station", ignore_errors=True)
    knock = _Knock(who, mm)
    wishes = Wishes(
        station=folder / "bench.yaml",
        task=folder / "task.yaml",
        source="twin:fluent",
        folder=folder / "station",
        events=folder / "events.jsonl",
        window=False,
        in_step=True,
        twin_s=lives_s,
        hands=hands,
        rehearse=knock,
    )
    guide_at_station(wishes, threading.Event())
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return _outcome(who, mm, knock, folder, [json.loads(line) for line in lines])


def _outcome(
    who: str, mm: float, knock: _Knock, folder: Path, events: list[dict[str, Any]]
) -> Outcome:
    twin = knock.twin
    assert twin is not None
    after = [event for event in events if event["at_s"] > knock.at_s]
    faults = [event for event in after if event["type"] == "station_fault"]
    well = [event for event in after if event["type"] == "station_recovered"]
    return Outcome(
        who=who,
        bump_mm=mm,
        off_before_mm=light_off_mm(twin, folder / "good.json"),
        told=faults[0]["note"] if faults else None,
        found_after_s=faults[0]["at_s"] - knock.at_s if faults else None,
        mended_after_s=well[-1]["at_s"] - knock.at_s if well else None,
        off_after_mm=light_off_mm(twin, folder / "bench.json"),
        runs_stopped=sum(event["type"] == "run_stopped" for event in events),
        steps_after=sum(event["type"] == "step_finished" for event in after),
        steps_true_after=knock.steps_after,
    )


def prepared(folder: Path) -> None:
    """Write bench.yaml and task.yaml, and calibrate the twin from nothing into good.json."""
    text = demo_station_file().read_text(encoding="utf-8")
    # The demo's bins hide a part of the tags behind them: 50 mm nearer they do not.
    text = text.replace(", 420]", ", 370]").replace(", 560]", ", 510]")
    kept = [line for line in text.splitlines() if not line.startswith(("hub:", "calibration:"))]
    kept.insert(kept.index("zones:"), "calibration: bench.json")
    (folder / "bench.yaml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    (folder / "task.yaml").write_text(TASK, encoding="utf-8")
    station = read_station(folder / "bench.yaml")
    with ExitStack() as on_exit:
        rig = opened_rig(station, RigWishes(window=False, in_step=True), on_exit)
        made = commissioned(rig, station, FullWishes(), _Story())
    write_calibration(folder / "good.json", made.calibration)


def main() -> None:
    """Run all bumps and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="Also write the figures here.")
    parser.add_argument("--only", help="Only these: projector:2,camera:0.5")
    asked = parser.parse_args()
    bumps = list(BUMPS)
    if asked.only is not None:
        pairs = (one.split(":") for one in asked.only.split(","))
        bumps = [(who, float(mm)) for who, mm in pairs]
    cv2.setNumThreads(1)
    outcomes = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared(folder)
        print(
            "| bumped | by | light was off | found after | told | mended after | light is off"
            " | steps after it, told / true | runs stopped |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for who, mm in bumps:
            out = lived_through(who, mm, folder)
            outcomes.append(out)
            print(
                f"| {who} | {mm:g} mm | {out.off_before_mm:.2f} mm | {_s(out.found_after_s)} |"
                f" {(out.told or 'nothing').partition('.')[0]} | {_s(out.mended_after_s)} |"
                f" {out.off_after_mm:.2f} mm | {out.steps_after} / {out.steps_true_after}"
                f" | {out.runs_stopped} |",
                flush=True,
            )
    if asked.json is not None:
        found = {"machine": machine(), "bumps": [asdict(one) for one in outcomes]}
        asked.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"


if __name__ == "__main__":
    main()
