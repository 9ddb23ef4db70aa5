"""Looks at one picture of the bench after the other, and says what happened."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from vision.evidence import EvidenceReader, Reading
from vision.look_watch import LookWatch
from vision.observations import HandSeen, Observation
from vision.second_witness import SecondWitness
from vision.trouble import BlackJudge
from vision.zones import as_seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from calibration.maps import BenchMaps
    from station_config.station import Station
    from tasks.model import Evidence
    from vision.frames import Frame
    from vision.hands import Hand
    from vision.light import LightNotice
    from vision.taught_looks import ZonesLooks

EMPTY_FOR_S = 1.0
"""After the bench has been empty this long, hands are only looked for when something comes in."""
LOOK_ANYWAY_S = 0.5
"""But at least this often, in case the second witness is mistaken."""


class FindsHands(Protocol):
    """Recognises hands; `vision.hands.HandFinder` is the one that does."""

    def find(self, bgr: NDArray[np.uint8], *, taken_s: float) -> tuple[Hand, ...]:
        """The hands in this picture."""
        ...

    def close(self) -> None:
        """Let go of the model."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one picture gave.

    Attributes:
        at_s: When it was taken.
        evidence: What is certain since this picture, oldest first.
        observation: What was measured, to record and replay.
        stages_ms: Stage to how long it took: `witness`, `hands`, `reading`.
        hands_seen: How many hands were recognised.
        touching: Button to how far its touch has come, 0 to 1; only buttons being touched.
        still: Zones with taught looks over which nobody has been for a moment.
        judged: Zones whose look was judged in this picture.
        trouble: Why this picture is of no use, in plain words, or None.
    """

    at_s: float
    evidence: tuple[Evidence, ...]
    observation: Observation
    stages_ms: Mapping[str, float]
    hands_seen: int
    touching: Mapping[str, float] = field(default_factory=dict)
    still: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    trouble: str | None = None


class Eyes:
    """The eyes of one station. To be used by one thread."""

    def __init__(
        self,
        *,
        station: Station,
        maps: BenchMaps,
        camera_wh: tuple[int, int],
        hands: FindsHands | None,
        light_delay_s: float | None = None,
        looks: ZonesLooks | None = None,
    ) -> None:
        """Open them.

        Args:
            station: The zones and the size of the bench.
            maps: Where the bench lies in the picture.
            camera_wh: Width and height of the pictures.
            hands: What recognises hands; None leaves the second witness alone.
            light_delay_s: From the station's order to the projector until its light is in the
                picture, as measured at set-up; None takes what such parts usually need.
            looks: Zones whose looks were taught; they are judged while nobody is over them.
        """
        self._cam_from_bench = maps.cam_from_bench
        self._hands = hands
        self._witness = SecondWitness(
            station=station,
            cam_from_bench=maps.cam_from_bench,
            camera_wh=camera_wh,
            light_delay_s=light_delay_s,
        )
        self._reading = Reading()
        self._reader = EvidenceReader(as_seen(station.zones.values(), maps.cam_from_bench))
        self._look_watch = LookWatch(
            looks or {}, as_seen(station.zones.values(), maps.cam_from_bench)
        )
        self._judge = BlackJudge()
        self._last_busy_s: float | None = None
        self._last_looked_s = float("-inf")

    def watch(self, station: Station) -> None:
        """Watch other zones of the same bench from the next picture on.

        What the bare bench looks like stays known; visits that are going on are forgotten.
        """
        self._witness.watch(station)
        self._reader = EvidenceReader(as_seen(station.zones.values(), self._cam_from_bench))
        self._reading = Reading()

    def look(self, frame: Frame, light: LightNotice | None = None) -> Sight:
        """Look at one picture.

        Args:
            frame: Not older than the one before.
            light: The station changed its light since the last picture.
        """
        began = time.perf_counter()
        if light is not None:
            self._witness.light_changes(light)
            self._look_watch.light_changes(light)
        trouble = self._judge.trouble(frame)
        if trouble is not None:
            nothing = Observation(at_s=frame.taken_s)
            return Sight(
                at_s=frame.taken_s,
                evidence=(),
                observation=nothing,
                stages_ms={},
                hands_seen=0,
                trouble=trouble,
            )
        self._witness.look(frame.bgr, at_s=frame.taken_s)
        witnessed = time.perf_counter()
        hands = self._found(frame)
        found = time.perf_counter()
        observation = self._observation(frame.taken_s, hands)
        self._reading, evidence = self._reader.read(self._reading, observation)
        evidence += self._told_by_looks(frame, observation)
        read = time.perf_counter()
        return Sight(
            at_s=frame.taken_s,
            evidence=evidence,
            observation=observation,
            stages_ms={
                "witness": 1e3 * (witnessed - began),
                "hands": 1e3 * (found - witnessed),
                "reading": 1e3 * (read - found),
            },
            hands_seen=len(hands),
            touching=self._reader.touching(self._reading),
            still=self._look_watch.still,
            judged=self._look_watch.judged,
        )

    def close(self) -> None:
        """Let go of the model, before the interpreter ends. May be called twice."""
        if self._hands is not None:
            self._hands.close()

    def _told_by_looks(self, frame: Frame, observation: Observation) -> tuple[Evidence, ...]:
        """What zones look like. What is told of reaches afterwards bears no earlier time."""
        told = self._look_watch.look(frame.bgr, observation)
        if told:
            last_s = max(self._reading.last_s, frame.taken_s)
            self._reading = replace(self._reading, last_s=last_s)
        return told

    def _found(self, frame: Frame) -> tuple[Hand, ...]:
        """The hands, if there can be any: an empty bench costs no more than the second witness."""
        if self._hands is None:
            return ()
        if not self._witness.sees_nothing or self._last_busy_s is None:
            self._last_busy_s = frame.taken_s
        empty = frame.taken_s - self._last_busy_s > EMPTY_FOR_S
        if empty and frame.taken_s - self._last_looked_s < LOOK_ANYWAY_S:
            return ()
        self._last_looked_s = frame.taken_s
        hands = self._hands.find(frame.bgr, taken_s=frame.taken_s)
        if hands:
            self._last_busy_s = frame.taken_s
        return hands

    def _observation(self, at_s: float, hands: tuple[Hand, ...]) -> Observation:
        return Observation(
            at_s=at_s,
            hands=tuple(
                HandSeen(
                    landmarks_mm=self._cam_from_bench.bench_at(hand.landmarks_px),
                    score=hand.score,
                )
                for hand in hands
            ),
            arms=self._witness.arms_with(hands),
            covered=self._witness.covered,
            looks=self._witness.looks_with(hands),
            first_looks=self._witness.first_looks,
            hidden=self._witness.hidden,
        )
