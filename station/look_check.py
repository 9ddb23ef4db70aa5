"""Whether a task's looks can be used at a station, and what to do about those that cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibration.space import SpaceMap
from station_config.station import Station
from tasks.model import Task
from vision.taught_looks import (
    LooksError,
    TaughtLooks,
    ZoneLooks,
    ZonesLooks,
    lies_elsewhere,
    looks_folder,
    read_what_can_be,
    start_of,
    steps_with_looks,
    zone_looks,
)

WITHOUT = "Until then that step goes on by the button or key for next."


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class UsableLooks:
    """What can be used of the looks of a task.

    Attributes:
        looks: Those that can be read and lie where their zones lie now.
        troubles: What to do about the others, a sentence or two each.
    """

    looks: TaughtLooks
    troubles: tuple[str, ...]


class LooksNote:
    """What is wrong with the taught looks; None when they are well. Written by the eyes' thread."""

    def __init__(self) -> None:
        self.trouble: str | None = None

    def tell(self, troubles: Sequence[str]) -> None:
        """Take the newest words."""
        self.trouble = " ".join(troubles) or None


def usable_looks(station: Station, task: Task) -> UsableLooks:
    """Read the looks of a task. Nothing is raised: what cannot be used is told."""
    read, troubles = read_what_can_be(looks_folder(station, task))
    told, usable = list(troubles), dict(read)
    for name, look in read.items():
        moved = lies_elsewhere(name, look, station)
        if moved is not None:
            told.append(moved)
            del usable[name]
    for step_id, zone_id in steps_with_looks(task).items():
        if step_id not in read and not any(f"'{step_id}'" in trouble for trouble in troubles):
            told.append(
                f"Step '{step_id}' is finished by the look of zone '{zone_id}', and nobody has"
                f" taught it. Do the work up to there, and: handwijzer looks teach --step"
                f" {step_id}. {WITHOUT}"
            )
    return UsableLooks(looks=usable, troubles=tuple(told))


def judged_zones(
    looks: TaughtLooks, station: Station, cam_from_bench: SpaceMap
) -> tuple[ZonesLooks, tuple[str, ...]]:
    """Zone to what judges it, and what to do about zones and looks that cannot be judged well."""
    zones, troubles = dict[str, ZoneLooks](), list[str]()
    for zone_id in sorted({look.zone_id for look in looks.values()}):
        try:
            zones[zone_id] = zone_looks(zone_id, looks, station, cam_from_bench)
        except LooksError as error:
            troubles.append(f"{error} {WITHOUT}")
            continue
        for pair in zones[zone_id].alike:
            one, other = (_said(name, zone_id) for name in pair)
            troubles.append(
                f"In zone '{zone_id}' the looks {one} and {other} are almost the same: in poor"
                " light they will not be told apart. Teach them again if a picture is wrong;"
                " otherwise make the zone smaller round the part, or finish the step with a"
                " button."
            )
    return zones, tuple(troubles)


def _said(name: str, zone_id: str) -> str:
    return "before the first step" if name == start_of(zone_id) else f"after '{name}'"
