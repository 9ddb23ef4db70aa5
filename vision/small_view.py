"""The bench as a small picture, and where bench millimetres lie in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from calibration.edges import subdivided
from calibration.planes import PlaneMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from calibration.planes import Points
    from calibration.space import SpaceMap

SMALL_WIDTH_PX = 256
"""About 4 mm of bench to a pixel: a finger is four pixels wide, and a frame costs under 2 ms."""
MARGIN_MM = 40.0
"""How much around the bench is looked at too: hands come in from there."""


class SmallView:
    """Cuts the bench out of camera pictures and makes it small.

    Attributes:
        shape: Height and width of the small picture.
        inside: Shape `shape`, uint8, 255 on the bench and its margin.
        rim: Shape (R,), places in the flattened picture along the edge of `inside`, where arms
            come in.
        margin: Shape (M,), those of `inside` that are not on the bench.
        mm: Shape (height * width,), complex64: the bench point of each pixel of the flattened
            picture, as x + iy, because numpy is slow over an axis of two.
        mm2_per_px: How much bench one pixel shows, on average.
        small_from_cam: Camera pixels to those of the small picture.
    """

    def __init__(
        self, *, cam_from_bench: SpaceMap, bench_mm: tuple[float, float], camera_wh: tuple[int, int]
    ) -> None:
        width_px, height_px = camera_wh
        self._factor = max(1, round(width_px / SMALL_WIDTH_PX))
        outline_mm = _widened(bench_mm, MARGIN_MM)
        self._cam_from_bench = cam_from_bench
        outline_px = cam_from_bench.apply(subdivided(outline_mm))
        low = np.floor(np.clip(outline_px.min(axis=0), 0, (width_px - 1, height_px - 1)))
        high = np.ceil(np.clip(outline_px.max(axis=0), 0, (width_px - 1, height_px - 1)))
        self._x, self._y = (int(value) for value in low)
        wide, high_px = (max(8, int(value) // self._factor) for value in high - low + 1)
        self.shape = (high_px, wide)
        self.small_from_cam = PlaneMap(
            matrix=np.array(
                [
                    [1 / self._factor, 0, (0.5 - self._x) / self._factor - 0.5],
                    [0, 1 / self._factor, (0.5 - self._y) / self._factor - 0.5],
                    [0, 0, 1],
                ]
            )
        )
        self.inside = self.mask([outline_mm])
        cut = cv2.copyMakeBorder(self.inside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        inner = cv2.erode(cut, np.ones((3, 3), np.uint8), iterations=2)[1:-1, 1:-1]
        self.rim = np.flatnonzero(cv2.subtract(self.inside, inner))
        self.margin = np.flatnonzero(
            cv2.subtract(self.inside, self.mask([_widened(bench_mm, 0.0)]))
        )
        points_mm = self._bench_points()
        self.mm = points_mm.reshape(-1, 2).view(np.complex64).ravel()
        area_mm2 = _area_mm2(points_mm, self.inside > 0)
        self.mm2_per_px = area_mm2 / max(1, int(cv2.countNonZero(self.inside)))
        # With an odd factor, linear is the middle pixel of each block, and nearest reads only that.
        self._taken = cv2.INTER_NEAREST_EXACT if self._factor % 2 else cv2.INTER_LINEAR

    def of(self, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The small picture, slightly softened: shape (*shape, 3), uint8."""
        high, wide = self.shape
        cut = bgr[self._y : self._y + high * self._factor, self._x : self._x + wide * self._factor]
        # Area averaging costs nine times as much and gains little after the softening.
        small = cv2.resize(cut, (wide, high), interpolation=self._taken)
        return np.asarray(cv2.blur(small, (3, 3)), np.uint8)

    def mask(self, polygons_mm: Sequence[Points], height_mm: float = 0.0) -> NDArray[np.uint8]:
        """Shape `shape`, uint8, 255 inside any of the polygons, which lie this high."""
        mask = np.zeros(self.shape, np.uint8)
        for polygon_mm in polygons_mm:
            bent = self._cam_from_bench.lens is not None
            outline_mm = subdivided(polygon_mm) if bent else polygon_mm
            corners = self.small_from_cam.apply(self._cam_from_bench.apply(outline_mm, height_mm))
            cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], (255,))
        return mask

    def _bench_points(self) -> NDArray[np.float32]:
        high, wide = self.shape
        columns, rows = np.meshgrid(np.arange(wide), np.arange(high))
        pixels = np.stack([columns, rows], axis=-1).reshape(-1, 2).astype(np.float64)
        points_mm = self._cam_from_bench.bench_at(self.small_from_cam.inverse().apply(pixels))
        return points_mm.reshape(high, wide, 2).astype(np.float32)


def _area_mm2(points_mm: NDArray[np.float32], on: NDArray[np.bool_]) -> float:
    across = np.diff(points_mm, axis=1, append=points_mm[:, -1:] * 2 - points_mm[:, -2:-1])
    down = np.diff(points_mm, axis=0, append=points_mm[-1:] * 2 - points_mm[-2:-1])
    area = np.abs(across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0])
    return float(area[on].sum())


def _widened(bench_mm: tuple[float, float], by_mm: float) -> Points:
    wide_mm, deep_mm = bench_mm
    low, right, back = -by_mm, wide_mm + by_mm, deep_mm + by_mm
    return np.array([[low, low], [right, low], [right, back], [low, back]])
