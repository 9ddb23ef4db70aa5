"""How well the tracker follows real people when all it hears is what a recogniser says of them.

IKEA: furniture assemblies with what published action recognisers said of the same films. Each
run's own order of steps is its task; durations, gaps and confusions are learned from the other
runs only. Beside the tracker stand two simple logics. IndustReal: the readable states of a model
that people build and service, as looks; see `tracker_states.py`.

    python benchmarks/tracker_streams.py --data ../shared/data/step_streams [--folds N] [--json F]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from ikea_recordings import (
    ASKED_HZ,
    FILM_HZ,
    Recording,
    confirmed,
    evidence_at,
    followed_moments,
    read_segments,
    recordings_of,
    task_of,
)
from machine import machine
from tracker_states import show_states

from tasks.events import Event, EventType
from tasks.following import Followed, FollowingScore, RunToScore, TakenBack, following_score
from tasks.learned import Learned
from tasks.learning import learned_from
from tasks.tracker import advance, begin

ENOUGH, DECAY = 8.0, 0.75
"""IndustReal's accumulate-and-threshold, at its ten looks a second."""
ACCUMULATED_HZ = 10.0
GOALS = "goals: right 0.72 (P3D), 0.68 (I3D); never 3 %; early 15; median 1.0 s"


def tracked(recording: Recording, learned: Learned | None) -> tuple[RunToScore, int]:
    """The run followed by the tracker, and how often the worker would have been asked."""
    task = task_of(recording)
    belief, _ = begin(task, 0.0, learned=learned)
    told: list[Event] = []
    for at_s, segment in followed_moments(recording, ASKED_HZ):
        belief, events = advance(belief, evidence_at(at_s, segment), task)
        told += events
    names = {(step.step_id, step.turn): place for place, step in enumerate(task.steps)}
    told_s: dict[int, float] = {}
    back: dict[int, list[TakenBack]] = defaultdict(list)
    for event in told:
        if event.type not in {EventType.STEP_FINISHED, EventType.STEP_UNDONE}:
            continue
        place = names[event.step or "", event.turn or 0]
        if event.type is EventType.STEP_FINISHED:
            told_s[place] = event.at_s
        else:
            back[place].append(TakenBack(told_s=told_s.pop(place), until_s=event.at_s))
    asked = sum(event.type is EventType.STEP_UNSURE for event in told)
    return scored(recording, told_s, back), asked


def scored(
    recording: Recording,
    told_s: dict[int, float],
    back: dict[int, list[TakenBack]] | None = None,
) -> RunToScore:
    """What was told of a run beside what was done."""
    steps = tuple(
        Followed(
            true_s=segment.to_s,
            told_s=told_s.get(place),
            taken_back=tuple((back or {}).get(place, ())),
        )
        for place, segment in enumerate(recording.steps)
    )
    return RunToScore(steps=steps, start_s=0.0, until_s=recording.until_s)


def come_and_gone(recording: Recording) -> RunToScore:
    """The naive state machine: a step is done when its label has come and gone."""
    labels = [segment.labels[0][0] for segment in recording.steps]
    told_s: dict[int, float] = {}
    here = False
    for at_s, segment in followed_moments(recording, FILM_HZ):
        place = len(told_s)
        if place == len(labels):
            break
        first = max(segment.labels, key=lambda label: label[1])[0]
        if here and first != labels[place]:
            told_s[place] = at_s
            place += 1
            here = False
        here = here or (place < len(labels) and first == labels[place])
    return scored(recording, told_s)


def accumulated(recording: Recording) -> RunToScore:
    """Accumulate and threshold: probabilities add up while a label is heard, and decay else."""
    labels = [segment.labels[0][0] for segment in recording.steps]
    told_s: dict[int, float] = {}
    heard: dict[str, float] = defaultdict(float)
    for at_s, segment in followed_moments(recording, ACCUMULATED_HZ):
        first, p = max(segment.labels, key=lambda label: label[1])
        for label in [*heard]:
            heard[label] *= 1.0 if label == first else DECAY
        heard[first] += p
        place = len(told_s)
        if place < len(labels) and heard[labels[place]] >= ENOUGH:
            told_s[place] = at_s
            heard.clear()
    return scored(recording, told_s)


