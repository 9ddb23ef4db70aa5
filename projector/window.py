"""The projector's window, and the keys of the bench: the only home of pygame's display.

SDL wants all of this in the main thread.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
import pygame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from projector.screen import RectPx

logger = logging.getLogger(__name__)


class Press(StrEnum):
    """What a key, or a pedal that acts as one, asks for."""

    NEXT = "next"
    BACK = "back"
    HELP = "help"
    PAUSE = "pause"
    QUIT = "quit"


PRESS_OF_KEY = {
    pygame.K_RIGHT: Press.NEXT,
    pygame.K_SPACE: Press.NEXT,
    pygame.K_RETURN: Press.NEXT,
    pygame.K_KP_ENTER: Press.NEXT,
    pygame.K_PAGEDOWN: Press.NEXT,
    pygame.K_LEFT: Press.BACK,
    pygame.K_PAGEUP: Press.BACK,
    pygame.K_BACKSPACE: Press.BACK,
    pygame.K_h: Press.HELP,
    pygame.K_F1: Press.HELP,
    pygame.K_p: Press.PAUSE,
    pygame.K_q: Press.QUIT,
    pygame.K_ESCAPE: Press.QUIT,
}
"""Pedals and presenters send arrows or page keys. A key that is held down counts once."""


class NoSuchDisplayError(LookupError):
    """The display of the station file is not there; the text says which ones are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """A display as the operating system has it.

    Attributes:
        number: As `projector: display` of the station file counts, from 0.
        name: What it calls itself; empty when the system does not say.
        size_px: Its present width and height.
    """

    number: int
    name: str
    size_px: tuple[int, int]

    def __str__(self) -> str:
        width, height = self.size_px
        return f"{self.number}: {self.name or 'no name'}, {width}x{height}"


def displays() -> tuple[Display, ...]:
    """The displays of this computer, in their order."""
    _start_video()
    return tuple(
        Display(number=number, name=_name_of(number), size_px=size)
        for number, size in enumerate(pygame.display.get_desktop_sizes())
    )


def chosen_display(wanted: int | str) -> Display:
    """The display with a number, or with a name (or a part of one that only it has).

    Raises:
        NoSuchDisplayError: There is none, or there are several that fit.
    """
    there = displays()
    if isinstance(wanted, int):
        fitting = [display for display in there if display.number == wanted]
    else:
        sought = wanted.casefold()
        fitting = [display for display in there if display.name.casefold() == sought] or [
            display for display in there if sought in display.name.casefold()
        ]
    if len(fitting) == 1:
        return fitting[0]
    found = "; ".join(str(display) for display in there) or "none"
    what = "no display" if not fitting else "more than one display"
    raise NoSuchDisplayError(
        f"There is {what} '{wanted}'. The displays are: {found}. Switch the projector on, check "
        "its cable, or write another 'display' under 'projector' in the station file."
    )


