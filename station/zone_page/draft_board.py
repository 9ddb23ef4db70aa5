"""The zones as they are drawn now, where threads and pages meet, and how they are saved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calibration.maps import BenchMaps
from projector.reach import unreached
from station.zone_page.draft import (
    Draft,
    DraftToSave,
    DraftZone,
    Wrong,
    all_wrong,
    drafted,
    to_watch,
    to_zone,
)
from station.zone_page.words import Language, words_in
from station_config.station import Station, Zone
from station_config.station_file import read_station
from station_config.station_writing import StationChangedError, ZoneToWrite, write_zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What came of saving.

    Attributes:
        zones: As the file has them now, with their new names.
        base: The print of them.
        remarks: What the coach should know, in the page's language.
    """

    zones: tuple[DraftZone, ...]
    base: str
    remarks: tuple[str, ...]


class DraftBoard:
    """Holds the draft. `draft` is replaced, never changed, and may be read from any thread."""

    def __init__(self, station: Station, maps: BenchMaps) -> None:
        self._station, self._maps = station, maps
        self.draft: tuple[DraftZone, ...] = tuple(drafted(station.zones))

    def fresh(self) -> tuple[tuple[DraftZone, ...], str]:
        """Begin anew from the file: its zones, and their print.

        Raises:
            YamlFileError: Somebody has put mistakes into the file since the program began.
        """
        zones = read_station(self._station.path).zones
        self.draft = tuple(drafted(zones))
        return self.draft, fingerprint(zones)

    def take(self, draft: Draft, language: Language) -> tuple[Wrong, ...]:
        """Take what was drawn; what is still wrong with it."""
        self.draft = tuple(draft.zones)
        return all_wrong(draft.zones, bench_mm=self._station.bench_mm, language=language)

    def watched(self) -> tuple[Zone, ...]:
        """Zones that can be watched, under the page's own names."""
        return to_watch(self.draft)

    def save(self, draft: DraftToSave, language: Language) -> Saved:
        """Write the draft, which has nothing wrong, into the station file.

        Raises:
            YamlFileError, StationWritingError: It was not written; the text says why.
        """
        before = read_station(self._station.path)
        if fingerprint(before.zones) != draft.base:
            words = words_in(language)
            raise StationChangedError(words["file_changed"].format(file=before.path.name))
        written = write_zones(
            self._station.path,
            [
                ZoneToWrite(zone=to_zone(zone, zone_id=zone.name), was=_was(zone, before.zones))
                for zone in draft.zones
            ],
            seen=before.zones,
        )
        kept = None if written.kept is None else f"{written.kept.parent.name}/{written.kept.name}"
        zones = tuple(zone.model_copy(update={"was": zone.name}) for zone in draft.zones)
        self.draft = zones
        return Saved(
            zones=zones,
            base=fingerprint(written.station.zones),
            remarks=self._remarks(written.station, before, draft.zones, kept, language),
        )

    def _remarks(
        self,
        after: Station,
        before: Station,
        drawn: Sequence[DraftZone],
        kept: str | None,
        language: Language,
    ) -> tuple[str, ...]:
        words = words_in(language)
        if kept is None:
            return (words["same"],)
        remarks = [words["kept"].format(file=kept), words["next_start"]]
        were = {zone.was: zone.name for zone in drawn if zone.was is not None}
        for was in before.zones:
            if was not in were and was not in after.zones:
                remarks.append(words["removed"].format(was=was))
            elif was in were and were[was] != was:
                remarks.append(words["renamed"].format(was=was, name=were[was]))
        if self._maps.projector_measured:
            size_px = (after.projector.width_px, after.projector.height_px)
            dark = unreached(after, size_px, self._maps.proj_from_bench)
            if dark:
                names = ", ".join(found.zone for found in dark)
                remarks.append(words["out_of_reach"].format(names=names))
        return tuple(remarks)


def _was(zone: DraftZone, zones: Mapping[str, Zone]) -> str | None:
    """The zone's entry in the file; one that was taken out of it meanwhile is new again."""
    return zone.was if zone.was in zones else None


def fingerprint(zones: Mapping[str, Zone]) -> str:
    """A print of the zones of a file, to see whether they are still the same."""
    told = "\n".join(f"{name}: {zones[name]!r}" for name in sorted(zones))
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:32]
