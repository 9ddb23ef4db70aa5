"""How far the light can be trusted, and how far it reaches: what layout must know of a projector.

Plain values, without numpy: `projector.reach` measures them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projector.scene import Box


class Aim(StrEnum):
    """How true the map to the projector is now."""

    EXACT = "exact"
    """Contours lie where the zones are."""
    BESIDE = "beside"
    """Off by millimetres, at most about `BESIDE_OFF_MM`: pools of light without an edge."""
    NOWHERE = "nowhere"
    """Light may land anywhere: words, picture and buttons, and nothing points."""


BESIDE_OFF_MM = 20.0
"""What is shown with `Aim.BESIDE` is still true when light lands this far off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What of the bench the projector reaches.

    Attributes:
        box: An upright part of the bench that it lights wholly: words and pictures stand there.
        dark_zones: Zones of which so little is lit that a contour would say nothing.
    """

    box: Box
    dark_zones: frozenset[str] = frozenset()
