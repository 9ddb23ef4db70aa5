"""Where light lands while work goes on: takes up new calibrations, and has drift watched."""

from __future__ import annotations

from calibration.maps import BenchMaps
from projector.aim import Aim, Reach
from projector.reach import reach_of
from projector.render import Renderer
from station.calibration_in_use import CalibrationInUse, Change
from station.drift_watch import DriftWatch
from station.faults import Part
from station.vision_orders import VisionOrders
from station.watch import Seen
from station_config.station import Station


class Aiming:
    """What the loop asks about where its light lands. Main thread only.

    Attributes:
        reach: What the projector reaches; None as long as nobody has measured it.
    """

    def __init__(
        self,
        station: Station,
        in_use: CalibrationInUse,
        renderer: Renderer,
        orders: VisionOrders,
        *,
        drift: DriftWatch | None = None,
    ) -> None:
        """Aim with the calibration in use.

        Args:
            station: The bench.
            in_use: Its calibration.
            renderer: What draws the light.
            orders: How the vision thread hears of new maps.
            drift: Watches drift; None where it cannot be (films, no light).
        """
        self._station, self._in_use, self._renderer = station, in_use, renderer
        self._orders, self._drift = orders, drift
        self.reach: Reach | None = None
        self._measure_reach(in_use.maps)

    @property
    def aim(self) -> Aim:
        """How far light can be trusted to land where it should."""
        return Aim.EXACT if self._drift is None else self._drift.aim

    @property
    def troubles(self) -> dict[Part, str | None]:
        """What is wrong with the calibration and with where light lands."""
        return {
            Part.CALIBRATION: self._in_use.trouble,
            Part.AIM: None if self._drift is None else self._drift.trouble,
        }

    def turn(self, now_s: float, seen: Seen | None, *, stepped: bool, lit: bool) -> bool:
        """Go on a little; call it when the turn's light is out.

        Returns:
            Whether light must be drawn anew: it lands elsewhere now.
        """
        change = self._in_use.look()
        if change is not None and self._drift is not None:
            self._drift.calibrated_anew()
        if self._drift is not None:
            self._drift.turn(now_s, seen, stepped=stepped, lit=lit)
            change = self._drift.take_change() or change
        if change is None:
            return False
        self._take(change)
        return True

    def _take(self, change: Change) -> None:
        maps = self._in_use.maps
        if change.projector:
            self._renderer.aim(maps.proj_from_bench)
            self._measure_reach(maps)
        if change.camera:
            self._orders.open_new_eyes()

    def _measure_reach(self, maps: BenchMaps) -> None:
        size_px = (self._station.projector.width_px, self._station.projector.height_px)
        self.reach = (
            reach_of(self._station, size_px, maps.proj_from_bench)
            if maps.projector_measured
            else None
        )
