"""What is wrong with the pictures, in the language of the page: eyes and cameras speak English."""

from __future__ import annotations

import re

from station.watch import BEGIN_AGAIN
from station.zone_page.words import Language
from vision.trouble import BLACK, FROZEN

_NL = {
    re.escape(BLACK): "Het beeld is zwart. Zit er iets voor de camera, of is het licht uit?",
    re.escape(FROZEN): "De camera geeft steeds hetzelfde beeld. Hij wordt opnieuw gestart.",
    re.escape(BEGIN_AGAIN): (
        "Het kijken ging mis en begint opnieuw. Blijft dit zo? Start het station opnieuw en stuur"
        " het logboek naar wie ervoor zorgt."
    ),
    r"Camera (\S+) is not there\. Is it plugged in\?": (
        r"Camera \1 is er niet. Zit de stekker erin?"
    ),
    r"Camera (\S+) has stopped\. Is its cable in\?": (r"Camera \1 is gestopt. Zit de kabel erin?"),
    r"Camera (\S+) gives pictures of (\d+) x (\d+), not (\d+) x (\d+) as .*": (
        r"Camera \1 geeft beelden van \2 x \3, niet van \4 x \5 zoals in het stationsbestand staat."
        r" Verander daar width_px en height_px en kalibreer opnieuw."
    ),
}


def trouble_in(language: Language, trouble: str | None) -> str | None:
    """The same in this language; what is known in English only stays as it is."""
    if trouble is None or language == "en":
        return trouble
    for english, dutch in _NL.items():
        if re.fullmatch(english, trouble, re.DOTALL):
            return re.sub(english, dutch, trouble, flags=re.DOTALL)
    return trouble
