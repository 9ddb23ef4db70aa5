"""The one picture of the quick calibration: a projected ChArUco board, and where it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey, Mask
from calibration.planes import Points, fit_plane_map
from calibration.space import SpaceMap

MODULES_ACROSS = 256
"""The larger side of the projector's picture has about this many modules: the cells of a marker.
At 0.55 mm a projector pixel one is 2.75 mm on the bench, 4.6 pixels of a camera at 0.6 mm."""
SQUARE_MODULES = 11
"""A marker of 7 modules and 2 on each side, so that a corner can be measured to a hundredth of a
pixel without the markers beside it."""
MARKER_MODULES = 7
DICTIONARY = cv2.aruco.DICT_5X5_250
"""Not that of the printed tags (4 x 4): neither is ever taken for the other."""
LIT_SHARE = 0.15
LEAST_LIT_LEVELS = 6.0
"""After averaging; the light of a projector in a room nine times as bright is 15 levels."""
NOISE_WANTED = 0.06
"""Noise of the normalised picture, of white, at which markers are still found nearly all."""
LEAST_MARKERS = 4
SEED_PX = 3.0
"""A marker's corners are right to 1 or 2 pixels before they are sharpened."""
REACHES_PX = (4.0, 1.5)
"""How far a corner may lie from where the others expect it."""
WINDOW_SHARE = 0.15
"""Of a square: what is round a corner before its markers begin, 2 modules of 11, less the blur."""
LEAST_CONTRAST = 70.0
"""Of 255, between the light and the dark quarters round a corner."""
THRESHOLD_WINDOW_PX = 23
LEAST_ROUND = 0.05
"""A marker's outline is at least this share of the larger side of the camera's picture."""
LEAST_BLUR_PX, MOST_BLUR_PX = 0.6, 2.2


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeenBoard:
    """What the camera saw of the board.

    Attributes:
        camera_px: Shape (N, 2), its corners in the camera's picture.
        projector_px: Shape (N, 2), the same corners in the projector's.
        lit: Where the projector's light arrives.
    """

    camera_px: Points
    projector_px: Points
    lit: Mask


def quick_picture(projector_wh: tuple[int, int]) -> Grey:
    """The picture to project: one ChArUco board over all of it.

    Its corners lie at k * square - 0.5: a pixel's centre is a whole number, and a corner lies
    between four pixels.

    Returns:
        Shape (height, width), uint8, 0 or 255.
    """
    board, square_px = _board(projector_wh)
    columns, rows = board.getChessboardSize()
    drawn = board.generateImage((columns * square_px, rows * square_px), marginSize=0)
    wide, tall = projector_wh
    return np.ascontiguousarray(drawn[:tall, :wide], np.uint8)


def corners_px(projector_wh: tuple[int, int]) -> Points:
    """All corners of the board that lie in the projector's picture, by number; (N, 2).

    Those beyond the picture's border are there too, so that a corner's number is its row.
    """
    board, square_px = _board(projector_wh)
    columns, rows = board.getChessboardSize()
    xs, ys = np.meshgrid(np.arange(1, columns), np.arange(1, rows))
    return np.asarray(np.column_stack([xs.ravel(), ys.ravel()]) * square_px - 0.5, np.float64)


def seen_board(
    white: Grey,
    black: Grey,
    shown: Grey,
    *,
    cam_from_bench: SpaceMap,
    proj_before: SpaceMap,
    projector_wh: tuple[int, int],
) -> SeenBoard:
    """Find the board, in a picture normalised to what the projector's light can do.

    (shown - black) / (white - black) has neither texture nor the room's light in it, so that the
    board is found where the room is several times as bright as the projector. Some markers say
    which corner is where; then every corner is looked for at its place, also those beside markers
    that were lost in the noise.

    Args:
        white: The projector all white, as the camera saw it.
        black: The projector all black.
        shown: The projector showing `quick_picture`.
        cam_from_bench: The camera's map as it is now.
        proj_before: The projector's map as it was: of it only the lens is used.
        projector_wh: Size of the projector's picture.
    """
    picture, lit = _normalised(white, black, shown)
    none = SeenBoard(camera_px=np.zeros((0, 2)), projector_px=np.zeros((0, 2)), lit=lit)
    marker_px, marker_projector_px = _markers(picture, projector_wh)
    if len(marker_px) < 4 * LEAST_MARKERS:
        return none
    all_px = corners_px(projector_wh)
    all_px = all_px[(all_px < np.array(projector_wh) - 1).all(axis=1)]
    ideal_px = _straight(proj_before, all_px)
    try:
        seed = fit_plane_map(
            source=cam_from_bench.bench_at(marker_px),
            target=_straight(proj_before, marker_projector_px),
            reject=SEED_PX,
        )
    except ValueError:
        return none
    if seed.points_used < 4 * LEAST_MARKERS:
        return none
    # Near the seed first, then nearer to what that gave: markers sit in a part of the picture.
    plane = seed.plane_map
    for reach_px in REACHES_PX:
        expected_px = cam_from_bench.apply(plane.inverse().apply(ideal_px))
        found_px, good = _looked_up(picture, lit, expected_px, reach_px)
        if good.sum() < 4 * LEAST_MARKERS:
            return none
        plane = fit_plane_map(
            source=cam_from_bench.bench_at(found_px[good]), target=ideal_px[good], reject=SEED_PX
        ).plane_map
    return SeenBoard(camera_px=found_px[good], projector_px=all_px[good], lit=lit)


