"""The real hand model finds the twin's bare hands, and not its gloved ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from station.twin.bench import TwinBench, TwinWishes
from station.twin.camera_picture import tips_mm
from station.twin.hand_picture import Tone
from station.twin.hand_shape import Pose
from station.twin.motion import Hand
from station.twin.personas import FLUENT
from station_config.station import Station
from tasks.model import Finish, Step, Task
from tests.twin.rehearsal import PerfectLight
from vision.hands import HandFinder

TIPS = (4, 8, 12, 16, 20)
WHOLE_FROM_MM = 190.0
"""With its finger tips this far from the front edge a hand is in the picture as a whole."""


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
    lights: list[PerfectLight] = []
    wishes = TwinWishes(paced=False, tone=tone, told=lambda fact: lights[0].told(fact))
    twin = TwinBench(station, task, FLUENT, wishes)
    light = PerfectLight(station, task, twin.projector, np.zeros((1080, 1920, 4), np.uint8))
    lights.append(light)
    twin.put(light.picture, light.light())
    found = Found()
    for frame in twin.frames():
        twin.put(light.picture, [(0, 0, 1920, 1080)])
        if frame.taken_s > seconds:
            break
        if frame.taken_s < 1.4:
            continue
        seen = finder.find(frame.bgr, taken_s=frame.taken_s)
        for hand in twin.hands:
            if hand.at_mm[1] >= WHOLE_FROM_MM and hand.pose is not Pose.POINT:
                _compare(found, tips_px(twin, hand, tone), [h.landmarks_px[TIPS, :] for h in seen])
    twin.close()
    return found


def _compare(found: Found, true_px: np.ndarray, seen_px: list[np.ndarray]) -> None:
    found.looked += 1
    off = [np.linalg.norm(each - true_px, axis=1) / 1.1 for each in seen_px]
    near = [each for each in off if np.median(each) < 50]
    if near:
        found.found += 1
        found.off_mm += list(min(near, key=np.median))


@pytest.mark.parametrize("tone", [Tone.LIGHT, Tone.MEDIUM, Tone.DARK])
def test_bare_hands_are_found_where_they_are(
    station: Station, torch: Task, finder: HandFinder, tone: Tone
) -> None:
    found = watched(station, torch, tone, finder, seconds=8.0)

    assert found.looked > 90
    assert found.found >= 0.95 * found.looked
    assert np.percentile(found.off_mm, 90) <= 8.0


@pytest.mark.parametrize("tone", [Tone.BLUE_GLOVE, Tone.BLACK_GLOVE])
def test_gloved_hands_are_mostly_not_found(
    station: Station, torch: Task, finder: HandFinder, tone: Tone
) -> None:
    found = watched(station, torch, tone, finder, seconds=5.0)

    assert found.looked > 30
    assert found.found <= 0.1 * found.looked


def test_a_finger_on_a_button_is_found_to_a_few_millimetres(
    station: Station, finder: HandFinder
) -> None:
    step = Step(step_id="touch", say={}, finish=Finish.CONFIRM, target="done")
    touch = Task(task_id="touch", title={}, steps=(step,))
    twin = TwinBench(station, touch, FLUENT, TwinWishes(paced=False))
    light = PerfectLight(station, touch, twin.projector, np.zeros((1080, 1920, 4), np.uint8))
    twin.put(light.picture, light.light())
    off_mm = []
    for frame in twin.frames():
        seen = finder.find(frame.bgr, taken_s=frame.taken_s)
        for hand in twin.hands:
            if hand.pose is Pose.POINT and hand.height_mm < 4:
                tip = tips_px(twin, hand, Tone.MEDIUM)[1]
                away = [np.linalg.norm(h.landmarks_px[8] - tip) / 1.1 for h in seen]
                off_mm.append(min(away, default=np.inf))
        if twin.truth and frame.taken_s > twin.truth[-1].at_s + 0.1 and len(twin.truth) > 2:
            break
    twin.close()
    assert len(off_mm) > 10
    assert np.mean(np.array(off_mm) < 8.0) >= 0.9
