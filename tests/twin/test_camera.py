"""The twin as a camera: its clock, its faults, and that it comes out the same each time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from station.twin.bench import TwinWishes
from station.twin.faults import Faults
from station.twin.personas import MIXES_UP_BINS
from tests.twin.rehearsal import MakeTwin
from vision.frames import FrameSourceLostError


def test_frames_have_the_cameras_size_and_rate(make_twin: MakeTwin) -> None:
    source = make_twin().frames()
    taken = [next(source) for _ in range(5)]

    assert all(frame.bgr.shape == (720, 1280, 3) for frame in taken)
    assert [round(frame.taken_s * 30) for frame in taken] == [0, 1, 2, 3, 4]
    assert not taken[0].bgr.flags.writeable


def test_the_same_seed_gives_the_same_frames_and_another_one_others(make_twin: MakeTwin) -> None:
    def last_of(seed: int) -> np.ndarray:
        source = make_twin(MIXES_UP_BINS, wishes=TwinWishes(paced=False, seed=seed)).frames()
        return [next(source).bgr for _ in range(50)][-1]

    assert np.array_equal(last_of(5), last_of(5))
    assert not np.array_equal(last_of(5), last_of(6))


def test_no_two_frames_are_alike(make_twin: MakeTwin) -> None:
    source = make_twin().frames()
    first, second = next(source).bgr, next(source).bgr
    difference = np.abs(first.astype(int) - second)
    assert 1.0 < difference.mean() < 5.0


def test_in_real_time_a_slow_reader_misses_frames_and_never_sees_old_ones(
    make_twin: MakeTwin,
) -> None:
    twin = make_twin(wishes=TwinWishes(paced=True))
    source = twin.frames()
    next(source)
    time.sleep(0.25)
    frame = next(source)

    assert twin.skipped >= 5
    assert frame.taken_s >= 0.25
    assert twin.now_s >= frame.taken_s


def test_a_capped_lens_gives_black_pictures(make_twin: MakeTwin) -> None:
    twin = make_twin()
    source = twin.frames()
    assert next(source).bgr.mean() > 60
    twin.faults.black = True
    assert next(source).bgr.mean() < 12


def test_in_a_gloomy_room_the_picture_is_darker(make_twin: MakeTwin) -> None:
    twin = make_twin()
    source = twin.frames()
    usual = next(source).bgr.mean()
    twin.faults.brightness = 0.4
    assert next(source).bgr.mean() < 0.55 * usual


def test_an_unplugged_camera_says_so_and_goes_on_when_it_is_back(make_twin: MakeTwin) -> None:
    twin = make_twin()
    source = twin.frames()
    before = next(source)
    twin.faults.unplugged = True
    with pytest.raises(FrameSourceLostError, match="unplugged"):
        next(source)

    twin.faults.unplugged = False
    assert next(twin.frames()).taken_s > before.taken_s


def test_a_twin_begins_without_faults() -> None:
    assert Faults() == Faults(black=False, unplugged=False, brightness=1.0)


def test_closing_ends_the_frames_and_may_be_done_twice(make_twin: MakeTwin) -> None:
    twin = make_twin()
    source = twin.frames()
    next(source)
    twin.close()
    twin.close()
    assert list(source) == []


def test_frames_end_when_they_were_wished_to(make_twin: MakeTwin) -> None:
    twin = make_twin(wishes=TwinWishes(paced=False, ends_after_s=0.2))
    assert len(list(twin.frames())) == 6


def test_the_truth_goes_to_a_file_line_by_line(make_twin: MakeTwin, tmp_path: Path) -> None:
    path = tmp_path / "truth" / "twin.jsonl"
    twin = make_twin(wishes=TwinWishes(paced=False, truth=path))
    white = np.full((1080, 1920, 4), 255, np.uint8)
    twin.put(white, [(0, 0, 1920, 1080)])
    source = twin.frames()
    for _ in range(150):
        next(source)

    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["what"] for line in lines[:2]] == ["run_begun", "step_done"]
    assert lines[1] == {
        "at_s": lines[1]["at_s"],
        "what": "step_done",
        "run": 1,
        "step": "take_housing",
        "turn": 1,
        "place": 0,
        "zone": "bin_a",
    }
    assert lines == [fact.as_json() for fact in twin.truth]
