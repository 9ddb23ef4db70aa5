"""From light and surfaces to grey levels: how the twin's camera exposes its picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.light_in_camera import Arriving
from station.twin.optics import FULL_LIGHT, Optics, encoding
from station.twin.overlay import Box
from station.twin.scenery import ROOM_LIGHT, Scenery

_NOISE_MIDDLE = 9
"""Plain noise is kept as 0 to 18 and added; the picture below it is kept this much darker."""
_NOISE_MARGIN_PX = 64
_PLAIN_NOISE_LEVELS = 2.2
_WHITE = 255

Picture = NDArray[np.uint8]
Noise = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How bright everything is.

    Attributes:
        exposure: Of the camera, gain included; 1 is as usual.
        room: The room's light; 1 is as usual.
    """

    exposure: float = 1.0
    room: float = 1.0


class Exposing(Protocol):
    """One way to expose.

    Attributes:
        reflect: Shape (height, width, 3) or (height, width), uint8: what lies there, loose parts
            included. Changed from outside.
        lit: Of the same shape, uint8: grey levels before noise.
    """

    reflect: Picture
    lit: Picture

    def expose(self, box: Box, arriving: Arriving, level: Level) -> None:
        """Make `lit` anew within a box."""
        ...

    def add_noise(self, picture: Picture, rng: np.random.Generator, *, black: bool) -> Picture:
        """The picture with noise, another in each frame. May write into `picture`.

        Args:
            picture: Of the shape of `lit`, hands included.
            rng: Chance.
            black: No light comes in, so nothing is full.
        """
        ...

    def hand_gain(self, level: Level) -> tuple[float, float]:
        """How much brighter than usual hands are in the room's light, and in the projector's."""
        ...


class PlainExposing:
    """Light adds up in grey levels of 8 bits: quick, and as the demo's bench always was."""

    def __init__(self, scenery: Scenery, optics: Optics, noise: Noise) -> None:
        """Begin with what is seen; see `LinearExposing`."""
        self.reflect = scenery.reflect.copy()
        self.lit = np.empty_like(self.reflect)
        self._shade, self._thrown = scenery.shade, optics.thrown
        around = _NOISE_MIDDLE + noise * _PLAIN_NOISE_LEVELS + 0.5
        self._noise = np.clip(around, 0, 2 * _NOISE_MIDDLE).astype(np.uint8)

    def expose(self, box: Box, arriving: Arriving, level: Level) -> None:
        """Make `lit` anew within a box."""
        rows, columns = box.rows, box.columns
        reflect = self.reflect[rows, columns]
        in_room = level.exposure * level.room
        room = cv2.multiply(reflect, self._shade[rows, columns], scale=in_room / 255.0)
        gain = level.exposure * self._thrown
        thrown = cv2.multiply(reflect, arriving[rows, columns], scale=gain / 255.0)
        self.lit[rows, columns] = cv2.addWeighted(room, 1.0, thrown, 1.0, -_NOISE_MIDDLE)

    def add_noise(self, picture: Picture, rng: np.random.Generator, *, black: bool) -> Picture:
        """The picture with noise, written into `picture`."""
        del black  # nothing is kept full here
        tall, wide = picture.shape[:2]
        x, y = rng.integers(0, _NOISE_MARGIN_PX, 2)
        return np.asarray(
            cv2.add(picture, self._noise[y : y + tall, x : x + wide], dst=picture), np.uint8
        )

    def hand_gain(self, level: Level) -> tuple[float, float]:
        """How much brighter than usual hands are in the room's light, and in the projector's."""
        return level.exposure * level.room, level.exposure * self._thrown


class LinearExposing:
    """Light adds up as light; the chip clips it, the camera's gamma makes grey levels of it.

    What is painted is the share of the light that comes back. Only hands are lit in grey levels.
    """

    def __init__(
        self,
        scenery: Scenery,
        optics: Optics,
        noise: Noise,
        *,
        sun: NDArray[np.float32] | None,
        grey: bool,
    ) -> None:
        """Begin with what is seen.

        Args:
            scenery: What is seen.
            optics: Gains, gamma and noise.
            noise: What `noise_tile` gave.
            sun: Shape (height, width), sunlight as a multiple of projector white, or None.
            grey: One channel.
        """
        self._optics, self._sun = optics, sun
        self._shade = scenery.shade[..., 0] if grey else scenery.shade
        self.reflect = _grey(scenery.reflect) if grey else scenery.reflect.copy()
        self.lit = np.zeros_like(self.reflect)
        self._full = np.zeros_like(self.reflect)
        self._table = encoding(optics.camera_gamma)
        self._room: NDArray[np.float32] | None = None
        self._room_level = 1.0
        self._noise = np.round(noise * optics.noise_levels).astype(np.int16)

    def expose(self, box: Box, arriving: Arriving, level: Level) -> None:
        """Make `lit` anew within a box."""
        rows, columns = box.rows, box.columns
        gain = level.exposure * self._optics.thrown * FULL_LIGHT / 255.0
        reflect = self.reflect[rows, columns]
        thrown = cv2.multiply(reflect, arriving[rows, columns], scale=1.0 / 255.0, dtype=cv2.CV_32F)
        room = cv2.multiply(reflect, self._room_light(level)[rows, columns], dtype=cv2.CV_32F)
        linear = cv2.addWeighted(
            room, level.exposure * FULL_LIGHT / 255.0, thrown, gain, 0.0, dtype=cv2.CV_16U
        )
        lit = np.take(self._table, np.asarray(linear, np.uint16))
        self.lit[rows, columns] = lit
        self._full[rows, columns] = cv2.threshold(lit, _WHITE - 1, _WHITE, cv2.THRESH_BINARY)[1]

    def add_noise(self, picture: Picture, rng: np.random.Generator, *, black: bool) -> Picture:
        """The picture with noise. Where the chip is full, it stays full."""
        tall, wide = picture.shape[:2]
        x, y = rng.integers(0, _NOISE_MARGIN_PX, 2)
        noisy = cv2.add(picture, self._noise[y : y + tall, x : x + wide], dtype=cv2.CV_8U)
        return np.asarray(noisy if black else cv2.max(noisy, self._full), np.uint8)

    def hand_gain(self, level: Level) -> tuple[float, float]:
        """How much brighter than usual hands are in the room's light, and in the projector's."""
        linear = level.exposure * level.room * self._optics.room / ROOM_LIGHT
        return linear ** (1.0 / self._optics.camera_gamma), level.exposure * self._optics.thrown

    def _room_light(self, level: Level) -> NDArray[np.float32]:
        """The room's light and the sun's on what each pixel sees, of full white."""
        if self._room is None or self._room_level != level.room:
            self._room_level = level.room
            room = self._shade * np.float32(self._optics.room * level.room / ROOM_LIGHT / 255.0)
            if self._sun is not None:
                sun = self._sun * np.float32(self._optics.thrown)
                room = room + (sun if room.ndim == sun.ndim else sun[..., None])
            self._room = np.asarray(room, np.float32)
        return self._room


def _grey(bgr: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def noise_tile(shape: tuple[int, ...], rng: np.random.Generator) -> Noise:
    """Noise of standard deviation 1, a little larger than a picture of this shape."""
    larger = (shape[0] + _NOISE_MARGIN_PX, shape[1] + _NOISE_MARGIN_PX, *shape[2:])
    raw = rng.normal(0.0, 1.0, larger).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), 0.6)
    return np.asarray(soft / float(soft.std()), np.float32)
