"""The full calibration as a story: which display, which exposure, which delay, gray code, maps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import numpy as np

from calibration.full import calibrated
from calibration.graycode import Grey, Stack
from calibration.model import Calibration
from calibration.sheet import BAR_MM
from calibration.shots import Shots
from calibration.tags import TagPlaces, tag_places
from station.calibrating.blinking import measured_delay
from station.calibrating.displays import Candidate, projector_among
from station.calibrating.exposure import Brightness, choose_exposure
from station.calibrating.gray_code import captured
from station.calibrating.rig import Rig
from station.calibrating.shooting import FIRST_SETTLE_S, Shooter
from station_config.station import Station


class Story(Protocol):
    """Who is told how it goes."""

    def chapter(self, title: str, steps: int) -> None:
        """The next part of the work begins; it has so many steps."""
        ...

    def step(self, done: float) -> None:
        """So many steps of it are done; parts of a step count too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FullWishes:
    """What the coach asks of a full calibration.

    Attributes:
        bar_mm: How long the printed bar really is.
        plate_mm: How high the plate is that will be laid on the bench; None for none.
        plate_places: Where its tags lie; None for a plate as large as the bench.
        lay_plate: Asks the coach to lay it; returns when it lies.
    """

    bar_mm: float = BAR_MM
    plate_mm: float | None = None
    plate_places: TagPlaces | None = None
    lay_plate: Callable[[float], None] = lambda _: None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Commissioned:
    """A calibration and how it was made.

    Attributes:
        calibration: Not yet written.
        white: What the camera saw of the bench.
        display: The display that is the projector.
        pictures: How many pictures were taken.
        pairs_again: How many pairs had to be taken again.
        shooting_s: How long taking pictures took, without waiting for the coach.
        computing_s: How long the maps took.
    """

    calibration: Calibration
    white: Grey
    display: Candidate
    pictures: int
    pairs_again: int
    shooting_s: float
    computing_s: float


def commissioned(rig: Rig, station: Station, wishes: FullWishes, story: Story) -> Commissioned:
    """Calibrate a bench from nothing. The projector is dark when it returns or raises.

    Raises:
        CalibrationTroubleError: It cannot be done; the text says what to do.
    """
    began_s = time.perf_counter()
    story.chapter("Which display is the projector", len(rig.displays))
    display = projector_among(rig.displays, rig.feed, rig.projector_wh)
    story.step(len(rig.displays))
    shooter = Shooter(feed=rig.feed, screen=display.opened(), projector_wh=rig.projector_wh)
    try:
        seen = _prepared(rig, shooter, story)
        stack, again = _stack(shooter, story, "Stripes on the bench")
        waited_s, plate = 0.0, None
        if wishes.plate_mm is not None:
            asked_s = time.perf_counter()
            shooter.go_dark()
            wishes.lay_plate(wishes.plate_mm)
            waited_s = time.perf_counter() - asked_s
            plate, more = _stack(shooter, story, "Stripes on the plate")
            again += more
    finally:
        shooter.close()
    shot_s = time.perf_counter()
    story.chapter("Working it out", 1)
    made = calibrated(
        Shots(
            stack=stack,
            plate=plate,
            plate_mm=wishes.plate_mm,
            plate_places=wishes.plate_places,
            scale=wishes.bar_mm / BAR_MM,
            light_delay_s=seen,
        ),
        bench_mm=station.bench_mm,
        projector_wh=rig.projector_wh,
        tag_places=tag_places(station.bench_mm),
        made_at=datetime.now(UTC),
    )
    story.step(1)
    exposure_s = None if rig.controls is None else rig.controls.exposure_s
    return Commissioned(
        calibration=replace(made, exposure_s=exposure_s),
        white=stack.white,
        display=display,
        pictures=shooter.shots,
        pairs_again=again,
        shooting_s=shot_s - began_s - waited_s,
        computing_s=time.perf_counter() - shot_s,
    )


def _prepared(rig: Rig, shooter: Shooter, story: Story) -> float:
    """Choose the exposure and measure the delay, seconds; the shooter waits as long from now on."""
    story.chapter("Exposure and delay", 2)
    looked: Brightness = choose_exposure(shooter, rig.controls, rate_hz=rig.rate_hz)
    story.step(1)
    lit = np.where(looked.lit, 255, 0).astype(np.uint8)
    exposure_s = None if rig.controls is None else rig.controls.exposure_s
    delay = measured_delay(shooter, lit, exposure_s=exposure_s)
    shooter.settle_s = max(FIRST_SETTLE_S, delay.median_s)
    story.step(2)
    return delay.median_s


def _stack(shooter: Shooter, story: Story, title: str) -> tuple[Stack, int]:
    story.chapter(title, 1)
    capture = captured(shooter, lambda done, of: story.step(done / of))
    return capture.stack, capture.pairs_again
