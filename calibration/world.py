"""The camera's map: from tags at known places, and whatever else tells about its lens."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Pairs
from calibration.eye import (
    LENS,
    LENS_PRIOR,
    RISE,
    UNKNOWNS,
    Frames,
    on_bench,
    space_map,
    start_from,
    straightened,
)
from calibration.fitting import Vector, least_squares
from calibration.lens import terms
from calibration.planes import Points
from calibration.printed import best_laid, grown_squares, laid_at, pose_seen, stretched
from calibration.rise import inner_numbers, linear_rise, usual_rise
from calibration.seen import Known, LensSheet, Raised, Seen
from calibration.space import SpaceMap

TAG_NOISE_PX = 0.03
"""Of a corner between two measured edges, on the virtual bench; paper is not flatter than that."""
PAIR_NOISE_PX = 0.05
"""Of the mean of a block, projector pixels: 0.02 by itself, and what the model leaves out."""
GROWN_PRIOR = 0.04
"""Printers are right to 1 %; blur and a camera's gamma together make a square of 40 pixels up to
4 % smaller, because half the light is three quarters of the grey levels."""
UNEVEN_PRIOR = 0.002
"""Printers feed paper a few tenths of a percent faster or slower than they write across it."""
SHEET_GROWN_PRIOR = 0.003
"""Its corners are saddles, which blur does not move; a bar is measured to 0.3 mm of 100."""
POSE = 3
"""Unknowns of each lens sheet: place (2) and turn. How it was printed is one for all of them."""
RISE_PRIOR = 3.0
"""Half widths of the bench over the height of the camera, at most; only for want of a plate."""
BEND_PRIOR = 0.01
"""Terms of the projector's lens, as a share of half the diagonal of its picture."""
BEND_DEGREE = 5
INNER_PRIOR = np.array([0.01, 0.01, 0.005, 0.005])
"""How far a camera's axis leaves the middle of its picture (half diagonals), and how far its
pixels are from square: only for want of anything else that says where straight up is."""
MOST_PAIRS = 400
"""Of each plane for the joint fit: they settle the lens to a hundredth of a pixel."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CameraFit:
    """What the camera's map was found to be.

    Attributes:
        cam_from_bench: The map.
        grown: By which share the printed squares are larger than they should be.
        off_px: Shape (tags, 4, 2): how far each tag corner is seen from where the map puts it.
    """

    cam_from_bench: SpaceMap
    grown: float
    off_px: NDArray[np.float64]

    @property
    def rms_px(self) -> float:
        """Root mean square distance of the tag corners."""
        return float(np.sqrt((self.off_px**2).sum(axis=-1).mean()))


def camera_fit(
    tags: Seen,
    frames: Frames,
    *,
    raised: Raised | None = None,
    sheets: tuple[LensSheet, ...] = (),
) -> CameraFit:
    """Fit pinhole, lens and (with a plate) the rise to all that was seen."""
    problem = _Problem(tags, frames, raised, sheets)
    found = least_squares(problem.residuals, problem.start())
    fitted = space_map(found[:UNKNOWNS], frames, has_rise=raised is not None, has_lens=True)
    grown = found[UNKNOWNS : UNKNOWNS + 2]
    places = grown_squares(tags.places_mm, grown).reshape(-1, 2)
    off_px = tags.corners_px - fitted.apply(places).reshape(tags.corners_px.shape)
    return CameraFit(cam_from_bench=fitted, grown=float(grown[0]), off_px=off_px)


def plane_through(tags: Seen, frames: Frames) -> NDArray[np.float64]:
    """The homography through tag corners, in `frames`, by least squares; shape (3, 3)."""
    matrix, _ = cv2.findHomography(
        frames.from_mm(tags.places_mm.reshape(-1, 2)),
        frames.from_px(tags.corners_px.reshape(-1, 2)),
        0,
    )
    return np.asarray(matrix, np.float64)


class _Problem:
    """All residuals of the camera's unknowns and of those that come along with them.

    The unknowns in order: camera (15), growth of the squares (2), growth of the lens sheet (2),
    each place of it (3), and with a plate the projector: plane (8), rise (3), lens.
    """

    def __init__(
        self, tags: Seen, frames: Frames, raised: Raised | None, sheets: tuple[LensSheet, ...]
    ) -> None:
        self._frames = frames
        self._tags = tags
        self._tag_places = frames.from_px(tags.corners_px.reshape(-1, 2))
        self._matrix = plane_through(tags, frames)
        per_unit = float(np.sqrt(abs(np.linalg.det(self._matrix[:2, :2])))) * frames.half_px
        self._weight = per_unit / TAG_NOISE_PX
        self._sheets = [
            (sheet.sheet_mm / frames.half_mm, frames.from_px(sheet.cam_px)) for sheet in sheets
        ]
        self._raised = raised
        if raised is not None:
            self._height = raised.height_mm / frames.half_mm
            self._plate_places = frames.from_px(raised.tags.corners_px.reshape(-1, 2))
            self._planes = [
                _thinned(pairs, frames) for pairs in (raised.bench_pairs, raised.plate_pairs)
            ]
            every = np.concatenate([aim for _, aim in self._planes])
            self._aim_middle = every.mean(axis=0)
            self._aim_half = float(np.abs(every - self._aim_middle).max())
            self._aims = [(aim - self._aim_middle) / self._aim_half for _, aim in self._planes]

    def start(self) -> Vector:
        """Near the answer: everything without lenses."""
        camera = start_from(self._matrix)
        parts = [camera, np.zeros(2)]
        if self._sheets:
            parts.append(np.zeros(2))
        for sheet, places in self._sheets:
            parts.append(pose_seen(sheet, on_bench(camera, places)))
        if self._raised is not None:
            camera[RISE] = self._camera_rise(camera)
            parts.append(self._projector_start(camera))
        return np.concatenate(parts)

    def residuals(self, unknowns: Vector) -> Vector:
        """All residuals, each by its standard deviation."""
        camera, grown = unknowns[:UNKNOWNS], unknowns[UNKNOWNS : UNKNOWNS + 2]
        off = [
            self._tags_off(camera, self._tag_places, self._tags, grown, 0.0),
            camera[LENS] / LENS_PRIOR,
            grown / (GROWN_PRIOR, UNEVEN_PRIOR),
        ]
        at = UNKNOWNS + 2
        if self._sheets:
            printed = unknowns[at : at + 2]
            off.append(printed / (SHEET_GROWN_PRIOR, UNEVEN_PRIOR))
            at += 2
        for sheet, places in self._sheets:
            laid = laid_at(stretched(sheet, printed), unknowns[at : at + POSE])
            off.append((on_bench(camera, places) - laid).ravel() * self._weight)
            at += POSE
        if self._raised is None:
            off.append(camera[RISE] / RISE_PRIOR)
        else:
            off.append(self._plate_off(camera, grown))
            off += self._light_off(camera, unknowns[at:])
            if self._raised.known is not Known.PLACES:
                off.append(inner_numbers(camera) / INNER_PRIOR)
        return np.concatenate(off)

    def _tags_off(
        self, camera: Vector, places: Points, tags: Seen, grown: Vector, height: float
    ) -> Vector:
        should = self._frames.from_mm(grown_squares(tags.places_mm, grown).reshape(-1, 2))
        return (on_bench(camera, places, height) - should).ravel() * self._weight

    def _plate_off(self, camera: Vector, grown: Vector) -> Vector:
        """How far the plate's tags are seen from their places, or from squares of their size."""
        assert self._raised is not None  # noqa: S101 - for the type checker
        tags = self._raised.tags
        if self._raised.known is Known.PLACES:
            return self._tags_off(camera, self._plate_places, tags, grown, self._height)
        seen = on_bench(camera, self._plate_places, self._height)
        square = grown_squares(tags.places_mm, grown) / self._frames.half_mm
        together = (1, -1, 2) if self._raised.known is Known.PLATE else (-1, 4, 2)
        square, seen = square.reshape(together), seen.reshape(together)
        return (best_laid(square, seen) - seen).ravel() * self._weight

    def _light_off(self, camera: Vector, projector: Vector) -> list[Vector]:
        """How far the light of each pair lies from where the projector's unknowns put it."""
        bend = projector[11:].reshape(-1, 2)
        off = [bend.ravel() / BEND_PRIOR]
        noise = PAIR_NOISE_PX / self._aim_half
        for (places, _), aim, height in zip(
            self._planes, self._aims, (0.0, self._height), strict=True
        ):
            ideal = _projected(projector, on_bench(camera, places, height), height)
            lit = ideal + terms(ideal, BEND_DEGREE)[:, 3:] @ bend
            off.append(((lit - aim) / noise).ravel())
        return off

    def _camera_rise(self, camera: Vector) -> Vector:
        """From the plate's tags, linearly; without their places from what cameras usually are."""
        assert self._raised is not None  # noqa: S101 - for the type checker
        if self._raised.known is not Known.PLACES:
            return usual_rise(camera)
        should = self._frames.from_mm(self._raised.tags.places_mm.reshape(-1, 2))
        return linear_rise(
            np.append(camera[:8], 1.0).reshape(3, 3),
            should,
            self._height,
            straightened(self._plate_places, camera[LENS]),
        )

    def _projector_start(self, camera: Vector) -> Vector:
        assert self._raised is not None  # noqa: S101 - for the type checker
        flat = on_bench(camera, self._planes[0][0])
        matrix, _ = cv2.findHomography(flat, self._aims[0], 0)
        matrix = np.asarray(matrix, np.float64) / matrix[2, 2]
        raised = on_bench(camera, self._planes[1][0], self._height)
        rise = linear_rise(matrix, raised, self._height, self._aims[1])
        wide = (BEND_DEGREE + 1) * (BEND_DEGREE + 2) // 2 - 3
        return np.concatenate([matrix.ravel()[:8], rise, np.zeros(2 * wide)])


def _projected(projector: Vector, points: Points, height: float) -> Points:
    matrix = np.append(projector[:8], 1.0).reshape(3, 3)
    if height:
        matrix[:, 2] += height * projector[8:11]
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def _thinned(pairs: Pairs, frames: Frames) -> tuple[Points, Points]:
    """Some of the pairs, all over: camera places in the frame of the picture, projector pixels."""
    some = np.linspace(0, len(pairs) - 1, min(MOST_PAIRS, len(pairs))).astype(int)
    return frames.from_px(pairs.cam_px[some]), pairs.proj_px[some]
