"""The virtual bench as a whole: a camera to look through and a projector to show light with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.twin.faults import Faults
from station.twin.geometry import Pinhole, twin_camera, twin_projector
from station.twin.hand_picture import Tone
from station.twin.light import RectPx
from station.twin.loose_parts import LooseParts
from station.twin.motion import Hand
from station.twin.optics import Optics
from station.twin.personas import Persona
from station.twin.scenery import Scenery, painted_scenery, surface_mm
from station.twin.setting import Setting
from station.twin.shutter import Shutter
from station.twin.sight import Sight
from station.twin.stage import Stage
from station.twin.staged import Staged
from station.twin.states import lay_done
from station.twin.truth import Deed, TruthBook, TwinTruth
from station.twin.worker import Surroundings, Worker
from station_config.station import Station
from tasks.model import Task
from vision.frames import Frame, FrameSourceLostError

LINGER_S = 2.0
"""After the last run: so long a station may take to tell its last step."""


def _nobody_hears(_name: str) -> None:
    """A signal without anything that takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinWishes:
    """What may be asked of a twin.

    Attributes:
        seed: Everything that is left to chance follows from it.
        paced: In real time; else as fast as frames are asked for, on a clock of its own.
        tone: Skin or glove instead of the persona's own.
        truth: Also write the truth to this file, one JSON line each.
        told: Also call this with each true fact, in the thread that asks for frames.
        on_signal: Called with a signal's name when the worker's tool gives it, in the thread
            that asks for frames; must not block.
        ends_after_s: The source ends at this moment of the twin's clock, or never.
        ends_after_runs: It ends `LINGER_S` after so many runs are done, or never.
        done: Places of the first run that were done before this twin began: a person remembers
            what he did when the computer is started again.
        optics: Lenses, light and chip.
    """

    seed: int = 1
    paced: bool = True
    tone: Tone | None = None
    truth: Path | None = None
    told: Callable[[TwinTruth], None] | None = None
    on_signal: Callable[[str], None] = _nobody_hears
    ends_after_s: float | None = None
    ends_after_runs: int | None = None
    done: frozenset[int] = frozenset()
    optics: Optics = field(default_factory=Optics)


class TwinBench(Staged):
    """A bench with a worker. Both a frame source and a screen.

    Frames are asked for in one thread, light is put in another. The worker lives when frames are
    asked for, so what he does depends on the seed and on the light alone.
    """

    def __init__(
        self, station: Station, task: Task, persona: Persona, wishes: TwinWishes | None = None
    ) -> None:
        self._station, self._wishes = station, wishes or TwinWishes()
        self.faults = Faults()
        self._shutter = Shutter(station.camera.rate_hz, paced=self._wishes.paced)
        self._stage = self._build_stage(self._wishes.tone or persona.tone)
        self._book = TruthBook(self._wishes.truth, self._wishes.told)
        self._parts = LooseParts(
            station.zones, {name: surface_mm(station, z) for name, z in station.zones.items()}
        )
        lay_done(self._parts, task, self._wishes.done)
        self._sight = Sight(self.projector, station.zones, self._stage.light.picture)
        self._worker = Worker(
            self._surroundings(task), persona, self._wishes.seed, self._wishes.done
        )

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self._stage.camera.size_px

    @property
    def skipped(self) -> int:
        """Frames that nobody asked for in time."""
        return self._shutter.skipped

    @property
    def truth(self) -> tuple[TwinTruth, ...]:
        """What the worker has really done so far."""
        return self._book.lines

    @property
    def hands(self) -> tuple[Hand, ...]:
        """Both hands as they are in the newest frame."""
        return self._worker.hands

    @property
    def now_s(self) -> float:
        """The twin's clock: 0 at the first frame; `taken_s` of frames is on it."""
        return self._shutter.now_s

    def frames(self) -> Iterator[Frame]:
        """Yield frames at the station's rate.

        In real time, frames that nobody asked for in time are left out and counted in `skipped`.
        May be called again after the camera was unplugged; the clock goes on.

        Raises:
            FrameSourceLostError: The camera is unplugged.
        """
        self._shutter.begin()
        while not self._shutter.closed:
            if self.faults.unplugged:
                raise FrameSourceLostError(
                    "the twin's camera is unplugged; plug it in to go on with the rehearsal"
                )
            taken_s = self._shutter.wait()
            if self._shutter.closed or self._is_over(taken_s):
                return
            bgr = self._live_and_look(taken_s)
            yield Frame(taken_s=taken_s, bgr=bgr, read_s=time.monotonic())

    def _is_over(self, taken_s: float) -> bool:
        """Whether what was asked for has been seen."""
        wishes = self._wishes
        if wishes.ends_after_s is not None and taken_s >= wishes.ends_after_s:
            return True
        if wishes.ends_after_runs is None:
            return False
        done_s = [fact.at_s for fact in self._book.lines if fact.what is Deed.RUN_DONE]
        return (
            len(done_s) >= wishes.ends_after_runs
            and taken_s >= done_s[wishes.ends_after_runs - 1] + LINGER_S
        )

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Show a projector picture; its light lands after `faults.light_delay_s`.

        Raises:
            ValueError: The picture is not of the projector's size.
        """
        if not self._shutter.closed:
            self._stage.put(picture_bgrx, changed_px, self.now_s)

    def send_away(self, for_s: float) -> None:
        """The worker takes his hands off the bench as soon as he has finished his deed."""
        self.faults.away_until_s = self.now_s + for_s

    def close(self) -> None:
        """Go dark and let frames end."""
        self._shutter.close()
        self._book.close()

    def _live_and_look(self, taken_s: float) -> NDArray[np.uint8]:
        if self._stage.arrange(self._parts.parts):
            self._sight.aim(self.projector)
        self._stage.light_until(taken_s)
        self._worker.live_until(taken_s)
        moved = self._parts.taken_changes()
        if moved:
            self._stage.parts_changed(self._parts.parts, np.array(moved))
        return self._stage.taken(self._worker.hands)

    def _build_stage(self, tone: Tone) -> Stage:
        station, wishes = self._station, self._wishes
        camera, projector = pinholes(station)

        def paint(seen_by: Pinhole) -> Scenery:
            texture = wishes.optics.texture
            return painted_scenery(station, seen_by, wishes.seed, texture=texture)

        setting = Setting(
            bench_mm=station.bench_mm,
            camera=camera,
            projector=projector,
            optics=wishes.optics,
            paint=paint,
            seed=wishes.seed,
        )
        return Stage(setting, self.faults, tone)

    def _surroundings(self, task: Task) -> Surroundings:
        return Surroundings(
            station=self._station,
            task=task,
            sight=self._sight,
            parts=self._parts,
            truth=self._book,
            on_signal=self._wishes.on_signal,
            sent_away=lambda now_s: now_s < self.faults.away_until_s,
        )


def pinholes(station: Station) -> tuple[Pinhole, Pinhole]:
    """The camera and the projector of the twin of this station."""
    return (
        twin_camera(station.bench_mm, (station.camera.width_px, station.camera.height_px)),
        twin_projector(station.bench_mm, (station.projector.width_px, station.projector.height_px)),
    )
