"""A recorded session on disk: one folder that can be scored on any computer.

session.json         who recorded what, when, with which versions
task.yaml            the task as it was then
station.yaml         the station file as it was then
evidence.jsonl       what the tracker was given
observations.jsonl.gz what was measured in each frame, before it was read as evidence
events.jsonl         what the station told
truth.jsonl          what was truly done, marked by a person or known by the twin
film.avi, film.jsonl pictures and their times; only when somebody asked for them
"""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from station_config.station import Station
from station_config.station_file import read_station
from tasks.evidence_lines import read_evidence
from tasks.model import Evidence, Task
from tasks.task_file import read_task
from vision.observations import Observation, from_json


class SessionError(Exception):
    """A session cannot be recorded or read. The text says what to do."""


class SessionV1(BaseModel):
    """`session.json`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Literal[1] = 1
    recorded_at: AwareDatetime
    station: str
    task: str
    source: str
    marked_by: Literal["twin", "person"]
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFolder:
    """The places of a session's files.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def about(self) -> Path:
        """Who recorded what."""
        return self.path / "session.json"

    @property
    def task(self) -> Path:
        """The task as it was."""
        return self.path / "task.yaml"

    @property
    def station(self) -> Path:
        """The station file as it was."""
        return self.path / "station.yaml"

    @property
    def evidence(self) -> Path:
        """What the tracker was given."""
        return self.path / "evidence.jsonl"

    @property
    def observations(self) -> Path:
        """What was measured in each frame."""
        return self.path / "observations.jsonl.gz"

    @property
    def events(self) -> Path:
        """What the station told."""
        return self.path / "events.jsonl"

    @property
    def truth(self) -> Path:
        """What was truly done."""
        return self.path / "truth.jsonl"

    @property
    def own(self) -> Path:
        """Where the station that is recorded keeps its log."""
        return self.path / "station"

    def clear_outbox(self) -> None:
        """Away with what was kept for going on: a recorded session is over when it ends."""
        for path in self.own.glob("outbox.db*"):
            path.unlink(missing_ok=True)

    @property
    def film(self) -> Path:
        """The pictures, if asked for."""
        return self.path / "film.avi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as it was read.

    Attributes:
        name: Its folder's name.
        task: The task as it was then.
        station: The station as it was then.
        truth: The lines of the truth, oldest first.
        evidence: What the tracker was given.
        folder: Where it is.
    """

    name: str
    task: Task
    station: Station
    truth: tuple[dict[str, Any], ...]
    evidence: tuple[Evidence, ...]
    folder: SessionFolder

    def observations(self) -> list[Observation]:
        """What was measured in each frame; empty when that was not kept.

        Raises:
            SessionError: A line is damaged.
        """
        path = self.folder.observations
        if not path.is_file():
            return []
        seen = []
        for number, line in enumerate(_unpacked(path).splitlines(), start=1):
            try:
                seen.append(from_json(line))
            except ValueError as error:
                raise SessionError(f"{path}, line {number}: {error}") from None
        return seen


def begin_session(
    path: Path,
    *,
    station: Path,
    task: Path,
    about: SessionV1,
) -> SessionFolder:
    """Make the folder of a new session, with copies of what it is about.

    Raises:
        SessionError: There is something there already, or it cannot be written.
    """
    folder = SessionFolder(path=path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise SessionError(f"{path} is not empty. Choose another folder for the new session.")
    try:
        path.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(station, folder.station)
        shutil.copyfile(task, folder.task)
        folder.about.write_text(about.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise SessionError(f"{path} cannot be written: {error.strerror}.") from None
    return folder


def about_now(
    *,
    recorded_at: datetime,
    source: str,
    station: Station,
    task: Task,
    by_twin: bool,
    versions: dict[str, str],
) -> SessionV1:
    """What stands in `session.json` of a session that begins now."""
    return SessionV1(
        recorded_at=recorded_at,
        station=station.station_id,
        task=task.task_id,
        source=source,
        marked_by="twin" if by_twin else "person",
        versions=versions,
    )


def read_session(path: Path) -> Session:
    """Read a session.

    Raises:
        SessionError: It is not whole.
        YamlFileError, EvidenceFileError: A file in it cannot be used.
    """
    folder = SessionFolder(path=path)
    needed = (folder.about, folder.task, folder.station, folder.evidence, folder.truth)
    missing = [one.name for one in needed if not one.is_file()]
    if missing:
        raise SessionError(
            f"{path} is no whole session: {', '.join(missing)} missing. "
            "Record one with: handwijzer record --out FOLDER"
        )
    try:
        SessionV1.model_validate_json(folder.about.read_text("utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        raise SessionError(
            f"{folder.about} cannot be used: {first['msg']}. Was it recorded by a newer Handwijzer?"
        ) from None
    return Session(
        name=path.name,
        task=read_task(folder.task),
        station=read_station(folder.station),
        truth=_truth(folder.truth),
        evidence=read_evidence(folder.evidence),
        folder=folder,
    )


def _unpacked(path: Path) -> str:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return lines.read()
    except (OSError, EOFError, UnicodeDecodeError):
        raise SessionError(f"{path} is damaged: it was cut off or changed.") from None


def _truth(path: Path) -> tuple[dict[str, Any], ...]:
    lines: list[dict[str, Any]] = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            line = json.loads(text)
            lines.append({**line, "at_s": float(line["at_s"]), "run": int(line["run"])})
        except (ValueError, KeyError, TypeError):
            raise SessionError(f"{path}, line {number}: is no mark of the truth.") from None
    return tuple(lines)
