"""When the station asks for neutral light on a zone, so that its look can be judged. Pure.

Looks are taught without the station's own light. Where it shines into a zone it goes out for a
moment when nobody is over the zone, and comes back as soon as the look was judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

APART_S = 3.0
"""From the end of one such moment to the next, on the whole bench: more often would flicker."""
SELDOM_S = 15.0
"""A zone in which nobody was since it was judged last is looked at this often all the same: a part
may have come to lie in it unseen."""
MOST_S = 1.2
"""No look takes longer than this: a projector and camera that need 0.3 s, and three times that
again on a computer that is busy. Then the light comes back, judged or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is known of the bench in one turn. All of them are names of zones.

    Attributes:
        still: Nobody has been over these for a moment, and they have taught looks.
        judged: The looks of these were judged just now.
        lit: The station's light shines into these.
        open: An open step is finished by the look of these.
        watched: A finished step may be seen to be undone by the look of these.
    """

    still: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    lit: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralLight:
    """For which zone neutral light is asked. Replaced, never changed.

    Attributes:
        zone: Whose light is to be out now; None: nobody's.
        since_s: Since when.
        ended_s: When the last such moment ended.
        looked_s: Zone to when it was judged last, or when that was tried.
        visited: Zones in which somebody was since.
    """

    zone: str | None = None
    since_s: float = float("-inf")
    ended_s: float = float("-inf")
    looked_s: Mapping[str, float] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()


def turned(neutral: NeutralLight, bench: Bench, now_s: float) -> NeutralLight:
    """Go on with what is seen now: ask, go on asking, or give the light back.

    Args:
        neutral: What was asked before.
        bench: What is seen now.
        now_s: Not before the last one.
    """
    wanted = bench.open | bench.watched
    visited = (neutral.visited | (wanted - bench.still)) & wanted
    looked_s = {zone: at_s for zone, at_s in neutral.looked_s.items() if zone in wanted}
    for zone in bench.judged & wanted:
        looked_s[zone] = now_s
        visited -= {zone}
    neutral = replace(neutral, looked_s=looked_s, visited=visited)
    if neutral.zone is not None:
        return neutral if _goes_on(neutral, neutral.zone, bench, now_s) else _ended(neutral, now_s)
    if now_s - neutral.ended_s < APART_S:
        return neutral
    due = [
        zone for zone in bench.lit & bench.still & wanted if _is_due(neutral, zone, bench, now_s)
    ]
    if not due:
        return neutral
    # Who has waited longest comes first.
    zone = min(due, key=lambda name: (looked_s.get(name, float("-inf")), name))
    return replace(neutral, zone=zone, since_s=now_s)


def _goes_on(neutral: NeutralLight, zone: str, bench: Bench, now_s: float) -> bool:
    """Whether the light stays out: never under a hand, and no longer than it takes."""
    return (
        zone in bench.still
        and zone in bench.open | bench.watched
        and zone not in bench.judged
        and now_s - neutral.since_s < MOST_S
    )


def _ended(neutral: NeutralLight, now_s: float) -> NeutralLight:
    """The light comes back.

    A look that did not come off is not tried again at once, unless it was a hand that ended it:
    that makes the zone visited in the next turn.
    """
    assert neutral.zone is not None  # noqa: S101 - only what was asked for ends
    return replace(
        neutral,
        zone=None,
        ended_s=now_s,
        looked_s={**neutral.looked_s, neutral.zone: now_s},
        visited=neutral.visited - {neutral.zone},
    )


def _is_due(neutral: NeutralLight, zone: str, bench: Bench, now_s: float) -> bool:
    """Whether there is news to expect: a hand was there, or it was long ago."""
    if zone in neutral.visited or zone not in neutral.looked_s:
        return zone in bench.open or zone in neutral.visited
    return zone in bench.open and now_s - neutral.looked_s[zone] >= SELDOM_S
