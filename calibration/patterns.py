"""The pictures that a full calibration projects, in the house's own order, and their file names.

White and black come first: they show whether the light is seen at all before the long part begins.
Then each stripe pattern with its inverse: columns, then rows, the widest stripes first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calibration.graycode import Grey, bits_for

LIT = 255


def gray_pictures(projector_wh: tuple[int, int]) -> Iterator[Grey]:
    """Draw all pictures of one capture, one after the other.

    Args:
        projector_wh: Width and height of the projector's picture, pixels.

    Yields:
        Shape (height, width), uint8, 0 or 255; the caller may keep and change each.
    """
    wide, tall = projector_wh
    yield np.full((tall, wide), LIT, np.uint8)
    yield np.zeros((tall, wide), np.uint8)
    for stripes in _stripes(wide):
        pattern = np.repeat(stripes[None, :], tall, axis=0)
        yield pattern
        yield LIT - pattern
    for stripes in _stripes(tall):
        pattern = np.repeat(stripes[:, None], wide, axis=1)
        yield pattern
        yield LIT - pattern


def picture_names(projector_wh: tuple[int, int]) -> tuple[str, ...]:
    """File names for `gray_pictures`, in the same order; sorted by name they stay in it."""
    words = ["white", "black"]
    for axis, size_px in zip(("column", "row"), projector_wh, strict=True):
        for bit in reversed(range(bits_for(size_px))):
            words += [f"{axis}_bit_{bit}", f"{axis}_bit_{bit}_inverse"]
    return tuple(f"{number:02d}_{word}.png" for number, word in enumerate(words))


def _stripes(size_px: int) -> Iterator[Grey]:
    """One line of each pattern, shape (size_px,): the bits of the gray code, highest first."""
    places = np.arange(size_px)
    code = places ^ (places >> 1)
    for bit in reversed(range(bits_for(size_px))):
        yield ((code >> bit & 1) * LIT).astype(np.uint8)
