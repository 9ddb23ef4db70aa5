"""New light on a place while a hand lies over most of it: what the bench learns there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vision.background import Background

Picture = NDArray[np.uint8]
HIGH_PX, WIDE_PX, RATE_HZ = 100, 140, 30.0
LINE_PX = 6
BENCH, HAND = (80, 100, 120), (40, 60, 150)
PLACE = (slice(20, 70), slice(40, 90))
ARM = (slice(26, HIGH_PX), slice(52, 86))
"""It comes in from the front and leaves a strip free on the left, within the place."""


class Desk:
    """Pictures of a place with a line of light round it, and an arm that comes and goes."""

    def __init__(self) -> None:
        self._grain = np.random.default_rng(5).normal(0.0, 0.5, (HIGH_PX, WIDE_PX, 3))
        self.background = Background(np.full((HIGH_PX, WIDE_PX), 255, np.uint8), line_px=LINE_PX)
        place = np.zeros((HIGH_PX, WIDE_PX), np.uint8)
        place[PLACE] = 255
        within = np.zeros_like(place)
        within[20 + LINE_PX : 70 - LINE_PX, 40 + LINE_PX : 90 - LINE_PX] = 255
        self._place, self._line = place, place - within
        self._number = 0

    def lights_up(self) -> None:
        """The station says that the place gets light, and a bright line round it."""
        until_s = self._number / RATE_HZ + 0.1
        self.background.freeze([self._place], [], self._line, until_s=until_s)

    def shows(
        self, *, arm: bool, gain: float = 1.0, line: float = 1.0, is_hand: bool = False
    ) -> float:
        """One picture. Gives the share of the place that counts as covered."""
        bench = np.full((HIGH_PX, WIDE_PX, 3), BENCH, np.float64)
        hand = np.zeros((HIGH_PX, WIDE_PX), np.bool_)
        if arm:
            hand[ARM] = True
            bench[hand] = HAND
        bench[self._place > 0] *= gain
        # Blue: what is only brighter or darker might be a shadow.
        bench[self._line > 0] *= (line / gain, 1.0, 1.0)
        small = np.clip(bench + self._grain, 0, 255).astype(np.uint8)
        mask = self.background.covered(small, at_s=self._number / RATE_HZ)
        self.background.learn(small, [], under_hands=[hand] if is_hand else [])
        self._number += 1
        return float((mask[PLACE] > 0).mean())


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    for _ in range(20):
        made.shows(arm=False)
    return made


def lit_under_an_arm(desk: Desk, *, is_hand: bool) -> tuple[float, float]:
    """The share covered after two seconds of a still arm in new light, and when it has gone."""
    for _ in range(5):
        desk.shows(arm=True, is_hand=is_hand)
    desk.lights_up()
    for _ in range(round(2 * RATE_HZ)):
        share = desk.shows(arm=True, gain=1.1, line=1.1, is_hand=is_hand)
    return share, desk.shows(arm=False, gain=1.1, line=1.1)


def test_a_recognised_hand_that_a_line_cuts_from_its_arm_is_not_learned(desk: Desk) -> None:
    """Run 9 of the twin: its hand became part of the box."""
    share, bare = lit_under_an_arm(desk, is_hand=True)
    assert share > 0.4
    assert bare < 0.05


def test_what_nobody_takes_for_a_hand_is_learned_for_it_may_be_a_part(desk: Desk) -> None:
    share, _ = lit_under_an_arm(desk, is_hand=False)
    assert share < 0.05


def test_a_bright_line_is_no_measure_of_the_light_beside_it(desk: Desk) -> None:
    for _ in range(5):
        desk.shows(arm=True, is_hand=True)
    desk.lights_up()
    for _ in range(15):
        desk.shows(arm=True, gain=1.02, line=1.6, is_hand=True)
    assert desk.shows(arm=False, gain=1.02, line=1.6) < 0.05
