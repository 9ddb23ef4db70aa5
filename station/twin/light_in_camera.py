"""Where each of the camera's pixels gets its projector light from, and how much arrives there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.eye import Eye
from station.twin.light import RectPx
from station.twin.optics import Optics, decoding
from station.twin.overlay import Box, box_round
from station.twin.view import Heights, View, projected

Arriving = NDArray[np.uint8] | NDArray[np.float32]
"""Shape (height, width, 3) or, of a grey rig, (height, width): light that arrives at what each
pixel of the camera sees; 255 is the projector's white. Linear light, unless optics are plain."""

_SQUARE = 1.0 / 12.0
"""Variance of a square pixel of width 1: of light in the projector, of sight in the camera."""
_TENT = 1.0 / 6.0
"""Variance that linear interpolation between pixels adds by itself."""
_FINE_BELOW_PX = 0.8
"""Light that is blurred less than this is worked out twice as fine: straight lines between pixels
would show, as 0.03 camera pixels that a corner is found off its place."""


class LightInCamera:
    """The projector's light as the camera gets it, surface by surface.

    A projector pixel is a square of light, blurred by two lenses and gathered by the square of a
    camera pixel. All of that is one blur of the projector's picture, symmetric about each pixel,
    so that edges and corners stay where they are; what linear interpolation blurs is taken off.

    Attributes:
        arriving: What arrives now.
    """

    def __init__(
        self, view: View, projector: Eye, height_mm: Heights, optics: Optics, *, plain: bool
    ) -> None:
        """Trace each ray to what it sees, and from there into the projector.

        Args:
            view: The camera's.
            projector: Whose light it is.
            height_mm: Of what each pixel sees.
            optics: Blur and gamma.
            plain: Leave light as it is: neither blur nor gamma.
        """
        self._camera, self._projector = view.eye, projector
        self._heights_mm = (min(0.0, float(height_mm.min())), float(height_mm.max()))
        wide, tall = view.eye.size_px
        x_mm, y_mm = view.at(height_mm)
        self._x_px, self._y_px = projected(projector, x_mm, y_mm, height_mm)
        self._plain = plain
        blur_px = self._whole_blur_px(optics)
        self._finer = 2 if not plain and blur_px < _FINE_BELOW_PX else 1
        taken_off = (1.0 - 1.0 / self._finer**2) * _SQUARE + _TENT / self._finer**2
        self._blur_px = self._finer * float(np.sqrt(max(0.0, blur_px**2 - taken_off)))
        self._margin_px = int(np.ceil(3.0 * blur_px)) + 1
        if self._finer > 1:
            self._x_px, self._y_px = (
                np.float32(self._finer) * (side + np.float32(0.5)) - np.float32(0.5)
                for side in (self._x_px, self._y_px)
            )
        self._linear = decoding(optics.projector_gamma)
        self._thrown: NDArray[np.float32] | None = None
        self.arriving: Arriving = np.zeros((tall, wide), np.uint8)

    def begin(self, picture: NDArray[np.uint8]) -> None:
        """Take over the whole of the projector's picture."""
        tall, wide = picture.shape[:2]
        kind = np.uint8 if self._plain else np.float32
        self.arriving = np.zeros((*self._x_px.shape, *picture.shape[2:]), kind)
        if not self._plain:
            fine = (self._finer * tall, self._finer * wide, *picture.shape[2:])
            self._thrown = np.zeros(fine, np.float32)
        if picture.any():
            self.refresh(picture, [(0, 0, wide, tall)])

    def refresh(self, picture: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> list[Box]:
        """Take over the changed areas of the projector's picture. Gives the boxes that changed."""
        margin = 0 if self._plain else self._margin_px
        boxes = [self._box(rect, margin) for rect in changed_px]
        source: Arriving = picture
        if self._thrown is not None:
            for rect in changed_px:
                self._throw(self._thrown, picture, rect)
            source = self._thrown
        for box in boxes:
            if not box.empty:
                rows, columns = box.rows, box.columns
                self.arriving[rows, columns] = cv2.remap(
                    source,
                    self._x_px[rows, columns],
                    self._y_px[rows, columns],
                    cv2.INTER_LINEAR,
                    borderMode=cv2.BORDER_CONSTANT,
                )
        return boxes

    def shift_at(self, point_mm: NDArray[np.float64]) -> tuple[int, int]:
        """How far from its own pixel the light of something above the bench is found.

        Light that falls on a hand would else have gone on to the bench; there it is kept in
        `arriving`.

        Args:
            point_mm: Shape (3,), bench millimetres.
        """
        beam_px = self._projector.from_bench(point_mm[None, :])
        on_bench = self._projector.to_plane(beam_px, 0.0)
        behind_px = self._camera.from_bench(np.column_stack([on_bench, [0.0]]))
        shift = (behind_px - self._camera.from_bench(point_mm[None, :]))[0]
        return round(float(shift[0])), round(float(shift[1]))

    def _whole_blur_px(self, optics: Optics) -> float:
        """Standard deviation of everything that blurs light, in projector pixels."""
        tall, wide = self._x_px.shape
        rows, columns = slice(tall // 2, tall // 2 + 2), slice(wide // 2, wide // 2 + 2)
        x, y = self._x_px[rows, columns], self._y_px[rows, columns]
        steps = np.array(
            [[x[0, 1] - x[0, 0], y[0, 1] - y[0, 0]], [x[1, 0] - x[0, 0], y[1, 0] - y[0, 0]]]
        )
        scale2 = abs(float(np.linalg.det(steps)))
        seen = (optics.camera_blur_px**2 + _SQUARE) * scale2
        return float(np.sqrt(max(0.0, optics.projector_blur_px**2 + _SQUARE + seen)))

    def _throw(self, thrown: NDArray[np.float32], picture: NDArray[np.uint8], rect: RectPx) -> None:
        """Bring an area of the picture into linear, blurred light."""
        tall, wide = picture.shape[:2]
        margin = self._margin_px
        out = _grown(rect, margin, (wide, tall))
        within = _grown(rect, 2 * margin, (wide, tall))
        finer, source = self._finer, picture[within.rows, within.columns]
        if finer > 1:
            source = np.asarray(
                cv2.resize(source, None, fx=finer, fy=finer, interpolation=cv2.INTER_NEAREST)
            )
        light = cv2.LUT(source, self._linear)
        if self._blur_px > 0.0:
            across = 2 * margin * finer + 1
            light = cv2.GaussianBlur(
                light, (across, across), self._blur_px, borderType=cv2.BORDER_CONSTANT
            )
        left, top = finer * (out.left - within.left), finer * (out.top - within.top)
        rows = slice(finer * out.top, finer * out.bottom)
        columns = slice(finer * out.left, finer * out.right)
        down, over = rows.stop - rows.start, columns.stop - columns.start
        thrown[rows, columns] = light[top : top + down, left : left + over]

    def _box(self, rect: RectPx, margin_px: int) -> Box:
        """The pixels of the camera that an area of the projector may reach, at any height."""
        left, top, across, down = rect
        x = left + across * np.array([0, 0.5, 1, 1, 1, 0.5, 0, 0])
        y = top + down * np.array([0, 0, 0, 0.5, 1, 1, 1, 0.5])
        x += margin_px * np.sign(x - left - across / 2)
        y += margin_px * np.sign(y - top - down / 2)
        edge = np.column_stack([x, y])
        seen = [
            self._camera.from_bench(
                np.column_stack([self._projector.to_plane(edge, z), np.full(len(edge), z)])
            )
            for z in self._heights_mm
        ]
        return box_round(np.vstack(seen), self._camera.size_px, margin_px=3)


def _grown(rect: RectPx, by_px: int, size_px: tuple[int, int]) -> Box:
    left, top, across, down = rect
    return Box(
        left=max(0, left - by_px),
        top=max(0, top - by_px),
        right=min(size_px[0], left + across + by_px),
        bottom=min(size_px[1], top + down + by_px),
    )
