"""How the light of one area is followed while something lies over most of it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vision.lit_area import FREE_SHARE, LitArea

Picture = NDArray[np.uint8]
SIZE_PX = 60
AREA = np.full((SIZE_PX, SIZE_PX), 255, np.uint8)
NO_LINES = np.zeros_like(AREA)


def plain(level: float) -> Picture:
    return np.full((SIZE_PX, SIZE_PX, 3), level, np.uint8)


def covered_but_for(rows: int) -> Picture:
    """Something covers all of the area but its first rows."""
    covered = AREA.copy()
    covered[:rows] = 0
    return covered


def followed(seen: Picture, covered: Picture, area: LitArea | None = None) -> float:
    """The light in the middle of the area, which was 100 before."""
    lit = plain(100)
    (area or LitArea(AREA, NO_LINES)).follow(seen, lit, covered)
    return float(lit[SIZE_PX // 2, SIZE_PX // 2, 0])


@given(st.integers(60, 180))
def test_light_is_followed_where_most_of_the_area_is_free(level: int) -> None:
    assert abs(followed(plain(level), covered_but_for(SIZE_PX * 2 // 3)) - level) <= 1


@given(st.integers(1, int(FREE_SHARE * SIZE_PX) - 1), st.integers(110, 200))
def test_what_is_left_free_beside_an_arm_is_no_measure_of_the_light_under_it(
    rows: int, level: int
) -> None:
    """Run 9 of the twin: the glow of the line round a box was taken for light on all of it."""
    seen = plain(100)
    seen[:rows] = level
    assert followed(seen, covered_but_for(rows)) == 100.0


def test_light_that_was_learned_is_not_added_again() -> None:
    area = LitArea(AREA, NO_LINES)
    assert followed(plain(150), NO_LINES, area) > 145.0
    area.is_learned()
    assert followed(plain(150), AREA, area) == 100.0
