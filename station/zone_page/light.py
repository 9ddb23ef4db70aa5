"""The zones as they are drawn, in light on the bench itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from calibration.maps import BenchMaps
from projector.render import Renderer
from projector.scene import Light, Outline
from projector.screen import Screen
from projector.window import Press, Window
from station_config.station import PolygonMm, Station, Zone, ZoneKind
from tasks.model import in_language

RING_MM = 4.0
"""Thin enough to see where the line lies, wide enough for a projector's pixels of about 0.5 mm."""
_LIGHT = {
    ZoneKind.BIN: Light.TAKE,
    ZoneKind.PLACE: Light.PUT,
    ZoneKind.BUTTON: Light.PLAIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LightChange:
    """What the eyes must know of light that changed.

    Attributes:
        zone_ids: Zones that have light now.
        gone_mm: Where light has gone out.
    """

    zone_ids: frozenset[str]
    gone_mm: tuple[PolygonMm, ...]


class DraftLight:
    """Shows outlines through the projector, or on the twin's bench. Main thread only."""

    def __init__(
        self, station: Station, maps: BenchMaps, *, twin: Screen | None, windowed: bool
    ) -> None:
        """Open the projector, dark.

        Args:
            station: The bench and its projector.
            maps: Where the projector's light lands.
            twin: The virtual bench, when it is the source: then light lands there.
            windowed: A window on the desktop instead of the projector.

        Raises:
            NoSuchDisplayError: The projector is not there.
        """
        size_px = (station.projector.width_px, station.projector.height_px)
        self._renderer = Renderer(size_px, maps.proj_from_bench)
        self._window: Window | None = None
        if twin is None:
            self._window = Window(
                size_px,
                display=0 if windowed else station.projector.display,
                windowed=windowed,
                title=in_language(station.title, station.language),
            )
        self._screen = twin if self._window is None else self._window
        self._zones: tuple[Zone, ...] = ()
        self.is_ended = False

    def turn(self, zones: Sequence[Zone]) -> LightChange | None:
        """Show these zones; what changed, or None. Also keeps the window alive."""
        if self._window is not None and Press.QUIT in self._window.take_presses():
            self.is_ended = True
        zones = tuple(zones)
        changed = _outlines(zones) != _outlines(self._zones)
        before, self._zones = self._zones, zones
        picture, areas_px = self._renderer.draw(_outlines(zones), time.monotonic())
        if self._screen is not None:
            self._screen.put(picture, areas_px)
        if not changed:
            return None
        now = {zone.polygon_mm for zone in zones}
        return LightChange(
            zone_ids=frozenset(zone.zone_id for zone in zones),
            gone_mm=tuple(zone.polygon_mm for zone in before if zone.polygon_mm not in now),
        )

    def close(self) -> None:
        """Go dark."""
        if self._screen is not None:
            self._screen.close()


def _outlines(zones: Sequence[Zone]) -> tuple[Outline, ...]:
    return tuple(
        Outline(
            polygon_mm=zone.polygon_mm,
            light=_LIGHT[zone.kind],
            width_mm=RING_MM,
            height_mm=zone.height_mm,
        )
        for zone in zones
    )
