"""Where each pixel of the twin's camera looks, lens included."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.eye import Eye
from station.twin.geometry import mapped_grid
from station.twin.scenery import Scenery

Heights = NDArray[np.float32]
"""Shape (height, width), one height above the bench for each camera pixel, millimetres."""
Grid = NDArray[np.float64]
"""Shape (height, width), one value for each camera pixel."""
Places = tuple[Grid, Grid]
"""x and y in bench millimetres, each of shape (height, width) or (N,)."""


class View:
    """The rays of a camera's pixels.

    Attributes:
        eye: The camera.
    """

    def __init__(self, eye: Eye) -> None:
        self.eye = eye
        wide, tall = eye.size_px
        x_px: Grid = np.arange(wide, dtype=np.float64)[None, :]
        y_px: Grid = np.arange(tall, dtype=np.float64)[:, None]
        if eye.lens is not None:
            x_px, y_px = eye.lens.straight_grid(x_px, y_px)
        self._straight_px = x_px, y_px
        bench_from_px = np.asarray(np.linalg.inv(eye.pinhole.from_plane(0.0)), np.float64)
        self._x_mm, self._y_mm = mapped_grid(bench_from_px, x_px, y_px)
        self._centre_mm = eye.eye_mm

    @property
    def on_bench(self) -> Places:
        """Where the rays meet the bench plane."""
        return self._x_mm, self._y_mm

    def at(self, height_mm: Heights | NDArray[np.float64] | float) -> Places:
        """Where the rays are at these heights.

        Args:
            height_mm: One height, or one for each pixel.
        """
        x, y, z = self._centre_mm
        share = np.asarray(height_mm, np.float64) / z
        return self._x_mm + share * (x - self._x_mm), self._y_mm + share * (y - self._y_mm)

    def through_lens(self, scenery: Scenery) -> Scenery:
        """What a pinhole sees, as the lens shows it."""
        if self.eye.lens is None:
            return scenery
        x_px, y_px = (side.astype(np.float32) for side in self._straight_px)
        edge = cv2.BORDER_REPLICATE
        reflect = cv2.remap(scenery.reflect, x_px, y_px, cv2.INTER_LINEAR, borderMode=edge)
        shade = cv2.remap(scenery.shade, x_px, y_px, cv2.INTER_LINEAR, borderMode=edge)
        height = cv2.remap(scenery.height_mm, x_px, y_px, cv2.INTER_NEAREST, borderMode=edge)
        return Scenery(
            reflect=np.asarray(reflect, np.uint8),
            shade=np.asarray(shade, np.uint8),
            height_mm=np.asarray(height, np.float32),
        )


def projected(
    projector: Eye, x_mm: Grid, y_mm: Grid, height_mm: Heights
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Which projector pixels light these points, x and y of shape (height, width).

    Args:
        projector: Whose.
        x_mm: Shape (height, width), as are the others.
        y_mm: Away from the worker.
        height_mm: Above the bench.
    """
    matrix = projector.pinhole.matrix
    raised = [row[2] * height_mm + row[3] for row in matrix]
    below = matrix[2, 0] * x_mm + matrix[2, 1] * y_mm + raised[2]
    x_px = (matrix[0, 0] * x_mm + matrix[0, 1] * y_mm + raised[0]) / below
    y_px = (matrix[1, 0] * x_mm + matrix[1, 1] * y_mm + raised[1]) / below
    if projector.lens is not None:
        x_px, y_px = projector.lens.bent_grid(x_px, y_px)
    return x_px.astype(np.float32), y_px.astype(np.float32)
