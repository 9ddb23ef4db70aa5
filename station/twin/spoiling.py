"""Frames that are not what they should be: repeated, torn, blended, or at another gain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.faults import Faults, Spoil

Picture = NDArray[np.uint8]

_GAIN_STEP = 1.25


class Spoiling:
    """Spoils frames as the faults say. Remembers the picture from before the newest light."""

    def __init__(self, faults: Faults, seed: int) -> None:
        """Spoil nothing yet.

        Args:
            faults: Looked at for each frame.
            seed: Of chance.
        """
        self._faults = faults
        self._rng = np.random.default_rng(seed + 77)
        self._newest: Picture | None = None
        self._before: Picture | None = None

    def light_changes(self) -> None:
        """From now on the newest picture is one from before."""
        self._before = self._newest

    def passed(self, picture: Picture) -> Picture:
        """The picture, spoilt if it is its turn. Read-only."""
        self._newest = picture
        spoil = self._chosen()
        if spoil is None:
            return picture
        spoilt = self._spoilt(picture, spoil)
        spoilt.setflags(write=False)
        return spoilt

    def _chosen(self) -> Spoil | None:
        wished, self._faults.spoil_next = self._faults.spoil_next, None
        if wished is not None or not self._faults.spoil_share:
            return wished
        chance = self._rng.random()
        for spoil, share in self._faults.spoil_share.items():
            chance -= share
            if chance < 0.0:
                return spoil
        return None

    def _spoilt(self, picture: Picture, spoil: Spoil) -> Picture:
        if spoil is Spoil.GAIN:
            return np.asarray(cv2.convertScaleAbs(picture, alpha=_GAIN_STEP), np.uint8)
        before = self._before
        if before is None:
            return picture
        if spoil is Spoil.REPEATED:
            return before
        if spoil is Spoil.BLENDED:
            return np.asarray(cv2.addWeighted(before, 0.5, picture, 0.5, 0.0), np.uint8)
        tear = int(len(picture) * (0.3 + 0.4 * self._rng.random()))
        return np.concatenate([before[:tear], picture[tear:]])
