"""The house's own order of pictures: drawn, named, sorted and decoded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.graycode import decode, pictures_for, stack_in_opencv_order, stack_in_our_order
from calibration.patterns import gray_pictures, picture_names


def test_white_and_black_come_first_and_each_pattern_is_followed_by_its_inverse() -> None:
    white, black, *pairs = gray_pictures((20, 12))
    assert white.shape == (12, 20)
    assert (white == 255).all()
    assert not black.any()
    for pattern, inverse in zip(pairs[::2], pairs[1::2], strict=True):
        assert (pattern + inverse == 255).all()
    halves = [pair[0, 0] != pair[0, -1] for pair in pairs[:2]]
    assert halves == [True, True], "the widest stripes of the columns come first"


@given(st.integers(2, 70), st.integers(2, 70))
def test_every_pixel_of_the_projector_is_found_again(wide: int, tall: int) -> None:
    stack = stack_in_our_order(list(gray_pictures((wide, tall))), (wide, tall))
    found = decode(stack)
    assert found.known.all()
    ys, xs = np.mgrid[0:tall, 0:wide]
    assert np.abs(found.proj_px - np.stack([xs, ys])).max() <= 0.5


def test_our_order_is_opencvs_with_white_and_black_moved_to_the_front() -> None:
    ours = list(gray_pictures((33, 20)))
    one = stack_in_our_order(ours, (33, 20))
    other = stack_in_opencv_order([*ours[2:], *ours[:2]], (33, 20))
    assert (one.white == other.white).all()
    assert len(one.columns) == 6
    assert len(one.rows) == 5
    for mine, theirs in zip(one.columns + one.rows, other.columns + other.rows, strict=True):
        assert (mine[0] == theirs[0]).all()


def test_a_picture_that_is_missing_is_told() -> None:
    pictures = list(gray_pictures((16, 16)))[:-1]
    with pytest.raises(ValueError, match="need 18 pictures, got 17"):
        stack_in_our_order(pictures, (16, 16))


def test_names_sort_into_the_order_in_which_they_are_projected() -> None:
    names = picture_names((1280, 800))
    assert len(names) == pictures_for((1280, 800))
    assert list(names) == sorted(names)
    assert names[:4] == (
        "00_white.png",
        "01_black.png",
        "02_column_bit_10.png",
        "03_column_bit_10_inverse.png",
    )
    assert names[-1] == "43_row_bit_0_inverse.png"
