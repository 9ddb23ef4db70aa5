"""What visits to zones mean: evidence, with the probability that it really happened. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING

from station_config.station import ZoneKind
from tasks.model import Evidence, Sign, SignKind
from vision.looks import COVERED
from vision.odds import between, likelier, picked, placed_and_removed, placed_and_removed_unseen
from vision.visits import AWAY, Phase, Turn, Visit, step
from vision.zones import ZoneShapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from station_config.station import Zone
    from vision.observations import LookSeen, Observation
    from vision.zones import ZoneSeen

TOUCH_S = 0.6
"""A pointing finger that rests on a button this long means it: half a second of rest, and the tenth
in which it comes over the last `TOUCH_REST_MM`. Longer, and people press again."""
TOUCH_REST_MM = 10.0
"""A resting fingertip strays less than this: the tremble of landmarks is 2-4 mm, people sway."""
OPEN_TOUCH_S = 2.0
OPEN_TOUCH_REST_MM = 6.0
"""A hand that does not point lies on a button for longer and stiller before it presses: people who
hesitate hold an open hand over the bench for seconds, and it drifts; not everybody can point."""
ARM_TOUCH_REST_MM = 18.0
"""The end of an arm jumps by two pixels of 4 mm each way when light falls on it."""

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

LOOK_WAIT_S = 0.25
COVERED_WAIT_S = 1.0
HIDDEN_WAIT_S = 10.0
"""So long after a place was left and is bare its look is waited for; in all so long while something
still covers it: fingertips leave before the rest of the hand has drawn back, but what covers a
place for longer may be a light or a thing that was taken for an arm; and so long while a recognised
hand or its forearm is over it, as when somebody hesitates behind it."""
UNSEEN_AFTER_S = 1.0
"""A look so soon after a visit belongs to that visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A visit that has ended, while the look of its place is waited for.

    Attributes:
        visit: What happened; of several, in which the hand came back, the most telling.
        left_s: When it ended.
        covered_s: When something still covered the place.
        hidden_s: When a recognised hand or its forearm was still over it.
    """

    visit: Visit
    left_s: float
    covered_s: float = -inf
    hidden_s: float = -inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What has been read so far. Replaced, never changed.

    Attributes:
        visits: Zone to the visit that is going on; zones that nobody visits are left out.
        reached: Zones whose reach has been told in the visit that is going on.
        touched: Buttons that have been pressed in the visit that is going on.
        looked: Places whose look is known in this frame.
        judged_s: Place to when it was last said what was placed or removed there.
        waiting: Place to the visit that has ended there, while its look is waited for.
        last_s: Time of the last evidence: the next is never older.
    """

    visits: Mapping[str, Visit] = field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    looked: frozenset[str] = frozenset()
    judged_s: Mapping[str, float] = field(default_factory=dict)
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
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
        now = _Now(reading, observation)
        for zone_id, seen in self._shapes.seen_in(observation).items():
            now.see(self._zones[zone_id], seen)
        told, last_s = _never_falling(now.told, reading.last_s)
        after = Reading(
            visits=now.visits,
            reached=frozenset(now.reached),
            touched=frozenset(now.touched),
            looked=frozenset(observation.looks),
            judged_s=now.judged_s,
            waiting=now.waiting,
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
                shares[zone_id] = min(1.0, _touch_share(visit))
        return shares


class _Now:
    """What becomes of a reading while the zones of one frame are taken in."""

    def __init__(self, before: Reading, observation: Observation) -> None:
        self._before, self._observation = before, observation
        self.visits: dict[str, Visit] = {}
        self.reached, self.touched = set(before.reached), set(before.touched)
        self.judged_s = dict(before.judged_s)
        self.waiting = dict(before.waiting)
        self.told: list[Evidence] = []

    def see(self, zone: Zone, seen: ZoneSeen) -> None:
        """Take in one zone, and its look if it has one."""
        name = zone.zone_id
        look = self._observation.looks.get(name)
        visit, turn = step(self._before.visits.get(name, AWAY), seen, zone)
        # While a hand is back it was not done: what it did shows when it has left.
        if name in self.waiting and visit is AWAY:
            self._judge_waiting(zone, seen, look)
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
            self._leave(zone, visit, seen.at_s)
            if zone.kind is ZoneKind.PLACE:
                self._judge_waiting(zone, seen, look)
            visit = AWAY
        elif visit.phase is Phase.AWAY and look is not None and name not in self._before.looked:
            self._judge_unseen(zone, look, seen.at_s)
        if visit.phase is not Phase.AWAY:
            self.visits[name] = visit
            return
        self._forget(name)

    def _leave(self, zone: Zone, visit: Visit, at_s: float) -> None:
        self.told.append(_evidence(SignKind.LEFT, zone, at_s, HAND_REACHED_P))
        if zone.kind is ZoneKind.BIN:
            p = picked(visit)
            self.told.append(_evidence(SignKind.PICKED, zone, at_s, p))
        if zone.kind is ZoneKind.PLACE:
            before = self.waiting.get(zone.zone_id)
            if before is not None:
                visit = likelier(before.visit, visit)
            self.waiting[zone.zone_id] = Waiting(visit=visit, left_s=at_s)

    def _judge_waiting(self, zone: Zone, seen: ZoneSeen, look: LookSeen | None) -> None:
        """Say what was placed or removed, with the look that belongs to it if there will be one."""
        name, at_s = zone.zone_id, seen.at_s
        waiting = self.waiting[name]
        if seen.covered is not None and seen.covered > COVERED:
            waiting = replace(waiting, covered_s=at_s)
        if name in self._observation.hidden:
            waiting = replace(waiting, hidden_s=at_s)
        if look is None and name not in self._observation.first_looks and _waits(waiting, at_s):
            self.waiting[name] = waiting
            return
        del self.waiting[name]
        self._tell_place(zone, placed_and_removed(waiting.visit, look), at_s)
        self.judged_s[name] = at_s

    def _forget(self, name: str) -> None:
        """Nobody visits this zone: the next visit tells its reach and touch anew."""
        self.reached.discard(name)
        self.touched.discard(name)

    def _judge_unseen(self, zone: Zone, look: LookSeen, at_s: float) -> None:
        """A place has just been uncovered, and nobody is there."""
        changed = placed_and_removed_unseen(look)
        if changed and at_s - self.judged_s.get(zone.zone_id, -inf) > UNSEEN_AFTER_S:
            self._tell_place(zone, changed, at_s)
        self.judged_s[zone.zone_id] = at_s

    def _tell_place(self, zone: Zone, placed_removed: tuple[float, float], at_s: float) -> None:
        placed, removed = placed_removed
        self.told.append(_evidence(SignKind.PLACED, zone, at_s, placed))
        self.told.append(_evidence(SignKind.REMOVED, zone, at_s, removed))


def _waits(waiting: Waiting, at_s: float) -> bool:
    """Whether a look may still come: soon after the place is bare, but not for ever."""
    left_s = waiting.left_s
    covered_until_s = min(waiting.covered_s, left_s + COVERED_WAIT_S - LOOK_WAIT_S)
    hidden_until_s = min(waiting.hidden_s, left_s + HIDDEN_WAIT_S - LOOK_WAIT_S)
    return at_s - max(left_s, covered_until_s, hidden_until_s) < LOOK_WAIT_S - 1e-6


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
    p = between(visit.slowest_mm_s, (REACHING_MM_S, most), (PASSING_MM_S, PASSING_P))
    return _evidence(SignKind.REACHED, zone, visit.began_s, p)


def _touch_share(visit: Visit) -> float:
    """How far a touch has come: from 1 it is one."""
    if not _by_hand(visit):
        return visit.lingered_s(ARM_TOUCH_REST_MM) / TOUCH_S
    if visit.pointed(TOUCH_S):
        return visit.rested_s(TOUCH_REST_MM) / TOUCH_S
    return visit.rested_s(OPEN_TOUCH_REST_MM) / OPEN_TOUCH_S


def _by_hand(visit: Visit) -> bool:
    return visit.hand_frames * 2 >= visit.frames


def _is_touch(visit: Visit) -> bool:
    return visit.phase is Phase.INSIDE and _touch_share(visit) >= 1.0 - 1e-6


def _touched_p(visit: Visit) -> float:
    return TOUCHED_P if _by_hand(visit) else ARM_TOUCHED_P
