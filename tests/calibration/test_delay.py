"""The projector's delay, measured on films whose delay is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.delay import light_delay_s
from calibration.trouble import CalibrationTroubleError

FRAME_S = 1 / 30
TOGGLES_S = [1.0 + 0.5113 * number for number in range(12)]


def film(
    delay_s: Callable[[int], float],
    *,
    exposure_s: float,
    noise: float = 0.5,
    low: float = 40.0,
    high: float = 160.0,
    seed: int = 1,
) -> list[tuple[float, float]]:
    """Frames of a patch; each is the mean of its light over the exposure that ends at its stamp."""
    rng = np.random.default_rng(seed)
    landed_s = [toggle + delay_s(number) for number, toggle in enumerate(TOGGLES_S)]
    frames = []
    for stamp_s in np.arange(0.0131, TOGGLES_S[-1] + 0.5, FRAME_S):
        fine = np.linspace(stamp_s - exposure_s, stamp_s, 200)
        is_on = np.searchsorted(landed_s, fine) % 2 == 1
        level = low + (high - low) * float(is_on.mean())
        frames.append((float(stamp_s), level + rng.normal(0.0, noise)))
    return frames


@settings(max_examples=25, deadline=None)
@given(st.floats(0.02, 0.2), st.floats(0.004, FRAME_S))
def test_with_the_exposure_known_the_delay_is_right_to_a_few_milliseconds(
    delay_s: float, exposure_s: float
) -> None:
    found = light_delay_s(
        film(lambda _: delay_s, exposure_s=exposure_s), TOGGLES_S, exposure_s=exposure_s
    )
    # What no exposure has seen, between two exposures, cannot be known; the median evens it out.
    assert found.median_s == pytest.approx(delay_s, abs=0.001 + 0.35 * (FRAME_S - exposure_s))
    assert found.seen == len(TOGGLES_S)


def test_a_shutter_that_is_always_open_gives_the_millisecond() -> None:
    found = light_delay_s(film(lambda _: 0.0874, exposure_s=FRAME_S), TOGGLES_S, exposure_s=FRAME_S)
    assert found.median_s == pytest.approx(0.0874, abs=0.001)
    assert found.spread_s < 0.002


def test_without_the_exposure_the_delay_is_right_to_the_frame() -> None:
    found = light_delay_s(film(lambda _: 0.061, exposure_s=0.01), TOGGLES_S)
    assert found.median_s == pytest.approx(0.061, abs=FRAME_S / 2)
    assert found.frame_s == pytest.approx(FRAME_S)
    assert found.spread_s <= FRAME_S


def test_light_that_is_late_now_and_then_widens_the_spread_not_the_median() -> None:
    late = film(lambda number: 0.15 if number % 4 == 3 else 0.05, exposure_s=FRAME_S)
    found = light_delay_s(late, TOGGLES_S, exposure_s=FRAME_S)
    assert found.median_s == pytest.approx(0.05, abs=0.003)
    assert found.spread_s > 0.08


def test_it_does_not_matter_whether_the_patch_starts_lit() -> None:
    frames = [(stamp, 200.0 - level) for stamp, level in film(lambda _: 0.05, exposure_s=FRAME_S)]
    found = light_delay_s(frames, TOGGLES_S, exposure_s=FRAME_S)
    assert found.median_s == pytest.approx(0.05, abs=0.002)


def test_a_lost_stretch_of_film_does_not_matter() -> None:
    frames = [frame for frame in film(lambda _: 0.07, exposure_s=FRAME_S) if not 2 < frame[0] < 3.2]
    found = light_delay_s(frames, TOGGLES_S, exposure_s=FRAME_S)
    assert found.median_s == pytest.approx(0.07, abs=0.003)


def test_a_weak_patch_in_a_bright_room_is_enough() -> None:
    weak = film(lambda _: 0.07, exposure_s=FRAME_S, low=200.0, high=215.0, noise=0.5)
    found = light_delay_s(weak, TOGGLES_S, exposure_s=FRAME_S)
    assert found.median_s == pytest.approx(0.07, abs=0.005)


@pytest.mark.parametrize("frames", [[], [(0.1 * n, 50.0) for n in range(80)]])
def test_light_that_is_never_seen_is_told(frames: list[tuple[float, float]]) -> None:
    with pytest.raises(CalibrationTroubleError, match="did not see"):
        light_delay_s(frames, TOGGLES_S)
