"""Put in or taken out: told by how the place looks, whatever lies there already."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vision.filling import filled, off

SIDE = 30
PLACE = np.ones((SIDE, SIDE), np.bool_)
DIFFERS_BY = 12.0
PLAINLY = 45.0
Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]
Bgr = tuple[float, float, float]


@dataclass(frozen=True)
class Thing:
    """A rectangle of one colour: rows, columns, and the colour."""

    top: int
    left: int
    high: int
    wide: int
    bgr: Bgr

    def over(self, bench: Floats) -> Floats:
        shown = bench.copy()
        shown[self.top : self.top + self.high, self.left : self.left + self.wide] = self.bgr
        return shown


def bench_of(seed: int, mean: Bgr, strays: float) -> Floats:
    """A patterned bench: grains of any seed, about three pixels wide."""
    grains = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE)), (0, 0), 1.5)
    pattern = strays * grains / grains.std()
    return np.asarray(np.array(mean) + pattern[..., None], np.float64)


def pictured(shown: Floats, *, light: float = 1.0, noise: float = 0.7, seed: int = 1) -> Picture:
    """As the witness has it, in so much light: softened, with what noise the softening leaves."""
    soft = cv2.blur(shown * light, (3, 3))
    strays = np.random.default_rng(seed).normal(0, noise, shown.shape)
    return np.clip(soft + strays, 0, 255).astype(np.uint8)


WOOD = bench_of(2, (110.0, 140.0, 165.0), 6.0)
BLOCK = Thing(8, 6, 10, 9, (60.0, 40.0, 40.0))
COG = Thing(12, 19, 7, 7, (200.0, 190.0, 60.0))


def told(
    before: Floats, now: Floats, *earlier: Floats, noise: float = 0.7, seed: int = 0
) -> tuple[float, int]:
    """How full the place is now, and which earlier look it came nearest to."""
    present, kept, *looks = (
        pictured(one, noise=noise, seed=10 * seed + number)
        for number, one in enumerate((now, before, *earlier))
    )
    return filled(present, kept, looks, PLACE, differs_by=DIFFERS_BY)


levels = st.floats(40.0, 190.0)
things = st.builds(
    Thing,
    top=st.integers(3, 14),
    left=st.integers(3, 14),
    high=st.integers(5, 12),
    wide=st.integers(5, 12),
    bgr=st.tuples(levels, levels, levels),
)
benches = st.builds(
    bench_of,
    seed=st.integers(0, 1000),
    mean=st.tuples(levels, levels, levels),
    strays=st.floats(0.0, 8.0),
)
lights = st.floats(0.3, 1.3)
gains = st.floats(0.6, 1.6)


def differs_by(light: float) -> float:
    """As the witness has it in so much light."""
    return 0.8 * min(15.0, max(6.0, 15.0 * light))


@settings(deadline=None)
@given(bench=benches, thing=things, light=lights, gain=gains)
def test_putting_down_and_taking_out_are_opposite(
    bench: Floats, thing: Thing, light: float, gain: float
) -> None:
    """On any pattern, with anything that is plainly different, while the lamps change too."""
    with_thing, now = thing.over(bench), light * gain
    assume(np.abs(bench - thing.bgr).max(axis=2).min() > PLAINLY)
    assume(with_thing.max() * max(light, now) < 250.0)
    assume(bench.max() * max(light, now) < 250.0)
    by = differs_by(now)
    empty, full = (pictured(one, light=light, seed=2) for one in (bench, with_thing))
    first = pictured(bench, light=light, seed=3)
    put, _ = filled(pictured(with_thing, light=now), empty, [first], PLACE, differs_by=by)
    taken, _ = filled(pictured(bench, light=now), full, [first], PLACE, differs_by=by)
    assert put > 0.3
    assert taken < -0.3


@settings(deadline=None)
@given(bench=benches, light=lights, gain=st.floats(0.7, 1.4))
def test_where_nothing_has_changed_nothing_was_filled(
    bench: Floats, light: float, gain: float
) -> None:
    assume(bench.max() * light * max(1.0, gain) < 250.0)
    same = pictured(bench, light=light)
    again = pictured(bench, light=light * gain, seed=4)
    assert filled(again, same, [same], PLACE, differs_by=DIFFERS_BY) == (0.0, 0)


def test_what_lies_beside_does_not_matter() -> None:
    with_block = BLOCK.over(WOOD)
    assert told(with_block, COG.over(with_block), WOOD)[0] > 0.5
    assert told(COG.over(with_block), with_block, WOOD, with_block)[0] < -0.5


def test_a_lid_that_is_lifted_shows_the_look_before_it_was_put_on() -> None:
    """What comes to light is not the bare place, but the box that lay there before the lid."""
    box = Thing(8, 6, 14, 14, (60.0, 40.0, 40.0)).over(WOOD)
    with_lid = Thing(8, 6, 14, 14, (200.0, 190.0, 60.0)).over(WOOD)
    fuller, like = told(with_lid, box, WOOD, box)
    assert fuller < -0.3
    assert like == 1
    assert told(with_lid, box, WOOD)[0] > fuller + 0.5, "only the remembered look tells"


def test_the_outline_tells_when_no_earlier_look_is_known() -> None:
    """The station was started with a part in the jig: its first look is the full one."""
    with_block = BLOCK.over(WOOD)
    taken, put = told(with_block, WOOD, with_block)[0], told(WOOD, with_block, WOOD)[0]
    assert put > 0.6
    assert taken < 0.25


def test_the_look_that_comes_nearest_is_told_and_of_those_the_newest() -> None:
    """Where the cog was, the bare place and the one with the block beside it look alike."""
    with_block = BLOCK.over(WOOD)
    with_both = COG.over(with_block)
    fuller, like = told(with_both, WOOD, WOOD, with_block)
    assert fuller < -0.7
    assert like == 0
    for seed in range(10):
        again = told(with_both, with_block, WOOD, WOOD, with_block, noise=3.0, seed=seed)
        assert again[1] == 2


def test_a_thing_that_fills_the_whole_place_has_no_outline_and_is_told_all_the_same() -> None:
    """Half of it is another colour, so that it is no change of the light."""
    whole = np.full_like(WOOD, 40.0)
    whole[:, : SIDE // 2] = (200.0, 190.0, 60.0)
    assert told(WOOD, whole, WOOD)[0] > 0.3
    assert told(whole, WOOD, WOOD)[0] < -0.3


@settings(deadline=None)
@given(bench=benches, gain=st.tuples(*[st.floats(0.6, 1.4)] * 3))
def test_other_light_is_no_difference(bench: Floats, gain: Bgr) -> None:
    assume((bench * gain).max() < 250.0)
    apart = off(pictured(bench), pictured(bench * gain, seed=4), PLACE)
    assert apart.shape == (SIDE * SIDE,)
    assert apart.max() < DIFFERS_BY


def test_a_place_outside_the_picture_has_no_look() -> None:
    nowhere = np.zeros((SIDE, SIDE), np.bool_)
    assert off(pictured(WOOD), pictured(WOOD), nowhere).shape == (0,)
    assert filled(pictured(WOOD), pictured(WOOD), [], nowhere, differs_by=DIFFERS_BY) == (0.0, 0)
