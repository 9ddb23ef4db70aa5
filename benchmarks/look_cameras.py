"""Pictures of a board by a camera that sees it badly, one trouble at a time and all at once.

For `looks_lego.py`; not used when looks are taught. `look_alterations.dark_and_red` is a
fair dark picture; these go to where recognition ends, to see where that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from look_alterations import (
    BOARD_WH,
    BoardPhoto,
    as_picture,
    board_from_above,
    model_mask,
    photographed,
    with_hand,
    with_sides,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Level = NDArray[np.floating]
    Random = np.random.Generator

Range = tuple[float, float]
LEAST_PIECE_PX = 60
"""Smaller patches of one tone belong to the piece around them; pixels of the flattened board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """What a camera and its room do to a picture. Ranges are drawn from anew for each picture.

    Attributes:
        laid_off: How far the model lies from where it lay when taught, share of the board.
        turned_deg: And how far it is turned.
        parallax: How far raised tops move over the board, share of it; on the other side the sides
            of the pieces come to be seen. A shadow as long as that falls to any side.
        pieces_off: How far each piece moves by itself, share of the board.
        tilt: How much narrower the board's far side is seen.
        corners_px: How far off its corners may be.
        brightness: Of the light.
        blue: What the lamp has of it against red.
        green: The same.
        crosstalk: How much each colour sees of the others.
        gamma: Exponent of the tone curve.
        crushed: Grey levels of light at which black begins.
        uneven: How much the light falls off over the picture.
        shadow: How dark a soft shadow that lies over the board is.
        noise: Of each pixel, grey levels, after darkening.
        blotches: The same of spots of colour, four pixels wide.
        board_px: How wide the board is in the picture.
        sharpened: How much edges are overdone.
        jpeg: Quality.
        hand: How often there is a hand at an edge.
    """

    laid_off: Range = (0.0, 0.01)
    turned_deg: Range = (-1.0, 1.0)
    parallax: Range = (0.0, 0.005)
    pieces_off: Range = (0.0, 0.0)
    tilt: Range = (0.0, 0.1)
    corners_px: float = 1.0
    brightness: Range = (0.3, 0.35)
    blue: Range = (0.75, 0.85)
    green: Range = (0.75, 0.85)
    crosstalk: Range = (0.0, 0.0)
    gamma: Range = (1.0, 1.0)
    crushed: Range = (0.0, 0.0)
    uneven: Range = (0.0, 0.1)
    shadow: Range = (0.0, 0.0)
    noise: Range = (1.0, 2.0)
    blotches: Range = (0.0, 0.0)
    board_px: Range = (240.0, 300.0)
    sharpened: Range = (0.0, 0.0)
    jpeg: Range = (85.0, 95.0)
    hand: float = 0.0


DIM = Camera()
"""A dim, reddish room without further trouble."""
TROUBLES: dict[str, dict[str, Range | float]] = {
    "moved": {
        "laid_off": (0.02, 0.04),
        "turned_deg": (-5.0, 5.0),
        "tilt": (0.1, 0.25),
        "corners_px": 2.0,
    },
    "raised pieces": {"parallax": (0.01, 0.025), "pieces_off": (0.0, 0.004)},
    "red lamp": {"blue": (0.3, 0.55), "green": (0.4, 0.65), "crosstalk": (0.0, 0.12)},
    "tone curve": {"gamma": (0.65, 1.6), "brightness": (0.2, 0.35), "crushed": (4.0, 14.0)},
    "uneven light": {"uneven": (0.4, 0.8), "shadow": (0.3, 0.5)},
    "noise": {"noise": (3.0, 6.0), "blotches": (1.5, 3.5), "brightness": (0.2, 0.3)},
    "few pixels": {"board_px": (150.0, 200.0), "sharpened": (0.3, 1.0), "jpeg": (60.0, 80.0)},
    "a hand": {"hand": 1.0},
}
"""Trouble to what it changes of `DIM`."""
TOGETHER = replace(
    DIM,
    laid_off=(0.0, 0.03),
    turned_deg=(-3.0, 3.0),
    parallax=(0.005, 0.025),
    pieces_off=(0.0, 0.003),
    tilt=(0.0, 0.2),
    corners_px=2.0,
    brightness=(0.2, 0.35),
    blue=(0.4, 0.75),
    green=(0.5, 0.8),
    crosstalk=(0.0, 0.08),
    gamma=(0.7, 1.4),
    crushed=(0.0, 10.0),
    uneven=(0.0, 0.6),
    shadow=(0.0, 0.35),
    noise=(1.5, 4.0),
    blotches=(0.0, 2.0),
    board_px=(190.0, 300.0),
    sharpened=(0.0, 0.6),
    jpeg=(60.0, 85.0),
    hand=0.4,
)
"""All of it at once, each from little to much."""


