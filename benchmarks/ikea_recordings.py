"""Furniture assemblies: what was truly done and what recognisers said of it, as tasks and evidence.

IKEA ASM (Ben-Shabat et al., WACV 2021), as segments: see the README of the recordings.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.learning import ConfirmedRun, Done
from tasks.model import Evidence, Finish, Sign, SignKind, Step, Task

FILM_HZ = 25.0
ASKED_HZ = 10.0
"""So often the recogniser is asked what it sees."""
IDLE = "NA"
GONE = "nobody"
GONE_S = 5.0
"""A recording stops with the last step. At a bench time goes on: for so long the recogniser then
says that it sees nobody at work (docs/hub.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What was done, or what a recogniser said, from one time to another, in seconds."""

    from_s: float
    to_s: float
    labels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One assembly: what was truly done, and what one recogniser said of it."""

    name: str
    truth: tuple[Segment, ...]
    said: tuple[Segment, ...]

    @property
    def steps(self) -> tuple[Segment, ...]:
        """What was done, without the gaps."""
        return tuple(segment for segment in self.truth if segment.labels[0][0] != IDLE)

    @property
    def until_s(self) -> float:
        """When the recording ended."""
        return self.truth[-1].to_s


def read_segments(path: Path) -> dict[str, tuple[Segment, ...]]:
    """The segments of each recording, in the order of time."""
    found: dict[str, list[Segment]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if "truth" in row:
                labels: tuple[tuple[str, float], ...] = ((row["truth"], 1.0),)
            else:
                named = ((row.get(f"top{n}"), row.get(f"p{n}")) for n in range(1, 10))
                labels = tuple((name, float(p)) for name, p in named if name and p)
            found[row["case"]].append(
                Segment(
                    from_s=int(row["start"]) / FILM_HZ,
                    to_s=(int(row["end"]) + 1) / FILM_HZ,
                    labels=labels,
                )
            )
    return {case: tuple(sorted(rows, key=lambda s: s.from_s)) for case, rows in found.items()}


def task_of(recording: Recording) -> Task:
    """The run's own order of steps as a task."""
    steps: list[Step] = []
    turns: dict[str, int] = defaultdict(int)
    for place, segment in enumerate(recording.steps):
        label = segment.labels[0][0]
        turns[label] += 1
        steps.append(
            Step(
                step_id=label,
                turn=turns[label],
                say={},
                finish=Finish.ACTIVITY,
                target=label,
                after=frozenset({place - 1}) if place else frozenset(),
            )
        )
    return Task(task_id=recording.name, title={}, steps=tuple(steps))


def moments(recording: Recording, rate_hz: float) -> Iterator[tuple[float, Segment]]:
    """What the recogniser says, so many times a second."""
    said = iter(recording.said)
    now = next(said)
    for number in range(int(recording.until_s * rate_hz) + 1):
        at_s = number / rate_hz
        while at_s >= now.to_s - 1e-9:
            later = next(said, None)
            if later is None:
                return
            now = later
        if now.from_s <= at_s + 1e-9:
            yield at_s, now


def followed_moments(recording: Recording, rate_hz: float) -> Iterator[tuple[float, Segment]]:
    """The same, and then that nobody is at work any more."""
    yield from moments(recording, rate_hz)
    began_s = recording.until_s + 1.0 / rate_hz
    gone = Segment(from_s=began_s, to_s=began_s + GONE_S, labels=((GONE, 0.95),))
    for number in range(round(GONE_S * rate_hz)):
        yield began_s + number / rate_hz, gone


def evidence_at(at_s: float, segment: Segment) -> list[Evidence]:
    """The lines of one moment."""
    return [
        Evidence(at_s=at_s, sign=Sign(SignKind.ACTIVITY, label), p=p) for label, p in segment.labels
    ]


def confirmed(recording: Recording) -> ConfirmedRun:
    """The run as somebody would confirm it: for the runs that are learned from."""
    return ConfirmedRun(
        task=task_of(recording),
        done=tuple(
            Done(place=place, began_s=segment.from_s, at_s=segment.to_s)
            for place, segment in enumerate(recording.steps)
        ),
        evidence=tuple(
            piece
            for at_s, segment in moments(recording, ASKED_HZ)
            for piece in evidence_at(at_s, segment)
        ),
        start_s=0.0,
        until_s=recording.until_s,
    )


def recordings_of(path: Path, truth: dict[str, tuple[Segment, ...]]) -> list[Recording]:
    """The recordings of which both the truth and what this recogniser said are there."""
    said = read_segments(path)
    return [
        Recording(name=case, truth=truth[case], said=said[case])
        for case in sorted(truth)
        if case in said
    ]
