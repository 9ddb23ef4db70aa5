"""The demo's report counts what it says it counts."""

from __future__ import annotations

from typing import Any

from station.demo_report import demo_report

STEPS = ("housing", "spring", "lens")


def truth(*, runs: int = 1, wrong: tuple[str, float] | None = None) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for run in range(1, runs + 1):
        for n, step in enumerate(STEPS):
            at_s = 100.0 * run + n
            lines.append({"what": "step_done", "run": run, "step": step, "turn": 1, "at_s": at_s})
        if wrong is not None:
            zone, at_s = wrong
            lines.append({"what": "wrong_reach", "run": run, "zone": zone, "at_s": at_s})
        lines.append({"what": "run_done", "run": run, "at_s": 100.0 * run + 3})
    return lines


def event(
    type_: str, at_s: float, step: str | None = None, run: str = "r1", **more: Any
) -> dict[str, Any]:
    return {
        "type": type_,
        "run_id": run,
        "step": step,
        "turn": 1,
        "at_s": at_s,
        "at": "2026-11-22T09:30:00.000Z",
        "stored_at": "2026-11-22T09:30:00.060Z",
        "latency_ms": {"event_to_light": 40.0},
        **more,
    }


def told(*steps: str, late_s: float = 0.2, run: str = "r1") -> list[dict[str, Any]]:
    true_at = {step: 100.0 + n for n, step in enumerate(STEPS)}
    return [event("step_finished", true_at[step] + late_s, step, run) for step in steps]


def test_a_run_that_is_reported_as_it_was_done() -> None:
    events = [event("run_started", 99.0), *told(*STEPS), event("run_finished", 103.0)]
    report = demo_report(truth(), events, [30.0, 50.0])
    assert report["runs_finished"] == 1
    assert (report["steps_true"], report["steps_reported"]) == (3, 3)
    for fault in ("missing", "double", "out_of_order", "false_advances"):
        assert report[fault] == 0, fault
    assert report["latency_ms"]["done_to_light"]["p95"] == 240.0
    assert report["latency_ms"]["light_to_hub"]["p50"] == 20.0
    assert report["latency_ms"]["camera_to_light"] == {"p50": 50.0, "p95": 50.0}


def test_a_step_that_is_missing_double_or_early_is_counted() -> None:
    assert demo_report(truth(), told("housing", "lens"), [])["missing"] == 1
    assert demo_report(truth(), told("housing", "spring", "spring", "lens"), [])["double"] == 1
    assert demo_report(truth(), told("spring", "housing", "lens"), [])["out_of_order"] == 1
    assert demo_report(truth(), told(*STEPS, late_s=-0.5), [])["false_advances"] == 3
    assert demo_report(truth(), [*told(*STEPS), event("step_finished", 103.0, "cap")], [])[
        "false_advances"
    ]


def test_a_step_taken_back_and_done_again_is_not_double() -> None:
    events = [
        *told("housing", "spring"),
        event("step_undone", 101.5, "spring"),
        *told("spring", "lens", late_s=0.8),
    ]
    assert demo_report(truth(), events, [])["double"] == 0


def test_wrong_reaches_are_matched_by_zone_and_time() -> None:
    lines = truth(wrong=("bin_c", 100.5))
    near = demo_report(lines, [*told(*STEPS), event("wrong_zone", 100.6, zone="bin_c")], [])
    assert near["wrong_zone_true"] == near["wrong_zone_reported"] == near["wrong_zone_matched"] == 1
    far = demo_report(lines, [*told(*STEPS), event("wrong_zone", 100.6, zone="bin_a")], [])
    assert (far["wrong_zone_reported"], far["wrong_zone_matched"]) == (1, 0)


def test_a_run_that_is_still_going_on_is_left_out() -> None:
    unfinished = [line for line in truth(runs=2) if line["what"] != "run_done" or line["run"] == 1]
    report = demo_report(unfinished, [*told(*STEPS), *told("housing", run="r2")], [])
    assert (report["steps_true"], report["steps_reported"]) == (3, 3)
    assert demo_report([], told(*STEPS), [])["steps_true"] == 0
