"""How long light takes from being handed to the projector to being seen by the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.trouble import CalibrationTroubleError

LEAST_SEEN = 3
"""Fewer changes of the light than this give no median."""
LEAST_SWING_LEVELS = 6.0
"""A patch that changes by less is lost in the noise: the mean of a patch of 100 pixels is right to
one level even at 12 levels of noise for each pixel."""
BLEND_LOW, BLEND_HIGH = 0.08, 0.92
"""A frame between these shares of the new light was exposed while the light changed; nearer to
old or new, it may be noise."""
NOT_SEEN = (
    "The camera did not see the projector's light go on and off. See that the projector is on, that"
    " it shows the station's picture, and that nothing stands in its beam."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How late light is.

    Attributes:
        median_s: Of all changes of the light that were seen. A frame with this time stamp or a
            later one, counted from the moment the light was handed over, has seen it.
        spread_s: From the 10th to the 90th percentile: a tenth of the changes came later than
            the median by about half of this.
        seen: How many changes were seen.
        frame_s: The median time between frames; without a known exposure no single change is
            known better than this.
    """

    median_s: float
    spread_s: float
    seen: int
    frame_s: float


def light_delay_s(
    brightness: Sequence[tuple[float, float]],
    toggled_s: Sequence[float],
    *,
    exposure_s: float | None = None,
) -> Delay:
    """Measure the delay from a film of a patch of light that goes on and off.

    A frame that was exposed while the light changed is partly bright; when the exposure is known,
    its share of the new light tells the moment to the millisecond. Otherwise the light came
    somewhere between two frames, and half way is taken; toggles that are not a whole number of
    frames apart make the median better than a frame all the same.

    Args:
        brightness: Time stamp and mean grey level of the patch for each frame, in order. The stamp
            is taken for the end of the exposure.
        toggled_s: The moments at which on or off was handed over, in turns, on the same clock.
            They lie further apart than the delay.
        exposure_s: How long each frame is exposed, or None when nobody knows.

    Raises:
        CalibrationTroubleError: The light was not seen to change often enough.
    """
    film = np.array(brightness, np.float64).reshape(-1, 2)
    if len(film) < 2 * LEAST_SEEN:
        raise CalibrationTroubleError(NOT_SEEN)
    stamps_s, levels = film.T
    frame_s = float(np.median(np.diff(stamps_s)))
    ends_s = [*toggled_s[1:], float(stamps_s[-1]) + frame_s]
    before: float | None = None
    delays_s = []
    for toggle_s, end_s in zip(toggled_s, ends_s, strict=True):
        within = (stamps_s >= toggle_s) & (stamps_s < end_s)
        if not within.any():
            before = None
            continue
        after = float(np.median(levels[within][-_settled(int(within.sum())) :]))
        before = _level_at(stamps_s, levels, toggle_s) if before is None else before
        if before is not None and abs(after - before) >= LEAST_SWING_LEVELS:
            share = (levels - before) / (after - before)
            landed_s = _landed_s(stamps_s, share, within, exposure_s)
            delays_s.append(landed_s - toggle_s)
        before = after
    if len(delays_s) < max(LEAST_SEEN, len(toggled_s) // 2):
        raise CalibrationTroubleError(NOT_SEEN)
    low, middle, high = np.percentile(delays_s, (10, 50, 90))
    return Delay(
        median_s=float(middle),
        spread_s=float(high - low),
        seen=len(delays_s),
        frame_s=frame_s,
    )


def _settled(frames: int) -> int:
    """How many frames at the end of a toggle show the new light only."""
    return max(1, frames // 3)


def _level_at(
    stamps_s: NDArray[np.float64], levels: NDArray[np.float64], at_s: float
) -> float | None:
    """The level before a moment, or None when no frame is that old."""
    old = levels[stamps_s < at_s]
    return float(np.median(old[-3:])) if len(old) else None


def _landed_s(
    stamps_s: NDArray[np.float64],
    share: NDArray[np.float64],
    within: NDArray[np.bool_],
    exposure_s: float | None,
) -> float:
    """The stamp from which on frames begin to see the new light, for one toggle."""
    candidates = np.flatnonzero(within)
    # The last frame that is mostly old, not the first that is mostly new: a flicker of the lamp
    # or a hand's shadow must not count as the change.
    new = int(candidates[np.argmax(share[candidates] >= BLEND_LOW)])
    if exposure_s is not None and share[new] < BLEND_HIGH:
        return float(stamps_s[new] - share[new] * exposure_s)
    if new == 0:
        return float(stamps_s[new])
    frame_s = stamps_s[new] - stamps_s[new - 1]
    # Wholly new: the light had landed when the exposure began.
    latest_s = stamps_s[new] - min(exposure_s or 0.0, frame_s)
    return float((stamps_s[new - 1] + latest_s) / 2.0)
