"""Real fits against a camera whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.planes import PlaneMap, fit_plane_map

CAM_FROM_BENCH = PlaneMap(
    matrix=np.array([[1.3, 0.05, 60.0], [-0.03, -1.25, 690.0], [1e-5, 2e-5, 1.0]])
)
GRID_MM = np.stack(np.meshgrid(np.linspace(0, 900, 7), np.linspace(0, 500, 5)), -1).reshape(-1, 2)


@pytest.mark.parametrize("noise_px", [0.0, 0.3])
def test_a_known_map_is_found_again(noise_px: float) -> None:
    rng = np.random.default_rng(7)
    cam_px = CAM_FROM_BENCH.apply(GRID_MM)
    fit = fit_plane_map(source=GRID_MM, target=cam_px + rng.normal(0, noise_px, cam_px.shape))
    off_px = np.linalg.norm(fit.plane_map.apply(GRID_MM) - cam_px, axis=1)
    assert off_px.max() < 0.05 + noise_px
    assert fit.rms == pytest.approx(noise_px * np.sqrt(2), abs=0.1)
    assert fit.used.all()


def test_a_point_that_was_mixed_up_is_left_out() -> None:
    cam_px = CAM_FROM_BENCH.apply(GRID_MM)
    cam_px[4] += (40, -25)
    fit = fit_plane_map(source=GRID_MM, target=cam_px)
    assert np.flatnonzero(~fit.used).tolist() == [4]
    assert fit.worst < 0.01


def test_maps_chain_and_turn_round() -> None:
    there_and_back = CAM_FROM_BENCH.inverse() @ CAM_FROM_BENCH
    assert np.allclose(there_and_back.apply(GRID_MM), GRID_MM, atol=1e-6)
    assert CAM_FROM_BENCH.apply(np.zeros((0, 2))).shape == (0, 2)


def test_points_on_one_line_are_refused() -> None:
    line_mm = np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 0.0], [300.0, 0.0]])
    with pytest.raises(ValueError, match="one line"):
        fit_plane_map(source=line_mm, target=CAM_FROM_BENCH.apply(line_mm))


def test_three_points_are_refused() -> None:
    with pytest.raises(ValueError, match="4 or more"):
        fit_plane_map(source=GRID_MM[:3], target=GRID_MM[:3])


@given(st.lists(st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)), min_size=4, max_size=4))
def test_four_points_fit_exactly_or_are_refused(corners: list[tuple[float, float]]) -> None:
    source = np.array(corners)
    try:
        fit = fit_plane_map(source=source, target=CAM_FROM_BENCH.apply(source))
    except ValueError:
        return
    assert np.isfinite(fit.plane_map.matrix).all()
