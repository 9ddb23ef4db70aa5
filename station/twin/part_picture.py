"""How parts look from above: small things of metal and plastic, rendered once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

PX_PER_MM = 1.6
SIZE_MM = 84.0
"""Side of the square canvas; the part lies in its middle."""
_LAMP = np.array([-0.34, 0.40, 0.85])
_SHADOW_MM = (3.0, -4.0)

PRODUCT = -1
"""The kind of what is left when the work is done."""

Bgr = tuple[float, float, float]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rod:
    """A cylinder that lies on the bench: from x1, y1 to x2, y2 in millimetres."""

    along_mm: tuple[float, float, float, float]
    radius_mm: float
    bgr: Bgr


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """A flat round thing, with a hole if `hole_mm` is more than 0; `corners` 6 makes a nut."""

    at_mm: tuple[float, float] = (0.0, 0.0)
    radius_mm: float
    hole_mm: float = 0.0
    height_mm: float
    corners: int = 0
    bgr: Bgr


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a part is made of, lowest first."""

    pieces: tuple[Rod | Disc, ...] = field(default=())


_STEEL = (186.0, 182.0, 176.0)
_BLACK = (52.0, 49.0, 47.0)
_BRASS = (92.0, 164.0, 205.0)
_GLASS = (214.0, 208.0, 186.0)
_RED = (58.0, 52.0, 178.0)
_YELLOW = (60.0, 190.0, 228.0)
_WHITE = (228.0, 228.0, 226.0)

_COIL = tuple(
    Rod(along_mm=(x, -8.0, x + 3.2, 8.0), radius_mm=1.5, bgr=_STEEL)
    for x in np.arange(-17.0, 15.0, 4.4)
)

PARTS = (
    Part(
        pieces=(
            Rod(along_mm=(-30, 0, 14, 0), radius_mm=10.5, bgr=_BLACK),
            Rod(along_mm=(16, 0, 25, 0), radius_mm=13.5, bgr=(70.0, 66.0, 64.0)),
            Rod(along_mm=(-10, 0, -8, 0), radius_mm=11.4, bgr=_YELLOW),
        )
    ),
    Part(pieces=_COIL),
    Part(
        pieces=(
            Disc(radius_mm=16.0, height_mm=4.0, hole_mm=11.5, bgr=_STEEL),
            Disc(radius_mm=11.8, height_mm=2.4, bgr=_GLASS),
        )
    ),
    Part(
        pieces=(
            Disc(radius_mm=15.0, height_mm=7.0, bgr=_RED),
            Disc(radius_mm=10.5, height_mm=9.5, bgr=(70.0, 62.0, 196.0)),
        )
    ),
    Part(
        pieces=(
            Rod(along_mm=(-6, 0, 18, 0), radius_mm=3.6, bgr=_STEEL),
            Disc(at_mm=(-11, 0), radius_mm=9.0, height_mm=7.0, corners=6, bgr=_BRASS),
        )
    ),
    Part(
        pieces=(
            Disc(radius_mm=14.0, hole_mm=7.0, height_mm=3.0, bgr=_WHITE),
            Disc(radius_mm=9.0, hole_mm=6.0, height_mm=5.0, bgr=_YELLOW),
        )
    ),
)
"""One kind for each bin, in the order of the station file, then from the front again."""

_PRODUCT = Part(
    pieces=(
        Rod(along_mm=(-34, 0, 16, 0), radius_mm=11.5, bgr=_BLACK),
        Rod(along_mm=(-34, 0, -31, 0), radius_mm=12.2, bgr=_RED),
        Rod(along_mm=(18, 0, 30, 0), radius_mm=15.0, bgr=(74.0, 70.0, 68.0)),
        Rod(along_mm=(31, 0, 33, 0), radius_mm=13.0, bgr=_GLASS),
        Rod(along_mm=(-4, 0, 2, 0), radius_mm=6.0, bgr=_YELLOW),
    )
)


