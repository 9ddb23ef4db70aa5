"""Hands and gloves that walk from zone to zone, and what the reader of evidence tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from station_config.station import Zone, ZoneKind
from tasks.model import Evidence
from vision.evidence import EvidenceReader, Reading
from vision.observations import ArmSeen, HandSeen, LookSeen, Observation

RATE_HZ = 30.0


def zone(zone_id: str, kind: ZoneKind, left_mm: float, wide_mm: float = 130.0) -> Zone:
    corners = ((left_mm, 400.0), (left_mm + wide_mm, 400.0))
    back = ((left_mm + wide_mm, 400.0 + wide_mm), (left_mm, 400.0 + wide_mm))
    return Zone(
        zone_id=zone_id,
        kind=kind,
        polygon_mm=corners + back,
        title={},
        enter_s=0.12,
        leave_s=0.25,
    )


ZONES = (
    zone("bin_a", ZoneKind.BIN, 0),
    zone("jig", ZoneKind.PLACE, 200),
    zone("done", ZoneKind.BUTTON, 400, 80),
)
BIN_A, JIG, DONE, REST = (65.0, 465.0), (265.0, 465.0), (440.0, 440.0), (300.0, 200.0)
Point = tuple[float, float]


def bare_hand(index_mm: Point) -> HandSeen:
    marks = np.tile(np.array(index_mm) - (0, 100), (21, 1))
    marks[0] -= (0, 80)
    for tip in (4, 12, 16, 20):
        marks[tip], marks[tip - 1], marks[tip - 2] = marks[0] + 40, marks[0] + 60, marks[0] + 60
    marks[6], marks[8] = np.array(index_mm) - (0, 45), index_mm
    return HandSeen(landmarks_mm=marks, score=0.98)


def glove(tip_mm: Point) -> ArmSeen:
    grip_mm = (tip_mm[0], tip_mm[1] - 40)
    return ArmSeen(tip_mm=tip_mm, grip_mm=grip_mm, area_mm2=2e4, is_a_hand=False)


def path(*stops: tuple[Point, float], peak_mm_s: float = 800.0) -> Iterator[Point]:
    """Where the fingertip is, frame by frame: at each stop for so long, evenly in between."""
    for (here, stays_s), (there, _) in pairwise((*stops, stops[-1])):
        yield from [here] * round(stays_s * RATE_HZ)
        frames = max(1, round(np.hypot(*np.subtract(there, here)) / peak_mm_s * RATE_HZ))
        for number in range(1, frames):
            share = number / frames
            x, y = np.array(here) * (1 - share) + np.array(there) * share
            yield float(x), float(y)


def with_hand(at_s: float, tip_mm: Point) -> Observation:
    return Observation(at_s=at_s, hands=(bare_hand(tip_mm),), covered=covered_by(tip_mm))


def with_glove(at_s: float, tip_mm: Point) -> Observation:
    return Observation(at_s=at_s, arms=(glove(tip_mm),), covered=covered_by(tip_mm))


def covered_by(tip_mm: Point) -> dict[str, float]:
    shares = dict.fromkeys((z.zone_id for z in ZONES), 0.0)
    for each in ZONES:
        (x0, y0), _, (x1, y1), _ = each.polygon_mm
        if x0 <= tip_mm[0] <= x1 and y0 <= tip_mm[1] <= y1:
            shares[each.zone_id] = 0.3
    return shares


def read(observations: list[Observation]) -> list[Evidence]:
    reader, reading, told = EvidenceReader(ZONES), Reading(), list[Evidence]()
    for observation in observations:
        reading, new = reader.read(reading, observation)
        told += new
    return told


def told(
    *stops: tuple[Point, float],
    witness: Callable[[float, Point], Observation] = with_hand,
    look: LookSeen | None = None,
    peak_mm_s: float = 800.0,
) -> dict[str, Evidence]:
    """The evidence of one walk over the bench, by its sign."""
    seen = [
        witness(number / RATE_HZ, tip)
        for number, tip in enumerate(path(*stops, peak_mm_s=peak_mm_s))
    ]
    if look is not None:
        seen = [
            Observation(
                at_s=o.at_s, hands=o.hands, arms=o.arms, covered=o.covered, looks={"jig": look}
            )
            for o in seen
        ]
    return {str(piece.sign): piece for piece in read(seen)}
