"""The truth, marked by somebody who watches: which step was finished when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tasks.model import Task
from tasks.order import order_of

MOST_CHOICES = 9
"""A block of more steps than digits: the first nine can be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing that was truly done.

    Attributes:
        at_s: When, on the clock of the frames.
        place: Which step, as its index in the task.
        run: In which run, from 1.
    """

    at_s: float
    place: int
    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """All marks of a session so far. A value: each mark gives a new one.

    Attributes:
        task: The task that is done.
        made: The marks, oldest first.
    """

    task: Task
    made: tuple[Mark, ...] = field(default=())

    @property
    def run(self) -> int:
        """The run that goes on now, from 1."""
        if not self.made:
            return 1
        last = self.made[-1].run
        return last + 1 if len(self._done_in(last)) == len(self.task.steps) else last

    @property
    def choices(self) -> tuple[int, ...]:
        """The steps that may be finished next, in the coach's order. Steps that only wait too."""
        order, done, open_steps = order_of(self.task), 0, 0
        open_steps = order.first
        for place in self._done_in(self.run):
            done |= 1 << place
            open_steps = order.opened(open_steps, done, place)
        return tuple(place for place in range(len(self.task.steps)) if open_steps >> place & 1)

    def marked(self, at_s: float, choice: int = 0) -> Marks:
        """The same and one more: choice 0 is the first of `choices`.

        A number beyond the choices marks nothing.
        """
        choices = self.choices[:MOST_CHOICES]
        if not 0 <= choice < len(choices):
            return self
        mark = Mark(at_s=at_s, place=choices[choice], run=self.run)
        return replace(self, made=(*self.made, mark))

    def withdrawn(self) -> Marks:
        """Without the last mark."""
        return replace(self, made=self.made[:-1])

    def lines(self) -> list[dict[str, Any]]:
        """As they stand in the truth file; the same keys as the twin's."""
        lines: list[dict[str, Any]] = []
        for number, mark in enumerate(self.made):
            step = self.task.steps[mark.place]
            lines.append(
                {
                    "at_s": round(mark.at_s, 3),
                    "what": "step_done",
                    "run": mark.run,
                    "step": step.step_id,
                    "turn": step.turn,
                    "place": mark.place,
                    "zone": step.lit_zone,
                }
            )
            if len(_run(self.made[: number + 1], mark.run)) == len(self.task.steps):
                lines.append({"at_s": round(mark.at_s, 3), "what": "run_done", "run": mark.run})
        return lines

    def _done_in(self, run: int) -> list[int]:
        return _run(self.made, run)


def _run(marks: Sequence[Mark], run: int) -> list[int]:
    return [mark.place for mark in marks if mark.run == run]
