"""Which step may come after which: a task's partial order, ready for questions in constant time.

Sets of steps are whole numbers with one bit for each place in the task, so that "which open step
wants this sign" is one `&` for 10 steps and for 200.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.habits import habits_of
from tasks.model import Finish, Sign, SignKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tasks.habits import Habits
    from tasks.learned import Learned
    from tasks.model import Step, Task

StepSet = int
"""A set of places in the task: bit n stands for `task.steps[n]`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Order:
    """A task's partial order.

    Attributes:
        task: Whose order it is.
        after: For each place, the places it waits for directly.
        before: For each place, all places it waits for, directly or not.
        followers: For each place, the places that wait for it directly.
        wanting: Which places a sign finishes.
        of_finish: Which places are finished in which way.
        looks: Which places are finished by the looks of a zone, by that zone.
        bins: The zones this task takes from.
        first: What is open at the start.
        everything: All places.
        habits: What is to be expected of the task at this station.
        learned: What `habits` was made of; None for nothing.
    """

    task: Task
    after: tuple[StepSet, ...]
    before: tuple[StepSet, ...]
    followers: tuple[tuple[int, ...], ...]
    wanting: Mapping[Sign, StepSet]
    of_finish: Mapping[Finish, StepSet]
    looks: Mapping[str, StepSet]
    bins: frozenset[str]
    first: StepSet
    everything: StepSet
    habits: Habits
    learned: Learned | None = None

    def opened(self, open_steps: StepSet, done: StepSet, place: int) -> StepSet:
        """What is open after `place` was finished; `done` has it already."""
        open_steps &= ~(1 << place)
        for follower in self.followers[place]:
            if not self.after[follower] & ~done:
                open_steps |= 1 << follower
        return open_steps

    def closed(self, open_steps: StepSet, place: int) -> StepSet:
        """What is open after `place` was undone."""
        for follower in self.followers[place]:
            open_steps &= ~(1 << follower)
        return open_steps | 1 << place

    def continues(self, place: int, earlier: int) -> bool:
        """Whether `place` waits for `earlier` and for nothing else: take, then put it down."""
        return self.after[place] == 1 << earlier

    def wanted_by(self, sign: Sign) -> StepSet:
        """The places that this sign finishes."""
        return self.wanting.get(sign, 0)

    def is_wanted_from(self, zone: str) -> StepSet:
        """The places that take from this zone."""
        return self.wanting.get(Sign(SignKind.PICKED, zone), 0)


def order_of(task: Task, learned: Learned | None = None) -> Order:
    """Work out a task's order. Takes time in proportion to its length: once a run.

    Args:
        task: Whose order it is.
        learned: What the station has learned from its own runs.
    """
    after: list[StepSet] = []
    before: list[StepSet] = []
    followers: list[list[int]] = [[] for _ in task.steps]
    wanting: dict[Sign, StepSet] = {}
    of_finish: dict[Finish, StepSet] = dict.fromkeys(Finish, 0)
    looks: dict[str, StepSet] = {}
    for place, step in enumerate(task.steps):
        direct = earlier = 0
        for waited_for in step.after:
            followers[waited_for].append(place)
            direct |= 1 << waited_for
            earlier |= before[waited_for] | 1 << waited_for
        after.append(direct)
        before.append(earlier)
        of_finish[step.finish] |= 1 << place
        if step.finish is Finish.LOOKS and step.zone is not None:
            looks[step.zone] = looks.get(step.zone, 0) | 1 << place
        if step.sign is not None:
            wanting[step.sign] = wanting.get(step.sign, 0) | 1 << place
    return Order(
        task=task,
        after=tuple(after),
        before=tuple(before),
        followers=tuple(map(tuple, followers)),
        wanting=wanting,
        of_finish=of_finish,
        looks=looks,
        bins=frozenset(step.target for step in task.steps if step.finish is Finish.TAKE),
        first=sum(1 << place for place, direct in enumerate(after) if not direct),
        everything=(1 << len(task.steps)) - 1,
        habits=habits_of(task, learned),
        learned=learned,
    )


def lowest(places: StepSet) -> int:
    """The first place of a set that is not empty."""
    return (places & -places).bit_length() - 1


def places_of(places: StepSet) -> Iterator[int]:
    """The places of a set, lowest first."""
    while places:
        yield lowest(places)
        places &= places - 1


def step_at(order: Order, place: int) -> Step:
    """The step at a place."""
    return order.task.steps[place]
