"""A bench from above whose jig fills up part by part, and the looks kept of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.maps import BenchMaps, filling_projector
from calibration.planes import PlaneMap
from calibration.space import flat
from station_config.station import Camera, Projector, Station, Zone, ZoneKind
from vision.taught_looks import (
    TaughtLook,
    ZoneView,
    write_look,
)

Picture = NDArray[np.uint8]

WIDE_PX, HIGH_PX = 640, 480
PARTS = ("housing", "spring", "lens", "screw")
"""In the order in which they go in: each look has those up to its own."""
JIG = Zone(
    zone_id="jig",
    kind=ZoneKind.PLACE,
    polygon_mm=((100, 60), (220, 60), (220, 150), (100, 150)),
    title={},
    enter_s=0.12,
    leave_s=0.25,
)
STATION = Station(
    station_id="bench-01",
    site="delft",
    title={},
    language="nl",
    bench_mm=(319.5, 239.5),
    camera=Camera(source="0", width_px=WIDE_PX, height_px=HIGH_PX, rate_hz=30),
    projector=Projector(display=1, width_px=640, height_px=480),
    calibration=Path("none.json"),
    zones={"jig": JIG},
    hub=None,
    path=Path("none.yaml"),
)
MAPS = BenchMaps(
    cam_from_bench=flat(
        PlaneMap(matrix=np.array([[2.0, 0, 0], [0, -2.0, HIGH_PX - 1.0], [0, 0, 1.0]]))
    ),
    proj_from_bench=flat(filling_projector(bench_mm=STATION.bench_mm, projector_wh=(640, 480))),
    projector_measured=False,
)
VIEW = ZoneView(JIG, MAPS.cam_from_bench)


def bench(*parts: str, seed: int = 1) -> Picture:
    """The bench from above: a jig with these parts in it."""
    random = np.random.default_rng(3)
    bgr = np.full((HIGH_PX, WIDE_PX, 3), (150, 160, 165), np.uint8)
    cv2.rectangle(bgr, (196, 176), (444, 364), (120, 125, 130), -1)
    cv2.rectangle(bgr, (230, 200), (410, 340), (90, 95, 100), -1)
    for x, y in random.integers((200, 180), (440, 360), (40, 2)).tolist():
        cv2.circle(bgr, (x, y), 2, (100, 105, 110), -1)
    if "housing" in parts:
        cv2.rectangle(bgr, (250, 230), (390, 310), (180, 90, 40), -1)
    if "spring" in parts:
        cv2.circle(bgr, (285, 270), 14, (205, 205, 205), -1)
    if "lens" in parts:
        cv2.circle(bgr, (355, 270), 22, (230, 235, 180), -1)
    if "screw" in parts:
        cv2.circle(bgr, (320, 244), 9, (30, 30, 35), -1)
    noise = np.random.default_rng(seed).normal(0.0, 2.0, bgr.shape)
    return np.clip(cv2.GaussianBlur(bgr, (3, 3), 0) + noise, 0, 255).astype(np.uint8)


def up_to(part: str) -> tuple[str, ...]:
    return PARTS[: PARTS.index(part) + 1]


def kept(folder: Path, *names: str) -> None:
    for name in names:
        parts = () if name.startswith("_") else up_to(name)
        patch = VIEW.patch(bench(*parts))
        write_look(folder, name, TaughtLook(zone_id="jig", polygon_mm=JIG.polygon_mm, patch=patch))
