"""Takes the light off a picture: as if it had been taken under the light of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Soft = NDArray[np.float32]
    Mask = NDArray[np.bool_]

STRIDE_PX = 3
"""Every third pixel of a softened picture says what all say."""
TURNS = 4
"""Rounds in which pixels that do not follow the light lose their weight."""
DARKEST = 0.02
"""A picture with less than a fiftieth of the light is black."""
FLARE = 40.0
"""Grey levels of the constant term, so that its size is like that of the others."""
TONES = 128.0
"""Grey level about which the tone curve bends."""
WORTH = np.diag([0.0, 0.002, 0.002, 0.0003, 0.0003]).astype(np.float32)
"""What a slope of the light, flare and a bent tone curve must explain, as shares of what plain
brightness does."""
BRIGHTEST = 255.0
"""The tone curve is straight beyond this; nothing that was taught is brighter."""
NEARLY = 3.0
"""So near to white the softened picture has clipped pixels in it."""
LEAST_BENT, MOST_BENT = -0.3, 0.8
"""A tone curve rises everywhere."""
WHITE, BLACK = 253.0, 2.0
"""What is as bright or as dark as this in a softened picture is clipped."""
LOWEST, HIGHEST = -40.0, 340.0
"""Noise in the dark says nothing below black."""
LEVELS = 4.0
"""Pixels this far off always count: the noise of a camera after softening, in good light."""
SHADE_PX = 16.0
"""A shadow's edge is as soft as this or softer; what is smaller is a thing."""
SHADE_TURNS = 3
SHADE_SCALE = 3
"""Shadows are soft: a third of the size shows them."""
DARKEST_GREY = 8.0
DEEPEST = 0.7
"""Logarithm of the light in the deepest shadow and the brightest spot."""
ODD = 0.25
"""A pixel whose light is off by so much (logarithm) from that around it has half its weight."""
DARK = 50.0
"""Darker places say little about the light on them; grey levels in good light."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lit:
    """A picture under the reference's light.

    Attributes:
        soft: Shape (height, width, 3), float32, grey levels of the reference.
        white: The same shape: brighter than this nothing can be seen, because the camera clips.
        black: The same shape: and darker than this.
        off: Median distance of its pixels from the reference, grey levels.
        gain: How much light it had against the reference.
        shade: Shape (height, width), logarithm of what shadows were lightened by.
    """

    soft: Soft
    white: Soft
    black: Soft
    off: float
    gain: float
    shade: Soft


class LightOf:
    """The light of one reference picture.

    For each colour, reference = (a + b x + c y) * picture + d + e * bent(picture): a lamp of
    another colour and brightness, that shines more from one side; flare (or a black level); and
    another tone curve. Then shadows, in which all colours are dimmed alike.
    """

    def __init__(self, reference: Soft, stable: Mask) -> None:
        """Keep what is needed of the reference.

        Args:
            reference: Shape (height, width, 3), float32, in good light.
            stable: Shape (height, width), where pictures of the same place agree.
        """
        height, width = stable.shape
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self._across = (columns - (width - 1) / 2.0) / width
        self._down = (rows - (height - 1) / 2.0) / width
        sparse = np.zeros_like(stable)
        sparse[STRIDE_PX // 2 :: STRIDE_PX, STRIDE_PX // 2 :: STRIDE_PX] = True
        self._taken = np.flatnonzero(sparse & stable)
        self._ways = np.stack([self._across.ravel()[self._taken], self._down.ravel()[self._taken]])
        self._seen = np.ascontiguousarray(reference.reshape(-1, 3)[self._taken].T)
        size_wh = (width // SHADE_SCALE, height // SHADE_SCALE)
        grey = cv2.resize(reference.mean(axis=2), size_wh, interpolation=cv2.INTER_AREA)
        kept = cv2.resize(stable.astype(np.float32), size_wh, interpolation=cv2.INTER_AREA)
        self._small_grey = np.maximum(grey, DARKEST_GREY).astype(np.float32)
        self._says = (kept * np.clip(grey / DARK, 0.0, 2.0)).astype(np.float32)

    def taken_off(self, picture: Soft) -> Lit:
        """The picture under the reference's light.

        Args:
            picture: Shape (height, width, 3), float32, the same place.
        """
        seen = picture.reshape(-1, 3)[self._taken].T
        gains = np.median((self._seen + 1.0) / (seen + 1.0), axis=1)
        gains = np.minimum(gains, 1.0 / DARKEST).astype(np.float32)
        # Shadows first: under two lights at once, no one tone curve is right.
        seen_whole = (picture.max(axis=2) < WHITE - NEARLY).astype(np.float32)
        shade = self._shade(picture * gains, seen_whole)
        bright = picture * gains * np.exp(shade)[..., None]
        counts = seen_whole.ravel()[self._taken]
        curves, off = self._curves(bright.reshape(-1, 3)[self._taken].T, counts)
        flat = self._under(bright, curves)
        more = self._shade(flat, seen_whole)
        light = np.exp(more)[..., None].astype(np.float32)
        ends = np.exp(shade)[..., None] * gains
        gain = float(np.mean(1.0 / np.maximum(gains * curves[:, 0], DARKEST)))
        return Lit(
            soft=np.clip(flat * light, LOWEST, HIGHEST),
            white=self._under(WHITE * ends, curves) * light,
            black=self._under(BLACK * ends, curves) * light,
            off=off,
            gain=gain,
            shade=shade + more,
        )

    def _curves(self, bright: Soft, counts: NDArray[np.float32]) -> tuple[Soft, float]:
        """Each colour's tone curve, shape (3, 5), and how far off pixels then are.

        Args:
            bright: Shape (3, N), the pixels that are taken.
            counts: Shape (N,), 0 for those that are clipped.
        """
        terms = self._terms(bright)
        curves = np.zeros((3, 5), np.float32)
        curves[:, 0] = 1.0
        for _ in range(TURNS):
            off2 = self._off2(terms, curves)
            within2 = 1.5 * np.median(off2) + LEVELS**2
            curves = self._fitted(terms, counts * np.square(within2 / (within2 + off2)))
        return curves, float(np.sqrt(np.median(self._off2(terms, curves))))

    def _shade(self, flat: Soft, seen_whole: NDArray[np.float32]) -> Soft:
        """How much darker each place is than the light so far explains, shape (height, width)."""
        high, wide = flat.shape[:2]
        size_wh = (wide // SHADE_SCALE, high // SHADE_SCALE)
        grey = cv2.resize(flat.mean(axis=2), size_wh, interpolation=cv2.INTER_AREA)
        says = self._says * cv2.resize(seen_whole, size_wh, interpolation=cv2.INTER_AREA)
        ratio = np.log(self._small_grey / np.maximum(grey, DARKEST_GREY))
        shade = np.zeros_like(ratio)
        soft_px = SHADE_PX / SHADE_SCALE
        for _ in range(SHADE_TURNS):
            weights = says / (1.0 + np.square((ratio - shade) / ODD))
            total = cv2.GaussianBlur(weights, (0, 0), soft_px)
            shade = cv2.GaussianBlur(ratio * weights, (0, 0), soft_px) / (total + 0.02)
            shade = np.clip(shade, -DEEPEST, DEEPEST)
        return np.asarray(
            cv2.resize(shade, (wide, high), interpolation=cv2.INTER_LINEAR), np.float32
        )

    def _terms(self, bright: Soft) -> NDArray[np.float32]:
        across, down = self._ways
        flare = np.full_like(across, FLARE)
        return np.stack(
            [
                np.stack([each, across * each, down * each, flare, _bent(each)], axis=1)
                for each in bright
            ]
        )

    def _under(self, seen: Soft, curves: Soft) -> Soft:
        """Any picture, brought under the reference's light."""
        flat = np.empty((*self._across.shape, 3), np.float32)
        for colour, (plain, across, down, flare, bend) in enumerate(curves.tolist()):
            bright = seen[..., colour]
            light = np.maximum(plain + across * self._across + down * self._down, DARKEST)
            flat[..., colour] = bright * light + flare * FLARE + bend * _bent(bright)
        return np.clip(flat, LOWEST, HIGHEST, out=flat)

    def _off2(self, terms: NDArray[np.float32], curves: Soft) -> NDArray[np.float32]:
        off = self._seen - (terms @ curves[:, :, None])[:, :, 0]
        return np.asarray(np.einsum("cn,cn->n", off, off), np.float32)

    def _fitted(self, terms: NDArray[np.float32], weights: NDArray[np.float32]) -> Soft:
        """Weighted least squares, in which all but plain brightness must be worth its while."""
        weighted = (terms * weights[:, None]).transpose(0, 2, 1)
        normal = weighted @ terms
        normal += normal[:, :1, :1] * WORTH + np.eye(5, dtype=np.float32) * 1e-3
        found = np.linalg.solve(normal, weighted @ self._seen[:, :, None])
        curves = np.asarray(found[:, :, 0], np.float32)
        curves[:, 4] = np.clip(curves[:, 4], LEAST_BENT * curves[:, 0], MOST_BENT * curves[:, 0])
        return curves


def _bent(bright: Soft) -> Soft:
    """What is added to a straight tone curve to bend it: nothing at black and at `TONES`."""
    within = np.clip(bright, 0.0, BRIGHTEST)
    return np.asarray(within * (within - TONES) / TONES, np.float32)
