"""`handwijzer model`: the hand model that recognition needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from station.commands.console import say
from vision.model_file import ModelFileError, fetch, model_path, verified_model

app = typer.Typer(no_args_is_help=True, help="The hand model: show it, or fetch it.")

To = Annotated[Path | None, typer.Option("--to", help="Its place; else the user's cache folder.")]


@app.command()
def show(to: To = None) -> None:
    """Say where the hand model is and whether it is whole."""
    path = model_path(to)
    size = len(verified_model(path))
    say(f"{path}: whole, {size / 1e6:.1f} MB")


@app.command(name="fetch")
def fetch_model(
    to: To = None,
    wheel: Annotated[
        Path | None,
        typer.Option(
            help="The official mediapipe wheel as a file, for a machine without a network.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    *,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="Only when there is no whole one yet.")
    ] = False,
) -> None:
    """Build the hand model from the official wheel and check it."""
    path = model_path(to)
    if if_missing and _is_whole(path):
        return
    fetch(path, wheel=wheel)
    say(f"The hand model is ready: {path}")


def _is_whole(path: Path) -> bool:
    try:
        verified_model(path)
    except ModelFileError:
        return False
    return True
