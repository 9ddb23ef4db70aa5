"""How well the station knows the step: whole runs on the twin, over people, tasks and light.

    python benchmarks/recognition_twin.py --runs 200

Each run is one pass through a task by one worker in one light, with everything real but the bench:
MediaPipe, the second witness, the tracker, the projector's own light on hands and parts. Runs are
drawn so that any first part of them is balanced: 200 runs take about an hour and a half on two
cores, and `--keep FILE` goes on where the last call stopped.

A step is right when it was told once, in its order, not more than 0.3 s before it was truly done.
Time is the twin's own: the computing between camera and light (about 30 ms) is not in it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice, product
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import machine
from rich.console import Console
from rich.progress import track
from rich.table import Table

from station.app import guide_at_station
from station.bench_files import demo_station_file, demo_task_file
from station.demo_report import demo_report
from station.latency import percentiles
from station.twin.personas import PERSONAS
from station.wishes import Wishes

ROOMS = {"dim": 0.35, "usual": 1.0, "bright": 1.3}
"""The room's light, as a multiple of the demo's. Dim is a lamp at the other end of the room."""
TONES = {"gloves": ("blue_glove", "black_glove")}
SKINS = ("light", "dark")
TASKS = ("torch", "photo_frame") * 4 + ("pack_box",)
"""A packing run is four times as long as the others: one in nine."""
LONGEST_S = {"torch": 150.0, "photo_frame": 150.0, "pack_box": 480.0}

GOALS = {
    "steps right": (0.99, "at least"),
    "false advances per 200 steps": (1.0, "at most"),
    "wrong reaches found": (0.98, "at least"),
    "true completion to light, p95, s": (0.7, "at most"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: who does what in which light."""

    number: int
    persona: str
    task: str
    tone: str
    room: str


def drawn(seed: int) -> Iterator[Run]:
    """Runs without end, each block of 36 holding every persona in every light with two tones."""
    rng, number, tasks = Random(seed), 0, list[str]()
    while True:
        block = list(product(PERSONAS, ROOMS, (0, 1)))
        rng.shuffle(block)
        for persona, room, tone in block:
            if not tasks:
                tasks = rng.sample(TASKS, len(TASKS))
            number += 1
            yield Run(
                number=number,
                persona=persona,
                task=tasks.pop(),
                tone=TONES.get(persona, SKINS)[tone],
                room=room,
            )


def lived(run: Run) -> dict[str, Any]:
    """Live one run and compare."""
    with tempfile.TemporaryDirectory(prefix="handwijzer-run-") as name:
        folder = Path(name)
        wishes = Wishes(
            station=demo_station_file(),
            task=demo_task_file().parent / f"{run.task}.yaml",
            source=f"twin:{run.persona}",
            events=folder / "events.jsonl",
            truth=folder / "truth.jsonl",
            folder=folder / "station",
            seed=run.number,
            tone=run.tone,
            room=ROOMS[run.room],
            twin_runs=1,
            twin_s=LONGEST_S[run.task],
            window=False,
            reports=False,
            in_step=True,
        )
        guide_at_station(wishes, threading.Event())
        truth, events = (_lines(path) for path in (folder / "truth.jsonl", folder / "events.jsonl"))
    is_done = any(line["what"] == "run_done" for line in truth)
    # Without a hub: what matters here is told at the bench.
    stored = [{**event, "stored_at": event["at"]} for event in events]
    report = demo_report(_as_done(truth), stored, ())
    return {
        **asdict(run),
        "is_done": is_done,
        **{name: report[name] for name in COUNTED},
        "done_to_light_ms": _delays(truth, events),
        "asked": sum(event["type"] == "step_unsure" for event in events),
    }


COUNTED = (
    "steps_true", "steps_reported", "missing", "double", "out_of_order", "false_advances",
    "wrong_zone_true", "wrong_zone_reported", "wrong_zone_matched",
)  # fmt: skip


