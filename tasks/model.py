"""What the work is: a task, its steps, and evidence about them. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Localized = dict[str, str]
"""Language code (`nl`, `en`) to text."""


class SignKind(StrEnum):
    """What evidence can say. A sign is a kind and a name: `picked:bin_a`."""

    REACHED = "reached"
    LEFT = "left"
    PICKED = "picked"
    PLACED = "placed"
    REMOVED = "removed"
    LOOKS = "looks"
    TOUCHED = "touched"
    SIGNAL = "signal"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True, order=True)
class Sign:
    """What was seen, without saying how surely: `picked:bin_a`.

    Attributes:
        kind: What happened.
        name: The zone, button, step, signal or activity it happened to.
    """

    kind: SignKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Sign:
        """Read `kind:name`.

        Raises:
            ValueError: The kind is unknown, or the name is missing.
        """
        kind, colon, name = text.partition(":")
        if not colon or not name:
            raise ValueError(f"a sign reads 'kind:name', such as 'picked:bin_a', not '{text}'")
        if kind not in SignKind.__members__.values():
            known = ", ".join(SignKind)
            raise ValueError(f"'{kind}' is no kind of sign; known are {known}")
        return cls(SignKind(kind), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation, read against the zones of this bench.

    Attributes:
        at_s: When, in seconds on the clock of the source.
        sign: What was seen.
        p: The probability that it really happened, 0 to 1.
    """

    at_s: float
    sign: Sign
    p: float

    def __post_init__(self) -> None:
        if not isfinite(self.at_s):
            raise ValueError(f"at_s must be a number of seconds, not {self.at_s}")
        if not 0.0 <= self.p <= 1.0:
            raise ValueError(f"p must be between 0 and 1, not {self.p}")


class Finish(StrEnum):
    """What finishes a step; the key of the YAML that says so."""

    TAKE = "take"
    PLACE = "place"
    REMOVE = "remove"
    LOOKS = "looks"
    CONFIRM = "confirm"
    SIGNAL = "signal"
    ACTIVITY = "activity"
    WAIT = "wait_s"


SIGN_OF_FINISH: Mapping[Finish, SignKind] = {
    Finish.TAKE: SignKind.PICKED,
    Finish.PLACE: SignKind.PLACED,
    Finish.REMOVE: SignKind.REMOVED,
    Finish.LOOKS: SignKind.LOOKS,
    Finish.CONFIRM: SignKind.TOUCHED,
    Finish.SIGNAL: SignKind.SIGNAL,
    Finish.ACTIVITY: SignKind.ACTIVITY,
}
"""The sign that finishes a step. `wait_s` has none: time itself finishes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, as one place in the run: a step that repeats stands here once a turn.

    Attributes:
        step_id: The coach's name for it. Turns of a repeated step share it.
        turn: Which repetition this is, from 1.
        turns: How many there are.
        say: The instruction in few words, by language.
        finish: What finishes it.
        target: The zone, button, signal, activity or taught look that `finish` is about;
            empty for `wait_s`.
        wait_s: How long to wait, for `wait_s`.
        usual_s: How long it usually takes.
        picture: Path of a picture, absolute, or None.
        zone: The zone to light when `target` is not one (a screw driven in the jig), or None.
        after: Places in the task (indices into `Task.steps`) that must be finished before this
            one can be. Empty for the first; the step before it in a plain order.
    """

    step_id: str
    say: Localized
    finish: Finish
    target: str = ""
    turn: int = 1
    turns: int = 1
    wait_s: float = 0.0
    usual_s: float = 5.0
    picture: str | None = None
    zone: str | None = None
    after: frozenset[int] = frozenset()

    @property
    def sign(self) -> Sign | None:
        """The sign that finishes this step; None for `wait_s`."""
        kind = SIGN_OF_FINISH.get(self.finish)
        return None if kind is None else Sign(kind, self.target)

    @property
    def lit_zone(self) -> str | None:
        """The zone where the light for this step goes, if it has one."""
        if self.finish in {Finish.TAKE, Finish.PLACE, Finish.REMOVE, Finish.CONFIRM}:
            return self.target
        return self.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Named work in steps.

    Attributes:
        task_id: The coach's name for it.
        title: By language.
        steps: In the order in which a coach would show them; repeats are written out. Which may
            come earlier is in each step's `after`.
        cycle: Starts again when it is done.
    """

    task_id: str
    title: Localized
    steps: tuple[Step, ...]
    cycle: bool = False

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError(f"task '{self.task_id}' has no steps")
        for place, step in enumerate(self.steps):
            if any(before < 0 or before >= place for before in step.after):
                raise ValueError(f"step '{step.step_id}' waits for a step that comes later")


def in_language(text: Localized, language: str) -> str:
    """The text in this language, else in English, else in the first one it has, else ''."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names a station offers to a task: what `tasks check` compares with.

    Attributes:
        bins: Zones that parts are taken from.
        places: Zones that parts are put in.
        buttons: Zones that are touched.
    """

    bins: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)
    buttons: frozenset[str] = field(default_factory=frozenset)
