"""Pictures of a board as they might have been: other light, another place, a hand, another camera.

For `looks_lego.py`. None of this is used when looks are taught.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Level = NDArray[np.floating]
    Random = np.random.Generator

SKINS_BGR = ((70, 95, 140), (120, 150, 205), (150, 180, 230), (45, 60, 95))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BoardPhoto:
    """A picture and where the board's corners lie in it.

    Attributes:
        bgr: Shape (height, width, 3), uint8.
        corners_px: Shape (4, 2): top left, top right, bottom right, bottom left.
    """

    bgr: Picture
    corners_px: NDArray[np.float64]


def altered(photo: BoardPhoto, random: Random) -> BoardPhoto:
    """The same photo, shifted by up to 6 px and scaled by up to 3 %, under other light.

    The corners stay as they were: whoever looks is not told of the shift. Brightness within 40 %,
    each colour within 15 %, blur up to 1.5 px, noise up to 8 grey levels; every other one has a
    hand at an edge.
    """
    high, wide = photo.bgr.shape[:2]
    scale = random.uniform(0.97, 1.03)
    middle = photo.corners_px.mean(axis=0)
    shift = random.uniform(-6.0, 6.0, 2) + middle * (1.0 - scale)
    moves = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    seen = cv2.warpAffine(photo.bgr, moves, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    level: Level = seen.astype(np.float32)
    if random.random() < 0.5:
        level = with_hand(level, photo.corners_px, random)
    level = np.asarray(cv2.GaussianBlur(level, (0, 0), random.uniform(0.1, 1.5)), np.float64)
    level = level * random.uniform(0.6, 1.4) * random.uniform(0.85, 1.15, 3)
    level = level + random.normal(0.0, random.uniform(0.0, 8.0), level.shape)
    return BoardPhoto(bgr=as_picture(level), corners_px=photo.corners_px)


def dark_and_red(
    photos: Mapping[str, BoardPhoto], name: str, bare: str, random: Random
) -> BoardPhoto:
    """The same state in the dark, reddish, by another camera elsewhere, put down a little off.

    The model is cut out and laid on the bare board anew: shifted by up to 4 % of the board,
    turned by up to 5 degrees, each axis up to 7 % longer or shorter, sheared by up to 0.06, which
    is what another view does to raised bricks. The corners are known to 1.5 px.
    """
    boards = {each: board_from_above(photos[each]) for each in (name, bare)}
    scene = boards[bare]
    if name != bare:
        scene = _laid(boards[name], boards[bare], random)
    size, tilt = random.uniform(190.0, 330.0), random.uniform(0.0, 0.12)
    photo = photographed(scene, random, size=size, tilt=tilt)
    level = 255.0 * (photo.bgr.astype(np.float32) / 255.0) ** random.uniform(0.8, 1.4)
    high, wide = level.shape[:2]
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    slope = random.uniform(-0.35, 0.35, 2)
    falls_off = 1.0 + slope[0] * (columns / wide - 0.5) + slope[1] * (rows / high - 0.5)
    lamp = np.array([random.uniform(0.5, 0.8), random.uniform(0.6, 0.85), 1.0])
    level = level * falls_off[..., None] * lamp * random.uniform(0.22, 0.32)
    level = cv2.GaussianBlur(level, (0, 0), random.uniform(0.3, 1.2))
    level = level + random.normal(0.0, random.uniform(1.5, 4.0), level.shape)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(60, 90))]
    packed = cv2.imencode(".jpg", as_picture(level), quality)[1]
    bgr = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return BoardPhoto(bgr=bgr, corners_px=photo.corners_px + random.uniform(-1.5, 1.5, (4, 2)))


BOARD_WH = (640, 350)
TABLE_PX = 60
"""Of the table around it, in the same scale."""


def board_from_above(photo: BoardPhoto) -> Level:
    """The board and some table, straight from above."""
    wide, high = BOARD_WH
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) + TABLE_PX
    straight = cv2.getPerspectiveTransform(photo.corners_px.astype(np.float32), corners)
    size_wh = (wide + 2 * TABLE_PX, high + 2 * TABLE_PX)
    seen = cv2.warpPerspective(
        photo.bgr, straight, size_wh, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, np.float32)


def _laid(model: Level, bare: Level, random: Random) -> Level:
    """What is on the board, cut out and put on the bare board a little differently."""
    gains = np.median(model / np.maximum(bare, 1.0), axis=(0, 1))
    model = np.asarray(model / gains, np.float32)
    mask = model_mask(model)
    stats = cv2.connectedComponentsWithStats((mask > 0.5).astype(np.uint8))[2]
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, wide, high = stats[largest, :4]
    middle = np.array([left + wide / 2.0, top + high / 2.0])
    moves = np.zeros((2, 3))
    moves[:, :2] = cv2.getRotationMatrix2D((0, 0), random.uniform(-5.0, 5.0), 1.0)[:, :2]
    moves[:, :2] @= np.diag(random.uniform(0.93, 1.07, 2))
    moves[0, 1] += random.uniform(-0.06, 0.06)
    shift = random.uniform(-0.04, 0.04, 2) * BOARD_WH[0]
    moves[:, 2] = middle + shift - moves[:, :2] @ middle
    size_wh = (model.shape[1], model.shape[0])
    there = np.asarray(cv2.warpAffine(model, moves, size_wh), np.float32)
    over = np.asarray(cv2.warpAffine(mask, moves, size_wh), np.float32)[..., None]
    way = random.uniform(0.0, 2.0 * np.pi)
    tall = random.uniform(0.0, 0.018) * BOARD_WH[0]
    shade = random.uniform(0.45, 0.85)
    sides = tall * np.array([np.cos(way), np.sin(way)])
    scene = with_sides(bare, there, over, sides, shade)
    return np.asarray(scene * (1.0 - over) + there * over, np.float32)


def model_mask(model: Level) -> Level:
    """Where the model lies: what is neither white nor a dot, and what is white without dots."""
    grey = model.mean(axis=2)
    closed = cv2.morphologyEx(model, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    white = np.median(closed[2 * TABLE_PX : -2 * TABLE_PX, 2 * TABLE_PX : -2 * TABLE_PX], (0, 1))
    tinted = np.linalg.norm(closed - white, axis=2) > 70.0
    dots = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)) - grey
    near_part = cv2.dilate(tinted.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    dotted = ((dots > 35.0) & ~near_part).astype(np.uint8)
    plain = cv2.dilate(dotted, np.ones((13, 13), np.uint8)) == 0
    plain &= ~near_part
    plain = cv2.dilate(plain.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    mask = (tinted | plain).astype(np.uint8)
    inner = 2 * TABLE_PX
    mask[:inner], mask[-inner:], mask[:, :inner], mask[:, -inner:] = 0, 0, 0, 0
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    labels, stats = cv2.connectedComponentsWithStats(mask)[1:3]
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    soft = cv2.GaussianBlur((labels == largest).astype(np.float32), (0, 0), 1.2)
    return np.asarray(soft, np.float32)


def with_sides(
    bare: Level, there: Level, over: Level, sides_px: NDArray[np.float64], shade: float
) -> Level:
    """The sides of raised parts that another view shows, in shade, on the bare board.

    Up to 1.8 % of the board is half the depth of a brick: a camera that stands 25 to 30 degrees
    further round.
    """
    scene, size_wh = bare, (bare.shape[1], bare.shape[0])
    for share in np.linspace(1.0, 0.1, 8):
        shift = np.array([[1, 0, sides_px[0] * share], [0, 1, sides_px[1] * share]])
        side = cv2.warpAffine(there * np.float32(shade), shift, size_wh)
        where = cv2.warpAffine(over, shift, size_wh)[..., None]
        scene = scene * (1.0 - where) + side * where
    return np.asarray(scene, np.float32)


def photographed(scene: Level, random: Random, *, size: float, tilt: float) -> BoardPhoto:
    """The board from another side, so many pixels wide, somewhere in a picture of 640 x 360."""
    wide, high = BOARD_WH
    corners = np.array([[0, 0], [size, 0], [size, 0.6 * size], [0, 0.6 * size]])
    corners[:2, 0] += np.array([1.0, -1.0]) * size * tilt
    corners += random.uniform(-0.05, 0.05, (4, 2)) * size
    corners += np.array([320.0, 180.0]) - corners.mean(axis=0) + random.uniform(-25.0, 25.0, 2)
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) + TABLE_PX
    view = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    smooth = cv2.GaussianBlur(scene, (0, 0), 0.4 * wide / size)
    table = tuple(scene[:20].mean(axis=(0, 1)).tolist())
    seen = cv2.warpPerspective(
        smooth, view, (640, 360), borderMode=cv2.BORDER_CONSTANT, borderValue=table
    )
    return BoardPhoto(bgr=as_picture(np.asarray(seen, np.float32)), corners_px=corners)


def with_hand(level: Level, corners_px: NDArray[np.float64], random: Random) -> Level:
    """A fist on a forearm that comes in over an edge of the board, up to a tenth of its width."""
    edge = int(random.integers(0, 4))
    one, other = corners_px[edge], corners_px[(edge + 1) % 4]
    rim = one + random.uniform(0.1, 0.9) * (other - one)
    along = (other - one) / np.linalg.norm(other - one)
    outwards = np.array([along[1], -along[0]])
    radius = random.uniform(14.0, 26.0)
    deep = random.uniform(0.0, 0.1) * np.linalg.norm(corners_px[1] - corners_px[0])
    fist = rim + outwards * (radius - deep)
    elbow = fist + outwards * 400.0 + along * random.uniform(-150.0, 150.0)
    mask = np.zeros(level.shape[:2], np.uint8)
    ends = [tuple(int(v) for v in np.rint(point)) for point in (fist, elbow)]
    cv2.line(mask, ends[0], ends[1], (255,), int(1.7 * radius))
    cv2.circle(mask, ends[0], int(radius), (255,), -1)
    over = cv2.GaussianBlur(mask.astype(np.float32) / 255.0, (0, 0), 1.0)[..., None]
    skin = np.array(SKINS_BGR[int(random.integers(len(SKINS_BGR)))], np.float32)
    folds = cv2.GaussianBlur(random.normal(0.0, 60.0, level.shape[:2]), (0, 0), 4.0)[..., None]
    return np.asarray(level * (1.0 - over) + (skin + folds) * over, np.float32)


def as_picture(level: NDArray[np.floating]) -> Picture:
    """What a camera gives for these levels: whole numbers, clipped."""
    return np.asarray(np.clip(np.rint(level), 0, 255), np.uint8)
