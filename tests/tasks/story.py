"""A run told as a story: what is seen and pressed goes in, what is told comes out."""

from __future__ import annotations

from collections.abc import Callable

from tasks.belief import Belief
from tasks.events import Event, EventType
from tasks.model import Evidence, Names, Sign, Task
from tasks.tracker import Press, advance, begin, press, tick

TaskWriter = Callable[[str], Task]


class Run:
    """One run of a task, told as a story: at so many seconds, this was seen."""

    def __init__(
        self,
        task: Task,
        *,
        at_s: float = 0.0,
        done: frozenset[int] = frozenset(),
        paused: bool = False,
        names: Names | None = None,
    ) -> None:
        self.task = task
        self.told: list[Event] = []
        self.belief: Belief
        self.belief, events = begin(task, at_s, done=done, paused=paused, names=names)
        self.told += events

    def sees(self, at_s: float, *signs: str, p: float = 0.93) -> Run:
        """Signs of one moment. `picked:bin_a=0.6` has its own probability."""
        evidence = []
        for written in signs:
            sign, _, own_p = written.partition("=")
            probability = float(own_p) if own_p else p
            evidence.append(Evidence(at_s=at_s, sign=Sign.parse(sign), p=probability))
        self.belief, events = advance(self.belief, evidence, self.task)
        self.told += events
        return self

    def presses(self, at_s: float, pressed: Press) -> Run:
        self.belief, events = press(self.belief, pressed, at_s, self.task)
        self.told += events
        return self

    def waits_until(self, at_s: float) -> Run:
        self.belief, events = tick(self.belief, at_s, self.task)
        self.told += events
        return self

    def of(self, kind: EventType) -> list[Event]:
        return [event for event in self.told if event.type is kind]

    @property
    def finished(self) -> list[str | None]:
        """The names of the finished steps, in the order in which they were told."""
        return [event.step for event in self.of(EventType.STEP_FINISHED)]

    @property
    def current(self) -> str | None:
        place = self.belief.current
        return None if place is None else self.task.steps[place].step_id
