"""Frames to sights: in two threads beside the main one, or in step with it."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from station.latest import Latest
from station.threads import NamedThread
from station.vision_orders import VisionOrders
from vision.eyes import Eyes, Sight
from vision.frames import Frame, FrameSource, FrameSourceLostError
from vision.light import LightNotice
from vision.observations import Observation

logger = logging.getLogger(__name__)

QUEUED_SIGHTS = 300
"""Ten seconds at 30 Hz. A main thread that is further behind is stuck, and that is an error."""
BEGIN_AGAIN = (
    "Seeing failed and begins again. If this stays, restart the station and send its log to"
    " whoever looks after it."
)
AGAIN_AFTER_S = 2.0
EYES_OPEN_WITHIN_S = 10.0
"""Loading the model takes half a second; a disk that is slower must not keep the camera shut."""
"""How long to wait before a source or the eyes are tried again."""


class SourceNote:
    """Where a source that mends itself writes what is wrong with it; None when it is well."""

    def __init__(self) -> None:
        self.trouble: str | None = None

    def tell(self, trouble: str | None) -> None:
        """Take the newest word."""
        self.trouble = trouble


class EyesTroubleError(Exception):
    """Eyes cannot be opened for these pictures. The text says what to do."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Seen:
    """What was seen in one frame, and when the frame was taken.

    Attributes:
        taken_s: On the clock of the source.
        read_s: `time.monotonic()` when the frame was in memory.
        looked_s: `time.monotonic()` when the evidence was ready.
        sight: What was seen.
    """

    taken_s: float
    read_s: float
    looked_s: float
    sight: Sight


MakeEyes = Callable[[tuple[int, int]], Eyes]
"""Opens eyes for pictures of this width and height."""


class Watch(Protocol):
    """Where sights come from."""

    @property
    def trouble(self) -> str | None:
        """What keeps the station from seeing, in plain words."""
        ...

    @property
    def ended(self) -> bool:
        """The film is over and every sight of it was taken."""
        ...

    def take(self, timeout_s: float) -> Seen | None:
        """The next sight; None when there is none within the time.

        Raises:
            FrameSourceLostError: A film is broken; nothing more will come.
        """
        ...

    def notice(self, light: LightNotice) -> None:
        """Tell the eyes that the light changes."""
        ...

    def close(self) -> None:
        """Let go of the source."""
        ...


class InStep:
    """Looks at each frame when asked, without threads: replays come out the same every time."""

    def __init__(
        self, source: FrameSource, make_eyes: MakeEyes, *, orders: VisionOrders | None = None
    ) -> None:
        self._source = source
        self._eyes = _opened(source, make_eyes, orders)
        self._sights = _sights(source.frames(), self._eyes, self._take_notice)
        self._light: LightNotice | None = None
        self.trouble: str | None = None
        self.ended = False

    def take(self, timeout_s: float) -> Seen | None:  # noqa: ARG002 - a film never lets wait
        """The next sight; None at the end."""
        seen = next(self._sights, None)
        self.ended = seen is None
        if seen is not None:
            self.trouble = seen.sight.trouble
        return seen

    def notice(self, light: LightNotice) -> None:
        """Tell the eyes that the light changes."""
        self._light = light if self._light is None else self._light | light

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()
        self._eyes.close()

    def _take_notice(self) -> LightNotice | None:
        light, self._light = self._light, None
        return light


