"""The eyes as the station's vision thread uses them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from calibration.maps import BenchMaps, filling_projector
from calibration.planes import PlaneMap
from calibration.space import flat
from station_config.station import Camera, Projector, Station, Zone, ZoneKind
from tasks.model import Evidence
from vision.eyes import Eyes
from vision.frames import Frame
from vision.hands import Hand
from vision.trouble import BLACK

WIDE_PX, HIGH_PX = 320, 240
ZONE = Zone(
    zone_id="bin_a",
    kind=ZoneKind.BIN,
    polygon_mm=((120, 150), (200, 150), (200, 220), (120, 220)),
    title={},
    enter_s=0.12,
    leave_s=0.25,
)
STATION = Station(
    station_id="bench-01",
    site="delft",
    title={},
    language="nl",
    bench_mm=(WIDE_PX - 1.0, HIGH_PX - 1.0),
    camera=Camera(source="0", width_px=WIDE_PX, height_px=HIGH_PX, rate_hz=30),
    projector=Projector(display=1, width_px=640, height_px=480),
    calibration=Path("none.json"),
    zones={"bin_a": ZONE},
    hub=None,
    path=Path("none.yaml"),
)
MAPS = BenchMaps(
    cam_from_bench=flat(
        PlaneMap(matrix=np.array([[1.0, 0, 0], [0, -1.0, HIGH_PX - 1.0], [0, 0, 1.0]]))
    ),
    proj_from_bench=flat(filling_projector(bench_mm=STATION.bench_mm, projector_wh=(640, 480))),
    projector_measured=False,
)


class CountedHands:
    """Recognises nothing, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked_at_s: list[float] = []
        self.closed = False

    def find(self, bgr: np.ndarray, *, taken_s: float) -> tuple[Hand, ...]:
        assert bgr.shape == (HIGH_PX, WIDE_PX, 3)
        self.asked_at_s.append(taken_s)
        return ()

    def close(self) -> None:
        self.closed = True


def frame(number: int, *, arm_to_mm: float | None = None, level: int = 120) -> Frame:
    """A grey bench, with an arm from the front that reaches this far."""
    noise = np.random.default_rng(number).integers(-2, 3, (HIGH_PX, WIDE_PX, 3))
    bgr = np.clip(level + noise, 0, 255).astype(np.uint8)
    if arm_to_mm is not None:
        bgr[HIGH_PX - int(arm_to_mm) :, 145:175] = (40, 60, 200)
    return Frame(taken_s=number / 30, bgr=bgr, read_s=0.0)


def eyes_with(hands: CountedHands | None) -> Eyes:
    return Eyes(station=STATION, maps=MAPS, camera_wh=(WIDE_PX, HIGH_PX), hands=hands)


def test_a_reach_without_the_hand_model_is_seen_by_the_second_witness() -> None:
    eyes = eyes_with(None)
    told = list[Evidence]()
    for number in range(60):
        arm = 185.0 if 10 <= number < 35 else None
        told += eyes.look(frame(number, arm_to_mm=arm)).evidence
    assert [str(piece.sign) for piece in told] == [
        "reached:bin_a",
        "left:bin_a",
        "picked:bin_a",
    ]


def test_on_an_empty_bench_hands_are_looked_for_only_now_and_then() -> None:
    hands = CountedHands()
    eyes = eyes_with(hands)
    for number in range(120):
        eyes.look(frame(number))
    late = [at_s for at_s in hands.asked_at_s if at_s > 1.1]
    assert 4 <= len(late) <= 8
    assert all(later - sooner <= 0.54 for sooner, later in pairwise(late))


def test_what_comes_in_is_looked_at_in_its_first_frame() -> None:
    hands = CountedHands()
    eyes = eyes_with(hands)
    for number in range(95):
        eyes.look(frame(number))
    eyes.look(frame(95, arm_to_mm=100))
    assert hands.asked_at_s[-1] == pytest.approx(95 / 30)


def test_a_black_picture_is_told_and_nothing_is_made_of_it() -> None:
    eyes = eyes_with(CountedHands())
    sights = [eyes.look(frame(number, level=120 if number < 5 else 1)) for number in range(50)]
    assert sights[0].trouble is None
    assert sights[-1].trouble == BLACK
    assert all(sight.evidence == () for sight in sights)
    assert eyes.look(frame(51)).trouble is None


def test_each_stage_is_timed() -> None:
    sight = eyes_with(CountedHands()).look(frame(0))
    assert set(sight.stages_ms) == {"witness", "hands", "reading"}
    assert all(ms >= 0.0 for ms in sight.stages_ms.values())


def test_closing_lets_go_of_the_model() -> None:
    hands = CountedHands()
    eyes = eyes_with(hands)
    eyes.close()
    assert hands.closed
    eyes_with(None).close()
