"""The worker's two hands: where they are, where they are going, what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot

from station.twin.hand_shape import Pose, Side
from station.twin.motion import Hand, Reach, reach_s

TICK_S = 1.0 / 60.0
"""The worker's clock goes in steps of this, whatever the camera's rate: the same seed gives the
same deeds at any frame rate."""
REST_MM = {Side.LEFT: (346.0, 92.0), Side.RIGHT: (610.0, 92.0)}
"""Before the jig and beside each other, away from all buttons, on a 900 mm bench."""
OFF_MM = {Side.LEFT: (250.0, -190.0), Side.RIGHT: (660.0, -190.0)}
"""In the lap: nothing of the hand is over the bench."""
REST_HEIGHT_MM = 10.0
_BETWEEN_BINS_MM = 90.0
_SIDEWAYS_MM = 90.0

Xy = tuple[float, float]
Ticks = Iterator[None]
"""Something that goes on for a while: one `next` for each tick of the worker's clock."""


@dataclass(slots=True, kw_only=True)
class _Moving:
    """A hand under way or arrived."""

    reach: Reach
    began_s: float


class Body:
    """Two hands on the worker's clock."""

    def __init__(self, peak_mm_s: float, slack_y_mm: float) -> None:
        """Begin with both hands off the bench.

        Args:
            peak_mm_s: Speed in the middle of a reach.
            slack_y_mm: Beyond this, ways from side to side swing out towards the worker, so that
                a hand does not sweep over the bins between.
        """
        self.now_s = 0.0
        self._peak_mm_s, self._slack_y_mm = peak_mm_s, slack_y_mm
        self._moving = {side: _still(side) for side in Side}

    def hands(self) -> tuple[Hand, ...]:
        """Both hands now; the one that is higher up the bench last, since it lies on top."""
        both = [self.hand(side) for side in Side]
        return tuple(sorted(both, key=lambda hand: hand.height_mm))

    def hand(self, side: Side) -> Hand:
        """One hand now."""
        moving = self._moving[side]
        return moving.reach.hand(self.now_s - moving.began_s)

    def holds(self, side: Side, parts: tuple[int, ...]) -> None:
        """Give a hand parts, or none. It goes on as it went."""
        moving = self._moving[side]
        start = replace(moving.reach.start, holding=parts)
        moving.reach = replace(moving.reach, start=start)

    def pose(self, side: Side, pose: Pose) -> None:
        """Change what the fingers are at, where the hand is."""
        hand = self.hand(side)
        self._moving[side] = _Moving(
            reach=Reach(
                start=replace(hand, pose=pose),
                to_mm=hand.at_mm,
                to_height_mm=hand.height_mm,
                takes_s=0.0,
                bulge_mm=0.0,
                arrives=pose,
            ),
            began_s=self.now_s,
        )

    def head_for(
        self, side: Side, to_mm: Xy, height_mm: float, arrives: Pose, pace: float = 1.0
    ) -> float:
        """Begin a reach from wherever the hand is. Gives how long it will take."""
        start = self.hand(side)
        (ax, ay), (bx, by) = start.at_mm, to_mm
        over_bins = min(ay, by) > self._slack_y_mm and abs(bx - ax) > _SIDEWAYS_MM
        bulge_mm = (min(ay, by) - self._slack_y_mm + _BETWEEN_BINS_MM) if over_bins else 0.0
        way_s = reach_s((ax, ay), (bx, by), self._peak_mm_s * pace)
        takes_s = way_s * (1.0 + bulge_mm / (hypot(bx - ax, by - ay) + 1.0))
        self._moving[side] = _Moving(
            reach=Reach(
                start=start,
                to_mm=to_mm,
                to_height_mm=height_mm,
                takes_s=takes_s,
                bulge_mm=bulge_mm,
                arrives=arrives,
            ),
            began_s=self.now_s,
        )
        return takes_s

    def reach(
        self, side: Side, to_mm: Xy, height_mm: float, arrives: Pose, pace: float = 1.0
    ) -> Ticks:
        """Go somewhere and be there."""
        yield from self.wait(self.head_for(side, to_mm, height_mm, arrives, pace))

    def rest(self, side: Side) -> None:
        """Begin to take a hand back to the front edge, unless it is on its way there."""
        if self._moving[side].reach.to_mm != REST_MM[side]:
            self.head_for(side, REST_MM[side], REST_HEIGHT_MM, Pose.OPEN, pace=0.85)

    def leave(self) -> None:
        """Begin to take both hands off the bench."""
        for side in Side:
            self.head_for(side, OFF_MM[side], 40.0, Pose.OPEN)

    def wait(self, for_s: float) -> Ticks:
        """Let time go by."""
        until_s = self.now_s + for_s
        while self.now_s < until_s - 1e-9:
            yield


def _still(side: Side) -> _Moving:
    hand = Hand(side=side, at_mm=OFF_MM[side], height_mm=40.0, pose=Pose.OPEN)
    reach = Reach(
        start=hand,
        to_mm=OFF_MM[side],
        to_height_mm=40.0,
        takes_s=0.0,
        bulge_mm=0.0,
        arrives=Pose.OPEN,
    )
    return _Moving(reach=reach, began_s=0.0)
