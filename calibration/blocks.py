"""A decoded picture in a thousand pairs of points: the mean of each small block of pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Decoded, Mask
from calibration.lens import terms
from calibration.planes import PlaneMap, Points, fit_plane_map

BLOCKS_ACROSS = 54
"""Blocks along the picture: 24 pixels each in 720p. Within one a lens is straight to a thousandth
of a pixel, and the mean of a hundred pixels has a tenth of the noise of one."""
EVERY_PX = 2
"""Within a block every second pixel counts, along and across: neighbours share their noise."""
RIM_PX = 4
"""So far from a border of what is known nothing counts: blur makes the fraction of a stripe lean
by up to half a pixel there."""
LEAST_KNOWN = 0.6
"""Of the pixels of a block. A mean of one side of a block is not the value in its middle."""
SEED_POINTS = 1500
SEED_REJECT_PX = 6.0
"""How far lenses take pixels away from one homography at most; what lies on a thing 20 mm high is
further off."""
SMOOTH_DEGREE = 5
TRIM_ROUNDS = 4
TRIM_AT_MEDIANS = 5.0
LEAST_TRIM_PX = 0.15
"""Nothing nearer than this is thrown out: it is no other thing, only less sharp."""
LEAST_BLOCKS = 60


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pairs:
    """Places in the camera's picture with the projector pixels that light them.

    Attributes:
        cam_px: Shape (N, 2).
        proj_px: Shape (N, 2).
    """

    cam_px: Points
    proj_px: Points

    def __len__(self) -> int:
        return len(self.cam_px)

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """Only those that are kept."""
        return Pairs(cam_px=self.cam_px[keep], proj_px=self.proj_px[keep])


def inner_known(decoded: Decoded) -> Mask:
    """The known pixels without the rim of what is known."""
    size = 2 * RIM_PX + 1
    # A single pixel that was not decoded has no rim of blur; an area has.
    closed = cv2.morphologyEx(
        decoded.known.view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
    )
    eroded = cv2.erode(closed, np.ones((size, size), np.uint8), borderValue=0)
    return (eroded > 0) & decoded.known


def pairs_of(decoded: Decoded, within: Mask | None = None) -> tuple[Pairs, float]:
    """The pairs of one plane: outliers are left out, whatever lies on the plane too.

    Args:
        decoded: Of the whole picture.
        within: Where in the picture the plane lies; None: everywhere.

    Returns:
        One pair for each block that lies on the plane, and their share of the blocks that were
        decoded; none when there is no plane.
    """
    use = inner_known(decoded)
    if within is not None:
        use &= within
    ys, xs = np.nonzero(use[::EVERY_PX, ::EVERY_PX])
    nothing = Pairs(cam_px=np.zeros((0, 2)), proj_px=np.zeros((0, 2))), 0.0
    if len(xs) < LEAST_BLOCKS:
        return nothing
    xs, ys = xs * EVERY_PX, ys * EVERY_PX
    cam_px = np.stack([xs, ys], axis=1).astype(np.float64)
    proj_px = decoded.proj_px[:, ys, xs].T.astype(np.float64)
    try:
        seed = _seed(cam_px, proj_px)
    except ValueError:
        return nothing
    found = _block_means(cam_px, proj_px, seed, decoded.known.shape)
    if len(found) < LEAST_BLOCKS:
        return nothing
    on_it = found.where(_on_one_surface(found, seed, decoded.known.shape[1]))
    side = _side(decoded.known.shape)
    return on_it, min(1.0, len(on_it) * (side / EVERY_PX) ** 2 / len(xs))


def _side(shape: tuple[int, ...]) -> int:
    """Of a block, pixels."""
    return max(8, shape[1] // BLOCKS_ACROSS)


def _seed(cam_px: Points, proj_px: Points) -> PlaneMap:
    """A homography that most agree with, to the few pixels that lenses bend."""
    some = np.linspace(0, len(cam_px) - 1, min(SEED_POINTS, len(cam_px))).astype(int)
    return fit_plane_map(source=cam_px[some], target=proj_px[some], reject=SEED_REJECT_PX).plane_map


def _block_means(cam_px: Points, proj_px: Points, seed: PlaneMap, shape: tuple[int, ...]) -> Pairs:
    """One pair for each block that is known enough: its middle, the seed there, the mean rest."""
    side = _side(shape)
    across = -(-shape[1] // side)
    number = (cam_px[:, 1].astype(int) // side) * across + cam_px[:, 0].astype(int) // side
    total = across * -(-shape[0] // side)
    rest = proj_px - seed.apply(cam_px)
    near = np.abs(rest).max(axis=1) <= 2 * SEED_REJECT_PX
    # Twice: the mean of all, then of those near it; single wrong pixels then weigh nothing.
    for _ in range(2):
        number, rest, cam_px = number[near], rest[near], cam_px[near]
        count = np.bincount(number, minlength=total)
        some = np.maximum(count, 1)
        mean = np.stack(
            [np.bincount(number, rest[:, axis], total) / some for axis in (0, 1)], axis=1
        )
        near = np.abs(rest - mean[number]).max(axis=1) <= 1.0
    at = np.stack([np.bincount(number, cam_px[:, axis], total) / some for axis in (0, 1)], axis=1)
    enough = count >= LEAST_KNOWN * (side / EVERY_PX) ** 2
    return Pairs(cam_px=at[enough], proj_px=seed.apply(at[enough]) + mean[enough])


def _on_one_surface(pairs: Pairs, seed: PlaneMap, width_px: int) -> NDArray[np.bool_]:
    """Which pairs lie on the smooth surface that most of them make."""
    place = (pairs.cam_px - pairs.cam_px.mean(axis=0)) / (width_px / 2.0)
    rest = pairs.proj_px - seed.apply(pairs.cam_px)
    keep = np.abs(rest).max(axis=1) <= SEED_REJECT_PX
    for degree in (1, *[SMOOTH_DEGREE] * TRIM_ROUNDS):
        columns = terms(place, degree)
        if keep.sum() <= 2 * columns.shape[1]:
            break
        solved, *_ = np.linalg.lstsq(columns[keep], rest[keep], rcond=None)
        off = np.linalg.norm(rest - columns @ solved, axis=1)
        keep = off <= max(LEAST_TRIM_PX, TRIM_AT_MEDIANS * float(np.median(off[keep])))
    return np.asarray(keep)
