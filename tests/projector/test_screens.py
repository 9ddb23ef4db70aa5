from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from projector.recorder import Recorder
from projector.screens import Screens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from projector.screen import RectPx

PICTURE = np.zeros((40, 60, 4), np.uint8)
PICTURE[10:20, 10:30] = (10, 200, 30, 0)


class Unplugged:
    """A screen whose cable was pulled."""

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        raise OSError(f"no signal for {picture_bgrx.shape}, {len(changed_px)} areas")

    def close(self) -> None:
        raise OSError("no signal")


def held(recorder: Recorder) -> NDArray[np.uint8]:
    assert recorder.picture_bgrx is not None
    return recorder.picture_bgrx


def test_a_recorder_holds_the_last_picture_and_counts_changes() -> None:
    recorder = Recorder()
    recorder.put(PICTURE, [(0, 0, 60, 40)])
    recorder.put(PICTURE, [])
    assert np.array_equal(held(recorder), PICTURE)
    assert recorder.changes == 1


def test_a_recorder_believes_what_it_is_told_has_changed_as_a_window_does() -> None:
    recorder = Recorder()
    recorder.put(PICTURE, [(0, 0, 60, 40)])
    later = PICTURE.copy()
    later[0:5, 0:5] = 99
    later[30:35, 30:35] = 99
    recorder.put(later, [(0, 0, 5, 5)])
    assert held(recorder)[2, 2, 0] == 99
    assert held(recorder)[32, 32, 0] == 0


def test_a_kept_picture_can_be_looked_at(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "light")
    with pytest.raises(ValueError, match="nothing to keep"):
        recorder.keep("step_01")
    recorder.put(PICTURE, [(0, 0, 60, 40)])
    written = np.asarray(cv2.imread(str(recorder.keep("step_01"))))
    assert np.array_equal(written, PICTURE[:, :, :3])


def test_a_closed_recorder_is_dark() -> None:
    recorder = Recorder()
    recorder.put(PICTURE, [(0, 0, 60, 40)])
    recorder.close()
    recorder.close()
    assert not held(recorder).any()


def test_several_screens_show_the_same() -> None:
    first, second = Recorder(), Recorder()
    Screens(first, second).put(PICTURE, [(0, 0, 60, 40)])
    assert np.array_equal(held(first), held(second))


def test_a_screen_that_fails_does_not_take_the_others_with_it() -> None:
    recorder = Recorder()
    screens = Screens(Unplugged(), recorder)
    with pytest.raises(OSError, match="no signal"):
        screens.put(PICTURE, [(0, 0, 60, 40)])
    assert recorder.changes == 1
    with pytest.raises(OSError, match="no signal"):
        screens.close()
    assert recorder.closed


def test_when_all_fail_all_are_told() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        Screens(Unplugged(), Unplugged()).put(PICTURE, [])
    assert len(caught.value.exceptions) == 2