def cameras() -> dict[str, Camera]:
    """The cameras by name: each trouble alone, then all together."""
    alone = {name: replace(DIM, **changes) for name, changes in TROUBLES.items()}  # type: ignore[arg-type]
    return {"dim and reddish": DIM, **alone, "all together": TOGETHER}


def photo_by(
    camera: Camera, photos: Mapping[str, BoardPhoto], name: str, bare: str, random: Random
) -> BoardPhoto:
    """One state as this camera might see it.

    Args:
        camera: And its room.
        photos: State to its photo.
        name: The state.
        bare: The state of the empty board.
        random: Where chances come from.
    """
    boards = {each: board_from_above(photos[each]) for each in (name, bare)}
    scene = boards[bare] if name == bare else _laid(camera, boards[name], boards[bare], random)
    tilt = random.uniform(*camera.tilt)
    size = random.uniform(*camera.board_px)
    photo = photographed(scene, random, size=size, tilt=tilt)
    level = np.asarray(photo.bgr, np.float32)
    if random.random() < camera.hand:
        level = np.asarray(with_hand(level, photo.corners_px, random), np.float32)
    seen = _taken(camera, _lit(camera, level, random), random)
    off = random.uniform(-camera.corners_px, camera.corners_px, (4, 2))
    return BoardPhoto(bgr=seen, corners_px=photo.corners_px + off)


def _laid(camera: Camera, model: Level, bare: Level, random: Random) -> Level:
    """The model put on the bare board anew, its raised parts seen from another side."""
    model = np.asarray(model / np.median(model / np.maximum(bare, 1.0), axis=(0, 1)), np.float32)
    mask = model_mask(model)
    middle = cv2.moments(mask)
    about = np.array([middle["m10"], middle["m01"]], np.float64) / middle["m00"]
    turn_deg = random.uniform(*camera.turned_deg)
    turn = np.array(cv2.getRotationMatrix2D((0, 0), turn_deg, 1.0)[:, :2], np.float64)
    laid = _way(random, camera.laid_off)
    tall = _way(random, camera.parallax)
    falls = laid + _way(random, camera.parallax)
    scene = _with_shadow(bare, mask, turn, about, falls, random)
    tops = np.zeros_like(bare)
    over = np.zeros(mask.shape, np.float32)
    for piece in _pieces(model, mask):
        moves = np.zeros((2, 3))
        moves[:, :2] = turn
        moves[:, 2] = about + laid + tall + _way(random, camera.pieces_off) - turn @ about
        size_wh = (model.shape[1], model.shape[0])
        there = np.asarray(cv2.warpAffine(model, moves, size_wh), np.float32)
        here = np.asarray(cv2.warpAffine(piece, moves, size_wh), np.float32)
        tops = np.where(here[..., None] > over[..., None], there, tops)
        over = np.maximum(over, here)
    scene = with_sides(scene, tops, over[..., None], -tall, random.uniform(0.45, 0.85))
    share = over[..., None]
    return np.asarray(scene * (1.0 - share) + tops * share, np.float32)


def _way(random: Random, share: Range) -> NDArray[np.float64]:
    """So far in any direction, pixels of the flattened board."""
    towards = random.uniform(0.0, 2.0 * np.pi)
    far = random.uniform(*share) * BOARD_WH[0]
    return far * np.array([np.cos(towards), np.sin(towards)])


