"""A wooden bench under a camera with noise, painted picture by picture, and the witness of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.planes import PlaneMap
from calibration.space import flat
from station_config.station import Camera, Projector, Station, Zone, ZoneKind
from vision.light import LightNotice
from vision.observations import LookSeen
from vision.second_witness import SecondWitness

RATE_HZ = 30
PX_PER_MM = 0.64
WIDE_PX, HIGH_PX = 640, 360
BENCH_MM = (900.0, 500.0)
CAM_FROM_BENCH = flat(
    PlaneMap(matrix=np.array([[PX_PER_MM, 0.0, 33.0], [0.0, -PX_PER_MM, 330.0], [0.0, 0.0, 1.0]]))
)
"""The floor is seen too: 50 mm left and right of the bench, 45 mm in front of it."""
GLOVE_BGR = (150, 60, 20)
WOOD_BGR = (110.0, 140.0, 165.0)
Picture = NDArray[np.float64]
Paint = Callable[[Picture], None]
Bgr = tuple[float, float, float]
PointMm = tuple[float, float]


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
    camera=Camera(source="0", width_px=WIDE_PX, height_px=HIGH_PX, rate_hz=RATE_HZ),
    projector=Projector(display=1, width_px=1920, height_px=1080),
    calibration=Path("none.json"),
    zones=ZONES,
    hub=None,
    path=Path("none.yaml"),
)


class Bench:
    """A bench, its lamps and its camera. `always` is painted into every picture."""

    def __init__(
        self, *always: Paint, lamps: float = 1.0, noise: float = 3.0, seed: int = 7
    ) -> None:
        rng = np.random.default_rng(seed)
        self._noise = cycle([rng.normal(0, noise, (HIGH_PX, WIDE_PX, 3)) for _ in range(7)])
        grain = cv2.GaussianBlur(rng.normal(0, 12, (HIGH_PX, WIDE_PX)), (0, 0), 3) * 4
        wood = np.asarray(np.clip(np.array(WOOD_BGR) + grain[..., None], 0, 255), np.float64)
        for each in always:
            each(wood)
        self._wood, self._lamps = wood, lamps
        self.witness = SecondWitness(
            station=STATION, cam_from_bench=CAM_FROM_BENCH, camera_wh=(WIDE_PX, HIGH_PX)
        )
        self.looks: Mapping[str, LookSeen] = {}
        self.at_s = 0.0

    def taken(self, *paint: Paint, lamps: float = 1.0) -> NDArray[np.uint8]:
        """The next picture that the camera takes."""
        picture = self._wood.copy()
        for each in paint:
            each(picture)
        picture = picture * (self._lamps * lamps) + next(self._noise)
        return np.clip(picture, 0, 255).astype(np.uint8)

    def shows(self, *paint: Paint, lamps: float = 1.0, frames: int = 1) -> SecondWitness:
        """Let the camera take pictures of the bench with something painted on it."""
        for _ in range(frames):
            self.witness.look(self.taken(*paint, lamps=lamps), at_s=self.at_s)
            self.looks = self.witness.looks_with(())
            self.at_s += 1 / RATE_HZ
        return self.witness

    def is_told(self, *zone_ids: str, areas_mm: tuple[tuple[PointMm, ...], ...] = ()) -> None:
        """The station says that its light changes."""
        self.witness.light_changes(
            LightNotice(at_s=self.at_s, zone_ids=frozenset(zone_ids), areas_mm=areas_mm)
        )


def corners_px(*points_mm: PointMm) -> NDArray[np.int32]:
    return np.rint(CAM_FROM_BENCH.apply(np.array(points_mm))).astype(np.int32)


def square_mm(x_mm: float, y_mm: float, size_mm: float) -> tuple[PointMm, ...]:
    half = size_mm / 2
    left, right, front, back = x_mm - half, x_mm + half, y_mm - half, y_mm + half
    return (left, front), (right, front), (right, back), (left, back)


def middle_mm(zone_id: str) -> PointMm:
    x, y = np.mean(ZONES[zone_id].polygon_mm, axis=0)
    return float(x), float(y)


def patch(*points_mm: PointMm, bgr: Bgr) -> Paint:
    """A thing of one colour."""

    def paint(picture: Picture) -> None:
        cv2.fillPoly(picture, [corners_px(*points_mm)], bgr)

    return paint


def arm_to(x_mm: float, y_mm: float, bgr: Bgr = GLOVE_BGR) -> Paint:
    """A gloved arm from the worker's edge of the bench to this point."""
    return patch((450 - 35, -60), (450 + 35, -60), (x_mm + 22, y_mm), (x_mm - 22, y_mm), bgr=bgr)


