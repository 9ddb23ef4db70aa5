"""`handwijzer demo`: hub, broker, twin bench and station on this machine."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from station.bench_files import demo_station_file, demo_task_file
from station.commands.console import say, tell
from station.demo import DemoWishes, run_demo
from station.log import warn_people


def demo(
    seconds: Annotated[
        float | None, typer.Option(help="End after so many seconds; else with Ctrl-C.", min=1)
    ] = None,
    persona: Annotated[str, typer.Option(help="Who works at the virtual bench.")] = "fluent",
    task: Annotated[
        Path | None, typer.Option(help="Another task file.", exists=True, dir_okay=False)
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report here, as JSON.")] = None,
    seed: Annotated[int, typer.Option(help="Of the worker's moods.")] = 1,
    port: Annotated[int, typer.Option(help="The page's port; 0 for a free one.")] = 0,
    *,
    no_window: Annotated[bool, typer.Option("--no-window", help="Show no light here.")] = False,
) -> None:
    """Run hub, broker, virtual bench and station on this machine."""
    warn_people()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    windowed = not no_window and _has_desktop()
    if not windowed and not no_window:
        tell("There is no desktop here, so the light is not shown; the page is.")
    wishes = DemoWishes(
        station=demo_station_file(),
        task=task or demo_task_file(),
        persona=persona,
        seconds=seconds,
        seed=seed,
        windowed=windowed,
        report=report,
        page_port=port,
    )
    say(json.dumps(run_demo(wishes, stop, tell), indent=2))


def _has_desktop() -> bool:
    """Whether a window can be opened."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