def _straight(space_map: SpaceMap, px: Points) -> Points:
    return px if space_map.lens is None else space_map.lens.straight(px)


def _markers(picture: Grey, projector_wh: tuple[int, int]) -> tuple[Points, Points]:
    """Corners of the markers found, in the camera's picture and in the projector's."""
    board, _ = _board(projector_wh)
    settings = cv2.aruco.DetectorParameters()
    settings.adaptiveThreshWinSizeMin = settings.adaptiveThreshWinSizeMax = THRESHOLD_WINDOW_PX
    settings.minMarkerPerimeterRate = LEAST_ROUND
    finder = cv2.aruco.ArucoDetector(board.getDictionary(), settings)
    found, numbers, _ = finder.detectMarkers(picture)
    known = {int(number): place for place, number in enumerate(np.ravel(board.getIds()))}
    places = board.getObjPoints()
    camera_px, projector_px = [np.zeros((0, 2))], [np.zeros((0, 2))]
    for corners, number in zip(found, [] if numbers is None else np.ravel(numbers), strict=True):
        if int(number) in known:
            place = np.asarray(places[known[int(number)]], np.float64)
            camera_px.append(np.asarray(corners, np.float64).reshape(-1, 2))
            projector_px.append(place.reshape(-1, 3)[:, :2] - 0.5)
    return np.vstack(camera_px), np.vstack(projector_px)


def _looked_up(
    picture: Grey, lit: Mask, expected_px: Points, reach_px: float
) -> tuple[Points, NDArray[np.bool_]]:
    """Corners at their expected places, and which of them are really there."""
    square_px = float(np.linalg.norm(expected_px[1] - expected_px[0]))
    half = max(2, int(WINDOW_SHARE * square_px))
    tall, wide = picture.shape
    rim = half + 2
    good = ((expected_px >= rim) & (expected_px <= np.array([wide, tall]) - 1 - rim)).all(axis=1)
    found_px = expected_px.copy()
    found_px[good] = cv2.cornerSubPix(
        picture,
        expected_px[good].astype(np.float32).reshape(-1, 1, 2),
        (half, half),
        (-1, -1),
        (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 30, 0.003),
    ).reshape(-1, 2)
    near = np.linalg.norm(found_px - expected_px, axis=1) <= reach_px
    good &= near
    whole = np.round(found_px).astype(int)
    for number in np.flatnonzero(good):
        x, y = whole[number]
        box = np.s_[y - half : y + half + 1, x - half : x + half + 1]
        good[number] = lit[box].all() and _is_corner(picture[box])
    return found_px, good


def _is_corner(window: Grey) -> bool:
    """Whether opposite quarters are alike and neighbouring ones are not."""
    middle = len(window) // 2
    one, two = window[:middle, :middle].mean(), window[:middle, middle + 1 :].mean()
    three, four = window[middle + 1 :, middle + 1 :].mean(), window[middle + 1 :, :middle].mean()
    darker, lighter = sorted([(one, three), (two, four)], key=sum)
    return bool(min(lighter) - max(darker) > LEAST_CONTRAST)


def _board(projector_wh: tuple[int, int]) -> tuple[cv2.aruco.CharucoBoard, int]:
    """The board, one unit a pixel, and its square. Squares at the right and below may be cut."""
    module_px = max(2, round(max(projector_wh) / MODULES_ACROSS))
    square_px = SQUARE_MODULES * module_px
    size = (ceil(projector_wh[0] / square_px), ceil(projector_wh[1] / square_px))
    dictionary = cv2.aruco.getPredefinedDictionary(DICTIONARY)
    marker_px = MARKER_MODULES * module_px
    board = cv2.aruco.CharucoBoard(size, float(square_px), float(marker_px), dictionary)
    return board, square_px


def _normalised(white: Grey, black: Grey, shown: Grey) -> tuple[Grey, Mask]:
    """The share of the projector's light at each pixel as 0 to 255, and where there is light."""
    light = cv2.subtract(white, black, dtype=cv2.CV_32F)
    part = cv2.subtract(shown, black, dtype=cv2.CV_32F)
    enough = cv2.GaussianBlur(light, (0, 0), MOST_BLUR_PX)
    least = max(LEAST_LIT_LEVELS, LIT_SHARE * float(np.percentile(enough[::4, ::4], 98)))
    lit = np.asarray(enough >= least, np.bool_)
    blur_px = _blur_for(np.asarray(part), np.asarray(enough), lit)
    # Averages of both, not the average of their quotient: dark pixels have little light and much
    # noise, and count for as little as they tell.
    light, part = (cv2.GaussianBlur(one, (0, 0), blur_px) for one in (light, part))
    share = np.where(lit, part / np.maximum(light, np.float32(1.0)), np.float32(0.0))
    return np.asarray(np.clip(share * 255.0 + 0.5, 0, 255), np.uint8), lit


def _blur_for(part: NDArray[np.float32], light: NDArray[np.float32], lit: Mask) -> float:
    """How much to smooth, from the noise: neighbours differ by noise only at most places."""
    if not lit.any():
        return LEAST_BLUR_PX
    thin = (slice(None, None, 3), slice(None, -2, 3))
    differ = np.abs(part[::3, 2::3] - part[::3, :-2:3])
    noise = float(np.median((differ / np.maximum(light[thin], 1.0))[lit[thin]])) / 0.954
    # A Gaussian of this width takes noise to 1 / (2 sqrt(pi) width) of what it was.
    return float(np.clip(noise / NOISE_WANTED / 3.54, LEAST_BLUR_PX, MOST_BLUR_PX))
