"""A calibration as it is written: the keys and shapes of its file."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from calibration.lens import Lens
from calibration.model import Calibration, Method, Misfit, Quality
from calibration.planes import PlaneMap
from calibration.space import SpaceMap
from calibration.tags import Tag

Row = tuple[float, float, float]
Matrix = tuple[Row, Row, Row]
Size = tuple[int, int]
Pixel = tuple[float, float]


class _Written(BaseModel):
    """What is unknown is passed over: a newer station may have written it."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class QualityV1(_Written):
    """`Quality` as it is written."""

    rms_mm: float = Field(ge=0)
    worst_mm: float = Field(ge=0)
    rms_px: float = Field(ge=0)
    worst_px: float = Field(ge=0)
    points_mm: tuple[float, ...]
    left_out: tuple[int, ...] = ()
    corners_mm: tuple[float | None, ...] = ()
    mean_mm: float | None = None


class TagV1(_Written):
    """`Tag` as it is written."""

    tag_id: int
    corners_px: tuple[Pixel, Pixel, Pixel, Pixel]


class MisfitV1(_Written):
    """`Misfit` as it is written."""

    at_mm: tuple[float, float]
    off_mm: tuple[float, float]


class LensV1(_Written):
    """`Lens` as it is written."""

    shift_px: tuple[tuple[float, float], ...]
    degree: int = Field(ge=0, le=9)
    middle_px: tuple[float, float]
    scale_px: float = Field(gt=0)
    reach: float = Field(gt=0)


class MapV1(_Written):
    """What a `SpaceMap` has besides its bench plane, as it is written."""

    rise: Row | None = None
    lens: LensV1 | None = None


class CalibrationV1(_Written):
    """`Calibration` as it is written."""

    version: Literal[1] = 1
    made_at: AwareDatetime
    method: Method
    cam_from_bench: Matrix
    camera: QualityV1
    camera_px: tuple[tuple[float, float], ...]
    camera_wh: Size | None = None
    proj_from_bench: Matrix | None = None
    projector: QualityV1 | None = None
    projector_wh: Size | None = None
    cam_beyond_plane: MapV1 = MapV1()
    proj_beyond_plane: MapV1 = MapV1()
    remarks: tuple[str, ...] = ()
    light_delay_s: float | None = None
    camera_gamma: float | None = Field(default=None, gt=0)
    exposure_s: float | None = None
    tags: tuple[TagV1, ...] = ()
    coverage: float | None = None
    bench_mm: tuple[float, float] | None = None
    misfits: tuple[MisfitV1, ...] = ()


def to_written(calibration: Calibration) -> CalibrationV1:
    """As it goes into the file."""
    proj = calibration.proj_from_bench
    projector = calibration.projector
    return CalibrationV1(
        made_at=calibration.made_at,
        method=calibration.method,
        cam_from_bench=_rows(calibration.cam_from_bench.plane),
        camera=_quality_written(calibration.camera),
        camera_px=tuple((float(x), float(y)) for x, y in calibration.camera_px),
        camera_wh=calibration.camera_wh,
        proj_from_bench=None if proj is None else _rows(proj.plane),
        projector=None if projector is None else _quality_written(projector),
        projector_wh=calibration.projector_wh,
        cam_beyond_plane=_map_written(calibration.cam_from_bench),
        proj_beyond_plane=MapV1() if proj is None else _map_written(proj),
        remarks=calibration.remarks,
        light_delay_s=calibration.light_delay_s,
        camera_gamma=calibration.camera_gamma,
        exposure_s=calibration.exposure_s,
        tags=tuple(_tag_written(tag) for tag in calibration.tags),
        coverage=calibration.coverage,
        bench_mm=calibration.bench_mm,
        misfits=tuple(MisfitV1(at_mm=one.at_mm, off_mm=one.off_mm) for one in calibration.misfits),
    )


def from_written(written: CalibrationV1) -> Calibration:
    """As it comes out of the file."""
    proj = written.proj_from_bench
    return Calibration(
        made_at=written.made_at,
        method=written.method,
        cam_from_bench=_map_read(written.cam_from_bench, written.cam_beyond_plane),
        camera=_quality_read(written.camera),
        camera_px=np.array(written.camera_px, np.float64).reshape(-1, 2),
        camera_wh=written.camera_wh,
        proj_from_bench=None if proj is None else _map_read(proj, written.proj_beyond_plane),
        projector=None if written.projector is None else _quality_read(written.projector),
        projector_wh=written.projector_wh,
        remarks=written.remarks,
        light_delay_s=written.light_delay_s,
        camera_gamma=written.camera_gamma,
        exposure_s=written.exposure_s,
        tags=tuple(
            Tag(tag_id=tag.tag_id, corners_px=np.array(tag.corners_px, np.float64))
            for tag in written.tags
        ),
        coverage=written.coverage,
        bench_mm=written.bench_mm,
        misfits=tuple(Misfit(at_mm=one.at_mm, off_mm=one.off_mm) for one in written.misfits),
    )


def _tag_written(tag: Tag) -> TagV1:
    a, b, c, d = ((float(x), float(y)) for x, y in tag.corners_px)
    return TagV1(tag_id=tag.tag_id, corners_px=(a, b, c, d))


def _quality_written(quality: Quality) -> QualityV1:
    return QualityV1(
        rms_mm=quality.rms_mm,
        worst_mm=quality.worst_mm,
        rms_px=quality.rms_px,
        worst_px=quality.worst_px,
        points_mm=quality.points_mm,
        left_out=quality.left_out,
        corners_mm=quality.corners_mm,
        mean_mm=quality.mean_mm,
    )


def _quality_read(written: QualityV1) -> Quality:
    return Quality(
        rms_mm=written.rms_mm,
        worst_mm=written.worst_mm,
        rms_px=written.rms_px,
        worst_px=written.worst_px,
        points_mm=written.points_mm,
        left_out=written.left_out,
        corners_mm=written.corners_mm,
        mean_mm=written.mean_mm,
    )


def _map_written(space: SpaceMap) -> MapV1:
    lens = None
    if space.lens is not None:
        lens = LensV1(
            shift_px=tuple((float(x), float(y)) for x, y in space.lens.shift_px),
            degree=space.lens.degree,
            middle_px=space.lens.middle_px,
            scale_px=space.lens.scale_px,
            reach=space.lens.reach,
        )
    rise = None
    if space.rise is not None:
        x, y, w = (float(value) for value in space.rise)
        rise = (x, y, w)
    return MapV1(rise=rise, lens=lens)


def _map_read(matrix: Matrix, beyond: MapV1) -> SpaceMap:
    lens = None
    if beyond.lens is not None:
        lens = Lens(
            shift_px=np.array(beyond.lens.shift_px, np.float64),
            degree=beyond.lens.degree,
            middle_px=beyond.lens.middle_px,
            scale_px=beyond.lens.scale_px,
            reach=beyond.lens.reach,
        )
    return SpaceMap(
        plane=PlaneMap(matrix=np.array(matrix, np.float64)),
        rise=None if beyond.rise is None else np.array(beyond.rise, np.float64),
        lens=lens,
    )


def _rows(plane_map: PlaneMap) -> Matrix:
    a, b, c = ((float(x), float(y), float(z)) for x, y, z in plane_map.matrix)
    return a, b, c
