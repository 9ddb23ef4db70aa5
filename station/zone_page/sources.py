"""What the page looks through: a camera, a film again and again, or the twin, going round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from station.seeing import is_film, is_twin
from station.twin.bench import TwinBench, TwinWishes
from station.twin.personas import persona_named
from station.twin_controls import TwinControls
from station.watch import SourceNote
from station.wishes import StationError
from station_config.station import Station, Zone, ZoneKind
from tasks.model import Finish, Step, Task
from vision.camera import CameraFrames, FilmFrames
from vision.frames import Frame, FrameSource

GOES_ON_AFTER_S = 1.2
"""The twin's worker gets no light here; so long he waits between two zones."""
NEVER_S = 1e9
BETWEEN_ROUNDS_S = 1.0 / 30.0


class Looped:
    """A film that begins again at its end, on a clock that goes on.

    Attributes:
        on_again: Called with the time of the first picture of each further round.
    """

    def __init__(self, film: FrameSource) -> None:
        self._film = film
        self._closed = False
        self.on_again: Callable[[float], None] = lambda _: None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self._film.size_px

    def frames(self) -> Iterator[Frame]:
        """Yield the film's frames until `close`. Raises FrameSourceLostError when it is broken."""
        began_s = 0.0
        while not self._closed:
            last_s = None
            for frame in self._film.frames():
                last_s = began_s + frame.taken_s
                yield replace(frame, taken_s=last_s)
            if last_s is None:
                return
            began_s = last_s + BETWEEN_ROUNDS_S
            self.on_again(began_s)

    def close(self) -> None:
        """Stop after the frame that is being read."""
        self._closed = True
        self._film.close()


def opened_source(
    station: Station, note: SourceNote, *, seed: int = 1, exposure_s: float | None = None
) -> FrameSource:
    """Where pictures come from.

    Args:
        station: Its `camera.source` says which.
        note: What a camera that mends itself says meanwhile.
        seed: Of the twin's worker.
        exposure_s: What the calibration was made with: the coach sees what the station will see.

    Raises:
        FrameSourceLostError: The film is missing or is none.
        StationError: The twin has no such worker.
    """
    source = station.camera.source
    if is_twin(source):
        twin = touring_twin(station, source.partition(":")[2] or "fluent", seed=seed)
        if exposure_s is not None:
            TwinControls(twin).lock(exposure_s=exposure_s)
        return twin
    if is_film(source):
        return Looped(FilmFrames(Path(source), paced=True))
    camera = CameraFrames(station.camera, tell=note.tell)
    if exposure_s is not None:
        camera.lock(exposure_s=exposure_s)
    return camera


def touring_twin(
    station: Station, persona_name: str, *, seed: int = 1, paced: bool = True
) -> TwinBench:
    """A virtual bench whose worker needs no light: he goes round all zones, again and again.

    Raises:
        StationError: There is no such worker.
    """
    try:
        persona = persona_named(persona_name)
    except ValueError as error:
        raise StationError(f"{error}.") from None
    # He sees no light, so every step would let him wait, and doing a thing again needs light.
    going_on = replace(persona, gives_up_s=GOES_ON_AFTER_S, patience_s=NEVER_S)
    return TwinBench(station, tour_of(station), going_on, TwinWishes(seed=seed, paced=paced))


def tour_of(station: Station) -> Task:
    """A task that leads through every zone: bin to place, and then all buttons."""
    zones = list(station.zones.values())
    places = [zone for zone in zones if zone.kind is ZoneKind.PLACE]
    steps = [Step(step_id="sit", say={}, finish=Finish.WAIT, wait_s=0.5)]
    bins = [zone for zone in zones if zone.kind is ZoneKind.BIN]
    for number, zone in enumerate(bins):
        steps.append(_visit(zone, Finish.TAKE))
        if places:
            steps.append(_visit(places[number % len(places)], Finish.PLACE))
    buttons = [zone for zone in zones if zone.kind is ZoneKind.BUTTON]
    steps += [_visit(zone, Finish.CONFIRM) for zone in buttons]
    in_order = tuple(
        replace(step, after=frozenset({number - 1} if number else ()))
        for number, step in enumerate(steps)
    )
    return Task(task_id="tour", title={}, steps=in_order, cycle=True)


def _visit(zone: Zone, finish: Finish) -> Step:
    return Step(step_id=zone.zone_id, say={}, finish=finish, target=zone.zone_id)
