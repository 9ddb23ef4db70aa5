"""How long after a picture is shown the first frame comes that has seen all of it."""

from __future__ import annotations

from calibration.model import Calibration

USUAL_DELAY_S = 0.15
"""Where nobody measured it: 60 to 150 ms of projector and camera."""


def light_wait_s(calibration: Calibration, rate_hz: float) -> float:
    """As long as this projector takes, and one frame.

    Args:
        calibration: In force; the delay of the light was measured with it, or not.
        rate_hz: Frames a second of the camera.
    """
    delay_s = calibration.light_delay_s
    return (USUAL_DELAY_S if delay_s is None else delay_s) + 1.0 / rate_hz
