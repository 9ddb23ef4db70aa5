from __future__ import annotations

from pathlib import Path

import pytest

from projector.letters import holds, letters_in
from projector.typefaces import BUNDLED, Typefaces

ONLY_BUNDLED = Typefaces(folders=())


@pytest.mark.parametrize(
    "text",
    [
        "Pak de veer.",
        "Weź śrubę",
        "Πάρε το",
        "Возьмите",
        "خذ النابض (2)",
        "קח את הקפיץ",
        "Lấy lò xo",
    ],
)
def test_the_bundled_font_covers_what_is_spoken_most(text: str) -> None:
    assert ONLY_BUNDLED.missing(text) == ()
    assert len(ONLY_BUNDLED.runs(text)) == 1


def test_a_script_without_a_font_is_told_with_the_package_that_has_it() -> None:
    (missing,) = ONLY_BUNDLED.missing("ሳጹን እዚ")
    assert missing.package == "fonts-noto-core"
    assert "Ethiopic" in str(missing)
    (chinese,) = ONLY_BUNDLED.missing("盒子")
    assert chinese.package == "fonts-noto-cjk"
    assert "Chinese" in str(chinese)
    (symbol,) = ONLY_BUNDLED.missing("🛠")
    assert symbol.package == "fonts-symbola"


def test_letters_without_a_font_are_left_out_and_never_become_boxes() -> None:
    assert [run.text for run in ONLY_BUNDLED.runs("veer ሳጹን 2")] == ["veer  2"]


def test_a_font_of_the_system_is_found_by_the_letters_it_has(typefaces: Typefaces) -> None:
    if typefaces.missing("ሳጹን"):
        pytest.skip("no font with Ethiopic letters here: install fonts-noto-core")
    (run,) = typefaces.runs("ሳጹን")
    assert holds(letters_in(run.font_path), "ሳ")


def test_the_character_map_knows_what_is_there_and_what_is_not() -> None:
    letters = letters_in(BUNDLED / "DejaVuSans.ttf")
    assert all(holds(letters, letter) for letter in "Aż€ب")
    assert not holds(letters, "ሳ")


def test_a_file_that_is_no_font_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"\x00\x01\x00\x00\x00\x05")
    (tmp_path / "text.ttf").write_text("not a font at all, and long enough to be read")
    assert Typefaces(folders=[tmp_path]).missing("ሳ")


def test_the_licence_lies_beside_the_font() -> None:
    licence = (BUNDLED / "LICENSE-DejaVu.txt").read_text(encoding="utf-8")
    assert "Bitstream Vera" in licence
    assert "Arev" in licence