def faint_arm_to(x_mm: float, y_mm: float, by: Bgr) -> Paint:
    """An arm that differs by so many grey levels from what it lies over."""

    def paint(picture: Picture) -> None:
        shape = np.zeros(picture.shape, np.float64)
        arm_to(x_mm, y_mm, by)(shape)
        picture += shape

    return paint


def shade(*points_mm: PointMm, leaves: float, soft_px: float = 3.0) -> Paint:
    """A shadow: it leaves this share of the light."""

    def paint(picture: Picture) -> None:
        dark = np.ones(picture.shape[:2])
        cv2.fillPoly(dark, [corners_px(*points_mm)], (leaves,))
        picture *= cv2.GaussianBlur(dark, (0, 0), soft_px)[..., None]

    return paint


def glow(*points_mm: PointMm, light_bgr: Bgr) -> Paint:
    """The station's light on an area: it adds to what the lamps give."""

    def paint(picture: Picture) -> None:
        light = np.zeros_like(picture)
        cv2.fillPoly(light, [corners_px(*points_mm)], light_bgr)
        picture += np.asarray(cv2.GaussianBlur(light, (0, 0), 2), np.float64) * picture / 200.0

    return paint


def lit(zone_id: str, light_bgr: Bgr) -> Paint:
    """The station's light on a zone."""
    return glow(*ZONES[zone_id].polygon_mm, light_bgr=light_bgr)


def part_at(x_mm: float, y_mm: float, size_mm: float = 40.0, bgr: Bgr = (60, 40, 40)) -> Paint:
    """A part, dark if nothing else is said."""
    return patch(*square_mm(x_mm, y_mm, size_mm), bgr=bgr)


def part_in(zone_id: str, size_mm: float = 40.0, bgr: Bgr = (60, 40, 40)) -> Paint:
    """A part in the middle of a zone."""
    return part_at(*middle_mm(zone_id), size_mm, bgr)


def parts_in(zone_id: str, *, mean: float, strays: float, seed: int = 11) -> Paint:
    """A zone full of small parts: grey, with light and dark ones of 13 mm side by side."""
    (left, front), _, (right, back), _ = ZONES[zone_id].polygon_mm
    rng = np.random.default_rng(seed)
    greys = np.clip(rng.normal(mean, strays, (10, 10)), 2, 255)

    def paint(picture: Picture) -> None:
        for row, column in np.ndindex(*greys.shape):
            x, y = left + 6.5 + 13 * column, front + 6.5 + 13 * row
            assert x < right
            assert y < back
            part_at(x, y, 13.0, (float(greys[row, column]),) * 3)(picture)

    return paint


def floor(bgr: Bgr) -> Paint:
    """What lies round the bench."""
    wide_mm, deep_mm = BENCH_MM

    def paint(picture: Picture) -> None:
        bench = np.zeros(picture.shape[:2], np.uint8)
        on = corners_px((0, 0), (wide_mm, 0), (wide_mm, deep_mm), (0, deep_mm))
        cv2.fillPoly(bench, [on], (255,))
        picture[bench == 0] = bgr

    return paint
