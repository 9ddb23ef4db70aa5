"""Finds the display that is the projector: a number on each in turn, and the camera says which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.graycode import LEAST_LIT_LEVELS, Grey
from calibration.trouble import CalibrationTroubleError
from projector.screen import Screen
from station.calibrating.feed import Feed
from station.calibrating.shooting import Shooter

WAKES_WITHIN_S = 0.25
"""A desktop takes a moment to bring a window up on another display."""
SHARE = 0.02
"""A monitor that shines on the bench from the side lights less of the picture than this by
`LEAST_LIT_LEVELS`; a projector a fifth of it and more."""
NOBODY_SEES = (
    "The camera sees none of the displays: {tried}. Is the projector on and awake, does it shine on"
    " the bench, is the lens cap off, and is this the camera above the bench?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A display that may be the projector.

    Attributes:
        number: As the station file counts.
        name: What to call it to a person.
        opened: Opens a screen on it.
    """

    number: int
    name: str
    opened: Callable[[], Screen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the camera saw of one display.

    Attributes:
        candidate: Which one.
        share: How much of the camera's picture its light reached, 0 to 1.
    """

    candidate: Candidate
    share: float

    @property
    def is_seen(self) -> bool:
        """Whether its light falls on what the camera sees."""
        return self.share >= SHARE


def projector_among(
    candidates: Sequence[Candidate], feed: Feed, projector_wh: tuple[int, int]
) -> Candidate:
    """Put a large number on each display in turn; the one that the camera sees is the projector.

    Raises:
        CalibrationTroubleError: The camera sees none of them.
    """
    tried = [_tried(candidate, feed, projector_wh) for candidate in candidates]
    best = max(tried, key=lambda one: one.share)
    if not best.is_seen:
        names = "; ".join(candidate.name for candidate in candidates) or "there is none"
        raise CalibrationTroubleError(NOBODY_SEES.format(tried=names))
    return best.candidate


def _tried(candidate: Candidate, feed: Feed, projector_wh: tuple[int, int]) -> Tried:
    shooter = Shooter(feed=feed, screen=candidate.opened(), projector_wh=projector_wh)
    try:
        black = shooter.shot(shooter.plain(0), settle_s=WAKES_WITHIN_S)
        lit = shooter.shot(number_picture(candidate.number, projector_wh), settle_s=WAKES_WITHIN_S)
    finally:
        shooter.close()
    added = cv2.subtract(lit, black)
    return Tried(candidate=candidate, share=float(np.mean(added >= LEAST_LIT_LEVELS)))


def number_picture(number: int, projector_wh: tuple[int, int]) -> Grey:
    """A white picture with a large black number in its middle, for people in the room."""
    width, height = projector_wh
    picture = np.full((height, width), 255, np.uint8)
    text, font = str(number), cv2.FONT_HERSHEY_DUPLEX
    (wide, high), _ = cv2.getTextSize(text, font, 1.0, 2)
    scale = 0.5 * height / high
    at = (round((width - scale * wide) / 2), round((height + scale * high) / 2))
    cv2.putText(picture, text, at, font, scale, 0, max(2, round(2 * scale)), cv2.LINE_AA)
    return picture
