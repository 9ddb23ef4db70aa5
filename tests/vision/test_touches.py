"""What presses a projected button: a finger at rest, and no hand that passes or hesitates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tasks.model import Evidence
from tests.vision.walks import (
    DONE,
    RATE_HZ,
    REST,
    ZONES,
    Point,
    bare_hand,
    covered_by,
    path,
    read,
    told,
    with_glove,
    with_hand,
)
from vision.evidence import EvidenceReader, Reading
from vision.observations import HandSeen, Observation


@pytest.mark.parametrize("witness", [with_hand, with_glove])
def test_a_finger_that_rests_on_a_button_presses_it_once(
    witness: Callable[[float, Point], Observation],
) -> None:
    walk = path((REST, 0.5), (DONE, 2.0), (REST, 0.5), (DONE, 0.7), (REST, 0.5))
    seen = [witness(number / RATE_HZ, tip) for number, tip in enumerate(walk)]
    touches = [piece for piece in read(seen) if str(piece.sign) == "touched:done"]
    assert len(touches) == 2
    assert all(piece.p >= 0.9 for piece in touches)


def test_a_touch_is_told_half_a_second_after_the_finger_comes_to_rest() -> None:
    walked = list(path((REST, 0.5), (DONE, 2.0), (REST, 0.5)))
    rests_s = walked.index(DONE) / RATE_HZ
    touched = told((REST, 0.5), (DONE, 2.0), (REST, 0.5))["touched:done"]
    assert rests_s + 0.5 <= touched.at_s <= rests_s + 0.65


def test_a_hand_that_moves_about_over_a_button_does_not_press_it() -> None:
    around = [
        (440 + 25 * np.cos(angle), 440 + 25 * np.sin(angle)) for angle in np.arange(0, 30, 0.5)
    ]
    seen = [
        with_hand(number / RATE_HZ, (float(x), float(y))) for number, (x, y) in enumerate(around)
    ]
    signs = {str(piece.sign) for piece in read(seen)}
    assert "reached:done" in signs
    assert "touched:done" not in signs


def held_open(index_mm: Point) -> HandSeen:
    """All fingers stretched, the middle one longest."""
    marks = bare_hand(index_mm).landmarks_mm.copy()
    for tip, (aside_mm, longer_mm) in {
        4: (-60, -55),
        12: (20, 9),
        16: (40, -5),
        20: (58, -30),
    }.items():
        marks[tip] = np.add(index_mm, (aside_mm, longer_mm))
        marks[tip - 2] = marks[tip] - (0, 45)
    return HandSeen(landmarks_mm=marks, score=0.98)


def over_done(lasts_s: float, drift_mm: float) -> dict[str, Evidence]:
    """What is told of an open hand over the button, drifting to and fro every 0.7 s."""
    seen: list[Observation] = []
    for number in range(round(lasts_s * RATE_HZ)):
        at_s = number / RATE_HZ
        index_mm = (DONE[0] - 10 + drift_mm * abs(at_s / 0.7 % 2 - 1), DONE[1])
        seen.append(
            Observation(at_s=at_s, hands=(held_open(index_mm),), covered=covered_by(index_mm))
        )
    return {str(piece.sign): piece for piece in read(seen)}


def test_an_open_hand_that_hesitates_over_a_button_does_not_press_it() -> None:
    """Run 51 of the twin: her hand stopped over the pause button on its way to the first bin."""
    signs = over_done(4.5, drift_mm=24.0)
    assert "reached:done" in signs
    assert "touched:done" not in signs


def test_who_cannot_point_presses_by_letting_the_hand_lie() -> None:
    assert "touched:done" not in over_done(1.9, drift_mm=3.0)
    assert over_done(2.4, drift_mm=3.0)["touched:done"].p >= 0.9


def jumping(by_mm: float, witness: Callable[[float, Point], Observation]) -> list[Evidence]:
    """What is told of an end that rests on the button and is seen now here, now there."""
    return read(
        [
            witness(number / RATE_HZ, (DONE[0] + (number % 2 - 0.5) * by_mm, DONE[1]))
            for number in range(60)
        ]
    )


def test_the_end_of_an_arm_may_jump_by_pixels_and_still_press_a_button() -> None:
    """A pixel of the second witness is 4 mm, and light falls on hands."""
    signs = [str(piece.sign) for piece in jumping(15.0, with_glove)]
    assert signs.count("touched:done") == 1
    assert "touched:done" not in {str(piece.sign) for piece in jumping(50.0, with_glove)}


def test_a_fingertip_that_jumps_as_far_does_not_rest() -> None:
    assert "touched:done" not in {str(piece.sign) for piece in jumping(15.0, with_hand)}


def test_how_far_a_touch_has_come_can_be_shown() -> None:
    reader, reading, shares = EvidenceReader(ZONES), Reading(), list[float]()
    for number, tip in enumerate(path((REST, 0.3), (DONE, 1.0))):
        reading, _ = reader.read(reading, with_hand(number / RATE_HZ, tip))
        shares.append(reader.touching(reading).get("done", 0.0))
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert any(0.3 < share < 0.7 for share in shares)
