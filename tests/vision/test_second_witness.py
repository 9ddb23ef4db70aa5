"""The witness that needs no bare hands: arms, lamps, shadows, the station's own light, parts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.planes import PlaneMap
from calibration.space import flat
from station_config.station import Camera, Projector, Station, Zone, ZoneKind
from vision.light import LightNotice
from vision.second_witness import SecondWitness

PX_PER_MM = 0.7
WIDE_PX, HIGH_PX = 640, 360
BENCH_MM = (900.0, 500.0)
CAM_FROM_BENCH = flat(
    PlaneMap(matrix=np.array([[PX_PER_MM, 0.0, 5.0], [0.0, -PX_PER_MM, 355.0], [0.0, 0.0, 1.0]]))
)
GLOVE_BGR = (150, 60, 20)
Picture = NDArray[np.float64]
Paint = Callable[[Picture], None]


def zone(zone_id: str, kind: ZoneKind, left_mm: float, front_mm: float) -> Zone:
    right_mm, back_mm = left_mm + 130.0, front_mm + 130.0
    return Zone(
        zone_id=zone_id,
        kind=kind,
        polygon_mm=(
            (left_mm, front_mm),
            (right_mm, front_mm),
            (right_mm, back_mm),
            (left_mm, back_mm),
        ),
        title={},
        enter_s=0.12,
        leave_s=0.25,
    )


ZONES = {
    z.zone_id: z
    for z in (
        zone("bin_a", ZoneKind.BIN, 100, 340),
        zone("bin_b", ZoneKind.BIN, 600, 340),
        zone("jig", ZoneKind.PLACE, 380, 150),
    )
}
STATION = Station(
    station_id="bench-01",
    site="delft",
    title={},
    language="nl",
    bench_mm=BENCH_MM,
    camera=Camera(source="0", width_px=WIDE_PX, height_px=HIGH_PX, rate_hz=30),
    projector=Projector(display=1, width_px=1920, height_px=1080),
    calibration=Path("none.json"),
    zones=ZONES,
    hub=None,
    path=Path("none.yaml"),
)


class Bench:
    """A wooden bench under a camera with noise, and the witness that watches it."""

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        self._noise = cycle([rng.normal(0, 3, (HIGH_PX, WIDE_PX, 3)) for _ in range(7)])
        grain = cv2.GaussianBlur(rng.normal(0, 12, (HIGH_PX, WIDE_PX)), (0, 0), 3) * 4
        wood = np.array([110.0, 140.0, 165.0])
        self._wood = np.asarray(np.clip(wood + grain[..., None], 0, 255), np.float64)
        self.witness = SecondWitness(
            station=STATION, cam_from_bench=CAM_FROM_BENCH, camera_wh=(WIDE_PX, HIGH_PX)
        )
        self.at_s = 0.0

    def shows(
        self,
        *paint: Paint,
        lamps: float = 1.0,
        frames: int = 1,
    ) -> SecondWitness:
        """Let the camera take pictures of the bench with something painted on it."""
        for _ in range(frames):
            picture = self._wood.copy()
            for each in paint:
                each(picture)
            picture = picture * lamps + next(self._noise)
            bgr = np.clip(picture, 0, 255).astype(np.uint8)
            self.witness.look(bgr, at_s=self.at_s)
            self.at_s += 1 / 30
        return self.witness


def corners_px(*points_mm: tuple[float, float]) -> NDArray[np.int32]:
    return np.rint(CAM_FROM_BENCH.apply(np.array(points_mm))).astype(np.int32)


def arm_to(x_mm: float, y_mm: float, bgr: tuple[int, int, int] = GLOVE_BGR) -> Paint:
    """A gloved arm from the worker's edge of the bench to this point."""

    def paint(picture: Picture) -> None:
        shape = corners_px((450 - 35, -40), (450 + 35, -40), (x_mm + 22, y_mm), (x_mm - 22, y_mm))
        cv2.fillPoly(picture, [shape], bgr)

    return paint


