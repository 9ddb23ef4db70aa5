"""How hands move: smooth reaches, as people make them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, degrees, hypot, pi, sin

from station.twin.hand_shape import Pose, Side

PEAK_FACTOR = 1.875
"""A minimum-jerk reach is this much faster in its middle than on average (Flash & Hogan 1985)."""
SHORTEST_S = 0.28
_LIFT_MM = 34.0
"""How far a hand rises on a long way."""
_LONG_MM = 260.0
_STEEPEST_DEG = 33.0
"""Wrist and elbow keep a forearm within this of straight ahead."""
ELBOW_MM = {Side.LEFT: (205.0, -330.0), Side.RIGHT: (695.0, -330.0)}
"""Where the elbows are while somebody works at the middle of the bench, on a 900 mm bench."""

_LETS_GO_AT, _OPEN_AT, _POINTS_AT, _CLOSES_AT = 0.12, 0.25, 0.35, 0.8
"""Shares of a reach at which the fingers change. Hands open early and close near the end of a
reach (Jeannerod 1984: the widest grip comes at about three quarters)."""

Xy = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """One hand at one moment.

    Attributes:
        side: Which hand.
        at_mm: Where its grip is: the finger tips, or the tip that points.
        height_mm: How high the hand is.
        pose: What the fingers are at.
        holding: Kinds of the parts in it (see `part_picture`).
    """

    side: Side
    at_mm: Xy
    height_mm: float
    pose: Pose
    holding: tuple[int, ...] = ()

    @property
    def turned_deg(self) -> float:
        """Clockwise, seen from above: the forearm comes from the elbow."""
        elbow = ELBOW_MM[self.side]
        straight = degrees(atan2(self.at_mm[0] - elbow[0], self.at_mm[1] - elbow[1]))
        return max(-_STEEPEST_DEG, min(_STEEPEST_DEG, straight))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A way from one place to another.

    Attributes:
        start: The hand at the beginning.
        to_mm: Where its grip goes.
        to_height_mm: How high it is there.
        takes_s: How long it takes.
        bulge_mm: How far the way bends towards the worker in its middle.
        arrives: What the fingers are at when it arrives.
    """

    start: Hand
    to_mm: Xy
    to_height_mm: float
    takes_s: float
    bulge_mm: float
    arrives: Pose

    def hand(self, since_s: float) -> Hand:
        """The hand this long after the beginning."""
        t = 1.0 if self.takes_s <= 0 else max(0.0, min(1.0, since_s / self.takes_s))
        s = t**3 * (10 - 15 * t + 6 * t**2)
        (ax, ay), (bx, by) = self.start.at_mm, self.to_mm
        away = min(1.0, hypot(bx - ax, by - ay) / _LONG_MM)
        height = self.start.height_mm + (self.to_height_mm - self.start.height_mm) * s
        return replace(
            self.start,
            at_mm=(ax + (bx - ax) * s, ay + (by - ay) * s - self.bulge_mm * sin(pi * s)),
            height_mm=height + _LIFT_MM * away * sin(pi * s),
            pose=_pose_between(self.start.pose, self.arrives, t, full=bool(self.start.holding)),
        )


def reach_s(start: Xy, to: Xy, peak_mm_s: float) -> float:
    """How long somebody takes for a way, whose fastest moment is at `peak_mm_s`."""
    return max(SHORTEST_S, PEAK_FACTOR * hypot(to[0] - start[0], to[1] - start[1]) / peak_mm_s)


def _pose_between(start: Pose, end: Pose, t: float, *, full: bool) -> Pose:
    """Fingers open on the way and close towards the end; a full hand stays closed."""
    if full:
        return Pose.GRASP
    if end is Pose.POINT:
        return start if t < _POINTS_AT else Pose.POINT
    if t < _LETS_GO_AT:
        return start
    if t < _OPEN_AT and start is not Pose.OPEN:
        return Pose.CURLED
    if t < _CLOSES_AT or end is Pose.OPEN:
        return Pose.OPEN
    return Pose.CURLED
