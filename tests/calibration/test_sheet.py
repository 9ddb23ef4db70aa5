"""The printed sheets: read back as a camera would, and measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from calibration.lens_sheet import SQUARE_MM, SQUARES, find_lens_sheet
from calibration.sheet import BAR_MM, DPI, sheet_pages, write_sheet
from calibration.tags import PAPER_MM, TAG_MM, find_tags

HALF = 2
"""Read at half the resolution: enough for tags, and four times as fast."""
MM_PER_PX = 25.4 / DPI


@pytest.fixture(scope="module")
def pages() -> tuple[Image.Image, ...]:
    return sheet_pages(language="nl")


def grey(page: Image.Image) -> NDArray[np.uint8]:
    small = page.resize((page.width // HALF, page.height // HALF), Image.Resampling.BOX)
    return np.asarray(small, np.uint8)


@pytest.mark.parametrize(("page", "numbers"), [(0, [0, 1, 2, 3]), (1, [4, 5, 6, 7])])
def test_the_tags_are_read_back_at_their_size(
    pages: tuple[Image.Image, ...], page: int, numbers: list[int]
) -> None:
    tags = find_tags(grey(pages[page]))
    assert [tag.tag_id for tag in tags] == numbers
    for tag in tags:
        sides = np.linalg.norm(tag.corners_px - np.roll(tag.corners_px, 1, axis=0), axis=1)
        assert np.abs(sides * HALF * MM_PER_PX - TAG_MM).max() < 0.1


def test_the_tags_lie_on_the_page_as_on_the_bench_the_right_way_up(
    pages: tuple[Image.Image, ...],
) -> None:
    corners = np.stack([tag.corners_px for tag in find_tags(grey(pages[0]))])
    left, right, back_right, back_left = corners.mean(axis=1)
    assert left[0] == pytest.approx(back_left[0], abs=1)
    assert left[0] < right[0]
    assert back_right[1] < right[1]
    up = corners[:, 0] - corners[:, 3]
    assert (up[:, 1] < 0).all()
    assert np.abs(up[:, 0]).max() < 0.5


def test_the_bar_is_as_long_as_it_says(pages: tuple[Image.Image, ...]) -> None:
    page = np.asarray(pages[0])
    # The longest dark run in the lowest tenth of the page.
    dark = page[-page.shape[0] // 10 :] < 128
    longest = int(dark.sum(axis=1).max())
    assert longest * MM_PER_PX == pytest.approx(BAR_MM, abs=0.05)


def test_the_white_rim_is_free_of_words(pages: tuple[Image.Image, ...]) -> None:
    page = np.asarray(pages[0])
    # All of the 5 mm rim but the last half, where a cut line may run.
    rim_px = (PAPER_MM - TAG_MM) / 2 / MM_PER_PX - 0.5 / MM_PER_PX
    for tag in find_tags(grey(pages[0])):
        low = tag.corners_px.min(axis=0) * HALF - rim_px
        high = tag.corners_px.max(axis=0) * HALF + rim_px
        window = page[round(low[1]) : round(high[1]), round(low[0]) : round(high[0])]
        inner = round(rim_px) - 4
        assert (window[:inner] > 250).all()
        assert (window[-inner:] > 250).all()
        assert (window[:, :inner] > 250).all()
        assert (window[:, -inner:] > 250).all()


def test_the_lens_sheet_is_read_back(pages: tuple[Image.Image, ...]) -> None:
    found = find_lens_sheet(grey(pages[2]))
    assert len(found.cam_px) == (SQUARES[0] - 1) * (SQUARES[1] - 1)
    spans_mm = np.ptp(found.sheet_mm, axis=0)
    assert spans_mm == pytest.approx((7 * SQUARE_MM, 11 * SQUARE_MM))
    assert np.ptp(found.cam_px, axis=0) * HALF * MM_PER_PX == pytest.approx(spans_mm, abs=0.1)


def test_a_pdf_of_three_a4_pages_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sheet.pdf"
    write_sheet(path, language="en")
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") == 3
    boxes = content.split(b"/MediaBox [ ")[1:]
    for box in boxes:
        wide, high = (float(number) for number in box.split(b"]")[0].split()[2:])
        assert (wide / 72 * 25.4, high / 72 * 25.4) == pytest.approx((210, 297), abs=0.1)


def test_another_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nl, en, not in 'fr'"):
        write_sheet(tmp_path / "sheet.pdf", language="fr")
