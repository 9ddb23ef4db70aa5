"""Camera and projector of a station, opened for commissioning: real ones, or the twin."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from calibration.trouble import CalibrationTroubleError
from projector.screen import Screen
from projector.screens import Screens
from projector.window import Press, Window, chosen_display, displays
from station.calibrating.displays import Candidate
from station.calibrating.feed import Feed, InStepFeed, LiveFeed
from station.calibrating.kept_screen import KeptScreen
from station.seeing import is_film, is_twin
from station.twin.optics import Optics
from station.twin.rig import Rig as TwinRig
from station.twin.rig import wishes_of_station
from station.twin_controls import TwinControls
from station.watch import SourceNote
from station_config.station import Station
from tasks.model import in_language
from vision.camera import CameraFrames
from vision.frames import CameraControls

NO_FILM = "A film cannot be calibrated: give --source with a camera's number, or twin."
NEEDS_LIGHT = "A calibration needs the projector's light: leave --no-window out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What a bench is commissioned with.

    Attributes:
        feed: Where frames come from.
        controls: What the camera can be told; None for nothing.
        displays: What may be the projector.
        named: The number of the display that the station file names.
        projector_wh: Size of the projector's picture.
        rate_hz: Frames a second.
        lay_plate: Lays a plate of this height by itself (the twin); None: a person does.
    """

    feed: Feed
    controls: CameraControls | None
    displays: tuple[Candidate, ...]
    named: int
    projector_wh: tuple[int, int]
    rate_hz: float
    lay_plate: Callable[[float], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RigWishes:
    """What may be asked of a rig.

    Attributes:
        window: Show light on a display; the twin does without.
        in_step: The twin's time passes only when it is asked for a picture.
    """

    window: bool = True
    in_step: bool = False


def opened_rig(station: Station, wishes: RigWishes, on_exit: ExitStack) -> Rig:
    """Open camera and displays. Main thread only.

    Raises:
        CalibrationTroubleError: The station's source is a film, or light is not wanted.
        NoSuchDisplayError: The display of the station file is not there.
    """
    if is_twin(station.camera.source):
        # The optics of the bench that the demo works at: what is calibrated here is used there.
        bare = wishes_of_station(station, optics=Optics(), paced=not wishes.in_step)
        return rig_of_twin(TwinRig(bare), station, wishes, on_exit)
    if is_film(station.camera.source):
        raise CalibrationTroubleError(NO_FILM)
    if not wishes.window:
        raise CalibrationTroubleError(NEEDS_LIGHT)
    return _real(station, on_exit)


def rig_of_twin(rig: TwinRig, station: Station, wishes: RigWishes, on_exit: ExitStack) -> Rig:
    """Camera and projector of a virtual bench that is there already."""
    on_exit.callback(rig.close)
    screen: Screen = rig
    alive: Callable[[], None] = _nothing
    if wishes.window:
        window = Window(_wh(station), windowed=True, title=_title(station))
        on_exit.callback(window.close)
        screen, alive = Screens(rig, window), _pumped(window)
    feed: Feed = (
        InStepFeed(rig) if wishes.in_step else LiveFeed(rig, alive=alive, now_s=lambda: rig.now_s)
    )
    on_exit.callback(feed.close)
    candidate = Candidate(number=0, name="the virtual bench", opened=lambda: KeptScreen(screen))
    return Rig(
        feed=feed,
        controls=TwinControls(rig),
        displays=(candidate,),
        named=0,
        projector_wh=_wh(station),
        rate_hz=station.camera.rate_hz,
        lay_plate=rig.lay_plate,
    )


def _real(station: Station, on_exit: ExitStack) -> Rig:
    named = chosen_display(station.projector.display).number
    windows = _Windows(station)
    note = SourceNote()
    camera = CameraFrames(station.camera, tell=note.tell)
    feed = LiveFeed(camera, trouble=lambda: note.trouble, alive=windows.keep_alive)
    on_exit.callback(feed.close)
    on_exit.callback(windows.close)
    return Rig(
        feed=feed,
        controls=camera,
        displays=tuple(
            Candidate(
                number=one.number, name=str(one), opened=partial(windows.opened_on, one.number)
            )
            for one in displays()
        ),
        named=named,
        projector_wh=_wh(station),
        rate_hz=station.camera.rate_hz,
    )


class _Windows:
    """One window at a time: SDL has no more."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._open: Window | None = None

    def opened_on(self, number: int) -> Screen:
        """A window on this display, instead of the one before."""
        self.close()
        station = self._station
        self._open = Window(_wh(station), display=number, title=_title(station))
        return self._open

    def keep_alive(self) -> None:
        """Let the desktop see that the window still answers."""
        if self._open is not None:
            _pumped(self._open)()

    def close(self) -> None:
        """Close the one that is open."""
        if self._open is not None:
            self._open.close()


def _pumped(window: Window) -> Callable[[], None]:
    """Keeps a window alive; who quits there stops the work, as Ctrl-C does."""

    def pump() -> None:
        if Press.QUIT in window.take_presses():
            raise KeyboardInterrupt

    return pump


def _nothing() -> None:
    """Without a window there is nothing to keep alive."""


def _wh(station: Station) -> tuple[int, int]:
    return station.projector.width_px, station.projector.height_px


def _title(station: Station) -> str:
    return in_language(station.title, station.language)
