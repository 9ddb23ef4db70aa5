"""The points file of the twin is what its camera and projector really see."""

from __future__ import annotations

import numpy as np
import yaml

from station.twin.bench import pinholes
from station.twin.points import STATION, points_text
from station_config.station import Station


def test_the_file_in_the_library_is_the_one_the_command_prints() -> None:
    kept = STATION.with_suffix(".points.yaml").read_text(encoding="utf-8")
    assert kept == points_text(STATION)


def test_points_are_right_to_half_a_pixel_and_spread_over_the_bench(station: Station) -> None:
    told = yaml.safe_load(points_text(STATION))
    camera, projector = pinholes(station)
    for device, name, bench in (
        (camera, "camera_px", "bench_mm"),
        (projector, "projector_px", "projector_bench_mm"),
    ):
        bench_mm = np.array(told[bench])
        flat = np.column_stack([bench_mm, np.zeros(len(bench_mm))])
        assert len(bench_mm) >= 9
        assert np.abs(device.from_bench(flat) - np.array(told[name])).max() <= 0.25 + 1e-9
        assert np.ptp(bench_mm[:, 0]) > 0.8 * station.bench_mm[0]
