"""What a judgement of a look says: probabilities, how they are reached, and what is tolerated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCEPTED_P = 0.9
"""A look is taken for granted from this probability on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What may be different and still be the same look.

    Attributes:
        shift: How far a part may lie from where it was taught, share of the longer side.
        stretch: How much it may be turned, stretched or sheared, as a share of its size: another
            place of the camera does that to raised parts.
    """

    shift: float = 0.02
    stretch: float = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """From how far a picture is off a look to how probably it is that look.

    A picture of the look itself is off by up to `still + by_noise * noise`, and by `least` in any
    case, in 95 of 100 cases. What is off by `DOUBTFUL` times that, or by `most`, is as likely to be
    something else. The numbers are those of real photos (benchmarks/looks_lego.py).

    Attributes:
        still: Grey levels, in a picture without noise.
        by_noise: Grey levels for each grey level of noise.
        least: Grey levels.
        most: Grey levels.
    """

    still: float = 9.5
    by_noise: float = 3.2
    least: float = 18.0
    most: float = 56.0

    def usual(self, noise: float) -> float:
        """How far off a picture of the look itself may be, in grey levels."""
        return max(self.least, self.still + self.by_noise * noise)

    def even(self, noise: float) -> float:
        """How far off it must be to be as likely none of the looks."""
        return min(DOUBTFUL * self.usual(noise), self.most)

    def log_odds(self, off: float, noise: float) -> float:
        """Log-odds of being the look, against being none that was taught."""
        return (self.even(noise) - off) / STEEP


DOUBTFUL = 1.65
STEEP = 3.0
"""Grey levels in which the odds fall by a factor of e: between pictures of the look itself and the
nearest others lie 12 and more (benchmarks/looks_lego.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a place looks like.

    Attributes:
        p: Look to its probability.
        p_none: That it is none of them.
        off: Look to how far the picture is off it, in grey levels.
        noise: How far the picture is off where nothing should differ, in grey levels.
    """

    p: Mapping[str, float]
    p_none: float
    off: Mapping[str, float]
    noise: float

    @property
    def best(self) -> str:
        """The most probable look, even if none of them is more probable."""
        return max(self.p, key=lambda name: (self.p[name], -self.off[name]))

    @property
    def is_sure(self) -> bool:
        """Whether the best can be taken for granted."""
        return self.p[self.best] >= ACCEPTED_P


class LooksAlikeError(ValueError):
    """Two looks cannot be told apart. The text says which, and what to do."""
