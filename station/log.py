"""Logs: one JSON object a line in a file that cannot grow without bound; warnings to people."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

MAX_BYTES = 5_000_000
BACKUPS = 3

_logger = logging.getLogger("station")


class JsonLines(logging.Formatter):
    """A record as one line of JSON; tracebacks stand in `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write `record` as JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "thread": record.threadName,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class PlainWords(logging.Formatter):
    """The text alone: a traceback helps nobody at the bench, and stands in the file."""

    def format(self, record: logging.LogRecord) -> str:
        """Write what was said."""
        return f"{datetime.now().astimezone():%H:%M:%S} {record.getMessage()}"


def warn_people() -> None:
    """Also write warnings to the error stream, in plain words: for who started the station."""
    to_people = logging.StreamHandler()
    to_people.setLevel(logging.WARNING)
    to_people.setFormatter(PlainWords())
    logging.getLogger().addHandler(to_people)


def log_path(folder: Path | None) -> Path:
    """Where the log stands: in the station's folder, or the user's."""
    return (folder or platformdirs.user_log_path("handwijzer")) / "handwijzer.log"


def log_to_file(folder: Path | None) -> Path:
    """Log to the file of this folder from now on. A disk that refuses costs the log only."""
    path = log_path(folder)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for old in [one for one in root.handlers if isinstance(one, RotatingFileHandler)]:
        root.removeHandler(old)
        old.close()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        to_file = RotatingFileHandler(
            path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True
        )
    except OSError:
        return path
    to_file.setFormatter(JsonLines())
    # A full disk must not print a traceback for every line that the log cannot take.
    logging.raiseExceptions = False
    root.addHandler(to_file)
    return path


def logged_to(what: str) -> Path:
    """Log the exception that is being handled; where the log stands."""
    _logger.error(what, exc_info=True)  # noqa: LOG014 - called where one is being handled
    for one in logging.getLogger().handlers:
        if isinstance(one, RotatingFileHandler):
            return Path(one.baseFilename)
    return log_path(None)
