"""The eyes judge a taught zone when neither hand nor changing light is in it."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from tasks.model import Evidence
from tests.vision.taught_bench import (
    HIGH_PX,
    MAPS,
    STATION,
    WIDE_PX,
    bench,
    kept,
    up_to,
)
from vision.eyes import Eyes
from vision.frames import Frame
from vision.light import LightNotice
from vision.taught_looks import (
    models_of,
    read_looks,
    start_of,
)


def eyes(tmp_path: Path) -> Eyes:
    """The eyes of a station at which three looks and the empty jig were taught."""
    kept(tmp_path, start_of("jig"), "housing", "spring", "lens")
    models = models_of(read_looks(tmp_path), STATION, MAPS.cam_from_bench)
    return Eyes(station=STATION, maps=MAPS, camera_wh=(WIDE_PX, HIGH_PX), hands=None, looks=models)


def frames(count: int, *parts: str, begin: int, arm: bool = False) -> list[Frame]:
    """A moment at the bench, at ten pictures a second."""
    made = []
    for number in range(begin, begin + count):
        bgr = bench(*parts, seed=number)
        if arm:
            cv2.line(bgr, (320, HIGH_PX), (320, 260), (60, 90, 190), 70)
        made.append(Frame(taken_s=number / 10, bgr=bgr, read_s=0.0))
    return made


def looks_told(told: list[Evidence]) -> list[str]:
    return [str(one.sign) for one in told if one.sign.kind == "looks" and one.p > 0.9]


def test_the_eyes_tell_how_the_jig_looks_when_the_hand_has_gone(tmp_path: Path) -> None:
    watching = eyes(tmp_path)
    before = [e for f in frames(12, begin=0) for e in watching.look(f).evidence]
    busy = [e for f in frames(6, begin=12, arm=True) for e in watching.look(f).evidence]
    after = [e for f in frames(14, "housing", begin=18) for e in watching.look(f).evidence]
    assert looks_told(before) == []
    assert looks_told(busy) == []
    assert set(looks_told(after)) == {"looks:housing"}
    assert len(looks_told(after)) <= 3
    first = next(e for e in after if str(e.sign) == "looks:housing")
    assert first.at_s >= 1.8 + 0.3


def test_time_never_falls_with_looks_among_the_evidence(tmp_path: Path) -> None:
    watching = eyes(tmp_path)
    film = frames(8, "housing", begin=0) + frames(5, "housing", begin=8, arm=True)
    film += frames(9, *up_to("spring"), begin=13)
    at_s = [e.at_s for f in film for e in watching.look(f).evidence]
    assert len(at_s) > 2
    assert at_s == sorted(at_s)


def test_while_the_light_on_the_jig_changes_its_look_is_not_judged(tmp_path: Path) -> None:
    watching = eyes(tmp_path)
    told = []
    for frame in frames(30, "housing", begin=0):
        notice = LightNotice(at_s=frame.taken_s, zone_ids=frozenset({"jig"}))
        told += watching.look(frame, notice).evidence
    assert looks_told(told) == []


def test_a_zone_with_light_in_its_midst_is_judged_when_the_light_has_gone(tmp_path: Path) -> None:
    watching, told, judged_s = eyes(tmp_path), list[Evidence](), list[float]()
    for number, frame in enumerate(frames(30, "housing", begin=0)):
        lit = {0: frozenset({"jig"}), 20: frozenset[str]()}.get(number)
        notice = None
        if lit is not None:
            notice = LightNotice(at_s=frame.taken_s, zone_ids=frozenset({"jig"}), lit=lit)
        sight = watching.look(frame, notice)
        told += [e for e in sight.evidence if e.sign.kind == "looks"]
        judged_s += [sight.at_s] * bool(sight.judged)
        assert sight.still <= {"jig"}
    # The light goes at 2.0 s; 0.15 s of delay and 0.1 s of fading later it is gone.
    assert judged_s[0] == pytest.approx(2.3)
    assert "looks:housing" in looks_told(told)
