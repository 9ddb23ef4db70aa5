"""What the station tells vision about its own light, so that light is not taken for hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station_config.station import PolygonMm


@dataclass(frozen=True, slots=True, kw_only=True)
class LightNotice:
    """The light was changed.

    Attributes:
        at_s: When, on the clock of the frames.
        zone_ids: Zones in which light went on, off or changed.
        areas_mm: Other areas in which it did: words, pictures and arrows beside the zones.
        returns: The light will be again what it was, in a moment: marks that are only measured
            by. What was learned of the bench stays good.
        lit: Zones that have light in their midst from now on, of those whose looks were taught;
            None when that is as before.
    """

    at_s: float
    zone_ids: frozenset[str] = frozenset()
    areas_mm: tuple[PolygonMm, ...] = ()
    returns: bool = False
    lit: frozenset[str] | None = None

    def __or__(self, later: LightNotice) -> LightNotice:
        """Both changes as one, at the time of the later."""
        return LightNotice(
            at_s=later.at_s,
            zone_ids=self.zone_ids | later.zone_ids,
            areas_mm=(*self.areas_mm, *later.areas_mm),
            returns=self.returns and later.returns,
            lit=self.lit if later.lit is None else later.lit,
        )
