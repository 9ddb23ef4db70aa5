"""The calibration that a running station works with, and its file: a new one is taken up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.maps import BenchMaps, maps_for
from calibration.model import Calibration
from calibration.space import SpaceMap
from calibration.store import CalibrationFileError, read_calibration, write_calibration
from station_config.station import Station

LOOK_EVERY_S = 1.0
"""A look at the file's date costs a few microseconds; a coach waits a second gladly."""
Stamp = tuple[int, int, int]
"""What changes with the file: when it was written, its size, its inode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is another one with a new calibration.

    Attributes:
        camera: The camera's map.
        projector: The projector's map.
    """

    camera: bool
    projector: bool


class CalibrationInUse:
    """Holds the calibration in force. Read by several threads, replaced by the main one.

    Attributes:
        now: The calibration in force.
        maps: Its maps.
        trouble: Why a newer file is not taken up, in plain words; None when all is well.
    """

    def __init__(
        self, station: Station, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Read the station's calibration.

        Raises:
            CalibrationFileError: It is missing, damaged, too new or for other pictures.
        """
        self._station, self._monotonic = station, monotonic
        self._stamp = _stamp(station.calibration)
        self._looked_s = monotonic()
        self.now = read_calibration(station.calibration)
        self.maps = self._maps(self.now)
        self.trouble: str | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._station.calibration

    def look(self) -> Change | None:
        """Look whether the file has changed, once a second at most.

        Returns:
            What changed, if a new calibration is in force now.
        """
        now_s = self._monotonic()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return None
        self._looked_s = now_s
        stamp = _stamp(self.path)
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        try:
            calibration = read_calibration(self.path)
            maps = self._maps(calibration)
            self._check_pictures(calibration)
        except CalibrationFileError as error:
            self.trouble = f"{error} The station goes on with the calibration it has."
            return None
        return self._take(calibration, maps)

    def keep(self, calibration: Calibration) -> Change:
        """Write a calibration that the station made itself; it is in force at once.

        Raises:
            CalibrationFileError: It cannot be written. The one before stays in force.
        """
        maps = self._maps(calibration)
        write_calibration(self.path, calibration)
        self._stamp = _stamp(self.path)
        return self._take(calibration, maps)

    def _take(self, calibration: Calibration, maps: BenchMaps) -> Change:
        before = self.maps
        self.now, self.maps, self.trouble = calibration, maps, None
        return Change(
            camera=not self._is_same(before.cam_from_bench, maps.cam_from_bench),
            projector=not self._is_same(before.proj_from_bench, maps.proj_from_bench),
        )

    def _maps(self, calibration: Calibration) -> BenchMaps:
        # A film has a size of its own; whether it fits shows when its pictures come.
        return maps_for(self._station, calibration, camera_wh=calibration.camera_wh)

    def _check_pictures(self, calibration: Calibration) -> None:
        """The pictures that come are those of the calibration before."""
        if None not in {self.now.camera_wh, calibration.camera_wh}:
            maps_for(self._station, calibration, camera_wh=self.now.camera_wh)

    def _is_same(self, one: SpaceMap, other: SpaceMap) -> bool:
        """Whether two maps put places of the bench at the same pixels, to a hundredth."""
        x_mm, y_mm = (np.linspace(0.0, side_mm, 3) for side_mm in self._station.bench_mm)
        places_mm = np.stack(np.meshgrid(x_mm, y_mm), -1).reshape(-1, 2)
        return all(
            bool(np.allclose(one.apply(places_mm, high), other.apply(places_mm, high), atol=0.01))
            for high in (0.0, 100.0)
        )


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
