"""From how many grey levels on a difference counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vision.contrast import DIFFERENCE, Contrast

LONG_S = 100.0
Pixels = NDArray[np.uint8]


def wood(light: float) -> Pixels:
    """600 pixels of a bench in so much light, 1 is good."""
    grain = np.random.default_rng(3).normal(0, 12, (600, 1))
    bgr = (np.array([110.0, 140.0, 165.0]) + grain) * light
    return np.clip(bgr, 0, 255).astype(np.uint8)


def measured(now: Pixels, *, changed_by: int = 0) -> Contrast:
    """After a while under this light, each pixel changing by so much from picture to picture."""
    contrast = Contrast()
    before = np.where(now > 127, now - changed_by, now + changed_by).astype(np.uint8)
    contrast.measure(now, before, passed_s=LONG_S)
    return contrast


lights = st.floats(0.02, 1.5)
noises = st.integers(0, 30)


@settings(deadline=None)
@given(lights, noises)
def test_noise_is_never_plain_up_to_what_good_light_asks_for(light: float, noise: int) -> None:
    contrast = measured(wood(light), changed_by=noise)
    assert min(DIFFERENCE, 7.0 * noise) <= contrast.plain <= DIFFERENCE
    assert min(contrast.plain, 4.0 * noise) <= contrast.faint <= contrast.plain
    assert contrast.faint > 0.0
    assert contrast.faint <= contrast.still <= contrast.plain


@settings(deadline=None)
@given(lights, lights, noises)
def test_more_light_never_asks_for_less(one: float, other: float, noise: int) -> None:
    dim, bright = (
        measured(wood(light), changed_by=noise) for light in (min(one, other), max(one, other))
    )
    assert dim.plain <= bright.plain
    assert dim.faint <= bright.faint
    assert dim.dark <= bright.dark


@settings(deadline=None)
@given(lights, noises, noises)
def test_more_noise_never_asks_for_less(light: float, one: int, other: int) -> None:
    calm, noisy = (
        measured(wood(light), changed_by=noise) for noise in (min(one, other), max(one, other))
    )
    assert calm.plain <= noisy.plain
    assert calm.faint <= noisy.faint


def test_in_a_third_of_the_light_less_is_plain() -> None:
    assert measured(wood(1.0)).plain == DIFFERENCE
    assert 6.0 <= measured(wood(0.35)).plain < 10.0


@pytest.mark.parametrize("black_share", [0.0, 0.3, 0.6, 0.75])
def test_a_black_mat_on_most_of_the_bench_does_not_make_it_dim(black_share: float) -> None:
    bench = wood(1.0)
    bench[: round(black_share * len(bench))] = 15
    assert measured(bench).plain == DIFFERENCE


def test_one_picture_in_which_much_moves_says_little_of_the_noise() -> None:
    contrast = measured(wood(0.35))
    before = contrast.plain
    contrast.measure(wood(0.35), wood(0.45), passed_s=1 / 30)
    assert contrast.plain < before + 2.0
