"""Measures how long light takes from the program to the camera's picture, with a film of blinks."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.delay import Delay, light_delay_s
from calibration.graycode import Grey
from station.calibrating.shooting import Shooter

BLINKS = 6
"""Changes of light that are timed; each is a frame in doubt, their median a fifth of one."""
BLINK_S = 0.2
"""From one change to the next: longer than the light of any projector worth using takes."""
UNEVEN_S = 0.007
"""Changes come this much later after a frame each time: at all moments of the camera's beat."""


def measured_delay(shooter: Shooter, lit: Grey, *, exposure_s: float | None = None) -> Delay:
    """Blink, and look when the camera sees it.

    Args:
        shooter: Camera and projector.
        lit: Shape (height, width) of the camera's picture, 255 where the projector's light
            arrives.
        exposure_s: How long each frame is exposed, if the camera says so.

    Raises:
        CalibrationTroubleError: The blinks were not seen.
    """
    film: list[tuple[float, float]] = []

    def look(at_s: float) -> float:
        frame = feed.after(at_s)
        grey = cv2.cvtColor(frame.bgr, cv2.COLOR_BGR2GRAY)
        film.append((frame.taken_s, float(cv2.mean(grey, lit)[0])))
        return float(np.nextafter(frame.taken_s, np.inf))

    toggled_s: list[float] = []
    white, black = shooter.plain(255), shooter.plain(0)
    feed = shooter.feed
    look(shooter.show(black) + BLINK_S)
    for blink in range(BLINKS):
        feed.pause(UNEVEN_S * blink)
        shown_s = shooter.show(white if blink % 2 == 0 else black)
        toggled_s.append(shown_s)
        at_s, until_s = shown_s, shown_s + BLINK_S
        while at_s < until_s:
            at_s = look(at_s)
    return light_delay_s(film, toggled_s, exposure_s=exposure_s)
