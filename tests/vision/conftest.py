"""Recordings, the hand model and small films for the tests of vision."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vision.hands import HandFinder
from vision.model_file import ModelFileError, model_path, verified_model

RATE_HZ = 30.0


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder with real recordings, which are never copied into the project."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("HANDWIJZER_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"the recordings are not in {folder}; set HANDWIJZER_DATA")
    return folder


@pytest.fixture(scope="session")
def hand_model() -> bytes:
    """The real hand model."""
    try:
        return verified_model(model_path())
    except ModelFileError as error:
        pytest.skip(f"the hand model is missing: {error}")


@pytest.fixture
def finder(hand_model: bytes) -> Iterator[HandFinder]:
    """The real MediaPipe with the real model."""
    made = HandFinder(hand_model)
    yield made
    made.close()


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    """Writes a film of a grey bench on which a white square walks to the right."""

    def write(
        name: str = "film.avi",
        *,
        frames: int = 30,
        size_wh: tuple[int, int] = (160, 120),
        paint: Callable[[int], NDArray[np.uint8]] | None = None,
    ) -> Path:
        path = tmp_path / name
        fourcc = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(path), fourcc, RATE_HZ, size_wh)
        for number in range(frames):
            picture = np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
            picture[40:60, 3 * number : 3 * number + 20] = 255
            writer.write(picture if paint is None else paint(number))
        writer.release()
        return path

    return write