def lit(zone_id: str, light_bgr: tuple[float, float, float]) -> Paint:
    """The station's light on a zone: it adds to what the lamps give."""

    def paint(picture: Picture) -> None:
        glow = np.zeros_like(picture)
        cv2.fillPoly(glow, [corners_px(*ZONES[zone_id].polygon_mm)], light_bgr)
        picture += np.asarray(cv2.GaussianBlur(glow, (0, 0), 2), np.float64) * picture / 200.0

    return paint


def part_in(zone_id: str, size_mm: float = 40.0) -> Paint:
    """A dark part in the middle of a zone."""
    x, y = np.mean(ZONES[zone_id].polygon_mm, axis=0)
    half = size_mm / 2

    def paint(picture: Picture) -> None:
        around = (
            (x - half, y - half),
            (x + half, y - half),
            (x + half, y + half),
            (x - half, y + half),
        )
        cv2.fillPoly(picture, [corners_px(*around)], (60, 40, 40))

    return paint


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.shows(frames=5)
    return made


def test_a_gloved_arm_is_seen_at_once_and_its_end_where_it_is(bench: Bench) -> None:
    witness = bench.shows(arm_to(165, 400))
    assert len(witness.arms) == 1
    assert np.linalg.norm(np.subtract(witness.arms[0].tip_mm, (165, 395))) < 15
    assert witness.covered["bin_a"] > 0.1
    assert witness.covered["bin_b"] == 0.0


def test_a_bare_bench_is_bare(bench: Bench) -> None:
    witness = bench.shows(frames=30)
    assert witness.sees_nothing
    assert set(witness.covered.values()) == {0.0}


@pytest.mark.parametrize("lamps", [0.6, 0.8, 1.3])
def test_lamps_that_are_switched_are_no_arm(bench: Bench, lamps: float) -> None:
    assert bench.shows(lamps=lamps).sees_nothing
    assert bench.shows(lamps=lamps, frames=10).sees_nothing
    assert len(bench.shows(arm_to(165, 400), lamps=lamps).arms) == 1


def test_the_shadow_of_an_arm_is_no_arm(bench: Bench) -> None:
    def shade(picture: Picture) -> None:
        dark = np.ones(picture.shape[:2])
        cv2.fillPoly(dark, [corners_px((300, -40), (380, -40), (250, 420), (180, 420))], (0.72,))
        picture *= cv2.GaussianBlur(dark, (0, 0), 5)[..., None]

    assert bench.shows(shade, frames=3).sees_nothing


def test_light_that_the_station_told_of_is_no_arm_even_under_one(bench: Bench) -> None:
    bench.shows(arm_to(450, 100), frames=3)
    bench.witness.light_changes(
        LightNotice(at_s=bench.at_s, zone_ids=frozenset({"bin_a", "bin_b"}))
    )
    bench.shows(arm_to(450, 100), frames=3)
    green = lit("bin_a", (20, 160, 20))
    for _ in range(20):
        witness = bench.shows(green, arm_to(450, 100))
        assert [round(arm.tip_mm[1], -1) for arm in witness.arms] == [100]
        assert witness.covered.get("bin_a", 0.0) == 0.0
    witness = bench.shows(green, arm_to(165, 400))
    assert witness.covered["bin_a"] > 0.1


def test_a_zone_whose_light_has_just_changed_is_not_judged(bench: Bench) -> None:
    bench.witness.light_changes(LightNotice(at_s=bench.at_s, zone_ids=frozenset({"bin_a"})))
    witness = bench.shows()
    assert "bin_a" not in witness.covered
    assert "bin_b" in witness.covered
    assert "bin_a" in bench.shows(frames=10).covered


