"""The words of the page, in Dutch and English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

_NL_EN: dict[str, tuple[str, str]] = {
    "zones": ("Zones", "Zones"),
    "language": ("Taal", "Language"),
    "skip": ("Naar de lijst met zones", "Skip to the list of zones"),
    "picture": ("Beeld van de camera met de zones", "The camera's picture with the zones"),
    "picture_keys": (
        (
            "Nieuwe zone: klik de hoeken aan, of sleep een rechthoek. Met toetsen: pijltjes"
            " verplaatsen het kruis, de spatiebalk zet een hoek, Enter maakt de zone af, Esc"
            " breekt af."
        ),
        (
            "New zone: click its corners, or drag a rectangle. By keyboard: arrows move the cross,"
            " the space bar sets a corner, Enter finishes the zone, Esc gives up."
        ),
    ),
    "new": ("Nieuwe zone", "New zone"),
    "new_hint": (
        "Klik de hoeken aan, of sleep een rechthoek. Enter: klaar. Esc: stoppen.",
        "Click the corners, or drag a rectangle. Enter: done. Esc: give up.",
    ),
    "edit_hint": (
        (
            "Sleep een hoek of de hele zone. Met toetsen: pijltjes 1 mm, met Shift 10 mm."
            " Dubbelklik op een rand voor een hoek erbij."
        ),
        (
            "Drag a corner or the whole zone. By keyboard: arrows 1 mm, with Shift 10 mm."
            " Double-click an edge to add a corner."
        ),
    ),
    "start_hint": (
        "Kies een zone, of beweeg een hand over de werkplek: een geraakte zone wordt groen.",
        "Choose a zone, or wave a hand over the bench: a zone that is reached turns green.",
    ),
    "how": ("Zo werkt het", "How it works"),
    "how_draw": (
        (
            "Kies een zone om hem te verslepen, of maak een nieuwe. De lijn hoort te liggen waar"
            " u de rand van de bak ziet."
        ),
        (
            "Choose a zone to drag it, or make a new one. The line belongs where you see the rim"
            " of the bin."
        ),
    ),
    "how_try": (
        (
            "Beweeg een hand in de zone, zoals een medewerker dat doet. Hij wordt groen als hij"
            " geraakt is; de maten staan erbij."
        ),
        (
            "Move a hand into the zone, as a worker does. It turns green when it is reached, with"
            " its measures beside it."
        ),
    ),
    "how_save": (
        (
            "Sla op. De rest van het werkplekbestand blijft zoals het is, en de vorige versie"
            " wordt bewaard."
        ),
        ("Save. The rest of the station file stays as it is, and the version before is kept."),
    ),
    "legend_hand": ("vingertop van een herkende hand", "fingertip of a recognised hand"),
    "legend_arm": (
        "einde van wat de werkplek bedekt (arm, handschoen)",
        "end of what covers the bench (arm, glove)",
    ),
    "finish": ("Zone afmaken", "Finish the zone"),
    "cancel": ("Stoppen", "Give up"),
    "save": ("Opslaan", "Save"),
    "undo": ("Ongedaan maken", "Undo"),
    "redo": ("Opnieuw", "Redo"),
    "saved": ("Opgeslagen in {file}.", "Saved in {file}."),
    "same": ("Er was niets veranderd.", "Nothing was different."),
    "kept": ("De vorige versie staat in {file}.", "The version before is in {file}."),
    "next_start": (
        "De werkplek gebruikt de nieuwe zones zodra hij opnieuw start.",
        "The station uses the new zones from its next start.",
    ),
    "renamed": (
        "{was} heet nu {name}. Taken die {was} noemen, moet u ook aanpassen.",
        "{was} is now called {name}. Tasks that name {was} must be changed too.",
    ),
    "removed": (
        "{was} is weg. Taken die {was} noemen, kunnen hier niet meer starten.",
        "{was} is gone. Tasks that name {was} can no longer start here.",
    ),
    "out_of_reach": (
        "De projector kan niet alles van {names} verlichten.",
        "The projector cannot light all of {names}.",
    ),
    "changed": ("Nog niet opgeslagen", "Not saved yet"),
    "unchanged": ("Alles is opgeslagen", "All is saved"),
    "not_saved": ("Niet opgeslagen", "Not saved"),
    "mend": (
        "Verbeter eerst dit; er is niets geschreven:",
        "Mend this first; nothing was written:",
    ),
    "file_wrong": (
        "Het werkplekbestand heeft fouten (in het Engels):",
        "The station file has mistakes:",
    ),
    "file_changed": (
        (
            "Iemand anders heeft de zones in {file} ondertussen veranderd, dus er is niets"
            " geschreven. Laad de pagina opnieuw om die zones te zien; wat u hier tekende is dan"
            " weg."
        ),
        (
            "Somebody else has changed the zones in {file} meanwhile, so nothing was written."
            " Load the page again to see them; what you have drawn here is lost then."
        ),
    ),
    "lost": (
        (
            "Geen contact met het programma. Is 'handwijzer zones' gestopt? Start het opnieuw en"
            " open het nieuwe adres. Wat niet is opgeslagen staat alleen nog op deze pagina."
        ),
        (
            "No contact with the program. Was 'handwijzer zones' ended? Start it again and open"
            " its new address. What was not saved is on this page only."
        ),
    ),
    "no_picture": ("Geen bruikbaar beeld.", "No picture to use."),
    "waiting": ("Wachten op het eerste beeld…", "Waiting for the first picture…"),
    "no_hands": (
        "Zonder handmodel: alleen wat de werkplek bedekt wordt gezien.",
        "Without the hand model: only what covers the bench is seen.",
    ),
    "no_heights": (
        (
            "Deze kalibratie kent geen hoogtes: een hoge rand wordt getekend alsof hij op het"
            " werkblad ligt."
        ),
        ("This calibration knows no heights: a high rim is drawn as if it lay on the bench top."),
    ),
    "list": ("Zones van deze werkplek", "Zones of this bench"),
    "name": ("Naam in taken", "Name in tasks"),
    "name_hint": (
        "Kleine letters, cijfers en _ : bin_a",
        "Small letters, digits and _ : bin_a",
    ),
    "title_nl": ("Titel, Nederlands", "Title, Dutch"),
    "title_en": ("Titel, Engels", "Title, English"),
    "kind": ("Soort", "Kind"),
    "bin": ("Bak", "Bin"),
    "bin_hint": ("hieruit worden delen gepakt", "parts are taken from it"),
    "place": ("Plek", "Place"),
    "place_hint": ("hier worden delen neergelegd", "parts are put there"),
    "button": ("Knop", "Button"),
    "button_hint": ("licht om aan te raken", "light to be touched"),
    "use": ("De knop doet", "The button does"),
    "use_none": ("alleen wat een taak ermee doet", "only what a task does with it"),
    "use_next": ("verder", "next"),
    "use_back": ("terug", "back"),
    "use_help": ("hulp vragen", "ask for help"),
    "use_pause": ("pauze", "pause"),
    "height": ("Hoogte van de rand (mm)", "Height of the rim (mm)"),
    "enter": ("Geraakt na (s)", "Reached after (s)"),
    "leave": ("Verlaten na (s)", "Left after (s)"),
    "corners": ("Hoeken (mm)", "Corners (mm)"),
    "corner": ("Hoek {number}", "Corner {number}"),
    "x": ("x, naar rechts", "x, to the right"),
    "y": ("y, van u af", "y, away from you"),
    "add_corner": ("Hoek erbij", "Add a corner"),
    "remove_corner": ("Hoek {number} weghalen", "Remove corner {number}"),
    "delete": ("Zone weghalen", "Delete the zone"),
    "deleted": ("{name} is weggehaald.", "{name} is deleted."),
    "now": ("Nu gemeten", "Measured now"),
    "depth": ("Diepte", "Depth"),
    "depth_in": ("{mm} mm diep", "{mm} mm deep"),
    "depth_out": ("{mm} mm ervandaan", "{mm} mm away"),
    "nobody": ("geen hand te zien", "no hand to be seen"),
    "covered": ("Bedekt", "Covered"),
    "cannot_judge": ("nu niet te zeggen", "cannot be said now"),
    "witness": ("Gezien door", "Seen by"),
    "by_hand": ("herkende hand", "recognised hand"),
    "by_arm": ("wat de werkplek bedekt", "what covers the bench"),
    "phase": ("Stand", "State"),
    "away": ("vrij", "free"),
    "entering": ("komt erin: {s} van {of} s", "coming in: {s} of {of} s"),
    "inside": ("geraakt, al {s} s", "reached, for {s} s"),
    "leaving": ("gaat eruit: {s} van {of} s", "going out: {s} of {of} s"),
    "reached": ("geraakt", "reached"),
    "entering_short": ("komt erin", "coming in"),
    "leaving_short": ("gaat eruit", "going out"),
    "past": ("Vorige keer", "Last time"),
    "past_none": ("nog niet", "not yet"),
    "past_counted": ("{s} s erin, tot {mm} mm: telt", "{s} s inside, {mm} mm deep: counts"),
    "past_short": (
        "{s} s erin: te kort, telt niet",
        "{s} s inside: too short, does not count",
    ),
    "picked": ("gepakt", "picked"),
    "placed": ("neergelegd", "placed"),
    "removed_told": ("weggehaald", "removed"),
    "touched": ("aangeraakt", "touched"),
    "touch": ("Aanraking", "Touch"),
    "not_watched": ("eerst de hoeken verbeteren", "mend the corners first"),
    "unnamed": ("zonder naam", "without a name"),
    "wrong_none": (
        "Een werkplek heeft minstens één zone nodig.",
        "A bench needs at least one zone.",
    ),
    "wrong_name": (
        "De naam in taken: kleine letters, cijfers en _, en eerst een letter.",
        "The name in tasks: small letters, digits and _, and a letter first.",
    ),
    "wrong_twice": (
        "Twee zones heten {name}. Geef elk een eigen naam.",
        "Two zones are called {name}. Give each its own name.",
    ),
    "wrong_use": (
        "Alleen een knop kan zelf iets doen. Kies de soort knop, of laat hem niets doen.",
        "Only a button can do something by itself. Make it a button, or let it do nothing.",
    ),
    "wrong_language": (
        "Een taal is twee kleine letters, zoals nl of en.",
        "A language is two small letters, such as nl or en.",
    ),
    "wrong_number": (
        "{field}: hier hoort een getal van 0 tot {most}.",
        "{field}: a number from 0 to {most} belongs here.",
    ),
    "wrong_corners": (
        "Een zone heeft minstens {least} hoeken nodig.",
        "A zone needs at least {least} corners.",
    ),
    "wrong_area": (
        "De hoeken liggen op één lijn of op elkaar. Trek ze uit elkaar.",
        "The corners lie on one line or on each other. Pull them apart.",
    ),
    "wrong_crossing": (
        "De rand kruist zichzelf. Zet de hoeken in volgorde, rondom de zone.",
        "The outline crosses itself. Put the corners in order, round the zone.",
    ),
    "wrong_off_bench": (
        "Een hoek ligt buiten de werkplek van {size}. Trek hem naar binnen.",
        "A corner lies off the bench, which is {size}. Pull it inside.",
    ),
}


def page_language(language: str) -> Language:
    """The language of the page for a station that speaks `language`."""
    return "nl" if language == "nl" else "en"


@cache
def words_in(language: Language) -> Mapping[str, str]:
    """All words in one language."""
    which = LANGUAGES.index(language)
    return {name: both[which] for name, both in _NL_EN.items()}
