"""What a supervisor may see of the run now, and since when it is so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from station.guide import Guide
from station.report import RunView


class RunViews:
    """Makes one view after another; remembers when the step and the wish for help began."""

    def __init__(self) -> None:
        self._help_since: datetime | None = None
        self._since: datetime | None = None
        self._shown: tuple[UUID | None, int | None] | None = None

    def view(self, guide: Guide, faults: Iterable[str], wall: datetime) -> RunView:
        """How the run stands.

        Args:
            guide: What is believed of it.
            faults: What is wrong with the station, in plain words.
            wall: Now, on the wall clock, UTC.
        """
        belief, task = guide.belief, guide.task
        if not belief.help_wanted:
            self._help_since = None
        elif self._help_since is None:
            self._help_since = wall
        step = None if belief.current is None else task.steps[belief.current]
        since = self._since if self._shown == (guide.run_id, belief.current) else wall
        self._since, self._shown = since, (guide.run_id, belief.current)
        return RunView(
            task=task.task_id,
            task_title=task.title,
            run_id=str(guide.run_id),
            step=None if step is None else step.step_id,
            step_words={} if step is None else step.say,
            step_number=len(belief.done) + (0 if belief.finished else 1),
            steps_total=len(task.steps),
            step_since=since,
            help_wanted=belief.help_wanted,
            help_since=self._help_since,
            paused=belief.paused,
            faults=tuple(faults),
        )
