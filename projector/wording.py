"""The station's own words. A coach's words come with the task; these come with the product.

To add a language: add its code to every phrase here. `tests/projector/test_wording.py` fails as
long as one is missing. A language that is not here falls back to English.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tasks.model import in_language

if TYPE_CHECKING:
    from tasks.model import Localized


class Phrase(StrEnum):
    """Something the station says by itself."""

    NEXT = "next"
    BACK = "back"
    HELP = "help"
    PAUSE = "pause"
    GO_ON = "go_on"
    DONE = "done"
    YES = "yes"
    NO = "no"
    LOOK_AGAIN = "look_again"
    QUESTION = "question"
    FINISHED = "finished"
    PAUSED = "paused"
    NO_SIGHT = "no_sight"
    HELP_WANTED = "help_wanted"
    WAIT = "wait"


WORDING: dict[Phrase, Localized] = {
    Phrase.NEXT: {"nl": "Verder", "en": "Next"},
    Phrase.BACK: {"nl": "Terug", "en": "Back"},
    Phrase.HELP: {"nl": "Hulp", "en": "Help"},
    Phrase.PAUSE: {"nl": "Pauze", "en": "Pause"},
    Phrase.GO_ON: {"nl": "Start", "en": "Start"},
    Phrase.DONE: {"nl": "Klaar", "en": "Done"},
    Phrase.YES: {"nl": "Ja", "en": "Yes"},
    Phrase.NO: {"nl": "Nee", "en": "No"},
    Phrase.LOOK_AGAIN: {"nl": "Kijk nog eens", "en": "Look again"},
    Phrase.QUESTION: {"nl": "Is deze stap klaar?", "en": "Is this step done?"},
    Phrase.FINISHED: {"nl": "Klaar. Goed gedaan.", "en": "Finished. Well done."},
    Phrase.PAUSED: {
        "nl": "Pauze. Raak Start aan als je weer begint.",
        "en": "Paused. Touch Start when you begin again.",
    },
    Phrase.NO_SIGHT: {
        "nl": "Ik kan even niet kijken. Druk op Verder als je klaar bent.",
        "en": "I cannot see for a moment. Press Next when you are done.",
    },
    Phrase.HELP_WANTED: {"nl": "Hulp is gevraagd", "en": "Help is asked for"},
    Phrase.WAIT: {"nl": "Wacht even", "en": "Please wait"},
}
"""Plain words (B1), few, spoken to one person."""


def said(phrase: Phrase, language: str) -> str:
    """This phrase in a language, or in English."""
    return in_language(WORDING[phrase], language)


def said_in(phrase: Phrase, language: str) -> str:
    """The language that `said` really gives: the one asked for, or English."""
    return language if language in WORDING[phrase] else "en"
