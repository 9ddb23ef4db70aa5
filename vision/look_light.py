"""Takes the light off a picture: as if it had been taken under the light of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Soft = NDArray[np.float32]

STRIDE_PX = 3
"""Every third pixel of a softened picture says what all say."""
TURNS = 3
"""Rounds in which pixels that do not follow the light lose their weight."""
DARKEST = 0.02
"""A picture with less than a fiftieth of the light is black."""
FLARE = 40.0
"""Grey levels of the constant term, so that its size is like that of the others."""
WORTH = np.diag([0.0, 0.002, 0.002, 0.006]).astype(np.float32)
"""What a slope of the light and flare must explain, as shares of what plain brightness does."""
WHITE = 253.0
"""What is as bright as this in a softened picture is clipped."""
LOWEST, HIGHEST = -40.0, 340.0
"""Noise in the dark says nothing below black."""
LEVELS = 2.0
"""Pixels this far off always count: the noise of a camera after softening."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lit:
    """A picture under the reference's light.

    Attributes:
        soft: Shape (height, width, 3), float32, grey levels of the reference.
        white: The same shape: brighter than this nothing can be seen, because the camera clips.
        off: Median distance of its pixels from the reference, grey levels.
        gain: How much light it had against the reference.
    """

    soft: Soft
    white: Soft
    off: float
    gain: float


class LightOf:
    """The light of one reference picture.

    For each colour, picture = (a + b x + c y) * reference + d: a lamp of another colour and
    brightness, that shines more from one side, and flare (or a black level) on top.
    """

    def __init__(self, reference: Soft, stable: NDArray[np.bool_]) -> None:
        """Keep what is needed of the reference.

        Args:
            reference: Shape (height, width, 3), float32.
            stable: Shape (height, width), where pictures of the same place agree.
        """
        height, width = stable.shape
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self._across = (columns - (width - 1) / 2.0) / width
        self._down = (rows - (height - 1) / 2.0) / width
        sparse = np.zeros_like(stable)
        sparse[STRIDE_PX // 2 :: STRIDE_PX, STRIDE_PX // 2 :: STRIDE_PX] = True
        self._taken = np.flatnonzero(sparse & stable)
        across, down = self._across.ravel()[self._taken], self._down.ravel()[self._taken]
        flare = np.full_like(across, FLARE)
        seen = reference.reshape(-1, 3)[self._taken].T
        self._terms = np.stack([np.stack([s, across * s, down * s, flare], axis=1) for s in seen])

    def taken_off(self, picture: Soft) -> Lit:
        """The picture under the reference's light.

        Args:
            picture: Shape (height, width, 3), float32, the same place.
        """
        seen = picture.reshape(-1, 3)[self._taken].T
        gains = np.maximum(np.median(seen / (self._terms[:, :, 0] + 1.0), axis=1), DARKEST)
        terms = np.concatenate([gains[:, None], np.zeros((3, 3))], axis=1).astype(np.float32)
        for _ in range(TURNS):
            off2 = self._off2(terms, seen)
            within2 = 1.5 * np.median(off2) + LEVELS**2
            weights = np.square(within2 / (within2 + off2))
            terms = self._fitted(seen, weights)
        off = float(np.sqrt(np.median(self._off2(terms, seen))))
        flat, white = np.empty_like(picture), np.empty_like(picture)
        for colour, (plain, across, down, flare) in enumerate(terms.tolist()):
            light = np.maximum(plain + across * self._across + down * self._down, DARKEST)
            flat[..., colour] = (picture[..., colour] - flare * FLARE) / light
            white[..., colour] = (WHITE - flare * FLARE) / light
        gain = max(float(terms[:, 0].mean()), DARKEST)
        return Lit(soft=np.clip(flat, LOWEST, HIGHEST, out=flat), white=white, off=off, gain=gain)

    def _off2(self, terms: NDArray[np.float32], seen: Soft) -> NDArray[np.float32]:
        expected = (self._terms @ terms[:, :, None])[:, :, 0]
        off = (seen - expected) / np.maximum(terms[:, :1], DARKEST)
        return np.asarray(np.einsum("cn,cn->n", off, off), np.float32)

    def _fitted(self, seen: Soft, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Weighted least squares, in which a slope or flare must be worth its while."""
        weighted = (self._terms * weights[:, None]).transpose(0, 2, 1)
        normal = weighted @ self._terms
        normal += normal[:, :1, :1] * WORTH + np.eye(4, dtype=np.float32) * 1e-3
        return np.asarray(np.linalg.solve(normal, weighted @ seen[:, :, None])[:, :, 0], np.float32)
