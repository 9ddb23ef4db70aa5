"""One station at a time in one folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station.wishes import StationError
from station_config.station import Station


@contextmanager
def alone_in(folder: Path, station: Station) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it even after kill -9."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise StationError(
            f"The folder {folder} cannot be written ({error.strerror}). Free some space, or"
            " give another one with --folder."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StationError(
                f"Station '{station.station_id}' already runs on this computer (its folder"
                f" {folder} is in use). Stop it first, or give the second one a name and a"
                " folder of its own."
            ) from None
        yield
