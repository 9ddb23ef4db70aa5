"""How a place has looked: what is remembered of it, visit by visit and light by light."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vision.looks import MOST_EARLIER, PlaceLook, looked, under_new_light
from vision.observations import LookSeen

SIDE = 40
MASK = np.ones((SIDE, SIDE), np.bool_)
Floats = NDArray[np.float64]
Bgr = tuple[float, float, float]


def bare_place() -> Floats:
    grains = cv2.GaussianBlur(np.random.default_rng(4).normal(0, 1, (SIDE, SIDE)), (0, 0), 1.5)
    wood = np.array([110.0, 140.0, 165.0])
    return np.asarray(wood + 6.0 * (grains / grains.std())[..., None], np.float64)


class Place:
    """A place with things on it, visited and lit: `looked` with a camera's noise."""

    def __init__(self) -> None:
        self.look = PlaceLook()
        self.shown = bare_place()
        self.light: Floats = np.ones((SIDE, SIDE, 3))
        self._before: list[Floats] = []
        self._at_s = 0.0
        self._rng = np.random.default_rng(9)
        self.passes(1.0)

    def passes(self, seconds: float, *, covered: float = 0.0) -> LookSeen | None:
        """Time goes by at 30 pictures a second; how the place looks then."""
        for _ in range(round(30 * seconds)):
            soft = cv2.blur(self.shown * self.light, (3, 3))
            soft += self._rng.normal(0, 0.7, soft.shape)
            patch = np.clip(soft, 0, 255).astype(np.uint8)
            self._at_s += 1 / 30
            self.look = looked(
                self.look, patch, MASK, covered=covered, at_s=self._at_s, differs_by=12.0
            )
        return self.look.seen

    def gets(self, bgr: Bgr, *, at: tuple[int, int], side: int = 10) -> LookSeen:
        """A hand puts a thing down."""
        self.passes(0.4, covered=0.5)
        self._before.append(self.shown.copy())
        top, left = at
        self.shown[top : top + side, left : left + side] = bgr
        return self._seen()

    def loses_the_last(self) -> LookSeen:
        """A hand takes away what was put down last."""
        self.passes(0.4, covered=0.5)
        self.shown = self._before.pop()
        return self._seen()

    def is_lit(self, light: Floats) -> None:
        """The station changes its light on the place."""
        self.look = under_new_light(self.look)
        self.light = light

    def _seen(self) -> LookSeen:
        seen = self.passes(0.2)
        assert seen is not None
        return seen


DARK, BLUE = (60.0, 40.0, 40.0), (210.0, 120.0, 50.0)
GREEN, WHITE = (50.0, 150.0, 50.0), (220.0, 225.0, 225.0)


def spot() -> Floats:
    """Light on one half of the place, four times the lamps' in its middle."""
    glow = np.zeros((SIDE, SIDE, 3))
    glow[:, : SIDE // 2] = (0.1, 0.5, 0.1)
    return np.asarray(1.0 + cv2.GaussianBlur(glow, (0, 0), 2), np.float64)


def test_boxes_in_boxes_come_out_as_they_went_in() -> None:
    """Each hides the one before: the bare place shows only at the very end."""
    place = Place()
    for side, bgr in ((22, DARK), (18, BLUE), (14, GREEN), (10, WHITE)):
        assert place.gets(bgr, at=(8, 8), side=side).fuller > 0.3
        place.passes(1.0)
    for _ in range(4):
        assert place.loses_the_last().fuller < -0.3
        place.passes(1.0)
    assert len(place.look.earlier) == 1


def test_what_was_put_beside_and_taken_away_leaves_what_is_under_the_lid_known() -> None:
    place = Place()
    place.gets(DARK, at=(6, 6), side=16)
    place.passes(1.0)
    place.gets(BLUE, at=(6, 6), side=16)
    place.passes(1.0)
    place.gets(DARK, at=(26, 26))
    place.passes(1.0)
    assert place.loses_the_last().fuller < -0.3
    place.passes(1.0)
    assert place.loses_the_last().fuller < -0.3


@pytest.mark.parametrize("waits_s", [0.0, 1.5])
def test_a_visit_is_remembered_once_whenever_the_light_changes_after_it(waits_s: float) -> None:
    place = Place()
    place.gets(DARK, at=(8, 8))
    place.passes(waits_s)
    place.is_lit(spot())
    assert len(place.look.earlier) == 2


def test_many_visits_do_not_fill_the_memory_and_the_first_look_stays() -> None:
    place = Place()
    first = place.look.earlier[0]
    for number in range(MOST_EARLIER + 3):
        bgr = DARK if number % 2 else BLUE
        place.gets(bgr, at=(3 + 12 * (number % 3), 3 + 12 * (number // 3)))
        place.passes(1.0)
    assert len(place.look.earlier) == MOST_EARLIER + 1
    assert place.look.earlier[0] is first


def test_what_is_remembered_is_carried_over_into_the_stations_new_light() -> None:
    """Half of the place is lit green. Evening out all of it would take the light for a thing."""
    place = Place()
    place.gets(DARK, at=(14, 14))
    place.passes(1.0)
    remembered = place.look.earlier[0].astype(float)
    place.is_lit(spot())
    place.passes(1.0)
    relit = place.look.earlier[0].astype(float)
    assert np.abs(relit - remembered * spot())[2:-2, :10].mean() < 6.0
    assert place.loses_the_last().fuller < -0.3


def test_a_hand_that_comes_while_the_light_changes_leaves_no_look_to_compare_with() -> None:
    place = Place()
    place.passes(0.3, covered=0.5)
    place.is_lit(spot())
    assert place.passes(0.3, covered=0.5) is None
    assert place.passes(0.3) is None


def test_a_hand_that_put_nothing_down_while_even_light_came_is_known_to_have_put_nothing() -> None:
    """Run 80 of the twin: it hesitated over the jig as the jig was lit, and a step was told."""
    place = Place()
    place.gets(DARK, at=(14, 14))
    place.passes(1.0)
    place.passes(0.3, covered=0.5)
    place.is_lit(np.full((SIDE, SIDE, 3), 1.25))
    place.passes(0.3, covered=0.5)
    seen = place.passes(0.3)
    assert seen is not None
    assert seen.changed < 0.1
    place.passes(1.0)
    assert place.loses_the_last().fuller < -0.3


@pytest.mark.parametrize("side", [10, 3])
def test_what_was_put_down_while_even_light_came_is_not_taken_for_light(side: int) -> None:
    """The small one is run 25: a dark lens in a dark torch."""
    place = Place()
    place.passes(0.3, covered=0.5)
    place.is_lit(np.full((SIDE, SIDE, 3), 1.25))
    place.shown[14 : 14 + side, 14 : 14 + side] = DARK
    place.passes(0.3, covered=0.5)
    assert place.passes(0.3) is None


def test_a_bare_place_under_new_light_is_carried_over_once() -> None:
    """Twice, and what is under a thing would be remembered half as bright again."""
    place = Place()
    place.gets(DARK, at=(14, 14))
    place.passes(1.0)
    remembered = place.look.earlier[0].astype(float)
    place.is_lit(np.full((SIDE, SIDE, 3), 1.25))
    assert place.passes(1.0) is None
    relit = place.look.earlier[0].astype(float)
    assert np.abs(relit - remembered * 1.25)[2:-2, 2:-2].mean() < 6.0


def test_a_visit_that_changed_nothing_is_not_remembered() -> None:
    place = Place()
    place.passes(0.4, covered=0.5)
    seen = place.passes(1.0)
    assert seen is not None
    assert seen.changed < 0.1
    assert len(place.look.earlier) == 1