class Live:
    """A camera thread and a vision thread. Frames are dropped, sights are not.

    Both begin again by themselves when something in them breaks; only a broken film ends it.
    """

    def __init__(
        self,
        source: FrameSource,
        make_eyes: MakeEyes,
        *,
        is_film: bool = False,
        source_note: SourceNote | None = None,
        orders: VisionOrders | None = None,
    ) -> None:
        """Begin to watch.

        Args:
            source: Where frames come from.
            make_eyes: Opens eyes for frames of a given size.
            is_film: A film that breaks is over; a camera that breaks is tried again.
            source_note: What a source that mends itself says meanwhile.
            orders: What else is asked of the vision thread.
        """
        self._orders = orders
        self._source_note = source_note or SourceNote()
        self._source, self._make_eyes, self._is_film = source, make_eyes, is_film
        self._frames: Latest[Frame] = Latest()
        self._sights: queue.Queue[Seen] = queue.Queue(QUEUED_SIGHTS)
        self._lights: queue.SimpleQueue[LightNotice] = queue.SimpleQueue()
        self._source_trouble: str | None = None
        self._eyes_trouble: str | None = None
        self._film_lost: FrameSourceLostError | None = None
        self._source_ended = threading.Event()
        self._eyes_open = threading.Event()
        self._camera = NamedThread("camera", self._take_frames).start()
        self._vision = NamedThread("vision", self._look_at_frames).start()

    @property
    def trouble(self) -> str | None:
        """What keeps the station from seeing."""
        return self._source_trouble or self._source_note.trouble or self._eyes_trouble

    @property
    def ended(self) -> bool:
        """The film is over and every sight of it was taken."""
        return not self._vision.alive and self._sights.empty()

    @property
    def dropped_frames(self) -> int:
        """Frames that came while the eyes were busy."""
        return self._frames.dropped

    def take(self, timeout_s: float) -> Seen | None:
        """The next sight, if one comes in time."""
        try:
            return self._sights.get(timeout=timeout_s)
        except queue.Empty:
            pass
        self._camera.raise_if_dead()
        self._vision.raise_if_dead()
        if self._film_lost is not None and not self._vision.alive:
            raise self._film_lost
        return None

    def notice(self, light: LightNotice) -> None:
        """Tell the eyes that the light changes."""
        self._lights.put(light)

    def close(self) -> None:
        """Stop both threads and let go of the source."""
        self._camera.ask_to_stop()
        self._source.close()
        self._camera.stop()
        self._vision.stop()

    def _take_frames(self, stop: threading.Event) -> None:
        # A film does not wait while the model is loaded.
        self._eyes_open.wait(EYES_OPEN_WITHIN_S)
        try:
            while not stop.is_set():
                try:
                    for frame in self._source.frames():
                        self._source_trouble = None
                        self._frames.put(frame)
                        if stop.is_set():
                            return
                except FrameSourceLostError as error:
                    if self._is_film:
                        self._film_lost = error
                        return
                    self._source_trouble = str(error)
                else:
                    return
                stop.wait(AGAIN_AFTER_S)
        finally:
            self._source_ended.set()

    def _look_at_frames(self, stop: threading.Event) -> None:
        """Look at frames; when the eyes fail, close them and open new ones."""
        while not stop.is_set():
            try:
                self._look_until_it_fails(stop)
            except queue.Full:
                # The main thread is stuck: an error, not a shrug.
                raise
            except EyesTroubleError as error:
                self._eyes_trouble = str(error)
            except Exception:
                logger.exception("the eyes failed; they begin again")
                self._eyes_trouble = BEGIN_AGAIN
            else:
                return
            finally:
                self._eyes_open.set()
            stop.wait(AGAIN_AFTER_S)

    def _look_until_it_fails(self, stop: threading.Event) -> None:
        with closing(_opened(self._source, self._make_eyes, self._orders)) as eyes:
            self._eyes_open.set()
            for seen in _sights(self._next_frames(stop), eyes, self._take_notice):
                self._eyes_trouble = seen.sight.trouble
                self._sights.put_nowait(seen)

    def _next_frames(self, stop: threading.Event) -> Iterator[Frame]:
        """Frames as they come, the newest each time, until the source ends or `stop`."""
        while not stop.is_set():
            over = self._source_ended.is_set()
            frame = self._frames.take(timeout_s=0.1)
            if frame is not None:
                yield frame
            elif over:
                return

    def _take_notice(self) -> LightNotice | None:
        """All that changed since the last frame that was looked at."""
        light: LightNotice | None = None
        while not self._lights.empty():
            newer = self._lights.get()
            light = newer if light is None else light | newer
        return light


class _Opened:
    """Eyes that are open, and how others are opened for pictures of another size."""

    def __init__(
        self,
        eyes: Eyes,
        size_px: tuple[int, int],
        make_eyes: MakeEyes,
        orders: VisionOrders,
    ) -> None:
        self._eyes, self._size_px, self._make_eyes = eyes, size_px, make_eyes
        self._orders = orders

    def for_frame(self, frame: Frame) -> Eyes | None:
        """The eyes that are to look at this frame; None when none are."""
        if not self._orders.offer(frame):
            return None
        height, width = frame.bgr.shape[:2]
        if (width, height) != self._size_px or self._orders.take_new_eyes():
            self._eyes.close()
            self._eyes, self._size_px = self._make_eyes((width, height)), (width, height)
        return self._eyes

    def close(self) -> None:
        self._eyes.close()


def _opened(source: FrameSource, make_eyes: MakeEyes, orders: VisionOrders | None) -> _Opened:
    """Eyes for the size that the source promises."""
    eyes = make_eyes(source.size_px)
    return _Opened(eyes, source.size_px, make_eyes, orders or VisionOrders())


def _sights(
    frames: Iterator[Frame], opened: _Opened, take_notice: Callable[[], LightNotice | None]
) -> Iterator[Seen]:
    """Look at each frame that is to be looked at."""
    for frame in frames:
        eyes = opened.for_frame(frame)
        sight = _shut(frame) if eyes is None else eyes.look(frame, take_notice())
        yield Seen(
            taken_s=frame.taken_s,
            read_s=frame.read_s,
            looked_s=time.monotonic(),
            sight=sight,
        )


def _shut(frame: Frame) -> Sight:
    """What shut eyes see."""
    nothing = Observation(at_s=frame.taken_s)
    return Sight(at_s=frame.taken_s, evidence=(), observation=nothing, stages_ms={}, hands_seen=0)