@lru_cache(maxsize=32)
def part_picture(kind: int) -> NDArray[np.uint8]:
    """One part.

    Args:
        kind: Which of `PARTS`, counting on from the front when there are more bins; `PRODUCT` for
            the finished product.

    Returns:
        Shape (side, side, 4), uint8, premultiplied by alpha; its soft shadow is black with a
        little alpha. Up in the picture is away from the worker.
    """
    part = _PRODUCT if kind < 0 else PARTS[kind % len(PARTS)]
    side = round(SIZE_MM * PX_PER_MM)
    ticks = (np.arange(side) + 0.5) / PX_PER_MM - SIZE_MM / 2
    x_mm, y_mm = np.meshgrid(ticks, -ticks)
    height = np.zeros((side, side), np.float32)
    colour = np.zeros((side, side, 3), np.float32)
    cover = np.zeros((side, side), np.float32)
    for piece in part.pieces:
        rendered = _rod(piece, x_mm, y_mm) if isinstance(piece, Rod) else _disc(piece, x_mm, y_mm)
        top, edge = rendered
        seen = (edge > 0) & (top >= height)
        height = np.where(seen, top, height).astype(np.float32)
        colour[seen] = piece.bgr
        cover = np.maximum(cover, edge).astype(np.float32)
    lit = colour * _shading(height)[..., None] * cover[..., None]
    shadow = _shadow(cover)
    alpha = cover + (1 - cover) * shadow
    picture = np.clip(np.dstack([lit, alpha * 255.0]) + 0.5, 0, 255).astype(np.uint8)
    picture.setflags(write=False)
    return picture


def _rod(rod: Rod, x_mm: NDArray[np.float64], y_mm: NDArray[np.float64]) -> tuple[Field, Field]:
    ax, ay, bx, by = rod.along_mm
    long_sq = (bx - ax) ** 2 + (by - ay) ** 2
    along = ((x_mm - ax) * (bx - ax) + (y_mm - ay) * (by - ay)) / long_sq
    across = np.abs((x_mm - ax) * (by - ay) - (y_mm - ay) * (bx - ax)) / np.sqrt(long_sq)
    beyond = np.maximum(-along, along - 1.0) * np.sqrt(long_sq)
    edge = np.clip(np.minimum(rod.radius_mm - across, -beyond) * PX_PER_MM + 0.5, 0, 1)
    top = rod.radius_mm + np.sqrt(np.maximum(rod.radius_mm**2 - across**2, 0))
    return np.asarray(top, np.float32), np.asarray(edge, np.float32)


def _disc(disc: Disc, x_mm: NDArray[np.float64], y_mm: NDArray[np.float64]) -> tuple[Field, Field]:
    x, y = x_mm - disc.at_mm[0], y_mm - disc.at_mm[1]
    away = np.hypot(x, y)
    if disc.corners:
        sector = 2 * np.pi / disc.corners
        turn = (np.arctan2(y, x) % sector) - sector / 2
        away = away * np.cos(turn) / np.cos(sector / 2)
    inside = np.minimum(disc.radius_mm - away, away - disc.hole_mm if disc.hole_mm else np.inf)
    edge = np.clip(inside * PX_PER_MM + 0.5, 0, 1)
    bevel = np.minimum(inside, 1.2)
    return np.asarray(disc.height_mm + bevel, np.float32), np.asarray(edge, np.float32)


def _shading(height_mm: Field) -> Field:
    soft = cv2.GaussianBlur(height_mm, (0, 0), 0.7)
    down, right = np.gradient(soft * PX_PER_MM)
    norm = np.sqrt(right**2 + down**2 + 1.0)
    facing = np.maximum((-right * _LAMP[0] + down * _LAMP[1] + _LAMP[2]) / norm, 0.0)
    return np.asarray(0.42 + 0.16 / norm + 0.40 * facing + 0.45 * facing**28, np.float32) * 0.82


def _shadow(cover: Field) -> Field:
    dx, dy = _SHADOW_MM
    move = np.array([[1.0, 0.0, dx * PX_PER_MM], [0.0, 1.0, -dy * PX_PER_MM]])
    moved = cv2.warpAffine(cover, move, (cover.shape[1], cover.shape[0]))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), 3.2), np.float32) * np.float32(0.5)


def part_placement(
    plane: NDArray[np.float64], at_mm: tuple[float, float], turned_deg: float
) -> NDArray[np.float64]:
    """Where the picture of a part goes.

    Args:
        plane: Shape (3, 3), camera pixels from bench millimetres at the height of the part.
        at_mm: Where its middle lies.
        turned_deg: Clockwise, seen from above.

    Returns:
        Shape (3, 3), camera pixels from pixels of the part's picture.
    """
    turn = np.deg2rad(turned_deg)
    to_mm = np.array(
        [
            [1 / PX_PER_MM, 0, 0.5 / PX_PER_MM - SIZE_MM / 2],
            [0, -1 / PX_PER_MM, SIZE_MM / 2 - 0.5 / PX_PER_MM],
            [0, 0, 1],
        ]
    )
    place = np.array(
        [
            [np.cos(turn), np.sin(turn), at_mm[0]],
            [-np.sin(turn), np.cos(turn), at_mm[1]],
            [0, 0, 1],
        ]
    )
    return np.asarray(plane @ place @ to_mm, np.float64)
