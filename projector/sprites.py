"""Pieces painted as patches of light at projector resolution, through the map of the bench."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from projector.lettering import ABOVE, CAPITAL_EM, LINE
from projector.pieces import Shape
from projector.scene import COLOUR, Align, Words
from projector.typefaces import larger_for, opened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calibration.planes import PlaneMap
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
        self, size_px: tuple[int, int], proj_from_bench: PlaneMap, typefaces: Typefaces
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

    def px_per_mm(self, box: Box) -> float:
        """The finest scale in a box: the longer of the two axes at its corners."""
        corners = np.array(box.corners_mm)
        ends = np.vstack([corners, corners + np.array((1.0, 0.0)), corners + np.array((0.0, 1.0))])
        mapped = self._map.apply(ends)
        base = np.tile(mapped[: len(corners)], (2, 1))
        return float(np.linalg.norm(mapped[len(corners) :] - base, axis=1).max())

    def _shape(self, shape: Shape) -> Sprite:
        rings_px = [[self._map.apply(np.array(ring)) for ring in rings] for rings in shape.parts]
        every_px = np.vstack([ring for rings in rings_px for ring in rings])
        scale = _scale_of(shape, every_px)
        left, top, width, height = self._rect(every_px, shape.halo_mm * scale * 1.6 + 2.0)
        if width == 0 or height == 0:
            return _nothing()
        mask = _filled(
            [[ring - (left, top) for ring in rings] for rings in rings_px], width, height
        )
        if shape.halo_mm > 0.0:
            _soften(mask, shape.halo_mm * scale)
        return _lit(left, top, mask, shape.light, shape.level)

    def _words(self, words: Words) -> Sprite:
        scale = self.px_per_mm(words.box) * OVERSAMPLING
        raster = lines_raster(words, scale, self._typefaces)
        warped = self._warped(np.asarray(raster), words.box)
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
        self, raster: NDArray[np.uint8], box: Box
    ) -> tuple[int, int, NDArray[np.uint8]] | None:
        """An upright raster of a box, as it has to stand in the projector's picture."""
        left, top, width, height = self._rect(self._map.apply(np.array(box.corners_mm)), 1.0)
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
        matrix = roi_from_proj @ self._map.matrix @ bench_from_raster
        return left, top, np.asarray(cv2.warpPerspective(raster, matrix, (width, height)), np.uint8)

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


def _soften(mask: NDArray[np.uint8], reach_px: float) -> None:
    """Give a mask a soft edge, in place."""
    height, width = mask.shape
    small_size = (max(1, width // HALO_SHRINK), max(1, height // HALO_SHRINK))
    small = cv2.resize(mask, small_size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigmaX=max(0.6, reach_px / HALO_SHRINK / 1.5))
    soft = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
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


def lines_raster(words: Words, px_per_mm: float, typefaces: Typefaces) -> Image.Image:
    """Lines of text, upright, on a raster that covers exactly their box; 255 is a letter."""
    width = max(1, round(words.box.width_mm * px_per_mm))
    height = max(1, round(words.box.height_mm * px_per_mm))
    page = Image.new("L", (width, height), 0)
    for number, line in enumerate(words.lines):
        base_mm = (ABOVE + 1.0 + number * LINE) * words.letter_mm
        _draw_line(page, line, words, typefaces, base_px=base_mm * px_per_mm)
    return page


def _draw_line(
    page: Image.Image, line: str, words: Words, typefaces: Typefaces, *, base_px: float
) -> None:
    px_per_mm = page.width / words.box.width_mm
    em_px = round(words.letter_mm * px_per_mm / CAPITAL_EM * larger_for(line))
    direction = "rtl" if words.right_to_left else "ltr"
    runs = typefaces.runs(line)
    if words.right_to_left:
        runs = runs[::-1]
    fonts = [opened(run.font_path, em_px) for run in runs]
    widths = [
        font.getlength(run.text, direction=direction, language=words.language)
        for run, font in zip(runs, fonts, strict=True)
    ]
    total = max(1.0, sum(widths))
    narrower = min(1.0, page.width / total)
    canvas = page if narrower == 1.0 else Image.new("L", (round(total) + 1, page.height), 0)
    x = 0.0 if narrower < 1.0 else _start_px(words, total, page.width)
    pen = ImageDraw.Draw(canvas)
    for run, font, run_width in zip(runs, fonts, widths, strict=True):
        pen.text(
            (x, base_px),
            run.text,
            fill=255,
            font=font,
            anchor="ls",
            direction=direction,
            language=words.language,
        )
        x += run_width
    if narrower < 1.0:
        # The face runs wider than layout reckoned with: narrower letters, as high as promised.
        fitted = np.maximum(np.asarray(page), np.asarray(canvas.resize(page.size)))
        page.paste(Image.fromarray(fitted))


def _start_px(words: Words, line_px: float, page_px: int) -> float:
    if words.align is Align.CENTRE:
        return (page_px - line_px) / 2
    return page_px - line_px if words.right_to_left else 0.0
