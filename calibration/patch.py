"""A small pattern that is looked for in a picture: where it is, to hundredths of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float32]

HALVED = 2
"""The first look is at half size."""
ROUNDS = 8
STEP_PX = 1.5
"""A round never moves further; the first look is right to a pixel of the halved picture."""
DONE_PX = 0.002


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Patch:
    """A pattern as a camera should see it.

    Attributes:
        looks: Shape (rows, columns), float32: its levels, of any scale; they are compared after
            mean and strength are taken out.
        left: Column of the picture where it begins when nothing has moved.
        top: Row likewise.
    """

    looks: Levels
    left: int
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a patch was found.

    Attributes:
        shift_px: How far from its place, x and y.
        likeness: Correlation of what is seen there with how it should look, -1 to 1.
    """

    shift_px: tuple[float, float]
    likeness: float


def found(patch: Patch, picture: Levels, *, search_px: int) -> Found | None:
    """Look for a patch round its place.

    Args:
        patch: What to look for.
        picture: Shape (height, width), float32.
        search_px: How far it may have moved along each axis.

    Returns:
        The best place, or None when the patch is not within the picture.
    """
    rows, columns = patch.looks.shape
    tall, wide = picture.shape
    left, top = max(0, patch.left - search_px), max(0, patch.top - search_px)
    right = min(wide, patch.left + columns + search_px)
    bottom = min(tall, patch.top + rows + search_px)
    window = picture[top:bottom, left:right]
    if window.shape[0] < rows + 2 * HALVED or window.shape[1] < columns + 2 * HALVED:
        return None
    x, y = _first_look(patch.looks, window)
    x, y, likeness = _refined(patch.looks, window, x, y)
    return Found(shift_px=(left + x - patch.left, top + y - patch.top), likeness=likeness)


def _first_look(looks: Levels, window: Levels) -> tuple[float, float]:
    """The best whole place of the halved patch in the halved window."""
    small, field = (
        cv2.resize(one, None, fx=1 / HALVED, fy=1 / HALVED, interpolation=cv2.INTER_AREA)
        for one in (_even(looks), _even(window))
    )
    scores = cv2.matchTemplate(field, small, cv2.TM_CCOEFF_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(np.nan_to_num(scores, nan=-1.0, posinf=-1.0, neginf=-1.0))
    return float(HALVED * x), float(HALVED * y)


def _even(picture: Levels) -> Levels:
    """Cut to an even number of rows and columns, so that halving does not stretch."""
    rows, columns = (side - side % HALVED for side in picture.shape)
    return picture[:rows, :columns]


def _refined(looks: Levels, window: Levels, x: float, y: float) -> tuple[float, float, float]:
    """Least squares on shift, strength and brightness (Lucas and Kanade), from a first look."""
    rows, columns = looks.shape
    down, across = (np.asarray(one, np.float32) for one in np.gradient(looks))
    basis = np.stack(
        [across.ravel(), down.ravel(), looks.ravel(), np.ones(looks.size, np.float32)], axis=1
    )
    solver = np.linalg.pinv(basis.astype(np.float64))
    likeness = 0.0
    start = (x, y)
    for _ in range(ROUNDS):
        middle = (x + (columns - 1) / 2, y + (rows - 1) / 2)
        seen = cv2.getRectSubPix(window, (columns, rows), middle)
        by_x, by_y, strength, _ = solver @ seen.ravel().astype(np.float64)
        likeness = _likeness(looks, np.asarray(seen))
        if strength <= 0.0:
            return x, y, min(likeness, 0.0)
        # seen(u) = strength * looks(u - d) and so by = -strength * d.
        step_x, step_y = np.clip((-by_x / strength, -by_y / strength), -STEP_PX, STEP_PX)
        x, y = x + float(step_x), y + float(step_y)
        if abs(x - start[0]) > 2 * HALVED or abs(y - start[1]) > 2 * HALVED:
            return *start, min(likeness, 0.0)
        if max(abs(step_x), abs(step_y)) < DONE_PX:
            break
    return x, y, likeness


def _likeness(looks: Levels, seen: Levels) -> float:
    one, other = looks - looks.mean(), seen - seen.mean()
    size = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float((one * other).sum()) / size if size > 0.0 else 0.0
