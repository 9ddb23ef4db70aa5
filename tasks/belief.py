"""What the station thinks about one run, as a value: replaced, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tasks.events import SupportLevel
from tasks.learned import Counts
from tasks.model import SignKind
from tasks.order import places_of
from tasks.tempo import NO_TEMPO, Tempo

if TYPE_CHECKING:
    from tasks.events import Event
    from tasks.order import Order, StepSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One way in which the run may stand, and how probable that is.

    Attributes:
        done: The steps that are behind the worker.
        open: The steps that may come next.
        unseen: Those of `done` whose own sign was not seen: it follows from a later one.
        weight: Probability, 0 to 1; all guesses together are 1.
        last: The step that was finished last, or None.
        since_s: When that was.
        doing: The open step that an activity is under way for, or None: a gap between steps.
        phases: How probable it is that this activity is in each of its phases at each pace,
            together 1: see `tasks.streams`. In a gap how probable each pace is; empty when no
            recogniser of activities has spoken.
    """

    done: StepSet
    open: StepSet
    unseen: StepSet = 0
    weight: float
    last: int | None
    since_s: float
    doing: int | None = None
    phases: tuple[float, ...] = ()

    def weighing(self, weight: float) -> Guess:
        """The same guess, so probable. Faster than `replace`: this is the innermost loop."""
        return Guess(
            done=self.done,
            open=self.open,
            unseen=self.unseen,
            weight=weight,
            last=self.last,
            since_s=self.since_s,
            doing=self.doing,
            phases=self.phases,
        )

    def flowing(self, *, doing: int | None, phases: tuple[float, ...], weight: float) -> Guess:
        """The same guess with an activity under way, or none."""
        return Guess(
            done=self.done,
            open=self.open,
            unseen=self.unseen,
            weight=weight,
            last=self.last,
            since_s=self.since_s,
            doing=doing,
            phases=phases,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongZone:
    """A hand went where no step wants it now.

    Attributes:
        zone: Where it went.
        until_s: Until when the light there says "look again".
    """

    zone: str
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReach:
    """A wrong reach that was told already, so that one visit is told once.

    Attributes:
        zone: Where.
        at_s: When it was told.
        left_s: When the hand left again; None while it is there.
    """

    zone: str
    at_s: float
    left_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Trail:
    """The steps that were reported as finished, newest first: what `back` goes back along."""

    place: int
    before: Trail | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A step that time finishes."""

    place: int
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What a recogniser that speaks many times a second said last.

    Attributes:
        kind: Of its signs.
        said_s: When.
        first: The label that was most probable then.
        turned: To what it turned in this run while each activity went on, as far as that is
            believed: by the label of the activity, and then by the label that came up.
        tempo: How quick the worker was in this run, as far as it tells.
    """

    kind: SignKind
    said_s: float
    first: str
    turned: Mapping[str, Counts] = field(default_factory=dict)
    tempo: Tempo = NO_TEMPO


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """What would be thought if a pause had ended: see `tasks.pausing`.

    Attributes:
        belief: That goes on.
        told: What it has told so far.
        since_s: When it last came further.
    """

    belief: Belief
    told: tuple[Event, ...] = ()
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What the station thinks about one run.

    What is reported (`done`) only follows what is believed (`guesses`) when it is sure enough.

    Attributes:
        order: Of the run's task.
        bins: Zones that parts are taken from, for wrong reaches.
        guesses: How the run may stand, most probable first. Always at least one.
        reported: The steps that were reported as finished.
        said: Those of `reported` that the worker or a clock said are done.
        open: The steps that may come next, going by `reported`.
        trail: The steps in the order in which they were reported.
        shown: The step the worker is shown; None when the run is finished.
        asked: The step about which the worker is asked "is it done?", or None.
        step_since_s: Since when the worker is on the step shown. Pauses do not count: a resumed
            run has this moved on by as long as the pause was.
        run_since_s: The same for the run.
        last_s: The newest time that was told. Time never falls.
        paused_s: Since when the run is paused, or None.
        meanwhile: What was seen in this pause, or None: nothing yet.
        help_wanted: A coach was called and has not answered.
        doubt_since_s: Since when it is unclear whether a step is done, or None.
        long_asked: The worker was asked about this step because nothing was seen for long.
        questioned: The steps about which the worker was asked already: once each.
        asked_s: When the worker was asked last, or None.
        wrong_zone: The last wrong reach, for the light.
        told_reach: The last wrong reach, so that it is told once.
        wrong_pick: The wrong bin that a part came from since the step began, or None.
        waits: The open steps that time finishes.
        streams: What recognisers that speak many times a second said last.
        support: How much help is offered.
    """

    order: Order
    bins: frozenset[str]
    guesses: tuple[Guess, ...]
    reported: StepSet
    said: StepSet = 0
    open: StepSet
    trail: Trail | None = None
    shown: int | None
    asked: int | None = None
    step_since_s: float
    run_since_s: float
    last_s: float
    paused_s: float | None = None
    meanwhile: Meanwhile | None = None
    help_wanted: bool = False
    doubt_since_s: float | None = None
    long_asked: bool = False
    questioned: StepSet = 0
    asked_s: float | None = None
    wrong_zone: WrongZone | None = None
    told_reach: ToldReach | None = None
    wrong_pick: str | None = None
    waits: tuple[Wait, ...] = ()
    streams: tuple[Stream, ...] = ()
    support: SupportLevel = SupportLevel.CONTOUR

    @property
    def done(self) -> frozenset[int]:
        """The places that were reported as finished. Enough to resume the run after a crash."""
        return frozenset(places_of(self.reported))

    @property
    def steps_done(self) -> int:
        """How many steps were reported as finished."""
        return self.reported.bit_count()

    @property
    def current(self) -> int | None:
        """The place of the step the worker is shown or asked about; None when all is done."""
        return self.shown if self.asked is None else self.asked

    @property
    def paused(self) -> bool:
        """Whether the worker paused."""
        return self.paused_s is not None

    @property
    def unsure(self) -> bool:
        """Whether the worker is being asked if the current step is done."""
        return self.asked is not None

    @property
    def finished(self) -> bool:
        """Whether every step was reported."""
        return self.reported == self.order.everything

    def sureness(self, place: int) -> float:
        """How probable it is that this step is done, 0 to 1."""
        bit = 1 << place
        return min(1.0, sum(guess.weight for guess in self.guesses if guess.done & bit))
