"""What a gray-code capture on disk gives: the map of the plane in it, or a full calibration."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.full import calibrated
from calibration.graycode import Decoded, Grey, Mask, decode
from calibration.misses import rms
from calibration.model import Calibration
from calibration.picture_files import Order, PicturesError, read_stack
from calibration.planes import PlaneMap, Points, fit_plane_map
from calibration.shots import Shots
from calibration.surface import area_within
from calibration.tags import TagPlaces, tag_places

GROSS_PX = 2.0
"""A pixel further off than this was decoded wrongly: its stripe is not a neighbour's."""
SEED_POINTS = 3000
"""Enough for MAGSAC; more only takes longer."""
TRIM_ROUNDS = 3
TRIM_AT_MEDIANS = 2.55
"""Three sigmas of a two-dimensional normal error, whose median length is 1.18 sigmas."""
LEAST_PIXELS = 1000
"""Fewer lit pixels than this are a spot, not a plane."""
NO_PLANE = (
    "Most of the decoded pixels fit no plane. Name the board that lies on it, and see that the"
    " pictures are in the order of their names and that nothing moved between them."
)
DECODE_TRIES = 3
"""The time told is the shortest: the others also measure what else the machine does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateFolder:
    """A capture of a plate of known height.

    Attributes:
        folder: Its pictures, in the order of those of the bench.
        height_mm: How high the top of the plate lies above the bench.
        places: Where its tags lie (`calibration.tags.plate_places`); None: as those of the bench.
    """

    folder: Path
    height_mm: float
    places: TagPlaces | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesQuality:
    """How well a capture decodes and fits a plane; all `_px` are projector pixels.

    The plane is fitted to every second pixel and judged on the others.

    Attributes:
        decoded_share_of_lit: Of the lit pixels of the plane, the share that was decoded.
        plane_rms_px: Root mean square residual of the pixels that are not gross.
        plane_median_px: Median residual of all.
        plane_p95_px: 95 % of all residuals are smaller.
        gross_share: Share of the pixels that are off by more than `GROSS_PX`.
        decode_ms: How long the decoding took, without reading the files.
    """

    decoded_share_of_lit: float
    plane_rms_px: float
    plane_median_px: float
    plane_p95_px: float
    gross_share: float
    decode_ms: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FromPictures:
    """What a folder of pictures gave.

    Attributes:
        proj_from_cam: The map of the plane, camera pixels to projector pixels.
        decoded: The projector pixel of each camera pixel.
        quality: How good it is.
    """

    proj_from_cam: PlaneMap
    decoded: Decoded
    quality: PicturesQuality


def from_pictures(
    folder: Path,
    *,
    projector_wh: tuple[int, int],
    board: tuple[int, int] | None = None,
    order: Order = Order.OPENCV,
) -> FromPictures:
    """Decode the capture in `folder`, fit its plane and judge it.

    Args:
        folder: The pictures.
        projector_wh: Size of the projector's picture.
        board: Inner corners of a printed chessboard that lies on the plane, along and across.
            None: all of the picture is taken for the plane.
        order: Of the pictures when sorted by name.

    Raises:
        PicturesError: The pictures, the board or the light are not as they should be.
    """
    stack = read_stack(folder, projector_wh=projector_wh, order=order)
    took_ms = []
    for _ in range(DECODE_TRIES):
        began_s = time.perf_counter()
        decoded = decode(stack)
        took_ms.append(1e3 * (time.perf_counter() - began_s))
    within = np.ones(stack.white.shape, np.bool_)
    if board is not None:
        within = board_within(stack.white, board)
    proj_from_cam, off_px = _plane(decoded, within)
    if np.median(off_px) > GROSS_PX:
        raise PicturesError(NO_PLANE)
    return FromPictures(
        proj_from_cam=proj_from_cam,
        decoded=decoded,
        quality=PicturesQuality(
            decoded_share_of_lit=decoded.known_share_of_lit(within),
            plane_rms_px=rms(off_px[off_px <= GROSS_PX]),
            plane_median_px=float(np.median(off_px)),
            plane_p95_px=float(np.percentile(off_px, 95)),
            gross_share=float(np.mean(off_px > GROSS_PX)),
            decode_ms=min(took_ms),
        ),
    )


def calibrated_from_pictures(
    folder: Path,
    *,
    projector_wh: tuple[int, int],
    order: Order,
    bench_mm: tuple[float, float],
    made_at: datetime,
    plate: PlateFolder | None = None,
    scale: float = 1.0,
) -> Calibration:
    """A full calibration from a capture on disk, if the printed tags are seen in it.

    Args:
        folder: The pictures of the bench.
        projector_wh: Size of the projector's picture.
        order: Of the pictures when sorted by name.
        bench_mm: Width and depth of the bench.
        made_at: When the pictures were taken, with a time zone.
        plate: A second capture, for heights.
        scale: Measured length of the printed bar, by its nominal length.

    Raises:
        PicturesError: The pictures are not as they should be.
        CalibrationTroubleError: What they show cannot be calibrated from.
    """
    raised = None
    if plate is not None:
        raised = read_stack(plate.folder, projector_wh=projector_wh, order=order)
    shots = Shots(
        stack=read_stack(folder, projector_wh=projector_wh, order=order),
        plate=raised,
        plate_mm=None if plate is None else plate.height_mm,
        plate_places=None if plate is None else plate.places,
        scale=scale,
    )
    return calibrated(
        shots,
        bench_mm=bench_mm,
        projector_wh=projector_wh,
        tag_places=tag_places(bench_mm),
        made_at=made_at,
    )


def board_within(white: Grey, board: tuple[int, int]) -> Mask:
    """The pixels between the outermost inner corners of a printed chessboard.

    Raises:
        PicturesError: The board is not seen whole.
    """
    is_found, corners = cv2.findChessboardCornersSB(white, board)
    if not is_found:
        is_found, corners = cv2.findChessboardCorners(white, board)
    if not is_found:
        raise PicturesError(
            f"The white picture shows no chessboard with {board[0]}x{board[1]} inner corners."
            " Count the corners where four squares meet, and see that none is hidden or too bright."
        )
    along, last = board[0], board[0] * board[1]
    rim = corners.reshape(-1, 2)[[0, along - 1, last - 1, last - along]]
    return area_within(rim.astype(np.float64), white.shape)


def _plane(decoded: Decoded, within: Mask) -> tuple[PlaneMap, NDArray[np.float64]]:
    """Fit the plane to every second known pixel; also the residuals of the others, px."""
    ys, xs = np.nonzero(decoded.known & within)
    if len(xs) < LEAST_PIXELS:
        raise PicturesError(
            f"Only {len(xs)} pixels of the plane are lit and decoded; {LEAST_PIXELS} are the least."
            " Is the projector on, is its size right, are the pictures in the order of their names?"
        )
    cam_px = np.stack([xs, ys], axis=1).astype(np.float64)
    proj_px = decoded.proj_px[:, ys, xs].T.astype(np.float64)
    proj_from_cam = _trimmed_fit(cam_px[::2], proj_px[::2])
    return proj_from_cam, _off(proj_from_cam, cam_px[1::2], proj_px[1::2])


def _trimmed_fit(cam_px: Points, proj_px: Points) -> PlaneMap:
    """A MAGSAC seed on some, then least squares on all that agree with the fit before."""
    some = np.linspace(0, len(cam_px) - 1, min(SEED_POINTS, len(cam_px))).astype(int)
    try:
        fitted = fit_plane_map(source=cam_px[some], target=proj_px[some]).plane_map
        for _ in range(TRIM_ROUNDS):
            off_px = _off(fitted, cam_px, proj_px)
            # Exact pictures have a median of nothing; half of all must always stay in.
            keep = off_px <= TRIM_AT_MEDIANS * np.median(off_px)
            fitted = _least_squares(cam_px[keep], proj_px[keep])
    except ValueError as error:
        raise PicturesError(NO_PLANE) from error
    return fitted


def _least_squares(source: Points, target: Points) -> PlaneMap:
    """Least squares on all points.

    Raises:
        ValueError: No map fits.
    """
    matrix, _ = cv2.findHomography(source, target, 0)
    if matrix is None:
        raise ValueError("no map fits the points")
    return PlaneMap(matrix=np.asarray(matrix, np.float64))


def _off(proj_from_cam: PlaneMap, cam_px: Points, proj_px: Points) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(proj_from_cam.apply(cam_px) - proj_px, axis=1), np.float64)
