"""What the demo proves: what the worker truly did, held against what the hub's database has. Pure.

Truth and reports are paired run by run. A run that is still going on at the end is left out, on
both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from station.latency import percentiles

EARLY_S = 0.3
"""Reported this long before it was truly done, a step was not seen but guessed. Up to then, what
differs is where exactly a hand has left a zone: a reach takes about 0.4 s."""
NEAR_S = (-1.0, 2.0)
"""A wrong reach is reported between so long before the hand's dwell is over and so long after."""

StepTurn = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueRun:
    """One finished run as the twin knows it.

    Attributes:
        steps: Step and turn, and when it was truly done, in the order in which they were done.
        wrong_reaches: Zone and time of each.
    """

    steps: tuple[tuple[StepTurn, float], ...]
    wrong_reaches: tuple[tuple[str, float], ...]


def true_runs(truth: Iterable[Mapping[str, Any]]) -> list[TrueRun]:
    """The finished runs of the twin's truth lines."""
    by_run: dict[int, list[Mapping[str, Any]]] = {}
    for line in truth:
        by_run.setdefault(line["run"], []).append(line)
    return [
        TrueRun(
            steps=tuple(
                ((line["step"], line["turn"]), line["at_s"])
                for line in lines
                if line["what"] == "step_done"
            ),
            wrong_reaches=tuple(
                (line["zone"], line["at_s"]) for line in lines if line["what"] == "wrong_reach"
            ),
        )
        for _, lines in sorted(by_run.items())
        if any(line["what"] == "run_done" for line in lines)
    ]


def reported_runs(events: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The hub's events, run by run, in the order in which the runs began."""
    by_run: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if event.get("run_id") is not None:
            by_run.setdefault(event["run_id"], []).append(event)
    return list(by_run.values())


def demo_report(
    truth: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    camera_to_light_ms: Iterable[float],
) -> dict[str, Any]:
    """Counts and latencies as `--report` has them.

    Args:
        truth: The twin's lines.
        events: The hub's lines, in the order of their `seq`.
        camera_to_light_ms: For each frame that changed the light.

    Returns:
        Everything of the report but what the demo itself knows (persona, frames, CPU).
    """
    done = true_runs(truth)
    told = reported_runs(events)[: len(done)]
    told += [[] for _ in range(len(done) - len(told))]
    totals = Counter[str]()
    done_to_light: list[float] = []
    for true_run, run_events in zip(done, told, strict=True):
        totals.update(_compared(true_run, run_events))
        done_to_light += _done_to_light_ms(true_run, run_events)
    counted = (
        "steps_true", "steps_reported", "missing", "double", "out_of_order", "false_advances",
        "wrong_zone_true", "wrong_zone_reported", "wrong_zone_matched",
    )  # fmt: skip
    return {
        "runs_finished": sum(
            any(event["type"] == "run_finished" for event in run_events) for run_events in told
        ),
        **{name: totals[name] for name in counted},
        "latency_ms": {
            "camera_to_light": percentiles(list(camera_to_light_ms)),
            "done_to_light": percentiles(done_to_light),
            "light_to_hub": percentiles(_light_to_hub_ms(events)),
        },
    }


def _compared(true_run: TrueRun, events: Sequence[Mapping[str, Any]]) -> Counter[str]:
    true_steps = [step for step, _ in true_run.steps]
    true_at = dict(true_run.steps)
    told = [(_step_turn(event), event["at_s"]) for event in events if _finishes(event)]
    told_steps = [step for step, _ in told]
    undone = Counter(_step_turn(event) for event in events if event["type"] == "step_undone")
    net = Counter(told_steps)
    net.subtract(undone)
    early = sum(step not in true_at or at_s < true_at[step] - EARLY_S for step, at_s in told)
    wrong = [(e["zone"], e["at_s"]) for e in events if e["type"] == "wrong_zone"]
    return Counter(
        steps_true=len(true_steps),
        steps_reported=len(told_steps),
        missing=sum(net[step] < 1 for step in true_steps),
        double=sum(count - 1 for count in net.values() if count > 1),
        out_of_order=_out_of_order(told_steps, true_steps),
        false_advances=early,
        wrong_zone_true=len(true_run.wrong_reaches),
        wrong_zone_reported=len(wrong),
        wrong_zone_matched=_matched(true_run.wrong_reaches, wrong),
    )


def _finishes(event: Mapping[str, Any]) -> bool:
    return bool(event["type"] == "step_finished")


def _step_turn(event: Mapping[str, Any]) -> StepTurn:
    return event["step"], event.get("turn") or 1


def _out_of_order(told: Sequence[StepTurn], true: Sequence[StepTurn]) -> int:
    """How many of the steps in both would have to move (longest common subsequence)."""
    both = set(told) & set(true)
    first = [step for step in dict.fromkeys(told) if step in both]
    second = [step for step in true if step in both]
    row = [0] * (len(second) + 1)
    for step in first:
        before = row[:]
        for n, other in enumerate(second, start=1):
            row[n] = before[n - 1] + 1 if step == other else max(before[n], row[n - 1])
    return len(first) - row[-1]


def _matched(true: Sequence[tuple[str, float]], told: Sequence[tuple[str, float]]) -> int:
    """True wrong reaches that were reported, each report used once."""
    free, matched = list(told), 0
    for zone, at_s in true:
        for report in free:
            if report[0] == zone and NEAR_S[0] <= report[1] - at_s <= NEAR_S[1]:
                free.remove(report)
                matched += 1
                break
    return matched


def _done_to_light_ms(true_run: TrueRun, events: Sequence[Mapping[str, Any]]) -> list[float]:
    """From the true completion of a step to the first light of what comes next."""
    true_at = dict(true_run.steps)
    return [
        (event["at_s"] - true_at[_step_turn(event)]) * 1e3 + event["latency_ms"]["event_to_light"]
        for event in events
        if _finishes(event)
        and _step_turn(event) in true_at
        and "event_to_light" in (event.get("latency_ms") or {})
    ]


def _light_to_hub_ms(events: Iterable[Mapping[str, Any]]) -> list[float]:
    """From light to the hub's commit, on one computer's wall clock."""
    return [
        (_moment(event["stored_at"]) - _moment(event["at"])) * 1e3
        - event["latency_ms"]["event_to_light"]
        for event in events
        if _finishes(event) and "event_to_light" in (event.get("latency_ms") or {})
    ]


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
