"""`handwijzer station run`: guide."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from station.app import guide_at_station
from station.commands.console import tell
from station.log import warn_people
from station.wishes import Wishes

app = typer.Typer(no_args_is_help=True, help="Guide work at this station.")


@app.callback()
def _station() -> None:
    """Guide work at this station."""


@app.command()
def run(
    station: Annotated[Path, typer.Option(help="The station file.", exists=True, dir_okay=False)],
    task: Annotated[Path, typer.Option(help="The task file.", exists=True, dir_okay=False)],
    source: Annotated[
        str | None,
        typer.Option(help="A camera's number, a film, or twin[:persona]; else as in the file."),
    ] = None,
    events: Annotated[Path | None, typer.Option(help="Also write events here.")] = None,
    evidence: Annotated[Path | None, typer.Option(help="Also write evidence here.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where the outbox and the log are kept.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="The hand model, if kept elsewhere.")] = None,
    *,
    no_window: Annotated[bool, typer.Option("--no-window", help="Show no light.")] = False,
    windowed: Annotated[
        bool, typer.Option("--windowed", help="A window on the desktop, not the projector.")
    ] = False,
    no_hands: Annotated[
        bool, typer.Option("--no-hands", help="Without the hand model: the bench alone.")
    ] = False,
    as_fast_as_possible: Annotated[
        bool, typer.Option("--as-fast-as-possible", help="A film at the speed of this computer.")
    ] = False,
) -> None:
    """Guide until the film ends, somebody presses q, or the station is told to stop."""
    warn_people()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wishes = Wishes(
        station=station,
        task=task,
        source=source,
        events=events,
        evidence=evidence,
        folder=folder,
        model=model,
        window=not no_window,
        windowed=windowed,
        hands=not no_hands,
        in_step=as_fast_as_possible,
    )
    tell(str(guide_at_station(wishes, stop)))
