"""The words of the pages, in Dutch and English, and which of the two somebody gets."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

_NL_EN: dict[str, tuple[str, str]] = {
    "board": ("Werkplekken", "Stations"),
    "skip": ("Naar de inhoud", "Skip to the content"),
    "language": ("Taal", "Language"),
    "all_stations": ("Alle werkplekken", "All stations"),
    "help": ("Vraagt hulp", "Asks for help"),
    "gone": ("Geen contact", "No contact"),
    "fault": ("Storing", "Fault"),
    "paused": ("Pauze", "Paused"),
    "working": ("Aan het werk", "Working"),
    "idle": ("Klaar om te beginnen", "Ready to start"),
    "since": ("sinds", "since"),
    "yesterday": ("gisteren", "yesterday"),
    "step_of": ("Stap {number} van {total}", "Step {number} of {total}"),
    "help_strip": ("Vraagt hulp", "Asks for help"),
    "nobody_asks": ("Niemand vraagt hulp", "Nobody asks for help"),
    "empty_title": ("Nog geen werkplekken", "No stations yet"),
    "empty_text": (
        "Zodra een werkplek zich meldt bij {broker}, staat hij hier vanzelf.",
        "As soon as a station reports to {broker}, it appears here by itself.",
    ),
    "doubled": (
        (
            "Twee werkplekken gebruiken deze naam en melden zich om de beurt. "
            "Geef een van de twee een andere naam in het werkplekbestand."
        ),
        (
            "Two stations use this name and report in turns. "
            "Give one of them another name in its station file."
        ),
    ),
    "missing": (
        "{count} meldingen van deze werkplek zijn nergens meer te vinden.",
        "{count} reports of this station exist nowhere any more.",
    ),
    "no_contact_hub": (
        (
            "Geen contact met de hub. Wat hier staat is van eerder. "
            "De pagina probeert het steeds opnieuw."
        ),
        (
            "No contact with the hub. What stands here is from before. "
            "The page keeps trying by itself."
        ),
    ),
    "not_well": ("De hub heeft een storing", "The hub has a fault"),
    "runs": ("Rondes", "Runs"),
    "no_runs": (
        "Van deze werkplek zijn nog geen rondes.",
        "There are no runs of this station yet.",
    ),
    "older": ("Oudere rondes", "Older runs"),
    "newest": ("Nieuwste rondes", "Newest runs"),
    "finished": ("Klaar", "Finished"),
    "stopped": ("Gestopt", "Stopped"),
    "going_on": ("Bezig", "Going on"),
    "steps_done": ("{count} stappen gedaan", "{count} steps done"),
    "step_done_1": ("1 stap gedaan", "1 step done"),
    "wrong_count": ("{count} keer een andere plek", "another place {count} times"),
    "wrong_count_1": ("1 keer een andere plek", "another place once"),
    "step": ("Stap", "Step"),
    "result": ("Hoe", "How"),
    "took": ("Duur", "Time"),
    "support": ("Hulp", "Help given"),
    "remarks": ("Bijzonderheden", "Remarks"),
    "turn": ("keer {turn}", "time {turn}"),
    "done": ("gedaan", "done"),
    "not_done": ("nog niet", "not yet"),
    "undone": ("teruggedraaid", "undone"),
    "wrong_zone": ("andere plek: {zone}", "another place: {zone}"),
    "unsure": ("niet zeker gezien", "not seen for sure"),
    "help_asked": ("om hulp gevraagd", "asked for help"),
    "times": ("{count}x", "{count}x"),
    "support_light": ("licht", "light"),
    "support_contour": ("omtrek", "outline"),
    "support_picture": ("plaatje", "picture"),
    "support_words": ("woorden", "words"),
    "support_film": ("film", "film"),
    "support_coach": ("begeleider", "coach"),
    "minutes": ("{m} min {s} s", "{m} min {s} s"),
    "seconds": ("{s} s", "{s} s"),
    "versions": ("Versies", "Versions"),
    "not_found": ("Deze pagina is er niet.", "This page does not exist."),
    "no_station": ("Deze werkplek is hier niet bekend.", "This station is not known here."),
    "trouble": (
        "De pagina kan nu niet worden gemaakt. Probeer het zo nog eens.",
        "The page cannot be made just now. Try again in a moment.",
    ),
    "count_working": ("aan het werk", "working"),
    "count_idle": ("klaar om te beginnen", "ready to start"),
    "count_help": ("vraagt hulp", "asks for help"),
    "count_paused": ("pauze", "paused"),
    "count_gone": ("geen contact", "no contact"),
    "count_fault": ("storing", "fault"),
    "product": ("Handwijzer", "Handwijzer"),
}


@cache
def words_in(language: Language) -> dict[str, str]:
    """All texts in one language, by name."""
    place = LANGUAGES.index(language)
    return {name: both[place] for name, both in _NL_EN.items()}


def said(texts: Mapping[str, str], language: Language, otherwise: str = "") -> str:
    """What a station wrote, in `language`; else in any that it has; else `otherwise`."""
    for wanted in (language, "en", "nl"):
        if texts.get(wanted):
            return texts[wanted]
    return next((text for text in texts.values() if text), otherwise)


def plain_name(name: str) -> str:
    """A name from a task file as words: `take_housing` becomes `take housing`."""
    return name.replace("_", " ")


def pick_language(*, asked: str | None, cookie: str | None, accepts: str) -> Language:
    """The language of a page: asked for in the address, else remembered, else the browser's."""
    for wanted in (asked, cookie):
        for language in LANGUAGES:
            if wanted == language:
                return language
    ranked = sorted(_accepted(accepts), key=lambda one: -one[1])
    for tag, quality in ranked:
        for language in LANGUAGES:
            if quality > 0 and tag.split("-")[0] == language:
                return language
    return "nl"


def _accepted(header: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for part in header.lower().split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            found.append((tag, float(quality or 1)))
        except ValueError:
            continue
    return found
