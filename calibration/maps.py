"""The maps of one bench: where its millimetres lie in the camera's and the projector's pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from calibration.planes import PlaneMap
from calibration.space import SpaceMap, flat
from calibration.store import CalibrationFileError

if TYPE_CHECKING:
    from calibration.model import Calibration
    from station_config.station import Station


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BenchMaps:
    """Both maps of a bench.

    Attributes:
        cam_from_bench: Bench millimetres to camera pixels.
        proj_from_bench: Bench millimetres to projector pixels.
        projector_measured: False when nobody has measured where the projector shines: then its
            picture is taken to cover the bench exactly.
    """

    cam_from_bench: SpaceMap
    proj_from_bench: SpaceMap
    projector_measured: bool


def filling_projector(*, bench_mm: tuple[float, float], projector_wh: tuple[int, int]) -> PlaneMap:
    """A map that fits the bench into the projector's picture, far edge up.

    The bench keeps its proportions and lies in the middle; the outer edges of the outermost
    pixels are at -0.5 and size - 0.5.
    """
    scale = min(projector_wh[0] / bench_mm[0], projector_wh[1] / bench_mm[1])
    left = (projector_wh[0] - scale * bench_mm[0]) / 2.0 - 0.5
    bottom = (projector_wh[1] + scale * bench_mm[1]) / 2.0 - 0.5
    return PlaneMap(matrix=np.array([[scale, 0.0, left], [0.0, -scale, bottom], [0.0, 0.0, 1.0]]))


def maps_for(
    station: Station, calibration: Calibration, *, camera_wh: tuple[int, int] | None = None
) -> BenchMaps:
    """The maps of a station from its calibration.

    Args:
        station: The bench and its projector.
        calibration: What was measured.
        camera_wh: Size of the pictures that really come (a film has its own); None takes the
            size in the station file.

    Raises:
        CalibrationFileError: The calibration was made for pictures of another size.
    """
    camera_wh = camera_wh or (station.camera.width_px, station.camera.height_px)
    projector_wh = (station.projector.width_px, station.projector.height_px)
    _check_size("camera", made_for=calibration.camera_wh, now=camera_wh)
    if calibration.camera_wh is None and (calibration.camera_px > np.array(camera_wh)).any():
        raise CalibrationFileError(
            "The calibration has points outside the camera's picture of "
            f"{camera_wh[0]} x {camera_wh[1]}: it was made for a larger one. Calibrate again, or "
            "mend width_px and height_px in the station file."
        )
    measured = calibration.proj_from_bench
    if measured is not None:
        _check_size("projector", made_for=calibration.projector_wh, now=projector_wh)
    return BenchMaps(
        cam_from_bench=calibration.cam_from_bench,
        proj_from_bench=measured
        or flat(filling_projector(bench_mm=station.bench_mm, projector_wh=projector_wh)),
        projector_measured=measured is not None,
    )


def _check_size(device: str, *, made_for: tuple[int, int] | None, now: tuple[int, int]) -> None:
    if made_for is not None and made_for != now:
        raise CalibrationFileError(
            f"The calibration was made for a {device} picture of {made_for[0]} x {made_for[1]}, "
            f"but it is now {now[0]} x {now[1]}. Calibrate again, or mend width_px and "
            "height_px in the station file."
        )
