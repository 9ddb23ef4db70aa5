"""The run that is going on: evidence and presses in, events and cues out.

Everything that decides is in `tasks`; here is only what a station adds: which run it is, what its
projected buttons mean, and when the next run begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from station.outbox import RunState
from station_config.station import ButtonUse, Station
from tasks.cues import Cue, CueKind, cue_for
from tasks.events import Event, EventType
from tasks.learned import Learned
from tasks.model import Evidence, Sign, SignKind, Task
from tasks.task_file import names_of
from tasks.tracker import Belief, Press, advance, begin, press, tick

REST_S = 3.0
"""How long the worker sees that it is done before the next run begins."""

PRESSED = {
    ButtonUse.NEXT: Press.NEXT,
    ButtonUse.BACK: Press.BACK,
    ButtonUse.HELP: Press.HELP,
    ButtonUse.PAUSE: Press.PAUSE,
}
ANSWERED = {Press.NEXT: Press.YES, Press.BACK: Press.NO}
"""While the station asks, next says yes and back says no: on the bench, on keys, on a pedal."""

BELIEVED_TOUCH = 0.7
"""A projected button works for most touches that were meant, and for no hand passing over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event and the run it belongs to; None for facts about the station itself."""

    event: Event
    run_id: UUID | None


class Guide:
    """One task at one station, run after run.

    Time never falls here: a source whose clock begins anew does not take the run back.
    """

    def __init__(
        self,
        task: Task,
        station: Station,
        *,
        kept: RunState | None = None,
        learned: Learned | None = None,
    ) -> None:
        """Prepare a new run, or the one that was kept if it is of this very task.

        `learned` is what the station knows of its own runs; each run begins with what is known
        then.
        """
        fits = kept is not None and kept.task_id == task.task_id and kept.steps == len(task.steps)
        self._kept = kept if fits else None
        self._lost = kept if not fits else None
        self._uses = {
            name: PRESSED[zone.use] for name, zone in station.zones.items() if zone.use is not None
        }
        self._names = names_of(station)
        self._belief: Belief | None = None
        self._finished_s = 0.0
        self._now_s = 0.0
        self.task, self.learned = task, learned
        self.run_id: UUID | None = None

    @property
    def belief(self) -> Belief:
        """What the station thinks about the run.

        Raises:
            RuntimeError: `start` was not called.
        """
        if self._belief is None:
            raise RuntimeError("the guide was not started")
        return self._belief

    @property
    def started(self) -> bool:
        """Whether a run has begun."""
        return self._belief is not None

    def start(self, now_s: float) -> list[Told]:
        """Begin the first run, or go on with the kept one."""
        self._now_s = now_s
        told: list[Told] = []
        if self._lost is not None:
            stopped = Event(
                type=EventType.RUN_STOPPED,
                at_s=now_s,
                note=f"The station now has another task than '{self._lost.task_id}', or a changed"
                " one; that run ends here.",
            )
            told.append(Told(event=stopped, run_id=self._lost.run_id))
        if self._kept is None:
            return told + self._begin(now_s)
        self.run_id = self._kept.run_id
        self._belief, events = begin(
            self.task,
            now_s,
            done=self._kept.done,
            paused=self._kept.paused,
            names=self._names,
            learned=self.learned,
        )
        if self._kept.help_wanted:
            self._belief = replace(self._belief, help_wanted=True)
        return told + self._of_this_run(events)

    def weigh(self, evidence: Sequence[Evidence]) -> list[Told]:
        """Take evidence, oldest first; all of one moment is weighed together."""
        told: list[Told] = []
        waiting = list(evidence)
        while waiting:
            at_s = waiting[0].at_s
            moment = [piece for piece in waiting if piece.at_s == at_s]
            waiting = waiting[len(moment) :]
            told += self._weigh_moment(moment)
        return told

    def press(self, pressed: Press, now_s: float) -> list[Told]:
        """A key, a pedal or a projected button."""
        if self.belief.paused and pressed in {Press.PAUSE, Press.NEXT}:
            pressed = Press.RESUME
        elif self.belief.unsure:
            pressed = ANSWERED.get(pressed, pressed)
        self._belief, events = press(self.belief, pressed, self._later(now_s), self.task)
        return self._of_this_run(events)

    def tick(self, now_s: float) -> list[Told]:
        """Time passes; after a rest the next run begins."""
        now_s = self._later(now_s)
        self._belief, events = tick(self.belief, now_s, self.task)
        told = self._of_this_run(events)
        if self.belief.finished:
            rest_s = 0.0 if self.task.cycle else REST_S
            if now_s - self._finished_s >= rest_s:
                told += self._begin(now_s)
        return told

    def cue(self, now_s: float, *, sees: bool) -> Cue:
        """What to offer the worker now."""
        cue = cue_for(self.belief, self.task, self._later(now_s))
        if sees or cue.kind in {CueKind.PAUSED, CueKind.FINISHED}:
            return cue
        return replace(cue, kind=CueKind.NO_SIGHT, zone=None, also_zones=(), wrong_zone=None)

    def next_cue(self, now_s: float) -> Cue | None:
        """What will be offered when this step is done; None when nothing follows."""
        if self.belief.finished or self.belief.paused:
            return None
        belief, _ = press(self.belief, Press.NEXT, self._later(now_s), self.task)
        return cue_for(belief, self.task, self._now_s)

    def kept_state(self) -> RunState | None:
        """What must be on the disk for this run to go on after a power cut."""
        belief = self._belief
        if belief is None or self.run_id is None or belief.finished:
            return None
        return RunState(
            run_id=self.run_id,
            task_id=self.task.task_id,
            steps=len(self.task.steps),
            done=belief.done,
            paused=belief.paused,
            help_wanted=belief.help_wanted,
        )

    def _begin(self, now_s: float) -> list[Told]:
        self.run_id = uuid4()
        self._belief, events = begin(self.task, now_s, names=self._names, learned=self.learned)
        return self._of_this_run(events)

    def _weigh_moment(self, moment: list[Evidence]) -> list[Told]:
        told: list[Told] = []
        for piece in moment:
            pressed = self._uses.get(piece.sign.name)
            meant = piece.sign.kind is SignKind.TOUCHED and piece.p >= BELIEVED_TOUCH
            if pressed is not None and meant and not self._step_wants(piece.sign):
                told += self.press(pressed, piece.at_s)
        at_s = self._later(moment[0].at_s)
        timely = [replace(piece, at_s=at_s) for piece in moment]
        self._belief, events = advance(self.belief, timely, self.task)
        return told + self._of_this_run(events)

    def _step_wants(self, sign: Sign) -> bool:
        """Whether a button that always works is what this very step asks for."""
        current = self.belief.current
        return current is not None and self.task.steps[current].sign == sign

    def _of_this_run(self, events: Sequence[Event]) -> list[Told]:
        for event in events:
            if event.type is EventType.RUN_FINISHED:
                self._finished_s = event.at_s
        return [Told(event=event, run_id=self.run_id) for event in events]

    def _later(self, at_s: float) -> float:
        self._now_s = max(self._now_s, at_s)
        return self._now_s
