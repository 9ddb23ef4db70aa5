"""Gray code: which projector pixel lights each camera pixel, from pictures of projected stripes.

A pixel centre lies at an integer coordinate, in the camera and in the projector: the stripe of
projector column 5 reaches from 4.5 to 5.5 and its centre is 5.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""Shape (height, width), uint8: one grey picture of the camera."""
Pair = tuple[Grey, Grey]
"""A stripe pattern and its inverse, as the camera saw them."""
Mask = NDArray[np.bool_]
"""Shape (height, width), bool: one answer for each camera pixel."""

UNRELIABLE_PLANES = 3
"""The finest planes are blurred by the lenses; where they are doubtful the code is a pixel off, no
more. To demand them loses 5 % of the picture (coverage 94 % instead of 99 % on the twin)."""
LIT_SHARE = 0.2
"""Lit is where the projector adds this share of what it adds at the brightest places. Black ink on
the printed boards reaches 0.08, paper 0.6 and more."""
LEAST_LIT_LEVELS = 12
"""Below this many grey levels noise and JPEG (2 to 3 levels) drown the stripes."""
DOUBTFUL_LEVELS = 1
"""A pattern and its inverse that differ by less than this say nothing."""
STRIP_ROWS = 64
"""Rows decoded in one go: all that is touched then fits into a core's cache."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stack:
    """All pictures of one gray-code capture, of one size.

    Attributes:
        columns: Pairs for the projector's columns, the most significant bit first.
        rows: Pairs for the projector's rows, the most significant bit first.
        white: The projector all white.
        black: The projector all black.
        projector_wh: Width and height of the projector's picture, pixels.
    """

    columns: tuple[Pair, ...]
    rows: tuple[Pair, ...]
    white: Grey
    black: Grey
    projector_wh: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decoded:
    """Where in the projector's picture the light of each camera pixel comes from.

    Attributes:
        proj_px: Shape (2, height, width), float32: x and y in projector pixels, to a fraction of
            a pixel. NaN where nothing was decoded.
        lit: Where the projector's light arrives with enough strength.
        known: Where it was decoded; only where it is lit.
    """

    proj_px: NDArray[np.float32]
    lit: Mask
    known: Mask

    def known_share_of_lit(self, within: Mask | None = None) -> float:
        """Share of the lit pixels that were decoded, 0 to 1; of those `within` if given."""
        lit = self.lit if within is None else self.lit & within
        return float(int((self.known & lit).sum()) / max(1, int(lit.sum())))


def bits_for(size_px: int) -> int:
    """How many stripe patterns tell `size_px` columns or rows apart."""
    return max(1, (size_px - 1).bit_length())


def pictures_for(projector_wh: tuple[int, int]) -> int:
    """How many pictures a capture has: each pattern with its inverse, white and black."""
    return 2 * (bits_for(projector_wh[0]) + bits_for(projector_wh[1])) + 2


def stack_in_opencv_order(pictures: list[Grey], projector_wh: tuple[int, int]) -> Stack:
    """Sort pictures in the order of OpenCV's `GrayCodePattern`.

    Columns and then rows, each with the most significant bit first and each pattern followed by
    its inverse; then white, then black.

    Raises:
        ValueError: Another number of pictures than `projector_wh` needs.
    """
    if len(pictures) != pictures_for(projector_wh):
        raise ValueError(f"need {pictures_for(projector_wh)} pictures, got {len(pictures)}")
    pairs = tuple(zip(pictures[0:-2:2], pictures[1:-2:2], strict=True))
    for_columns = bits_for(projector_wh[0])
    return Stack(
        columns=pairs[:for_columns],
        rows=pairs[for_columns:],
        white=pictures[-2],
        black=pictures[-1],
        projector_wh=projector_wh,
    )


def stack_in_our_order(pictures: list[Grey], projector_wh: tuple[int, int]) -> Stack:
    """Sort pictures in the order of `calibration.patterns.gray_pictures`.

    White, then black; then columns and rows, each with the most significant bit first and each
    pattern followed by its inverse.

    Raises:
        ValueError: Another number of pictures than `projector_wh` needs.
    """
    return stack_in_opencv_order([*pictures[2:], *pictures[:2]], projector_wh)


def decode(stack: Stack) -> Decoded:
    """Find the projector pixel of each camera pixel.

    Only the sign of pattern minus inverse is read, so texture, ambient light and the strength of
    the light cancel. Codes beyond the projector's picture are not taken as known.
    """
    height, width = stack.white.shape
    proj_px = np.empty((2, height, width), np.float32)
    known = np.empty((height, width), np.bool_)
    added = np.asarray(cv2.subtract(stack.white, stack.black), np.uint8)
    lit = added >= _lit_from(added)
    for top in range(0, height, STRIP_ROWS):
        strip = slice(top, top + STRIP_ROWS)
        sure = lit[strip]
        for axis, pairs in enumerate((stack.columns, stack.rows)):
            cut = [(pattern[strip], inverse[strip]) for pattern, inverse in pairs]
            place, is_sure = _places(cut, stack.projector_wh[axis])
            proj_px[axis, strip] = place
            sure = sure & is_sure
        np.copyto(proj_px[:, strip], np.float32(nan), where=~sure)
        known[strip] = sure
    return Decoded(proj_px=proj_px, lit=lit, known=known)


def _lit_from(added: Grey) -> float:
    """From how many grey levels of added light on a pixel counts as lit."""
    counts = np.bincount(added[::4, ::4].ravel(), minlength=256).cumsum()
    brightest = int(np.searchsorted(counts, 0.99 * counts[-1]))
    return max(LEAST_LIT_LEVELS, LIT_SHARE * brightest)


def _places(pairs: list[Pair], size_px: int) -> tuple[NDArray[np.float32], Mask]:
    """Decode one axis of a strip: projector coordinate, and where it can be believed.

    Neighbouring stripes differ in one bit, so on a border one plane is doubtful and either answer
    is right to half a pixel. Two doubtful planes among the coarse ones are no border: nothing is
    known there.
    """
    shape = pairs[0][0].shape
    bit, high, low = (np.zeros(shape, np.uint8) for _ in range(3))
    first, second = (np.full(shape, 255, np.uint8) for _ in range(2))
    finest = np.zeros(shape, np.uint8)
    coarse = max(1, len(pairs) - UNRELIABLE_PLANES)
    for index, (pattern, inverse) in enumerate(pairs):
        np.bitwise_xor(bit, cv2.compare(pattern, inverse, cv2.CMP_GT), out=bit)
        weight = len(pairs) - 1 - index
        byte = high if weight >= 8 else low  # noqa: PLR2004 - bits of a byte
        np.bitwise_or(byte, bit & np.uint8(1 << weight % 8), out=byte)
        finest = np.asarray(cv2.absdiff(pattern, inverse), np.uint8)
        if index < coarse:
            np.minimum(second, np.maximum(first, finest), out=second)
        if index < len(pairs) - 1:
            np.minimum(first, finest, out=first)
    code = (high.astype(np.uint16) << 8) | low
    is_sure = (second >= DOUBTFUL_LEVELS) & (code < size_px)
    return code + _within_stripe(low, to_finest=finest, to_other=first), is_sure


def _within_stripe(code: Grey, *, to_finest: Grey, to_other: Grey) -> NDArray[np.float32]:
    """How far from the centre of its stripe a camera pixel lies, -0.5 to 0.5 projector pixels.

    One border of each stripe is a border of the finest plane (right of even columns, left of odd
    ones), the other border is one of a coarser plane. The lenses blur the stripes, so the contrast
    of pattern and inverse falls towards a border; the ratio of the two contrasts gives the place.
    On the real captures this takes the residual of a plane from 0.44 to 0.19 pixels rms; whole
    columns and rows alone cannot be better than 0.41 (two axes of 1/sqrt(12)).
    """
    difference = cv2.subtract(to_other, to_finest, dtype=cv2.CV_32F)
    total = cv2.add(to_other, to_finest, dtype=cv2.CV_32F)
    towards = difference / np.maximum(total, np.float32(1.0))
    return np.asarray(towards * (np.float32(0.5) - (code & 1)), np.float32)
