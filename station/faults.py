"""What is wrong with the station, told once when it begins and once when it is over."""

from __future__ import annotations

import logging
from enum import StrEnum

from tasks.events import Event, EventType

logger = logging.getLogger(__name__)


class Part(StrEnum):
    """What can be wrong; one text for each at a time."""

    CAMERA = "camera"
    SIGHT = "sight"
    DISK = "disk"
    BROKER = "broker"
    NEIGHBOUR = "neighbour"
    CALIBRATION = "calibration"
    AIM = "aim"
    LOOKS = "looks"
    RECOGNISER = "recogniser"


class Faults:
    """The faults that stand now, in plain words for a coach.

    Attributes:
        standing: Part to text, in the order in which they began.
    """

    def __init__(self) -> None:
        self.standing: dict[Part, str] = {}

    def note(self, part: Part, text: str | None, at_s: float) -> list[Event]:
        """Say how a part is: a text when it is wrong, None when it is well.

        Returns:
            The fact to report, if this is news.
        """
        before = self.standing.get(part)
        if text == before:
            return []
        if text is None:
            del self.standing[part]
            logger.info("%s is well again", part)
            return [Event(type=EventType.STATION_RECOVERED, at_s=at_s, note=before)]
        self.standing[part] = text
        logger.warning("%s: %s", part, text)
        if before is not None:
            return []
        return [Event(type=EventType.STATION_FAULT, at_s=at_s, note=text)]