def test_a_zone_lit_under_an_arm_does_not_stretch_the_arm(bench: Bench) -> None:
    """The line round the jig comes on while a gloved hand lies half over it."""

    def line(picture: Picture) -> None:
        corners = corners_px(*ZONES["jig"].polygon_mm)
        cv2.polylines(picture, [corners], isClosed=True, color=(235, 240, 235), thickness=5)

    bench.shows(arm_to(445, 200), frames=10)
    bench.witness.light_changes(LightNotice(at_s=bench.at_s, zone_ids=frozenset({"jig"})))
    bench.shows(arm_to(445, 200), frames=2)
    for _ in range(20):
        witness = bench.shows(line, arm_to(445, 200))
    assert abs(witness.arms[0].tip_mm[1] - 195) < 20
    assert witness.covered["jig"] > 0.05
    witness = bench.shows(line, frames=40)
    assert witness.sees_nothing


def test_light_that_breathes_is_no_arm(bench: Bench) -> None:
    bench.witness.light_changes(LightNotice(at_s=bench.at_s, zone_ids=frozenset({"bin_b"})))
    bench.shows(lit("bin_b", (20, 90, 20)), frames=10)
    for number in range(60):
        level = 90 + 50 * np.sin(2 * np.pi * number / 45)
        witness = bench.shows(lit("bin_b", (20, float(level), 20)))
        assert witness.covered["bin_b"] == 0.0


def test_an_arm_that_waits_stays_an_arm_and_a_part_becomes_bench(bench: Bench) -> None:
    bench.shows(arm_to(450, 260), part_in("jig"), frames=60)
    assert len(bench.shows(arm_to(450, 260), part_in("jig")).arms) == 1
    bench.shows(part_in("jig"), frames=40)
    assert bench.shows(part_in("jig")).covered["jig"] == 0.0


def test_where_an_arm_was_learned_nothing_is_left_when_it_goes() -> None:
    """The station was started while somebody leaned on the bench."""
    bench = Bench()
    bench.shows(arm_to(165, 400), frames=5)
    bench.shows(frames=40)
    assert bench.shows().sees_nothing


def test_a_part_that_was_put_down_changes_the_look_and_makes_it_fuller(bench: Bench) -> None:
    bench.shows(arm_to(445, 230), frames=10)
    look = bench.shows(part_in("jig"), frames=5).looks["jig"]
    assert look.changed > 0.3
    assert look.fuller > 0.2


def test_a_part_that_was_taken_out_brings_the_first_look_back(bench: Bench) -> None:
    bench.shows(arm_to(445, 230), frames=5)
    bench.shows(part_in("jig"), frames=40)
    bench.shows(arm_to(445, 230), frames=5)
    look = bench.shows(frames=5).looks["jig"]
    assert look.changed > 0.3
    assert look.fuller < -0.2


def test_a_hand_that_left_everything_as_it_was_changed_nothing(bench: Bench) -> None:
    bench.shows(part_in("jig"), frames=40)
    bench.shows(arm_to(445, 230), frames=5)
    look = bench.shows(part_in("jig"), lamps=0.85, frames=5).looks["jig"]
    assert look.changed < 0.1


def test_an_arm_that_comes_while_a_mark_is_shown_at_the_rim_is_seen_when_it_has_gone(
    bench: Bench,
) -> None:
    """The drift watch shows marks for a moment; a gloved hand comes in over one of them."""
    rim = ((400.0, -30.0), (500.0, -30.0), (500.0, 60.0), (400.0, 60.0))
    mark = corners_px(*rim)

    def shown(picture: Picture) -> None:
        glow = np.zeros_like(picture)
        cv2.fillPoly(glow, [mark], (160.0, 160.0, 160.0))
        picture += glow * picture / 200.0

    told = LightNotice(at_s=bench.at_s, areas_mm=(rim,), returns=True)
    bench.witness.light_changes(told)
    for _ in range(4):
        assert bench.shows(shown).sees_nothing
    bench.shows(arm_to(450, 200), shown, frames=3)
    witness = bench.shows(arm_to(450, 200), frames=5)
    assert [round(arm.tip_mm[1], -1) for arm in witness.arms] == [200]
    assert bench.shows(frames=5).sees_nothing
