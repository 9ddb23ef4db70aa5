"""A screen that stays open when who borrowed it closes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from projector.screen import RectPx, Screen


class KeptScreen:
    """Passes light on; its owner closes the screen itself. A `Screen`."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Show it."""
        self._screen.put(picture_bgrx, changed_px)

    def close(self) -> None:
        """Nothing: the owner does."""
