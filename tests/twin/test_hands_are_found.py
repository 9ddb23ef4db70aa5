"""The real hand model finds the twin's bare hands, and not its gloved ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from station.twin.bench import TwinBench
from station.twin.camera_picture import tips_mm
from station.twin.hand_picture import Tone
from station.twin.hand_shape import Pose
from station.twin.motion import Hand
from station_config.station import Station
from tasks.model import Finish, Step, Task
from tests.twin.rehearsal import lit_twin
from vision.hands import HandFinder

TIPS = (4, 8, 12, 16, 20)
OVER_BENCH_FROM_MM = 100.0
"""Hands with their finger tips nearer to the front edge are coming or going."""

PX_PER_MM = 1.0
"""Of the twin's camera, within 3 % all over the bench."""


@dataclass
class Found:
    """How often hands were found, and how far off their tips were."""

    looked: int = 0
    found: int = 0
    off_mm: list[float] = field(default_factory=list)


def tips_px(twin: TwinBench, hand: Hand, tone: Tone) -> np.ndarray:
    tips = tips_mm(hand, tone)
    return twin.camera.from_bench(np.column_stack([tips, np.full(5, hand.height_mm)]))


def watched(station: Station, task: Task, tone: Tone, finder: HandFinder, seconds: float) -> Found:
    """Watch a fluent worker with these hands."""
    twin, light = lit_twin(station, task, tone=tone)
    found = Found()
    for frame in twin.frames():
        light.put(twin)
        if frame.taken_s > seconds:
            break
        if frame.taken_s < 1.5:
            continue
        seen = finder.find(frame.bgr, taken_s=frame.taken_s)
        for hand in twin.hands:
            if hand.at_mm[1] >= OVER_BENCH_FROM_MM and hand.pose is not Pose.POINT:
                _compare(found, tips_px(twin, hand, tone), [h.landmarks_px[TIPS, :] for h in seen])
    twin.close()
    return found


def _compare(found: Found, true_px: np.ndarray, seen_px: list[np.ndarray]) -> None:
    found.looked += 1
    off = [np.hypot(*(each - true_px).T) / PX_PER_MM for each in seen_px]
    near = [each for each in off if np.median(each) < 50]
    if near:
        found.found += 1
        found.off_mm += min((list(each) for each in near), key=sum)


@pytest.mark.parametrize("tone", [Tone.LIGHT, Tone.MEDIUM, Tone.DARK])
def test_bare_hands_are_found_where_they_are(
    station: Station, torch: Task, finder: HandFinder, tone: Tone
) -> None:
    found = watched(station, torch, tone, finder, seconds=4.8)

    assert found.looked > 40
    assert found.found >= 0.95 * found.looked
    assert np.percentile(found.off_mm, 90) <= 8.0


@pytest.mark.parametrize("tone", [Tone.BLUE_GLOVE, Tone.BLACK_GLOVE])
def test_gloved_hands_are_mostly_not_found(
    station: Station, torch: Task, finder: HandFinder, tone: Tone
) -> None:
    found = watched(station, torch, tone, finder, seconds=3.5)

    assert found.looked > 15
    assert found.found <= 0.1 * found.looked


def test_a_finger_on_a_button_is_found_to_a_few_millimetres(
    station: Station, finder: HandFinder
) -> None:
    step = Step(step_id="touch", say={}, finish=Finish.CONFIRM, target="done")
    touch = Task(task_id="touch", title={}, steps=(step,))
    twin, light = lit_twin(station, touch)
    light.put(twin)
    off_mm = []
    for frame in twin.frames():
        if frame.taken_s < 1.2:
            continue
        seen = finder.find(frame.bgr, taken_s=frame.taken_s)
        for hand in twin.hands:
            if hand.pose is Pose.POINT and hand.height_mm < 4:
                tip = tips_px(twin, hand, Tone.MEDIUM)[1]
                away = [np.linalg.norm(h.landmarks_px[8] - tip) / PX_PER_MM for h in seen]
                off_mm.append(min(away, default=np.inf))
        if twin.truth and frame.taken_s > twin.truth[-1].at_s + 0.1 and len(twin.truth) > 2:
            break
    twin.close()
    assert len(off_mm) > 10
    assert np.mean(np.array(off_mm) < 8.0) >= 0.9
