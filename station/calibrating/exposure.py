"""Chooses how long the camera exposes: as bright as possible, and white nowhere clipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.graycode import LEAST_LIT_LEVELS, LIT_SHARE, Grey, Mask
from calibration.trouble import CalibrationTroubleError
from station.calibrating.shooting import Shooter
from vision.frames import CameraControls

PROJECTOR_HZ = 60.0
"""What practically every projector shows. An exposure that is no whole number of its pictures sees
a colour wheel in the midst of its turn, and each frame comes out otherwise."""
SHORTER, STEPS = 0.75, 9
"""Shorter than one picture of the projector there is nothing to keep to: down to a thirteenth."""
CLIPPED_LEVEL = 250
"""A pixel from here on may have been brighter still."""
CLIPPED_SHARE = 0.01
"""A glossy spot may be clipped; more than this is too bright."""
OBEYS_WITHIN_S = 0.25
"""A camera has a few frames under way when it is told of a new exposure."""
NEITHER_SEES = (
    "The camera does not see the projector's light: white makes the picture brighter by"
    " {levels:.0f} grey levels only. Is the lens cap off, is the projector on and not asleep, does"
    " it shine on the bench the camera looks at, and is 'display' in the station file the"
    " projector? Dim the room's light or keep the sun off the bench."
)
CLIPPED = (
    "The picture is too bright: {share:.0%} of what the projector lights is pure white, and the"
    " camera cannot be told to expose less. Switch its automatic exposure off and set a shorter one"
    " (v4l2-ctl), dim the projector, or keep the sun off the bench."
)
SUNNY = (
    "The sun or a lamp shines on the bench: {share:.0%} of the picture is pure white even without"
    " the projector. Close the blinds, or switch that lamp off."
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Brightness:
    """White and black, as the camera sees them.

    Attributes:
        white: The projector all white.
        black: The projector dark.
    """

    white: Grey
    black: Grey

    @property
    def added_levels(self) -> float:
        """By how many grey levels the brightest hundredth of the picture gains."""
        return float(np.percentile(self._added(), 99))

    @property
    def lit(self) -> Mask:
        """Where the projector's light arrives."""
        added = self._added()
        return np.asarray(added >= max(LEAST_LIT_LEVELS, LIT_SHARE * self.added_levels), np.bool_)

    @property
    def clipped_share(self) -> float:
        """Of what is lit or pure white, how much is pure white, 0 to 1."""
        clipped = self.white >= CLIPPED_LEVEL
        counted = self.lit | clipped
        return int(np.count_nonzero(clipped)) / max(1, int(np.count_nonzero(counted)))

    @property
    def sunny_share(self) -> float:
        """How much of the picture is pure white without the projector, 0 to 1."""
        return float(np.mean(self.black >= CLIPPED_LEVEL))

    def _added(self) -> Grey:
        return np.asarray(cv2.subtract(self.white, self.black), np.uint8)


def choose_exposure(
    shooter: Shooter, controls: CameraControls | None, *, rate_hz: float
) -> Brightness:
    """Lock the camera at the longest exposure at which white is not clipped.

    Args:
        shooter: Camera and projector.
        controls: What the camera can be told; None for nothing.
        rate_hz: Frames a second.

    Returns:
        White and black at that exposure.

    Raises:
        CalibrationTroubleError: Camera and projector do not see each other, the sun shines on the
            bench, or the picture is too bright and the camera obeys nobody.
    """
    if controls is not None:
        controls.lock()
    white = shooter.shot(shooter.plain(255), settle_s=OBEYS_WITHIN_S)
    if controls is not None and controls.exposure_s is not None:
        for exposure_s in exposures_s(rate_hz):
            controls.lock(exposure_s=exposure_s)
            white = shooter.taken(shooter.feed.now_s() + OBEYS_WITHIN_S)
            if _clipped_share(white) <= CLIPPED_SHARE / 2.0:
                break
    black = shooter.shot(shooter.plain(0), settle_s=OBEYS_WITHIN_S)
    seen = Brightness(white=white, black=black)
    if seen.sunny_share > CLIPPED_SHARE:
        raise CalibrationTroubleError(SUNNY.format(share=seen.sunny_share))
    if seen.added_levels < LEAST_LIT_LEVELS:
        raise CalibrationTroubleError(NEITHER_SEES.format(levels=seen.added_levels))
    if seen.clipped_share > CLIPPED_SHARE:
        raise CalibrationTroubleError(CLIPPED.format(share=seen.clipped_share))
    return seen


def exposures_s(rate_hz: float) -> Sequence[float]:
    """Exposures to try, longest first: whole numbers of projector pictures, then parts of one."""
    whole = max(1, int(PROJECTOR_HZ / rate_hz + 1e-6))
    parts = [SHORTER**n / PROJECTOR_HZ for n in range(1, STEPS + 1)]
    return [n / PROJECTOR_HZ for n in range(whole, 0, -1)] + parts


def _clipped_share(picture: Grey) -> float:
    """How much of a picture is pure white, 0 to 1."""
    return float(np.mean(picture >= CLIPPED_LEVEL))
