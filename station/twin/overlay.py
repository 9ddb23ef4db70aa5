"""Laying a small picture with alpha over a large one, through a homography."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.geometry import mapped

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of pixels: columns left to right, rows top to bottom, ends left out."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        """Whether there is no pixel in it."""
        return self.left >= self.right or self.top >= self.bottom

    @property
    def rows(self) -> slice:
        """For indexing."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """For indexing."""
        return slice(self.left, self.right)

    def moved(self, dx: int, dy: int) -> Box:
        """The same size, elsewhere."""
        return Box(
            left=self.left + dx, top=self.top + dy, right=self.right + dx, bottom=self.bottom + dy
        )


def box_round(points_px: NDArray[np.float64], size_px: tuple[int, int], margin_px: int = 2) -> Box:
    """The smallest box round these points, cut off at the picture's edges.

    Args:
        points_px: Shape (N, 2).
        size_px: Width and height of the picture.
        margin_px: Added on each side.
    """
    low = np.floor(points_px.min(axis=0)).astype(int) - margin_px
    high = np.ceil(points_px.max(axis=0)).astype(int) + margin_px + 1
    return Box(
        left=max(0, int(low[0])),
        top=max(0, int(low[1])),
        right=min(size_px[0], int(high[0])),
        bottom=min(size_px[1], int(high[1])),
    )


def box_of(placement: NDArray[np.float64], picture: Picture, size_px: tuple[int, int]) -> Box:
    """Where a picture lands.

    Args:
        placement: Shape (3, 3), target pixels from pixels of `picture`.
        picture: Shape (height, width, …).
        size_px: Width and height of the target.
    """
    tall, wide = picture.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], dtype=np.float64)
    return box_round(mapped(placement, corners), size_px)


def warped(placement: NDArray[np.float64], bgra: Picture, box: Box) -> Picture:
    """The part of `bgra` that lands in this box, shape (rows, columns, 4)."""
    shift = np.array([[1.0, 0, -box.left], [0, 1.0, -box.top], [0, 0, 1]])
    wide, tall = box.right - box.left, box.bottom - box.top
    landed = cv2.warpPerspective(bgra, shift @ placement, (wide, tall), flags=cv2.INTER_LINEAR)
    return np.asarray(landed, np.uint8)


def blend(target: Picture, premultiplied_bgr: Picture, alpha: Picture) -> None:
    """Lay a picture over `target` in place: `premultiplied + target * (1 - alpha)`.

    Args:
        target: Shape (rows, columns, 3), changed in place.
        premultiplied_bgr: Shape (rows, columns, 3).
        alpha: Shape (rows, columns).
    """
    through = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2BGR)
    behind = cv2.multiply(target, through, scale=1.0 / 255.0)
    cv2.add(behind, premultiplied_bgr, dst=target)


def lay_over(target: Picture, placement: NDArray[np.float64], bgra: Picture) -> Box:
    """Lay `bgra` over the whole of `target`, in place. Gives the box that may have changed."""
    box = box_of(placement, bgra, (target.shape[1], target.shape[0]))
    if box.empty:
        return box
    landed = warped(placement, bgra, box)
    window = target[box.rows, box.columns]
    bgr = np.asarray(cv2.cvtColor(landed, cv2.COLOR_BGRA2BGR), np.uint8)
    blend(window, bgr, np.asarray(cv2.extractChannel(landed, 3), np.uint8))
    return box
