"""Calibrations on disk: one file a bench, with the earlier ones kept beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from calibration.lens import Lens
from calibration.model import Calibration, Method, Misfit, Quality
from calibration.planes import PlaneMap
from calibration.space import SpaceMap
from calibration.tags import Tag

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[float, float, float]
Matrix = tuple[Row, Row, Row]
Size = tuple[int, int]
Pixel = tuple[float, float]


class CalibrationFileError(Exception):
    """A calibration cannot be read or kept. The text says what to do."""


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


def read_calibration(path: Path) -> Calibration:
    """Read a calibration file.

    Raises:
        CalibrationFileError: It is missing, damaged or too new.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise CalibrationFileError(
            f"There is no calibration {path}. Make one with: "
            f"handwijzer calibrate by-points POINTS.yaml --out {path}"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise CalibrationFileError(
            f"The calibration {path} cannot be read. Calibrate again."
        ) from None
    try:
        written = CalibrationV1.model_validate_json(text)
    except ValidationError as error:
        raise CalibrationFileError(_told(path, error)) from None
    for matrix in (written.cam_from_bench, written.proj_from_bench):
        if matrix is not None and abs(np.linalg.det(np.array(matrix))) < 1e-12:  # noqa: PLR2004
            raise CalibrationFileError(f"The calibration {path} is damaged. {_REMEDY}")
    return _from_written(written)


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Keep a calibration; the one before goes into the history. Whole or not at all.

    Raises:
        CalibrationFileError: The disk is full, or the folder cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_in_history(path)
        with part.open("w", encoding="utf-8") as file:
            file.write(_to_written(calibration).model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise CalibrationFileError(
            f"The calibration cannot be written to {path}: {error.strerror}. "
            "The one before is still in use."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def history(path: Path) -> tuple[Path, ...]:
    """Earlier calibrations of this bench, oldest first."""
    return tuple(sorted(_history_folder(path).glob("*.json")))


_REMEDY = "Calibrate again, or put back an earlier one: handwijzer calibrate history"


def _history_folder(path: Path) -> Path:
    return path.with_name(f"{path.stem}.history")


def _keep_in_history(path: Path) -> None:
    """Link the present file into the history under the time it was made; it stays in use too."""
    try:
        made_at = read_calibration(path).made_at
    except CalibrationFileError:
        # A damaged file is of no use to anybody; a missing one has no history.
        return
    folder = _history_folder(path)
    folder.mkdir(exist_ok=True)
    kept = folder / f"{made_at.strftime('%Y%m%dT%H%M%S.%fZ')}.json"
    if not kept.exists():
        part = kept.with_name(f"{kept.name}.part")
        part.write_bytes(path.read_bytes())
        part.replace(kept)


def _told(path: Path, error: ValidationError) -> str:
    first = error.errors()[0]
    if first["loc"] == ("version",):
        return (
            f"The calibration {path} was written by a newer Handwijzer. "
            "Install that version here, or calibrate again."
        )
    place = " > ".join(str(part) for part in first["loc"]) or "the file"
    return f"The calibration {path} is damaged at {place} ({first['msg']}). {_REMEDY}"


def _to_written(calibration: Calibration) -> CalibrationV1:
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


def _from_written(written: CalibrationV1) -> Calibration:
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
