from __future__ import annotations

from projector.wording import WORDING, Phrase, said


def test_every_phrase_is_there_in_every_language() -> None:
    languages = {language for texts in WORDING.values() for language in texts}
    assert {"nl", "en"} <= languages
    for phrase in Phrase:
        assert set(WORDING[phrase]) == languages, f"'{phrase}' lacks a language"
        assert all(text.strip() for text in WORDING[phrase].values())


def test_a_language_that_is_not_there_falls_back_to_english() -> None:
    assert said(Phrase.NEXT, "ti") == said(Phrase.NEXT, "en")


def test_words_are_few_and_plain() -> None:
    for texts in WORDING.values():
        for text in texts.values():
            assert len(text.split()) <= 12
            assert "!" not in text
