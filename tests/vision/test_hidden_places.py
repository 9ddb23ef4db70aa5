"""Places under a hand of the bench's own colour: only the model for hands sees it."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.maps import BenchMaps, filling_projector
from calibration.space import flat
from tests.vision.painted_bench import (
    BENCH_MM,
    CAM_FROM_BENCH,
    HIGH_PX,
    RATE_HZ,
    STATION,
    WIDE_PX,
    Bench,
    Paint,
    arm_to,
    middle_mm,
    part_in,
)
from vision.eyes import Eyes, Sight
from vision.frames import Frame
from vision.hand_outline import MIDDLE_KNUCKLE, WRIST
from vision.hands import Hand

MAPS = BenchMaps(
    cam_from_bench=CAM_FROM_BENCH,
    proj_from_bench=flat(filling_projector(bench_mm=BENCH_MM, projector_wh=(1920, 1080))),
    projector_measured=False,
)


def hand_over(x_mm: float, y_mm: float) -> Hand:
    """A hand whose index finger points at this place."""
    away_mm = np.linspace((0.0, -140.0), (0.0, 0.0), 21)
    away_mm = np.roll(away_mm, 9, axis=0)
    away_mm[WRIST], away_mm[MIDDLE_KNUCKLE] = (0.0, -170.0), (0.0, -85.0)
    landmarks_mm = np.array((x_mm, y_mm)) + away_mm
    return Hand(landmarks_px=CAM_FROM_BENCH.apply(landmarks_mm), side="right", score=0.98)


class KnownHands:
    """Finds the hands that it was told of."""

    def __init__(self) -> None:
        self.shown: tuple[Hand, ...] = ()

    def find(self, bgr: np.ndarray, *, taken_s: float) -> tuple[Hand, ...]:
        assert bgr.shape == (HIGH_PX, WIDE_PX, 3)
        assert taken_s >= 0.0
        return self.shown

    def close(self) -> None:
        """There is nothing to let go of."""


class Watched:
    """The painted bench through the eyes, with hands that may not show on it."""

    def __init__(self) -> None:
        self._bench, self._hands = Bench(), KnownHands()
        self._eyes = Eyes(
            station=STATION, maps=MAPS, camera_wh=(WIDE_PX, HIGH_PX), hands=self._hands
        )
        self._number = 0

    def shows(self, *paint: Paint, hands: tuple[Hand, ...] = (), frames: int) -> list[Sight]:
        self._hands.shown = hands
        sights = []
        for _ in range(frames):
            taken = self._bench.taken(*paint)
            frame = Frame(taken_s=self._number / RATE_HZ, bgr=taken, read_s=0.0)
            sights.append(self._eyes.look(frame))
            self._number += 1
        return sights


@pytest.fixture
def bench() -> Watched:
    made = Watched()
    made.shows(frames=40)
    return made


def test_a_place_under_a_recognised_hand_has_no_look_though_nothing_is_seen_of_the_hand(
    bench: Watched,
) -> None:
    over_jig = hand_over(*middle_mm("jig"))
    hidden = bench.shows(hands=(over_jig,), frames=15)
    assert all("jig" not in sight.observation.looks for sight in hidden)
    seen = bench.shows(part_in("jig"), frames=6)[-1].observation.looks["jig"]
    assert seen.changed > 0.3
    assert seen.fuller > 0.3


def test_what_such_a_hand_puts_down_is_told_as_placed(bench: Watched) -> None:
    over_jig, beside = hand_over(*middle_mm("jig")), hand_over(200, 100)
    sights = bench.shows(hands=(beside,), frames=10)
    sights += bench.shows(hands=(over_jig,), frames=20)
    sights += bench.shows(part_in("jig"), hands=(beside,), frames=20)
    told = {str(piece.sign): piece.p for sight in sights for piece in sight.evidence}
    assert told["placed:jig"] > 0.9
    assert told["removed:jig"] < 0.1


def test_a_hand_that_hesitates_with_its_arm_over_a_place_has_put_nothing_there(
    bench: Watched,
) -> None:
    """Run 46 of the twin: skin over cardboard in bright light, for longer than a look is due."""
    beside, over_jig = hand_over(200, 100), hand_over(*middle_mm("jig"))
    x_mm, y_mm = middle_mm("jig")
    beyond = hand_over(x_mm, y_mm + 260.0)
    sights = bench.shows(hands=(beside,), frames=10)
    sights += bench.shows(hands=(over_jig,), frames=10)
    sights += bench.shows(hands=(beyond,), frames=45)
    waits = [str(piece.sign) for sight in sights for piece in sight.evidence]
    assert "left:jig" in waits
    assert "placed:jig" not in waits
    sights = bench.shows(hands=(beside,), frames=20)
    told = {str(piece.sign): piece.p for sight in sights for piece in sight.evidence}
    assert told["placed:jig"] < 0.1


def test_a_hand_elsewhere_hides_no_place(bench: Watched) -> None:
    bench.shows(arm_to(445, 230), frames=10)
    beside = hand_over(200, 100)
    seen = bench.shows(part_in("jig"), hands=(beside,), frames=6)[-1].observation.looks
    assert seen["jig"].fuller > 0.3


def test_a_hand_beyond_the_picture_hides_no_place(bench: Watched) -> None:
    bench.shows(arm_to(445, 230), frames=10)
    beyond = hand_over(-3000.0, 9000.0)
    assert "jig" in bench.shows(part_in("jig"), hands=(beyond,), frames=6)[-1].observation.looks
