"""The command `handwijzer-hub`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from sqlalchemy.exc import SQLAlchemyError

from hub import database
from hub.app import PortError, Wishes
from hub.app import serve as serve_hub
from hub.broker import BrokerError, mosquitto_config
from hub.broker_address import BrokerAddressError
from hub.log import log_to_stderr
from hub.reader import Reader

logger = logging.getLogger(__name__)

app = typer.Typer(
    help="The hub: takes in what stations report, keeps it, and shows it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost"})

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="sqlite:///file.db or postgresql+psycopg://…; default: a file in your own folder.",
    ),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(help="Where the hub keeps its database and its broker's files.", file_okay=False),
]


def _own_folder() -> Path:
    return Path(platformdirs.user_data_dir("handwijzer", appauthor=False)) / "hub"


def _database_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'hub.db'}"


@app.command()
def serve(
    database_url: DatabaseOption = None,
    broker: Annotated[
        str | None, typer.Option(help="mqtt://host:1883; without it the hub starts its own.")
    ] = None,
    port: Annotated[int, typer.Option(help="Of the pages; 0 takes a free one.")] = 8420,
    broker_port: Annotated[
        int, typer.Option(help="Of the hub's own broker; 0 takes a free one.")
    ] = 1883,
    folder: FolderOption = None,
    ready_file: Annotated[
        Path | None, typer.Option(help="Written as JSON when everything listens.")
    ] = None,
    host: Annotated[str, typer.Option(help="Only this computer itself, for now.")] = "127.0.0.1",
    trial_broker: Annotated[  # noqa: FBT002 - typer makes --trial-broker of it
        bool, typer.Option(help="Use the broker for trying out, even with mosquitto installed.")
    ] = False,
) -> None:
    """Be the hub: broker, database and pages, until Ctrl+C."""
    if host not in LOOPBACK_NAMES:
        _fail(
            f"The hub can be reached from this computer only, so --host {host} is refused. "
            "Users and rights, which other computers need, come with a later version."
        )
    log_to_stderr()
    own = folder if folder is not None else _own_folder()
    wishes = Wishes(
        database=database_url or _database_in(own),
        broker=broker,
        port=port,
        broker_port=broker_port,
        folder=own,
        ready_file=ready_file,
        amqtt=trial_broker,
    )
    try:
        serve_hub(wishes, say=_say)
    except (database.DatabaseError, BrokerError, BrokerAddressError, PortError) as error:
        _fail(str(error))


@app.command()
def events(
    database_url: DatabaseOption = None,
    folder: FolderOption = None,
    station: Annotated[str | None, typer.Option(help="Only of this station.")] = None,
    run: Annotated[str | None, typer.Option(help="Only of this run.")] = None,
) -> None:
    """Print what is stored, one JSON line for each event, with `stored_at`."""
    url = database_url or _database_in(folder if folder is not None else _own_folder())
    file = database.sqlite_file(url)
    if file is not None and not file.exists():
        _fail(f"There is no database at {file}. Name it with --database.")
    try:
        reader = Reader(url)
        for line in reader.event_lines(station=station, run_id=run):
            sys.stdout.write(line + "\n")
        reader.close()
    except (database.DatabaseError, SQLAlchemyError) as error:
        _fail(f"The database {url} cannot be read: {database.plain_words(error)}.")
    except BrokenPipeError:
        sys.stderr.close()


@app.command()
def broker_config(
    folder: FolderOption = None,
    port: Annotated[int, typer.Option(help="On loopback.")] = 1883,
) -> None:
    """Print a configuration for a mosquitto that you run yourself."""
    own = folder if folder is not None else Path("/var/lib/mosquitto")
    typer.echo(mosquitto_config(folder=own, port=port), nl=False)


def _say(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(code=1)


def main() -> None:
    """Run the command; people never see a traceback, the log has it."""
    try:
        app()
    except Exception:
        log_to_stderr()
        logger.exception("The hub ended by a fault of its own")
        typer.echo("The hub ended by a fault of its own. The log above says more.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
