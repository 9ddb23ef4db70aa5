"""Judges the looks of zones while nobody is over them, and says what they look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.model import Evidence, Sign, SignKind
from vision.zones import ZoneShapes

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from station_config.station import Zone
    from vision.light import LightNotice
    from vision.observations import Observation
    from vision.taught_looks import ZonesLooks
    from vision.zones import ZoneSeen

SETTLED_S = 0.3
"""A zone is judged when nothing has been over it for this long: the arm's shadow has gone, and a
part that was let go lies still."""
EVERY_S = 0.5
"""And again this often: a judgement costs half as much as finding hands in a picture."""
COVERED = 0.02
NEAR_MM = 20.0
"""A hand this near may be on its way in, and its shadow falls into the zone."""
TOLD_P = 0.5
"""Only what is more probably a taught look than not is told. What is none of them may be a step
half done, or a step in between whose look was not taught: then nothing is said."""
NAMED_P = 0.01


@dataclass(slots=True, kw_only=True)
class _Watched:
    """One zone's times."""

    bare_since_s: float | None = None
    judged_s: float = float("-inf")


def _is_bare(seen: ZoneSeen, watched: _Watched) -> bool:
    """Whether nobody is over the zone. While its light changes it stays as it was."""
    if seen.reach is not None and seen.reach.depth_mm > -NEAR_MM:
        return False
    if seen.covered is None:
        return watched.bare_since_s is not None
    return seen.covered <= COVERED


class LookWatch:
    """Watches the zones whose looks were taught. To be used by one thread.

    Attributes:
        still: Zones over which nobody has been for a moment, in the last picture.
        judged: Zones that were judged in it.
    """

    def __init__(self, looks: ZonesLooks, zones: Iterable[Zone]) -> None:
        """Begin.

        Args:
            looks: Zone to what judges it.
            zones: Where the zones lie, as the camera sees them.
        """
        self._zones = dict(looks)
        self._shapes = ZoneShapes([zone for zone in zones if zone.zone_id in looks])
        self._watched = {name: _Watched() for name in looks}
        self._lit: frozenset[str] = frozenset()
        self.still: frozenset[str] = frozenset()
        self.judged: frozenset[str] = frozenset()

    def light_changes(self, light: LightNotice) -> None:
        """The station changes its light; a zone that has light in its midst is not judged.

        Looks are taught without it. Where it has gone the zone is judged anew, as soon as the
        change is over.
        """
        if light.lit is None:
            return
        for name in (self._lit - light.lit) & self._watched.keys():
            self._watched[name].judged_s = float("-inf")
        self._lit = light.lit

    def look(self, bgr: NDArray[np.uint8], observation: Observation) -> tuple[Evidence, ...]:
        """What the zones look like that can be judged now.

        A zone whose light has just changed is missing from `observation.covered`, and waits.
        """
        told: list[Evidence] = []
        still, judged = set[str](), set[str]()
        for name, seen in self._shapes.seen_in(observation).items():
            watched, at_s = self._watched[name], observation.at_s
            if not _is_bare(seen, watched):
                watched.bare_since_s = None
                watched.judged_s = float("-inf")
                continue
            if watched.bare_since_s is None:
                watched.bare_since_s = at_s
            if at_s - watched.bare_since_s < SETTLED_S - 1e-6:
                continue
            still.add(name)
            waits = seen.covered is None or name in self._lit
            if not waits and at_s - watched.judged_s >= EVERY_S - 1e-6:
                watched.judged_s = at_s
                judged.add(name)
                told += self._judged(bgr, name, at_s)
        self.still, self.judged = frozenset(still), frozenset(judged)
        return tuple(told)

    def _judged(self, bgr: NDArray[np.uint8], zone_id: str, at_s: float) -> list[Evidence]:
        zone = self._zones[zone_id]
        judged = zone.model.judge(zone.view.patch(bgr))
        named = {name: p for name, p in judged.p.items() if not name.startswith("_")}
        if max(named.values(), default=0.0) < TOLD_P:
            return []
        return [
            Evidence(at_s=at_s, sign=Sign(SignKind.LOOKS, name), p=round(p, 3))
            for name, p in named.items()
            if p >= NAMED_P
        ]
