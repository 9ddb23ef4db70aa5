"""Which parts lie loose on the bench, in the jig and in boxes."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from station.twin.camera_picture import LoosePart
from station_config.station import Zone

_COLUMNS = 3
_ROWS = 3
_PITCH_MM = (36.0, 32.0)

Xy = tuple[float, float]


class LooseParts:
    """Parts by zone, in the order in which they were put down."""

    def __init__(self, zones: Mapping[str, Zone], heights_mm: Mapping[str, float]) -> None:
        self._zones, self._heights_mm = zones, heights_mm
        self._lying: dict[str, list[LoosePart]] = {}
        self._changed_mm: list[Xy] = []

    @property
    def parts(self) -> tuple[LoosePart, ...]:
        """All parts, lowest first."""
        return tuple(part for lying in self._lying.values() for part in lying)

    def taken_changes(self) -> list[Xy]:
        """Round which points something has changed since this was last asked."""
        changed, self._changed_mm = self._changed_mm, []
        return changed

    def count(self, zone: str) -> int:
        """How many lie there."""
        return len(self._lying.get(zone, ()))

    def next_spot(self, zone: str) -> Xy:
        """Where the next part goes: row by row, the middle row first, then on top."""
        number = self.count(zone)
        layer, slot = divmod(number, _COLUMNS * _ROWS)
        column = (1, 0, 2)[slot % _COLUMNS]
        row = (1, 2, 0)[slot // _COLUMNS]
        x, y = middle(self._zones[zone])
        return (
            x + (column - 1) * _PITCH_MM[0] + 3.0 * layer,
            y + (row - 1) * _PITCH_MM[1] + 4.0 * layer,
        )

    def put(self, zone: str, kind: int, at_mm: Xy, rng: Random) -> None:
        """A part is let go, and lies as it falls."""
        self.lay(zone, kind, at_mm, turned_deg=rng.uniform(-40.0, 40.0))

    def lay(self, zone: str, kind: int, at_mm: Xy, *, turned_deg: float) -> None:
        """A part is laid just so."""
        lying = self._lying.setdefault(zone, [])
        height = self._heights_mm.get(zone, 0.0) + 2.0 * (len(lying) // (_COLUMNS * _ROWS))
        lying.append(LoosePart(kind=kind, at_mm=at_mm, height_mm=height, turned_deg=turned_deg))
        self._changed_mm.append(at_mm)

    def lift(self, zone: str, *, everything: bool) -> list[int]:
        """Parts leave a zone: all, or the one put down last. Gives their kinds."""
        lying = self._lying.get(zone, [])
        lifted = lying[:] if everything else lying[-1:]
        del lying[len(lying) - len(lifted) :]
        self._changed_mm += [part.at_mm for part in lifted]
        return [part.kind for part in lifted]


def middle(zone: Zone) -> Xy:
    """The middle of a zone's corners."""
    count = len(zone.polygon_mm)
    return (
        sum(x for x, _ in zone.polygon_mm) / count,
        sum(y for _, y in zone.polygon_mm) / count,
    )


def inside(zone: Zone, at_mm: Xy) -> bool:
    """Whether a point lies within a zone (ray casting)."""
    x, y = at_mm
    corners = zone.polygon_mm
    crossings = 0
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            crossings += 1
    return crossings % 2 == 1
