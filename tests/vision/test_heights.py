"""What the eyes make of rims above the bench, of a lens, and of a measured light delay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from calibration.lens import Lens
from calibration.maps import BenchMaps, filling_projector
from calibration.planes import PlaneMap
from calibration.space import SpaceMap, flat
from station_config.station import Camera, Projector, Station, Zone, ZoneKind
from tasks.model import Evidence
from vision.eyes import Eyes
from vision.frames import Frame
from vision.hands import Hand
from vision.light import LightNotice
from vision.observations import HandSeen, Observation
from vision.second_witness import LIGHT_DELAY_S, LIGHT_FADES_S, SecondWitness
from vision.small_view import SmallView
from vision.zones import ZoneShapes, as_seen

WIDE_PX, HIGH_PX = 640, 480
BENCH_MM = (600.0, 440.0)
EYE_MM = (300.0, 220.0, 900.0)
"""Over the middle: a rim 100 mm high looks an eighth further out."""


def camera_matrix() -> NDArray[np.float64]:
    """Shape (3, 4): a pinhole that looks straight down, 1 px to a mm on the bench."""
    x, y, z = EYE_MM
    inner = np.array([[z, 0, (WIDE_PX - 1) / 2], [0, -z, (HIGH_PX - 1) / 2], [0, 0, 1.0]])
    outer = np.array([[1, 0, 0, -x], [0, 1, 0, -y], [0, 0, -1, z]])
    return np.asarray(inner @ outer, np.float64)


def truth_px(x: float, y: float, height_mm: float) -> NDArray[np.float64]:
    mapped = camera_matrix() @ (x, y, height_mm, 1.0)
    return np.asarray(mapped[:2] / mapped[2], np.float64)


PLANE = PlaneMap(matrix=camera_matrix()[:, [0, 1, 3]])
TALL = SpaceMap(plane=PLANE, rise=camera_matrix()[:, 2])
BARREL = np.zeros((10, 2))
BARREL[[6, 8], 0] = BARREL[[7, 9], 1] = 9.0
BENT = SpaceMap(
    plane=PLANE,
    rise=camera_matrix()[:, 2],
    lens=Lens(
        shift_px=BARREL,
        degree=3,
        middle_px=((WIDE_PX - 1) / 2, (HIGH_PX - 1) / 2),
        scale_px=WIDE_PX / 2,
    ),
)


def bin_at(left_mm: float, front_mm: float, height_mm: float) -> Zone:
    return Zone(
        zone_id="bin_a",
        kind=ZoneKind.BIN,
        polygon_mm=(
            (left_mm, front_mm),
            (left_mm + 100, front_mm),
            (left_mm + 100, front_mm + 100),
            (left_mm, front_mm + 100),
        ),
        height_mm=height_mm,
        title={},
        enter_s=0.12,
        leave_s=0.25,
    )


def station_with(zone: Zone) -> Station:
    return Station(
        station_id="bench-01",
        site="delft",
        title={},
        language="nl",
        bench_mm=BENCH_MM,
        camera=Camera(source="0", width_px=WIDE_PX, height_px=HIGH_PX, rate_hz=30),
        projector=Projector(display=1, width_px=640, height_px=480),
        calibration=Path("none.json"),
        zones={zone.zone_id: zone},
        hub=None,
        path=Path("none.yaml"),
    )


def hand_at(x: float, y: float, height_mm: float, cam: SpaceMap) -> HandSeen:
    """A pointing hand whose index finger is there, its landmarks put on the bench as ever."""
    marks = np.array([truth_px(x, y, height_mm)] * 21)
    return HandSeen(landmarks_mm=cam.bench_at(marks), score=0.9)


@settings(max_examples=80, deadline=None)
@given(
    left=st.floats(10.0, 490.0),
    front=st.floats(10.0, 330.0),
    height_mm=st.floats(0.0, 200.0),
    x=st.floats(-60.0, 160.0),
    y=st.floats(-60.0, 160.0),
)
def test_a_finger_in_the_plane_of_a_rim_is_in_its_bin_or_not_as_it_really_is(
    left: float, front: float, height_mm: float, x: float, y: float
) -> None:
    zone = bin_at(left, front, height_mm)
    hand = hand_at(left + x, front + y, height_mm, TALL)
    shapes = ZoneShapes(as_seen([zone], TALL))
    reach = shapes.seen_in(Observation(at_s=0.0, hands=(hand,)))["bin_a"].reach
    assert reach is not None
    truly_mm = min(x, 100 - x, y, 100 - y)
    if abs(truly_mm) > 1.0:
        assert (reach.depth_mm > 0) == (truly_mm > 0)


def test_a_rim_taken_for_flat_would_be_missed_by_a_finger_that_is_in_it() -> None:
    """The trap: at the edge of the bench, 150 mm up, a bin seems 57 mm further out."""
    zone = bin_at(10.0, 170.0, 150.0)
    hand = hand_at(30.0, 220.0, 150.0, TALL)
    seen = Observation(at_s=0.0, hands=(hand,))
    flat_reach = ZoneShapes([zone]).seen_in(seen)["bin_a"].reach
    reach = ZoneShapes(as_seen([zone], TALL)).seen_in(seen)["bin_a"].reach
    assert flat_reach is not None
    assert reach is not None
    assert flat_reach.depth_mm < -20.0
    assert reach.depth_mm > 20.0


@pytest.mark.parametrize("cam", [flat(PLANE), TALL])
def test_zones_on_the_bench_and_maps_without_height_change_nothing(cam: SpaceMap) -> None:
    low = bin_at(10.0, 170.0, 0.0)
    assert as_seen([low], cam) == (low,)
    high = bin_at(10.0, 170.0, 150.0)
    assert (as_seen([high], cam) == (high,)) is not cam.knows_height


@pytest.mark.parametrize("height_mm", [0.0, 120.0])
def test_the_second_witness_watches_a_zone_where_the_camera_sees_it(height_mm: float) -> None:
    view = SmallView(cam_from_bench=BENT, bench_mm=BENCH_MM, camera_wh=(WIDE_PX, HIGH_PX))
    zone = bin_at(60.0, 60.0, height_mm)
    mask = view.mask([np.array(zone.polygon_mm)], height_mm)
    picture = np.zeros((HIGH_PX, WIDE_PX, 3), np.uint8)
    # Through the lens, by its own law: 9 px outward at half a picture's width from the middle.
    middle = np.array(((WIDE_PX - 1) / 2, (HIGH_PX - 1) / 2))
    off = np.array([truth_px(x, y, height_mm) for x, y in zone.polygon_mm]) - middle
    real = middle + off * (1 + 9.0 / (WIDE_PX / 2) ** 3 * (off**2).sum(axis=1))[:, None]
    cv2.fillPoly(picture, [np.rint(real).astype(np.int32)], (255, 255, 255))
    seen = view.of(picture)[:, :, 0] > 127
    either, both = (seen | (mask > 0)).sum(), (seen & (mask > 0)).sum()
    assert both / either > 0.9


def test_the_small_picture_knows_its_places_through_a_lens() -> None:
    view = SmallView(cam_from_bench=BENT, bench_mm=BENCH_MM, camera_wh=(WIDE_PX, HIGH_PX))
    for x, y in ((50.0, 50.0), (300.0, 220.0), (560.0, 400.0)):
        small = view.small_from_cam.apply(BENT.apply(np.array([[x, y]])))[0]
        column, row = np.rint(small).astype(int)
        place = view.mm[row * view.shape[1] + column]
        assert abs(place - complex(x, y)) < 0.75 * view.mm2_per_px**0.5


class StillHand:
    """Recognises one hand, always at the same pixels."""

    def __init__(self, marks_px: NDArray[np.float64]) -> None:
        self._hand = Hand(landmarks_px=marks_px, side="right", score=0.9)

    def find(self, bgr: NDArray[np.uint8], *, taken_s: float) -> tuple[Hand, ...]:
        assert bgr.shape == (HIGH_PX, WIDE_PX, 3)
        assert taken_s >= 0.0
        return (self._hand,)

    def close(self) -> None:
        """Nothing to let go of."""


def maps(cam: SpaceMap) -> BenchMaps:
    plane = filling_projector(bench_mm=BENCH_MM, projector_wh=(640, 480))
    return BenchMaps(cam_from_bench=cam, proj_from_bench=flat(plane), projector_measured=False)


@pytest.mark.parametrize(("cam", "reached"), [(TALL, True), (flat(PLANE), False)])
def test_a_reach_into_a_high_bin_is_seen_with_heights_and_missed_without(
    cam: SpaceMap, *, reached: bool
) -> None:
    zone = bin_at(10.0, 170.0, 150.0)
    hands = StillHand(np.array([truth_px(40.0, 220.0, 150.0)] * 21))
    eyes = Eyes(
        station=station_with(zone), maps=maps(cam), camera_wh=(WIDE_PX, HIGH_PX), hands=hands
    )
    told = list[Evidence]()
    bench = np.full((HIGH_PX, WIDE_PX, 3), 120, np.uint8)
    for number in range(30):
        told += eyes.look(Frame(taken_s=number / 30, bgr=bench, read_s=0.0)).evidence
    assert ("reached:bin_a" in [str(piece.sign) for piece in told]) is reached


def test_landmarks_go_through_the_lens() -> None:
    marks = BENT.apply(np.array([[100.0 + 5 * k, 90.0] for k in range(21)]))
    eyes = Eyes(
        station=station_with(bin_at(300.0, 200.0, 0.0)),
        maps=maps(BENT),
        camera_wh=(WIDE_PX, HIGH_PX),
        hands=StillHand(marks),
    )
    bench = np.full((HIGH_PX, WIDE_PX, 3), 120, np.uint8)
    (hand,) = eyes.look(Frame(taken_s=0.0, bgr=bench, read_s=0.0)).observation.hands
    assert hand.landmarks_mm[3] == pytest.approx((115.0, 90.0), abs=0.05)


# How long the station's own light is waited for.


def held_for_s(light_delay_s: float | None) -> float:
    """How long a zone is not judged after its light was changed."""
    witness = SecondWitness(
        station=station_with(bin_at(200.0, 150.0, 0.0)),
        cam_from_bench=flat(PLANE),
        camera_wh=(WIDE_PX, HIGH_PX),
        light_delay_s=light_delay_s,
    )
    bench = np.full((HIGH_PX, WIDE_PX, 3), 120, np.uint8)
    witness.look(bench, at_s=0.99)
    witness.light_changes(LightNotice(at_s=1.0, zone_ids=frozenset({"bin_a"})))
    for number in range(1, 100):
        witness.look(bench, at_s=1.0 + number / 100)
        if "bin_a" in witness.covered:
            return number / 100
    raise AssertionError("it is never judged again")


def test_a_measured_delay_is_waited_for_and_no_longer() -> None:
    assert held_for_s(0.05) == pytest.approx(0.05 + LIGHT_FADES_S, abs=0.011)
    assert held_for_s(0.21) == pytest.approx(0.21 + LIGHT_FADES_S, abs=0.011)


def test_without_a_measurement_the_wait_is_that_of_usual_parts() -> None:
    assert held_for_s(None) == pytest.approx(0.25, abs=0.011)
    assert pytest.approx(0.25) == LIGHT_DELAY_S + LIGHT_FADES_S


def late_light_is_taken_for_an_arm(light_delay_s: float | None) -> bool:
    """Whether light over the edge of the bench, 0.3 s late, looks like something reaching in."""
    zone = bin_at(-60.0, 150.0, 0.0)
    witness = SecondWitness(
        station=station_with(zone),
        cam_from_bench=flat(PLANE),
        camera_wh=(WIDE_PX, HIGH_PX),
        light_delay_s=light_delay_s,
    )
    dark = np.full((HIGH_PX, WIDE_PX, 3), 100, np.uint8)
    lit = dark.copy()
    corners = np.rint(PLANE.apply(np.array(zone.polygon_mm))).astype(np.int32)
    cv2.fillPoly(lit, [corners], (120, 240, 130))
    mistaken = False
    for number in range(50):
        if number == 20:
            witness.light_changes(LightNotice(at_s=20 / 30, zone_ids=frozenset({"bin_a"})))
        witness.look(lit if number >= 29 else dark, at_s=number / 30)
        mistaken |= not witness.sees_nothing
    return mistaken


def test_light_that_is_slower_than_usual_is_no_arm_once_its_delay_was_measured() -> None:
    """The trap: light comes 0.3 s after the order, when vision no longer waits for it."""
    assert late_light_is_taken_for_an_arm(None)
    assert not late_light_is_taken_for_an_arm(0.22)


def test_a_delay_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="before it is sent"):
        held_for_s(-0.1)


def test_a_high_zone_keeps_its_name_and_times() -> None:
    (seen,) = as_seen([bin_at(10.0, 170.0, 150.0)], TALL)
    assert replace(seen, polygon_mm=()) == replace(bin_at(10.0, 170.0, 150.0), polygon_mm=())
