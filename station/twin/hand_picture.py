"""How a hand looks from above: capsules rendered once into a picture with alpha."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.hand_shape import ARM_MM, Capsule, Pose, Side, hand_shape

PX_PER_MM = 1.25
"""A little finer than the camera sees the bench, so that warping does not blur."""
_WIDTH_PX = 305
_LEFT_MM, _TOP_MM = -(_WIDTH_PX - 1) / 2 / PX_PER_MM, 218.0
_HEIGHT_PX = round((_TOP_MM + ARM_MM - 40.0) * PX_PER_MM)
_SMOOTH_MM = 2.6
"""Capsules melt into each other over this height; without it the hand is a bag of sausages."""
_LAMP = np.array([-0.34, 0.40, 0.85])
"""Direction to the lamp over the bench, in bench axes."""
SHADED_EVERY_DEG = 24.0
"""The lamp does not turn with the hand, so shading is rendered for each of a few turns."""
_SHADOW_MM = (7.0, -9.0)
"""Where the lamp throws the shadow of a hand a few centimetres up."""
_SHADOW_BLUR_MM = 9.0
_SHADOW_OPACITY = 0.42


class Tone(StrEnum):
    """What covers the hand."""

    LIGHT = "light"
    MEDIUM = "medium"
    DARK = "dark"
    BLUE_GLOVE = "blue_glove"
    BLACK_GLOVE = "black_glove"


GLOVES = frozenset({Tone.BLUE_GLOVE, Tone.BLACK_GLOVE})

_SKIN_BGR = {
    Tone.LIGHT: (150, 176, 222),
    Tone.MEDIUM: (98, 132, 186),
    Tone.DARK: (52, 72, 112),
    Tone.BLUE_GLOVE: (186, 112, 40),
    Tone.BLACK_GLOVE: (36, 34, 33),
}
_FLUSH_BGR = {
    Tone.LIGHT: (132, 146, 226),
    Tone.MEDIUM: (84, 104, 184),
    Tone.DARK: (50, 62, 112),
    Tone.BLUE_GLOVE: (192, 118, 46),
    Tone.BLACK_GLOVE: (40, 38, 37),
}
"""Colour of knuckles and finger tips, where skin is redder."""
_SLEEVE_BGR = (92, 66, 48)
"""Work jacket."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HandPicture:
    """One hand, ready to be laid over the bench.

    Attributes:
        bgra: Shape (height, width, 4), uint8, premultiplied by alpha. Outside the hand there is
            its shadow: black with a little alpha.
        mm_from_px: Shape (3, 3). Pixels of `bgra` to millimetres in the frame of the hand.
        tips_mm: Shape (5, 2), in the frame of the hand.
        grip_mm: Shape (2,), in the frame of the hand.
    """

    bgra: NDArray[np.uint8]
    mm_from_px: NDArray[np.float64]
    tips_mm: NDArray[np.float64]
    grip_mm: NDArray[np.float64]


def render_ahead(tone: Tone) -> None:
    """Render every picture of a hand in this tone, so that none is rendered between frames."""
    for side in Side:
        for pose in Pose:
            for step in (-1, 0, 1):
                _rendered(tone, side, pose, step)


def hand_picture(tone: Tone, side: Side, pose: Pose, turned_deg: float) -> HandPicture:
    """The picture of a hand that is turned about this much (clockwise, seen from above)."""
    step = round(turned_deg / SHADED_EVERY_DEG)
    return _rendered(tone, side, pose, max(-1, min(1, step)))


@lru_cache(maxsize=128)
def _rendered(tone: Tone, side: Side, pose: Pose, step: int) -> HandPicture:
    shape = hand_shape(side, pose)
    turned = radians(step * SHADED_EVERY_DEG)
    look = _surface(side, pose)
    height_mm, cover = look.height_mm, look.cover
    bgr = _painted(tone, side, pose) * _shading(height_mm, turned, tone)[..., None]
    shadow = _shadow(cover, turned)
    alpha = cover + (1.0 - cover) * shadow
    bgra = np.dstack([bgr * cover[..., None], alpha * 255.0])
    mm_from_px = np.array(
        [[1 / PX_PER_MM, 0.0, _LEFT_MM], [0.0, -1 / PX_PER_MM, _TOP_MM], [0.0, 0.0, 1.0]]
    )
    picture = np.clip(bgra + 0.5, 0, 255).astype(np.uint8)
    picture.setflags(write=False)
    return HandPicture(
        bgra=picture, mm_from_px=mm_from_px, tips_mm=shape.tips_mm, grip_mm=shape.grip_mm
    )


