"""The printed sheets of a calibration: tags to cut out, a bar to measure, a sheet for the lens."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from calibration.lens_sheet import SQUARE_DOTS, SQUARES, lens_board
from calibration.tags import (
    BENCH_TAGS,
    PAPER_MM,
    PLATE_TAGS,
    TAG_DICTIONARY,
    TAG_MM,
)

BAR_MM = 100.0
"""Nominal length of the bar that the coach measures."""
PAGE_MM = (210.0, 297.0)
DPI = 300
MODULES = 6
TAB_MM = 13.0
"""A strip beside the tag, on the side of the bench's middle, with the words where it belongs."""
COLUMNS_MM = (30.0, 130.0)
ROWS_MM = (98.0, 182.0)
"""Left and top edges of the papers: laid out on the page as they lie on the bench."""
BAR_AT_MM = (55.0, 278.0)
GREY = 120

WORDS = {
    "nl": {
        "bench": "Labels voor de werktafel",
        "plate": "Labels voor de plaat (voor hoogtes)",
        "lens": "Lensblad: leg het plat op de tafel, telkens op een andere plek",
        "corners": ("linksvoor", "rechtsvoor", "rechtsachter", "linksachter"),
        "worker": "deze kant naar de medewerker",
        "steps": (
            "1. Druk af op 100 % (niet 'passend op pagina').",
            "2. Meet de balk onderaan. Geen 100 mm? Geef dan zijn lengte op bij het kalibreren.",
            "3. Knip langs de grijze lijnen; het strookje met woorden blijft eraan.",
            "4. Plak elk label precies in zijn hoek, tegen beide randen, pijl naar de medewerker.",
        ),
        "bar": "Deze balk is 100 mm",
    },
    "en": {
        "bench": "Tags for the bench",
        "plate": "Tags for the plate (for heights)",
        "lens": "Lens sheet: lay it flat on the bench, each time in another place",
        "corners": ("front left", "front right", "back right", "back left"),
        "worker": "this side towards the worker",
        "steps": (
            "1. Print at 100 % (not 'fit to page').",
            "2. Measure the bar below. If it is not 100 mm, tell its length when calibrating.",
            "3. Cut along the grey lines; the strip with words stays on.",
            "4. Stick each tag into its corner, flush with both edges, arrow towards the worker.",
        ),
        "bar": "This bar is 100 mm",
    },
}
LANGUAGES = tuple(WORDS)


def write_sheet(path: Path, *, language: str = "nl") -> None:
    """Write the sheets as a PDF of three A4 pages: tags of the bench, of a plate, lens sheet.

    Args:
        path: The PDF; what was there is replaced.
        language: Which of `LANGUAGES` comes first; both are on the sheet.

    Raises:
        ValueError: A language in which the sheet was not written.
        OSError: It cannot be written.
    """
    first, *others = sheet_pages(language=language)
    path.parent.mkdir(parents=True, exist_ok=True)
    first.save(path, "PDF", resolution=float(DPI), save_all=True, append_images=others)


def sheet_pages(*, language: str = "nl") -> tuple[Image.Image, ...]:
    """The pages as grey pictures of 300 dots per inch.

    Raises:
        ValueError: A language in which the sheet was not written.
    """
    if language not in WORDS:
        raise ValueError(f"the sheet is written in {', '.join(LANGUAGES)}, not in '{language}'")
    order = (language, *(one for one in LANGUAGES if one != language))
    return (
        _tags_page("bench", BENCH_TAGS, order),
        _tags_page("plate", PLATE_TAGS, order),
        _lens_page(order),
    )


def _px(mm: float) -> int:
    return round(mm / 25.4 * DPI)


def _blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("L", (_px(PAGE_MM[0]), _px(PAGE_MM[1])), 255)
    return page, ImageDraw.Draw(page)


def _font(height_mm: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_px(height_mm))


