"""When a hand went to the wrong bin: told once for each visit, and never for passing over.

The eyes give `reached:<zone>` when a hand has stayed long enough, and on leaving `left:<zone>` and
`picked:<bin>`. A sure `reached` is told at once, while a correction still helps; an unsure one
waits for the `picked` of the same visit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tasks.belief import Belief, ToldReach, WrongZone
from tasks.events import Event, EventType
from tasks.model import Finish, Sign, SignKind
from tasks.order import step_at
from tasks.weighing import nearest_later

if TYPE_CHECKING:
    from tasks.model import Evidence

REACH_SURE = 0.8
"""A hand that passes over a bin gives less than this; one that stops in it gives more."""
PICK_SURE = 0.6
"""After the visit there is more to go by, so less is enough."""
WRONG_ZONE_S = 2.5
"""How long the light says "look again": Kosch et al., ASSETS 2016, at most 2.5 s."""
SAME_VISIT_S = 0.8
"""`picked` and `left` of one visit lie nearer to each other than this, in either order. And a hand
lost from sight over a bin is seen there again sooner than one could go away and come back."""
LONGEST_VISIT_S = 10.0
"""After this a new `reached` is a new visit, even if `left` was missed."""
AFTERTHOUGHT_S = 0.8
"""So soon after a pick, the same bin is reached again only by a hand that has not left it."""
PLAUSIBLE = 0.15
"""A guess that is at least so probable may excuse a reach."""


def noticed(belief: Belief, evidence: Evidence, at_s: float) -> tuple[Belief, tuple[Event, ...]]:
    """What a reach, a pick or a leaving at this moment says about wrong bins."""
    sign = evidence.sign
    match sign.kind:
        case SignKind.LEFT:
            return _left(belief, evidence, at_s), ()
        case SignKind.REACHED:
            is_sure = evidence.p >= REACH_SURE and sign.name in belief.bins
        case SignKind.PICKED:
            is_sure = evidence.p >= PICK_SURE
        case _:
            return belief, ()
    if not is_sure or not _is_wrong(belief, sign.name, at_s):
        return belief, ()
    if sign.kind is SignKind.PICKED:
        belief = replace(belief, wrong_pick=sign.name)
    if _is_told(belief.told_reach, sign, at_s):
        return _still_there(belief, sign), ()
    belief = replace(
        belief,
        wrong_zone=WrongZone(zone=sign.name, until_s=at_s + WRONG_ZONE_S),
        told_reach=ToldReach(
            zone=sign.name,
            at_s=at_s,
            left_s=at_s if sign.kind is SignKind.PICKED else None,
        ),
    )
    return belief, (_wrong_zone(belief, evidence, at_s),)


def _wrong_zone(belief: Belief, evidence: Evidence, at_s: float) -> Event:
    step = None if belief.current is None else step_at(belief.order, belief.current)
    return Event(
        type=EventType.WRONG_ZONE,
        at_s=at_s,
        step=None if step is None else step.step_id,
        turn=None if step is None else step.turn,
        zone=evidence.sign.name,
        confidence=evidence.p,
        support=belief.support,
    )


def _left(belief: Belief, evidence: Evidence, at_s: float) -> Belief:
    told = belief.told_reach
    if told is None or told.zone != evidence.sign.name or told.left_s is not None:
        return belief
    return replace(belief, told_reach=replace(told, left_s=at_s))


def _is_told(told: ToldReach | None, sign: Sign, at_s: float) -> bool:
    """Whether this is the same visit as the one that was told last."""
    if told is None or told.zone != sign.name:
        return False
    if told.left_s is None:
        return at_s - told.at_s <= LONGEST_VISIT_S
    return at_s - told.left_s <= SAME_VISIT_S


def _still_there(belief: Belief, sign: Sign) -> Belief:
    """A hand that was lost from sight and is seen again has not left."""
    told = belief.told_reach
    if told is None or told.left_s is None or sign.kind is not SignKind.REACHED:
        return belief
    return replace(belief, told_reach=replace(told, left_s=None))


def _is_wrong(belief: Belief, zone: str, at_s: float) -> bool:
    """Whether no step that may well be open takes from this bin."""
    order = belief.order
    wanting = order.is_wanted_from(zone)
    plausible = [guess for guess in belief.guesses if guess.weight >= PLAUSIBLE]
    if wanting & belief.open or any(guess.open & wanting for guess in plausible):
        return False
    last = belief.trail
    if last is not None and at_s - belief.step_since_s <= AFTERTHOUGHT_S:
        step = step_at(order, last.place)
        if step.finish is Finish.TAKE and step.target == zone:
            return False
    if belief.open & order.of_finish[Finish.TAKE]:
        return True
    # With nothing to take now, a hand in the bin of a step soon to come works ahead.
    sign = Sign(SignKind.PICKED, zone)
    return all(nearest_later(sign, guess, order) is None for guess in plausible)
