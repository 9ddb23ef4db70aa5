"""When a hand came into a zone, what it did there and when it left. Pure.

A zone is entered when a fingertip has been inside for the zone's `enter_s`, and left when all
have been clearly outside for its `leave_s`. Both are times, not counts of frames, and the rim has
a width: between `OUTSIDE_MM` and `INSIDE_MM` nothing changes. A hand that is lost while something
still covers the zone has not left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from math import dist, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station_config.station import Zone
    from vision.zones import ZoneSeen

INSIDE_MM = 2.0
OUTSIDE_MM = -10.0
"""The rim. Landmarks on a resting hand tremble by 2-4 mm (desk film), bins have thick walls."""

UNKNOWN_AT_MOST_S = 1.5
"""A zone that nobody can judge for longer than this counts as left: the second witness has learned
by then whatever lies there."""

TRAIL_S = 2.2
"""How far back a fingertip is compared with where it is now, to say since when it rests: a little
more than the longest rest that anything asks for."""
FAR_MM = 40.0
GONE_SHARE = 0.4
"""A hand this far outside, or one that has left a zone which nothing covers any more, is not
trembling at the rim: it counts as gone after this share of the zone's `leave_s`."""
UNCOVERED = 0.02


SLOW_WINDOW_S = 0.1
"""The speed of a fingertip is its way in this time: long enough to drown the tremble."""


class Phase(Enum):
    """Where a hand is, as far as one zone is concerned."""

    AWAY = auto()
    ENTERING = auto()
    INSIDE = auto()
    LEAVING = auto()


class Turn(Enum):
    """What changed in this frame."""

    ENTERED = auto()
    LEFT = auto()