def _pieces(model: Level, mask: Level) -> list[Level]:
    """The pieces of a model, by their tone: soft masks that together are the whole."""
    tones = np.array([[60, 110, 20], [230, 230, 230], [35, 35, 35]], np.float32)
    off = np.stack([np.linalg.norm(model - tone, axis=2) for tone in tones])
    nearest = off.argmin(axis=0)
    found = []
    for tone in range(len(tones)):
        labels, stats = cv2.connectedComponentsWithStats(
            ((nearest == tone) & (mask > 0.5)).astype(np.uint8)
        )[1:3]
        large = np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] > LEAST_PIECE_PX) + 1
        found += [(labels == number).astype(np.float32) for number in large]
    if not found:
        return [mask]
    near = np.stack([cv2.GaussianBlur(piece, (0, 0), 6.0) for piece in found]).argmax(axis=0)
    own = [(near == number).astype(np.float32) for number in range(len(found))]
    return [np.asarray(cv2.GaussianBlur(each, (0, 0), 0.7) * mask, np.float32) for each in own]


def _with_shadow(
    bare: Level,
    mask: Level,
    turn: NDArray[np.float64],
    about: NDArray[np.float64],
    way: NDArray[np.float64],
    random: Random,
) -> Level:
    """The bare board with the model's own soft shadow."""
    moves = np.concatenate([turn, (about + way - turn @ about)[:, None]], axis=1)
    falls = cv2.warpAffine(mask, moves, (mask.shape[1], mask.shape[0]))
    soft = cv2.GaussianBlur(falls, (0, 0), random.uniform(2.0, 6.0))
    return np.asarray(bare * (1.0 - random.uniform(0.1, 0.4) * soft[..., None]), np.float32)


def _lit(camera: Camera, level: Level, random: Random) -> Level:
    """Under this room's light, which may fall off and be in the shade of something large."""
    high, wide = level.shape[:2]
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    towards = random.uniform(0.0, 2.0 * np.pi)
    along = np.cos(towards) * (columns / wide - 0.5) + np.sin(towards) * (rows / high - 0.5)
    light = 1.0 + random.uniform(*camera.uneven) * along
    edge = random.uniform(-0.2, 0.2)
    across = np.sin(towards) * (columns / wide - 0.5) - np.cos(towards) * (rows / high - 0.5)
    shaded = 1.0 / (1.0 + np.exp(-(across - edge) / 0.03))
    light = light * (1.0 - random.uniform(*camera.shadow) * shaded)
    lamp = np.array([random.uniform(*camera.blue), random.uniform(*camera.green), 1.0])
    lit = level * light[..., None] * lamp * random.uniform(*camera.brightness)
    mixes = np.eye(3) + random.uniform(-1.0, 1.0, (3, 3)) * random.uniform(*camera.crosstalk)
    return np.asarray(lit @ mixes.T, np.float32)


def _taken(camera: Camera, lit: Level, random: Random) -> Picture:
    """What the camera makes of it: noise, tone curve, overdone edges, JPEG."""
    blurred = cv2.GaussianBlur(lit, (0, 0), random.uniform(0.3, 1.0))
    level = blurred + random.normal(0.0, random.uniform(*camera.noise), lit.shape)
    high, wide = lit.shape[:2]
    spots = random.normal(0.0, 1.0, (high // 4, wide // 4, 3)).astype(np.float32)
    spots = np.asarray(cv2.resize(spots, (wide, high), interpolation=cv2.INTER_CUBIC), np.float32)
    level = level + spots * random.uniform(*camera.blotches)
    level = np.maximum(level - random.uniform(*camera.crushed), 0.0)
    # The curve keeps the brightest tenth where it is: gamma bends the picture, it does not dim it.
    top = max(8.0, float(np.percentile(level, 90)))
    level = top * (level / top) ** random.uniform(*camera.gamma)
    soft = cv2.GaussianBlur(level, (0, 0), 1.2)
    level = level + random.uniform(*camera.sharpened) * (level - soft)
    quality = [cv2.IMWRITE_JPEG_QUALITY, round(random.uniform(*camera.jpeg))]
    packed = cv2.imencode(".jpg", as_picture(level), quality)[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
