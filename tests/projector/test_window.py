"""The window with a real SDL: on its dummy driver, and on a virtual X display."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import features

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

# A process of its own for each: SDL picks its driver once in the life of a process.
OPENING = """
import os
import numpy as np
import pygame
from projector.window import (
    NoSuchDisplayError, Press, Window, chosen_display, displays,
)
size = displays()[0].size_px
picture = np.zeros((size[1], size[0], 4), np.uint8)
picture[100:200, 300:500] = (255, 128, 10, 0)
everything = [(0, 0, *size)]
def shown(window):
    width, height = pygame.display.get_surface().get_size()
    return np.frombuffer(window.shown_rgb(), np.uint8).reshape(height, width, 3)
def press(key):
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
"""

PICTURE = """
window = Window(size)
assert not shown(window).any(), 'dark at the start'
read_only = picture.view(); read_only.flags.writeable = False
window.put(read_only, everything)
assert shown(window)[150, 400].tolist() == [10, 128, 255]
assert not shown(window)[300, 400].any()
picture[:] = 77
window.put(picture, [(0, 0, 10, 10)])
assert shown(window)[5, 5].tolist() == [77, 77, 77]
assert not shown(window)[300, 400].any(), 'only what changed is shown'
assert not pygame.mouse.get_visible()
assert not pygame.display.get_allow_screensaver()
window.close()
window.close()
window.put(picture, everything)
assert window.take_presses() == ()
"""

KEYS = """
window = Window(size)
for key in (pygame.K_RIGHT, pygame.K_x, pygame.K_PAGEUP, pygame.K_F1, pygame.K_p, pygame.K_ESCAPE):
    press(key)
pygame.event.post(pygame.event.Event(pygame.QUIT))
assert window.take_presses() == (
    Press.NEXT, Press.BACK, Press.HELP, Press.PAUSE, Press.QUIT, Press.QUIT
)
assert window.take_presses() == ()
window.close()
"""

DESK = """
big = np.zeros((1080, 1920, 4), np.uint8)
big[:, :960] = (0, 200, 0, 0)
window = Window((1920, 1080), windowed=True)
window.put(big, [(0, 0, 1920, 1080)])
seen = shown(window)
height, width = seen.shape[:2]
assert width < 1920 and abs(width / height - 16 / 9) < 0.02
assert abs(int(seen[height // 2, width // 4, 1]) - 200) < 5
assert not seen[height // 2, 3 * width // 4].any()
big[500:600, 1400:1500] = (0, 0, 250, 0)
window.put(big, [(1400, 500, 100, 100)])
seen = shown(window)
assert seen[round(550 * height / 1080), round(1450 * width / 1920), 0] > 240
assert not seen[round(450 * height / 1080), round(1450 * width / 1920)].any()
window.close()
"""

DISPLAYS = """
assert chosen_display(0).number == 0
name = displays()[0].name
if name:
    assert chosen_display(name.upper()).number == 0
for wanted in (7, 'Epson over the bench'):
    try:
        chosen_display(wanted)
    except NoSuchDisplayError as error:
        assert str(wanted) in str(error) and str(displays()[0]) in str(error)
    else:
        raise AssertionError('a display that is not there was found')
"""


def runs(code: str, *, opening: str = OPENING, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", opening + code],
        cwd=ROOT,
        env={**os.environ, "SDL_AUDIODRIVER": "dummy", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def x_display() -> Iterator[str]:
    """A virtual display of 1280 by 720."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is missing: install the package xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    try:
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(timeout=10)


CASES = {"picture": PICTURE, "keys": KEYS, "desk": DESK, "displays": DISPLAYS}


@pytest.mark.parametrize("case", CASES)
def test_a_window_without_a_display(case: str) -> None:
    runs(CASES[case], SDL_VIDEODRIVER="dummy")


@pytest.mark.parametrize("case", CASES)
def test_a_window_on_a_real_x_display(case: str, x_display: str) -> None:
    runs(CASES[case], SDL_VIDEODRIVER="x11", DISPLAY=x_display)


def test_what_stands_on_the_x_display_is_what_was_put_there(x_display: str) -> None:
    if not features.check("xcb"):
        pytest.skip("this Pillow cannot look at an X display")
    looks = f"""
from PIL import ImageGrab
window = Window(size)
window.put(picture, everything)
window.take_presses()
screen = ImageGrab.grab(xdisplay={x_display!r})
assert screen.size == size
assert screen.getpixel((400, 150)) == (10, 128, 255)
assert screen.getpixel((400, 300)) == (0, 0, 0)
window.close()
"""
    runs(looks, SDL_VIDEODRIVER="x11", DISPLAY=x_display)


def test_without_any_desktop_the_error_is_plain() -> None:
    code = """
import pygame
from projector.window import Window
try:
    Window((640, 360))
except pygame.error as error:
    assert str(error)
else:
    raise AssertionError('a window without a desktop')
"""
    runs(code, opening="", SDL_VIDEODRIVER="x11", DISPLAY="")
