"""What a station learns from its own runs: kept on its disk, used from the next run on."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from station.guide import Told
from tasks.events import EventType
from tasks.learned import Learned
from tasks.learned_lines import LearnedFileError, learned_lines, parse_learned
from tasks.learning import ConfirmedRun, Done, learned_from
from tasks.model import Evidence, Task

logger = logging.getLogger(__name__)

MOST_PIECES = 50_000
"""Evidence of one run that is kept in memory: half an hour of a recogniser that speaks always."""


def learned_path(folder: Path, task: Task) -> Path:
    """Where a station keeps what it learned of a task."""
    return folder / "learned" / f"{task.task_id}.jsonl"


def read_learned(path: Path) -> Learned:
    """What was learned so far; nothing when there is no file, or a damaged one.

    A damaged file is put aside, not lost: what it held can be learned again.
    """
    try:
        return parse_learned(path.read_text("utf-8").splitlines())
    except FileNotFoundError:
        return Learned()
    except (OSError, UnicodeDecodeError, LearnedFileError) as error:
        logger.warning("%s cannot be used and is put aside: %s", path, error)
        try:
            path.replace(path.with_suffix(".damaged"))
        except OSError:
            logger.exception("it cannot be put aside either")
        return Learned()


def write_learned(path: Path, learned: Learned) -> None:
    """Keep what was learned, whole or not at all.

    Raises:
        OSError: The disk does not take it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text("".join(f"{line}\n" for line in learned_lines(learned)), encoding="utf-8")
    part.replace(path)


class Learning:
    """Follows the runs of one task, and learns from each that came to its end.

    A run counts when it was finished without a question left open: its steps as they were told,
    without those taken back. Used by one thread.
    """

    def __init__(self, task: Task, path: Path) -> None:
        self._task, self._path = task, path
        self._places = {(step.step_id, step.turn): n for n, step in enumerate(task.steps)}
        self.learned = read_learned(path)
        self._forget(0.0)
        # A run that goes on after a restart is known only in part.
        self._is_clear = False

    def see(self, evidence: Sequence[Evidence]) -> None:
        """Take evidence of the run that goes on."""
        if len(self._evidence) < MOST_PIECES:
            self._evidence += evidence

    def hear(self, told: Sequence[Told]) -> bool:
        """Take what was told; says whether something was learned."""
        has_learned = False
        for event in (each.event for each in told):
            if event.type is EventType.RUN_STARTED:
                self._forget(event.at_s)
            place = self._places.get((event.step or "", event.turn or 1))
            if event.type is EventType.STEP_UNSURE:
                self._is_clear = False
            if place is not None and event.type is EventType.STEP_FINISHED:
                self._done[place] = event.at_s
            if place is not None and event.type is EventType.STEP_UNDONE:
                self._done.pop(place, None)
            if event.type is EventType.RUN_FINISHED:
                has_learned = self._learn(event.at_s) or has_learned
        return has_learned

    def _forget(self, start_s: float) -> None:
        self._start_s = start_s
        self._evidence: list[Evidence] = []
        self._done: dict[int, float] = {}
        self._is_clear = True

    def _learn(self, until_s: float) -> bool:
        if not self._is_clear or not self._done:
            return False
        in_order = sorted(self._done.items(), key=lambda one: one[1])
        run = ConfirmedRun(
            task=self._task,
            done=tuple(Done(place=place, at_s=at_s) for place, at_s in in_order),
            evidence=tuple(self._evidence),
            start_s=self._start_s,
            until_s=until_s,
        )
        self.learned += learned_from(run)
        try:
            write_learned(self._path, self.learned)
        except OSError as error:
            # What was learned is used all the same; the outbox tells the coach of a full disk.
            logger.warning("what was learned cannot be kept: %s", error)
        return True