class Window:
    """The projector's picture, full screen on its display; or a window on a desk. A `Screen`."""

    def __init__(
        self,
        size_px: tuple[int, int],
        *,
        display: int | str = 0,
        windowed: bool = False,
        title: str = "Handwijzer",
    ) -> None:
        """Open it, black, with the mouse hidden and the screen saver off.

        Args:
            size_px: Width and height of the pictures that will come: the projector's own.
            display: Number or name of the display.
            windowed: A window that can be resized instead of the full screen, for a demo.
            title: What stands above such a window.

        Raises:
            NoSuchDisplayError: The display is not there.
            pygame.error: There is no desktop to show anything on.
        """
        shown_on = chosen_display(display)
        self._presses: list[Press] = []
        self._open = True
        if windowed:
            fitting = _fitting(size_px, shown_on.size_px)
            flags = pygame.RESIZABLE
        else:
            fitting = shown_on.size_px
            flags = pygame.FULLSCREEN | pygame.NOFRAME
            if fitting != size_px:
                logger.warning(
                    "Display %s is not %dx%d as in the station file: light is scaled and blurred",
                    shown_on,
                    *size_px,
                )
        surface = pygame.display.set_mode(fitting, flags, display=shown_on.number)
        self._shown_at = surface.get_size()
        pygame.display.set_caption(title)
        pygame.display.set_allow_screensaver(False)
        pygame.mouse.set_visible(windowed)
        pygame.key.set_repeat()
        surface.fill((0, 0, 0))
        pygame.display.flip()

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Show the areas that changed; all of it when the window was resized or uncovered."""
        if not self._open:
            return
        picture = _as_surface(picture_bgrx)
        surface = pygame.display.get_surface()
        if surface.get_size() != self._shown_at:
            self._shown_at = surface.get_size()
            changed_px = [(0, 0, *picture.get_size())]
        if surface.get_size() == picture.get_size():
            rects = [pygame.Rect(rect) for rect in changed_px]
            for rect in rects:
                surface.blit(picture, rect, rect)
        else:
            rects = [_blit_scaled(picture, rect, surface) for rect in changed_px]
        if rects:
            pygame.display.update(rects)

    def take_presses(self) -> tuple[Press, ...]:
        """The keys pressed since the last call, oldest first. Also keeps the window alive.

        Call it every turn of the loop: a window that does not answer is covered by the desktop.
        """
        if not self._open:
            return ()
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                self._presses.append(Press.QUIT)
            elif event.type == pygame.KEYDOWN and event.key in PRESS_OF_KEY:
                self._presses.append(PRESS_OF_KEY[event.key])
            elif event.type in {pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED}:
                pygame.display.flip()
        taken = tuple(self._presses)
        self._presses.clear()
        return taken

    def shown_rgb(self) -> bytes:
        """What the window holds now, rows from the top, red-green-blue. For checks."""
        return bytes(pygame.image.tobytes(pygame.display.get_surface(), "RGB"))

    def close(self) -> None:
        """Go dark, then give the display back."""
        if not self._open:
            return
        self._open = False
        surface = pygame.display.get_surface()
        if surface is not None:
            surface.fill((0, 0, 0))
            pygame.display.flip()
        pygame.mouse.set_visible(True)
        pygame.display.quit()


def _start_video() -> None:
    """Start SDL's video part only: no sound, no fonts, no joysticks."""
    # The projector must stay lit when somebody clicks on the other screen.
    os.environ.setdefault("SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS", "0")
    if not pygame.display.get_init():
        pygame.display.init()
    if pygame.display.get_driver() == "x11":
        # SDL would send every change through OpenGL, the whole picture each time: 10 ms against
        # 0.4 ms for a patch of 300x300 without a graphics card (benchmarks/render.py).
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")


def _as_surface(picture_bgrx: NDArray[np.uint8]) -> pygame.Surface:
    """The picture as a surface over the same memory: nothing is copied."""
    height, width = picture_bgrx.shape[:2]
    memory = picture_bgrx.data.cast("B")
    surface = pygame.image.frombuffer(memory, (width, height), "BGRA")
    # The fourth byte has no meaning: without this it would be taken for transparency.
    surface.set_alpha(None)
    return surface


def _blit_scaled(picture: pygame.Surface, changed: RectPx, surface: pygame.Surface) -> pygame.Rect:
    """Show a changed area on a surface of another size; says where it came to stand."""
    wide = surface.get_width() / picture.get_width()
    high = surface.get_height() / picture.get_height()
    left, top = floor(changed[0] * wide), floor(changed[1] * high)
    right = min(ceil((changed[0] + changed[2]) * wide), surface.get_width())
    bottom = min(ceil((changed[1] + changed[3]) * high), surface.get_height())
    source = pygame.Rect(round(left / wide), round(top / high), 0, 0)
    source.width = max(1, min(round(right / wide), picture.get_width()) - source.left)
    source.height = max(1, min(round(bottom / high), picture.get_height()) - source.top)
    part = picture.subsurface(source)
    target = pygame.Rect(left, top, right - left, bottom - top)
    scaled = pygame.transform.smoothscale(part, target.size)
    scaled.set_alpha(None)
    surface.blit(scaled, target)
    return target


def _fitting(size_px: tuple[int, int], desktop_px: tuple[int, int]) -> tuple[int, int]:
    """The picture's size, made smaller to leave some of the desktop free."""
    share = min(1.0, 0.8 * desktop_px[0] / size_px[0], 0.8 * desktop_px[1] / size_px[1])
    return max(1, round(size_px[0] * share)), max(1, round(size_px[1] * share))


def _name_of(number: int) -> str:
    """What SDL calls a display. pygame 2.6 does not pass it on, so SDL itself is asked."""
    sdl = _sdl()
    if sdl is None:
        return ""
    ask = sdl.SDL_GetDisplayName
    ask.restype = ctypes.c_char_p
    ask.argtypes = [ctypes.c_int]
    name = ask(number)
    return name.decode("utf-8", "replace") if name else ""


def _sdl() -> ctypes.CDLL | None:
    """The SDL library that pygame has loaded; None where it cannot be found again."""
    home = Path(pygame.__file__).parent
    patterns = {
        "win32": [(home, "SDL2.dll")],
        "darwin": [(home / ".dylibs", "libSDL2-2*.dylib")],
    }.get(sys.platform, [(home.parent / "pygame.libs", "libSDL2-2*.so*")])
    for folder, pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            try:
                return ctypes.CDLL(str(path))
            except OSError as error:
                logger.warning("Displays stay without names: %s", error)
    return None
