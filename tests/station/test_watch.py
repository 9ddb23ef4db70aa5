"""Frames to sights in two threads: frames may be lost, sights may not, and both threads mend."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from station.watch import EyesTroubleError, InStep, Live, Seen, SourceNote
from vision.eyes import Sight
from vision.frames import Frame, FrameSourceLostError
from vision.light import LightNotice
from vision.observations import Observation

PICTURE = np.zeros((4, 6, 3), np.uint8)


@dataclass
class Pictures:
    """A source that gives so many frames as fast as they are asked for, or breaks."""

    count: int
    breaks: FrameSourceLostError | None = None
    pace: Callable[[], None] = lambda: None
    opened: int = 0
    size_px: tuple[int, int] = (6, 4)
    closed: threading.Event = field(default_factory=threading.Event)

    def frames(self) -> Iterator[Frame]:
        self.opened += 1
        for n in range(self.count):
            if self.closed.is_set():
                return
            self.pace()
            yield Frame(taken_s=float(n), bgr=PICTURE, read_s=time.monotonic())
        if self.breaks is not None:
            raise self.breaks

    def close(self) -> None:
        self.closed.set()


@dataclass
class Looks:
    """Eyes that note what they are asked to look at."""

    looked: list[float] = field(default_factory=list)
    notices: list[LightNotice] = field(default_factory=list)
    fail_at_s: float | None = None
    closed: int = 0

    def look(self, frame: Frame, light: LightNotice | None = None) -> Sight:
        if frame.taken_s == self.fail_at_s:
            self.fail_at_s = None
            raise ArithmeticError("the eyes fail once")
        self.looked.append(frame.taken_s)
        if light is not None:
            self.notices.append(light)
        at_s = frame.taken_s
        return Sight(
            at_s=at_s,
            evidence=(),
            observation=Observation(at_s=at_s),
            stages_ms={},
            hands_seen=0,
        )

    def close(self) -> None:
        self.closed += 1


def all_of(live: Live, within_s: float = 20.0) -> list[Seen]:
    seen: list[Seen] = []
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        one = live.take(0.05)
        if one is not None:
            seen.append(one)
        elif live.ended:
            break
    return seen


def test_a_film_is_seen_to_its_end_and_every_sight_is_kept() -> None:
    eyes = Looks()
    live = Live(Pictures(60, pace=lambda: time.sleep(0.002)), lambda _: eyes)  # type: ignore[arg-type,return-value]
    seen = all_of(live)
    live.close()
    assert [one.taken_s for one in seen] == eyes.looked
    assert seen[-1].taken_s == 59.0, "the newest frame is never the one that is dropped"
    assert live.dropped_frames + len(seen) == 60
    assert eyes.closed == 1


def test_eyes_that_fail_are_opened_again_and_it_is_told_meanwhile() -> None:
    eyes = Looks(fail_at_s=3.0)
    slow = Pictures(400, pace=lambda: time.sleep(0.02))
    live = Live(slow, lambda _: eyes)  # type: ignore[arg-type,return-value]
    end_s = time.monotonic() + 10
    while live.trouble is None and time.monotonic() < end_s:
        live.take(0.02)
    assert "begins again" in (live.trouble or "")
    while live.trouble is not None and time.monotonic() < end_s:
        live.take(0.02)
    live.close()
    assert live.trouble is None
    assert eyes.closed == 2


def test_eyes_that_cannot_be_opened_tell_why() -> None:
    def no_eyes(_size: tuple[int, int]) -> Looks:
        raise EyesTroubleError("The calibration was made for another camera.")

    live = Live(Pictures(400, pace=lambda: time.sleep(0.02)), no_eyes)  # type: ignore[arg-type]
    end_s = time.monotonic() + 10
    while live.trouble is None and time.monotonic() < end_s:
        live.take(0.02)
    live.close()
    assert live.trouble == "The calibration was made for another camera."


def test_a_film_that_breaks_off_ends_it_with_its_text() -> None:
    broken = FrameSourceLostError("The film breaks off at 3 s.")
    live = Live(Pictures(30, breaks=broken), lambda _: Looks(), is_film=True)  # type: ignore[arg-type,return-value]
    with pytest.raises(FrameSourceLostError, match="breaks off"):
        all_of(live)
    live.close()


def test_a_camera_that_breaks_is_opened_again() -> None:
    source = Pictures(3, breaks=FrameSourceLostError("The cable is out."))
    live = Live(source, lambda _: Looks())  # type: ignore[arg-type,return-value]
    end_s = time.monotonic() + 10
    while source.opened < 2 and time.monotonic() < end_s:
        live.take(0.02)
    live.close()
    assert source.opened >= 2


def test_a_source_that_mends_itself_is_heard() -> None:
    note = SourceNote()
    live = Live(Pictures(5), lambda _: Looks(), source_note=note)  # type: ignore[arg-type,return-value]
    note.tell("Camera 0 is not there.")
    assert live.trouble == "Camera 0 is not there."
    note.tell(None)
    assert live.trouble is None
    live.close()


def test_in_step_every_frame_is_looked_at_and_notices_arrive_with_the_next() -> None:
    eyes = Looks()
    watch = InStep(Pictures(3), lambda _: eyes)  # type: ignore[arg-type,return-value]
    assert watch.take(0.0) is not None
    notice = LightNotice(at_s=0.1, zone_ids=frozenset({"jig", "bin_a"}))
    watch.notice(LightNotice(at_s=0.0, zone_ids=frozenset({"bin_a"})))
    watch.notice(LightNotice(at_s=0.1, zone_ids=frozenset({"jig"})))
    assert watch.take(0.0) is not None
    assert watch.take(0.0) is not None
    assert not watch.ended
    assert watch.take(0.0) is None
    assert watch.ended
    watch.close()
    assert (eyes.looked, eyes.notices, eyes.closed) == ([0.0, 1.0, 2.0], [notice], 1)
