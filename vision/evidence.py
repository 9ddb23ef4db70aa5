"""What visits to zones mean: evidence, with the probability that it really happened. Pure.

The weights below are log-odds. They were set from what the twin's truth says of visits with such
features, and checked on the desk film; docs/vision.md tells how.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, inf
from typing import TYPE_CHECKING

from station_config.station import ZoneKind
from tasks.model import Evidence, Sign, SignKind
from vision.visits import AWAY, Phase, Turn, Visit, step
from vision.zones import ZoneShapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from station_config.station import Zone
    from vision.observations import LookSeen, Observation
    from vision.zones import ZoneSeen

TOUCH_S = 0.6
"""A fingertip that rests on a button this long means it: half a second of rest, and the tenth in
which it comes over the last `TOUCH_REST_MM`. Shorter, and hands that pause on their way press
buttons; longer, and people press again."""
TOUCH_REST_MM = 10.0
"""A resting fingertip strays less than this: the tremble of landmarks is 2-4 mm, people sway."""

SURE = 0.97
"""No single visit says more than this, or less than 1 - SURE: landmarks lie now and then."""

HAND_REACHED_P = 0.96
ARM_REACHED_P = 0.85
"""An arm without a recognised hand can be a sleeve, a tool or a box pushed over the bench."""

PASSING_P = 0.6
"""A reach by a hand that has not slowed down: it may still stop, or be on its way elsewhere."""
REACHING_MM_S = 250.0
PASSING_MM_S = 450.0
"""Hands reach for things at 600 to 900 mm/s and slow down over the last 100 mm."""
REACH_PLAIN_S = 0.4
"""A hand that is inside for this long without slowing down is told as what it is so far."""

TOUCHED_P = 0.97
ARM_TOUCHED_P = 0.9

UNSEEN_PLACED = 0.9
"""Without a look: things are put down more often than they are taken away again."""
UNSEEN_AFTER_S = 1.0
"""A look so soon after a visit belongs to that visit."""

CHANGED_LOOK = 0.3
"""From this difference on, the look of a place has changed (docs/vision.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What has been read so far. Replaced, never changed.

    Attributes:
        visits: Zone to the visit that is going on; zones that nobody visits are left out.
        reached: Zones whose reach has been told in the visit that is going on.
        touched: Buttons that have been pressed in the visit that is going on.
        looked: Places whose look is known in this frame.
        judged_s: Place to when it was last said what was placed or removed there.
        last_s: Time of the last evidence: the next is never older.
    """

    visits: Mapping[str, Visit] = field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    looked: frozenset[str] = frozenset()
    judged_s: Mapping[str, float] = field(default_factory=dict)
    last_s: float = -inf


class EvidenceReader:
    """Reads observations against the zones of one bench. Holds only what never changes."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._zones = {zone.zone_id: zone for zone in zones}
        self._shapes = ZoneShapes(self._zones.values())

    def read(
        self, reading: Reading, observation: Observation
    ) -> tuple[Reading, tuple[Evidence, ...]]:
        """Take one frame into account.

        Args:
            reading: What was read before.
            observation: The frame; not older than the one before.

        Returns:
            What is read now, and the evidence that this frame completed, oldest first. Evidence
            of a reach bears the time at which the fingertip came in, the rest the time at which
            it became certain; time never falls.
        """
        now = _Now(reading)
        for zone_id, seen in self._shapes.seen_in(observation).items():
            now.see(self._zones[zone_id], seen, observation.looks.get(zone_id))
        told, last_s = _never_falling(now.told, reading.last_s)
        after = Reading(
            visits=now.visits,
            reached=frozenset(now.reached),
            touched=frozenset(now.touched),
            looked=frozenset(observation.looks),
            judged_s=now.judged_s,
            last_s=last_s,
        )
        return after, told

    def touching(self, reading: Reading) -> dict[str, float]:
        """Buttons that a fingertip rests on, and how far each touch has come, 0 to 1."""
        shares: dict[str, float] = {}
        for zone_id, visit in reading.visits.items():
            if self._zones[zone_id].kind is not ZoneKind.BUTTON:
                continue
            if zone_id in reading.touched:
                shares[zone_id] = 1.0
            else:
                shares[zone_id] = min(1.0, visit.rested_s(TOUCH_REST_MM) / TOUCH_S)
        return shares


class _Now:
    """What becomes of a reading while the zones of one frame are taken in."""

    def __init__(self, before: Reading) -> None:
        self._before = before
        self.visits: dict[str, Visit] = {}
        self.reached, self.touched = set(before.reached), set(before.touched)
        self.judged_s = dict(before.judged_s)
        self.told: list[Evidence] = []

    def see(self, zone: Zone, seen: ZoneSeen, look: LookSeen | None) -> None:
        """Take in one zone, and its look if it has one."""
        name = zone.zone_id
        visit, turn = step(self._before.visits.get(name, AWAY), seen, zone)
        if visit is AWAY and look is None:
            self._forget(name)
            return
        if name not in self.reached and _is_reach(visit, turn, seen.at_s):
            self.reached.add(name)
            self.told.append(_reached(zone, visit))
        if zone.kind is ZoneKind.BUTTON and name not in self.touched and _is_touch(visit):
            self.touched.add(name)
            self.told.append(_evidence(SignKind.TOUCHED, zone, seen.at_s, _touched_p(visit)))
        if turn is Turn.LEFT:
            self.told += _after_leaving(zone, visit, look, seen.at_s)
            self.judged_s[name] = seen.at_s
            visit = AWAY
        elif visit.phase is Phase.AWAY and look is not None and name not in self._before.looked:
            self._judge_unseen(zone, look, seen.at_s)
        if visit.phase is not Phase.AWAY:
            self.visits[name] = visit
            return
        self._forget(name)

    def _forget(self, name: str) -> None:
        """Nobody visits this zone: the next visit tells its reach and touch anew."""
        self.reached.discard(name)
        self.touched.discard(name)

    def _judge_unseen(self, zone: Zone, look: LookSeen, at_s: float) -> None:
        """A place has just been uncovered, and nobody is there."""
        if at_s - self.judged_s.get(zone.zone_id, -inf) > UNSEEN_AFTER_S:
            self.told += _unseen_change(zone, look, at_s)
        self.judged_s[zone.zone_id] = at_s


def _never_falling(told: list[Evidence], last_s: float) -> tuple[tuple[Evidence, ...], float]:
    ordered: list[Evidence] = []
    for piece in sorted(told, key=lambda piece: piece.at_s):
        last_s = max(last_s, piece.at_s)
        ordered.append(Evidence(at_s=last_s, sign=piece.sign, p=piece.p))
    return tuple(ordered), last_s


def _evidence(kind: SignKind, zone: Zone, at_s: float, p: float) -> Evidence:
    return Evidence(at_s=at_s, sign=Sign(kind, zone.zone_id), p=round(p, 3))


def _is_reach(visit: Visit, turn: Turn | None, at_s: float) -> bool:
    """A reach is told when it is plain what it is, or when it is over."""
    if visit.phase not in {Phase.INSIDE, Phase.LEAVING}:
        return False
    is_plain = visit.slowest_mm_s <= REACHING_MM_S or at_s - visit.began_s >= REACH_PLAIN_S
    return is_plain or turn is Turn.LEFT


def _reached(zone: Zone, visit: Visit) -> Evidence:
    """Surer when the hand slows down: one that is passing over has not reached for anything."""
    most = HAND_REACHED_P if visit.hand_frames else ARM_REACHED_P
    p = _between(visit.slowest_mm_s, (REACHING_MM_S, most), (PASSING_MM_S, PASSING_P))
    return _evidence(SignKind.REACHED, zone, visit.began_s, p)


def _is_touch(visit: Visit) -> bool:
    return visit.phase is Phase.INSIDE and visit.rested_s(TOUCH_REST_MM) >= TOUCH_S - 1e-6


def _touched_p(visit: Visit) -> float:
    return TOUCHED_P if visit.hand_frames * 2 >= visit.frames else ARM_TOUCHED_P


def _after_leaving(
    zone: Zone, visit: Visit, look: LookSeen | None, at_s: float
) -> Iterable[Evidence]:
    yield _evidence(SignKind.LEFT, zone, at_s, HAND_REACHED_P)
    match zone.kind:
        case ZoneKind.BIN:
            p = _share(_grasp_log_odds(visit))
            yield _evidence(SignKind.PICKED, zone, at_s, p)
        case ZoneKind.PLACE:
            placed, removed = _placed_and_removed(visit, look)
            yield _evidence(SignKind.PLACED, zone, at_s, placed)
            yield _evidence(SignKind.REMOVED, zone, at_s, removed)
        case ZoneKind.BUTTON:
            pass


def _grasp_log_odds(visit: Visit) -> float:
    """Whether the hand did something there: it stays, slows down and goes in deep.

    Somebody who takes a part stands still over it for 0.2 s at least; a hand on its way crosses a
    bin of 130 mm in 0.1-0.3 s and does not slow down.
    """
    dwell = _between(visit.dwell_s, (0.15, -3.0), (0.3, -0.5), (0.45, 0.8), (0.7, 1.8), (8.0, 1.0))
    slow = _between(visit.slowest_mm_s, (60.0, 1.2), (150.0, 0.5), (300.0, -0.5), (600.0, -2.0))
    deep = _between(visit.deepest_mm, (5.0, -1.5), (15.0, -0.3), (30.0, 0.6), (50.0, 1.0))
    return dwell + slow + deep + _agreement(visit)


def _agreement(visit: Visit) -> float:
    """What the two witnesses add by agreeing: a hand was recognised, and the zone was covered."""
    by_hand = visit.hand_frames > 0
    if visit.covered_most is None:
        return 0.0
    if visit.covered_most < 0.1:  # noqa: PLR2004 - a fingertip covers a tenth of a small bin
        return -1.0 if by_hand else -2.0
    return 0.4 if by_hand else -0.2


def _placed_and_removed(visit: Visit, look: LookSeen | None) -> tuple[float, float]:
    """The two share one probability: that a hand did something there."""
    log_odds = _grasp_log_odds(visit)
    if look is None:
        acted = _share(log_odds)
        return UNSEEN_PLACED * acted, (SURE - UNSEEN_PLACED) * acted
    log_odds += _between(look.changed, (0.02, -5.0), (0.15, -3.0), (CHANGED_LOOK, 0.5), (0.5, 2.0))
    acted = _share(log_odds)
    placed = acted * _share(_filled_log_odds(look))
    return placed, acted - placed


def _unseen_change(zone: Zone, look: LookSeen, at_s: float) -> Iterable[Evidence]:
    """A place that was covered and looks different now, although no visit was noticed."""
    if look.changed < CHANGED_LOOK:
        return
    acted = _share(_between(look.changed, (CHANGED_LOOK, 0.5), (0.5, 2.5)))
    placed = acted * _share(_filled_log_odds(look))
    yield _evidence(SignKind.PLACED, zone, at_s, placed)
    yield _evidence(SignKind.REMOVED, zone, at_s, acted - placed)


def _filled_log_odds(look: LookSeen) -> float:
    """Whether something was placed rather than removed, if either was."""
    return _between(look.fuller, (-0.5, -3.0), (-0.3, 0.0), (-0.1, 2.2), (0.15, 3.5))


def _share(log_odds: float) -> float:
    """Log-odds as a probability, never surer than `SURE`."""
    return min(SURE, max(1.0 - SURE, 1.0 / (1.0 + exp(-log_odds))))


def _between(value: float, *points: tuple[float, float]) -> float:
    """Straight lines through `points`, level before the first and after the last."""
    x0, y0 = points[0]
    if value <= x0:
        return y0
    for x1, y1 in points[1:]:
        if value <= x1:
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
        x0, y0 = x1, y1
    return y0
