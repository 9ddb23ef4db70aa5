"""How several marks moved together, when some are hidden, lie on a thing or were torn off."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from calibration.planes import Points

AGREE_MM = 0.2
"""Marks that moved together are off their common movement by less: their noise is 0.05 mm."""
AGREE_SHARE = 0.12
"""Likewise, of how far they moved: a device that is tilted by 20 mm on the bench also stretches the
picture, by up to 2 mm."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Agreed:
    """A movement that most share: shift, turn and stretch.

    Attributes:
        likeness: Shape (4,): a, b, x, y of shift = [[a, -b], [b, a]] place + (x, y).
        members: Numbers of those that share it.
        others: Numbers of those that do not.
    """

    likeness: NDArray[np.float64]
    members: tuple[int, ...]
    others: tuple[int, ...]

    def shift_at(self, places_mm: Points) -> Points:
        """How far the places moved: shape (N, 2) to (N, 2), millimetres."""
        return (_rows(places_mm) @ self.likeness).reshape(-1, 2)


def agreed(
    places_mm: Points, shifts_mm: Points, *, numbers: tuple[int, ...], least: int
) -> Agreed | None:
    """Find the movement that the most marks share.

    Args:
        places_mm: Shape (N, 2).
        shifts_mm: Shape (N, 2), how far each moved.
        numbers: Of the marks.
        least: How many must share it; 2 or more. Two share it when they moved alike.

    Returns:
        The movement, or None when too few agree.
    """
    best: tuple[int, float, NDArray[np.bool_]] | None = None
    size = max(2, min(len(places_mm), 3))
    if len(places_mm) < least:
        return None
    for chosen in combinations(range(len(places_mm)), size):
        pick = np.array(chosen)
        off_mm = _off(_fit(places_mm[pick], shifts_mm[pick]), places_mm, shifts_mm)
        way_mm = float(np.linalg.norm(shifts_mm[pick], axis=1).mean())
        member = off_mm <= max(AGREE_MM, AGREE_SHARE * way_mm)
        if not member[pick].all():
            continue
        key = (int(member.sum()), -float(off_mm[member].max()))
        if best is None or key > best[:2]:
            best = (*key, member)
    if best is None or best[0] < least:
        return None
    member = best[2]
    return Agreed(
        likeness=_fit(places_mm[member], shifts_mm[member]),
        members=tuple(number for number, one in zip(numbers, member, strict=True) if one),
        others=tuple(number for number, one in zip(numbers, member, strict=True) if not one),
    )


def _rows(places_mm: Points) -> NDArray[np.float64]:
    """Shape (2 N, 4): the equations of shift = turn and stretch + shift."""
    x, y = places_mm.T
    one, none = np.ones(len(x)), np.zeros(len(x))
    along = np.stack([x, -y, one, none], axis=1)
    across = np.stack([y, x, none, one], axis=1)
    return np.stack([along, across], axis=1).reshape(-1, 4)


def _fit(places_mm: Points, shifts_mm: Points) -> NDArray[np.float64]:
    """Least squares; two marks only shift (their turn would be noise)."""
    if len(places_mm) == 2:  # noqa: PLR2004 - as told
        return np.array([0.0, 0.0, *shifts_mm.mean(axis=0)])
    solved, *_ = np.linalg.lstsq(_rows(places_mm), shifts_mm.reshape(-1), rcond=None)
    return np.asarray(solved, np.float64)


def _off(
    likeness: NDArray[np.float64], places_mm: Points, shifts_mm: Points
) -> NDArray[np.float64]:
    predicted = (_rows(places_mm) @ likeness).reshape(-1, 2)
    return np.asarray(np.linalg.norm(predicted - shifts_mm, axis=1), np.float64)
