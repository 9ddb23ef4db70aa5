"""What was measured in one frame, without meaning: hands, arms, how far zones are covered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calibration.planes import Points

LANDMARKS = 21


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HandSeen:
    """A hand that was recognised.

    Attributes:
        landmarks_mm: Shape (21, 2), where the landmarks lie if the hand is flat on the bench.
        score: 0 to 1.
    """

    landmarks_mm: Points
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSeen:
    """Something that reaches over the bench from its edge, whatever it looks like.

    Attributes:
        tip_mm: Its far end, (x, y).
        grip_mm: Where it would hold something, a finger's length behind the tip, (x, y).
        area_mm2: How much of the bench it covers.
        is_a_hand: A recognised hand is part of it; then that hand says more than this arm.
    """

    tip_mm: tuple[float, float]
    grip_mm: tuple[float, float]
    area_mm2: float
    is_a_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookSeen:
    """How a place looks now that nothing covers it, against earlier looks of the same place.

    Attributes:
        changed: How much it differs from before it was last covered, 0 to 1.
        fuller: Whether something was put there since (above 0) or taken away (below 0), -1 to 1;
            0 when that cannot be told.
    """

    changed: float
    fuller: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One frame.

    Attributes:
        at_s: When it was taken.
        hands: Hands that were recognised; empty when none were looked for.
        arms: What reaches over the bench.
        covered: Zone to the share of its area that something covers, 0 to 1. A zone that cannot be
            judged now (its light has just changed) is not in it.
        looks: Place to its look; only places that nothing covers.
        first_looks: Places that nothing covers and of which no look from before is known: there
            is nothing to compare with.
        hidden: Places over which a recognised hand or its forearm lies.
    """

    at_s: float
    hands: tuple[HandSeen, ...] = ()
    arms: tuple[ArmSeen, ...] = ()
    covered: Mapping[str, float] = field(default_factory=dict)
    looks: Mapping[str, LookSeen] = field(default_factory=dict)
    first_looks: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def to_json(seen: Observation) -> str:
    """One line of JSON; lengths are rounded to 0.1 mm."""
    return json.dumps(
        {
            "at_s": round(seen.at_s, 4),
            "hands": [
                {"landmarks_mm": hand.landmarks_mm.round(1).tolist(), "score": round(hand.score, 3)}
                for hand in seen.hands
            ],
            "arms": [
                {
                    "tip_mm": _rounded(arm.tip_mm),
                    "grip_mm": _rounded(arm.grip_mm),
                    "area_mm2": round(arm.area_mm2),
                    "is_a_hand": arm.is_a_hand,
                }
                for arm in seen.arms
            ],
            "covered": {zone: round(share, 3) for zone, share in seen.covered.items()},
            "looks": {
                zone: {"changed": round(look.changed, 3), "fuller": round(look.fuller, 3)}
                for zone, look in seen.looks.items()
            },
            "first_looks": sorted(seen.first_looks),
            "hidden": sorted(seen.hidden),
        }
    )


def from_json(line: str) -> Observation:
    """Read what `to_json` wrote.

    Raises:
        ValueError: The line is no observation.
    """
    try:
        written: dict[str, Any] = json.loads(line)
        return Observation(
            at_s=float(written["at_s"]),
            hands=tuple(
                HandSeen(
                    landmarks_mm=np.array(hand["landmarks_mm"], np.float64).reshape(LANDMARKS, 2),
                    score=float(hand["score"]),
                )
                for hand in written["hands"]
            ),
            arms=tuple(
                ArmSeen(
                    tip_mm=_point(arm["tip_mm"]),
                    grip_mm=_point(arm["grip_mm"]),
                    area_mm2=float(arm["area_mm2"]),
                    is_a_hand=bool(arm["is_a_hand"]),
                )
                for arm in written["arms"]
            ),
            covered={zone: float(share) for zone, share in written["covered"].items()},
            looks={
                zone: LookSeen(changed=float(look["changed"]), fuller=float(look["fuller"]))
                for zone, look in written["looks"].items()
            },
            first_looks=frozenset(written.get("first_looks", ())),
            hidden=frozenset(written.get("hidden", ())),
        )
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(f"this line is no observation: {error!r}") from None


def _rounded(point_mm: tuple[float, float]) -> list[float]:
    return [round(point_mm[0], 1), round(point_mm[1], 1)]


def _point(written: list[float]) -> tuple[float, float]:
    return float(written[0]), float(written[1])
