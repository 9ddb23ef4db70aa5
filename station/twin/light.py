"""The projector's light: pictures handed over now, on the bench a little later."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.geometry import Pinhole, mapped
from station.twin.overlay import Box, box_round

RectPx = tuple[int, int, int, int]
"""Left, top, width, height in projector pixels."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Patch:
    """A piece of picture that is on its way to the bench."""

    lands_s: float
    left: int
    top: int
    bgr: NDArray[np.uint8]


class Light:
    """What the projector throws on the bench.

    One thread hands pictures over, another lets them land; a lock stands between.

    Attributes:
        picture: Shape (height, width, 3), uint8: what is thrown now, in projector pixels.
    """

    def __init__(self, projector: Pinhole) -> None:
        wide, tall = projector.size_px
        self.picture = np.zeros((tall, wide, 3), np.uint8)
        self._waiting: deque[_Patch] = deque()
        self._lock = threading.Lock()

    def hand_over(
        self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx], lands_s: float
    ) -> None:
        """Take the changed areas of a picture; they land at `lands_s` on the twin's clock.

        Raises:
            ValueError: The picture is not of the projector's size.
        """
        if picture_bgrx.shape[:2] != self.picture.shape[:2]:
            tall, wide = self.picture.shape[:2]
            got = f"{picture_bgrx.shape[1]} x {picture_bgrx.shape[0]}"
            raise ValueError(f"the twin's projector shows {wide} x {tall} pixels, not {got}")
        tall, wide = self.picture.shape[:2]
        patches = []
        for left, top, across, down in changed_px:
            x0, y0 = max(0, left), max(0, top)
            x1, y1 = min(wide, left + across), min(tall, top + down)
            if x0 < x1 and y0 < y1:
                bgr = cv2.cvtColor(picture_bgrx[y0:y1, x0:x1], cv2.COLOR_BGRA2BGR)
                piece = np.asarray(bgr, np.uint8)
                patches.append(_Patch(lands_s=lands_s, left=x0, top=y0, bgr=piece))
        with self._lock:
            self._waiting.extend(patches)

    def go_dark(self, lands_s: float) -> None:
        """Throw no light at all from `lands_s` on."""
        patch = _Patch(lands_s=lands_s, left=0, top=0, bgr=np.zeros_like(self.picture))
        with self._lock:
            self._waiting.append(patch)

    def land(self, now_s: float) -> list[RectPx]:
        """Let everything land that is due, oldest first. Gives the areas that changed."""
        due = []
        with self._lock:
            while self._waiting and self._waiting[0].lands_s <= now_s:
                due.append(self._waiting.popleft())
        changed = []
        for patch in due:
            down, across = patch.bgr.shape[:2]
            self.picture[patch.top : patch.top + down, patch.left : patch.left + across] = patch.bgr
            changed.append((patch.left, patch.top, across, down))
        return changed


class LightInCamera:
    """Where each of the camera's pixels gets its projector light from, surface by surface.

    Attributes:
        bgr: Shape (height, width, 3), uint8: the light that arrives at what each pixel sees.
    """

    def __init__(self, camera: Pinhole, projector: Pinhole, height_mm: NDArray[np.float32]) -> None:
        self._camera, self._projector = camera, projector
        self._highest_mm = float(height_mm.max())
        x_px, y_px = _projector_pixels(camera, projector, height_mm)
        self._map_px, self._map_part = cv2.convertMaps(x_px, y_px, cv2.CV_16SC2)
        wide, tall = camera.size_px
        self.bgr = np.zeros((tall, wide, 3), np.uint8)

    def refresh(self, picture: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> list[Box]:
        """Take over the changed areas of the projector's picture. Gives the boxes that changed."""
        boxes = [self._box(rect) for rect in changed_px]
        for box in boxes:
            if not box.empty:
                rows, columns = box.rows, box.columns
                self.bgr[rows, columns] = cv2.remap(
                    picture,
                    self._map_px[rows, columns],
                    self._map_part[rows, columns],
                    cv2.INTER_LINEAR,
                    borderMode=cv2.BORDER_CONSTANT,
                )
        return boxes

    def shift_at(self, point_mm: NDArray[np.float64]) -> tuple[int, int]:
        """How far from its own pixel the light of something above the bench is found.

        Light that falls on a hand would else have gone on to the bench; there it is kept in
        `bgr`.

        Args:
            point_mm: Shape (3,), bench millimetres.
        """
        beam_px = self._projector.from_bench(point_mm[None, :])
        on_bench = self._projector.to_plane(beam_px, 0.0)
        behind_px = mapped(self._camera.from_plane(0.0), on_bench)
        shift = (behind_px - self._camera.from_bench(point_mm[None, :]))[0]
        return round(float(shift[0])), round(float(shift[1]))

    def _box(self, rect: RectPx) -> Box:
        """The pixels of the camera that an area of the projector may reach, at any height."""
        left, top, across, down = rect
        corners = np.array(
            [[left, top], [left + across, top], [left + across, top + down], [left, top + down]],
            dtype=np.float64,
        )
        seen = [
            mapped(self._camera.from_plane(z), self._projector.to_plane(corners, z))
            for z in (0.0, self._highest_mm)
        ]
        return box_round(np.vstack(seen), self._camera.size_px)


def _projector_pixels(
    camera: Pinhole, projector: Pinhole, height_mm: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Which projector pixel throws light on what each camera pixel sees.

    The ray of a camera pixel is cut with the plane at the height of what is seen there, and that
    point goes through the projector's pinhole.
    """
    wide, tall = camera.size_px
    u, v = np.meshgrid(np.arange(wide, dtype=np.float64), np.arange(tall, dtype=np.float64))
    turn, shift = camera.matrix[:, :3], camera.matrix[:, 3]
    eye = -np.linalg.solve(turn, shift)
    rays = np.linalg.solve(turn, np.stack([u.ravel(), v.ravel(), np.ones(u.size)]))
    reach = (height_mm.ravel() - eye[2]) / rays[2]
    points = eye[:, None] + rays * reach
    landed = projector.matrix[:, :3] @ points + projector.matrix[:, 3:]
    x_px = (landed[0] / landed[2]).reshape(tall, wide).astype(np.float32)
    y_px = (landed[1] / landed[2]).reshape(tall, wide).astype(np.float32)
    return x_px, y_px
