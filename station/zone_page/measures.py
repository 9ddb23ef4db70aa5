"""What each frame says of each zone, and how its last visits counted. Pure but for its memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from calibration.space import SpaceMap
from station_config.station import Zone
from tasks.model import Evidence
from vision.evidence import EvidenceReader, Reading
from vision.observations import Observation
from vision.visits import AWAY, Phase, Visit
from vision.zones import ZoneSeen, ZoneShapes, as_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """A visit that is over.

    Attributes:
        inside_s: How long the fingertip was inside.
        counted: Whether that was long enough for the zone's `enter_s`.
        deepest_mm: How deep it went.
        by_hand: Whether a recognised hand was seen inside; False: only what covered the bench.
        told: What it was taken for, with the probability: (`picked`, 0.93).
    """

    inside_s: float
    counted: bool
    deepest_mm: float
    by_hand: bool
    told: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMeasure:
    """One zone now.

    Attributes:
        depth_mm: How deep the deepest hand or arm is inside; below 0 is outside; None for nobody.
        by_hand: Whether that is a recognised hand; False for an arm that covers the bench.
        covered: Share of the zone that something covers, or None when nobody can judge.
        phase: Where the hand is.
        phase_s: For how long it has been there.
        touch: How far the touch of a button has come, 0 to 1.
        past: The last visit, or None.
    """

    depth_mm: float | None
    by_hand: bool
    covered: float | None
    phase: Phase
    phase_s: float
    touch: float
    past: PastVisit | None

    @property
    def is_reached(self) -> bool:
        """Whether the station takes a hand to be in the zone."""
        return self.phase in {Phase.INSIDE, Phase.LEAVING}


class Measurer:
    """Reads frame after frame against zones that may change between two frames."""

    def __init__(self, zones: Sequence[Zone], cam_from_bench: SpaceMap) -> None:
        """Begin with these zones; rims above the bench are measured where this camera sees them."""
        self._cam_from_bench = cam_from_bench
        self._past: dict[str, PastVisit] = {}
        self._reading = Reading()
        self._take(zones)

    def take(self, zones: Sequence[Zone]) -> None:
        """Measure against these zones from now on; past visits stay known."""
        self._take(zones)

    def measured(self, observation: Observation) -> dict[str, ZoneMeasure]:
        """Take a frame into account: zone to its measure."""
        before = self._reading.visits
        self._reading, evidence = self._reader.read(self._reading, observation)
        after = self._reading.visits
        touching = self._reader.touching(self._reading)
        for name, visit in before.items():
            if name not in after:
                self._past[name] = _past(visit)
        self._note(evidence)
        return {
            name: self._measure(seen, after.get(name, AWAY), touching.get(name, 0.0), name)
            for name, seen in self._shapes.seen_in(observation).items()
        }

    def _take(self, zones: Sequence[Zone]) -> None:
        seen = as_seen(zones, self._cam_from_bench)
        self._reader = EvidenceReader(seen)
        self._shapes = ZoneShapes(seen)
        self._reading = Reading()
        names = {zone.zone_id for zone in zones}
        self._past = {name: past for name, past in self._past.items() if name in names}

    def _note(self, evidence: Sequence[Evidence]) -> None:
        """What a visit was taken for is told when it ends, or, by looks, soon after."""
        for piece in evidence:
            name, kind = piece.sign.name, piece.sign.kind.value
            past = self._past.get(name)
            if past is None or kind in {"reached", "left"} or name in self._reading.visits:
                continue
            others = tuple(each for each in past.told if each[0] != kind)
            self._past[name] = replace(past, told=(*others, (kind, round(piece.p, 2))))

    def _measure(self, seen: ZoneSeen, visit: Visit, touch: float, name: str) -> ZoneMeasure:
        reach = seen.reach
        return ZoneMeasure(
            depth_mm=None if reach is None else reach.depth_mm,
            by_hand=reach is not None and reach.by_hand,
            covered=seen.covered,
            phase=visit.phase,
            phase_s=0.0 if visit.phase is Phase.AWAY else seen.at_s - visit.since_s,
            touch=touch,
            past=self._past.get(name),
        )


def _past(visit: Visit) -> PastVisit:
    return PastVisit(
        inside_s=visit.dwell_s,
        counted=visit.phase is not Phase.ENTERING,
        deepest_mm=visit.deepest_mm,
        by_hand=visit.hand_frames > 0,
    )


def as_json(measures: Mapping[str, ZoneMeasure]) -> dict[str, dict[str, object]]:
    """Zone to its measure, as the page reads it; lengths to a tenth of a millimetre."""
    return {name: _measure_json(measure) for name, measure in measures.items()}


def _measure_json(measure: ZoneMeasure) -> dict[str, object]:
    past = measure.past
    return {
        "depth_mm": None if measure.depth_mm is None else round(measure.depth_mm, 1),
        "by_hand": measure.by_hand,
        "covered": None if measure.covered is None else round(measure.covered, 3),
        "phase": measure.phase.name.lower(),
        "phase_s": round(measure.phase_s, 2),
        "reached": measure.is_reached,
        "touch": round(measure.touch, 2),
        "past": None
        if past is None
        else {
            "inside_s": round(past.inside_s, 2),
            "counted": past.counted,
            "deepest_mm": round(past.deepest_mm, 1),
            "by_hand": past.by_hand,
            "told": past.told,
        },
    }
