"""The station's turn: sight, evidence, belief, events, cue, marks, light, outbox.

Short enough to recite, and dark when it ends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from hub.wire import CommandV1
from projector.aim import Aim, Reach
from projector.buttons import Touch, in_steps
from projector.layout import marks_for
from projector.render import Renderer
from projector.scene import Mark
from projector.screen import Screen
from station.aiming import Aiming
from station.clock import SourceClock
from station.faults import Faults, Part
from station.guide import Guide, Told
from station.keeper import Keeper, Moment
from station.latency import Stages
from station.learning import Learning
from station.light_told import notice_of
from station.look_check import LooksNote
from station.look_light import LookLight
from station.outside import Activities, Signal, Silence, evidence_of
from station.report import Reporter
from station.run_views import RunViews
from station.watch import Seen, Watch
from station_config.station import Station, Zone
from tasks.cues import Cue
from tasks.events import Event, EventType
from tasks.model import Evidence
from tasks.tracker import Press

TURN_S = 0.05
"""Without a sight, a turn comes this often: keys work and lights breathe while the camera is
away."""
BLIND_AFTER_S = 1.0
"""A sight older than this says nothing about the bench as it is now."""
BROKER_PATIENCE_S = 5.0
"""A broker that is back sooner is not worth a fault on anybody's page."""

COMMANDS = {
    "help_is_coming": Press.HELP_ANSWERED,
    "pause": Press.PAUSE,
    "resume": Press.RESUME,
}


