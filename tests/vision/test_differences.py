"""Where two pictures differ, and what of that is only a shadow or a trace."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from vision.differences import (
    above,
    apart,
    hanging_together,
    is_ghost,
    leave_out_shadows,
    middle,
)

HIGH, WIDE = 60, 80
Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

masks = arrays.arrays(np.uint8, (12, 16), elements=st.sampled_from([0, 0, 255]))


@settings(deadline=None)
@given(masks, masks)
def test_a_faint_piece_counts_as_a_whole_if_anything_in_it_is_plain(
    faint: NDArray[np.uint8], plain: NDArray[np.uint8]
) -> None:
    plain = np.minimum(plain, faint)
    found = hanging_together(faint, plain)
    count, pieces = cv2.connectedComponents(faint)
    for piece in range(1, count):
        inside = pieces == piece
        assert set(np.unique(found[inside])) == {255 if plain[inside].any() else 0}
    assert not found[faint == 0].any()


@settings(deadline=None)
@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 30), st.just(3)), elements=st.floats(0, 4, width=32)
    )
)
def test_the_middle_is_the_median(rows: NDArray[np.float32]) -> None:
    assert middle(rows) == pytest.approx(np.median(rows, axis=0))


def test_the_colour_that_differs_most_tells() -> None:
    one = np.full((2, 2, 3), 100, np.uint8)
    other = one.copy()
    other[0, 0] = (103, 80, 101)
    assert apart(one, other).tolist() == [[20, 0], [0, 0]]
    assert above(apart(one, other), 19.5).tolist() == [[255, 0], [0, 0]]
    assert not above(apart(one, other), 20.0).any()


def bench_of(strays: float, *, mean: float = 100.0, seed: int = 5) -> Floats:
    """A bench whose pattern has grains of three pixels and strays so far from its mean."""
    grains = np.random.default_rng(seed).normal(0, 1, (HIGH // 3, WIDE // 3 + 1))
    pattern = np.kron(grains, np.ones((3, 3)))[:HIGH, :WIDE, None]
    return np.clip(mean + strays * pattern * np.ones(3), 5, 250)


def pictured(bench: Floats, *, noise: float = 0.7, seed: int = 6) -> Picture:
    """As the witness has it: softened, with what noise the softening leaves."""
    soft = cv2.blur(bench, (3, 3)) + np.random.default_rng(seed).normal(0, noise, bench.shape)
    return np.clip(soft, 0, 255).astype(np.uint8)


def left_of(bench: Floats, covered: Floats) -> float:
    """The share of the picture that still counts when shadows have been left out."""
    bare = pictured(bench, seed=8).astype(np.float32)
    mask = np.full((HIGH, WIDE), 255, np.uint8)
    leave_out_shadows(mask, pictured(covered), cv2.convertScaleAbs(bare))
    return float((mask[5:-5, 5:-5] > 0).mean())


@pytest.mark.parametrize("strays", [0.0, 5.0, 25.0])
@pytest.mark.parametrize("leaves", [0.7, 0.85])
def test_a_shadow_is_left_out_over_any_pattern(strays: float, leaves: float) -> None:
    bench = bench_of(strays)
    assert left_of(bench, leaves * bench) < 0.05


def test_a_grey_glove_over_parts_is_no_shadow_for_it_hides_their_pattern() -> None:
    """Over a plain mat of that grey it is one, as far as anybody can tell."""
    glove = bench_of(0.0, mean=72.0)
    assert left_of(bench_of(25.0), glove) > 0.75
    assert left_of(bench_of(0.0), glove) < 0.05


def test_what_is_darker_and_of_another_colour_is_no_shadow() -> None:
    bench = bench_of(5.0)
    assert left_of(bench, bench * (0.9, 0.75, 0.62)) > 0.9


def test_where_an_arm_was_learned_and_has_gone_there_is_only_its_ghost() -> None:
    bare = bench_of(5.0)
    arm = np.zeros((HIGH, WIDE), np.bool_)
    arm[20:, 30:45] = True
    with_arm = bare.copy()
    with_arm[arm] = (150, 60, 20)
    lies = np.ones((HIGH, WIDE), np.bool_)
    assert is_ghost(arm, lies, pictured(bare), pictured(with_arm))
    assert not is_ghost(arm, lies, pictured(with_arm), pictured(bare))
    assert not is_ghost(arm, ~arm, pictured(bare), pictured(with_arm)), "a ghost does not move"
