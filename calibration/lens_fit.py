"""The projector's map: from bench points and the projector pixels that light them, by fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.lens import Lens, terms
from calibration.misses import rms
from calibration.planes import PlaneMap, Points
from calibration.rise import linear_rise
from calibration.space import SpaceMap

MOST_DEGREE = 7
FOLDS = 4
FOLD_BLOCKS = 6
"""The places are cut into so many pieces along and across, each left out as a whole: next to a
point that is left out its neighbours would give it away."""
WORTH_IT = 0.99
"""A higher degree must bring the error at places left out down to this share of the one before."""
ROUNDS = 4
REACH = 1.3
"""How far beyond the measured places the lens goes on, as a share of half their longer side: light
for a bin 200 mm high leaves the projector up to a sixth further out than any light of the bench."""
RIDGE = 1e-9


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lit:
    """Bench points with the projector pixels that light them.

    Attributes:
        bench_mm: Shape (N, 2).
        proj_px: Shape (N, 2).
        height_mm: Shape (N,).
    """

    bench_mm: Points
    proj_px: Points
    height_mm: NDArray[np.float64]

    def joined(self, other: Lit) -> Lit:
        """Both in one."""
        return Lit(
            bench_mm=np.concatenate([self.bench_mm, other.bench_mm]),
            proj_px=np.concatenate([self.proj_px, other.proj_px]),
            height_mm=np.concatenate([self.height_mm, other.height_mm]),
        )


def light_map(lit: Lit) -> SpaceMap:
    """The map that fits best: plane, rise if there is a second height, lens if it is worth it."""
    degree = chosen_degree(lit)
    middle = (lit.proj_px.min(axis=0) + lit.proj_px.max(axis=0)) / 2.0
    scale = float(np.abs(lit.proj_px - middle).max())
    frame = _Frame(
        middle_px=middle,
        scale_px=scale,
        middle_mm=lit.bench_mm.mean(axis=0),
        scale_mm=float(np.abs(lit.bench_mm - lit.bench_mm.mean(axis=0)).max()),
    )
    return _fitted(lit, frame, degree)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Frame:
    """What makes all numbers of the order of 1."""

    middle_px: NDArray[np.float64]
    scale_px: float
    middle_mm: NDArray[np.float64]
    scale_mm: float


def _fitted(lit: Lit, frame: _Frame, degree: int) -> SpaceMap:
    """Plane, rise and lens by Gauss and Newton's method from the linear solution."""
    aim = (lit.proj_px - frame.middle_px) / frame.scale_px
    on_bench = np.column_stack(
        [(lit.bench_mm - frame.middle_mm) / frame.scale_mm, np.ones(len(aim))]
    )
    height = lit.height_mm / frame.scale_mm
    has_rise = bool((height != 0.0).any())
    flat = height == 0.0
    plane = _linear_plane(on_bench[flat], aim[flat])
    rise = linear_rise(plane, on_bench[:, :2], height, aim) if has_rise else np.zeros(3)
    first = 3  # below degree 2 a lens is nothing that the plane could not be
    bend = np.zeros(((degree + 1) * (degree + 2) // 2, 2))
    for _ in range(ROUNDS):
        ideal_h = on_bench @ plane.T + height[:, None] * rise
        ideal = ideal_h[:, :2] / ideal_h[:, 2:]
        columns = terms(ideal, degree)[:, first:]
        off = aim - ideal - columns @ bend[first:]
        by_pinhole = _pinhole_slopes(on_bench, height, ideal, ideal_h[:, 2], has_rise=has_rise)
        unknown = by_pinhole.shape[2]
        wide = columns.shape[1]
        slopes = np.zeros((2 * len(aim), unknown + 2 * wide))
        for axis in (0, 1):
            rows = slice(axis * len(aim), (axis + 1) * len(aim))
            slopes[rows, :unknown] = by_pinhole[axis]
            slopes[rows, unknown + axis * wide : unknown + (axis + 1) * wide] = columns
        normal = slopes.T @ slopes
        normal += RIDGE * np.trace(normal) / len(normal) * np.eye(len(normal))
        step = np.linalg.solve(normal, slopes.T @ off.T.ravel())
        plane = plane + np.append(step[:8], 0.0).reshape(3, 3)
        if has_rise:
            rise = rise + step[8:11]
        bend[first:, 0] += step[unknown : unknown + wide]
        bend[first:, 1] += step[unknown + wide :]
    return _as_space_map(plane, rise if has_rise else None, bend, frame, degree)


def _as_space_map(
    plane: NDArray[np.float64],
    rise: NDArray[np.float64] | None,
    bend: NDArray[np.float64],
    frame: _Frame,
    degree: int,
) -> SpaceMap:
    to_px = np.diag([frame.scale_px, frame.scale_px, 1.0])
    to_px[:2, 2] = frame.middle_px
    from_mm = np.diag([1.0, 1.0, frame.scale_mm])
    from_mm[:2, 2] = -frame.middle_mm
    lens = None
    if len(bend) > 3:  # noqa: PLR2004 - degree 2 and more
        lens = Lens(
            shift_px=bend * frame.scale_px,
            degree=degree,
            middle_px=(float(frame.middle_px[0]), float(frame.middle_px[1])),
            scale_px=frame.scale_px,
            reach=REACH,
        )
    return SpaceMap(
        plane=PlaneMap(matrix=to_px @ plane @ from_mm),
        rise=None if rise is None else to_px @ rise,
        lens=lens,
    )


def _linear_plane(on_bench: NDArray[np.float64], aim: Points) -> NDArray[np.float64]:
    """The homography by the linear equations; its lower right number is 1."""
    none = np.zeros_like(on_bench)
    rows = np.concatenate(
        [
            np.column_stack([on_bench, none, -aim[:, :1] * on_bench[:, :2]]),
            np.column_stack([none, on_bench, -aim[:, 1:] * on_bench[:, :2]]),
        ]
    )
    solved, *_ = np.linalg.lstsq(rows, aim.T.ravel(), rcond=None)
    return np.append(solved, 1.0).reshape(3, 3)


def _pinhole_slopes(
    on_bench: NDArray[np.float64],
    height: NDArray[np.float64],
    ideal: Points,
    depth: NDArray[np.float64],
    *,
    has_rise: bool,
) -> NDArray[np.float64]:
    """How x and y change with the 8 numbers of the plane and the 3 of the rise: (2, N, 8 or 11)."""
    b = on_bench / depth[:, None]
    h = height / depth
    none = np.zeros_like(b)
    made = []
    for axis, first in ((0, (b, none)), (1, (none, b))):
        at = ideal[:, axis]
        columns = [*first, -at[:, None] * b[:, :2]]
        if has_rise:
            zero = np.zeros_like(h)
            columns.append(np.stack([zero if axis else h, h if axis else zero, -at * h], axis=1))
        made.append(np.column_stack(columns))
    return np.stack(made)


def chosen_degree(lit: Lit) -> int:
    """The lowest degree of the lens beyond which places left out are not predicted better."""
    flat = lit.height_mm == 0.0
    bench_mm, proj_px = lit.bench_mm[flat], lit.proj_px[flat]
    middle = bench_mm.mean(axis=0)
    on_bench = np.column_stack(
        [(bench_mm - middle) / np.abs(bench_mm - middle).max(), np.ones(len(bench_mm))]
    )
    half = np.abs(proj_px - proj_px.mean(axis=0)).max()
    aim = (proj_px - proj_px.mean(axis=0)) / half
    mapped = on_bench @ _linear_plane(on_bench, aim).T
    ideal = mapped[:, :2] / mapped[:, 2:]
    rest = aim - ideal
    fold = _folds(ideal)
    columns = terms(ideal, MOST_DEGREE)
    normals = [columns[fold == k].T @ columns[fold == k] for k in range(FOLDS)]
    pulls = [columns[fold == k].T @ rest[fold == k] for k in range(FOLDS)]
    all_normal, all_pull = sum(normals), sum(pulls)
    best, best_off = 0, np.inf
    for degree in range(MOST_DEGREE + 1):
        wide = (degree + 1) * (degree + 2) // 2
        if 3 * wide > len(ideal):
            break
        off = []
        for k in range(FOLDS):
            normal = (all_normal - normals[k])[:wide, :wide] + RIDGE * np.eye(wide)
            solved = np.linalg.solve(normal, (all_pull - pulls[k])[:wide])
            left_out = fold == k
            off.append(np.linalg.norm(rest[left_out] - columns[left_out, :wide] @ solved, axis=1))
        # What is far off is not the lens; the middle of the errors says how good a degree is.
        every = np.sort(np.concatenate(off))
        typical = rms(every[: int(0.98 * len(every)) + 1])
        if typical < WORTH_IT * best_off:
            best, best_off = degree, typical
    return best if best > 1 else 0


def _folds(places: Points) -> NDArray[np.int64]:
    """Which fold each place belongs to; whole pieces of the picture belong together."""
    low, high = places.min(axis=0), places.max(axis=0)
    piece = np.minimum((places - low) / (high - low) * FOLD_BLOCKS, FOLD_BLOCKS - 1).astype(int)
    return np.asarray((piece[:, 0] + 2 * piece[:, 1]) % FOLDS, np.int64)
