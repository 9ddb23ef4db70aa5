"""How deep in which zone fingertips are, in millimetres on the bench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from calibration.planes import Points
    from station_config.station import Zone
    from vision.observations import Observation

WRIST = 0
_TIPS = np.array([4, 8, 12, 16, 20])
"""Landmarks of the fingertips, thumb to little finger."""
_MIDDLE_JOINTS = np.array([3, 6, 10, 14, 18])
"""The joint of each finger that the tip passes when the finger curls."""

_TIP_RESERVE_MM = np.array([25.0, 0.0, 5.0, 20.0, 30.0])
"""How much deeper each fingertip must be than the index finger to count as deep: people point,
pick and press with index, middle finger and thumb, and the other two trail over the neighbours."""

GRIP_RESERVE_MM = 10.0
"""Likewise for the grip of an arm against its tip: it counts when the tip is past the zone."""

COVERED_BY_NOTHING = 0.05
"""Shares below this are noise at the rim of the zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The most telling point of one hand or arm.

    Attributes:
        tip_mm: Where it is, (x, y).
        depth_mm: How deep inside the zone; below 0 is outside.
        by_hand: A recognised hand; False for an arm that only covers the bench.
    """

    tip_mm: tuple[float, float]
    depth_mm: float
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSeen:
    """One zone in one frame.

    Attributes:
        at_s: When.
        reach: The deepest hand or arm, or None when there is neither.
        covered: Share of the zone that something covers; None when that cannot be judged.
    """

    at_s: float
    reach: Reach | None
    covered: float | None

    @property
    def is_unknown(self) -> bool:
        """Whether a hand may be in the zone although none is seen."""
        return self.reach is None and (self.covered is None or self.covered > COVERED_BY_NOTHING)


class ZoneShapes:
    """The polygons of all zones, ready to be asked about many points at once."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        by_corners: dict[int, list[Zone]] = {}
        for zone in zones:
            by_corners.setdefault(len(zone.polygon_mm), []).append(zone)
        # Polygons with equally many corners are measured in one go: 0.1 ms for a whole bench.
        self._stacks = [
            _Stack(
                zone_ids=[zone.zone_id for zone in alike],
                polygons_mm=np.array([zone.polygon_mm for zone in alike], np.float64),
            )
            for alike in by_corners.values()
        ]

    def seen_in(self, observation: Observation) -> dict[str, ZoneSeen]:
        """What this frame says of each zone."""
        points = _telling_points(observation)
        zone_ids = [zone_id for stack in self._stacks for zone_id in stack.zone_ids]
        depth_mm = np.concatenate(
            [
                signed_distance_mm(points.at_mm, stack.polygons_mm) - points.reserve_mm
                for stack in self._stacks
            ]
        )
        # A hand is in one zone at a time, where its deepest fingertip is: of two bins side by
        # side, the thumb that lies over the second says nothing.
        telling = [
            members[int(depth_mm[:, members].max(axis=0).argmax())]
            for members in (np.flatnonzero(points.whose == whose) for whose in points.owners())
        ]
        return {
            zone_id: ZoneSeen(
                at_s=observation.at_s,
                reach=_deepest(points, telling, depth),
                covered=observation.covered.get(zone_id),
            )
            for zone_id, depth in zip(zone_ids, depth_mm, strict=True)
        }


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Stack:
    """Zones with equally many corners; `polygons_mm` has shape (zones, corners, 2)."""

    zone_ids: list[str]
    polygons_mm: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Points:
    """Points that may be in a zone, and what is taken off the depth of each.

    Attributes:
        at_mm: Shape (N, 2).
        reserve_mm: Shape (N,).
        whose: Shape (N,), the number of the hand or arm; hands come first.
        hands: How many hands there are.
    """

    at_mm: Points
    reserve_mm: NDArray[np.float64]
    whose: NDArray[np.intp]
    hands: int

    def owners(self) -> range:
        """The numbers that occur in `whose`."""
        return range(int(self.whose[-1]) + 1 if len(self.whose) else 0)


def _telling_points(observation: Observation) -> _Points:
    """Tips of stretched fingers (of all fingers when none is, as in a fist) and ends of arms."""
    at_mm: list[Points] = [np.zeros((0, 2))]
    reserve_mm: list[NDArray[np.float64]] = [np.zeros(0)]
    for hand in observation.hands:
        from_wrist = np.linalg.norm(hand.landmarks_mm - hand.landmarks_mm[WRIST], axis=1)
        stretched = from_wrist[_TIPS] > from_wrist[_MIDDLE_JOINTS]
        if not stretched.any():
            stretched[:] = True
        at_mm.append(hand.landmarks_mm[_TIPS][stretched])
        reserve_mm.append(_TIP_RESERVE_MM[stretched])
    for arm in observation.arms:
        if not arm.is_a_hand:
            at_mm.append(np.array([arm.tip_mm, arm.grip_mm]))
            reserve_mm.append(np.array([0.0, GRIP_RESERVE_MM]))
    counts = [len(reserve) for reserve in reserve_mm[1:]]
    return _Points(
        at_mm=np.concatenate(at_mm),
        reserve_mm=np.concatenate(reserve_mm),
        whose=np.repeat(np.arange(len(counts)), counts),
        hands=len(observation.hands),
    )


def _deepest(
    points: _Points, telling: list[np.intp], depth_mm: NDArray[np.float64]
) -> Reach | None:
    """The deepest of the telling points in one zone."""
    if not telling:
        return None
    best = max(telling, key=lambda point: float(depth_mm[point]))
    x, y = points.at_mm[best]
    return Reach(
        tip_mm=(float(x), float(y)),
        depth_mm=float(depth_mm[best]),
        by_hand=bool(points.whose[best] < points.hands),
    )


def signed_distance_mm(points: Points, polygons: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far points lie inside (above 0) or outside (below 0) of polygons.

    Args:
        points: Shape (N, 2), mm.
        polygons: Shape (Z, K, 2), mm, corners in either direction; need not be convex.

    Returns:
        Shape (Z, N), mm to the nearest edge.
    """
    start = polygons[:, None]
    end = np.roll(polygons, -1, axis=1)[:, None]
    along = end - start
    away = points[None, :, None, :] - start
    length2 = np.maximum((along**2).sum(axis=3), 1e-12)
    share = np.clip((away * along).sum(axis=3) / length2, 0.0, 1.0)
    distance = np.sqrt(((away - share[..., None] * along) ** 2).sum(axis=3)).min(axis=2)
    # A ray to the right crosses the outline an odd number of times from inside (Shimrat 1962).
    x, y = points[None, :, None, 0], points[None, :, None, 1]
    straddles = (start[..., 1] > y) != (end[..., 1] > y)
    rise = np.where(along[..., 1] == 0.0, 1.0, along[..., 1])
    crossing_x = start[..., 0] + (y - start[..., 1]) * along[..., 0] / rise
    inside = (straddles & (x < crossing_x)).sum(axis=2) % 2 == 1
    return np.asarray(np.where(inside, distance, -distance), np.float64)
