"""What is measured on a bench: a full calibration, one with heights, quick ones, bad days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from calibration_benches import HEIGHTS_MM, Bench, full, landing_mm, map_error, rms

from calibration.trouble import CalibrationTroubleError
from station.calibrating.quick_run import quickly
from station.twin.faults import Bump, Spoil


def judged(bench: Bench) -> dict[str, Any]:
    """A full calibration of the bench alone: maps, landing, coverage, time."""
    began_s = bench.rig.feed.now_s()
    done = full(bench)
    landed = landing_mm(bench, done.calibration)
    return {
        **map_error(bench, done.calibration),
        "landing_rms_mm": rms(landed),
        "landing_max_mm": float(landed.max()),
        "coverage": done.calibration.coverage,
        "full_s": bench.rig.feed.now_s() - began_s,
        "computing_s": done.computing_s,
        "pairs_again": done.pairs_again,
    }


def with_heights(bench: Bench) -> dict[str, Any]:
    """A full calibration with the plate, judged up to 200 mm."""
    made = full(bench, plate=True).calibration
    landed = landing_mm(bench, made, HEIGHTS_MM)
    flat = landing_mm(bench, made)
    return {
        **map_error(bench, made),
        "landing_rms_mm": rms(flat),
        "landing_max_mm": float(flat.max()),
        "heights_rms_mm": rms(landed),
        "heights_max_mm": float(landed.max()),
    }


def spoilt(bench: Bench) -> dict[str, Any]:
    """Bad frames all through the capture: the maps must not suffer."""
    bench.twin.faults.spoil_share = dict.fromkeys(Spoil, 0.02)
    return judged(bench)


def bumped(bench: Bench) -> dict[str, Any]:
    """Knocks of many sizes, each mended by a quick calibration."""
    made = full(bench, plate=True).calibration
    took, off, high = [], [], []
    for bump in (
        Bump(shift_mm=(0.4, 0.3)),
        Bump(shift_mm=(-1.5, 1.3), turn_deg=0.1),
        Bump(shift_mm=(14.0, 14.0)),
    ):
        for device in ("projector", "camera"):
            setattr(bench.twin.faults, f"{device}_bump", bump)
            began_s = bench.rig.feed.now_s()
            made = quickly(bench.rig, bench.station, made).calibration
            took.append(bench.rig.feed.now_s() - began_s)
            off.append(landing_mm(bench, made))
            high.append(landing_mm(bench, made, (100.0,)))
            setattr(bench.twin.faults, f"{device}_bump", None)
            made = quickly(bench.rig, bench.station, made).calibration
    return {
        "quick_s": float(np.median(took)),
        "quick_rms_mm": max(rms(one) for one in off),
        "quick_max_mm": max(float(one.max()) for one in off),
        "quick_high_rms_mm": max(rms(one) for one in high),
    }


def refuses(change: Callable[[Bench], None], words: str) -> Callable[[Bench], dict[str, Any]]:
    """A bad day: it must be refused, with words that name what is wrong."""

    def measure(bench: Bench) -> dict[str, Any]:
        change(bench)
        try:
            full(bench, plate=words == "plate")
        except CalibrationTroubleError as error:
            return {"refused": str(error), "as_it_should": words in str(error).lower()}
        return {"refused": "not refused", "as_it_should": False}

    return measure


def told_or_good(change: Callable[[Bench], None], words: str) -> Callable[[Bench], dict[str, Any]]:
    """A bad day that may be lived with: told in the remarks or refused, or light still lands."""

    def measure(bench: Bench) -> dict[str, Any]:
        change(bench)
        try:
            made = full(bench).calibration
        except CalibrationTroubleError as error:
            return {"refused": str(error), "as_it_should": words in str(error).lower()}
        landed = landing_mm(bench, made)
        told = any(words in remark.lower() for remark in made.remarks)
        return {
            "landing_rms_mm": rms(landed),
            "coverage": made.coverage,
            "remarks": " ".join(made.remarks),
            "as_it_should": told or rms(landed) <= 0.05,
        }

    return measure
