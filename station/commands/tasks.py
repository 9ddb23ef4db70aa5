"""`handwijzer tasks`: check, schema, preview, replay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from station.commands.console import say, tell
from station.legible import scripts_without_letters
from station.previews import write_previews
from station_config.station_file import read_station
from station_config.yaml_file import YamlFileError
from tasks.evidence_lines import read_evidence
from tasks.replay import replay_lines
from tasks.task_file import check_against, read_task, task_json_schema

app = typer.Typer(no_args_is_help=True, help="Write, check and try out tasks.")

TaskFile = Annotated[
    Path, typer.Option("--task", help="The task file.", exists=True, dir_okay=False)
]


@app.command()
def check(
    task_files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    station: Annotated[
        Path | None, typer.Option(help="Also check that this station has every zone.")
    ] = None,
) -> None:
    """Say whether task files can be used, and if not, what to change."""
    mistakes = 0
    bench = None if station is None else read_station(station)
    for path in task_files:
        try:
            task = read_task(path)
        except YamlFileError as error:
            tell(str(error))
            mistakes += 1
            continue
        missing = () if bench is None else check_against(path, bench)
        for mistake in missing:
            tell(str(mistake))
        mistakes += bool(missing)
        for script in scripts_without_letters(task):
            tell(f"{path.name}: {script}")
        if not missing:
            say(f"{path.name}: fine, {len(task.steps)} steps")
    if mistakes:
        raise typer.Exit(code=1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of task files, for editors that complete and check as one types."""
    print(json.dumps(task_json_schema(), indent=2, ensure_ascii=False))  # noqa: T201 - for files


@app.command()
def preview(
    task_file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    station: Annotated[Path, typer.Option(help="The station file.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder for the pictures; made if need be.")],
) -> None:
    """Draw a picture of each step as it will be projected."""
    pictures = write_previews(read_task(task_file), read_station(station), out)
    say(f"{len(pictures)} pictures in {out}")


@app.command()
def replay(
    task: TaskFile,
    evidence: Annotated[
        Path, typer.Option(help="Evidence, one JSON line each.", exists=True, dir_okay=False)
    ],
    events: Annotated[Path, typer.Option(help="Where the events go, one JSON line each.")],
) -> None:
    """Run recorded evidence through the tracker alone."""
    lines = list(replay_lines(read_task(task), read_evidence(evidence)))
    events.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    say(f"{len(lines)} events in {events}")
