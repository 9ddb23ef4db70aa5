"""What the eyes are told of a change of the station's own light."""

from __future__ import annotations

from collections.abc import Sequence

from projector.scene import Mark, Picture, Words
from tasks.cues import Cue
from vision.light import LightNotice


def notice_of(
    now_s: float,
    before: Cue | None,
    after: Cue,
    marks: Sequence[Mark],
    *,
    lit: frozenset[str] | None = None,
) -> LightNotice:
    """Where light changes with this cue: in zones, and where words and pictures come and go.

    Args:
        now_s: When.
        before: The cue whose light was there.
        after: The cue whose light comes.
        marks: Those that come or go.
        lit: Zones that have light in their midst then, of those with looks; None without looks.
    """
    cues = [cue for cue in (before, after) if cue is not None]
    zones = {zone for cue in cues for zone in (cue.zone, cue.wrong_zone, *cue.also_zones) if zone}
    return LightNotice(
        at_s=now_s,
        zone_ids=frozenset(zones),
        lit=lit,
        areas_mm=tuple(mark.box.corners_mm for mark in marks if isinstance(mark, Words | Picture)),
    )
