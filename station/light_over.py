"""A layer of the station's own light over the worker's: marks for measuring, for a moment."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey
from projector.screen import RectPx, Screen

Picture = NDArray[np.uint8]


class LightOver:
    """Passes the worker's light on, and lays other light over parts of it. A `Screen`.

    Within its parts the layer stands instead of the worker's light: then the worker's cannot
    clip what is measured, nor change between two frames.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._below: Picture | None = None
        self._layer: Picture | None = None
        self._parts: tuple[RectPx, ...] = ()
        self._mixed: Picture | None = None

    def put(self, picture_bgrx: Picture, changed_px: Sequence[RectPx]) -> None:
        """Show the worker's light, under the layer if there is one."""
        # The renderer gives the same array each time; it is looked at again when the layer changes
        # between two turns.
        self._below = picture_bgrx
        if self._layer is None:
            self._screen.put(picture_bgrx, changed_px)
            return
        self._mix(changed_px)

    def lay(self, layer: Grey, parts_px: Sequence[RectPx]) -> None:
        """Lay light over these parts, at once.

        Args:
            layer: Shape (height, width), uint8, of the projector's size.
            parts_px: Where it stands instead of the worker's light.
        """
        if self._below is None:
            return
        self._layer = np.asarray(cv2.cvtColor(layer, cv2.COLOR_GRAY2BGRA), np.uint8)
        before, self._parts = self._parts, tuple(parts_px)
        if self._mixed is None:
            self._mixed = self._below.copy()
        self._mix([*before, *self._parts])

    def lift(self) -> None:
        """Take the layer away: the worker's light is whole again, at once."""
        if self._layer is None or self._below is None:
            return
        parts, self._parts = self._parts, ()
        self._layer = self._mixed = None
        self._screen.put(self._below, parts)

    def close(self) -> None:
        """Close the screen beneath."""
        self._screen.close()

    def _mix(self, changed_px: Sequence[RectPx]) -> None:
        below, layer, mixed = self._below, self._layer, self._mixed
        if below is None or layer is None or mixed is None:
            return
        for rect in changed_px:
            area = _area(rect)
            mixed[area] = below[area]
        for part in self._parts:
            area = _area(part)
            mixed[area] = layer[area]
        self._screen.put(mixed, changed_px)


def _area(rect: RectPx) -> tuple[slice, slice]:
    left, top, width, height = rect
    return slice(top, top + height), slice(left, left + width)
