"""How far two softened pictures of one place are apart, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Soft = NDArray[np.float32]
    Mask = NDArray[np.bool_]

BRIGHT = 200.0
"""Looks are compared in the light under which the brightest twentieth of the place has this grey
level, so that limits mean the same in dark rooms."""
MOST_GAIN = 6.0
DARK_TONE = 80.0
"""Darker than this in good light is dark; from there to twice that it fades out."""


def apart(one: Soft, other: Soft) -> Soft:
    """How far two softened pictures are apart at each pixel, whatever moved by a pixel.

    A pixel counts as explained when one nearby in the other picture is like it, both ways round:
    edges that lie a little off, and the sides of raised parts, are no difference.
    """
    one = np.asarray(cv2.blur(one, (3, 3)), np.float32)
    other = np.asarray(cv2.blur(other, (3, 3)), np.float32)
    high, wide = one.shape[:2]
    framed = cv2.copyMakeBorder(other, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    there = np.full((high, wide), np.inf, np.float32)
    back = np.full((high + 2, wide + 2), np.inf, np.float32)
    for down in range(3):
        for across in range(3):
            off = one - framed[down : down + high, across : across + wide]
            off2 = np.einsum("ijc,ijc->ij", off, off)
            np.minimum(there, off2, out=there)
            seen = back[down : down + high, across : across + wide]
            np.minimum(seen, off2, out=seen)
    return np.asarray(np.sqrt(np.maximum(there, back[1:-1, 1:-1])), np.float32)


def strays(off: Soft, inside: Mask, level: float) -> float:
    """The worst of what lies where nothing should differ, and does not come in from the edge.

    What comes in from the edge is a hand or a sleeve.
    """
    marked = (off > level).astype(np.uint8)
    if not marked.any():
        return float(off.max(initial=0.0))
    edge = inside & ~shrunk(inside, 2)
    labels = np.asarray(cv2.connectedComponents(marked)[1], np.int32)
    from_edge = np.unique(labels[edge])
    own = ~np.isin(labels, from_edge[from_edge > 0])
    return float(off[own].max(initial=0.0))


def in_good_light(softs: list[Soft]) -> list[Soft]:
    """As if the first had been taken in good light, and the others beside it."""
    bright = float(np.percentile(softs[0].max(axis=2), 95))
    gain = min(MOST_GAIN, BRIGHT / max(bright, 1.0))
    return [soft * np.float32(gain) for soft in softs]


def half_grey(soft: Soft) -> Soft:
    """Grey, at half the size: shape (height // 2, width // 2, 1)."""
    return np.asarray(cv2.cvtColor(halved(soft), cv2.COLOR_BGR2GRAY), np.float32)[..., None]


def halved(soft: Soft) -> Soft:
    """At half the size: shape (height // 2, width // 2, C)."""
    high, wide = soft.shape[0] // 2, soft.shape[1] // 2
    even = np.ascontiguousarray(soft[: 2 * high, : 2 * wide])
    half = cv2.resize(even, (wide, high), interpolation=cv2.INTER_AREA)
    return np.asarray(half, np.float32).reshape(high, wide, -1)


def grown(mask: Mask, by_px: int) -> Mask:
    """With a border of so many pixels added."""
    kernel = np.ones((2 * by_px + 1, 2 * by_px + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), np.uint8) > 0


def shrunk(mask: Mask, by_px: int) -> Mask:
    """With a rim of so many pixels taken off."""
    kernel = np.ones((2 * by_px + 1, 2 * by_px + 1), np.uint8)
    return np.asarray(cv2.erode(mask.astype(np.uint8), kernel), np.uint8) > 0


def in_dark_tones(here: Soft, look: Soft, among: Mask, most: float) -> Soft:
    """A picture with its dark tones brought to those of a look, as far as they can be mistaken.

    What is dark in a dark picture is a few levels of the camera, which crushes and smooths there:
    all of it is off by the same then. A part that is missing is off by more, and by itself.

    Args:
        here: Shape (height, width, 3).
        look: The same shape.
        among: Shape (height, width), where they are compared.
        most: So many grey levels can be mistaken.
    """
    brought = here.copy()
    for colour in range(here.shape[2]):
        tone = look[..., colour]
        dark = among & (tone < DARK_TONE)
        if not dark.any():
            continue
        off = float(np.clip(np.median(here[..., colour][dark] - tone[dark]), -most, most))
        brought[..., colour] -= off * np.clip(2.0 - tone / DARK_TONE, 0.0, 1.0)
    return brought
