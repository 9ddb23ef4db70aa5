"""IndustReal's readable states as looks: is every part told, in the right order, and how late?

Each recording is one run of a task whose steps are its own changes of parts, in their order; what
is seen is the state of the model wherever it could be read (one frame in seven), as the looks of
one zone. Frames with a wrong part ("error") look like nothing that was taught. A completion counts
from the first frame in which it could be read. Part of `tracker_streams.py`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tasks.events import EventType
from tasks.model import Evidence, Finish, Sign, SignKind, Step, Task
from tasks.recognising import Completion, f1, matched, mean_delay_s, order_similarity
from tasks.tracker import advance, begin

FILM_HZ = 10.0
WRONG = "error"
READ_P = 0.9
"""How far a state that was read is believed; the rest is shared by all others."""
ENOUGH, DECAY = 8.0, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A state that could be read from one frame to another, both included."""

    first: int
    last: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part put on or taken off: `3+`, `3-`. The look is empty when it was never seen alone."""

    name: str
    at_s: float
    look: str


def read_states(path: Path) -> dict[str, list[Seen]]:
    """What could be read in each recording, in the order of time."""
    found: dict[str, list[Seen]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["recording"]].append(
                Seen(first=int(row["frame_start"]), last=int(row["frame_end"]), state=row["state"])
            )
    return {name: sorted(rows, key=lambda seen: seen.first) for name, rows in found.items()}


def changes_of(seen: Sequence[Seen]) -> list[Change]:
    """What was truly done, as far as it could ever be read."""
    changes: list[Change] = []
    before: str | None = None
    for run in seen:
        if run.state == WRONG:
            continue
        if before is not None and before != run.state:
            names = [
                f"{part}{'+' if now == '1' else '-'}"
                for part, (was, now) in enumerate(zip(before, run.state, strict=True))
                if was != now
            ]
            at_s = run.first / FILM_HZ
            changes += [Change(name=name, at_s=at_s, look="") for name in names[:-1]]
            changes.append(Change(name=names[-1], at_s=at_s, look=run.state))
        before = run.state
    return changes


def task_of(name: str, changes: Sequence[Change]) -> Task:
    """The recording's own changes as a task."""
    steps = tuple(
        Step(
            step_id=f"{place}:{change.name}",
            say={},
            finish=Finish.LOOKS,
            target=change.look or f"never seen alone, {place}",
            zone="model",
            usual_s=20.0,
            after=frozenset({place - 1}) if place else frozenset(),
        )
        for place, change in enumerate(changes)
    )
    return Task(task_id=name, title={}, steps=steps)


def frames(seen: Sequence[Seen]) -> Iterator[tuple[float, str]]:
    """Each frame in which something could be read."""
    for run in seen:
        for frame in range(run.first, run.last + 1):
            yield frame / FILM_HZ, run.state


def tracked(seen: Sequence[Seen], changes: Sequence[Change]) -> list[Completion]:
    """What the tracker tells of it, in the order in which it stands at the end."""
    task = task_of("model", changes)
    belief, _ = begin(task, 0.0)
    told: dict[str, float] = {}
    for at_s, state in frames(seen):
        look = Evidence(at_s=at_s, sign=Sign(SignKind.LOOKS, state), p=READ_P)
        belief, events = advance(belief, [look], task)
        for event in events:
            if event.type is EventType.STEP_FINISHED and event.step is not None:
                told[event.step] = event.at_s
            elif event.type is EventType.STEP_UNDONE and event.step is not None:
                told.pop(event.step, None)
    return [
        Completion(step=step.partition(":")[2], at_s=at_s)
        for step, at_s in sorted(told.items(), key=lambda item: item[1])
    ]


def accumulated(seen: Sequence[Seen]) -> list[Completion]:
    """Accumulate and threshold: a state is believed at 8, and what changed by it is told."""
    heard: dict[str, float] = defaultdict(float)
    told: list[Completion] = []
    before = next((run.state for run in seen if run.state != WRONG), "")
    last = 0
    for at_s, state in frames(seen):
        frame = round(at_s * FILM_HZ)
        for other in [*heard]:
            idle = frame - last if other != state else frame - last - 1
            heard[other] *= DECAY**idle
        heard[state] += READ_P
        last = frame
        if state not in {WRONG, before} and heard[state] >= ENOUGH:
            told += [
                Completion(step=f"{part}{'+' if now == '1' else '-'}", at_s=at_s)
                for part, (was, now) in enumerate(zip(before, state, strict=True))
                if was != now
            ]
            before = state
    return told


def show_states(data: Path, console: Console) -> dict[str, dict[str, float | int]]:
    """The table, over all recordings and over those with and without wrong parts."""
    table = Table(
        *("recordings", "logic", "count", "POS", "F1", "mean delay", "lost"),
        title="IndustReal: readable states as looks",
    )
    results: dict[str, dict[str, float | int]] = {}
    recordings = read_states(data / "industreal_states.csv")
    groups = {
        "all": recordings,
        "without errors": {
            name: seen
            for name, seen in recordings.items()
            if all(run.state != WRONG for run in seen)
        },
        "with errors": {
            name: seen for name, seen in recordings.items() if any(r.state == WRONG for r in seen)
        },
    }
    for group, chosen in groups.items():
        for logic in ("tracker", "accumulate (8, 0.75)"):
            row = _row([*chosen.values()], by_tracker=logic == "tracker")
            results[f"{group}: {logic}"] = row
            table.add_row(
                group,
                logic,
                str(row["recordings"]),
                f"{row['pos']:.3f}",
                f"{row['f1']:.3f}",
                f"{row['mean_delay_s']:.2f} s",
                str(row["lost"]),
            )
    console.print(table)
    console.print("lost: recordings in which the last two changes or more were never told")
    return results


def _row(recordings: Sequence[Sequence[Seen]], *, by_tracker: bool) -> dict[str, float | int]:
    pos, scores, delays_s, lost = [], [], [], 0
    for seen in recordings:
        changes = changes_of(seen)
        if not changes:
            continue
        told = tracked(seen, changes) if by_tracker else accumulated(seen)
        done = [Completion(step=change.name, at_s=change.at_s) for change in changes]
        found = matched(done, told)
        pos.append(order_similarity([one.step for one in done], [one.step for one in told]))
        scores.append(f1(found))
        delay_s = mean_delay_s(found)
        delays_s += [] if delay_s is None else [delay_s]
        lost += len(told) <= len(done) - 2
    return {
        "recordings": len(pos),
        "pos": _mean(pos),
        "f1": _mean(scores),
        "mean_delay_s": _mean(delays_s),
        "lost": lost,
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
