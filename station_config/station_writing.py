"""Writes zones back into a coach's station file, and leaves everything else in it as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from station_config.station import Station, Zone
from station_config.station_file import ENTER_S, LEAVE_S, read_station
from station_config.yaml_edit import Entries, Plain, composed, flow, with_entries
from station_config.yaml_file import Mistake, YamlFileError

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneToWrite:
    """One zone as it shall stand in the file.

    Attributes:
        zone: What shall stand there. May be nonsense: then nothing is written.
        was: The name under which it stands in the file now; None for one that is new.
    """

    zone: Zone
    was: str | None


class StationWritingError(Exception):
    """The station file was not written. The text says why and what to do."""


class StationChangedError(StationWritingError):
    """Somebody else has changed the zones in the file since they were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of writing.

    Attributes:
        station: The station as the file has it now.
        kept: Where the file as it was before is kept; None when nothing was different.
    """

    station: Station
    kept: Path | None


def write_zones(path: Path, zones: Sequence[ZoneToWrite], *, seen: Mapping[str, Zone]) -> Written:
    """Make these the zones of a station file.

    Only what differs is written: comments, order, quotes and line breaks of the rest stay. The
    file as it was is kept in a folder beside it (`bench-01.history`). All or nothing.

    Args:
        path: The station file.
        zones: All zones it shall have; those it has already keep their places.
        seen: The zones as the file had them when `zones` were thought of.

    Raises:
        YamlFileError: The file would have mistakes; it has them all. Nothing was written.
        StationChangedError: The zones in the file are no longer those that were seen.
        StationWritingError: The file cannot be written, or not without losing something.
    """
    path = path.resolve()
    before = read_station(path)
    if dict(before.zones) != dict(seen):
        raise StationChangedError(
            f"The zones in {path.name} were changed by somebody else in the meantime, so nothing"
            " was written. Load the page again to see them."
        )
    _check_names(path, zones)
    raw = path.read_bytes()
    text = raw.decode("utf-8-sig")
    new_text = _with_zones(text, zones)
    if new_text == text:
        return Written(station=before, kept=None)
    head = _BOM if raw.startswith(_BOM) else b""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write_whole(part, head + new_text.encode("utf-8"), mode=path.stat().st_mode)
        after = replace(_read_as(part, path), path=path)
        _check_nothing_else_changed(before, after, zones)
        kept = _kept(path, raw)
        part.replace(path)
        _settle(path.parent)
    except (OSError, UnicodeEncodeError) as error:
        why = getattr(error, "strerror", None) or "it holds letters that no file can"
        raise StationWritingError(
            f"{path} cannot be written: {why}. The file is as it was before."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Written(station=after, kept=kept)


def history(path: Path) -> tuple[Path, ...]:
    """Earlier versions of a station file, oldest first."""
    return tuple(sorted(_history_folder(path.resolve()).glob(f"*{path.suffix}")))


def _with_zones(text: str, zones: Sequence[ZoneToWrite]) -> str:
    old = _written_keys(text)
    return with_entries(
        text,
        "zones",
        Entries(
            values={
                each.zone.zone_id: _as_yaml(each.zone, old.get(each.was or "", frozenset()))
                for each in zones
            },
            were={
                each.zone.zone_id: each.was
                for each in zones
                if each.was is not None and each.was != each.zone.zone_id
            },
        ),
    )


def _written_keys(text: str) -> dict[str, frozenset[str]]:
    """Zone to the keys that its author wrote, also where they say no more than the default."""
    top = {key.value: value for key, value in composed(text).value}
    return {
        name.value: frozenset(key.value for key, _ in zone.value)
        for name, zone in top["zones"].value
    }


def _as_yaml(zone: Zone, written: frozenset[str]) -> Mapping[str, Plain]:
    """The zone as it is written: what says no more than the default is left out, unless it stands
    there already.
    """  # noqa: D205
    values: dict[str, Plain] = {"kind": zone.kind.value}
    if zone.use is not None:
        values["use"] = zone.use.value
    values["polygon_mm"] = [[x, y] for x, y in zone.polygon_mm]
    values |= {
        key: value
        for key, value, usual in (
            ("height_mm", zone.height_mm, 0.0),
            ("enter_s", zone.enter_s, ENTER_S),
            ("leave_s", zone.leave_s, LEAVE_S),
        )
        if value != usual or key in written
    }
    if zone.title:
        values["title"] = dict(zone.title)
    return values


def _check_names(path: Path, zones: Sequence[ZoneToWrite]) -> None:
    """What a file cannot show: that two zones had one name, or that there were none."""
    if not zones:
        remedy = "a bench needs at least one zone."
        raise YamlFileError((Mistake(file=path.name, line=1, place="zones", remedy=remedy),))
    names = [each.zone.zone_id for each in zones]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise YamlFileError(
            tuple(
                Mistake(
                    file=path.name,
                    line=1,
                    place=f"zones > {name}",
                    remedy="stands here twice; give each zone a name of its own.",
                )
                for name in twice
            )
        )


def _read_as(part: Path, path: Path) -> Station:
    """Read the draft; its mistakes bear the file's name."""
    try:
        return read_station(part)
    except YamlFileError as error:
        mistakes = tuple(replace(mistake, file=path.name) for mistake in error.mistakes)
        raise YamlFileError(mistakes) from None


def _check_nothing_else_changed(
    before: Station, after: Station, zones: Sequence[ZoneToWrite]
) -> None:
    """The last gate: what was written means what was wanted, and nothing else."""
    wanted = {each.zone.zone_id: each.zone for each in zones}
    if after.zones == wanted and replace(after, zones=before.zones, path=before.path) == before:
        return
    lines = "\n".join(
        f"  {flow(name)}: {flow(_as_yaml(zone, frozenset()))}" for name, zone in wanted.items()
    )
    raise StationWritingError(
        f"{before.path.name} is laid out in a way that cannot be changed without losing something,"
        f" so nothing was written. Put this in it by hand:\nzones:\n{lines}"
    )


def _history_folder(path: Path) -> Path:
    return path.with_name(f"{path.stem}.history")


def _kept(path: Path, raw: bytes) -> Path:
    """Keep the file as it is under the time it was made."""
    made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    folder = _history_folder(path)
    folder.mkdir(exist_ok=True)
    kept = folder / f"{made_at.strftime('%Y%m%dT%H%M%S.%fZ')}{path.suffix}"
    if not kept.exists():
        part = kept.with_name(f".{kept.name}.part")
        _write_whole(part, raw, mode=path.stat().st_mode)
        part.replace(kept)
    return kept


def _write_whole(path: Path, content: bytes, *, mode: int) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(mode & 0o777)


def _settle(folder: Path) -> None:
    """The new name is on disk too."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
