"""What is offered to the worker now. A cue says what to show, not how it looks or where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tasks.events import SupportLevel
from tasks.model import Finish
from tasks.order import places_of, step_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.belief import Belief
    from tasks.model import Localized, Task


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


KIND_OF_FINISH: Mapping[Finish, CueKind] = {
    Finish.TAKE: CueKind.TAKE,
    Finish.PLACE: CueKind.PUT,
    Finish.REMOVE: CueKind.TAKE,
    Finish.LOOKS: CueKind.WORK,
    Finish.CONFIRM: CueKind.CONFIRM,
    Finish.SIGNAL: CueKind.WORK,
    Finish.ACTIVITY: CueKind.WORK,
    Finish.WAIT: CueKind.WAIT,
}
"""What is shown for a step, by what finishes it."""


def cue_for(
    belief: Belief, task: Task, at_s: float, *, support: SupportLevel = SupportLevel.CONTOUR
) -> Cue:
    """What to offer the worker now.

    Args:
        belief: What the station thinks about the run.
        task: The task of this run.
        at_s: Now, on the clock of the belief.
        support: How much help to offer.
    """
    place = belief.current
    if place is None or belief.paused:
        return Cue(
            kind=CueKind.FINISHED if place is None else CueKind.PAUSED,
            steps_done=belief.steps_done,
            steps_total=len(task.steps),
            support=support,
            help_wanted=belief.help_wanted,
            step_id=None if place is None else task.steps[place].step_id,
        )
    step = task.steps[place]
    return Cue(
        kind=CueKind.ASK if belief.unsure else KIND_OF_FINISH[step.finish],
        zone=step.lit_zone,
        also_zones=() if belief.unsure else _also_zones(belief, place),
        wrong_zone=_wrong_zone(belief, step.lit_zone, at_s),
        words=step.say,
        picture=step.picture,
        steps_done=belief.steps_done,
        steps_total=len(task.steps),
        support=support,
        help_wanted=belief.help_wanted,
        fraction=_fraction(belief, place, at_s),
        step_id=step.step_id,
    )


def _also_zones(belief: Belief, place: int) -> tuple[str, ...]:
    """Where else work may go on. Nowhere while something is begun: one action at a time."""
    if belief.trail is not None and belief.order.followers[belief.trail.place] == (place,):
        return ()
    shown = step_at(belief.order, place).lit_zone
    zones = dict.fromkeys(
        step_at(belief.order, other).lit_zone for other in places_of(belief.open) if other != place
    )
    return tuple(zone for zone in zones if zone is not None and zone != shown)


def _wrong_zone(belief: Belief, shown: str | None, at_s: float) -> str | None:
    wrong = belief.wrong_zone
    if wrong is None or at_s >= wrong.until_s or wrong.zone == shown:
        return None
    return wrong.zone


def _fraction(belief: Belief, place: int, at_s: float) -> float | None:
    """How far a wait has come; None for a step that is no wait."""
    for wait in belief.waits:
        if wait.place == place:
            wait_s = step_at(belief.order, place).wait_s
            return min(1.0, max(0.0, (at_s - wait.since_s) / wait_s))
    return None
