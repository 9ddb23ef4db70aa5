"""Where light and written lines go."""

from __future__ import annotations

import gzip
import itertools
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from projector.recorder import Recorder
from projector.screen import Screen
from projector.screens import Screens
from projector.window import Window
from station.clock import SourceClock
from station.loop import Keys
from station.sessions.recording import MarkingKeys, Typed, WatchAndNote
from station.watch import Watch
from station.wishes import StationError, Wishes
from station_config.station import Station
from tasks.event_lines import EventLine, json_text
from tasks.evidence_lines import evidence_line
from tasks.model import Evidence, Task, in_language


class _NoKeys:
    """A bench without a window has no keyboard; a pedal comes over MQTT."""

    def take_presses(self) -> Sequence[str]:
        """Nothing."""
        return ()


def opened_screen(
    wishes: Wishes, station: Station, size_px: tuple[int, int], twin: Screen | None
) -> tuple[Screen, Keys]:
    """Where light goes. The twin needs it to follow it; a window is for people."""
    if not wishes.window:
        return twin or Recorder(), _NoKeys()
    window = Window(
        size_px,
        display=0 if wishes.windowed else station.projector.display,
        windowed=wishes.windowed,
        title=in_language(station.title, station.language),
    )
    return (window if twin is None else Screens(twin, window)), window


def event_writer(path: Path | None, on_exit: ExitStack) -> Callable[[EventLine], None] | None:
    """What `--events` writes with; None when nobody asked for it."""
    if path is None:
        return None
    lines = on_exit.enter_context(_opened_for(path))
    numbers = itertools.count(1)

    def write(line: EventLine) -> None:
        print(json_text({"seq": next(numbers), **line}), file=lines, flush=True)

    return write


def noted(wishes: Wishes, watch: Watch, on_exit: ExitStack) -> Watch:
    """The watch, writing observations down where `--out` of a recording asks for it."""
    if wishes.observations is None:
        return watch
    return WatchAndNote(watch, on_exit.enter_context(_packed_for(wishes.observations)))


def marking(wishes: Wishes, keys: Keys, task: Task, clock: SourceClock) -> Keys:
    """The keys, marking the truth where a recording asks for it."""
    if wishes.marks is None:
        return keys
    typed = Typed() if sys.stdin is not None and not sys.stdin.closed else None
    return MarkingKeys(
        keys, task=task, clock=clock, path=wishes.marks, typed=typed, tell=wishes.tell
    )


def evidence_writer(path: Path | None, on_exit: ExitStack) -> Callable[[Evidence], None]:
    """What `--evidence` writes with."""
    if path is None:
        return lambda _: None
    lines = on_exit.enter_context(_opened_for(path))
    return lambda evidence: print(evidence_line(evidence), file=lines, flush=True)


def _opened_for(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise StationError(f"{path} cannot be written: {error.strerror}.") from None


def _packed_for(path: Path) -> TextIO:
    try:
        return gzip.open(path, "wt", encoding="utf-8")
    except OSError as error:
        raise StationError(f"{path} cannot be written: {error.strerror}.") from None
