"""Pieces painted as patches of light at projector resolution, through the map of the bench."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageOps

from calibration.edges import subdivided
from projector.line_raster import lines_raster
from projector.pieces import Shape
from projector.scene import COLOUR, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calibration.planes import Points
    from calibration.space import SpaceMap
    from projector.pieces import Piece
    from projector.scene import Box, Light, Picture
    from projector.screen import RectPx
    from projector.typefaces import Typefaces

logger = logging.getLogger(__name__)

SHIFT = 4
"""OpenCV draws at 1/16 pixel: `shift` of its fillPoly."""

FINE = 4
COARSE = 2
FINE_BELOW_PX = 120_000
"""Shapes are filled this many times larger and averaged, the large ones with fewer steps.
OpenCV's own anti-aliasing makes bumps where a curve is many short edges."""

OVERSAMPLING = 1.5
"""Letters are drawn this much larger than they land, then warped: sharp, and no stairs."""

HALO_LEVEL = 0.5
"""Brightness of a soft edge where it begins."""

HALO_SHRINK = 4
"""Soft edges are blurred at a quarter of the resolution: a sixteenth of the time, same look."""

PICTURE_LEVEL = 0.75
"""White paper in a photo would be the brightest thing on the bench."""

Mask = "NDArray[np.uint8]"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sprite:
    """A patch of light.

    Attributes:
        left_px: Where it stands in the projector picture; the patch is cut to the picture.
        top_px: As above.
        bgrx: Shape (height, width, 4), uint8, at full pulse. Empty when it lies outside.
    """

    left_px: int
    top_px: int
    bgrx: NDArray[np.uint8]

    @property
    def rect_px(self) -> RectPx:
        """Left, top, width, height."""
        height, width = self.bgrx.shape[:2]
        return self.left_px, self.top_px, width, height


class Painter:
    """Paints pieces for one projector at one place."""

    def __init__(
        self, size_px: tuple[int, int], proj_from_bench: SpaceMap, typefaces: Typefaces
    ) -> None:
        """`size_px` is width and height of the projector's picture."""
        self._size_px = size_px
        self._map = proj_from_bench
        self._typefaces = typefaces

    def paint(self, piece: Piece) -> Sprite:
        """The patch for a piece. A picture that cannot be read gives no light and a log line."""
        if isinstance(piece, Shape):
            return self._shape(piece)
        if isinstance(piece, Words):
            return self._words(piece)
        return self._picture(piece)

    def px_per_mm(self, box: Box, height_mm: float = 0.0) -> float:
        """The finest scale in a box: the longer of the two axes at its corners."""
        corners = np.array(box.corners_mm)
        ends = np.vstack([corners, corners + np.array((1.0, 0.0)), corners + np.array((0.0, 1.0))])
        mapped = self._px(ends, height_mm)
        base = np.tile(mapped[: len(corners)], (2, 1))
        return float(np.linalg.norm(mapped[len(corners) :] - base, axis=1).max())

    def _shape(self, shape: Shape) -> Sprite:
        every_px, rings_px = self._rings_px(shape)
        scale = _scale_of(shape, every_px)
        spread_mm = max(1.6 * shape.halo_mm, 1.2 * shape.soft_mm)
        left, top, width, height = self._rect(every_px, spread_mm * scale + 2.0)
        if width == 0 or height == 0:
            return _nothing()
        mask = _filled(
            [[ring - (left, top) for ring in rings] for rings in rings_px], width, height
        )
        if shape.soft_mm > 0.0:
            mask = _blurred(mask, shape.soft_mm * scale / 2.0)
        if shape.halo_mm > 0.0:
            _add_halo(mask, shape.halo_mm * scale)
        return _lit(left, top, mask, shape.light, shape.level)

    def _rings_px(self, shape: Shape) -> tuple[Points, list[list[Points]]]:
        """All points of a shape in the projector's picture, and the same as its rings."""
        rings_mm = [np.array(ring) for rings in shape.parts for ring in rings]
        if self._map.lens is not None:
            rings_mm = [subdivided(ring) for ring in rings_mm]
        every_px = self._px(np.concatenate(rings_mm), shape.height_mm)
        ends = np.cumsum([len(ring) for ring in rings_mm])[:-1]
        apart = iter(np.split(every_px, ends))
        return every_px, [[next(apart) for _ in rings] for rings in shape.parts]

    def _words(self, words: Words) -> Sprite:
        scale = self.px_per_mm(words.box, words.height_mm) * OVERSAMPLING
        raster = lines_raster(words, scale, self._typefaces)
        warped = self._warped(np.asarray(raster), words.box, words.height_mm)
        if warped is None:
            return _nothing()
        left, top, mask = warped
        return _lit(left, top, mask, words.light, words.level)

    def _picture(self, picture: Picture) -> Sprite:
        scale = self.px_per_mm(picture.box)
        size = (round(picture.box.width_mm * scale), round(picture.box.height_mm * scale))
        try:
            with Image.open(picture.path) as opened_picture:
                opened_picture.draft("RGB", size)
                opened_picture.thumbnail((2 * size[0], 2 * size[1]), Image.Resampling.BOX)
                turned = _on_black(ImageOps.exif_transpose(opened_picture))
        except OSError as error:
            logger.warning("Picture %s cannot be shown: %s", picture.path, error)
            return _nothing()
        fitted = ImageOps.pad(turned, size, color=(0, 0, 0))
        raster = np.asarray(fitted)[:, :, ::-1]
        warped = self._warped(np.ascontiguousarray(raster), picture.box)
        if warped is None:
            return _nothing()
        left, top, bgr = warped
        bgrx = np.zeros((*bgr.shape[:2], 4), np.uint8)
        bgrx[:, :, :3] = cv2.convertScaleAbs(bgr, alpha=PICTURE_LEVEL)
        return Sprite(left_px=left, top_px=top, bgrx=bgrx)

    def _warped(
        self, raster: NDArray[np.uint8], box: Box, height_mm: float = 0.0
    ) -> tuple[int, int, NDArray[np.uint8]] | None:
        """An upright raster of a box, as it has to stand in the projector's picture."""
        corners = np.array(box.corners_mm)
        left, top, width, height = self._rect(self._px(corners, height_mm), 1.0)
        if width == 0 or height == 0:
            return None
        rows, columns = raster.shape[:2]
        sx, sy = box.width_mm / columns, box.height_mm / rows
        # A pixel centre of the raster lies half a pixel inside the edge of the box.
        bench_from_raster = np.array(
            [
                [sx, 0.0, box.left_mm + sx / 2],
                [0.0, -sy, box.top_mm - sy / 2],
                [0.0, 0.0, 1.0],
            ]
        )
        roi_from_proj = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
        matrix = roi_from_proj @ self._plane_at(corners, height_mm) @ bench_from_raster
        return left, top, np.asarray(cv2.warpPerspective(raster, matrix, (width, height)), np.uint8)

    def _px(self, points_mm: Points, height_mm: float) -> Points:
        """Bench points in the projector's picture."""
        if self._map.lens is None:
            # The same, in a third of the time.
            return self._map.plane_at(height_mm).apply(points_mm)
        return self._map.apply(points_mm, height_mm)

    def _plane_at(self, corners_mm: Points, height_mm: float) -> NDArray[np.float64]:
        """The homography of a small box: the plane itself, bent as its lens does there."""
        if self._map.lens is None:
            return self._map.plane_at(height_mm).matrix
        return self._map.near(corners_mm, height_mm).matrix

    def _rect(self, points_px: NDArray[np.float64], border_px: float) -> RectPx:
        """The rectangle round points, cut to the picture. Empty when nothing of it is inside."""
        low = np.floor(points_px.min(axis=0) - border_px)
        high = np.ceil(points_px.max(axis=0) + border_px) + 1
        left, top = (int(v) for v in np.clip(low, 0, self._size_px))
        right, bottom = (int(v) for v in np.clip(high, 0, self._size_px))
        return left, top, right - left, bottom - top


