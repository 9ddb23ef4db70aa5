"""Whether a pair was seen whole: good pairs pass in every light, spoilt ones do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.patterns import gray_pictures
from calibration.sync import is_in_step, off_levels, sync_of
from calibration.trouble import CalibrationTroubleError
from tests.calibration.small_bench import SmallBench

COARSE, MIDDLE, FINE = 6, 14, 20
"""Columns of 320, 20 and 2.5 projector pixels (numbers of the pattern; its inverse follows)."""
ROWS = 34
PAIRS = (COARSE, MIDDLE, FINE, ROWS)
Light = NDArray[np.float32]


@dataclass(frozen=True)
class Capture:
    """Clean light of some pictures, and a camera that develops them."""

    bench: SmallBench
    seen: dict[int, Light]

    def shot(self, light: Light, seed: int = 0) -> NDArray[np.uint8]:
        return self.bench.developed(light, np.random.default_rng(1000 + seed))

    def white_black(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        return self.shot(self.seen[0], 1), self.shot(self.seen[1], 2)

    def in_step(self, pattern: Light, inverse: Light) -> bool:
        return is_in_step(self.shot(pattern, 3), self.shot(inverse, 4), *self.white_black())


@pytest.fixture(scope="module")
def shares() -> dict[int, tuple[Light, Light]]:
    """For each picture used: its light on the bench, and the room's at the same strength."""
    bench = SmallBench(ambient=0.0, light=1.0)
    pictures = list(gray_pictures(bench.projector.size_wh))
    numbers = {0, 1, *PAIRS, *(number + 1 for number in PAIRS)}
    room = replace(bench, ambient=1.0).clean(pictures[1])
    return {number: (bench.clean(pictures[number]), room) for number in numbers}


def captured(
    shares: dict[int, tuple[Light, Light]],
    *,
    ambient: float = 0.3,
    noise: float = 1.5,
    gamma: float = 1.0,
    exposure: float = 1.0,
) -> Capture:
    bench = SmallBench(noise=noise, gamma=gamma)
    level = np.float32(exposure * 235.0 / (1.0 + ambient))
    seen = {
        number: (shown + np.float32(ambient) * room) * level
        for number, (shown, room) in shares.items()
    }
    return Capture(bench, seen)


LIGHTS = {
    "as usual": {},
    "a dark room": {"ambient": 0.0},
    "a camera with gamma": {"gamma": 2.2},
    "gamma in a dark room": {"ambient": 0.02, "gamma": 2.2},
    "a bright room": {"ambient": 4.0, "noise": 2.0},
    "a bright room and gamma": {"ambient": 4.0, "noise": 2.0, "gamma": 2.2},
    "sun on the bench": {"ambient": 8.0, "noise": 3.0},
    "much noise": {"noise": 12.0},
    "much noise in a bright room": {"ambient": 4.0, "noise": 12.0},
    "a clipped exposure": {"exposure": 1.9},
}


@pytest.mark.parametrize("light", LIGHTS)
def test_good_pairs_are_taken_and_spoilt_ones_are_not(
    light: str, shares: dict[int, tuple[Light, Light]]
) -> None:
    capture = captured(shares, **LIGHTS[light])
    wrong = []
    for number, before in zip(PAIRS, (ROWS, *PAIRS), strict=False):
        pattern, inverse = capture.seen[number], capture.seen[number + 1]
        earlier = capture.seen[before + 1]
        torn = pattern.copy()
        torn[:200] = earlier[:200]
        if not capture.in_step(pattern, inverse):
            wrong.append(f"{number}: a good pair was refused")
        for kind, spoilt in {"repeated": earlier, "torn": torn}.items():
            if capture.in_step(spoilt, inverse):
                wrong.append(f"{number}: {kind} was taken")
        if capture.in_step(pattern, pattern):
            wrong.append(f"{number}: the same frame twice was taken")
        if capture.in_step(pattern * np.float32(1.25), inverse):
            wrong.append(f"{number}: a gain step was taken")
    assert wrong == []


@pytest.mark.parametrize("light", ["as usual", "a camera with gamma", "a bright room"])
def test_blended_frames_are_refused(light: str, shares: dict[int, tuple[Light, Light]]) -> None:
    capture = captured(shares, **LIGHTS[light])
    for number, before in zip(PAIRS, (ROWS, *PAIRS), strict=False):
        blended = 0.6 * capture.seen[number] + 0.4 * capture.seen[before + 1]
        assert not capture.in_step(blended.astype(np.float32), capture.seen[number + 1])


def test_a_small_gain_step_is_found_when_the_gamma_is_known(
    shares: dict[int, tuple[Light, Light]],
) -> None:
    capture = captured(shares, gamma=2.2)
    white, black = capture.white_black()
    inverse = capture.shot(capture.seen[FINE + 1], 4)
    good = capture.shot(capture.seen[FINE], 3)
    stepped = capture.shot(capture.seen[FINE] * np.float32(1.15), 3)
    assert sync_of(good, inverse, white, black).gamma == pytest.approx(2.2, abs=0.21)
    assert is_in_step(good, inverse, white, black, gamma=2.2)
    assert not is_in_step(stepped, inverse, white, black, gamma=2.2)


def test_the_measure_can_be_told(shares: dict[int, tuple[Light, Light]]) -> None:
    capture = captured(shares)
    white, black = capture.white_black()
    pattern, inverse = (capture.shot(capture.seen[COARSE + n], 3 + n) for n in range(2))
    assert off_levels(pattern, inverse, white, black) < 3.4
    assert off_levels(pattern, pattern, white, black) > 60.0
    found = sync_of(pattern, inverse, white, black)
    assert found.beyond_noise_levels < 0.5
    assert found.noise_levels == pytest.approx(3.0, abs=0.4), "four pictures of 1.5 levels each"


def test_a_camera_that_sees_no_light_of_the_projector_is_told() -> None:
    dark = np.full((200, 300), 20, np.uint8)
    with pytest.raises(CalibrationTroubleError, match="does not see enough"):
        is_in_step(dark, dark, dark, dark)


def test_a_picture_that_is_all_clipped_is_told() -> None:
    full, black = np.full((200, 300), 255, np.uint8), np.full((200, 300), 90, np.uint8)
    with pytest.raises(CalibrationTroubleError, match="too bright"):
        is_in_step(full, full, full, black)
