"""Fonts: the bundled one first, then those of the system that have the letters."""

from __future__ import annotations

import logging
import os
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont, features

from projector.letters import holds, letters_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from projector.letters import Ranges

logger = logging.getLogger(__name__)

BUNDLED = Path(__file__).parent / "fonts"
"""DejaVu Sans 2.37: Latin, Greek, Cyrillic, Arabic, Hebrew and more; its licence lies beside it."""

LARGER = {"ARABIC": 1.15, "HEBREW": 1.05, "THAI": 1.1}
"""Scripts whose letters stand low in their em are drawn this much larger, to be as readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of a line that one font can draw.

    Attributes:
        text: In reading order.
        font_path: The font file.
    """

    text: str
    font_path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingScript:
    """Letters that no font on this computer has.

    Attributes:
        script: Its English name, as Unicode has it.
        letters: Some of them.
        package: The Debian package that has them.
    """

    script: str
    letters: str
    package: str

    def __str__(self) -> str:
        return (
            f"No font on this computer has {self.script} letters ({self.letters}). "
            f"Install the package {self.package}, then start again."
        )


def system_folders() -> tuple[Path, ...]:
    """Where this system keeps fonts, those of the person first."""
    home = Path.home()
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",)
    if sys.platform == "darwin":
        return (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    return (
        home / ".local/share/fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    )


class Typefaces:
    """Finds a font for any text. Looks into a font file once, and only when it is needed."""

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        """`folders` besides the bundled fonts; those of the system when None."""
        self._folders = system_folders() if folders is None else tuple(folders)
        self._system: list[Path] | None = None
        self._letters: dict[Path, Ranges] = {}
        self._font_of: dict[str, Path | None] = {}
        if not features.check("raqm"):
            logger.warning("Pillow has no raqm: Arabic and Indic letters will stand unjoined")

    def runs(self, line: str) -> tuple[Run, ...]:
        """A line, cut where another font is needed. Letters that no font has are left out."""
        whole = self._one_font_for(line)
        if whole is not None:
            return (Run(text=line, font_path=whole),)
        runs: list[Run] = []
        for letter in line:
            path = self._path_for(letter, before=runs[-1].font_path if runs else None)
            if path is None:
                continue
            if runs and runs[-1].font_path == path:
                runs[-1] = Run(text=runs[-1].text + letter, font_path=path)
            else:
                runs.append(Run(text=letter, font_path=path))
        return tuple(runs)

    def missing(self, text: str) -> tuple[MissingScript, ...]:
        """The scripts of a text that would not show, and what to install. For checks and doctor."""
        lost: dict[str, str] = {}
        for letter in dict.fromkeys(text):
            if not _is_invisible(letter) and self._path_for(letter, before=None) is None:
                script = script_of(letter)
                lost[script] = lost.get(script, "") + letter
        return tuple(
            MissingScript(
                script=_SPOKEN.get(script, script.title()),
                letters=letters[:8],
                package=_package(script),
            )
            for script, letters in lost.items()
        )

    def _one_font_for(self, line: str) -> Path | None:
        """A font that has the whole line, so that raqm can order its parts."""
        seen = [letter for letter in line if not _is_invisible(letter)]
        if not seen:
            return next(self._bundled())
        rarest = max(seen, key=ord)
        first = self._path_for(rarest, before=None)
        fits = first is not None and all(self._has(first, letter) for letter in seen)
        return first if fits else None

    def _path_for(self, letter: str, *, before: Path | None) -> Path | None:
        if before is not None and (_is_invisible(letter) or self._has(before, letter)):
            return before
        if letter not in self._font_of:
            candidates = chain(self._bundled(), self._ranked(letter))
            self._font_of[letter] = next((p for p in candidates if self._has(p, letter)), None)
        return self._font_of[letter]

    @staticmethod
    def _bundled() -> Iterator[Path]:
        yield BUNDLED / "DejaVuSans-Bold.ttf"
        yield BUNDLED / "DejaVuSans.ttf"

    def _ranked(self, letter: str) -> Iterator[Path]:
        """System fonts, those that have the script in their name first, plain sans bold first."""
        if self._system is None:
            self._system = sorted(
                path
                for folder in self._folders
                if folder.is_dir()
                for path in folder.rglob("*")
                if path.suffix.lower() in {".ttf", ".otf", ".ttc"}
            )
        script = script_of(letter).replace(" ", "").lower()
        wanted = {"hiragana": "cjk", "katakana": "cjk", "hangul": "cjk"}.get(script, script)

        def rank(path: Path) -> tuple[bool, bool, bool, bool]:
            name = path.stem.lower()
            return (wanted not in name, "sans" not in name, "bold" not in name, "mono" in name)

        yield from sorted(self._system, key=rank)

    def _has(self, path: Path, letter: str) -> bool:
        if path not in self._letters:
            try:
                self._letters[path] = letters_in(path)
            except (OSError, ValueError) as error:
                logger.warning("Font left out: %s", error)
                self._letters[path] = ()
        return holds(self._letters[path], letter)


_SPOKEN = {"CJK": "Chinese", "HANGUL": "Korean", "SYMBOL": "picture"}
"""What people call a script, where Unicode calls it otherwise."""


def script_of(letter: str) -> str:
    """The script of a letter, from its Unicode name: `ETHIOPIC`, `ARABIC`, `CJK`; or `SYMBOL`."""
    if unicodedata.category(letter) == "So":
        return "SYMBOL"
    name = unicodedata.name(letter, "")
    return name.split()[0] if name else "UNKNOWN"


def larger_for(line: str) -> float:
    """How much larger to draw a line, by the script of its first letter that has one."""
    for letter in line:
        factor = LARGER.get(script_of(letter))
        if factor is not None:
            return factor
        if letter.isalpha():
            return 1.0
    return 1.0


def _is_invisible(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in {"Cf", "Cc"}


def _package(script: str) -> str:
    if script in {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC"}:
        return "fonts-noto-cjk"
    return "fonts-symbola" if script == "SYMBOL" else "fonts-noto-core"


@cache
def opened(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    """A font at a size, opened once."""
    layout = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(path), size_px, layout_engine=layout)