def _on_black(picture: Image.Image) -> Image.Image:
    """A picture without transparency: where it was clear there is no light."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    paper = Image.new("RGBA", picture.size, (0, 0, 0, 255))
    paper.alpha_composite(picture.convert("RGBA"))
    return paper.convert("RGB")


def _filled(parts: list[list[NDArray[np.float64]]], width: int, height: int) -> NDArray[np.uint8]:
    """Polygons as a mask, 255 where a pixel is all inside."""
    times = FINE if width * height < FINE_BELOW_PX else COARSE
    large = np.zeros((height * times, width * times), np.uint8)
    for rings in parts:
        contours = [
            # Pixel centres are integers at both sizes, so edges meet half a pixel before 0.
            np.round(((ring + 0.5) * times - 0.5) * (1 << SHIFT)).astype(np.int32)
            for ring in rings
        ]
        cv2.fillPoly(large, contours, 255, cv2.LINE_8, SHIFT)
    return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _scale_of(shape: Shape, every_px: NDArray[np.float64]) -> float:
    """Pixels to a millimetre, from how large the shape became."""
    every_mm = np.vstack([np.array(ring) for rings in shape.parts for ring in rings])
    size_mm = float(np.linalg.norm(np.ptp(every_mm, axis=0)))
    return float(np.linalg.norm(np.ptp(every_px, axis=0))) / max(size_mm, 1e-6)


def _blurred(mask: NDArray[np.uint8], sigma_px: float) -> NDArray[np.uint8]:
    """A mask whose edges fade."""
    height, width = mask.shape
    small_size = (max(1, width // HALO_SHRINK), max(1, height // HALO_SHRINK))
    small = cv2.resize(mask, small_size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigmaX=max(0.6, sigma_px / HALO_SHRINK))
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _add_halo(mask: NDArray[np.uint8], reach_px: float) -> None:
    """Give a mask a soft edge outside its own, in place."""
    soft = _blurred(mask, reach_px / 1.5)
    cv2.max(mask, cv2.convertScaleAbs(soft, alpha=HALO_LEVEL), dst=mask)


def _lit(left: int, top: int, mask: NDArray[np.uint8], light: Light, level: float) -> Sprite:
    """A mask in its colour."""
    red, green, blue = COLOUR[light]
    steps = np.arange(256, dtype=np.float64)[:, None] / 255.0 * level
    table = np.zeros((256, 4), np.uint8)
    table[:, :3] = np.round(steps * (blue, green, red))
    coloured = np.take(table.view(np.uint32).ravel(), mask)
    return Sprite(left_px=left, top_px=top, bgrx=coloured.view(np.uint8).reshape(*mask.shape, 4))


def _nothing() -> Sprite:
    return Sprite(left_px=0, top_px=0, bgrx=np.zeros((0, 0, 4), np.uint8))
