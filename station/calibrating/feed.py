"""Frames for who shows a picture and wants the frame in which it has arrived."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from calibration.trouble import CalibrationTroubleError
from station.clock import SourceClock
from station.latest import Latest
from station.threads import NamedThread
from vision.frames import Frame, FrameSource, FrameSourceLostError

PATIENCE_S = 12.0
"""Opening a camera takes a few seconds, some webcams up to ten (station.doctor waits 8)."""
POLL_S = 0.05
"""How often the window's keys are looked at while no frame comes."""
NO_PICTURES = (
    "No picture came from the camera for {for_s:g} s. Look at its cable, and see that no other"
    " program uses it (is the station running?)."
)

ENDED = "The camera's pictures ended before the work was done. Start again."


class Feed(Protocol):
    """Frames one after the other, and the clock they are on."""

    def now_s(self) -> float:
        """The source's clock."""
        ...

    def after(self, at_s: float) -> Frame:
        """The first frame that was taken at `at_s` or later, on the source's clock.

        Raises:
            CalibrationTroubleError: The camera gives no pictures.
        """
        ...

    def pause(self, for_s: float) -> None:
        """Let time pass without looking; none passes on a clock that stands still."""
        ...

    def close(self) -> None:
        """Let go of the source. May be called twice."""
        ...


class InStepFeed:
    """Takes frames from a source whose time passes only when it is asked for one (the twin)."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._frames: Iterator[Frame] = source.frames()
        self._taken_s = 0.0

    def now_s(self) -> float:
        """When the newest frame was taken."""
        return self._taken_s

    def after(self, at_s: float) -> Frame:
        """The first frame that was taken at `at_s` or later."""
        try:
            for frame in self._frames:
                self._taken_s = frame.taken_s
                if frame.taken_s >= at_s:
                    return frame
        except FrameSourceLostError as error:
            raise CalibrationTroubleError(str(error)) from None
        raise CalibrationTroubleError(ENDED)

    def pause(self, for_s: float) -> None:
        """Nothing: this clock goes on with its frames only."""

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()


class LiveFeed:
    """Takes frames as they come; a thread of its own reads the camera."""

    def __init__(
        self,
        source: FrameSource,
        *,
        trouble: Callable[[], str | None] = lambda: None,
        alive: Callable[[], None] = lambda: None,
        now_s: Callable[[], float] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Begin to read.

        Args:
            source: Where frames come from.
            trouble: What a source that mends itself says meanwhile.
            alive: Called every turn of waiting: a window that does not answer is covered by the
                desktop.
            now_s: The source's own clock, if it can be asked (the twin's); else it is carried on
                from the newest frame, and what the camera takes to hand a frame over counts as
                delay of the light.
            patience_s: How long no frame may come.
        """
        self._source, self._trouble, self._alive = source, trouble, alive
        self._patience_s = patience_s
        self._frames: Latest[Frame] = Latest()
        self._thread = NamedThread("camera", self._read).start()
        self._clock = SourceClock()
        self._now_s = now_s or self._clock.now_s

    def now_s(self) -> float:
        """The source's clock."""
        return self._now_s()

    def after(self, at_s: float) -> Frame:
        """The first frame that was taken at `at_s` or later."""
        until_s = time.monotonic() + self._patience_s
        while time.monotonic() < until_s:
            self._alive()
            frame = self._frames.take(timeout_s=POLL_S)
            if frame is None:
                self._look_for_trouble()
                continue
            self._clock.set(taken_s=frame.taken_s, read_s=frame.read_s)
            if frame.taken_s >= at_s:
                return frame
        raise CalibrationTroubleError(self._trouble() or NO_PICTURES.format(for_s=self._patience_s))

    def pause(self, for_s: float) -> None:
        """Let time pass without looking."""
        time.sleep(for_s)

    def close(self) -> None:
        """Stop the thread and let go of the source."""
        self._thread.ask_to_stop()
        self._source.close()
        self._thread.stop()

    def _look_for_trouble(self) -> None:
        error = self._thread.error
        if isinstance(error, FrameSourceLostError):
            raise CalibrationTroubleError(str(error)) from None
        self._thread.raise_if_dead()
        if not self._thread.alive:
            raise CalibrationTroubleError(ENDED)

    def _read(self, stop: threading.Event) -> None:
        for frame in self._source.frames():
            self._frames.put(frame)
            if stop.is_set():
                return
