"""Cameras come back by themselves, films tell where they break off."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from station_config.station import Camera
from vision.camera import CameraFrames, FilmFrames
from vision.frames import Frame, FrameSourceLostError
from vision.trouble import BLACK, FROZEN, BlackJudge, FrozenJudge

CAMERA = Camera(source="0", width_px=160, height_px=120, rate_hz=30)
FilmMaker = Callable[..., Path]


def plugged_in(*films: Path | None) -> Callable[[], cv2.VideoCapture]:
    """A camera that plays these films one after the other; None is a camera that is not there."""
    coming = iter(films)

    def opened() -> cv2.VideoCapture:
        now = next(coming, None)
        return cv2.VideoCapture() if now is None else cv2.VideoCapture(str(now))

    return opened


def watched(opener: Callable[[], cv2.VideoCapture]) -> tuple[CameraFrames, list[str | None]]:
    told: list[str | None] = []
    return CameraFrames(CAMERA, tell=told.append, opener=opener, retry_first_s=0.001), told


def test_a_camera_that_is_missing_at_first_is_told_once_and_found(film: FilmMaker) -> None:
    camera, told = watched(plugged_in(None, None, film(frames=5)))
    assert len(list(islice(camera.frames(), 5))) == 5
    assert told == ["Camera 0 is not there. Is it plugged in?", None]


def test_a_camera_that_is_unplugged_in_the_middle_comes_back(film: FilmMaker) -> None:
    again = film("again.avi", frames=4)
    camera, told = watched(plugged_in(film(frames=3), None, again))
    frames = list(islice(camera.frames(), 7))
    assert len(frames) == 7
    times = [frame.taken_s for frame in frames]
    assert times == sorted(times)
    assert told == [
        "Camera 0 has stopped. Is its cable in?",
        "Camera 0 is not there. Is it plugged in?",
        None,
    ]


def test_pictures_of_another_size_are_told_and_not_passed_on(film: FilmMaker) -> None:
    small = film("small.avi", size_wh=(80, 60), paint=lambda _: np.zeros((60, 80, 3), np.uint8))
    camera, told = watched(plugged_in(small, film(frames=2)))
    sizes = {frame.bgr.shape for frame in islice(camera.frames(), 2)}
    assert sizes == {(120, 160, 3)}
    assert told[0] is not None
    assert "80 x 60, not 160 x 120" in told[0]


def test_closing_ends_a_camera_that_is_not_there() -> None:
    tries: list[int] = []
    cameras: list[CameraFrames] = []

    def nothing() -> cv2.VideoCapture:
        tries.append(1)
        if len(tries) == 3:
            cameras[0].close()
            cameras[0].close()
        return cv2.VideoCapture()

    camera, _ = watched(nothing)
    cameras.append(camera)
    assert list(camera.frames()) == []
    assert len(tries) == 3


def test_a_camera_number_that_does_not_exist_makes_no_traceback_and_no_noise(
    capfd: pytest.CaptureFixture[str],
) -> None:
    told: list[str | None] = []
    nowhere = Camera(source="97", width_px=160, height_px=120, rate_hz=30)

    def tell(trouble: str | None) -> None:
        told.append(trouble)
        camera.close()

    camera = CameraFrames(nowhere, tell=tell)
    assert list(camera.frames()) == []
    assert told == ["Camera 97 is not there. Is it plugged in?"]
    assert capfd.readouterr().err == ""


def pictures(levels: Iterator[int] | list[int], *, rate_hz: float = 10.0) -> Iterator[Frame]:
    for number, level in enumerate(levels):
        bgr = np.full((120, 160, 3), level, np.uint8)
        yield Frame(taken_s=number / rate_hz, bgr=bgr, read_s=0.0)


def test_a_covered_lens_is_told_after_a_second_and_over_at_once() -> None:
    judge = BlackJudge()
    told = [judge.trouble(frame) for frame in pictures([90] * 3 + [2] * 15 + [90])]
    assert told == [None] * 13 + [BLACK] * 5 + [None]


def test_a_dark_room_with_one_bright_thing_is_not_black() -> None:
    bgr = np.full((120, 160, 3), 3, np.uint8)
    bgr[40:80, 40:80] = 200
    judge = BlackJudge()
    assert all(
        judge.trouble(Frame(taken_s=float(second), bgr=bgr, read_s=0.0)) is None
        for second in range(10)
    )


def test_a_camera_that_repeats_one_picture_is_told_after_five_seconds() -> None:
    judge = FrozenJudge()
    told = [judge.trouble(frame) for frame in pictures([90, 91] + [92] * 52)]
    assert told[:52] == [None] * 52
    assert told[52:] == [FROZEN, FROZEN]


def test_a_film_is_its_own_clock(film: FilmMaker) -> None:
    frames = list(FilmFrames(film(frames=30), paced=False).frames())
    assert [round(frame.taken_s * 30) for frame in frames] == list(range(30))
    assert frames[0].bgr.shape == (120, 160, 3)


def test_a_paced_film_gives_no_frame_before_its_time(film: FilmMaker) -> None:
    # Not from the first frame on: on a busy machine that one is read late.
    began_s = time.monotonic()
    frames = list(FilmFrames(film(frames=8), paced=True).frames())
    assert all(frame.read_s - began_s >= frame.taken_s - 0.01 for frame in frames)


def test_a_film_that_is_cut_off_tells_how_far_it_came(film: FilmMaker) -> None:
    path = film(frames=60)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    frames = FilmFrames(path, paced=False).frames()
    assert len(list(islice(frames, 15))) == 15
    with pytest.raises(FrameSourceLostError, match=r"breaks off at .* s of 2\.0 s"):
        deque(frames, maxlen=0)


@pytest.mark.parametrize("content", [b"", b"this is no film", b"\0" * 100_000])
def test_what_is_no_film_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.mp4"
    path.write_bytes(content)
    with pytest.raises(FrameSourceLostError, match="damaged, or it is no film"):
        FilmFrames(path, paced=False)


def test_a_wrong_path_is_told(tmp_path: Path) -> None:
    with pytest.raises(FrameSourceLostError, match="There is no film"):
        FilmFrames(tmp_path / "nowhere.mp4", paced=False)


def test_closing_ends_a_film(film: FilmMaker) -> None:
    source = FilmFrames(film(frames=30), paced=False)
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []
