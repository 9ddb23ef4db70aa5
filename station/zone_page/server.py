"""From a station file and wishes to a page that lives until it is told to stop."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import uvicorn

from calibration.maps import BenchMaps, maps_for
from calibration.store import read_calibration
from station.alone import alone_in
from station.app import data_folder
from station.seeing import is_film, is_twin
from station.threads import NamedThread
from station.twin.bench import TwinBench
from station.watch import SourceNote
from station.wishes import StationError
from station.zone_page.draft_board import DraftBoard
from station.zone_page.light import DraftLight
from station.zone_page.looking import Looking
from station.zone_page.pages import Pages
from station.zone_page.sources import Looped, opened_source
from station_config.station import Station
from station_config.station_file import read_station
from vision.eyes import Eyes
from vision.frames import FrameSource
from vision.hands import HandFinder
from vision.model_file import model_path, verified_model

LOOPBACK = "127.0.0.1"
TOKEN_BYTES = 16
GOODBYE_WITHIN_S = 2
"""So long an open page may take to end; one that hangs does not hold the program."""
TURN_S = 0.05
LISTENING_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePageWishes:
    """What somebody asked of `handwijzer zones`.

    Attributes:
        station: The station file.
        source: Instead of the file's: a camera's number, a film, `twin[:persona]`.
        port: Of the page, on this computer only; 0 for a free one.
        folder: Where the station keeps its outbox; the lock is there.
        model: The hand model, if not in its usual place.
        hands: Recognise hands; without them the second witness works alone.
        light: Show the zones as they are drawn with the projector.
        windowed: Show that light in a window on the desktop instead.
        seed: Of the twin's worker.
    """

    station: Path
    source: str | None = None
    port: int = 0
    folder: Path | None = None
    model: Path | None = None
    hands: bool = True
    light: bool = False
    windowed: bool = False
    seed: int = 1


def serve_zone_page(
    wishes: ZonePageWishes, stop: threading.Event, *, ready: Callable[[str], None]
) -> None:
    """Serve the page until `stop` is set. Main thread only when light was asked for.

    Args:
        wishes: How.
        stop: Set to end.
        ready: Called with the address once the page answers.

    Raises:
        YamlFileError, StationError, CalibrationFileError, ModelFileError, NoSuchDisplayError,
        FrameSourceLostError: It cannot start; each says what to do.
    """
    # MediaPipe keeps two cores busy; OpenCV's own threads beside it win nothing.
    cv2.setNumThreads(1)
    with ExitStack() as on_exit:
        station = _station(wishes)
        on_exit.enter_context(_camera_to_itself(wishes, station))
        calibration = read_calibration(station.calibration)
        note = SourceNote()
        source = opened_source(station, note, seed=wishes.seed, exposure_s=calibration.exposure_s)
        on_exit.callback(source.close)
        maps = maps_for(station, calibration, camera_wh=source.size_px)
        web_socket = on_exit.enter_context(closing(_bound(wishes.port)))
        port = int(web_socket.getsockname()[1])
        board = DraftBoard(station, maps)
        looking = Looking(
            source,
            note,
            station=station,
            maps=maps,
            open_eyes=_eyes_opener(wishes, maps, source.size_px, calibration.light_delay_s),
            zones=board.watched(),
        )
        on_exit.callback(looking.close)
        if isinstance(source, Looped):
            source.on_again = looking.begin_again
        light = _light(wishes, station, maps, source, on_exit)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        pages = Pages(
            station=station,
            maps=maps,
            size_px=source.size_px,
            board=board,
            looking=looking,
            token=token,
            port=port,
            hands=wishes.hands,
        )
        server = _web_server(pages)
        page = on_exit.enter_context(
            NamedThread("page", lambda _: server.run(sockets=[web_socket]))
        )
        on_exit.callback(_end, pages, server)
        _wait_until_it_listens(server, page, stop)
        ready(f"http://{LOOPBACK}:{port}/{token}/")
        while not stop.wait(TURN_S):
            page.raise_if_dead()
            if light is not None:
                changed = light.turn(board.watched())
                if changed is not None:
                    looking.light_changes(changed)
                if light.is_ended:
                    return


def _station(wishes: ZonePageWishes) -> Station:
    station = read_station(wishes.station)
    if wishes.source is None:
        return station
    return replace(station, camera=replace(station.camera, source=wishes.source))


def _camera_to_itself(wishes: ZonePageWishes, station: Station) -> AbstractContextManager[None]:
    """A camera gives its pictures to one program at a time."""
    source = station.camera.source
    if is_film(source) or is_twin(source):
        return nullcontext()
    return _camera_held(wishes.folder or data_folder(station), station)


@contextmanager
def _camera_held(folder: Path, station: Station) -> Iterator[None]:
    """The lock of the station that works with this camera."""
    with ExitStack() as held:
        try:
            held.enter_context(alone_in(folder, station))
        except StationError as error:
            if not isinstance(error.__context__, BlockingIOError):
                raise
            raise StationError(
                f"Station '{station.station_id}' works on this computer now, and a camera gives"
                " its pictures to one program at a time. End the station first (q on the"
                " projector, or Ctrl-C where it was started) and start this again; or draw the"
                " zones on a film: --source FILM."
            ) from None
        yield


def _eyes_opener(
    wishes: ZonePageWishes,
    maps: BenchMaps,
    size_px: tuple[int, int],
    light_delay_s: float | None,
) -> Callable[[Station], Eyes]:
    """How eyes are opened. The model is read once, and checked, before anything starts."""
    model = verified_model(model_path(wishes.model)) if wishes.hands else None

    def open_eyes(station: Station) -> Eyes:
        hands = None if model is None else HandFinder(model)
        return Eyes(
            station=station,
            maps=maps,
            camera_wh=size_px,
            hands=hands,
            light_delay_s=light_delay_s,
        )

    return open_eyes


def _light(
    wishes: ZonePageWishes,
    station: Station,
    maps: BenchMaps,
    source: FrameSource,
    on_exit: ExitStack,
) -> DraftLight | None:
    if not wishes.light:
        return None
    twin = source if isinstance(source, TwinBench) else None
    light = DraftLight(station, maps, twin=twin, windowed=wishes.windowed)
    on_exit.callback(light.close)
    return light


def _bound(port: int) -> socket.socket:
    """Take the port of the page, on loopback."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        taken.close()
        raise StationError(
            f"Port {port} for the page cannot be taken: {error}. Choose another with --port, or 0"
            " for a free one."
        ) from None
    return taken


def _web_server(pages: Pages) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            pages.app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=GOODBYE_WITHIN_S,
        )
    )


def _wait_until_it_listens(
    server: uvicorn.Server, page: NamedThread, stop: threading.Event
) -> None:
    for _ in range(int(LISTENING_WITHIN_S / TURN_S)):
        if server.started or stop.wait(TURN_S):
            return
        page.raise_if_dead()
    raise StationError("The page does not answer. Start it again; the log says more.")


def _end(pages: Pages, server: uvicorn.Server) -> None:
    """Let open pages go, then the server."""
    pages.stopping.set()
    server.should_exit = True
