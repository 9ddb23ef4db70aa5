"""The quick calibration and the measuring of drift, for a bench on which nobody works now."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from calibration.drift import Drift, drift_of, drift_picture, drift_reference
from calibration.graycode import Grey
from calibration.model import Calibration
from calibration.quick import quick_picture, recalibrated
from calibration.trouble import CalibrationTroubleError
from station.calibrating.displays import Candidate
from station.calibrating.rig import Rig
from station.calibrating.shooting import Shooter
from station.drift_rim import free_places
from station.light_wait import light_wait_s
from station.standing_things import on_bare_bench
from station_config.station import Station

NOT_MEASURED = (
    "This calibration does not say where the projector shines, or was made without printed tags."
    " Make a full one first: handwijzer calibrate run."
)
NO_MARKS = (
    "There is no free place for marks at the rim of the bench: they need 40 mm between the zones"
    " and the edge. Move or shrink a zone in the station file."
)
NOT_FOUND = (
    "The marks at the rim were not found. Take hands and things off the bench and try again; if it"
    " stays so, calibrate anew: handwijzer calibrate run."
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Quick:
    """A quick calibration and how long it took.

    Attributes:
        calibration: Not yet written.
        white: What the camera saw of the bench.
        took_s: Pictures and sums.
    """

    calibration: Calibration
    white: Grey
    took_s: float


def quickly(rig: Rig, station: Station, before: Calibration) -> Quick:
    """Calibrate anew after a bump. The projector is dark when it returns or raises.

    Bins may stay where they stand; they do not count.

    Raises:
        CalibrationTroubleError: It cannot be done; the text says what to do.
    """
    shooter = _shooter(rig, before)
    try:
        # The camera may still be waking up, and a first picture is not always steady.
        shooter.shot(shooter.plain(255), settle_s=2.0 * shooter.settle_s)
        began_s = time.perf_counter()
        white = shooter.steady(shooter.plain(255))
        black = shooter.steady(shooter.plain(0))
        shown = shooter.shot(quick_picture(rig.projector_wh))
        shooter.go_dark()
        pattern = on_bare_bench(station, before.cam_from_bench, shown, black)
        made = recalibrated(before, white, black, pattern, made_at=datetime.now(UTC))
    finally:
        shooter.close()
    return Quick(calibration=made, white=white, took_s=time.perf_counter() - began_s)


def drift_now(rig: Rig, station: Station, calibration: Calibration) -> Drift:
    """Measure once how far things have moved since a calibration.

    Raises:
        CalibrationTroubleError: It cannot be said; the text says what to do.
    """
    if not calibration.tags or calibration.proj_from_bench is None:
        raise CalibrationTroubleError(NOT_MEASURED)
    places_mm = free_places(station, calibration)
    if not len(places_mm):
        raise CalibrationTroubleError(NO_MARKS)
    positive, negative = drift_picture(calibration, places_mm)
    shooter = _shooter(rig, calibration)
    try:
        shooter.shot(positive, settle_s=2.0 * shooter.settle_s)
        seen = shooter.shot(positive), shooter.shot(negative)
    finally:
        shooter.close()
    drift = drift_of(drift_reference(calibration, places_mm), *seen)
    if drift is None:
        raise CalibrationTroubleError(NOT_FOUND)
    return drift


def _shooter(rig: Rig, calibration: Calibration) -> Shooter:
    """Camera and projector, set as they were for a calibration."""
    if calibration.exposure_s is not None and rig.controls is not None:
        rig.controls.lock(exposure_s=calibration.exposure_s)
    shooter = Shooter(feed=rig.feed, screen=_named(rig).opened(), projector_wh=rig.projector_wh)
    shooter.settle_s = light_wait_s(calibration, rig.rate_hz)
    return shooter


def _named(rig: Rig) -> Candidate:
    """The display that the station file names."""
    return next(one for one in rig.displays if one.number == rig.named)
