"""What a calibration is: the measured maps of one bench, when they were made and how good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from calibration.planes import Points
from calibration.space import SpaceMap


class Method(StrEnum):
    """How it was measured."""

    BY_POINTS = "by_points"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well one map fits the points it was made from.

    Attributes:
        rms_mm: Root mean square distance at the points used, on the bench.
        worst_mm: The largest distance at a point used, on the bench.
        rms_px: Root mean square distance at the points used, in the picture.
        worst_px: The largest distance at a point used, in the picture.
        points_mm: Distance at each point given, on the bench, in their order; also at points that
            were left out of the fit.
        left_out: Numbers of the points that were left out as mistaken, from 1.
    """

    rms_mm: float
    worst_mm: float
    rms_px: float
    worst_px: float
    points_mm: tuple[float, ...]
    left_out: tuple[int, ...]

    @property
    def is_tested(self) -> bool:
        """Whether there were more points than the map needs: four always fit exactly."""
        return len(self.points_mm) - len(self.left_out) > 4  # noqa: PLR2004 - see above


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Calibration:
    """One calibration of one bench.

    Attributes:
        made_at: When, with its time zone.
        method: How.
        cam_from_bench: Bench millimetres to camera pixels.
        camera: How well that fits.
        camera_px: Shape (N, 2), the points in the camera's picture it was made from.
        camera_wh: Size of the camera's picture, or None when nobody said.
        proj_from_bench: Bench millimetres to projector pixels, or None: not measured.
        projector: How well that fits, or None.
        projector_wh: Size of the projector's picture, or None when nobody said.
        remarks: What a person should know, in plain words.
    """

    made_at: datetime
    method: Method
    cam_from_bench: SpaceMap
    camera: Quality
    camera_px: Points
    camera_wh: tuple[int, int] | None = None
    proj_from_bench: SpaceMap | None = None
    projector: Quality | None = None
    projector_wh: tuple[int, int] | None = None
    remarks: tuple[str, ...] = ()
