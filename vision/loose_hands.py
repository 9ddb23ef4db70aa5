"""Hands whose arm cannot be seen: a sleeve of the bench's own colour cuts them off from its edge.

Parts do not move by themselves. What is as large as a hand and has moved in two pictures in a row
is one, and stays one until it has lain still for long: light that changes moves in one picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

HAND_MM2 = 3000.0
"""Half of a small hand. Parts are smaller, or are carried by a hand that is larger."""
MOVING = 0.15
"""Share of its pixels that change from one picture to the next: those along its outline."""
SAME = 0.3
"""It is the hand of the picture before when this share of it was that hand."""
LIES_S = 2.0
LIES = 0.9
"""A hand that has let something large go has left it; what lies still for so long is a thing."""


class LooseHands:
    """Tells them apart from things that lie free. To be given every picture."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._moving = np.zeros(shape, np.bool_)
        self._hands = np.zeros(shape, np.bool_)

    def among(
        self,
        labels: NDArray[np.int32],
        *,
        attached: Collection[int],
        moved: NDArray[np.bool_],
        still_s: NDArray[np.float32],
        mm2_per_px: float,
    ) -> list[int]:
        """The labels of hands that are not attached to the edge of the bench.

        Args:
            labels: Shape (height, width), connected things; 0 is what nothing covers.
            attached: Labels of arms.
            moved: Shape (height, width), what has changed since the picture before.
            still_s: Shape (height, width), for how long it has not.
            mm2_per_px: How much bench one pixel shows.
        """
        large = np.flatnonzero(np.bincount(labels.ravel()) * mm2_per_px >= HAND_MM2)
        moving, hands = list[int](), list[int]()
        for label in large.tolist():
            if label == 0 or label in attached:
                continue
            blob = labels == label
            moves = moved[blob].mean() >= MOVING
            if moves:
                moving.append(label)
            was_hand = self._hands[blob].mean() >= SAME
            lies = (still_s[blob] > LIES_S).mean() >= LIES
            if (moves and self._moving[blob].any()) or (was_hand and not lies):
                hands.append(label)
        self._moving, self._hands = np.isin(labels, moving), np.isin(labels, hands)
        return hands
