"""How a camera makes grey levels of light, found from a capture, and the way back to light.

A lens blurs light and a pixel averages light, and only then the camera makes grey levels of it. The
middle of a black and white edge is therefore the middle in light: read in grey levels with a gamma
of 2.2, the edges of a printed tag lie half a pixel inwards, all the same way, and the lens that is
fitted to them is wrong (0.09 mm on the demo's bench instead of 0.03).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey, Pair, Stack
from calibration.sync import sync_of
from calibration.trouble import CalibrationTroubleError

FINEST = slice(-6, -2)
"""Which planes are asked, of columns and of rows: stripes of 4 to 32 pixels. Their borders
are many, and whole stripes lie between them."""


def camera_gamma(stack: Stack) -> float:
    """The gamma for which most pairs of stripes add up to white and black. 1 is a linear camera.

    1 too where the light is too bad to say: what is wrong with it is told elsewhere.
    """
    pairs: tuple[Pair, ...] = (*stack.columns[FINEST], *stack.rows[FINEST])
    try:
        found = [sync_of(one, other, stack.white, stack.black).gamma for one, other in pairs]
    except CalibrationTroubleError:
        return 1.0
    return float(np.median(found))


def light_of(picture: Grey, gamma: float) -> NDArray[np.float32]:
    """Light from grey levels, scaled so that full white stays 255. Shape and place as given."""
    return _table(gamma)[picture]


@lru_cache(maxsize=8)
def _table(gamma: float) -> NDArray[np.float32]:
    return np.asarray(255.0 * (np.arange(256) / 255.0) ** gamma, np.float32)
