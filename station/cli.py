"""`handwijzer`: the commands of the bench. Thin: each says plainly what came of it."""

from __future__ import annotations

import sys

import typer

from station.commands import (
    calibrate,
    demo,
    doctor,
    looks,
    model,
    record,
    run,
    score,
    tasks,
    tune,
    zones,
)
from station.commands.console import tell
from station.complaints import COMPLAINTS
from station.log import log_to_file, logged_to

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Projected guidance at the workbench.",
)
app.command()(demo.demo)
app.add_typer(run.app, name="station")
app.add_typer(calibrate.app, name="calibrate")
app.add_typer(tasks.app, name="tasks")
app.add_typer(model.app, name="model")
app.add_typer(looks.app, name="looks")
app.command()(doctor.doctor)
app.command()(record.record)
app.command()(zones.zones)
app.command()(score.score)
app.command()(tune.tune)


def main() -> None:
    """Run a command. What goes wrong is told in plain words; the log has the rest."""
    log_to_file(None)
    try:
        app()
    except COMPLAINTS as error:
        tell(str(error))
        sys.exit(1)
    except Exception:  # noqa: BLE001 - no traceback reaches a coach
        path = logged_to("the command failed")
        tell(f"Something went wrong inside the program. Its log says what: {path}")
        sys.exit(70)


if __name__ == "__main__":
    main()
