"""Calibrations on disk: whole or not at all, with a history, and clear words when damaged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from calibration.by_points import calibrated_by_points
from calibration.maps import filling_projector, maps_for
from calibration.model import Calibration
from calibration.planes import PlaneMap
from calibration.points_file import PointPairs
from calibration.store import (
    CalibrationFileError,
    history,
    read_calibration,
    write_calibration,
)
from station_config.station import Camera, Projector, Station

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BENCH_MM = np.array([[30, 30], [450, 20], [870, 40], [860, 300], [880, 560], [20, 550]], float)
CAM_FROM_BENCH = PlaneMap(matrix=np.array([[1.3, 0, 60.0], [0, -1.15, 700.0], [1e-5, 0, 1.0]]))


def calibration(
    *, hours: float = 0.0, camera_wh: tuple[int, int] | None = (1280, 720), projector: bool = True
) -> Calibration:
    proj = filling_projector(bench_mm=(900, 600), projector_wh=(1920, 1080))
    none = np.zeros((0, 2))
    return calibrated_by_points(
        PointPairs(
            camera_px=CAM_FROM_BENCH.apply(BENCH_MM),
            bench_mm=BENCH_MM,
            projector_px=proj.apply(BENCH_MM) if projector else none,
            projector_bench_mm=BENCH_MM if projector else none,
        ),
        made_at=NOON + timedelta(hours=hours),
        camera_wh=camera_wh,
        projector_wh=(1920, 1080),
    )


def station(*, camera_wh: tuple[int, int] = (1280, 720), height_px: int = 1080) -> Station:
    return Station(
        station_id="bench-01",
        site="delft",
        title={},
        language="nl",
        bench_mm=(900, 600),
        camera=Camera(source="0", width_px=camera_wh[0], height_px=camera_wh[1], rate_hz=30),
        projector=Projector(display=1, width_px=1920, height_px=height_px),
        calibration=Path("bench.json"),
        zones={},
        hub=None,
        path=Path("bench.yaml"),
    )


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "bench.json"
    written = calibration()
    write_calibration(path, written)
    read = read_calibration(path)
    assert read.made_at == written.made_at
    assert read.camera == written.camera
    assert read.remarks == written.remarks
    assert np.allclose(read.cam_from_bench.plane.matrix, written.cam_from_bench.plane.matrix)
    assert read.proj_from_bench is not None
    assert [entry.name for entry in path.parent.iterdir()] == ["bench.json"]


def test_the_one_before_goes_into_the_history(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    for hours in (0.0, 1.0, 2.0):
        write_calibration(path, calibration(hours=hours))
    assert read_calibration(path).made_at == NOON + timedelta(hours=2)
    kept = [read_calibration(entry).made_at for entry in history(path)]
    assert kept == [NOON, NOON + timedelta(hours=1)]


def test_a_missing_calibration_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CalibrationFileError, match=r"no calibration .*calibrate by-points"):
        read_calibration(tmp_path / "bench.json")


@pytest.mark.parametrize("kept", [0, 1, 200, 700])
def test_a_calibration_that_was_cut_off_is_damaged(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "bench.json"
    write_calibration(path, calibration())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CalibrationFileError, match=r"damaged .*Calibrate again"):
        read_calibration(path)


def test_a_damaged_calibration_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_bytes(b"\xff\xfe rubbish")
    with pytest.raises(CalibrationFileError, match="cannot be read"):
        read_calibration(path)
    write_calibration(path, calibration())
    assert read_calibration(path).made_at == NOON
    assert history(path) == ()


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("cam_from_bench", [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "damaged"),
        ("cam_from_bench", [[1, 0], [0, 1]], "damaged at cam_from_bench"),
        ("made_at", "yesterday", "damaged at made_at"),
        ("version", 2, "newer Handwijzer"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, key: str, value: object, told: str) -> None:
    path = tmp_path / "bench.json"
    write_calibration(path, calibration())
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {key: value}), "utf-8")
    with pytest.raises(CalibrationFileError, match=told):
        read_calibration(path)


def test_what_a_newer_station_added_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_calibration(path, calibration())
    more = json.loads(path.read_text("utf-8")) | {"lens": [0.1, 0.2]}
    path.write_text(json.dumps(more), "utf-8")
    assert read_calibration(path).made_at == NOON


def test_a_folder_that_cannot_be_written_is_told_and_the_old_one_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(CalibrationFileError, match="cannot be written"):
        write_calibration(tmp_path / "file" / "bench.json", calibration())


def test_maps_of_a_station(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_calibration(path, calibration())
    maps = maps_for(station(), read_calibration(path))
    assert maps.projector_measured
    assert np.allclose(maps.cam_from_bench.apply(BENCH_MM), CAM_FROM_BENCH.apply(BENCH_MM))


def test_without_projector_points_the_picture_covers_the_bench_far_edge_up() -> None:
    maps = maps_for(station(), calibration(projector=False))
    assert not maps.projector_measured
    far_left, front_right = maps.proj_from_bench.apply(np.array([[0.0, 600.0], [900.0, 0.0]]))
    assert np.allclose(far_left, (150 - 0.5, -0.5))
    assert np.allclose(front_right, (1770 - 0.5, 1080 - 0.5))


def test_another_camera_picture_is_told_in_both_sizes() -> None:
    with pytest.raises(CalibrationFileError, match="1280 x 720, but it is now 1920 x 1080"):
        maps_for(station(camera_wh=(1920, 1080)), calibration())
    with pytest.raises(CalibrationFileError, match="projector picture of 1920 x 1080"):
        maps_for(station(height_px=1200), calibration())


def test_the_size_that_really_comes_counts_and_not_the_station_file() -> None:
    maps = maps_for(station(camera_wh=(1920, 1080)), calibration(), camera_wh=(1280, 720))
    assert maps.projector_measured


def test_points_outside_the_picture_betray_a_larger_camera() -> None:
    with pytest.raises(CalibrationFileError, match="made for a larger one"):
        maps_for(station(camera_wh=(640, 480)), calibration(camera_wh=None))
