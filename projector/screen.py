"""The seam where light goes out: projector window, headless recorder and twin are screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

RectPx = tuple[int, int, int, int]
"""Left, top, width, height in projector pixels."""


class Screen(Protocol):
    """Something that turns a projector picture into light."""

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Show this picture instead of the one before. Returns once it is handed over.

        Args:
            picture_bgrx: Shape (height, width, 4), uint8, blue-green-red and a byte without
                meaning, at projector resolution. Black is no light. Read-only, and valid only
                until the call returns: who needs it longer copies it.
            changed_px: The areas that differ from the picture before; empty means none do.
        """
        ...

    def close(self) -> None:
        """Go dark and let go of the device. May be called twice."""
        ...
