"""How the hub opens its database: settings of SQLite, migrations, and faults in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from pydantic_core import to_json

if TYPE_CHECKING:
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_S = 2.0
"""So long SQLite waits for another program that writes, before it says "database is locked"."""


class DatabaseError(Exception):
    """The database cannot be used. The text says which, why, and what to do."""


def engine_for(url: str, *, reads_only: bool = False) -> sa.Engine:
    """An engine for `url`, with what SQLite needs to lose nothing.

    Args:
        url: `sqlite:///file.db` or `postgresql+psycopg://…`.
        reads_only: Refuses to write, and never moves the write-ahead log into the file: writing
            and checkpoints are for the one connection of the store (WAL-reset fault of SQLite
            3.7.0 to 3.51.2).

    Raises:
        DatabaseError: The address cannot be understood, or its driver is not installed.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return sa.create_engine(parsed, pool_pre_ping=True, json_serializer=_json)
        engine = sa.create_engine(
            parsed, connect_args={"timeout": BUSY_TIMEOUT_S}, json_serializer=_json
        )
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseError(
            f"The database address '{url}' cannot be used: {error}. "
            "Write it as sqlite:///folder/file.db or postgresql+psycopg://name@host/database."
        ) from error
    sa.event.listen(engine, "connect", _set_up_reader if reads_only else _set_up_writer)
    return engine


def _json(value: object) -> str:
    """Ten times faster than the standard library: it runs for every event."""
    return to_json(value).decode()


def _set_up_writer(connection: object, _record: ConnectionPoolEntry) -> None:
    _run_pragmas(connection, "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000")


def _set_up_reader(connection: object, _record: ConnectionPoolEntry) -> None:
    _run_pragmas(connection, "query_only=ON", "wal_autocheckpoint=0")


def _run_pragmas(connection: object, *pragmas: str) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    try:
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def make_folder_for(url: str) -> None:
    """Make the folder that a SQLite file stands in.

    Raises:
        DatabaseError: It cannot be made.
    """
    file = sqlite_file(url)
    if file is None:
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"The folder {file.parent} cannot be made: {error}.") from error


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for any other and for one in memory."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        return None
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def migrate(connection: sa.Connection) -> None:
    """Bring the tables to the shape that this hub knows.

    Raises:
        DatabaseError: The database was made by a newer hub.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseError(
            f"The database was made by a newer hub ({error}). Start that version of the hub."
        ) from error


def plain_words(error: BaseException) -> str:
    """What is wrong with the database, for somebody who can do something about it."""
    text = str(getattr(error, "orig", None) or error).strip()
    for sign, words in _PLAIN.items():
        if sign in text:
            return f"{words} ({text.splitlines()[0][:200]})"
    return text.splitlines()[0][:300] if text else type(error).__name__


_PLAIN = {
    "database or disk is full": "The disk is full. Make room; nothing is lost meanwhile",
    "No space left": "The disk is full. Make room; nothing is lost meanwhile",
    "database is locked": "Another program keeps the database locked. Close it",
    "readonly database": "The database may not be written. Check the rights on its folder",
    "unable to open database file": "The database file cannot be opened. Check folder and rights",
    "disk I/O error": "The disk has a fault. Check the disk",
    "malformed": "The database file is damaged. Stop the hub and put back a backup",
    "not a database": "The file is not a database. Choose another with --database",
}
