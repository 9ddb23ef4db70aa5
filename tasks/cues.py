"""What is offered to the worker now. A cue says what to show, not how it looks or where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tasks.events import SupportLevel

if TYPE_CHECKING:
    from tasks.model import Localized


class CueKind(StrEnum):
    """Why this is shown."""

    TAKE = "take"
    """Take something from the zone (green)."""
    PUT = "put"
    """Put something in the zone (white-blue)."""
    WORK = "work"
    """Do something in the zone, or somewhere (white-blue)."""
    CONFIRM = "confirm"
    """Touch the button in the zone when it is done."""
    WAIT = "wait"
    """Nothing to do but wait; `fraction` says how far."""
    ASK = "ask"
    """The station is not sure: the worker is asked yes or no."""
    FINISHED = "finished"
    """The run is done."""
    PAUSED = "paused"
    """The worker paused."""
    NO_SIGHT = "no_sight"
    """The station cannot see: calm plain notice, next and back still work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One offer of help.

    Attributes:
        kind: Why this is shown.
        zone: Where the light goes, or None.
        also_zones: Other zones where work may go on just as well (any-order blocks).
        wrong_zone: Where a hand went that should look again; light goes to `zone`, and a short
            amber "look again" stands here. None when nothing is wrong.
        words: The instruction by language; empty for none.
        picture: Absolute path of a picture, or None.
        steps_done: Steps finished in this run.
        steps_total: Steps in this run.
        support: How much help is shown.
        help_wanted: A coach was called and has not answered.
        fraction: How far a wait or a touch has come, 0 to 1, or None.
        step_id: The step this is for, or None.
    """

    kind: CueKind
    zone: str | None = None
    also_zones: tuple[str, ...] = ()
    wrong_zone: str | None = None
    words: Localized | None = None
    picture: str | None = None
    steps_done: int = 0
    steps_total: int = 0
    support: SupportLevel = SupportLevel.CONTOUR
    help_wanted: bool = False
    fraction: float | None = None
    step_id: str | None = None
