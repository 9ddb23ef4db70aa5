"""What a station writes besides while a session is recorded: observations, marks, pictures."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

import cv2

from station.clock import SourceClock
from station.loop import Keys
from station.sessions.folder import SessionError
from station.sessions.marks import Marks
from station.watch import Seen, Watch
from tasks.model import Task
from vision.frames import Frame, FrameSource
from vision.light import LightNotice
from vision.observations import to_json

QUALITY = 90
"""JPEG quality of a kept film: hands are found as well as before."""


class WatchAndNote:
    """A watch whose observations are written down as they are taken."""

    def __init__(self, watch: Watch, lines: TextIO) -> None:
        self._watch, self._lines = watch, lines

    @property
    def trouble(self) -> str | None:
        """As the watch beneath says."""
        return self._watch.trouble

    @property
    def ended(self) -> bool:
        """As the watch beneath says."""
        return self._watch.ended

    def take(self, timeout_s: float) -> Seen | None:
        """The next sight, written down."""
        seen = self._watch.take(timeout_s)
        if seen is not None and seen.sight.trouble is None:
            print(to_json(seen.sight.observation), file=self._lines)
        return seen

    def notice(self, light: LightNotice) -> None:
        """Hand on."""
        self._watch.notice(light)

    def close(self) -> None:
        """Let go of the source."""
        self._watch.close()


class MarkingKeys:
    """Keys while a session is recorded: next marks a step as truly done, back withdraws a mark.

    The other keys work as always. Marks are written whole each time, so that a power cut costs
    none of them.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        task: Task,
        clock: SourceClock,
        path: Path,
        typed: Typed | None = None,
        tell: Callable[[str], None],
    ) -> None:
        self._keys, self._clock, self._path = keys, clock, path
        self._typed, self._say = typed, tell
        self._marks = Marks(task=task)
        self._write()
        self._ask()

    def take_presses(self) -> Sequence[str]:
        """What was pressed and is no mark."""
        left: list[str] = []
        for name in self._keys.take_presses():
            if name == "next":
                self._take(self._marks.marked(self._clock.now_s()))
            elif name == "back":
                self._take(self._marks.withdrawn())
            else:
                left.append(name)
        for line in () if self._typed is None else self._typed.taken():
            left += self._typed_in(line)
        return left

    def _typed_in(self, line: str) -> list[str]:
        text = line.strip().lower()
        if text in {"q", "quit"}:
            return ["quit"]
        if text in {"b", "back"}:
            self._take(self._marks.withdrawn())
        elif text == "" or text.isdigit():
            self._take(self._marks.marked(self._clock.now_s(), int(text or 1) - 1))
        return []

    def _take(self, marks: Marks) -> None:
        if marks is not self._marks:
            self._marks = marks
            self._write()
        self._ask()

    def _write(self) -> None:
        part = self._path.with_name(f"{self._path.name}.part")
        part.write_text(
            "".join(f"{json.dumps(line)}\n" for line in self._marks.lines()), encoding="utf-8"
        )
        part.replace(self._path)

    def _ask(self) -> None:
        steps = self._marks.task.steps
        choices = ", ".join(
            f"{number} {steps[place].step_id}"
            for number, place in enumerate(self._marks.choices[:9], start=1)
        )
        self._say(f"{len(self._marks.made)} marked. When it is done, press Enter: {choices}")


class Typed:
    """Lines typed in a terminal, for a bench whose window has no keyboard."""

    def __init__(self, lines: TextIO = sys.stdin) -> None:
        self._lines: SimpleQueue[str] = SimpleQueue()
        # A thread that waits for a key cannot be asked to stop: it ends with the program.
        threading.Thread(target=self._read, args=(lines,), name="typed", daemon=True).start()

    def taken(self) -> list[str]:
        """What was typed since the last call."""
        taken: list[str] = []
        with contextlib.suppress(Empty):
            while True:
                taken.append(self._lines.get_nowait())
        return taken

    def _read(self, lines: TextIO) -> None:
        for line in lines:
            self._lines.put(line)


class Filmed:
    """A frame source whose pictures are kept in a film, with the time of each."""

    def __init__(self, source: FrameSource, path: Path, *, rate_hz: float) -> None:
        self._source, self._path, self._rate_hz = source, path, rate_hz
        self._times = path.with_suffix(".jsonl").open("w", encoding="utf-8")
        self._film: cv2.VideoWriter | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """As the source says."""
        return self._source.size_px

    def frames(self) -> Iterator[Frame]:
        """The frames of the source, kept.

        Raises:
            FrameSourceLostError: The source broke.
            SessionError: The film cannot be written.
        """
        for frame in self._source.frames():
            self._keep(frame)
            yield frame

    def close(self) -> None:
        """End the film and let go of the source. May be called twice."""
        self._source.close()
        if self._film is not None:
            self._film.release()
            self._film = None
        self._times.close()

    def _keep(self, frame: Frame) -> None:
        if self._times.closed:
            return
        if self._film is None:
            height, width = frame.bgr.shape[:2]
            fourcc = cv2.VideoWriter.fourcc(*"MJPG")
            self._film = cv2.VideoWriter(str(self._path), fourcc, self._rate_hz, (width, height))
            self._film.set(cv2.VIDEOWRITER_PROP_QUALITY, QUALITY)
            if not self._film.isOpened():
                raise SessionError(f"The film {self._path} cannot be written. Is the disk full?")
        self._film.write(frame.bgr)
        print(json.dumps({"taken_s": round(frame.taken_s, 4)}), file=self._times)
