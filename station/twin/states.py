"""What lies in a place after each step that its look finishes: one part more, always alike."""

from __future__ import annotations

from collections.abc import Iterable

from station.twin.loose_parts import LooseParts
from tasks.model import Finish, Step, Task

TURNED_DEG = 0.0
"""A jig holds parts as they should lie: the same each time, as looks were taught."""


def lay_state(parts: LooseParts, step: Step) -> None:
    """Lay what this step adds to its place; nothing for a step that no look finishes."""
    if step.finish is not Finish.LOOKS or step.zone is None:
        return
    number = parts.count(step.zone)
    parts.lay(step.zone, number, parts.next_spot(step.zone), turned_deg=TURNED_DEG)


def lay_done(parts: LooseParts, task: Task, done: Iterable[int]) -> None:
    """Lay what steps have added that were done before."""
    for place in sorted(done):
        lay_state(parts, task.steps[place])