def cross_validated(recordings: Sequence[Recording], folds: int) -> tuple[list[RunToScore], int]:
    """Each run followed with what the runs of the other folds taught."""
    folds = min(folds or len(recordings), len(recordings))
    with Pool(2) as pool:
        taught = pool.map(_taught, recordings, chunksize=4)
        work = [
            (recording, [one for at, one in enumerate(taught) if at % folds != number % folds])
            for number, recording in enumerate(recordings)
        ]
        followed = pool.map(_followed, work, chunksize=1)
    return [run for run, _ in followed], sum(asked for _, asked in followed)


def _taught(recording: Recording) -> Learned:
    return learned_from(confirmed(recording))


def _followed(work: tuple[Recording, list[Learned]]) -> tuple[RunToScore, int]:
    recording, others = work
    return tracked(recording, sum(others, Learned()))


def row_of(name: str, logic: str, score: FollowingScore, runs: Sequence[RunToScore]) -> list[str]:
    """One line of the table."""
    by_run = [following_score([run]).share_right for run in runs]
    kept = [step for run in runs for step in run.steps if step.told_s is not None]
    stayed = sum(
        step.told_s is not None and step.true_s is not None and step.told_s < step.true_s - 1.0
        for step in kept
    )
    return [
        name,
        logic,
        f"{score.share_right:.3f}",
        f"{sum(by_run) / len(by_run):.3f}",
        f"{100 * score.never_finished:.1f} %",
        f"{score.early_per_100:.1f}",
        f"{100 * stayed / score.steps:.1f}",
        f"{score.taken_back_per_100:.1f}",
        "-" if score.median_delay_s is None else f"{score.median_delay_s:.2f} s",
        "-" if score.p95_delay_s is None else f"{score.p95_delay_s:.1f} s",
    ]


HEADINGS = (
    "recogniser",
    "logic",
    "right",
    "mean of runs",
    "never",
    "early/100",
    "and stayed",
    "back/100",
    "median",
    "p95",
)


def ikea(data: Path, folds: int, console: Console) -> dict[str, dict[str, float | int | None]]:
    """Every recogniser in the folder, by three logics."""
    truth = read_segments(data / "ikea_truth.csv")
    table = Table(*HEADINGS, title="IKEA: learned from the other runs only")
    results: dict[str, dict[str, float | int | None]] = {}
    for path in sorted(data.glob("ikea_*.csv")):
        if path.name == "ikea_truth.csv":
            continue
        name = path.stem.removeprefix("ikea_")
        recordings = recordings_of(path, truth)
        logics = {
            "come and gone": [come_and_gone(one) for one in recordings],
            "accumulate (8, 0.75)": [accumulated(one) for one in recordings],
        }
        with Pool(2) as pool:
            bare = pool.map(partial(tracked, learned=None), recordings, chunksize=1)
        logics["tracker, nothing learned"] = [run for run, _ in bare]
        logics["tracker"], asked = cross_validated(recordings, folds)
        for logic, runs in logics.items():
            score = following_score(runs)
            table.add_row(*row_of(name, logic, score, runs))
            results[f"{name}: {logic}"] = asdict(score)
        results[f"{name}: tracker"]["asked"] = asked
    console.print(table)
    console.print(GOALS)
    return results


def main() -> None:
    """Read, follow, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=0, help="0: leave one run out at a time")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    console = Console(width=130)
    results: dict[str, object] = {"machine": machine()}
    if (asked.data / "ikea_truth.csv").exists():
        results["ikea"] = ikea(asked.data, asked.folds, console)
    if (asked.data / "industreal_states.csv").exists():
        results["industreal"] = show_states(asked.data, console)
    if asked.json is not None:
        asked.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
