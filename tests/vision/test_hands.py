"""How many bare hands the real model finds in real pictures."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.camera import FilmFrames
from vision.hands import HandFinder

pytestmark = pytest.mark.footage


def test_nearly_every_bare_hand_in_the_stills_is_found(hand_model: bytes, recordings: Path) -> None:
    """Each still is a stranger: it is shown three times, as the start of a film would."""
    finder = HandFinder(hand_model)
    stills = sorted((recordings / "hand_stills").glob("*.jpg"))
    found, at_s = [], 0.0
    for still in stills:
        picture = np.asarray(cv2.imread(str(still)), np.uint8)
        scale = 1280 / max(picture.shape)
        small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale), np.uint8)
        looks = [finder.find(small, taken_s=at_s + second) for second in (1.0, 2.0, 3.0)]
        at_s += 3.0
        found.append(bool(looks[-1]))
    finder.close()
    assert len(found) == 25
    assert sum(found) >= 23


def test_a_hand_before_a_whiteboard_is_followed(finder: HandFinder, recordings: Path) -> None:
    film = next((recordings / "hand_clip").glob("*.mp4"))
    seen = [
        len(finder.find(frame.bgr, taken_s=frame.taken_s))
        for frame in islice(FilmFrames(film, paced=False).frames(), 0, 300, 3)
    ]
    assert sum(count >= 1 for count in seen) >= 0.95 * len(seen)


def test_landmarks_lie_on_the_hand(finder: HandFinder, recordings: Path) -> None:
    """In frame 150 of the desk film the finger rests on the mouse, at about (430, 430)."""
    film = FilmFrames(recordings / "desk_reach" / "cam0_test.mp4", paced=False)
    for frame in islice(film.frames(), 140, 151):
        hands = finder.find(frame.bgr, taken_s=frame.taken_s)
    assert len(hands) == 1
    assert hands[0].landmarks_px.shape == (21, 2)
    assert np.linalg.norm(hands[0].landmarks_px[8] - (430, 430)) < 40
    assert hands[0].side == "right"


def test_equal_times_are_no_error(finder: HandFinder) -> None:
    grey = np.full((120, 160, 3), 90, np.uint8)
    assert [finder.find(grey, taken_s=at_s) for at_s in (1.0, 1.0, 0.5)] == [(), (), ()]
