"""The virtual bench as a whole: a camera to look through and a projector to show light with."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.twin.camera_picture import CameraPicture
from station.twin.faults import Faults
from station.twin.geometry import Pinhole, twin_camera, twin_projector
from station.twin.hand_picture import Tone
from station.twin.light import Light, LightInCamera, RectPx
from station.twin.loose_parts import LooseParts
from station.twin.motion import Hand
from station.twin.personas import Persona
from station.twin.scenery import painted_scenery, surface_mm
from station.twin.sight import Sight
from station.twin.truth import TruthBook, TwinTruth
from station.twin.worker import Surroundings, Worker
from station_config.station import Station
from tasks.model import Task
from vision.frames import Frame, FrameSourceLostError


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
        done: Places of the first run that were done before this twin began: a person remembers
            what he did when the computer is started again.
    """

    seed: int = 1
    paced: bool = True
    tone: Tone | None = None
    truth: Path | None = None
    told: Callable[[TwinTruth], None] | None = None
    on_signal: Callable[[str], None] = _nobody_hears
    ends_after_s: float | None = None
    done: frozenset[int] = frozenset()


class TwinBench:
    """A bench with a worker. Both a frame source and a screen.

    Frames are asked for in one thread, light is put in another. The worker lives when frames are
    asked for, so what he does depends on the seed and on the light alone.
    """

    def __init__(
        self, station: Station, task: Task, persona: Persona, wishes: TwinWishes | None = None
    ) -> None:
        self._station, self._wishes = station, wishes or TwinWishes()
        self.faults = Faults()
        self.camera = twin_camera(
            station.bench_mm, (station.camera.width_px, station.camera.height_px)
        )
        self.projector = twin_projector(
            station.bench_mm, (station.projector.width_px, station.projector.height_px)
        )
        self._closed = threading.Event()
        self._began_s: float | None = None
        self._clock_s, self._index = 0.0, 0
        self.skipped = 0
        self._light = Light(self.projector)
        self._book = TruthBook(self._wishes.truth, self._wishes.told)
        self._parts = LooseParts(
            station.zones, {name: surface_mm(station, z) for name, z in station.zones.items()}
        )
        self._picture = self._build_picture(self._wishes.tone or persona.tone)
        self._worker = Worker(
            self._surroundings(task), persona, self._wishes.seed, self._wishes.done
        )

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self.camera.size_px

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
        if self._wishes.paced and self._began_s is not None:
            return time.monotonic() - self._began_s
        return self._clock_s

    def frames(self) -> Iterator[Frame]:
        """Yield frames at the station's rate.

        In real time, frames that nobody asked for in time are left out and counted in `skipped`.
        May be called again after the camera was unplugged; the clock goes on.

        Raises:
            FrameSourceLostError: The camera is unplugged.
        """
        if self._began_s is None:
            self._began_s = time.monotonic()
        while not self._closed.is_set():
            if self.faults.unplugged:
                raise FrameSourceLostError(
                    "the twin's camera is unplugged; plug it in to go on with the rehearsal"
                )
            taken_s = self._wait_for_shutter()
            ends_s = self._wishes.ends_after_s
            if self._closed.is_set() or (ends_s is not None and taken_s >= ends_s):
                return
            bgr = self._live_and_look(taken_s)
            yield Frame(taken_s=taken_s, bgr=bgr, read_s=time.monotonic())

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Show a projector picture; its light lands after `faults.light_delay_s`.

        Raises:
            ValueError: The picture is not of the projector's size.
        """
        if changed_px and not self._closed.is_set():
            lands_s = self.now_s + self.faults.light_delay_s
            self._light.hand_over(picture_bgrx, changed_px, lands_s)

    def send_away(self, for_s: float) -> None:
        """The worker takes his hands off the bench as soon as he has finished his deed."""
        self.faults.away_until_s = self.now_s + for_s

    def close(self) -> None:
        """Go dark and let frames end."""
        self._closed.set()
        self._book.close()

    def _wait_for_shutter(self) -> float:
        """The time of the next frame, once it has come."""
        rate_hz = self._station.camera.rate_hz
        if not self._wishes.paced:
            taken_s = self._index / rate_hz
            self._index += 1
            self._clock_s = taken_s
            return taken_s
        due = max(self._index, math.ceil(self.now_s * rate_hz - 1e-6))
        self.skipped += due - self._index
        self._index = due + 1
        taken_s = due / rate_hz
        self._closed.wait(max(0.0, taken_s - self.now_s))
        return taken_s

    def _live_and_look(self, taken_s: float) -> NDArray[np.uint8]:
        changed_px = self._light.land(taken_s)
        self._picture.light_changed(self._light.picture, changed_px)
        self._worker.live_until(taken_s)
        moved = self._parts.taken_changes()
        if moved:
            self._picture.parts_changed(self._parts.parts, np.array(moved))
        self._picture.dim(self.faults.brightness)
        return self._picture.taken(self._worker.hands, black=self.faults.black)

    def _build_picture(self, tone: Tone) -> CameraPicture:
        scenery = painted_scenery(self._station, self.camera, self._wishes.seed)
        in_camera = LightInCamera(self.camera, self.projector, scenery.height_mm)
        return CameraPicture(scenery, self.camera, in_camera, tone, self._wishes.seed)

    def _surroundings(self, task: Task) -> Surroundings:
        return Surroundings(
            station=self._station,
            task=task,
            sight=Sight(self.projector, self._station.zones, self._light.picture),
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
