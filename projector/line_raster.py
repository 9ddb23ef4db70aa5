"""Lines of text as an upright raster, before they go through the map of the bench."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from projector.lettering import ABOVE, CAPITAL_EM, LINE
from projector.scene import Align
from projector.typefaces import larger_for, opened

if TYPE_CHECKING:
    from projector.scene import Words
    from projector.typefaces import Typefaces


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
