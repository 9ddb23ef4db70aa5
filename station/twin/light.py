"""The projector's light on its way: pictures handed over now, on the bench a little later."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

RectPx = tuple[int, int, int, int]
"""Left, top, width, height in projector pixels."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Patch:
    """A piece of picture that is on its way to the bench."""

    lands_s: float
    left: int
    top: int
    light: NDArray[np.uint8]


class Light:
    """What the projector throws on the bench.

    One thread hands pictures over, another lets them land; a lock stands between.

    Attributes:
        picture: Shape (height, width, 3), uint8: what is thrown now, in projector pixels; for a
            grey one shape (height, width).
    """

    def __init__(self, size_px: tuple[int, int], *, grey: bool = False) -> None:
        """Begin dark.

        Args:
            size_px: Width and height of the projector's picture.
            grey: Only how green pictures are is looked at, which is all there is to grey ones.
        """
        wide, tall = size_px
        self._grey = grey
        self.picture = np.zeros((tall, wide) if grey else (tall, wide, 3), np.uint8)
        self._waiting: deque[_Patch] = deque()
        self._lock = threading.Lock()

    def hand_over(
        self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx], lands_s: float
    ) -> None:
        """Take the changed areas of a picture; they land at `lands_s` on the twin's clock.

        Raises:
            ValueError: The picture is not of the projector's size.
        """
        if picture_bgrx.shape[:2] != self.picture.shape[:2]:
            tall, wide = self.picture.shape[:2]
            got = f"{picture_bgrx.shape[1]} x {picture_bgrx.shape[0]}"
            raise ValueError(f"the twin's projector shows {wide} x {tall} pixels, not {got}")
        tall, wide = self.picture.shape[:2]
        patches = []
        for left, top, across, down in changed_px:
            x0, y0 = max(0, left), max(0, top)
            x1, y1 = min(wide, left + across), min(tall, top + down)
            if x0 < x1 and y0 < y1:
                piece = self._copied(picture_bgrx[y0:y1, x0:x1])
                patches.append(_Patch(lands_s=lands_s, left=x0, top=y0, light=piece))
        with self._lock:
            self._waiting.extend(patches)

    def go_dark(self, lands_s: float) -> None:
        """Throw no light at all from `lands_s` on."""
        patch = _Patch(lands_s=lands_s, left=0, top=0, light=np.zeros_like(self.picture))
        with self._lock:
            self._waiting.append(patch)

    def land(self, now_s: float) -> list[RectPx]:
        """Let everything land that is due, oldest first. Gives the areas that changed."""
        due = []
        with self._lock:
            while self._waiting and self._waiting[0].lands_s <= now_s:
                due.append(self._waiting.popleft())
        changed = []
        for patch in due:
            down, across = patch.light.shape[:2]
            rows = slice(patch.top, patch.top + down)
            self.picture[rows, patch.left : patch.left + across] = patch.light
            changed.append((patch.left, patch.top, across, down))
        return changed

    def next_lands_s(self, until_s: float) -> float | None:
        """When the next light lands, if that is no later than `until_s`."""
        with self._lock:
            lands_s = self._waiting[0].lands_s if self._waiting else None
        return lands_s if lands_s is not None and lands_s <= until_s else None

    def _copied(self, piece_bgrx: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self._grey:
            return np.asarray(cv2.extractChannel(piece_bgrx, 1), np.uint8)
        return np.asarray(cv2.cvtColor(piece_bgrx, cv2.COLOR_BGRA2BGR), np.uint8)