class Keys(Protocol):
    """Something that people press: the projector window's keyboard or a pedal."""

    def take_presses(self) -> Sequence[str]:
        """What was pressed since the last call, as names: next, back, help, pause, quit."""
        ...


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything the loop touches. Built once, in `station.app`, with real or twin parts.

    Attributes:
        shines: Whether the light falls on the bench that is watched: not without a screen, and
            not into a film. Only then do the eyes have to be told of it.
        aiming: Where light lands, when that may change while work goes on.
        looks: What is wrong with the looks that were taught.
        learning: What the station learns from its runs; None: nothing.
        evidence_seen: Takes each piece of evidence as well (`--evidence`).
    """

    station: Station
    guide: Guide
    watch: Watch
    renderer: Renderer
    screen: Screen
    keys: Keys
    keeper: Keeper
    reporter: Reporter
    clock: SourceClock
    stages: Stages
    shines: bool = True
    aiming: Aiming | None = None
    looks: LooksNote | None = None
    learning: Learning | None = None
    evidence_seen: Callable[[Evidence], None] = field(default=lambda _: None)


def run(parts: Parts, stop: threading.Event) -> None:
    """Guide until the film ends, somebody quits or `stop` is set.

    Raises:
        FrameSourceLostError: The film is broken.
        RuntimeError: A thread died for good. The bench is dark by then: old light is wrong light.
    """
    turn = Turn(parts)
    try:
        while not stop.is_set() and not turn.quit:
            seen = parts.watch.take(TURN_S)
            if seen is None and parts.watch.ended:
                break
            turn.take(seen)
    finally:
        parts.screen.put(*parts.renderer.draw((), parts.clock.now_s()))


class Turn:
    """One turn after another, with what lasts between them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._faults = Faults()
        self._untold: list[Told] = []
        self._cue: Cue | None = None
        self._whole: tuple[Mark, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._looks = LookLight(parts.guide.task, parts.station)
        self._dark: Zone | None = None
        self._prepared: tuple[Cue, tuple[Mark, ...]] | None = None
        self._touch: Touch | None = None
        self._lit_touch: Touch | None = None
        self._lit_aim: tuple[Aim, Reach | None] = (Aim.EXACT, None)
        self._lands_elsewhere = False
        self._views = RunViews()
        self._silence = Silence()
        self._broker_away_s: float | None = None
        self.quit = False

    def take(self, seen: Seen | None) -> None:
        """Sight to evidence to belief to light, then to the outbox."""
        parts = self._parts
        if seen is not None:
            parts.clock.set(taken_s=seen.taken_s, read_s=seen.read_s)
            parts.stages.sight(seen)
        now_s = parts.clock.now_s()
        self._untold += self._look_after(now_s)
        if not parts.guide.started:
            if seen is None and parts.clock.blind_s() < BLIND_AFTER_S:
                return
            self._untold += parts.guide.start(now_s)
        told, self._untold = self._untold, []
        if seen is not None:
            told += self._weigh(seen.sight.evidence)
            self._touch = _touch(seen)
        told += self._hear(now_s) + self._take_presses(now_s) + parts.guide.tick(now_s)
        if parts.shines:
            self._looks.turn(now_s, seen, parts.guide.belief)
        lit_s = self._light(now_s)
        self._tell(told, seen, lit_s)
        if parts.aiming is not None:
            stepped = any(one.event.type is EventType.STEP_STARTED for one in told)
            self._lands_elsewhere = parts.aiming.turn(
                now_s, seen, stepped=stepped, lit=lit_s is not None
            )
        if lit_s is not None:
            self._prepare(now_s)

    def _weigh(self, evidence: Sequence[Evidence]) -> list[Told]:
        for piece in evidence:
            self._parts.evidence_seen(piece)
        if self._parts.learning is not None:
            self._parts.learning.see(evidence)
        return self._parts.guide.weigh(evidence)

    def _hear(self, now_s: float) -> list[Told]:
        """Signals, labels and commands from outside."""
        told: list[Told] = []
        inbox = self._parts.reporter.inbox
        while not inbox.empty():
            match inbox.get():
                case Signal() | Activities() as outside:
                    self._silence.hear(outside, now_s)
                    told += self._weigh(evidence_of(outside, now_s))
                case CommandV1(kind=kind) if kind in COMMANDS:
                    told += self._parts.guide.press(COMMANDS[kind], now_s)
                case _:
                    continue
        return told

    def _take_presses(self, now_s: float) -> list[Told]:
        told: list[Told] = []
        for name in self._parts.keys.take_presses():
            if name == "quit":
                self.quit = True
            else:
                told += self._parts.guide.press(Press(name), now_s)
        return told

    def _look_after(self, now_s: float) -> list[Told]:
        """Note what is wrong with the station, and what is well again."""
        parts, faults = self._parts, self._faults
        trouble = parts.watch.trouble
        if trouble is None and parts.clock.blind_s() > BLIND_AFTER_S:
            trouble = (
                f"No picture came from the camera for {BLIND_AFTER_S:g} s. Is its cable in?"
                " The station goes on by itself when pictures come."
            )
        events: list[Event] = faults.note(Part.CAMERA, trouble, now_s)
        events += faults.note(Part.DISK, parts.keeper.trouble, now_s)
        events += faults.note(Part.BROKER, self._broker_trouble(), now_s)
        if parts.looks is not None:
            events += faults.note(Part.LOOKS, parts.looks.trouble, now_s)
        events += faults.note(Part.RECOGNISER, self._silence.trouble(now_s), now_s)
        events += faults.note(Part.NEIGHBOUR, parts.reporter.neighbour, now_s)
        if parts.aiming is not None:
            for part, text in parts.aiming.troubles.items():
                events += faults.note(part, text, now_s)
        return [Told(event=event, run_id=None) for event in events]

    def _broker_trouble(self) -> str | None:
        now_s, trouble = time.monotonic(), self._parts.reporter.trouble
        if trouble is None:
            self._broker_away_s = None
            return None
        if self._broker_away_s is None:
            self._broker_away_s = now_s
        return trouble if now_s - self._broker_away_s >= BROKER_PATIENCE_S else None

    def _light(self, now_s: float) -> float | None:
        """Draw and show what belongs on the bench now.

        Returns:
            When new guidance was out, on the clock of the source; None when it is as before.
        """
        parts = self._parts
        sees = Part.CAMERA not in self._faults.standing
        cue = parts.guide.cue(now_s, sees=sees)
        if cue.fraction is not None:
            cue = replace(cue, fraction=in_steps(cue.fraction))
        touch = self._touch if sees else None
        aim = self._aim()
        moves = aim != self._lit_aim or self._lands_elsewhere
        if moves:
            self._lit_aim, self._lands_elsewhere, self._prepared = aim, False, None
        # A wait that goes on is the same guidance with one brick more.
        is_new = self._cue is None or replace(cue, fraction=self._cue.fraction) != self._cue
        dark = self._looks.zone
        if cue != self._cue or touch != self._lit_touch or moves:
            self._whole = self._marks_of(cue, touch)
            self._show(cue, now_s, told=is_new or moves or dark != self._dark, moves=moves)
        elif dark != self._dark:
            self._show(cue, now_s, told=True, moves=False)
        self._cue, self._lit_touch, self._dark = cue, touch, dark
        picture, changed_px = parts.renderer.draw(self._marks, now_s)
        parts.screen.put(picture, changed_px)
        return parts.clock.now_s() if is_new else None

    def _show(self, cue: Cue, now_s: float, *, told: bool, moves: bool) -> None:
        """Have the marks of this cue shine, and tell the eyes where light changes."""
        marks = self._looks.shown(self._whole)
        if told and self._parts.shines:
            changed = set(marks) | set(self._marks) if moves else set(marks) ^ set(self._marks)
            lit = self._looks.lit_by(marks)
            self._parts.watch.notice(notice_of(now_s, self._cue, cue, tuple(changed), lit=lit))
        self._marks = marks

    def _prepare(self, now_s: float) -> None:
        """Paint what will most likely come next, now that the light is out and there is time."""
        cue = self._parts.guide.next_cue(now_s)
        if cue is not None:
            marks = self._marks_for(cue, None)
            self._parts.renderer.prepare(marks)
            self._prepared = (cue, marks)

    def _marks_of(self, cue: Cue, touch: Touch | None) -> tuple[Mark, ...]:
        if touch is None and self._prepared is not None and self._prepared[0] == cue:
            return self._prepared[1]
        return self._marks_for(cue, touch)

    def _marks_for(self, cue: Cue, touch: Touch | None) -> tuple[Mark, ...]:
        aim, reach = self._lit_aim
        return marks_for(cue, self._parts.station, touch=touch, aim=aim, reach=reach)

    def _aim(self) -> tuple[Aim, Reach | None]:
        """How far the light can be trusted now, and how far it reaches."""
        aiming = self._parts.aiming
        return (Aim.EXACT, None) if aiming is None else (aiming.aim, aiming.reach)

    def _tell(self, told: Sequence[Told], seen: Seen | None, lit_s: float | None) -> None:
        parts = self._parts
        latency = {} if seen is None or lit_s is None else parts.stages.lit(seen)
        moment = Moment(
            now_s=parts.clock.now_s(),
            wall=datetime.now(UTC),
            light_s=lit_s,
            latency_ms=latency,
        )
        if parts.keeper.keep(told, parts.guide.kept_state(), moment):
            parts.reporter.wake()
        if parts.learning is not None and parts.learning.hear(told):
            parts.guide.learned = parts.learning.learned
        standing = self._faults.standing.values()
        parts.reporter.show(self._views.view(parts.guide, standing, moment.wall))


def _touch(seen: Seen) -> Touch | None:
    """The button whose ring fills, in steps: each change of light costs the whole chain."""
    touching = seen.sight.touching
    if not touching:
        return None
    zone = max(touching, key=lambda name: touching[name])
    return Touch(zone=zone, fraction=in_steps(touching[zone]))
