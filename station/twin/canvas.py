"""Painting flat faces in space as a camera sees them, with their colour, shade and height."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.geometry import Matrix, Pinhole, Points
from station.twin.overlay import Box, box_round

FINER = 2
"""Painted this much finer than the camera's picture, then averaged: smooth edges."""
_SUBPIXEL_BITS = 4

Bgr = tuple[float, float, float]


class Canvas:
    """What a camera sees, painted from far to near.

    Attributes:
        reflect: Shape (height, width, 3), uint8: how much light of each colour comes back.
        shade: Shape (height, width), float32: how much of the room's light arrives, 1 is all.
        height_mm: Shape (height, width), float32: how high the surface lies.
        clip: Shape (height, width), bool, or None: where paint sticks.
    """

    def __init__(self, camera: Pinhole, background: Bgr) -> None:
        wide, tall = (FINER * side for side in camera.size_px)
        self._camera = camera
        self.reflect = np.full((tall, wide, 3), background, np.uint8)
        self.shade = np.ones((tall, wide), np.float32)
        self.height_mm = np.zeros((tall, wide), np.float32)
        self.clip: NDArray[np.bool_] | None = None

    def plane(self, height_mm: float) -> Matrix:
        """Shape (3, 3): canvas pixels from bench millimetres at this height."""
        scale = np.array(
            [[FINER, 0, (FINER - 1) / 2], [0, FINER, (FINER - 1) / 2], [0, 0, 1]], np.float64
        )
        return np.asarray(scale @ self._camera.from_plane(height_mm), np.float64)

    def face(self, corners_mm: Points, colour: Bgr, shade: float = 1.0) -> None:
        """A flat face of one colour.

        Args:
            corners_mm: Shape (N, 3).
            colour: Blue, green, red, 0 to 255.
            shade: Share of the room's light that it gets.
        """
        box, covered = self.covered(corners_mm)
        self.reflect[box.rows, box.columns][covered] = colour
        self.shade[box.rows, box.columns][covered] = shade
        self.height_mm[box.rows, box.columns][covered] = float(corners_mm[:, 2].mean())

    def covered(self, corners_mm: Points, margin_px: int = 1) -> tuple[Box, NDArray[np.bool_]]:
        """Which pixels a face covers, within `clip`.

        Args:
            corners_mm: Shape (N, 3).
            margin_px: How much wider the box is than the face.

        Returns:
            A box of the canvas, and a mask of its shape (rows, columns).
        """
        seen = self._camera.from_bench(corners_mm) * FINER + (FINER - 1) / 2
        tall, wide = self.shade.shape
        box = box_round(seen, (wide, tall), margin_px)
        if box.empty:
            return box, np.zeros((0, 0), np.bool_)
        mask = np.zeros((box.bottom - box.top, box.right - box.left), np.uint8)
        within = seen - (box.left, box.top)
        fixed = np.round(within * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [fixed.reshape(-1, 1, 2)], 1, lineType=cv2.LINE_8, shift=_SUBPIXEL_BITS)
        inside = mask.astype(np.bool_)
        if self.clip is not None:
            inside &= self.clip[box.rows, box.columns]
        return box, inside

    def clip_to(self, corners_mm: Points) -> None:
        """Let paint stick only within this outline, shape (N, 3), until `clip` is None again."""
        self.clip = None
        box, inside = self.covered(corners_mm)
        clip = np.zeros(self.shade.shape, np.bool_)
        clip[box.rows, box.columns] = inside
        self.clip = clip

    def shadow(self, corners_mm: Points, blur_mm: float, depth: float) -> None:
        """A soft shadow on what is painted so far.

        Args:
            corners_mm: Shape (N, 3), its outline.
            blur_mm: How soft.
            depth: How much of the light it takes away in its middle, 0 to 1.
        """
        soft_px = blur_mm * FINER * 1.1
        box, mask = self.covered(corners_mm, margin_px=int(3 * soft_px) + 1)
        if not box.empty:
            soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), soft_px)
            self.shade[box.rows, box.columns] *= 1.0 - depth * soft


def at_height(outline_mm: Points, height_mm: float) -> Points:
    """Lift an outline: shape (N, 2) to shape (N, 3)."""
    return np.column_stack([outline_mm, np.full(len(outline_mm), height_mm)])


def inset(outline_mm: Points, by_mm: float) -> Points:
    """An outline that is smaller by about this much on each side, shape (N, 2)."""
    middle = outline_mm.mean(axis=0)
    half = np.abs(outline_mm - middle).max(axis=0)
    return np.asarray(middle + (outline_mm - middle) * (1.0 - by_mm / half), np.float64)