@dataclass(frozen=True, slots=True)
class TrailPoint:
    """Where the telling fingertip was, and whether it was that of a hand that points."""

    at_s: float
    tip_mm: tuple[float, float]
    is_pointing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one zone has seen of one visit. `AWAY` is the visit that has not begun.

    Attributes:
        phase: Where the hand is.
        since_s: When it got into this phase.
        began_s: When the fingertip first came in.
        last_inside_s: When it was last inside.
        deepest_mm: The deepest it has been.
        slowest_mm_s: The slowest it has moved inside; infinite when that was never measured.
        frames: Frames in which it was inside.
        hand_frames: Those in which a recognised hand said so.
        covered_most: The largest share of the zone that was covered, or None: never judged.
        trail: The telling fingertip over the last `TRAIL_S`.
        doubtful_since_s: Since when nobody can judge the zone, or None.
    """

    phase: Phase = Phase.AWAY
    since_s: float = -inf
    began_s: float = -inf
    last_inside_s: float = -inf
    deepest_mm: float = -inf
    slowest_mm_s: float = inf
    frames: int = 0
    hand_frames: int = 0
    covered_most: float | None = None
    trail: tuple[TrailPoint, ...] = ()
    doubtful_since_s: float | None = None

    @property
    def dwell_s(self) -> float:
        """How long the fingertip was inside."""
        return max(0.0, self.last_inside_s - self.began_s)

    def rested_s(self, within_mm: float) -> float:
        """For how long the fingertip has not strayed further than this from where it is now."""
        still_s = 0.0
        for point in reversed(self.trail):
            if dist(point.tip_mm, self.trail[-1].tip_mm) > within_mm:
                break
            still_s = self.trail[-1].at_s - point.at_s
        return still_s

    def pointed(self, for_s: float) -> bool:
        """Whether the hand was pointing for most of the last so many seconds."""
        since_s = self.trail[-1].at_s - for_s if self.trail else 0.0
        lately = [point.is_pointing for point in self.trail if point.at_s >= since_s]
        return sum(lately) * 2 > len(lately)

    def lingered_s(self, within_mm: float) -> float:
        """The same around its middle place, for an end that jumps to and fro."""
        still_s, x_mm, y_mm = 0.0, 0.0, 0.0
        for count, point in enumerate(reversed(self.trail)):
            x, y = point.tip_mm
            if count and dist((x, y), (x_mm / count, y_mm / count)) > within_mm:
                break
            x_mm, y_mm = x_mm + x, y_mm + y
            still_s = self.trail[-1].at_s - point.at_s
        return still_s


AWAY = Visit()


def step(visit: Visit, seen: ZoneSeen, zone: Zone) -> tuple[Visit, Turn | None]:
    """Take one frame into account.

    Args:
        visit: What was known of the zone before.
        seen: The zone in this frame; not older than the one before.
        zone: Its enter and leave times.

    Returns:
        The visit now, and what changed. With `Turn.LEFT` the visit is the one that has just
        ended, still complete; pass `AWAY` the next time.
    """
    if seen.is_unknown and visit.phase is not Phase.AWAY:
        return _in_doubt(visit, seen, zone)
    reach = seen.reach
    depth_mm = -inf if reach is None else reach.depth_mm
    # Most zones in most frames.
    if visit is AWAY and depth_mm < INSIDE_MM:
        return AWAY, None
    if depth_mm >= INSIDE_MM:
        return _inside(visit, seen, zone)
    if depth_mm > OUTSIDE_MM and visit.phase in {Phase.INSIDE, Phase.LEAVING}:
        return replace(visit, doubtful_since_s=None), None
    return _outside(replace(visit, doubtful_since_s=None), seen, zone)


def _inside(visit: Visit, seen: ZoneSeen, zone: Zone) -> tuple[Visit, Turn | None]:
    if visit.phase is Phase.AWAY:
        visit = Visit(phase=Phase.ENTERING, since_s=seen.at_s, began_s=seen.at_s)
    visit = _measured(visit, seen)
    if visit.phase is Phase.LEAVING:
        return replace(visit, phase=Phase.INSIDE, since_s=seen.at_s), None
    if visit.phase is Phase.ENTERING and seen.at_s - visit.since_s >= zone.enter_s - 1e-6:
        return replace(visit, phase=Phase.INSIDE, since_s=seen.at_s), Turn.ENTERED
    return visit, None


def _outside(visit: Visit, seen: ZoneSeen, zone: Zone) -> tuple[Visit, Turn | None]:
    match visit.phase:
        case Phase.AWAY | Phase.ENTERING:
            return AWAY, None
        case Phase.INSIDE:
            visit = replace(visit, phase=Phase.LEAVING, since_s=seen.at_s)
        case Phase.LEAVING:
            pass
    if seen.at_s - visit.since_s >= zone.leave_s * _leave_share(seen) - 1e-6:
        return visit, Turn.LEFT
    return visit, None


def _leave_share(seen: ZoneSeen) -> float:
    """How much of the time to leave must pass: less when it is plain that nobody is there."""
    if seen.reach is None:
        return 1.0
    if seen.covered is not None and seen.covered < UNCOVERED:
        return GONE_SHARE
    is_far = seen.reach.by_hand and seen.reach.depth_mm <= -FAR_MM
    return GONE_SHARE if is_far else 1.0


def _in_doubt(visit: Visit, seen: ZoneSeen, zone: Zone) -> tuple[Visit, Turn | None]:
    """Nobody sees a hand, and the zone may still be covered: wait, but not for ever."""
    since_s = seen.at_s if visit.doubtful_since_s is None else visit.doubtful_since_s
    waited = replace(visit, doubtful_since_s=since_s)
    if seen.at_s - since_s < UNKNOWN_AT_MOST_S:
        return waited, None
    return _outside(waited, seen, zone)


def _measured(visit: Visit, seen: ZoneSeen) -> Visit:
    """The visit with this frame's depth, speed and coverage taken into it."""
    reach = seen.reach
    if reach is None:
        return visit
    kept = tuple(point for point in visit.trail if seen.at_s - point.at_s <= TRAIL_S)
    trail = (*kept, TrailPoint(seen.at_s, reach.tip_mm, reach.is_pointing))
    most = visit.covered_most
    if seen.covered is not None:
        most = seen.covered if most is None else max(most, seen.covered)
    return replace(
        visit,
        last_inside_s=seen.at_s,
        deepest_mm=max(visit.deepest_mm, reach.depth_mm),
        slowest_mm_s=min(visit.slowest_mm_s, _speed_mm_s(trail)),
        frames=visit.frames + 1,
        hand_frames=visit.hand_frames + reach.by_hand,
        covered_most=most,
        trail=trail,
        doubtful_since_s=None,
    )


def _speed_mm_s(trail: tuple[TrailPoint, ...]) -> float:
    """The way of the last `SLOW_WINDOW_S` as a speed; infinite when the trail is shorter."""
    now = trail[-1]
    for point in reversed(trail):
        took_s = now.at_s - point.at_s
        if took_s >= SLOW_WINDOW_S - 1e-6:
            return dist(now.tip_mm, point.tip_mm) / took_s
    return inf
