"""What one frame of the twin's bench costs: `python benchmarks/twin_cost.py [seconds]`.

Runs the torch task with a perfect station: the moment a step is truly done, the next one is lit,
by a picture of the projector's full size that breathes ten times a second round the lit zone.
Prints processor time per frame of everything the twin does, without start-up, as JSON.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from station.twin.bench import TwinBench, TwinWishes
from station.twin.personas import FLUENT
from station.twin.truth import Deed, TwinTruth
from station_config.station_file import read_station
from tasks.model import Step
from tasks.task_file import read_task

ROOT = Path(__file__).parents[1]


class PerfectStation:
    """Lights the first step that may come, as soon as the truth says so."""

    def __init__(self, bench: TwinBench, steps: tuple[Step, ...], size_px: tuple[int, int]) -> None:
        self._bench, self._steps = bench, steps
        self._picture = np.zeros((size_px[1], size_px[0], 4), np.uint8)
        self._outlines = dict[str, np.ndarray]()
        self._done = set[int]()
        self._zone: str | None = None

    def add_zone(self, name: str, corners_mm: tuple[tuple[float, float], ...]) -> None:
        """Say where a zone lies."""
        flat = np.column_stack([np.array(corners_mm), np.zeros(len(corners_mm))])
        self._outlines[name] = self._bench.projector.from_bench(flat).round().astype(np.int32)

    def told(self, fact: TwinTruth) -> None:
        """Follow the truth."""
        if fact.what is Deed.STEP_DONE and fact.place is not None:
            self._done.add(fact.place)
        if fact.what is Deed.RUN_DONE:
            self._done.clear()

    def light(self, *, breath: float) -> None:
        """Draw the ring and hand over only what changed."""
        zone = next(
            step.lit_zone
            for place, step in enumerate(self._steps)
            if place not in self._done and step.after <= self._done
        )
        changed = [self._draw(self._zone, 0.0)] if self._zone not in (zone, None) else []
        self._zone = zone
        self._bench.put(self._picture, [*changed, self._draw(zone, breath)])

    def _draw(self, zone: str | None, level: float) -> tuple[int, int, int, int]:
        outline = self._outlines[zone or ""]
        colour = [round(each * level) for each in (90, 235, 40, 0)]
        cv2.polylines(self._picture, [outline], isClosed=True, color=colour, thickness=14)
        left, top, wide, tall = cv2.boundingRect(outline)
        return left - 12, top - 12, wide + 24, tall + 24


def main(seconds: float) -> None:
    """Measure and print."""
    station = read_station(ROOT / "station_config/library/bench_demo.yaml")
    task = read_task(ROOT / "tasks/library/torch.yaml")
    perfect: list[PerfectStation] = []

    def told(fact: TwinTruth) -> None:
        perfect[0].told(fact)

    wishes = TwinWishes(paced=False, told=told)
    began_s = time.process_time()
    bench = TwinBench(station, task, FLUENT, wishes)
    start_s = time.process_time() - began_s
    size_px = (station.projector.width_px, station.projector.height_px)
    perfect.append(PerfectStation(bench, task.steps, size_px))
    for name, zone in station.zones.items():
        perfect[0].add_zone(name, zone.polygon_mm)
    cost_ms = []
    frames = bench.frames()
    for number in range(round(seconds * station.camera.rate_hz)):
        before_s = time.process_time()
        if number % 3 == 0:
            perfect[0].light(breath=0.75 + 0.25 * np.sin(number / 6.0))
        next(frames)
        cost_ms.append((time.process_time() - before_s) * 1e3)
    result = {
        "frames": len(cost_ms),
        "mean_ms": round(float(np.mean(cost_ms)), 2),
        "p95_ms": round(float(np.percentile(cost_ms, 95)), 2),
        "worst_ms": round(float(np.max(cost_ms)), 2),
        "start_s": round(start_s, 2),
        "steps_done": sum(fact.what is Deed.STEP_DONE for fact in bench.truth),
        "size_px": bench.size_px,
        "machine": platform.processor() or platform.machine(),
        "opencv": cv2.__version__,
        "numpy": np.__version__,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
