"""`handwijzer calibrate`: where the bench lies in the camera's and the projector's pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from station.commands.console import say

app = typer.Typer(no_args_is_help=True, help="Bring camera, projector and bench together.")


@app.callback()
def _calibrate() -> None:
    """Bring camera, projector and bench together."""
