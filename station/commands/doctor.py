"""`handwijzer doctor`: what is well, what is not, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from station.commands.console import say
from station.doctor import Health, examine


def doctor(
    station: Annotated[
        Path | None, typer.Option(help="The station file.", exists=True, dir_okay=False)
    ] = None,
    task: Annotated[
        Path | None,
        typer.Option(
            help="Also look at the looks taught for this task.", exists=True, dir_okay=False
        ),
    ] = None,
) -> None:
    """Look at camera, displays, model, calibration, looks, broker, hub, disk and clock."""
    ill = 0
    for finding in examine(station, task):
        say(f"{finding.health:>13}  {finding.part}: {finding.text}")
        ill += finding.health is Health.NOT_WELL
    if ill:
        raise typer.Exit(code=1)
