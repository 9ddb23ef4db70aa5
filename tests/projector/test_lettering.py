from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.lettering import CAPITAL_EM, balanced, is_right_to_left, set_in, width_mm
from projector.typefaces import BUNDLED, opened

SENTENCES = {
    "nl": "Draai alle schroeven vast met de schroevendraaier, ook aan de achterkant.",
    "de": "Legen Sie die Sicherheitsverschlusskappe in die Versandkartonverpackung.",
    "pl": "Weź dużą żółtą śrubę z pojemnika i połóż ją ostrożnie na środku stołu.",
    "el": "Πάρε το ελατήριο από το κουτί και βάλε το στη θέση του.",
    "ru": "Возьмите пружину из ящика и положите её в приспособление.",
    "ar": "خذ النابض من الصندوق وضعه على الطاولة.",
    "he": "קח את הקפיץ מהקופסה ושים אותו במקום.",
    "vi": "Lấy lò xo từ hộp và đặt nó vào đúng chỗ.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_room_is_reckoned_on_the_careful_side_of_what_the_font_needs(language: str) -> None:
    sentence = SENTENCES[language]
    font = opened(BUNDLED / "DejaVuSans-Bold.ttf", 1000)
    needed_mm = font.getlength(sentence) / 1000 * 10.0 / CAPITAL_EM
    assert needed_mm <= width_mm(sentence, 10.0) * 1.02
    assert width_mm(sentence, 10.0) <= 1.6 * needed_mm


WORDS = st.text(st.sampled_from("abcdefghijklmWM .,é漢ب"), min_size=1, max_size=80)


@given(WORDS, st.floats(60.0, 400.0), st.floats(10.0, 18.0))
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(
    text: str, max_width_mm: float, letter_mm: float
) -> None:
    setting = set_in(text, letter_mm=letter_mm, max_width_mm=max_width_mm)
    assert setting.width_mm <= max_width_mm + 1e-6
    assert "".join(setting.lines).replace("-", "").replace(" ", "") == text.replace(" ", "")


def test_letters_never_get_too_small_to_read() -> None:
    assert set_in("Pak de veer.", letter_mm=4.0, max_width_mm=200.0).letter_mm == 10.0


def test_a_long_word_is_cut_with_a_hyphen_rather_than_made_small() -> None:
    setting = set_in("Sicherheitsverschlusskappe", letter_mm=12.0, max_width_mm=120.0)
    assert len(setting.lines) > 1
    assert setting.lines[0].endswith("-")


def test_lines_are_about_equally_long() -> None:
    setting = balanced("Leg het huis in de mal en druk.", letter_mm=14.0, max_width_mm=300.0)
    first, second = (width_mm(line, 14.0) for line in setting.lines)
    assert abs(first - second) < 0.35 * max(first, second)


def test_chinese_breaks_between_letters() -> None:
    lines = set_in("从盒子里取出弹簧放在桌子上", letter_mm=12.0, max_width_mm=90.0).lines
    assert len(lines) > 1
    assert "".join(lines) == "从盒子里取出弹簧放在桌子上"


@pytest.mark.parametrize(
    ("text", "right_to_left"),
    [("Pak", False), ("خذ (2)", True), ("2 קח", True), ("3 + 4", False), ("", False)],
)
def test_the_first_letter_with_a_direction_decides(text: str, *, right_to_left: bool) -> None:
    assert is_right_to_left(text) is right_to_left
