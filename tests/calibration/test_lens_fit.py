"""Fits by numbers alone: which degree a lens gets, what tags and sheets tell about a camera."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.eye import Frames
from calibration.fitting import least_squares
from calibration.lens import terms
from calibration.lens_fit import Lit, chosen_degree, light_map
from calibration.seen import LensSheet, Seen
from calibration.tags import tag_places
from calibration.world import CameraFit, camera_fit
from tests.calibration.drawn_bench import Device, hung

BENCH_MM = (900.0, 600.0)
GRID_MM = np.stack(np.meshgrid(np.linspace(0, 900, 40), np.linspace(0, 600, 27)), -1).reshape(-1, 2)
FRAMES = Frames(picture_wh=(1280, 720), bench_mm=BENCH_MM)


def projector(bend_px: float, k2_share: float = 0.0) -> Device:
    return hung(
        eye_mm=(540.0, 420.0, 1350.0),
        looks_at_mm=(454.0, 295.0),
        px_per_mm=1.2,
        wh=(1280, 800),
        bend_px=bend_px,
        k2_share=k2_share,
    )


def camera(bend_px: float = -6.0) -> Device:
    return hung(
        eye_mm=(450.0, 318.0, 1250.0),
        looks_at_mm=(453.0, 250.0),
        px_per_mm=0.98,
        wh=(1280, 720),
        bend_px=bend_px,
    )


def lit_by(device: Device, *heights_mm: float, noise_px: float = 0.02) -> Lit:
    rng = np.random.default_rng(4)
    lit = [device.seen(GRID_MM, height) for height in heights_mm]
    px = np.concatenate(lit)
    return Lit(
        bench_mm=np.concatenate([GRID_MM] * len(heights_mm)),
        proj_px=px + rng.normal(0.0, noise_px, px.shape),
        height_mm=np.repeat(heights_mm, len(GRID_MM)),
    )


@pytest.mark.parametrize(
    ("bend_px", "k2_share", "degrees"), [(0.0, 0.0, {0}), (2.0, 0.0, {3}), (12.0, 0.7, {5, 6})]
)
def test_the_degree_follows_the_lens(bend_px: float, k2_share: float, degrees: set[int]) -> None:
    assert chosen_degree(lit_by(projector(bend_px, k2_share), 0.0)) in degrees


def test_few_points_get_no_high_degree() -> None:
    lit = lit_by(projector(2.0), 0.0, noise_px=0.3)
    some = slice(0, None, 60)
    few = Lit(bench_mm=lit.bench_mm[some], proj_px=lit.proj_px[some], height_mm=lit.height_mm[some])
    assert chosen_degree(few) <= 3


@pytest.mark.parametrize("heights_mm", [(0.0,), (0.0, 100.0)])
def test_the_projector_is_known_to_a_hundredth_of_a_pixel(heights_mm: tuple[float, ...]) -> None:
    device = projector(2.0)
    found = light_map(lit_by(device, *heights_mm))
    assert found.knows_height == (len(heights_mm) > 1)
    for height in heights_mm:
        off = np.linalg.norm(found.apply(GRID_MM, height) - device.seen(GRID_MM, height), axis=1)
        assert off.max() < 0.02


def tags_seen(device: Device, noise_px: float, seed: int = 6) -> Seen:
    places = np.stack([tag_places(BENCH_MM)[number] for number in range(4)])
    noise = np.random.default_rng(seed).normal(0.0, noise_px, places.shape)
    seen = device.seen(places.reshape(-1, 2)).reshape(places.shape)
    return Seen(places_mm=places, corners_px=seen + noise)


def off_mm(fit: CameraFit, device: Device) -> float:
    found = fit.cam_from_bench.bench_at(device.seen(GRID_MM))
    return float(np.sqrt(((found - GRID_MM) ** 2).sum(axis=1).mean()))


def test_sixteen_corners_tell_the_lens_of_the_camera() -> None:
    """The squares in the corners are stretched away from the middle: by 0.35 pixels of 40."""
    device = camera()
    assert off_mm(camera_fit(tags_seen(device, 0.0), FRAMES), device) < 0.01
    noisy = [off_mm(camera_fit(tags_seen(device, 0.02, seed), FRAMES), device) for seed in range(4)]
    assert np.mean(noisy) < 0.08


def test_lens_sheets_make_it_better_known() -> None:
    device = camera()
    rng = np.random.default_rng(8)
    line_mm = (np.arange(8) * 20.0, np.arange(12) * 20.0)
    sheet_mm = np.stack(np.meshgrid(*line_mm), -1).reshape(-1, 2)
    sheets = []
    for x, y, turn in ((250.0, 200.0, 0.3), (560.0, 260.0, 1.8)):
        c, s = np.cos(turn), np.sin(turn)
        laid = (sheet_mm * (1.003, 0.999)) @ np.array([[c, s], [-s, c]]) + (x, y)
        noise = rng.normal(0.0, 0.02, laid.shape)
        sheets.append(LensSheet(sheet_mm=sheet_mm, cam_px=device.seen(laid) + noise))
    plain, better = [], []
    for seed in range(4):
        tags = tags_seen(device, 0.02, seed)
        plain.append(off_mm(camera_fit(tags, FRAMES), device))
        better.append(off_mm(camera_fit(tags, FRAMES, sheets=tuple(sheets)), device))
    assert np.mean(better) < 0.9 * np.mean(plain)


def test_blur_and_ink_that_swell_the_squares_do_not_matter() -> None:
    device = camera()
    places = np.stack([tag_places(BENCH_MM)[number] for number in range(4)])
    middles = places.mean(axis=1, keepdims=True)
    swollen = middles + 1.01 * (places - middles)
    seen = device.seen(swollen.reshape(-1, 2)).reshape(places.shape)
    fit = camera_fit(Seen(places_mm=places, corners_px=seen), FRAMES)
    assert fit.grown == pytest.approx(0.01, abs=0.003)
    assert off_mm(fit, device) < 0.02


def test_least_squares_goes_down_a_bent_valley() -> None:
    """Rosenbrock's function, from its usual start."""
    found = least_squares(
        lambda at: np.array([100.0 * (1.0 - at[0]), 1000.0 * (at[1] - at[0] ** 2)]),
        np.array([-1.2, 1.0]),
    )
    assert found == pytest.approx((1.0, 1.0), abs=1e-3)


def test_terms_come_in_the_order_they_are_kept_in() -> None:
    x, y = 2.0, 3.0
    assert terms(np.array([[x, y]]), 3)[0] == pytest.approx(
        [1, x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3]
    )
