"""Cuts an area of the bench out of pictures, straight and always equally large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.look_compare import shrunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from calibration.planes import Points

    Picture = NDArray[np.uint8]

LONG_PX = 320
"""The longer side of an area in its patch: half a millimetre to a pixel for a jig of 160 mm, more
than cameras over a bench can tell."""
MARGIN_PX = 20
"""How much around the area is cut out too, so that a shifted picture still has all of it."""
SOFT = 2
"""Looks are compared at half this size, softened."""
SOFT_PX = 1.6
"""Radius of the softening, pixels of the half size: patterns finer than 1.5 % of the area (printed
dots, noise, letters) melt into one tone, parts of 4 % stay."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PatchShape:
    """How large the patches of one area are, and which part of them is the area.

    Attributes:
        area_wh: Width and height of the area in its patch, pixels, both even.
    """

    area_wh: tuple[int, int]

    @classmethod
    def for_sides(cls, wide: float, high: float) -> PatchShape:
        """For an area with sides of such lengths, in any unit."""
        scale = LONG_PX / SOFT / max(wide, high)
        return cls(
            area_wh=(
                SOFT * max(16, round(scale * wide)),
                SOFT * max(16, round(scale * high)),
            )
        )

    @classmethod
    def of_patch(cls, patch: Picture) -> PatchShape:
        """That of a patch that was kept."""
        return cls(
            area_wh=(patch.shape[1] - 2 * MARGIN_PX, patch.shape[0] - 2 * MARGIN_PX),
        )

    @property
    def patch_wh(self) -> tuple[int, int]:
        """Width and height of the patches."""
        return self.area_wh[0] + 2 * MARGIN_PX, self.area_wh[1] + 2 * MARGIN_PX

    @property
    def soft_wh(self) -> tuple[int, int]:
        """Width and height of softened patches."""
        return self.patch_wh[0] // SOFT, self.patch_wh[1] // SOFT

    def corners(self) -> NDArray[np.float32]:
        """The area's corners in its patch: back left, back right, front right, front left."""
        wide, high = self.area_wh
        low, right, bottom = MARGIN_PX - 0.5, MARGIN_PX + wide - 0.5, MARGIN_PX + high - 0.5
        return np.array([[low, low], [right, low], [right, bottom], [low, bottom]], np.float32)

    def inside(self, outline: Points | None = None, *, rim_px: float = 0.0) -> NDArray[np.bool_]:
        """Which pixels of a softened patch are the area.

        Args:
            outline: Shape (K, 2), the area's outline in the patch; None takes the whole.
            rim_px: So much along the outline, in pixels of the patch, is left out.
        """
        wide, high = self.soft_wh
        mask = np.zeros((high, wide), np.uint8)
        corners = self.corners() if outline is None else outline
        soft = (corners.astype(np.float64) + 0.5) / SOFT - 0.5
        cv2.fillPoly(mask, [np.rint(soft).astype(np.int32)], (255,))
        rim = max(1, round(rim_px / SOFT))
        return shrunk(mask > 0, rim)


class PatchCut:
    """Where an area lies in the camera's pictures."""

    def __init__(self, corners_px: Points, shape: PatchShape) -> None:
        """Prepare.

        Args:
            corners_px: Shape (4, 2), the area's corners in the camera's picture: back left, back
                right, front right, front left as the patch shall show them.
            shape: Of the patches.
        """
        self._shape = shape
        corners = np.asarray(corners_px, np.float32).reshape(4, 2)
        sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
        # A large picture is halved until a pixel of the patch is about one of the picture.
        self._halved = max(0, int(np.floor(np.log2(max(1.0, sides.max() / LONG_PX)))))
        scale = 2.0**self._halved
        small = (corners + 0.5) / scale - 0.5
        self._patch_from_cam = cv2.getPerspectiveTransform(
            np.ascontiguousarray(small, np.float32), shape.corners()
        )

    def of(self, bgr: Picture) -> Picture:
        """The patch, shape (height, width, 3), uint8."""
        for _ in range(self._halved):
            size_wh = (bgr.shape[1] // 2, bgr.shape[0] // 2)
            bgr = np.asarray(cv2.resize(bgr, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
        patch = cv2.warpPerspective(
            bgr, self._patch_from_cam, self._shape.patch_wh, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(patch, np.uint8)


def sides_of(corners_px: Sequence[Points]) -> tuple[float, float]:
    """Mean width and height of areas given by their four corners in pictures."""
    ways = np.array([np.roll(each, -1, axis=0) - each for each in corners_px], np.float64)
    long = np.linalg.norm(ways, axis=2).mean(axis=0)
    return float(long[0] + long[2]) / 2.0, float(long[1] + long[3]) / 2.0


def softened(patch: Picture) -> NDArray[np.float32]:
    """A patch at half its size without fine patterns: shape (height, width, 3), float32."""
    size_wh = (patch.shape[1] // SOFT, patch.shape[0] // SOFT)
    small = cv2.resize(patch, size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32), (0, 0), SOFT_PX), np.float32)
