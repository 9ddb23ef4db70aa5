"""Calibrations on disk: one file a bench, with the earlier ones kept beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from calibration.written import CalibrationV1, from_written, to_written

if TYPE_CHECKING:
    from pathlib import Path

    from calibration.model import Calibration

_REMEDY = "Calibrate again, or put back an earlier one: handwijzer calibrate history"


class CalibrationFileError(Exception):
    """A calibration cannot be read or kept. The text says what to do."""


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
    return from_written(written)


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
            file.write(to_written(calibration).model_dump_json(indent=2) + "\n")
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
