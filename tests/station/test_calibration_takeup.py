"""A new calibration file is taken up while work goes on; a bad one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from calibration.maps import filling_projector
from calibration.model import Calibration, Method, Quality
from calibration.planes import PlaneMap
from calibration.space import flat
from calibration.store import CalibrationFileError, write_calibration
from projector.render import Renderer
from station.aiming import Aiming
from station.calibration_in_use import CalibrationInUse, Change
from station.faults import Part
from station.vision_orders import VisionOrders
from station_config.station import Station

FITS = Quality(rms_mm=0.0, worst_mm=0.0, rms_px=0.0, worst_px=0.0, points_mm=(), left_out=())
CAM_FROM_BENCH = PlaneMap(matrix=np.array([[1.2, 0.0, 100.0], [0.0, -1.2, 700.0], [0.0, 0.0, 1.0]]))


class HandClock:
    """A clock that the test moves on."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def moved(plane: PlaneMap, px: float) -> PlaneMap:
    shift = np.array([[1.0, 0.0, px], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    return PlaneMap(matrix=shift @ plane.matrix)


@pytest.fixture
def made(bench: Station) -> Callable[..., Calibration]:
    size_px = (bench.projector.width_px, bench.projector.height_px)
    light = filling_projector(bench_mm=bench.bench_mm, projector_wh=size_px)

    def one(*, camera_px: float = 0.0, projector_px: float = 0.0) -> Calibration:
        return Calibration(
            made_at=datetime.now(UTC),
            method=Method.BY_POINTS,
            cam_from_bench=flat(moved(CAM_FROM_BENCH, camera_px)),
            camera=FITS,
            camera_px=np.zeros((0, 2)),
            camera_wh=(bench.camera.width_px, bench.camera.height_px),
            proj_from_bench=flat(moved(light, projector_px)),
            projector=FITS,
            projector_wh=size_px,
        )

    return one


@pytest.fixture
def at(bench: Station, tmp_path: Path) -> Station:
    return replace(bench, calibration=tmp_path / "bench.json")


def test_a_new_file_is_taken_up_within_a_second_and_says_what_changed(
    at: Station, made: Callable[..., Calibration]
) -> None:
    write_calibration(at.calibration, made())
    clock = HandClock()
    in_use = CalibrationInUse(at, monotonic=clock)
    write_calibration(at.calibration, made(projector_px=8.0))
    assert in_use.look() is None, "it is not looked at in each turn"
    clock.s += 1.1
    assert in_use.look() == Change(camera=False, projector=True)
    assert in_use.maps.proj_from_bench.apply(np.zeros((1, 2)))[0, 0] == pytest.approx(
        made().proj_from_bench.apply(np.zeros((1, 2)))[0, 0] + 8.0
    )
    clock.s += 1.1
    assert in_use.look() is None, "once"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_text("{"), "damaged"),
        (Path.unlink, "no calibration"),
        (
            lambda path: path.write_text(
                json.dumps({**json.loads(path.read_text()), "projector_wh": [640, 480]})
            ),
            "640 x 480",
        ),
        (
            lambda path: path.write_text(
                json.dumps({**json.loads(path.read_text()), "camera_wh": [640, 480]})
            ),
            "640 x 480",
        ),
    ],
    ids=["damaged", "gone", "for another projector", "for another camera"],
)
def test_a_file_that_cannot_be_used_is_told_and_the_old_one_stays(
    at: Station,
    made: Callable[..., Calibration],
    spoil: Callable[[Path], object],
    said: str,
) -> None:
    write_calibration(at.calibration, made())
    clock = HandClock()
    in_use = CalibrationInUse(at, monotonic=clock)
    before = in_use.now
    spoil(at.calibration)
    clock.s += 1.1
    assert in_use.look() is None
    assert in_use.now is before
    assert in_use.trouble is not None
    assert said in in_use.trouble
    assert "goes on with the calibration it has" in in_use.trouble

    write_calibration(at.calibration, made(camera_px=3.0))
    clock.s += 1.1
    assert in_use.look() == Change(camera=True, projector=False)
    assert in_use.trouble is None


def test_what_the_station_made_itself_is_kept_with_history_and_not_taken_up_twice(
    at: Station, made: Callable[..., Calibration]
) -> None:
    write_calibration(at.calibration, made())
    clock = HandClock()
    in_use = CalibrationInUse(at, monotonic=clock)
    assert in_use.keep(made(projector_px=2.0)) == Change(camera=False, projector=True)
    clock.s += 1.1
    assert in_use.look() is None
    assert len(list((at.calibration.parent / "bench.history").glob("*.json"))) == 1


def test_a_station_does_not_start_on_a_damaged_calibration(at: Station) -> None:
    at.calibration.write_text("{")
    with pytest.raises(CalibrationFileError, match="damaged"):
        CalibrationInUse(at)


def test_light_moves_with_the_projector_and_eyes_are_opened_anew_with_the_camera(
    at: Station, made: Callable[..., Calibration]
) -> None:
    write_calibration(at.calibration, made())
    clock, orders = HandClock(), VisionOrders()
    in_use = CalibrationInUse(at, monotonic=clock)
    size_px = (at.projector.width_px, at.projector.height_px)
    renderer = Renderer(size_px, in_use.maps.proj_from_bench)
    aiming = Aiming(at, in_use, renderer, orders)
    renderer.draw((), 0.0)

    write_calibration(at.calibration, made(projector_px=40.0))
    clock.s += 1.1
    assert aiming.turn(1.0, None, stepped=False, lit=False), "light is to be drawn anew"
    _, changed = renderer.draw((), 0.0)
    assert changed == ((0, 0, *size_px),)
    assert not orders.take_new_eyes(), "the camera sees as before"

    write_calibration(at.calibration, made(projector_px=40.0, camera_px=5.0))
    clock.s += 1.1
    assert aiming.turn(2.0, None, stepped=False, lit=False)
    assert orders.take_new_eyes()
    assert not orders.take_new_eyes(), "once"

    at.calibration.write_text("{")
    clock.s += 1.1
    assert not aiming.turn(3.0, None, stepped=False, lit=False)
    assert "damaged" in str(aiming.troubles[Part.CALIBRATION])
