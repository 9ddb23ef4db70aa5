"""Where sights come from: camera, film or twin, and the eyes that look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from calibration.maps import maps_for
from calibration.model import Calibration
from calibration.store import CalibrationFileError
from station.calibration_in_use import CalibrationInUse
from station.look_check import LooksNote, judged_zones, usable_looks
from station.outbox import RunState
from station.outside import SIGNAL_P, Signal
from station.report import Reporter
from station.sessions.recording import Filmed
from station.signal_sender import SignalSender
from station.threads import NamedThread
from station.twin.bench import TwinBench, TwinWishes
from station.twin.hand_picture import Tone
from station.twin.personas import persona_named
from station.twin.truth import TwinTruth
from station.twin_controls import TwinControls
from station.vision_orders import VisionOrders
from station.watch import EyesTroubleError, InStep, Live, MakeEyes, SourceNote, Watch
from station.wishes import Wishes
from station_config.station import Station
from tasks.model import Task
from vision.camera import CameraFrames, FilmFrames
from vision.eyes import Eyes
from vision.frames import CameraControls, FrameSource
from vision.hands import HandFinder
from vision.model_file import model_path, verified_model


@dataclass(frozen=True, kw_only=True)
class Sighted:
    """What the station sees with.

    Attributes:
        watch: Where sights come from.
        twin: The virtual bench when it is the source, which wants the light too.
    """

    watch: Watch
    twin: TwinBench | None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Which bench and work this is about."""

    wishes: Wishes
    station: Station
    task: Task
    in_use: CalibrationInUse
    kept: RunState | None
    reporter: Reporter
    orders: VisionOrders
    looks: LooksNote = field(default_factory=LooksNote)

    @property
    def calibration(self) -> Calibration:
        """The calibration in force now."""
        return self.in_use.now


def opened_sight(bench: Bench, on_exit: ExitStack) -> Sighted:
    """Begin to watch the bench.

    Raises:
        ModelFileError: The hand model is missing or damaged.
        FrameSourceLostError: The film is missing or is none.
    """
    make_eyes = _eyes(bench)
    note = SourceNote()
    source, twin = _source(bench, note, on_exit)
    source = _filmed(bench, source)
    watch: Watch
    if bench.wishes.in_step:
        watch = InStep(source, make_eyes, orders=bench.orders)
    else:
        film = is_film(bench.station.camera.source)
        watch = Live(source, make_eyes, is_film=film, source_note=note, orders=bench.orders)
    on_exit.callback(watch.close)
    return Sighted(watch=watch, twin=twin)


def is_twin(source: str) -> bool:
    """Whether a source is the virtual bench."""
    return source == "twin" or source.startswith("twin:")


def is_film(source: str) -> bool:
    """Whether a source is a film."""
    return not source.isdigit() and not is_twin(source) and not source.startswith("/dev/")


def _source(
    bench: Bench, note: SourceNote, on_exit: ExitStack
) -> tuple[FrameSource, TwinBench | None]:
    """Where pictures come from; the twin is a screen as well."""
    wishes, source = bench.wishes, bench.station.camera.source
    if is_twin(source):
        rehearsed: list[TwinBench] = []
        twin_wishes = TwinWishes(
            told=lambda fact: _rehearse(wishes, rehearsed, fact),
            seed=wishes.seed,
            paced=not wishes.in_step,
            done=frozenset() if bench.kept is None else bench.kept.done,
            on_signal=_signals(bench, on_exit),
            truth=wishes.truth,
            ends_after_s=wishes.twin_s,
            ends_after_runs=wishes.twin_runs,
            tone=None if wishes.tone is None else Tone(wishes.tone),
        )
        persona = persona_named(source.partition(":")[2] or "fluent")
        twin = TwinBench(bench.station, bench.task, persona, twin_wishes)
        twin.faults.brightness = wishes.room
        rehearsed.append(twin)
        _hold_exposure(bench, TwinControls(twin))
        return twin, twin
    if is_film(source):
        return FilmFrames(Path(source), paced=not wishes.in_step), None
    camera = CameraFrames(bench.station.camera, tell=note.tell)
    _hold_exposure(bench, camera)
    return camera, None


def _rehearse(wishes: Wishes, twins: Sequence[TwinBench], fact: TwinTruth) -> None:
    """Pass a true fact on to a rehearsal, with the twin at whose bench it happened."""
    if wishes.rehearse is not None:
        for twin in twins:
            wishes.rehearse(twin, fact)


def _hold_exposure(bench: Bench, controls: CameraControls) -> None:
    """Work at the exposure of the calibration: white light on the bench does not clip there."""
    exposure_s = bench.calibration.exposure_s
    if exposure_s is not None:
        controls.lock(exposure_s=exposure_s)


def _filmed(bench: Bench, source: FrameSource) -> FrameSource:
    """The source, its pictures kept when somebody asked for it."""
    film = bench.wishes.film
    return source if film is None else Filmed(source, film, rate_hz=bench.station.camera.rate_hz)


def _signals(bench: Bench, on_exit: ExitStack) -> Callable[[str], None]:
    """How signals of the twin's tools reach the station: over MQTT where there is a broker."""
    station = bench.station
    if station.hub is None or bench.wishes.in_step:
        return lambda name: bench.reporter.inbox.put(Signal(name=name, p=SIGNAL_P))
    sender = SignalSender(station, station.hub)
    on_exit.enter_context(NamedThread("tool", sender.run))
    return sender.send


def _eyes(bench: Bench) -> MakeEyes:
    """How eyes are opened. Model and looks are read once, and checked, before anything starts."""
    model = verified_model(model_path(bench.wishes.model)) if bench.wishes.hands else None
    found = usable_looks(bench.station, bench.task)
    bench.looks.tell(found.troubles)

    def make_eyes(size_px: tuple[int, int]) -> Eyes:
        try:
            maps = maps_for(bench.station, bench.calibration, camera_wh=size_px)
        except CalibrationFileError as error:
            raise EyesTroubleError(str(error)) from None
        zones_looks, troubles = judged_zones(found.looks, bench.station, maps.cam_from_bench)
        bench.looks.tell(found.troubles + troubles)
        hands = None if model is None else HandFinder(model)
        return Eyes(
            station=bench.station,
            maps=maps,
            camera_wh=size_px,
            hands=hands,
            light_delay_s=bench.calibration.light_delay_s,
            looks=zones_looks,
        )

    return make_eyes
