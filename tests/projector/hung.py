"""A projector with a lens over a bench: the truth, and the map that a perfect calibration finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.lens import Lens
from calibration.planes import PlaneMap
from calibration.space import SpaceMap


@dataclass(frozen=True, kw_only=True)
class Hung:
    """A projector that hangs over a bench: where its light really lands, and its map.

    Attributes:
        matrix: Shape (3, 4), (x, y, z, 1) in millimetres to ideal pixels.
        size_px: Of its picture.
        barrel_px: How far its lens pushes a pixel that lies half a picture's width from the middle.
    """

    matrix: NDArray[np.float64]
    size_px: tuple[int, int]
    barrel_px: float = 0.0

    @property
    def _middle_px(self) -> NDArray[np.float64]:
        return (np.array(self.size_px) - 1.0) / 2.0

    def truth_px(self, points_mm: NDArray[np.float64], height_mm: float) -> NDArray[np.float64]:
        """Shape (N, 2) to (N, 2): by the laws of optics, without `calibration`."""
        count = len(points_mm)
        xyz1 = np.column_stack([points_mm, np.full(count, height_mm), np.ones(count)])
        mapped = xyz1 @ self.matrix.T
        off = mapped[:, :2] / mapped[:, 2:] - self._middle_px
        half = self.size_px[0] / 2.0
        push = 1.0 + self.barrel_px / half**3 * (off**2).sum(axis=1)
        return np.asarray(self._middle_px + off * push[:, None], np.float64)

    @property
    def space_map(self) -> SpaceMap:
        """What a calibration without any error would find."""
        shift = np.zeros((10, 2))
        # Of x^3, x^2 y, x y^2, y^3.
        shift[[6, 8], 0] = self.barrel_px
        shift[[7, 9], 1] = self.barrel_px
        x, y = self._middle_px
        lens = Lens(
            shift_px=shift, degree=3, middle_px=(x, y), scale_px=self.size_px[0] / 2.0, reach=2.0
        )
        return SpaceMap(
            plane=PlaneMap(matrix=self.matrix[:, [0, 1, 3]]),
            rise=self.matrix[:, 2],
            lens=lens if self.barrel_px else None,
        )


def hung(
    size_px: tuple[int, int],
    *,
    eye_mm: tuple[float, float, float] = (560.0, 420.0, 1350.0),
    barrel_px: float = 0.0,
) -> Hung:
    """A projector beside the middle of the bench that looks at its middle, all of it in reach."""
    eye, target = np.array(eye_mm), np.array([450.0, 295.0, 0.0])
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(ahead, right), ahead])
    scale = min(size_px[0] / 1035.0, size_px[1] / 690.0)
    focal = scale * float(np.linalg.norm(target - eye))
    inner = np.array(
        [[focal, 0, (size_px[0] - 1) / 2], [0, focal, (size_px[1] - 1) / 2], [0, 0, 1.0]]
    )
    matrix = inner @ np.column_stack([axes, -axes @ eye])
    return Hung(matrix=matrix, size_px=size_px, barrel_px=barrel_px)
