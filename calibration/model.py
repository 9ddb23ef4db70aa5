"""What a calibration is: the measured maps of one bench, when they were made and how good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from calibration.planes import Points
from calibration.space import SpaceMap
from calibration.tags import Tag


class Method(StrEnum):
    """How it was measured."""

    BY_POINTS = "by_points"
    GRAY_CODE = "gray_code"
    QUICK = "quick"


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
        corners_mm: Root mean square distance on the bench in its front left, front right, back
            right and back left quarter, None where nothing was measured; empty when nobody
            looked.
        mean_mm: Mean distance at the points used, on the bench; None when nobody looked.
    """

    rms_mm: float
    worst_mm: float
    rms_px: float
    worst_px: float
    points_mm: tuple[float, ...]
    left_out: tuple[int, ...]
    corners_mm: tuple[float | None, ...] = ()
    mean_mm: float | None = None

    @property
    def is_tested(self) -> bool:
        """Whether there were more points than the map needs: four always fit exactly."""
        if self.corners_mm:
            return True
        return len(self.points_mm) - len(self.left_out) > 4  # noqa: PLR2004 - see above


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """How far light lands from where the maps say, on the mean of one piece of the bench.

    Attributes:
        at_mm: The middle of the piece, on the bench.
        off_mm: How far off, to the right and away from the worker.
    """

    at_mm: tuple[float, float]
    off_mm: tuple[float, float]


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
        exposure_s: How long the camera exposed each frame, when it says so: it is held at that.
        camera_gamma: The camera makes grey levels of light to the power of one over this; None when
            it was not measured.
        light_delay_s: How long after a picture is shown the camera sees it, or None.
        tags: The printed tags as the camera saw them, by number; empty when there were none.
        coverage: Share of the bench that the projector lights and the camera decodes, 0 to 1, or
            None when it was not measured.
        bench_mm: Size of the bench it was made for, or None when nobody said.
        misfits: How well the light lands, all over the bench; empty when it was not measured.
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
    light_delay_s: float | None = None
    camera_gamma: float | None = None
    exposure_s: float | None = None
    tags: tuple[Tag, ...] = ()
    coverage: float | None = None
    bench_mm: tuple[float, float] | None = None
    misfits: tuple[Misfit, ...] = ()
