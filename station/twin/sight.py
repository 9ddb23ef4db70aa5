"""What of the light a worker sees: which zones are lit and invite the hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from station.twin.eye import Eye
from station.twin.geometry import Pinhole
from station_config.station import Zone

_EVERY_MM = 4.0
_AROUND_MM = 15.0
"""A ring of light lies just outside the contour it marks; zones stand 30 mm or more apart."""
_BRIGHT = 55
"""Out of 255. Fainter light is not seen in a lit room."""
_VERY_BRIGHT = 170
"""Buttons that wait are shown at less than half of the projector's light, those that the station
wants touched at nearly all of it."""
_SIGN_SHARE = 0.02
"""A tick of thin lines covers this much of its button."""
_LIT_SHARE = 0.05
"""A ring of 6 mm round a bin of 130 by 140 mm covers 11 % of the bin and its surroundings; a word
that strays in covers less than 3 %."""


class Sight:
    """Looks at what has landed. Measured with the twin's own geometry."""

    def __init__(
        self,
        projector: Eye | Pinhole,
        zones: Mapping[str, Zone],
        picture: NDArray[np.uint8],
    ) -> None:
        """Look at `picture`, which the light goes on changing.

        Args:
            projector: Where light lands.
            zones: Those that may be looked at.
            picture: Shape (height, width, 3), uint8, what the projector throws now.
        """
        self._picture = picture
        self._zones = zones
        self.aim(projector)

    def aim(self, projector: Eye | Pinhole) -> None:
        """Look where the light lands by now: the projector or the bench has moved."""
        self._spots = {name: _spots(projector, zone) for name, zone in self._zones.items()}

    def lit(self, zone: str) -> bool:
        """Whether light in this zone says: here. Amber says: not here."""
        return self.share(zone) >= _LIT_SHARE

    def bright(self, zone: str) -> bool:
        """Whether something in this zone is brighter than what merely stands ready."""
        columns, rows = self._spots[zone]
        if len(columns) == 0:
            return False
        return (
            float(np.mean(self._picture[rows, columns].max(axis=1) >= _VERY_BRIGHT)) >= _SIGN_SHARE
        )

    def share(self, zone: str) -> float:
        """How much of the zone and its nearest surroundings is lit, 0 to 1."""
        columns, rows = self._spots[zone]
        if len(columns) == 0:
            return 0.0
        colours = self._picture[rows, columns].astype(np.int16)
        blue, green, red = colours[:, 0], colours[:, 1], colours[:, 2]
        bright = colours.max(axis=1) >= _BRIGHT
        amber = (red > green) & (red > blue * 1.5)
        return float(np.mean(bright & ~amber))


def _spots(projector: Eye | Pinhole, zone: Zone) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Projector pixels (columns, rows) that light a zone and its nearest surroundings."""
    corners = np.array(zone.polygon_mm)
    low, high = corners.min(axis=0) - _AROUND_MM, corners.max(axis=0) + _AROUND_MM
    x, y = np.meshgrid(
        np.arange(low[0], high[0] + _EVERY_MM / 2, _EVERY_MM),
        np.arange(low[1], high[1] + _EVERY_MM / 2, _EVERY_MM),
    )
    points = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    pixels = np.round(projector.from_bench(points)).astype(np.int64)
    wide, tall = projector.size_px
    inside = (
        (pixels[:, 0] >= 0) & (pixels[:, 0] < wide) & (pixels[:, 1] >= 0) & (pixels[:, 1] < tall)
    )
    return pixels[inside, 0], pixels[inside, 1]
