"""`handwijzer record`: keep what a bench sees and what was truly done, to measure and to tune."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from station.app import guide_at_station, versions
from station.commands.console import say, tell
from station.log import warn_people
from station.seeing import is_film, is_twin
from station.sessions.folder import about_now, begin_session
from station.wishes import Wishes
from station_config.station_file import read_station
from tasks.task_file import read_task

FILM_WARNING = (
    "Pictures of this bench are kept in {film}. They may show people: ask those who work here"
    " first, keep the folder on this computer, and delete the film when it has served."
)


def record(
    station: Annotated[Path, typer.Option(help="The station file.", exists=True, dir_okay=False)],
    task: Annotated[Path, typer.Option(help="The task file.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="The folder of the new session.")],
    source: Annotated[
        str | None, typer.Option(help="A camera's number, a film, or twin[:persona].")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="The hand model, if kept elsewhere.")] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Of the twin: how long, on its own clock.", min=1.0)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the twin's worker.")] = 1,
    *,
    film: Annotated[
        bool, typer.Option("--film", help="Keep the pictures too. They may show people.")
    ] = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Show no light.")] = False,
    windowed: Annotated[
        bool, typer.Option("--windowed", help="A window on the desktop, not the projector.")
    ] = False,
    no_hands: Annotated[
        bool, typer.Option("--no-hands", help="Without the hand model: the bench alone.")
    ] = False,
    as_fast_as_possible: Annotated[
        bool,
        typer.Option("--as-fast-as-possible", help="Film or twin at the speed of this computer."),
    ] = False,
) -> None:
    """Guide as always, and keep evidence, observations and the truth. Nothing goes to the hub.

    Somebody who watches presses the key or pedal for "next" (or Enter here) each time a step is
    truly done; "back" (b) withdraws a mark. The twin marks by itself.
    """
    warn_people()
    bench = read_station(station)
    from_source = source or bench.camera.source
    by_twin = is_twin(from_source)
    folder = begin_session(
        out,
        station=station,
        task=task,
        about=about_now(
            recorded_at=datetime.now(UTC),
            source=from_source if by_twin or is_film(from_source) else "camera",
            station=bench,
            task=read_task(task),
            by_twin=by_twin,
            versions=versions(),
        ),
    )
    if film:
        tell(FILM_WARNING.format(film=folder.film))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wishes = Wishes(
        station=station,
        task=task,
        source=source,
        events=folder.events,
        evidence=folder.evidence,
        observations=folder.observations,
        truth=folder.truth if by_twin else None,
        marks=None if by_twin else folder.truth,
        film=folder.film if film else None,
        folder=folder.own,
        reports=False,
        model=model,
        seed=seed,
        twin_s=seconds,
        window=not no_window,
        windowed=windowed,
        hands=not no_hands,
        in_step=as_fast_as_possible,
        tell=tell,
    )
    try:
        tell(str(guide_at_station(wishes, stop)))
    finally:
        folder.clear_outbox()
    say(f"Kept in {out}. What it is worth: handwijzer score {out}")
