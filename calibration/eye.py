"""The unknowns of one camera over a bench: a pinhole, its height above the bench, its lens.

All is done in frames whose numbers are of the order of 1: the picture from its middle in half
diagonals, the bench from its middle in half widths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.fitting import Vector
from calibration.lens import Lens, terms
from calibration.planes import PlaneMap, Points
from calibration.space import SpaceMap

PLANE = slice(0, 8)
LENS = slice(8, 12)
RISE = slice(12, 15)
UNKNOWNS = 15
LENS_PRIOR = np.array([0.1, 0.002, 0.0003, 0.0003])
"""How large the lens terms may be before anything was seen, as a share of half the diagonal at
the corner of the picture: k1 of a wide webcam, k2 a tenth of what usual k1 are, and tangential
terms of a third of a pixel in 720p (lenses that sit askew)."""
LENS_DEGREE = 7
"""The way back of a lens with k1 and k2 is no polynomial; with degree 7 the rest is under 0.005
pixels for a lens that shifts the corner by 2 %."""
LENS_REACH = 1.1
"""How far beyond the border of the picture the lens goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """What makes the numbers of a picture and of a bench of the order of 1.

    Attributes:
        picture_wh: Size of the picture, pixels.
        bench_mm: Size of the bench.
    """

    picture_wh: tuple[int, int]
    bench_mm: tuple[float, float]

    @property
    def half_px(self) -> float:
        """Half the diagonal of the picture."""
        return float(np.hypot(*self.picture_wh)) / 2.0

    @property
    def middle_px(self) -> tuple[float, float]:
        """The middle of the picture; pixel centres lie at whole numbers."""
        return (self.picture_wh[0] - 1) / 2.0, (self.picture_wh[1] - 1) / 2.0

    @property
    def half_mm(self) -> float:
        """Half the longer side of the bench."""
        return max(self.bench_mm) / 2.0

    def from_px(self, px: Points) -> Points:
        """Pixels to the frame of the picture."""
        return (px - self.middle_px) / self.half_px

    def to_px(self, places: Points) -> Points:
        """Back to pixels."""
        return places * self.half_px + self.middle_px

    def from_mm(self, mm: Points) -> Points:
        """Bench millimetres to the frame of the bench."""
        return (mm - np.array(self.bench_mm) / 2.0) / self.half_mm

    def to_mm(self, places: Points) -> Points:
        """Back to bench millimetres."""
        return places * self.half_mm + np.array(self.bench_mm) / 2.0

    def px_matrix(self) -> NDArray[np.float64]:
        """`to_px` as a 3 x 3 matrix."""
        x, y = self.middle_px
        return np.array([[self.half_px, 0, x], [0, self.half_px, y], [0, 0, 1.0]])

    def mm_matrix(self) -> NDArray[np.float64]:
        """`from_mm` as a 3 x 3 matrix."""
        wide, deep = self.bench_mm
        return np.array([[1.0, 0, -wide / 2], [0, 1.0, -deep / 2], [0, 0, self.half_mm]])


def straightened(places: Points, lens: Vector) -> Points:
    """Where a pinhole would put what the lens puts here; Brown's terms, the way back.

    Args:
        places: Shape (N, 2), in the frame of the picture.
        lens: k1, k2 and the two tangential terms.
    """
    k1, k2, p1, p2 = lens
    x, y = places[:, 0], places[:, 1]
    square = x * x + y * y
    along = 1.0 + square * (k1 + square * k2)
    return np.stack(
        [
            x * along + 2.0 * p1 * x * y + p2 * (square + 2.0 * x * x),
            y * along + 2.0 * p2 * x * y + p1 * (square + 2.0 * y * y),
        ],
        axis=1,
    )


def matrix_at(unknowns: Vector, height: float) -> NDArray[np.float64]:
    """The plane at a height (in half widths of the bench) to the picture without its lens."""
    matrix = np.append(unknowns[PLANE], 1.0).reshape(3, 3)
    if height:
        matrix[:, 2] += height * unknowns[RISE]
    return matrix


def on_bench(unknowns: Vector, places: Points, height: float = 0.0) -> Points:
    """Which points of the plane at a height are seen at these places of the picture."""
    ideal = straightened(places, unknowns[LENS])
    back = np.linalg.inv(matrix_at(unknowns, height))
    mapped = ideal @ back[:, :2].T + back[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def start_from(matrix: NDArray[np.float64]) -> Vector:
    """Unknowns of a pinhole without a lens that sees the bench like this."""
    unknowns = np.zeros(UNKNOWNS)
    unknowns[PLANE] = (matrix / matrix[2, 2]).reshape(9)[:8]
    return unknowns


def space_map(unknowns: Vector, frames: Frames, *, has_rise: bool, has_lens: bool) -> SpaceMap:
    """The same camera as a map from millimetres to pixels."""
    to_px, from_mm = frames.px_matrix(), frames.mm_matrix()
    matrix = to_px @ matrix_at(unknowns, 0.0) @ from_mm
    # from_mm gives homogeneous places times half_mm; a height in mm / half_mm, times half_mm.
    rise = to_px @ unknowns[RISE] if has_rise else None
    lens = _lens(unknowns[LENS], frames) if has_lens else None
    return SpaceMap(plane=PlaneMap(matrix=matrix), rise=rise, lens=lens)


def _lens(lens: Vector, frames: Frames) -> Lens:
    """The way there as a polynomial: fitted to the way back over all of the picture."""
    line = np.linspace(-LENS_REACH, LENS_REACH, 45)
    scale = max(frames.picture_wh) / 2.0
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    real = grid * (scale / frames.half_px)
    ideal = straightened(real, lens)
    shift = (real - ideal) * frames.half_px
    places = ideal * (frames.half_px / scale)
    solved, *_ = np.linalg.lstsq(terms(places, LENS_DEGREE), shift, rcond=None)
    return Lens(
        shift_px=np.asarray(solved, np.float64),
        degree=LENS_DEGREE,
        middle_px=frames.middle_px,
        scale_px=scale,
        reach=LENS_REACH * 1.02,
    )