def _tags_page(what: str, numbers: tuple[int, ...], order: tuple[str, ...]) -> Image.Image:
    page, draw = _blank()
    down_mm = 12.0
    for rank, language in enumerate(order):
        words = WORDS[language]
        draw.text((_px(15), _px(down_mm)), str(words[what]), 0, _font(6.0 if rank == 0 else 5.0))
        down_mm += 9.0
        for step in words["steps"]:
            draw.text((_px(15), _px(down_mm)), step, 0, _font(3.6))
            down_mm += 5.6
        down_mm += 5.0
    for index, number in enumerate(numbers):
        is_right, is_back = index in (1, 2), index in (2, 3)
        _tag(page, draw, number, index, (COLUMNS_MM[is_right], ROWS_MM[not is_back]), order)
    _bar(draw, order)
    return page


def _tag(
    page: Image.Image,
    draw: ImageDraw.ImageDraw,
    number: int,
    index: int,
    at_mm: tuple[float, float],
    order: tuple[str, ...],
) -> None:
    """One paper with its tag and, towards the middle of the bench, its strip of words."""
    left_mm, top_mm = at_mm
    is_back = index in (2, 3)
    strip_top_mm = top_mm + PAPER_MM if is_back else top_mm
    tag_top_mm = top_mm if is_back else top_mm + TAB_MM
    outline = (
        _px(left_mm),
        _px(top_mm),
        _px(left_mm + PAPER_MM),
        _px(top_mm + PAPER_MM + TAB_MM),
    )
    draw.rectangle(outline, outline=GREY, width=2)
    margin = (PAPER_MM - TAG_MM) / 2.0
    marker = Image.fromarray(_marker(number))
    page.paste(marker, (_px(left_mm + margin), _px(tag_top_mm + margin)))
    names = " / ".join(str(WORDS[language]["corners"][index]) for language in order)
    text_mm = strip_top_mm + (2.0 if is_back else 0.8)
    draw.text((_px(left_mm + 2), _px(text_mm)), f"{number}  {names}", 0, _font(3.2))
    for rank, language in enumerate(order):
        at = (_px(left_mm + 8), _px(text_mm + 4.2 + 3.1 * rank))
        draw.text(at, str(WORDS[language]["worker"]), 0, _font(2.5))
    _arrow(draw, left_mm + 4.5, text_mm + 4.6)


def _arrow(draw: ImageDraw.ImageDraw, x_mm: float, y_mm: float) -> None:
    """A small arrow down the page, 5 mm long."""
    draw.line((_px(x_mm), _px(y_mm), _px(x_mm), _px(y_mm + 3.5)), fill=0, width=_px(0.6))
    tip = [(x_mm - 1.6, y_mm + 3.0), (x_mm + 1.6, y_mm + 3.0), (x_mm, y_mm + 5.4)]
    draw.polygon([(_px(x), _px(y)) for x, y in tip], fill=0)


def _marker(number: int) -> NDArray[np.uint8]:
    side = _px(TAG_MM)
    dictionary = cv2.aruco.getPredefinedDictionary(TAG_DICTIONARY)
    cells = np.asarray(cv2.aruco.generateImageMarker(dictionary, number, MODULES), np.uint8)
    cell = np.minimum((np.arange(side) * MODULES) // side, MODULES - 1)
    return np.asarray(cells[np.ix_(cell, cell)], np.uint8)


def _bar(draw: ImageDraw.ImageDraw, order: tuple[str, ...]) -> None:
    """The bar, its ends on the pixel: from the outer edge of one stroke to that of the other."""
    left, top = _px(BAR_AT_MM[0]), _px(BAR_AT_MM[1])
    right = left + _px(BAR_MM) - 1
    draw.rectangle((left, top + _px(2), right, top + _px(2.6)), fill=0)
    for end in (left, right - 5):
        draw.rectangle((end, top, end + 5, top + _px(4.6)), fill=0)
    words = " / ".join(str(WORDS[language]["bar"]) for language in order)
    draw.text((left, top + _px(6)), words, 0, _font(3.6))


def _lens_page(order: tuple[str, ...]) -> Image.Image:
    page, draw = _blank()
    words = " / ".join(str(WORDS[language]["lens"]) for language in order)
    draw.text((_px(12), _px(6)), words, 0, _font(3.0))
    size = (SQUARES[0] * SQUARE_DOTS, SQUARES[1] * SQUARE_DOTS)
    drawn = lens_board().generateImage(size, marginSize=0)
    board = Image.fromarray(np.asarray(drawn, np.uint8))
    page.paste(board, ((page.width - board.width) // 2, _px(17.0)))
    return page
