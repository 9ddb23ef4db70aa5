"""From how many grey levels on a difference counts, in this light and with this camera's noise."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.differences import most_of_colours

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIFFERENCE = 15.0
"""Grey levels, in the colour that differs most, on a bench that is well lit: skin and cardboard are
20 apart. All differences shrink with the light."""
WELL_LIT = 100.0
"""Grey levels of such a bench, in its brightest colour."""
LIT_PLACES = 0.8
"""Light shows on what is bright: half of a bench may be a black mat. This share is darker."""
SURELY_NO_NOISE = 8.0
HARDLY_NOISE = 4.5
"""Times the noise of one pixel from one picture to the next; in the softened picture its mean is
0.3 to 0.7 grey levels."""
LEAST_DIFFERENCE = 6.0
FAINT = 0.45
"""A black glove over black parts differs by 5 to 20 grey levels: half of it is no plain difference.
This share of one counts where it hangs together with something plain."""
LEAST_FAINT = 4.0
STILL = 0.5
"""Less than this share of a plain difference from one frame to the next is no movement."""
DARK = 0.4
"""Of the light on the bench."""
NOISE_S = 2.0
"""Time constant of the measured noise."""


class Contrast:
    """Measures how well the bench is lit and how noisy its pictures are."""

    def __init__(self) -> None:
        self._noise = 0.5
        self._is_measured = False
        self._lit_share = 1.0

    def measure(
        self, now: NDArray[np.uint8], before: NDArray[np.uint8], *, passed_s: float
    ) -> None:
        """Take a picture into account.

        Args:
            now: Shape (N, 3), pixels of the bare bench.
            before: The same pixels in the picture before.
            passed_s: Seconds between the two.
        """
        brightest = most_of_colours(now)
        well_lit = min(len(now) - 1, round(LIT_PLACES * len(now)))
        self._lit_share = float(np.partition(brightest, well_lit)[well_lit]) / WELL_LIT
        changed = float(cv2.absdiff(now, before).mean())
        newest = 1.0 - exp(-passed_s / NOISE_S) if self._is_measured else float(passed_s > 0.0)
        self._noise += newest * (changed - self._noise)
        self._is_measured = self._is_measured or passed_s > 0.0

    @property
    def plain(self) -> float:
        """Grey levels that are a plain difference."""
        least = max(LEAST_DIFFERENCE, SURELY_NO_NOISE * self._noise)
        return min(DIFFERENCE, max(least, DIFFERENCE * self._lit_share))

    @property
    def faint(self) -> float:
        """Grey levels that are a difference beside a plain one."""
        least = max(LEAST_FAINT, HARDLY_NOISE * self._noise)
        return min(self.plain, max(least, FAINT * self.plain))

    @property
    def dark(self) -> float:
        """Grey levels below which a dark sleeve is not seen."""
        return DARK * WELL_LIT * self._lit_share

    @property
    def still(self) -> float:
        """Grey levels from one picture to the next that are no movement yet."""
        return max(STILL * self.plain, self.faint)
