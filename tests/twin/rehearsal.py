"""A worker before a perfect station: what he truly finishes is followed by light at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.bench import TwinBench, TwinWishes
from station.twin.geometry import Pinhole, twin_projector
from station.twin.hand_picture import Tone
from station.twin.loose_parts import LooseParts
from station.twin.motion import Hand
from station.twin.personas import FLUENT, Persona
from station.twin.sight import Sight
from station.twin.truth import Deed, TruthBook, TwinTruth
from station.twin.worker import Surroundings, Worker
from station_config.station import Station
from tasks.model import Task

GREEN_BGRX = (90, 235, 40, 0)
WHITE = (240, 240, 240, 0)
Rect = tuple[int, int, int, int]
MakeTwin = Callable[..., TwinBench]


def outline_px(projector: Pinhole, station: Station, zone: str) -> NDArray[np.int32]:
    """Corners of a zone in projector pixels."""
    corners = np.array(station.zones[zone].polygon_mm)
    flat = np.column_stack([corners, np.zeros(len(corners))])
    return np.round(projector.from_bench(flat)).astype(np.int32)


@dataclass
class PerfectLight:
    """Draws a ring round every zone that may come next."""

    station: Station
    task: Task
    projector: Pinhole
    picture: NDArray[np.uint8]
    done: set[int] = field(default_factory=set)
    fresh: bool = False
    asks: bool = False
    """The button that says yes is bright."""
    broken_after: int | None = None
    """No light moves any more after so many steps."""

    def told(self, fact: TwinTruth) -> None:
        """Follow the truth."""
        if fact.what is Deed.STEP_DONE and fact.place is not None:
            self.done.add(fact.place)
            if self.broken_after is None or len(self.done) <= self.broken_after:
                self.light()
        if fact.what is Deed.RUN_DONE:
            self.done.clear()
            if self.broken_after is None:
                self.light()

    @property
    def everywhere(self) -> Sequence[Rect]:
        """The whole picture."""
        tall, wide = self.picture.shape[:2]
        return [(0, 0, wide, tall)]

    def put(self, twin: TwinBench) -> None:
        """Hand the picture over if it is a new one."""
        if self.fresh:
            twin.put(self.picture, self.everywhere)
            self.fresh = False

    def light(self) -> None:
        """Light what may come next."""
        self.fresh = True
        self.picture[:] = 0
        if self.asks:
            cv2.fillPoly(self.picture, [outline_px(self.projector, self.station, "next")], WHITE)
        for place, step in enumerate(self.task.steps):
            if place in self.done or not step.after <= self.done or step.lit_zone is None:
                continue
            corners = outline_px(self.projector, self.station, step.lit_zone)
            cv2.polylines(self.picture, [corners], isClosed=True, color=GREEN_BGRX, thickness=12)


def lit_twin(
    station: Station, task: Task, *, tone: Tone = Tone.MEDIUM, broken_after: int | None = None
) -> tuple[TwinBench, PerfectLight]:
    """A fluent worker at a twin, and the light that he follows; `put` it with each frame."""
    lights: list[PerfectLight] = []

    def told(fact: TwinTruth) -> None:
        lights[0].told(fact)

    twin = TwinBench(station, task, FLUENT, TwinWishes(paced=False, tone=tone, told=told))
    picture = np.zeros((station.projector.height_px, station.projector.width_px, 4), np.uint8)
    lights.append(PerfectLight(station, task, twin.projector, picture, broken_after=broken_after))
    lights[0].light()
    return twin, lights[0]


@dataclass(frozen=True)
class Played:
    """What came of a rehearsal."""

    truth: tuple[TwinTruth, ...]
    signals: tuple[str, ...]
    hands: tuple[tuple[Hand, ...], ...]


def rehearse(
    station: Station,
    task: Task,
    persona: Persona,
    *,
    seed: int = 1,
    seconds: float = 60.0,
    broken_after: int | None = None,
    lit_from_s: float = 0.0,
    asks: bool = False,
    sent_away: Callable[[float], bool] = lambda _now_s: False,
) -> Played:
    """Let a worker work, thirty looks a second, without a camera."""
    size = (station.projector.width_px, station.projector.height_px)
    projector = twin_projector(station.bench_mm, size)
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    light = PerfectLight(station, task, projector, picture, broken_after=broken_after, asks=asks)
    book, signals, hands = TruthBook(told=light.told), list[str](), list[tuple[Hand, ...]]()
    around = Surroundings(
        station=station,
        task=task,
        sight=Sight(projector, station.zones, picture),
        parts=LooseParts(station.zones, {}),
        truth=book,
        on_signal=signals.append,
        sent_away=sent_away,
    )
    worker = Worker(around, persona, seed)
    for number in range(round(seconds * 30)):
        if number == round(lit_from_s * 30):
            light.light()
        worker.live_until(number / 30)
        hands.append(worker.hands)
    return Played(truth=book.lines, signals=tuple(signals), hands=tuple(hands))
