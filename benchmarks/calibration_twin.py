"""Calibration against truth: every row of the table of figures, on virtual benches.

    python benchmarks/calibration_twin.py

Each scenario is a bench with its own light, lenses and faults, calibrated as `handwijzer calibrate`
does it: exposure, delay, gray code with its checks, maps (`calibration_scenarios.py`). Truth comes
from the virtual bench (`calibration_benches.py`). Figures of a virtual bench are not figures of a
real one: lenses are kinder here, and a ruler is right to 0.3-0.5 mm.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from calibration_scenarios import lived, scenarios
from machine import machine
from rich.console import Console
from rich.table import Table

from calibration.from_pictures import from_pictures
from calibration.picture_files import PicturesError


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table of figures.

    Attributes:
        name: What it is about.
        goal: At most, or at least.
        value: What was measured; NaN when it was not.
        limit: What others measured at best, in words.
        at_least: The goal is a lower bound.
    """

    name: str
    goal: float
    value: float
    limit: str
    at_least: bool = field(default=False)

    @property
    def is_met(self) -> bool:
        """Whether it is; what was not measured is missed."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal


PLAIN, LENS, FOUR = "without lenses", "with lenses", "ambient 4x"
HIGH, DEMO, KNOCKS = "bins 0-200 mm, figures' bench", "demo bench", "knocks mended"
DRIFT, BAD = "drift: noise of 2 levels", "frames repeated, torn, blended, gain"
TABLE = (
    ("map, no distortion, rms px", "<=", 0.02, PLAIN, "map_rms_px", "0.005"),
    ("map, no distortion, max px", "<=", 0.05, PLAIN, "map_max_px", "0.013"),
    ("map, lenses, rms mm", "<=", 0.02, LENS, "map_rms_mm", "0.003"),
    ("map, lenses, max mm", "<=", 0.05, LENS, "map_max_mm", "0.016"),
    ("highlight lands, rms mm", "<=", 0.05, LENS, "landing_rms_mm", "0.017"),
    ("highlight lands, max mm", "<=", 0.15, LENS, "landing_max_mm", "0.07"),
    ("bins 0-200 mm, rms mm", "<=", 0.1, HIGH, "heights_rms_mm", "0.015"),
    ("bins 0-200 mm, max mm", "<=", 0.3, HIGH, "heights_max_mm", "0.03"),
    ("ambient 4x, map rms mm", "<=", 0.05, FOUR, "map_rms_mm", "0.002"),
    ("coverage", ">=", 0.98, LENS, "coverage", "0.993"),
    ("coverage, ambient 4x", ">=", 0.94, FOUR, "coverage", "0.97"),
    ("full calibration at 30 fps, s", "<=", 8.0, DEMO, "full_s", "4.4"),
    ("its computing, s", "<=", 0.5, DEMO, "computing_s", "-"),
    ("quick, s", "<=", 1.0, KNOCKS, "quick_s", "0.5"),
    ("quick, rms mm, the worst knock", "<=", 0.05, KNOCKS, "quick_rms_mm", "0.004-0.03"),
    ("drift of 0.2 mm found", ">=", 0.99, DRIFT, "drift_found", "0.04-0.1 mm"),
    ("false alarms per 1 000", "<=", 1.0, DRIFT, "drift_false", "0 of 80"),
    ("drift, computing ms", "<=", 50.0, DRIFT, "drift_ms", "30-48"),
    ("bad frames: map rms mm after re-shooting", "<=", 0.02, BAD, "map_rms_mm", "-"),
)
"""Every row of the table of figures: name, goal, scenario, figure, and what others measured."""


def rows(found: dict[str, dict[str, Any]], data: Path) -> list[Row]:
    """The table of figures, filled in."""
    told = [one["as_it_should"] for one in found.values() if "as_it_should" in one]
    filled = [
        Row(
            name=name,
            goal=goal,
            value=float(found[scenario].get(figure, float("nan"))),
            limit=limit,
            at_least=sign == ">=",
        )
        for name, sign, goal, scenario, figure, limit in TABLE
    ]
    share = sum(told) / max(1, len(told))
    bad_days = Row(
        name="bad days told as they should", goal=1.0, value=share, limit="-", at_least=True
    )
    return [*filled, bad_days, *real_rows(data)]


def real_rows(data: Path) -> list[Row]:
    """The last row of the table: real captures, when they are there."""
    found = []
    for pose in ("pose_0", "pose_1"):
        try:
            found.append(from_pictures(data / pose, projector_wh=(1024, 768), board=(9, 7)).quality)
        except PicturesError:
            return []
    rms_px = max(quality.plane_rms_px for quality in found)
    median_px = max(quality.plane_median_px for quality in found)
    decoded = min(quality.decoded_share_of_lit for quality in found)
    return [
        Row(name="real, rms px", goal=0.44, value=rms_px, limit="0.408"),
        Row(name="real, median px", goal=0.39, value=median_px, limit="-"),
        Row(name="real, lit pixels decoded", goal=1.0, value=decoded, limit="1", at_least=True),
    ]


def main() -> None:
    """Run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--only", help="scenarios whose name has this")
    asked.add_argument("--data", type=Path, default=Path("../shared/data/graycode"))
    asked.add_argument("--json", type=Path, help="also write all figures here")
    wishes = asked.parse_args()
    named = scenarios()
    wanted = [n for n, one in enumerate(named) if wishes.only is None or wishes.only in one.name]
    began_s = time.perf_counter()
    found: dict[str, dict[str, Any]] = {}
    cpu_s: dict[str, float] = {}
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(wishes.workers, mp_context=fresh) as pool:
        for number, figures, took_s in pool.map(lived, wanted):
            found[named[number].name], cpu_s[named[number].name] = figures, took_s
    took_s = time.perf_counter() - began_s
    out = Console(width=130)
    out.print(_scenario_table(found, cpu_s))
    missed = 0
    if wishes.only is None:
        table = rows(found, wishes.data)
        out.print(_row_table(table))
        missed = sum(not row.is_met for row in table)
        out.print(
            f"{len(found)} scenarios in {took_s:.0f} s, {wishes.workers} at a time;"
            f" {missed} rows missed"
        )
    if wishes.json is not None:
        written = {
            "at": datetime.now(UTC).isoformat(),
            "machine": machine(),
            "took_s": took_s,
            "found": found,
        }
        wishes.json.write_text(
            json.dumps(written, indent=2, default=float) + "\n", encoding="utf-8"
        )
    sys.exit(1 if missed else 0)


def _scenario_table(found: dict[str, dict[str, Any]], cpu_s: dict[str, float]) -> Table:
    table = Table(title="Scenarios")
    table.add_column("bench")
    table.add_column("CPU s", justify="right")
    table.add_column("found")
    for name, figures in found.items():
        told = ", ".join(
            f"{key} {value:.3f}" if isinstance(value, float) else f"{key}: {value}"
            for key, value in figures.items()
        )
        table.add_row(name, f"{cpu_s[name]:.1f}", told)
    return table


def _row_table(table: list[Row]) -> Table:
    shown = Table(title="The table of figures")
    for name in ("", "figure", "goal", "measured", "limit of others"):
        shown.add_column(name)
    for row in table:
        sign = "≥" if row.at_least else "≤"
        shown.add_row(
            "met" if row.is_met else "MISSED",
            row.name,
            f"{sign} {row.goal:g}",
            f"{row.value:.4f}",
            row.limit,
        )
    return shown


if __name__ == "__main__":
    main()
