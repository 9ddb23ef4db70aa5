"""What the station has to tell the hub, on disk until the hub says that it has stored it.

An event and the state of the run it belongs to are written in one transaction, so that after a
power cut the run goes on at exactly the step that the hub will hear of.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

logger = logging.getLogger(__name__)

KEEP_S = 7 * 24 * 3600.0
"""What the hub has stored stays for a week: one restored from a backup may need it again."""
SWEEP_EVERY_S = 3600.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id TEXT NOT NULL, newest_seq INTEGER NOT NULL, acked_to INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY, payload TEXT NOT NULL, added_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS run (one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL);
"""


class OutboxError(Exception):
    """The disk would not take it: full, read-only or gone. Nothing was written; try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """Where a run was, enough to go on after a power cut.

    Attributes:
        run_id: The run.
        task_id: The task's name.
        steps: How many steps the task had; a task that was changed since cannot be gone on with.
        done: The places of the steps that were finished.
        paused: Whether the worker had paused.
        help_wanted: Whether a coach was called and had not answered.
    """

    run_id: UUID
    task_id: str
    steps: int
    done: frozenset[int]
    paused: bool = False
    help_wanted: bool = False

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(
            {
                "run_id": str(self.run_id),
                "task_id": self.task_id,
                "steps": self.steps,
                "done": sorted(self.done),
                "paused": self.paused,
                "help_wanted": self.help_wanted,
            }
        )

    @classmethod
    def from_json(cls, line: str) -> RunState:
        """Read what `to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: It is something else.
        """
        written = json.loads(line)
        return cls(
            run_id=UUID(str(written["run_id"])),
            task_id=written["task_id"],
            steps=int(written["steps"]),
            done=frozenset(int(place) for place in written["done"]),
            paused=bool(written["paused"]),
            help_wanted=bool(written["help_wanted"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the outbox holds; what a hub that knows nothing of it must be told.

    Attributes:
        outbox_id: Made with the file, and again when two stations turn out to use the same.
        oldest_seq: Lowest number still kept; the next to be given when it is empty.
        newest_seq: Highest number ever given, 0 when none.
        acked_to: The hub has stored everything up to here.
    """

    outbox_id: UUID
    oldest_seq: int
    newest_seq: int
    acked_to: int


class Outbox:
    """Events in the order in which they happened, numbered from 1 without gaps.

    One connection, used by the main thread (adds) and the report thread (reads, marks).
    """

    def __init__(self, path: Path, *, wall_s: Callable[[], float] = time.time) -> None:
        """Open or make the file. A damaged file is set aside and a new one begun.

        Args:
            path: The SQLite file; its folder is made.
            wall_s: Seconds since 1970, for how long events are kept.

        Raises:
            OutboxError: The folder or file cannot be written.
        """
        self._lock = threading.Lock()
        self._wall_s = wall_s
        self._swept_s = wall_s()
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._opened_or_begun_anew()
        except (OSError, sqlite3.Error) as error:
            raise OutboxError(f"cannot write {path}: {error}") from error

    def add(self, payloads: Sequence[str], run: RunState | None) -> None:
        """Keep events and the run's state, all or nothing.

        Args:
            payloads: JSON objects in the order in which they happened.
            run: The state of the run after them; None when no run is going on.

        Raises:
            OutboxError: The disk would not take them; nothing was kept.
        """
        now_s = self._wall_s()
        with self._lock:
            try:
                with self._db:
                    newest = int(self._db.execute("SELECT newest_seq FROM outbox").fetchone()[0])
                    self._db.executemany(
                        "INSERT INTO event VALUES (?, ?, ?)",
                        [(newest + n, line, now_s) for n, line in enumerate(payloads, start=1)],
                    )
                    self._db.execute("UPDATE outbox SET newest_seq = ?", (newest + len(payloads),))
                    self._db.execute("DELETE FROM run")
                    if run is not None:
                        self._db.execute("INSERT INTO run VALUES (1, ?)", (run.to_json(),))
            except sqlite3.Error as error:
                raise OutboxError(f"cannot write {self.path}: {error}") from error

    def run(self) -> RunState | None:
        """The run that was going on when the station last wrote, if any."""
        with self._lock:
            row = self._db.execute("SELECT state FROM run").fetchone()
        if row is None:
            return None
        try:
            return RunState.from_json(row[0])
        except (ValueError, KeyError, TypeError):
            logger.exception("the kept run cannot be read; a new one begins")
            return None

    def after(self, seq: int, most: int) -> list[tuple[int, str]]:
        """Up to `most` kept events numbered above `seq`, oldest first: (number, JSON)."""
        with self._lock:
            return self._db.execute(
                "SELECT seq, payload FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (seq, most)
            ).fetchall()

    def standing(self) -> Standing:
        """What the outbox holds now."""
        with self._lock:
            name, newest, acked = self._db.execute(
                "SELECT id, newest_seq, acked_to FROM outbox"
            ).fetchone()
            oldest = self._db.execute("SELECT MIN(seq) FROM event").fetchone()[0]
        return Standing(
            outbox_id=UUID(name),
            oldest_seq=newest + 1 if oldest is None else oldest,
            newest_seq=newest,
            acked_to=acked,
        )

    def stored_to(self, seq: int) -> None:
        """The hub has stored everything up to `seq`. Failing to note that only means repeating."""
        now_s = self._wall_s()
        with self._lock:
            try:
                with self._db:
                    self._db.execute("UPDATE outbox SET acked_to = ?", (seq,))
                    if now_s - self._swept_s > SWEEP_EVERY_S:
                        self._db.execute(
                            "DELETE FROM event WHERE seq <= ? AND added_at < ?",
                            (seq, now_s - KEEP_S),
                        )
                        self._swept_s = now_s
            except sqlite3.Error:
                logger.exception("cannot note what the hub has stored; it will be sent again")

    def renew(self) -> None:
        """Become another outbox: a new id, and everything that is kept numbered from 1 again.

        For a disk that was copied or restored from a backup, where numbers were given twice.

        Raises:
            OutboxError: The disk would not take it; nothing has changed.
        """
        with self._lock:
            try:
                with self._db:
                    kept = self._db.execute("SELECT payload, added_at FROM event ORDER BY seq")
                    rows = [(n, *row) for n, row in enumerate(kept.fetchall(), start=1)]
                    self._db.execute("DELETE FROM event")
                    self._db.executemany("INSERT INTO event VALUES (?, ?, ?)", rows)
                    self._db.execute(
                        "UPDATE outbox SET id = ?, newest_seq = ?, acked_to = 0",
                        (str(uuid4()), len(rows)),
                    )
            except sqlite3.Error as error:
                raise OutboxError(f"cannot write {self.path}: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _opened_or_begun_anew(self) -> sqlite3.Connection:
        try:
            return _opened(self.path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            aside = self.path.with_name(f"{self.path.name}.damaged-{int(self._wall_s())}")
            logger.exception("outbox %s is damaged; set aside as %s", self.path, aside.name)
            self.path.rename(aside)
            for rest in ("-wal", "-shm"):
                self.path.with_name(self.path.name + rest).unlink(missing_ok=True)
            return _opened(self.path)


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, check_same_thread=False, timeout=5.0)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # FULL: an event is on the disk, not in its cache, before the hub can hear of it.
        db.execute("PRAGMA synchronous = FULL")
        with db:
            db.executescript(_SCHEMA)
            if db.execute("SELECT 1 FROM outbox").fetchone() is None:
                db.execute("INSERT INTO outbox VALUES (?, 0, 0)", (str(uuid4()),))
    except sqlite3.Error:
        db.close()
        raise
    return db
