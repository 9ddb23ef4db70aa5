"""Where MediaPipe sees hands in a picture. The only home of mediapipe."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python import vision as tasks_vision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

HANDS_AT_MOST = 2
"""One worker. While fewer hands are seen than this, the palm network runs on every picture."""

DETECTION_SCORE = 0.5
PRESENCE_SCORE = 0.5
TRACKING_SCORE = 0.5
"""MediaPipe's own thresholds. Lower ones find no more hands in the recordings that were tried
(docs/vision.md has the table) and show hands where none are."""

SAME_HAND_SHARE = 0.35
"""Two hands whose landmarks lie closer than this share of the hand's size are one hand, seen
twice."""

_CHATTER = ("INFO: Created TensorFlow", "W0000 ", "I0000 ", "WARNING: All log messages before absl")
"""What the library writes to stderr by itself; environment variables do not silence it."""

_WARM_UP_WH = (64, 64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hand:
    """One hand in one picture.

    Attributes:
        landmarks_px: Shape (21, 2), float64, camera pixels, in MediaPipe's order: 0 wrist, then
            four for each finger from thumb to little finger; 4, 8, 12, 16, 20 are the tips.
        side: Left or right hand, as seen from above the bench.
        score: How sure MediaPipe is of the side, 0 to 1.
    """

    landmarks_px: NDArray[np.float64]
    side: Literal["left", "right"]
    score: float


class HandFinder:
    """Looks for hands in one picture after the other. To be used by one thread."""

    def __init__(self, model: bytes) -> None:
        """Load the model.

        Args:
            model: The checked model file, from `vision.model_file.verified_model`.
        """
        options = tasks_vision.HandLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=model),
            running_mode=tasks_vision.RunningMode.VIDEO,
            num_hands=HANDS_AT_MOST,
            min_hand_detection_confidence=DETECTION_SCORE,
            min_hand_presence_confidence=PRESENCE_SCORE,
            min_tracking_confidence=TRACKING_SCORE,
        )
        self._last_ms = 0
        with _without_chatter():
            self._landmarker = tasks_vision.HandLandmarker.create_from_options(options)
            # The first picture makes the library build its networks, and talk about it.
            nothing = np.zeros((*_WARM_UP_WH, 3), np.uint8)
            self._landmarker.detect_for_video(_rgb(nothing), self._last_ms)

    def find(self, bgr: NDArray[np.uint8], *, taken_s: float) -> tuple[Hand, ...]:
        """The hands in this picture, most sure first.

        Args:
            bgr: Shape (height, width, 3), uint8.
            taken_s: The picture's time. Times closer than a millisecond are moved apart, because
                the library refuses equal ones.
        """
        self._last_ms = max(self._last_ms + 1, round(taken_s * 1000.0))
        found = self._landmarker.detect_for_video(_rgb(bgr), self._last_ms)
        size_px = np.array([bgr.shape[1], bgr.shape[0]], np.float64)
        hands = [
            Hand(
                landmarks_px=np.array([(mark.x, mark.y) for mark in marks]) * size_px - 0.5,
                # Seen from above, as it is: checked on the desk film, where it is a right hand.
                side="right" if sides[0].category_name == "Right" else "left",
                score=float(sides[0].score),
            )
            for marks, sides in zip(found.hand_landmarks, found.handedness, strict=True)
        ]
        return _without_doubles(sorted(hands, key=lambda hand: -hand.score))

    def close(self) -> None:
        """Let go of the networks, before the interpreter ends. May be called twice."""
        self._landmarker.close()


def _rgb(bgr: NDArray[np.uint8]) -> mp.Image:
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def _without_doubles(hands: list[Hand]) -> tuple[Hand, ...]:
    """The library sometimes sees the same hand twice; the surer one stays."""
    kept: list[Hand] = []
    for hand in hands:
        size_px = float(np.ptp(hand.landmarks_px, axis=0).max())
        apart_px = [
            float(np.linalg.norm(hand.landmarks_px - other.landmarks_px, axis=1).mean())
            for other in kept
        ]
        if all(px > SAME_HAND_SHARE * size_px for px in apart_px):
            kept.append(hand)
    return tuple(kept)


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Keep the library's start-up lines off stderr; every other line is passed on."""
    sys.stderr.flush()
    kept_fd = os.dup(2)
    with tempfile.TemporaryFile() as told:
        try:
            os.dup2(told.fileno(), 2)
            yield
        finally:
            os.dup2(kept_fd, 2)
            os.close(kept_fd)
            told.seek(0)
            for line in told.read().decode(errors="replace").splitlines():
                if line and not line.startswith(_CHATTER):
                    sys.stderr.write(f"{line}\n")
