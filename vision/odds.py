"""How probable it is that a hand did something where it was: weights, as log-odds. Pure.

They were set from what the twin's truth says of visits with such features, and checked on the desk
film; docs/vision.md tells how.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from vision.looks import CHANGED_LOOK

if TYPE_CHECKING:
    from vision.observations import LookSeen
    from vision.visits import Visit

SURE = 0.97
"""No single visit says more than this, or less than 1 - SURE: landmarks lie now and then."""

UNSEEN_PLACED = 0.9
"""Without a look: things are put down more often than they are taken away again."""


def picked(visit: Visit) -> float:
    """How probable it is that the hand took something out of a bin."""
    return share(_grasp_log_odds(visit))


def likelier(one: Visit, other: Visit) -> Visit:
    """Of two visits the one in which a hand more probably did something."""
    return max(one, other, key=_grasp_log_odds)


def _grasp_log_odds(visit: Visit) -> float:
    """Whether the hand did something there: it stays, slows down and goes in deep.

    Somebody who takes a part stands still over it for 0.2 s at least; a hand on its way crosses a
    bin of 130 mm in 0.1-0.3 s and does not slow down.
    """
    dwell = between(visit.dwell_s, (0.15, -3.0), (0.3, -0.5), (0.45, 0.8), (0.7, 1.8), (8.0, 1.0))
    slow = between(visit.slowest_mm_s, (60.0, 1.2), (150.0, 0.5), (300.0, -0.5), (600.0, -2.0))
    deep = between(visit.deepest_mm, (5.0, -1.5), (15.0, -0.3), (30.0, 0.6), (50.0, 1.0))
    return dwell + slow + deep + _agreement(visit)


def _agreement(visit: Visit) -> float:
    """What the two witnesses add by agreeing: a hand was recognised, and the zone was covered."""
    by_hand = visit.hand_frames > 0
    if visit.covered_most is None:
        return 0.0
    if visit.covered_most < 0.1:  # noqa: PLR2004 - a fingertip covers a tenth of a small bin
        return -1.0 if by_hand else -2.0
    return 0.4 if by_hand else -0.2


def placed_and_removed(visit: Visit, look: LookSeen | None) -> tuple[float, float]:
    """How probable it is that a visit put something there, and that it took something out.

    The two share one probability: that a hand did something there. A place without a look (None)
    was most probably put into.
    """
    log_odds = _grasp_log_odds(visit)
    if look is None:
        acted = share(log_odds)
        return UNSEEN_PLACED * acted, (SURE - UNSEEN_PLACED) * acted
    log_odds += between(look.changed, (0.02, -5.0), (0.15, -3.0), (CHANGED_LOOK, 0.5), (0.5, 2.0))
    acted = share(log_odds)
    placed = acted * share(_filled_log_odds(look))
    return placed, acted - placed


def placed_and_removed_unseen(look: LookSeen) -> tuple[float, float] | None:
    """The same when no visit was noticed: by the look alone. None: it has not changed."""
    if look.changed < CHANGED_LOOK:
        return None
    acted = share(between(look.changed, (CHANGED_LOOK, 0.5), (0.5, 2.5)))
    placed = acted * share(_filled_log_odds(look))
    return placed, acted - placed


def _filled_log_odds(look: LookSeen) -> float:
    """Whether something was placed rather than removed, if either was."""
    return between(look.fuller, (-0.5, -3.5), (-0.1, -2.0), (0.1, 0.0), (0.3, 2.5), (0.5, 3.5))


def share(log_odds: float) -> float:
    """Log-odds as a probability, never surer than `SURE`."""
    return min(SURE, max(1.0 - SURE, 1.0 / (1.0 + exp(-log_odds))))


def between(value: float, *points: tuple[float, float]) -> float:
    """Straight lines through `points`, level before the first and after the last."""
    x0, y0 = points[0]
    if value <= x0:
        return y0
    for x1, y1 in points[1:]:
        if value <= x1:
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
        x0, y0 = x1, y1
    return y0
