"""How deep in which zone fingertips are, in millimetres on the bench."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from calibration.planes import Points
    from calibration.space import SpaceMap
    from station_config.station import PolygonMm, Zone
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

POINTS_FROM = 0.12
"""A hand points when its index finger reaches further from the wrist than the other three, by this
share of its own reach. An open hand has -0.05 (the middle finger is longer), one finger out of a
loose fist 0.28 and more."""
_INDEX_TIP, _OTHER_TIPS = 8, np.array([12, 16, 20])

COVERED_BY_NOTHING = 0.05
"""Shares below this are noise at the rim of the zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The most telling point of one hand or arm.

    Attributes:
        tip_mm: Where it is, (x, y).
        depth_mm: How deep inside the zone; below 0 is outside.
        by_hand: A recognised hand; False for an arm that only covers the bench.
        is_pointing: Its index finger is stretched out alone, as of one that presses a button.
    """

    tip_mm: tuple[float, float]
    depth_mm: float
    by_hand: bool
    is_pointing: bool = False


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


def as_seen(zones: Iterable[Zone], cam_from_bench: SpaceMap) -> tuple[Zone, ...]:
    """Zones as the camera sees them: rims above the bench, moved to where they seem to lie on it.

    Fingertips and ends of arms are put on the bench as if they lay flat on it. A hand goes through
    the plane of the rim to reach into a bin: there both are moved alike, and the comparison is
    exact.

    Args:
        zones: As they are.
        cam_from_bench: The camera's map. One that knows no height moves nothing.
    """
    return tuple(
        replace(zone, polygon_mm=_seen_polygon(zone, cam_from_bench))
        if zone.height_mm > 0.0 and cam_from_bench.knows_height
        else zone
        for zone in zones
    )


def _seen_polygon(zone: Zone, cam_from_bench: SpaceMap) -> PolygonMm:
    corners_mm = np.array(zone.polygon_mm, np.float64)
    seen_mm = cam_from_bench.seen_on_bench(corners_mm, zone.height_mm)
    return tuple((float(x), float(y)) for x, y in seen_mm)


class ZoneShapes:
    """The polygons of all zones, ready to be asked about many points at once."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        polygons = {zone.zone_id: zone.polygon_mm for zone in zones}
        self._zone_ids = list(polygons)
        # The last corner again and again changes no outline, and polygons with equally many
        # corners are measured in one go: 0.1 ms for a whole bench.
        corners = max(map(len, polygons.values()), default=0)
        self._polygons_mm = np.array(
            [(*each, *each[-1:] * (corners - len(each))) for each in polygons.values()], np.float64
        ).reshape(len(polygons), corners, 2)

    def seen_in(self, observation: Observation) -> dict[str, ZoneSeen]:
        """What this frame says of each zone."""
        return {
            zone_id: ZoneSeen(
                at_s=observation.at_s, reach=reach, covered=observation.covered.get(zone_id)
            )
            for zone_id, reach in zip(self._zone_ids, self._reaches(observation), strict=True)
        }

    def _reaches(self, observation: Observation) -> list[Reach | None]:
        """The deepest hand or arm in each zone."""
        points = _telling_points(observation)
        if len(points.at_mm) == 0 or not self._zone_ids:
            return [None] * len(self._zone_ids)
        depth_mm = signed_distance_mm(points.at_mm, self._polygons_mm) - points.reserve_mm
        # A hand is in one zone at a time, where its deepest fingertip is: of two bins side by
        # side, the thumb that lies over the second says nothing.
        deepest_mm = depth_mm.max(axis=0)
        telling = np.array(
            [
                members[deepest_mm[members].argmax()]
                for members in (np.flatnonzero(points.whose == whose) for whose in points.owners())
            ]
        )
        tips_mm = [(float(x), float(y)) for x, y in points.at_mm[telling]]
        by_hand = (points.whose[telling] < points.hands).tolist()
        pointing = [*points.pointing, *(False for _ in points.owners()[points.hands :])]
        told_mm = depth_mm[:, telling]
        best, best_mm = told_mm.argmax(axis=1).tolist(), told_mm.max(axis=1).tolist()
        return [
            Reach(
                tip_mm=tips_mm[which],
                depth_mm=deep_mm,
                by_hand=by_hand[which],
                is_pointing=pointing[which],
            )
            for which, deep_mm in zip(best, best_mm, strict=True)
        ]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Points:
    """Points that may be in a zone, and what is taken off the depth of each.

    Attributes:
        at_mm: Shape (N, 2).
        reserve_mm: Shape (N,).
        whose: Shape (N,), the number of the hand or arm; hands come first.
        pointing: Of each hand whether it points.
    """

    at_mm: Points
    reserve_mm: NDArray[np.float64]
    whose: NDArray[np.intp]
    pointing: tuple[bool, ...]

    @property
    def hands(self) -> int:
        """How many hands there are."""
        return len(self.pointing)

    def owners(self) -> range:
        """The numbers that occur in `whose`."""
        return range(int(self.whose[-1]) + 1 if len(self.whose) else 0)


def _telling_points(observation: Observation) -> _Points:
    """Tips of stretched fingers (of all fingers when none is, as in a fist) and ends of arms."""
    at_mm: list[Points] = [np.zeros((0, 2))]
    reserve_mm: list[NDArray[np.float64]] = [np.zeros(0)]
    pointing: list[bool] = []
    for hand in observation.hands:
        from_wrist = np.hypot(*(hand.landmarks_mm - hand.landmarks_mm[WRIST]).T)
        stretched = from_wrist[_TIPS] > from_wrist[_MIDDLE_JOINTS]
        if not stretched.any():
            stretched[:] = True
        pointing.append(_points(from_wrist))
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
        pointing=tuple(pointing),
    )


def _points(from_wrist: NDArray[np.float64]) -> bool:
    reach = from_wrist[_INDEX_TIP]
    return bool(reach - from_wrist[_OTHER_TIPS].max() > POINTS_FROM * reach)


def signed_distance_mm(points: Points, polygons: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far points lie inside (above 0) or outside (below 0) of polygons.

    Args:
        points: Shape (N, 2), mm.
        polygons: Shape (Z, K, 2), mm, corners in either direction; need not be convex.

    Returns:
        Shape (Z, N), mm to the nearest edge.
    """
    # x and y apart, and shape (N, K * Z): numpy is slow over short last axes.
    start = np.ascontiguousarray(polygons.T)
    end = np.concatenate([start[:, 1:], start[:, :1]], axis=1)
    _, corners, zones = start.shape
    start_x, start_y = start.reshape(2, -1)
    end_y = end[1].ravel()
    along_x, along_y = (end - start).reshape(2, -1)
    away_x, away_y = points[:, :1] - start_x, points[:, 1:] - start_y
    length2 = np.maximum(along_x**2 + along_y**2, 1e-12)
    share = np.minimum(np.maximum((away_x * along_x + away_y * along_y) / length2, 0.0), 1.0)
    apart2 = (away_x - share * along_x) ** 2 + (away_y - share * along_y) ** 2
    distance = np.sqrt(apart2.reshape(-1, corners, zones).min(axis=1))
    # A ray to the right crosses the outline an odd number of times from inside (Shimrat 1962).
    straddles = (points[:, 1:] < start_y) != (points[:, 1:] < end_y)
    rise = np.where(along_y == 0.0, 1.0, along_y)
    crosses = straddles & (away_x < away_y * along_x / rise)
    inside = np.logical_xor.reduce(crosses.reshape(-1, corners, zones), axis=1)
    return np.asarray(np.where(inside, distance, -distance).T, np.float64)