Field = NDArray[np.float32]
"""Shape (height, width), one value a pixel."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Surface:
    """What the capsules of a hand make together, each of the canvas's shape."""

    height_mm: Field
    cover: Field
    cloth: Field
    flush: Field


@lru_cache(maxsize=16)
def _surface(side: Side, pose: Pose) -> _Surface:
    """Rendered for the right hand; the left one is its mirror image."""
    if side is Side.LEFT:
        right = _surface(Side.RIGHT, pose)
        return _Surface(
            height_mm=np.ascontiguousarray(right.height_mm[:, ::-1]),
            cover=np.ascontiguousarray(right.cover[:, ::-1]),
            cloth=np.ascontiguousarray(right.cloth[:, ::-1]),
            flush=np.ascontiguousarray(right.flush[:, ::-1]),
        )
    capsules = hand_shape(side, pose).capsules
    tall, wide = _HEIGHT_PX, _WIDTH_PX
    weight = np.zeros((tall, wide), np.float64)
    cover = np.zeros((tall, wide), np.float32)
    cloth, flush = np.zeros_like(weight), np.zeros_like(weight)
    for rod in capsules:
        rows, columns, x_mm, y_mm = _window(rod, tall, wide)
        distance, radius, axis_z = _distance(rod, x_mm, y_mm)
        inside = np.sqrt(np.maximum(radius**2 - distance**2, 0.0))
        part = np.where(distance < radius, np.exp((axis_z + inside) / _SMOOTH_MM), 0.0)
        weight[rows, columns] += part
        flush[rows, columns] += part * rod.flush
        cloth[rows, columns] += part * rod.sleeve
        edge = np.clip((radius - distance) * PX_PER_MM + 0.5, 0.0, 1.0)
        cover[rows, columns] = np.maximum(cover[rows, columns], edge)
    there = weight > 0
    height = np.where(there, _SMOOTH_MM * np.log(np.maximum(weight, 1e-9)), 0.0)
    share = np.where(there, 1.0 / np.maximum(weight, 1e-9), 0.0)
    height32 = cv2.GaussianBlur(height.astype(np.float32), (0, 0), 0.8)
    return _Surface(
        height_mm=np.asarray(height32, np.float32),
        cover=cover,
        cloth=(cloth * share).astype(np.float32),
        flush=_soft(flush * share, 3.0),
    )


def _window(
    rod: Capsule, tall: int, wide: int
) -> tuple[slice, slice, NDArray[np.float64], NDArray[np.float64]]:
    """The part of the canvas that a capsule may cover, and where its pixels lie."""
    reach = max(rod.radii_mm) + 2.0
    low = np.minimum(rod.start_mm, rod.end_mm)[:2] - reach
    high = np.maximum(rod.start_mm, rod.end_mm)[:2] + reach
    left = max(0, int((low[0] - _LEFT_MM) * PX_PER_MM))
    right = min(wide, int((high[0] - _LEFT_MM) * PX_PER_MM) + 1)
    top = max(0, int((_TOP_MM - high[1]) * PX_PER_MM))
    bottom = min(tall, int((_TOP_MM - low[1]) * PX_PER_MM) + 1)
    x_mm = _LEFT_MM + np.arange(left, right)[None, :] / PX_PER_MM
    y_mm = _TOP_MM - np.arange(top, bottom)[:, None] / PX_PER_MM
    return slice(top, bottom), slice(left, right), x_mm, y_mm


