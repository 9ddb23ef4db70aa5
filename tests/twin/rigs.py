"""Showing pictures on a rig and looking at what its camera makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from station.twin.geometry import twin_camera, twin_projector
from station.twin.optics import LIFELIKE, Optics
from station.twin.rig import Rig, RigWishes
from vision.frames import Frame

Grey = NDArray[np.uint8]
QUIET = replace(LIFELIKE, noise_levels=0.0, texture=0.0, camera_gamma=1.0)
"""Lenses, blur and the projector's gamma, but nothing left to chance."""


@dataclass
class Watched:
    """A rig and its camera's frames."""

    rig: Rig
    source: Iterator[Frame] = field(init=False)

    def __post_init__(self) -> None:
        """Open the camera."""
        self.source = self.rig.frames()

    def put(self, picture: Grey) -> None:
        """Hand a grey picture over."""
        tall, wide = picture.shape
        self.rig.put(np.repeat(picture[..., None], 4, axis=2), [(0, 0, wide, tall)])

    def frame(self) -> Grey:
        """The next frame, grey."""
        return next(self.source).bgr[..., 1]

    def shown(self, picture: Grey) -> Grey:
        """What the camera sees once the light of a picture has landed."""
        self.put(picture)
        for _ in range(4):
            self.frame()
        return self.frame()

    def shown_evenly(self, level: int) -> Grey:
        """The same for a picture of one grey level."""
        wide, tall = self.rig.projector_wh
        return self.shown(np.full((tall, wide), level, np.uint8))


def watched(optics: Optics = QUIET, wishes: RigWishes | None = None) -> Watched:
    """A cleared rig with these optics."""
    return Watched(Rig(replace(wishes or RigWishes(), optics=optics)))


def small(optics: Optics = QUIET) -> Watched:
    """The same with a camera and a projector of a quarter as many pixels."""
    bench_mm = (900.0, 600.0)
    camera, projector = twin_camera(bench_mm, (640, 360)), twin_projector(bench_mm, (960, 540))
    return watched(optics, RigWishes(bench_mm=bench_mm, camera=camera, projector=projector))


def chessboard(projector_wh: tuple[int, int], square_px: int) -> Grey:
    """White squares on black."""
    x, y = np.meshgrid(np.arange(projector_wh[0]), np.arange(projector_wh[1]))
    return (255 * ((x // square_px + y // square_px) % 2)).astype(np.uint8)


def columns(projector_wh: tuple[int, int], width_px: int) -> Grey:
    """Upright stripes, dark first."""
    x = np.arange(projector_wh[0]) // width_px % 2
    return np.repeat((255 * x).astype(np.uint8)[None, :], projector_wh[1], axis=0)


def flat(points_mm: NDArray[np.float64], height_mm: float = 0.0) -> NDArray[np.float64]:
    """Points of one height: shape (N, 2) to (N, 3)."""
    return np.column_stack([points_mm, np.full(len(points_mm), height_mm)])
