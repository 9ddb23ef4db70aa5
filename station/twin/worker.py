"""The worker: knows the task, follows the light, has a character."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from random import Random

from station.twin.body import TICK_S, Body, Ticks
from station.twin.deeds import Deeds
from station.twin.hand_shape import Side
from station.twin.loose_parts import LooseParts, middle
from station.twin.motion import Hand
from station.twin.personas import Persona
from station.twin.sight import Sight
from station.twin.truth import Deed, TruthBook, TwinTruth
from station_config.station import ButtonUse, Station, Zone, ZoneKind
from tasks.model import Finish, Step, Task

WhichPlace = Generator[None, None, int]
"""Ticks that end with a place in the task."""

_SITS_DOWN_S = 1.0
_SAME_ZONE_S = 0.8
"""When the next step is where the last one was, nothing moves that could be seen; people wait a
moment before they go on."""
_BETWEEN_RUNS_S = 1.0
_ANSWERS_AFTER_S = 1.5
"""A question takes longer to read than a light."""
_FREEZES_AFTER_S = 1.0
"""Longer than any pause between two frames of a camera that works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a worker has around him.

    Attributes:
        station: The bench.
        task: What he has learned.
        sight: How he sees light.
        parts: What lies loose.
        truth: Where what he does is written down.
        on_signal: Called with the name of a signal when his tool gives it.
        sent_away: Whether he must keep off the bench at this moment of the twin's clock.
    """

    station: Station
    task: Task
    sight: Sight
    parts: LooseParts
    truth: TruthBook
    on_signal: Callable[[str], None]
    sent_away: Callable[[float], bool]


class Worker:
    """One person at the bench."""

    def __init__(
        self,
        around: Surroundings,
        persona: Persona,
        seed: int,
        done: frozenset[int] = frozenset(),
    ) -> None:
        """Sit down. `done` are the places of the first run that are done already."""
        self._around, self._persona = around, persona
        self._rng = Random(seed)  # noqa: S311 - characters, not secrets
        self._bins = [z for z in around.station.zones.values() if z.kind is ZoneKind.BIN]
        fronts = [min(y for _, y in zone.polygon_mm) for zone in self._bins]
        slack_y_mm = min(fronts, default=around.station.bench_mm[1]) - 90.0
        self._body = Body(persona.peak_mm_s, slack_y_mm)
        self._deeds = Deeds(
            body=self._body,
            station=around.station,
            parts=around.parts,
            sight=around.sight,
            persona=persona,
            rng=self._rng,
            on_signal=around.on_signal,
        )
        self._run, self._done = 0, set(done)
        self._done_at_s = 0.0
        self._frozen_s = 0.0
        self._last: Step | None = None
        self._break_at_s = persona.breaks_every_s
        self._life = self._lives()

    @property
    def hands(self) -> tuple[Hand, ...]:
        """Both hands, the lower one first."""
        return self._body.hands()

    def live_until(self, now_s: float) -> None:
        """Go on until this moment of the twin's clock.

        While nobody looks for longer than a moment (the camera is unplugged), he stands still:
        he could not see the light move either.
        """
        behind_s = now_s - self._frozen_s - self._body.now_s
        if behind_s > _FREEZES_AFTER_S:
            self._frozen_s += behind_s
        while self._body.now_s + TICK_S <= now_s - self._frozen_s:
            self._body.now_s += TICK_S
            next(self._life)

    def _lives(self) -> Ticks:
        yield from self._body.wait(_SITS_DOWN_S)
        while True:
            self._run += 1
            yield from self._one_run()
            self._done, self._last = set(), None
            yield from self._body.wait(_BETWEEN_RUNS_S)
            yield from self._deeds.clear()

    def _one_run(self) -> Ticks:
        steps = self._around.task.steps
        while len(self._done) < len(steps):
            place = yield from self._next_place()
            if not self._done:
                self._write(Deed.RUN_BEGUN)
            if steps[place].finish is Finish.TAKE:
                yield from self._stray(place)
            following = steps[place + 1] if place + 1 < len(steps) else None
            since_s = self._body.now_s - self._done_at_s
            act = self._deeds.act(steps[place], following, since_s, partial(self._finish, place))
            yield from act
            self._last = steps[place]

    def _next_place(self) -> WhichPlace:
        """Wait for light on something that may come next. Gives its place in the task."""
        waits_from_s, seen_from_s, tried_again = self._body.now_s, None, 0
        while True:
            yield
            yield from self._off_for_a_while()
            now_s = self._body.now_s
            may = self._may_come()
            lit = [place for place in may if self._invited(place)]
            seen_from_s = (seen_from_s or now_s) if lit else None
            if seen_from_s is not None and now_s - seen_from_s >= self._reaction_s(lit[0]):
                return self._chosen(lit)
            waited_s = now_s - waits_from_s
            if self._last is None:
                self._rest_both(waited_s)
            elif waited_s >= self._persona.gives_up_s:
                return may[0]
            elif not lit:
                tried_again += yield from self._bear(self._last, waited_s, tried_again)

    def _bear(self, last: Step, waited_s: float, tried_again: int) -> WhichPlace:
        """No light: answer when the station asks, and do the last thing again after a while.

        Gives 1 when something was tried again, else 0.
        """
        if waited_s >= _ANSWERS_AFTER_S and self._asked():
            yield from self._deeds.answer_yes()
        elif waited_s >= self._persona.patience_s * (tried_again + 1):
            yield from self._try_again(last)
            return 1
        return 0

    def _asked(self) -> bool:
        """Whether the station asks if it was done: then its button for yes is bright."""
        return any(
            zone.use is ButtonUse.NEXT and self._around.sight.bright(zone.zone_id)
            for zone in self._around.station.zones.values()
        )

    def _may_come(self) -> list[int]:
        """Steps that may come now; first what needs the part in the hand."""
        steps = self._around.task.steps
        may = [
            place
            for place, step in enumerate(steps)
            if place not in self._done and step.after <= self._done
        ]
        if self._deeds.hands_full:
            may.sort(key=lambda place: steps[place].finish is not Finish.PLACE)
        return may

    def _invited(self, place: int) -> bool:
        """Whether light is on the step's zone. Waiting needs none, nor does a step without one."""
        step = self._around.task.steps[place]
        zone = None if step.finish is Finish.WAIT else step.lit_zone
        return zone is None or self._around.sight.lit(zone)

    def _reaction_s(self, place: int) -> float:
        zone = self._around.task.steps[place].lit_zone
        same = self._last is not None and (zone is None or zone == self._last.lit_zone)
        return self._persona.reacts_s + (_SAME_ZONE_S if same else 0.0)

    def _chosen(self, lit: list[int]) -> int:
        """The first, or by character another one of the same kind."""
        steps = self._around.task.steps
        alike = [place for place in lit if steps[place].finish is steps[lit[0]].finish]
        if len(alike) > 1 and self._rng.random() < self._persona.own_order_share:
            return self._rng.choice(alike[1:])
        return lit[0]

    def _stray(self, place: int) -> Ticks:
        """Before taking, perhaps reach into a bin that is not meant."""
        wanted = {self._around.task.steps[each].target for each in self._may_come()}
        others = [zone for zone in self._bins if zone.zone_id not in wanted]
        later = {
            step.target
            for each, step in enumerate(self._around.task.steps)
            if each > place and each not in self._done and step.finish is Finish.TAKE
        }
        ahead = [zone for zone in others if zone.zone_id in later]
        if ahead and self._rng.random() < self._persona.skips_share:
            yield from self._reach_wrongly(place, ahead[0])
        elif others and self._rng.random() < self._persona.wrong_bin_share:
            meant_x, _ = middle(self._around.station.zones[self._around.task.steps[place].target])
            others.sort(key=lambda zone: abs(middle(zone)[0] - meant_x))
            yield from self._reach_wrongly(place, others[0])

    def _reach_wrongly(self, place: int, zone: Zone) -> Ticks:
        def dwelt() -> None:
            self._write(Deed.WRONG_REACH, place, zone.zone_id)

        yield from self._deeds.reach_wrongly(zone, dwelt)

    def _try_again(self, last: Step) -> Ticks:
        """The light has not moved: perhaps the last deed was not seen."""
        if last.lit_zone is not None and self._around.sight.lit(last.lit_zone):
            yield from self._deeds.act_again(last)

    def _off_for_a_while(self) -> Ticks:
        """Leave the bench when sent away, or for a break, and come back."""
        now_s = self._body.now_s
        due = self._break_at_s is not None and now_s >= self._break_at_s and self._last is not None
        away_until_s = now_s + self._persona.break_s * self._rng.uniform(0.8, 1.2) if due else 0.0
        if not due and not self._sent_away():
            return
        self._body.leave()
        while self._body.now_s < away_until_s or self._sent_away():
            yield
        if self._persona.breaks_every_s is not None:
            self._break_at_s = self._body.now_s + self._persona.breaks_every_s
        self._rest_both(_SITS_DOWN_S)

    def _sent_away(self) -> bool:
        return self._around.sent_away(self._body.now_s + self._frozen_s)

    def _rest_both(self, waited_s: float) -> None:
        """Hands on the bench, after having sat down."""
        if waited_s >= _SITS_DOWN_S:
            for side in Side:
                self._body.rest(side)

    def _finish(self, place: int) -> None:
        self._done.add(place)
        self._done_at_s = self._body.now_s
        self._write(Deed.STEP_DONE, place, self._around.task.steps[place].lit_zone)
        if len(self._done) == len(self._around.task.steps):
            self._write(Deed.RUN_DONE)

    def _write(self, what: Deed, place: int | None = None, zone: str | None = None) -> None:
        step = None if place is None else self._around.task.steps[place]
        self._around.truth.add(
            TwinTruth(
                at_s=self._body.now_s + self._frozen_s,
                what=what,
                run=self._run,
                step=None if step is None else step.step_id,
                turn=None if step is None else step.turn,
                place=place,
                zone=zone,
            )
        )