def _distance(
    rod: Capsule, x_mm: NDArray[np.float64], y_mm: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Distance from the axis, radius and height of the axis, seen from above."""
    (ax, ay, az), (bx, by, bz) = rod.start_mm, rod.end_mm
    long_sq = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-9)
    along = np.clip(((x_mm - ax) * (bx - ax) + (y_mm - ay) * (by - ay)) / long_sq, 0.0, 1.0)
    distance = np.hypot(x_mm - ax - along * (bx - ax), y_mm - ay - along * (by - ay))
    radius = rod.radii_mm[0] + along * (rod.radii_mm[1] - rod.radii_mm[0])
    return distance, radius, az + along * (bz - az)


@lru_cache(maxsize=1)
def _grain() -> tuple[Field, Field]:
    """Unevenness of skin and weave: coarse, and fine; each with a spread of about 1."""
    rng = np.random.default_rng(3)
    shape = (_HEIGHT_PX, _WIDTH_PX)
    coarse = _soft(rng.normal(0.0, 1.0, shape), 7.0) * np.float32(25.0)
    return coarse, _soft(rng.normal(0.0, 1.0, shape), 0.8) * np.float32(2.8)


@lru_cache(maxsize=16)
def _painted(tone: Tone, side: Side, pose: Pose) -> NDArray[np.float32]:
    """Colour of skin, glove and sleeve before any light, shape (height, width, 3), 0 to 255."""
    coarse, grain = _grain()
    surface = _surface(side, pose)
    skin = np.array(_SKIN_BGR[tone], np.float32)
    red = np.array(_FLUSH_BGR[tone], np.float32)
    mottled = np.clip(surface.flush + 0.02 * coarse, 0.0, 1.0)[..., None]
    colour = skin + (red - skin) * mottled
    colour *= (1.0 + 0.0035 * coarse + 0.007 * grain)[..., None]
    weave = 1.0 + 0.03 * grain + 0.008 * coarse
    jacket = np.array(_SLEEVE_BGR, np.float32) * weave[..., None]
    return np.asarray(colour + (jacket - colour) * surface.cloth[..., None], np.float32)


def _shading(height_mm: Field, turned: float, tone: Tone) -> Field:
    """Lambert, a little sky light, and darker creases; about 1 on flat skin under the lamp."""
    slope_y, slope_x = np.gradient(height_mm * PX_PER_MM)
    lamp_x = _LAMP[0] * cos(turned) - _LAMP[1] * sin(turned)
    lamp_y = _LAMP[0] * sin(turned) + _LAMP[1] * cos(turned)
    norm = np.sqrt(slope_x**2 + slope_y**2 + 1.0)
    facing = np.maximum((-slope_x * lamp_x + slope_y * lamp_y + _LAMP[2]) / norm, 0.0)
    crease = np.clip((height_mm - _soft(height_mm, 4.0)) / 10.0, -0.30, 0.05)
    shine = 0.25 * facing**24 if tone in GLOVES else 0.06 * facing**16
    return np.asarray(0.40 + 0.22 / norm + 0.42 * facing + crease + shine, np.float32) * 0.86


def _shadow(cover: Field, turned: float) -> Field:
    """The soft shadow that lies beside and under the hand, as opacity."""
    dx = _SHADOW_MM[0] * cos(turned) - _SHADOW_MM[1] * sin(turned)
    dy = _SHADOW_MM[0] * sin(turned) + _SHADOW_MM[1] * cos(turned)
    move = np.array([[1.0, 0.0, dx * PX_PER_MM], [0.0, 1.0, -dy * PX_PER_MM]])
    moved = cv2.warpAffine(cover, move, (cover.shape[1], cover.shape[0]))
    return _soft(np.asarray(moved, np.float32), _SHADOW_BLUR_MM * PX_PER_MM) * np.float32(
        _SHADOW_OPACITY
    )


def _soft(field: NDArray[np.floating], sigma_px: float) -> Field:
    """Blurred; white noise of spread 1 keeps one of about 1 / (3.5 sigma)."""
    return np.asarray(cv2.GaussianBlur(field.astype(np.float32), (0, 0), sigma_px), np.float32)
