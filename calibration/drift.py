"""Whether camera, projector or bench have moved since the calibration, from two frames.

Projected fiducials are looked for in the difference of both frames, the printed tags in their sum.
Printed and projected moved alike: the camera was bumped. Printed still, projected moved: the
projector. Printed moved, projected still: the bench was pushed under them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from calibration.drift_marks import LEAST, drift_picture, fiducial_places
from calibration.drift_spots import DriftReference, Spot, drift_reference, looked_for
from calibration.drift_vote import Agreed, agreed
from calibration.graycode import Grey
from calibration.patch import Found
from calibration.planes import Points
from calibration.space import SpaceMap

__all__ = [
    "Drift",
    "DriftReference",
    "Grade",
    "Mover",
    "drift_of",
    "drift_picture",
    "drift_reference",
    "fiducial_places",
]

STILL_MM = 0.15
"""Less than this is no movement. In a room four times as bright as the projector's white, stillness
is measured as 0.02 +- 0.006 mm and 0.2 mm as 0.216 +- 0.004 (at 12 levels of noise as
0.075 +- 0.024 and 0.229 +- 0.017); tests/calibration/test_drift.py."""
ALIKE_SHARE = 0.25
"""Printed and projected moved alike when they differ by less than this share of the way: a bumped
device turns, and similarity alone does not describe that to the last part."""
RED_FROM_MM = 5.0
"""An outline is 6 mm wide: from here on it lies beside what it should point at."""
LEAST_TAGS = 2


class Mover(StrEnum):
    """What has moved."""

    CAMERA = "camera"
    PROJECTOR = "projector"
    BENCH = "bench"


class Grade(StrEnum):
    """What to do about it: nothing, calibrate quickly, or stop pointing with light."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far things have moved since the calibration, in millimetres on the bench.

    Attributes:
        camera_mm: The camera; None when the printed tags are hidden and it cannot be told.
        projector_mm: The projector; None likewise.
        bench_mm: The bench; None likewise.
        who: What moved most, or None: nothing, or it cannot be told.
        grade: Green below `STILL_MM`; red from `RED_FROM_MM` on, or when the printed tags are seen
            and not one fiducial is; yellow between them.
        seen: How many fiducials were seen.
        tags_seen: How many printed tags were seen.
        light_mm: How far the fiducials moved in the camera's picture; None when none was seen.
        loose_tags: Numbers of printed tags that moved alone: somebody tore or pushed them off.
    """

    camera_mm: float | None
    projector_mm: float | None
    bench_mm: float | None
    who: Mover | None
    grade: Grade
    seen: int
    tags_seen: int
    light_mm: float | None
    loose_tags: tuple[int, ...] = ()


def drift_of(reference: DriftReference, positive: Grey, negative: Grey) -> Drift | None:
    """Compare two frames with the reference.

    Returns:
        What moved, or None when it cannot be said now: some fiducials are seen, but no three
        agree, or nothing at all is seen. Ask again at the next step.
    """
    marks, tags = looked_for(reference, positive, negative)
    printed = _moved(reference.cam_from_bench, reference.tags, tags, least=LEAST_TAGS)
    if not marks and printed is not None:
        return _nobody(Grade.RED, seen=0, tags_seen=len(tags), light_mm=None)
    light = _moved(reference.cam_from_bench, reference.marks, marks, least=LEAST)
    if light is None:
        return None
    places_mm = reference.cam_from_bench.bench_at(np.array([s.at_px for s in reference.marks]))
    light_shift = light.shift_at(places_mm)
    light_mm = _mean_mm(light_shift)
    if printed is None:
        return _nobody(_grade(light_mm), seen=len(marks), tags_seen=len(tags), light_mm=light_mm)
    print_shift = printed.shift_at(places_mm)
    print_mm, apart_mm = _mean_mm(print_shift), _mean_mm(light_shift - print_shift)
    camera_mm, projector_mm, bench_mm = _shared_out(print_mm, light_mm, apart_mm)
    worst_mm = max(camera_mm, projector_mm, bench_mm)
    movers = ((Mover.CAMERA, camera_mm), (Mover.BENCH, bench_mm), (Mover.PROJECTOR, projector_mm))
    who = next((mover for mover, mm in movers if mm == worst_mm and mm >= STILL_MM), None)
    return Drift(
        camera_mm=camera_mm,
        projector_mm=projector_mm,
        bench_mm=bench_mm,
        who=who,
        grade=_grade(worst_mm),
        seen=len(marks),
        tags_seen=len(tags),
        light_mm=light_mm,
        loose_tags=printed.others,
    )


def _nobody(grade: Grade, *, seen: int, tags_seen: int, light_mm: float | None) -> Drift:
    """Something may have moved, and nobody can say what."""
    return Drift(
        camera_mm=None,
        projector_mm=None,
        bench_mm=None,
        who=None,
        grade=grade,
        seen=seen,
        tags_seen=tags_seen,
        light_mm=light_mm,
    )


def _shared_out(print_mm: float, light_mm: float, apart_mm: float) -> tuple[float, float, float]:
    """Who moved how far: camera, projector, bench. One mover is likelier than two."""
    if print_mm < STILL_MM:
        return 0.0, apart_mm, 0.0
    alike_mm = max(STILL_MM, ALIKE_SHARE * print_mm)
    if apart_mm <= alike_mm and apart_mm <= light_mm:
        return print_mm, 0.0, 0.0
    if light_mm <= alike_mm:
        return 0.0, 0.0, print_mm
    return print_mm, apart_mm, 0.0


def _grade(moved_mm: float) -> Grade:
    if moved_mm < STILL_MM:
        return Grade.GREEN
    return Grade.YELLOW if moved_mm < RED_FROM_MM else Grade.RED


def _mean_mm(shift_mm: Points) -> float:
    return float(np.linalg.norm(shift_mm, axis=1).mean())


def _moved(
    cam: SpaceMap, spots: tuple[Spot, ...], seen: dict[int, Found], *, least: int
) -> Agreed | None:
    """How those that were seen moved together, on the bench as the old map sees it."""
    there = [spot for spot in spots if spot.number in seen]
    if len(there) < least:
        return None
    at_px = np.array([spot.at_px for spot in there])
    now_px = at_px + [np.array(seen[s.number].shift_px) - s.zero_px for s in there]
    at_mm = cam.bench_at(at_px)
    return agreed(
        at_mm,
        cam.bench_at(now_px) - at_mm,
        numbers=tuple(spot.number for spot in there),
        least=least,
    )
