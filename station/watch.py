"""Frames to sights: in two threads beside the main one, or in step with it."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from vision.eyes import Eyes, LightNotice, Sight

from station.latest import Latest
from station.threads import NamedThread
from vision.frames import Frame, FrameSource, FrameSourceLostError

logger = logging.getLogger(__name__)

QUEUED_SIGHTS = 300
"""Ten seconds at 30 Hz. A main thread that is further behind is stuck, and that is an error."""
AGAIN_AFTER_S = 2.0
"""How long to wait before a source or the eyes are tried again."""


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

    def __init__(self, source: FrameSource, eyes: Eyes) -> None:
        self._source, self._eyes = source, eyes
        self._frames: Iterator[Frame] = source.frames()
        self._light: LightNotice | None = None
        self.trouble: str | None = None
        self.ended = False

    def take(self, timeout_s: float) -> Seen | None:  # noqa: ARG002 - a film never lets wait
        """The next sight; None at the end."""
        frame = next(self._frames, None)
        if frame is None:
            self.ended = True
            return None
        seen = _look(self._eyes, frame, self._light)
        self._light = None
        self.trouble = seen.sight.trouble
        return seen

    def notice(self, light: LightNotice) -> None:
        """Tell the eyes that the light changes."""
        self._light = light

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()
        self._eyes.close()


class Live:
    """A camera thread and a vision thread. Frames are dropped, sights are not.

    Both begin again by themselves when something in them breaks; only a broken film ends it.
    """

    def __init__(
        self, source: FrameSource, make_eyes: Callable[[], Eyes], *, is_film: bool = False
    ) -> None:
        self._source, self._make_eyes, self._is_film = source, make_eyes, is_film
        self._frames: Latest[Frame] = Latest()
        self._sights: queue.Queue[Seen] = queue.Queue(QUEUED_SIGHTS)
        self._light: Latest[LightNotice] = Latest()
        self._source_trouble: str | None = None
        self._eyes_trouble: str | None = None
        self._film_lost: FrameSourceLostError | None = None
        self._source_ended = threading.Event()
        self._camera = NamedThread("camera", self._take_frames).start()
        self._vision = NamedThread("vision", self._look_at_frames).start()

    @property
    def trouble(self) -> str | None:
        """What keeps the station from seeing."""
        return self._source_trouble or self._eyes_trouble or _trouble_of(self._source)

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
        self._light.put(light)

    def close(self) -> None:
        """Stop both threads and let go of the source."""
        self._camera.ask_to_stop()
        self._source.close()
        self._camera.stop()
        self._vision.stop()

    def _take_frames(self, stop: threading.Event) -> None:
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
        eyes = self._make_eyes()
        try:
            while not stop.is_set():
                over = self._source_ended.is_set()
                frame = self._frames.take(timeout_s=0.1)
                if frame is None:
                    if over:
                        return
                    continue
                try:
                    seen = _look(eyes, frame, self._light.take(timeout_s=0))
                except Exception:
                    logger.exception("the eyes failed; they begin again")
                    self._eyes_trouble = (
                        "Seeing failed and begins again. If this stays, restart the station and"
                        " send its log to whoever looks after it."
                    )
                    eyes.close()
                    stop.wait(AGAIN_AFTER_S)
                    eyes = self._make_eyes()
                    continue
                self._eyes_trouble = seen.sight.trouble
                self._sights.put_nowait(seen)
        finally:
            eyes.close()


def _look(eyes: Eyes, frame: Frame, light: LightNotice | None) -> Seen:
    sight = eyes.look(frame, light)
    return Seen(
        taken_s=frame.taken_s, read_s=frame.read_s, looked_s=time.monotonic(), sight=sight
    )


def _trouble_of(source: FrameSource) -> str | None:
    """Sources that mend themselves tell meanwhile what is wrong."""
    told = getattr(source, "trouble", None)
    return told if isinstance(told, str) else None
