"""A screen without light: it keeps the last picture, for tests, replays and machines in a rack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from projector.screen import RectPx


class Recorder:
    """Keeps what was shown last. A `Screen`."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where `keep` writes pictures; it is made when it is missing."""
        self._folder = folder
        self._picture: NDArray[np.uint8] | None = None
        self.changes = 0
        """How often the light changed."""
        self.changed_px = 0
        """How many pixels were handed over as changed, in all."""
        self.closed = False

    @property
    def picture_bgrx(self) -> NDArray[np.uint8] | None:
        """The last picture, shape (height, width, 4), or None before the first."""
        return self._picture

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Take over the areas that changed, as a real screen does."""
        if self._picture is None or self._picture.shape != picture_bgrx.shape:
            self._picture = picture_bgrx.copy()
        else:
            for left, top, width, height in changed_px:
                area = slice(top, top + height), slice(left, left + width)
                self._picture[area] = picture_bgrx[area]
        self.changes += bool(changed_px)
        self.changed_px += sum(width * height for _, _, width, height in changed_px)

    def keep(self, name: str) -> Path:
        """Write the last picture as a PNG: once for each cue, for who wants to look back.

        Raises:
            ValueError: There is no folder, or nothing was shown yet.
            OSError: It cannot be written.
        """
        if self._folder is None or self._picture is None:
            raise ValueError("there is nothing to keep: give a folder, and show a picture first")
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.png"
        done, encoded = cv2.imencode(".png", self._picture[:, :, :3])
        if not done:
            raise OSError(f"{path} could not be encoded")
        path.write_bytes(encoded.tobytes())
        return path

    def close(self) -> None:
        """Go dark, as light does."""
        if self._picture is not None:
            self._picture[:] = 0
        self.closed = True
