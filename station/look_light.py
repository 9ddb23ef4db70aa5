"""Looks under the station's own light: which zones it shines into, and when it goes out there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projector.scene import Mark
from station.light_in_zones import lit_zones, without_light_in
from station.neutral_light import Bench, NeutralLight, turned
from station.watch import Seen
from station_config.station import Station, Zone
from tasks.belief import Belief
from tasks.model import Finish, Task
from tasks.order import places_of


class LookLight:
    """What the loop asks about light and looks. Main thread only.

    Attributes:
        neutral: For which zone neutral light is asked.
    """

    def __init__(self, task: Task, station: Station) -> None:
        """For the steps of this task that are finished by looks; often there are none."""
        self._zone_at = {
            place: step.zone
            for place, step in enumerate(task.steps)
            if step.finish is Finish.LOOKS and step.zone in station.zones
        }
        names = sorted({zone for zone in self._zone_at.values() if zone is not None})
        self._zones: dict[str, Zone] = {name: station.zones[name] for name in names}
        self._lit: frozenset[str] = frozenset()
        self._still: frozenset[str] = frozenset()
        self.neutral = NeutralLight()

    @property
    def zone(self) -> Zone | None:
        """The zone whose light is to be out now."""
        return None if self.neutral.zone is None else self._zones[self.neutral.zone]

    def turn(self, now_s: float, seen: Seen | None, belief: Belief) -> None:
        """Go on with what was seen in this turn."""
        if not self._zones:
            return
        judged: frozenset[str] = frozenset()
        if seen is not None:
            self._still, judged = seen.sight.still, seen.sight.judged
        works = not belief.paused
        bench = Bench(
            still=self._still,
            judged=judged,
            lit=self._lit,
            open=self._names(places_of(belief.open)) if works else frozenset(),
            watched=self._names(places_of(belief.reported)) if works else frozenset(),
        )
        self.neutral = turned(self.neutral, bench, now_s)

    def shown(self, marks: Sequence[Mark]) -> tuple[Mark, ...]:
        """What of these marks is to shine now."""
        self._lit = lit_zones(marks, self._zones.values())
        return without_light_in(marks, self.zone)

    def lit_by(self, marks: Sequence[Mark]) -> frozenset[str] | None:
        """The zones into whose midst these marks shine; None when no looks are asked about."""
        return lit_zones(marks, self._zones.values()) if self._zones else None

    def _names(self, places: Iterable[int]) -> frozenset[str]:
        return frozenset(zone for place in places if (zone := self._zone_at.get(place)) is not None)
