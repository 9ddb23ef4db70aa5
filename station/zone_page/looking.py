"""Looks at frame after frame with the zones as they are drawn, in threads of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from calibration.maps import BenchMaps
from station.latest import Latest
from station.threads import NamedThread
from station.watch import AGAIN_AFTER_S, BEGIN_AGAIN, SourceNote
from station.zone_page.light import LightChange
from station.zone_page.measures import Measurer, ZoneMeasure
from station_config.station import Station, Zone
from vision.eyes import Eyes, Sight
from vision.frames import Frame, FrameSource, FrameSourceLostError
from vision.light import LightNotice

logger = logging.getLogger(__name__)

_TIPS = (4, 8, 12, 16, 20)
"""MediaPipe's landmarks of the fingertips."""

OpenEyes = Callable[[Station], Eyes]
"""Opens eyes that watch the zones of this station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """A point that may reach into a zone.

    Attributes:
        at_px: Where it is in the picture.
        by_hand: A fingertip of a recognised hand; False for the end of an arm.
    """

    at_px: tuple[float, float]
    by_hand: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Look:
    """One picture and what was seen in it.

    Attributes:
        number: Counted from 1.
        bgr: Shape (height, width, 3), uint8. Nobody writes into it.
        measures: Zone to its measure.
        tips: What may reach into zones.
        trouble: Why the picture is of no use, in plain words, or None.
    """

    number: int
    bgr: NDArray[np.uint8]
    measures: Mapping[str, ZoneMeasure]
    tips: tuple[Tip, ...]
    trouble: str | None


class Looking:
    """A camera thread and a vision thread, which begin again by themselves."""

    def __init__(
        self,
        source: FrameSource,
        note: SourceNote,
        *,
        station: Station,
        maps: BenchMaps,
        open_eyes: OpenEyes,
        zones: Sequence[Zone],
    ) -> None:
        """Begin to look.

        Args:
            source: Where frames come from.
            note: What a source that mends itself says meanwhile.
            station: The bench, whatever its zones are.
            maps: Where it lies in the picture.
            open_eyes: Opens eyes; called in the vision thread.
            zones: Those to begin with.
        """
        self._source, self._note, self._open_eyes = source, note, open_eyes
        self._station, self._cam_from_bench = station, maps.cam_from_bench
        self._frames: Latest[Frame] = Latest()
        self._wanted: tuple[Zone, ...] = tuple(zones)
        self._light: LightChange | None = None
        self._again_s = inf
        self._lock = threading.Lock()
        self._source_trouble: str | None = None
        self._eyes_trouble: str | None = None
        self._count = 0
        self.newest: Look | None = None
        self._camera = NamedThread("camera", self._take_frames).start()
        self._vision = NamedThread("vision", self._look_at_frames).start()

    @property
    def trouble(self) -> str | None:
        """What keeps the page from seeing, in plain words."""
        return self._source_trouble or self._note.trouble or self._eyes_trouble

    def watch(self, zones: Sequence[Zone]) -> None:
        """Look at these zones from the next frame on. From any thread."""
        self._wanted = tuple(zones)

    def light_changes(self, light: LightChange) -> None:
        """The projector shows zones: not to be taken for a hand. From any thread."""
        with self._lock:
            gone_mm = light.gone_mm if self._light is None else self._light.gone_mm + light.gone_mm
            self._light = replace(light, gone_mm=gone_mm)

    def begin_again(self, from_s: float) -> None:
        """From this moment on pictures show another time: forget the bench. From any thread."""
        self._again_s = from_s

    def close(self) -> None:
        """Stop both threads and let go of the source."""
        self._camera.ask_to_stop()
        self._source.close()
        self._camera.stop()
        self._vision.stop()

    def _take_frames(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                for frame in self._source.frames():
                    self._source_trouble = None
                    self._frames.put(frame)
                    if stop.is_set():
                        return
                self._source_trouble = None
            except FrameSourceLostError as error:
                self._source_trouble = str(error)
            except Exception:
                logger.exception("the source of pictures failed; it begins again")
                self._source_trouble = BEGIN_AGAIN
            stop.wait(AGAIN_AFTER_S)

    def _look_at_frames(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._look_until_it_fails(stop)
            except Exception:
                logger.exception("the eyes failed; they begin again")
                self._eyes_trouble = BEGIN_AGAIN
                stop.wait(AGAIN_AFTER_S)

    def _look_until_it_fails(self, stop: threading.Event) -> None:
        zones = self._wanted
        eyes = self._open_eyes(self._with(zones))
        self._again_s = inf
        measurer = Measurer(zones, self._cam_from_bench)
        try:
            while not stop.is_set():
                frame = self._frames.take(timeout_s=0.1)
                if frame is None:
                    continue
                wanted = self._wanted
                if frame.taken_s >= self._again_s:
                    self._again_s = inf
                    eyes.close()
                    eyes = self._open_eyes(self._with(zones))
                    measurer.take(zones)
                if _shapes(wanted) != _shapes(zones):
                    eyes.watch(self._with(wanted))
                if wanted != zones:
                    measurer.take(wanted)
                    zones = wanted
                self._look(frame, eyes.look(frame, self._notice(frame.taken_s)), measurer)
        finally:
            eyes.close()

    def _with(self, zones: Sequence[Zone]) -> Station:
        return replace(self._station, zones={zone.zone_id: zone for zone in zones})

    def _notice(self, at_s: float) -> LightNotice | None:
        """What the eyes must know of light that has changed."""
        with self._lock:
            light, self._light = self._light, None
        if light is None:
            return None
        return LightNotice(at_s=at_s, zone_ids=light.zone_ids, areas_mm=light.gone_mm)

    def _look(self, frame: Frame, sight: Sight, measurer: Measurer) -> None:
        measures = {} if sight.trouble else measurer.measured(sight.observation)
        self._count += 1
        self._eyes_trouble = sight.trouble
        self.newest = Look(
            number=self._count,
            bgr=frame.bgr,
            measures=measures,
            tips=self._tips(sight),
            trouble=sight.trouble,
        )

    def _tips(self, sight: Sight) -> tuple[Tip, ...]:
        hands = [hand.landmarks_mm[list(_TIPS)] for hand in sight.observation.hands]
        arms = [arm.tip_mm for arm in sight.observation.arms if not arm.is_a_hand]
        points_mm = np.concatenate([*hands, np.array(arms, np.float64).reshape(-1, 2)])
        points_px = self._cam_from_bench.apply(points_mm)
        fingertips = len(points_mm) - len(arms)
        return tuple(
            Tip(at_px=(float(x), float(y)), by_hand=number < fingertips)
            for number, (x, y) in enumerate(points_px)
        )


def _shapes(zones: Sequence[Zone]) -> tuple[object, ...]:
    """What eyes know of zones. Names and times are the measurer's alone."""
    return tuple((zone.zone_id, zone.kind, zone.polygon_mm, zone.height_mm) for zone in zones)