def _as_done(truth: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A run that did not come to its end within the time counts with what was done of it."""
    if any(line["what"] == "run_done" for line in truth):
        return [line for line in truth if line["run"] == 1]
    last_s = truth[-1]["at_s"] if truth else 0.0
    return [*truth, {"at_s": last_s, "what": "run_done", "run": 1}]


def _delays(truth: list[dict[str, Any]], events: list[dict[str, Any]]) -> list[float]:
    true_ms = {
        (line["step"], line["turn"]): line["at_s"] * 1e3
        for line in truth
        if line["what"] == "step_done" and line["run"] == 1
    }
    first = next((event["run_id"] for event in events if event.get("run_id")), None)
    return [
        event["at_s"] * 1e3
        - true_ms[event["step"], event["turn"]]
        + event["latency_ms"]["event_to_light"]
        for event in events
        if event["type"] == "step_finished"
        and event["run_id"] == first
        and (event["step"], event["turn"]) in true_ms
        and "event_to_light" in (event.get("latency_ms") or {})
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The measures of some runs together."""

    runs: int
    steps: int
    right: float
    false_per_200: float
    wrong_true: int
    wrong_found: int
    wrong_invented: int
    p50_s: float
    p95_s: float
    asked: int
    unfinished: int


def measured(results: list[dict[str, Any]]) -> Measured:
    """Add up."""
    total = Counter[str]()
    for result in results:
        total.update({name: result[name] for name in COUNTED})
    bad = total["missing"] + total["double"] + total["out_of_order"] + total["false_advances"]
    steps = max(1, total["steps_true"])
    late = percentiles([ms for result in results for ms in result["done_to_light_ms"]])
    return Measured(
        runs=len(results),
        steps=total["steps_true"],
        right=1.0 - bad / steps,
        false_per_200=200.0 * total["false_advances"] / steps,
        wrong_true=total["wrong_zone_true"],
        wrong_found=total["wrong_zone_matched"],
        wrong_invented=total["wrong_zone_reported"] - total["wrong_zone_matched"],
        p50_s=(late["p50"] or 0.0) / 1e3,
        p95_s=(late["p95"] or 0.0) / 1e3,
        asked=sum(result["asked"] for result in results),
        unfinished=sum(not result["is_done"] for result in results),
    )


def rows(results: list[dict[str, Any]]) -> dict[str, Measured]:
    """All together, by persona, by light, by tone, by task, and by persona and light."""
    groups: dict[str, list[dict[str, Any]]] = {"all": results}
    for key in ("persona", "room", "tone", "task"):
        for result in results:
            groups.setdefault(f"{key} {result[key]}", []).append(result)
    for result in results:
        groups.setdefault(f"{result['persona']}, {result['room']}", []).append(result)
    return {name: measured(group) for name, group in groups.items()}


def table(found: dict[str, Measured]) -> Table:
    """For people."""
    shown = Table(title="Steps known, on the twin")
    for name in (
        "runs of", "runs", "steps", "right", "false\nper 200", "wrong\nreaches", "invented",
        "p50 s", "p95 s", "asked", "not\nended",
    ):  # fmt: skip
        shown.add_column(name, justify="left" if name == "runs of" else "right")
    for name, one in found.items():
        shown.add_row(
            name,
            str(one.runs),
            str(one.steps),
            f"{one.right:.2%}",
            f"{one.false_per_200:.2f}",
            f"{one.wrong_found} of {one.wrong_true}",
            str(one.wrong_invented),
            f"{one.p50_s:.2f}",
            f"{one.p95_s:.2f}",
            str(one.asked),
            str(one.unfinished),
        )
    return shown


def goals(one: Measured) -> Iterable[tuple[str, float, float, bool]]:
    """Each goal, its limit, what was measured, and whether it is met."""
    values = (
        one.right,
        one.false_per_200,
        one.wrong_found / one.wrong_true if one.wrong_true else 1.0,
        one.p95_s,
    )
    for (name, (limit, which)), value in zip(GOALS.items(), values, strict=True):
        yield name, limit, value, value >= limit if which == "at least" else value <= limit


def main() -> None:
    """Run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--runs", type=int, default=200)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--keep", type=Path, help="a file of runs to go on with, JSON lines")
    asked.add_argument("--json", type=Path, help="also write the measures here")
    wishes = asked.parse_args()
    kept = _lines(wishes.keep) if wishes.keep and wishes.keep.exists() else []
    known = {result["number"] for result in kept}
    todo = [run for run in islice(drawn(wishes.seed), wishes.runs) if run.number not in known]
    results = kept + list(_lived_all(todo, wishes.workers, wishes.keep))
    found = rows(results)
    out = Console(width=120)
    out.print(table(found))
    missed = 0
    for name, limit, value, is_met in goals(found["all"]):
        missed += not is_met
        out.print(f"{'met   ' if is_met else 'MISSED'} {name}: {value:.3f} (goal {limit:g})")
    if wishes.json is not None:
        written = {
            "at": datetime.now(UTC).isoformat(),
            "machine": machine(),
            "seed": wishes.seed,
            "measured": {name: asdict(one) for name, one in found.items()},
        }
        wishes.json.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if missed else 0)


def _lived_all(todo: list[Run], workers: int, keep: Path | None) -> Iterator[dict[str, Any]]:
    # MediaPipe and forks do not agree. Not `ProcessPoolExecutor`: with `max_tasks_per_child` it
    # stops for ever when both workers have had their share (CPython 3.11, gh-115634).
    fresh = multiprocessing.get_context("spawn")
    with fresh.Pool(workers, maxtasksperchild=8) as pool:
        lives = pool.imap_unordered(lived, todo)
        for result in track(lives, total=len(todo), description="runs"):
            if keep is not None:
                with keep.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(result) + "\n")
            yield result


if __name__ == "__main__":
    main()
