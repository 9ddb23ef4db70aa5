"""A bench to calibrate on: the twin's camera and projector without a worker, cleared if wished."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.twin.bench import pinholes
from station.twin.faults import Faults
from station.twin.geometry import Mount, Pinhole, pinhole, twin_camera, twin_projector
from station.twin.laid import Plate
from station.twin.light import RectPx
from station.twin.optics import LIFELIKE, Optics
from station.twin.scenery import Scenery, cleared_scenery, painted_scenery
from station.twin.setting import Setting
from station.twin.shutter import Shutter
from station.twin.stage import Stage
from station.twin.staged import Staged
from station_config.station import Station
from vision.frames import Frame, FrameSourceLostError

_DEMO_BENCH_MM = (900.0, 600.0)
_DEMO_CAMERA = twin_camera(_DEMO_BENCH_MM, (1280, 720))
_DEMO_PROJECTOR = twin_projector(_DEMO_BENCH_MM, (1920, 1080))
_FIGURES_BENCH_MM = (600.0, 400.0)
_FIGURES_CAMERA = Mount(
    eye_mm=(310.0, 150.0, 1150.0), looks_at_mm=(301.0, 199.0), roll_deg=0.5, px_per_mm=1 / 0.40
)
_FIGURES_PROJECTOR = Mount(
    eye_mm=(360.0, 260.0, 1250.0), looks_at_mm=(300.0, 200.0), roll_deg=-0.8, px_per_mm=1 / 0.55
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RigWishes:
    """What may be asked of a rig.

    Attributes:
        bench_mm: Width and depth of the bench.
        camera: How the camera hangs, and its size; its lens comes from `optics`.
        projector: How the projector hangs.
        optics: Lenses, light and chip.
        things: The station whose bins and buttons stand on the bench; None: it was cleared.
        rate_hz: Frames per second.
        paced: In real time; else a clock of its own steps with each frame that is asked for.
        seed: Everything that is left to chance follows from it.
    """

    bench_mm: tuple[float, float] = _DEMO_BENCH_MM
    camera: Pinhole = _DEMO_CAMERA
    projector: Pinhole = _DEMO_PROJECTOR
    optics: Optics = LIFELIKE
    things: Station | None = None
    rate_hz: float = 30.0
    paced: bool = False
    seed: int = 1


def wishes_of_station(
    station: Station,
    *,
    optics: Optics = LIFELIKE,
    cleared: bool = True,
    paced: bool = False,
    seed: int = 1,
) -> RigWishes:
    """The bench of a station, hung as its twin is."""
    camera, projector = pinholes(station)
    return RigWishes(
        bench_mm=station.bench_mm,
        camera=camera,
        projector=projector,
        optics=optics,
        things=None if cleared else station,
        rate_hz=station.camera.rate_hz,
        paced=paced,
        seed=seed,
    )


def wishes_of_figures(*, optics: Optics = LIFELIKE, seed: int = 1) -> RigWishes:
    """The bench on which the limits of calibration were measured.

    600 x 400 mm, a projector of 1280 x 800 pixels at 0.55 mm each, a camera of 1920 x 1080 at
    0.40 mm, both somewhat askew.
    """
    return RigWishes(
        bench_mm=_FIGURES_BENCH_MM,
        camera=pinhole(_FIGURES_CAMERA, (1920, 1080)),
        projector=pinhole(_FIGURES_PROJECTOR, (1280, 800)),
        optics=optics,
        seed=seed,
    )


class Rig(Staged):
    """A bench without a worker. Both a frame source and a screen.

    Its camera is a grey one: the three channels of its frames are alike, and of the light only the
    green of the picture counts, which for grey pictures is all there is.

    Attributes:
        faults: May be changed at any time, from any thread.
    """

    def __init__(self, wishes: RigWishes | None = None) -> None:
        """Build the bench.

        Args:
            wishes: What it is like.
        """
        self._wishes = wishes or RigWishes()
        self.faults = Faults()
        self._shutter = Shutter(self._wishes.rate_hz, paced=self._wishes.paced)
        self._stage = Stage(self._setting(), self.faults)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self._wishes.camera.size_px

    @property
    def projector_wh(self) -> tuple[int, int]:
        """Width and height of the projector's picture."""
        return self._wishes.projector.size_px

    @property
    def bench_mm(self) -> tuple[float, float]:
        """Width and depth of the bench."""
        return self._wishes.bench_mm

    @property
    def skipped(self) -> int:
        """Frames that nobody asked for in time."""
        return self._shutter.skipped

    @property
    def now_s(self) -> float:
        """The rig's clock: 0 at the first frame; `taken_s` of frames is on it."""
        return self._shutter.now_s

    def frames(self) -> Iterator[Frame]:
        """Yield frames at the camera's rate. May be called again; the clock goes on.

        Raises:
            FrameSourceLostError: The camera is unplugged.
        """
        self._shutter.begin()
        while not self._shutter.closed:
            if self.faults.unplugged:
                raise FrameSourceLostError("the rig's camera is unplugged; plug it in to go on")
            taken_s = self._shutter.wait()
            if self._shutter.closed:
                return
            self._stage.arrange()
            self._stage.light_until(taken_s)
            yield Frame(taken_s=taken_s, bgr=self._stage.taken(), read_s=time.monotonic())

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Show a projector picture; its light lands after `faults.light_delay_s`.

        Raises:
            ValueError: The picture is not of the projector's size.
        """
        if not self._shutter.closed:
            self._stage.put(picture_bgrx, changed_px, self.now_s)

    def lay_plate(self, plate: Plate | float | None) -> None:
        """Lay a plate over most of the bench, or take it off.

        Args:
            plate: A plate; or the height of the top of a flat one in millimetres; None: no plate.
        """
        self._stage.plate = Plate(height_mm=plate) if isinstance(plate, int | float) else plate

    def close(self) -> None:
        """Let frames end and take no more light. May be called twice."""
        self._shutter.close()

    def _setting(self) -> Setting:
        wishes = self._wishes

        def paint(seen_by: Pinhole) -> Scenery:
            texture = wishes.optics.texture
            if wishes.things is None:
                return cleared_scenery(wishes.bench_mm, seen_by, wishes.seed, texture=texture)
            return painted_scenery(wishes.things, seen_by, wishes.seed, texture=texture)

        return Setting(
            bench_mm=wishes.bench_mm,
            camera=wishes.camera,
            projector=wishes.projector,
            optics=wishes.optics,
            paint=paint,
            seed=wishes.seed,
            grey=True,
        )
