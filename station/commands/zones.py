"""`handwijzer zones`: draw the zones of a bench on the camera's picture."""

from __future__ import annotations

import os
import signal
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from station.commands.console import say, tell
from station.log import warn_people
from station.zone_page.server import ZonePageWishes, serve_zone_page


def _has_desktop() -> bool:
    """Whether a browser has somewhere to show itself."""
    is_elsewhere = sys.platform in {"darwin", "win32"}
    return is_elsewhere or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def zones(
    station: Annotated[Path, typer.Option(help="The station file.", exists=True, dir_okay=False)],
    source: Annotated[
        str | None,
        typer.Option(help="A camera's number, a film, or twin[:persona]; else as in the file."),
    ] = None,
    port: Annotated[int, typer.Option(help="The page's port; 0 for a free one.")] = 0,
    folder: Annotated[
        Path | None, typer.Option(help="Where the station keeps its outbox, if not as usual.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="The hand model, if kept elsewhere.")] = None,
    *,
    light: Annotated[
        bool, typer.Option("--light", help="Also show the zones on the bench, in light.")
    ] = False,
    windowed: Annotated[
        bool, typer.Option("--windowed", help="That light in a window on the desktop.")
    ] = False,
    no_hands: Annotated[
        bool, typer.Option("--no-hands", help="Without the hand model: the bench alone.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only write the address, open nothing.")
    ] = False,
) -> None:
    """Draw zones on the camera's picture, wave a hand to try them, save them."""
    warn_people()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def ready(address: str) -> None:
        say(f"Zones of {station.name}: {address}")
        tell("The page works on this computer only, and its pictures stay here. Ctrl-C ends it.")
        if no_browser:
            return
        if _has_desktop():
            webbrowser.open(address)
        else:
            # A browser for terminals would take this one, and shows no pictures.
            tell("There is no desktop here: open the address in a browser on this computer.")

    serve_zone_page(
        ZonePageWishes(
            station=station,
            source=source,
            port=port,
            folder=folder,
            model=model,
            hands=not no_hands,
            light=light or windowed,
            windowed=windowed,
        ),
        stop,
        ready=ready,
    )
