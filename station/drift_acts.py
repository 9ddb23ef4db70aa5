"""What the station does with its light to measure itself, told step by step as generators.

Each act yields what it waits for, a frame or a result, and is sent what came. Who runs it can stop
it at any moment; its light is then taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

import cv2
import numpy as np

from calibration.drift import Drift, DriftReference, drift_of
from calibration.graycode import Grey
from calibration.model import Calibration
from calibration.quick import quick_picture, recalibrated
from projector.screen import RectPx
from station.light_over import LightOver
from station.standing_things import on_bare_bench
from station_config.station import Station
from vision.frames import Frame

T = TypeVar("T")

Frames = tuple[Grey, Grey]
"""Positive and negative, as the camera saw them."""


@dataclass(frozen=True, slots=True)
class FrameFrom:
    """Waits for the first frame that is taken at this moment or later."""

    at_s: float


Waits = FrameFrom | Future[object]
Came = Frame | None
Later = Callable[[Callable[[], object]], "Future[object]"]
"""Has something worked out beside the loop."""


def at_once(work: Callable[[], object]) -> Future[object]:
    """Has it worked out now: for clocks that wait."""
    future: Future[object] = Future()
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - raised by who asks for the result
        future.set_exception(error)
    return future


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What an act plays with.

    Attributes:
        over: Lays light over the worker's.
        later: Works things out beside the loop.
        now_s: The clock of the frames.
        wait_s: From light being shown to the first frame that has seen all of it.
        told: Is called just before the light changes.
    """

    over: LightOver
    later: Later
    now_s: Callable[[], float]
    wait_s: float = 0.2
    told: Callable[[], None] = lambda: None


def measured(
    stage: Stage,
    reference: DriftReference,
    pictures: tuple[Grey, Grey],
    parts_px: tuple[RectPx, ...],
) -> Generator[Waits, Came, tuple[Drift | None, Frames]]:
    """Measure drift: two frames, then arithmetic. None: it cannot be said now."""
    positive, negative = yield from _frames_of(stage, pictures, parts_px)
    drift = yield from result_of(stage, lambda: drift_of(reference, positive, negative))
    return drift, (positive, negative)


def quick_again(
    stage: Stage, before: Calibration, station: Station, *, camera_still: bool = False
) -> Generator[Waits, Came, Calibration]:
    """Calibrate quickly: white, black and one picture; the worker's light is back before the sums.

    What stands on the bench does not count. When camera and bench are known to be where they were,
    the camera's map is left alone: tags seen once more would only add their noise to it.

    Raises:
        CalibrationTroubleError: It cannot be done; the text says what to do.
    """
    width, height = projector_wh = (station.projector.width_px, station.projector.height_px)
    whole: tuple[RectPx, ...] = ((0, 0, width, height),)
    white = np.full((height, width), 255, np.uint8)
    pictures = (white, np.zeros_like(white), quick_picture(projector_wh))
    lit, dark, shown = yield from _frames_of(stage, pictures, whole)
    made_at = datetime.now(UTC)

    def solved() -> Calibration:
        pattern = on_bare_bench(station, before.cam_from_bench, shown, dark)
        if not camera_still:
            return recalibrated(before, lit, dark, pattern, made_at=made_at)
        made = recalibrated(replace(before, tags=()), lit, dark, pattern, made_at=made_at)
        return replace(made, tags=before.tags, remarks=made.remarks[1:])

    return (yield from result_of(stage, solved))


def _frames_of(
    stage: Stage, pictures: Sequence[Grey], parts_px: tuple[RectPx, ...]
) -> Generator[Waits, Came, list[Grey]]:
    """Each picture in turn as the camera sees it; the worker's light is back whatever happens."""
    seen: list[Grey] = []
    try:
        for picture in pictures:
            frame = yield from _frame_of(stage, picture, parts_px)
            seen.append(frame)
    finally:
        stage.told()
        stage.over.lift()
    return seen


def _frame_of(
    stage: Stage, picture: Grey, parts_px: tuple[RectPx, ...]
) -> Generator[Waits, Came, Grey]:
    stage.told()
    stage.over.lay(picture, parts_px)
    frame = yield FrameFrom(stage.now_s() + stage.wait_s)
    assert frame is not None  # noqa: S101 - who runs an act sends a frame to who waits for one
    return np.asarray(cv2.cvtColor(frame.bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def result_of(stage: Stage, work: Callable[[], T]) -> Generator[Waits, Came, T]:
    """Have something worked out beside the loop."""
    results: list[T] = []
    future = stage.later(lambda: results.append(work()))
    yield future
    future.result()
    return results[0]
