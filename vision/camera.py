"""Pictures from a camera or a film. The only home of `cv2.VideoCapture`."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.frames import Frame, FrameSourceLostError
from vision.trouble import BlackJudge, FrozenJudge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from station_config.station import Camera

# OpenCV and ffmpeg write their own complaints to stderr; what a person can act on is told here.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

Opener = Callable[[], cv2.VideoCapture]
"""Opens a camera; what it gives may turn out not to be open."""
TellTrouble = Callable[[str | None], None]
"""Is told in plain words what is wrong with the pictures, and None when it is over."""

RETRY_FIRST_S = 0.5
RETRY_MOST_S = 5.0
"""Waits between tries grow from the first to the most: a plug that is put back is seen soon, and a
camera that is gone for the night costs nothing."""
MISSED_READS = 5
"""A camera drops a picture now and then; this many in a row, and it is gone."""


class CameraFrames:
    """A camera that is tried again for ever: missing, unplugged and hanging ones come back."""

    def __init__(
        self,
        camera: Camera,
        *,
        tell: TellTrouble,
        opener: Opener | None = None,
        retry_first_s: float = RETRY_FIRST_S,
    ) -> None:
        """Nothing is opened before `frames` is asked for.

        Args:
            camera: Which one, and what is asked of it.
            tell: Is told of every trouble once, and None when pictures are well again. Called from
                the thread that asks for frames.
            opener: Opens the camera in another way.
            retry_first_s: How long to wait before the first new try.
        """
        self._camera = camera
        self._tell = tell
        self._opener = opener or (lambda: _open_camera(camera))
        self._retry_first_s = retry_first_s
        self._closed = threading.Event()
        self._told: str | None = None
        self._wanted: _Held | None = None
        self._obeyed: _Held | None = None
        self._exposure_s: float | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame: as asked; others are not passed on."""
        return self._camera.width_px, self._camera.height_px

    @property
    def exposure_s(self) -> float | None:
        """How long each frame is exposed; None before `lock`, and for cameras that do not say."""
        return self._exposure_s

    def lock(self, *, exposure_s: float | None = None) -> None:
        """Hold exposure, gain, white balance and focus, also when the camera was away meanwhile.

        The thread that reads tells the camera, before its next picture: drivers do not like two.
        """
        self._wanted = _Held(exposure_s=exposure_s)

    def frames(self) -> Iterator[Frame]:
        """Yield frames until `close`. Never raises: trouble is told, and the camera tried again."""
        began_s = time.monotonic()
        wait_s = self._retry_first_s
        while not self._closed.is_set():
            capture = self._opener()
            try:
                if not capture.isOpened():
                    self._say(f"Camera {self._camera.source} is not there. Is it plugged in?")
                else:
                    for frame in self._read(capture, began_s):
                        wait_s = self._retry_first_s
                        yield frame
            finally:
                capture.release()
            self._closed.wait(wait_s)
            wait_s = min(2.0 * wait_s, RETRY_MOST_S)

    def close(self) -> None:
        """Stop. The device is let go of by the thread that reads it, with its next picture."""
        self._closed.set()

    def _read(self, capture: cv2.VideoCapture, began_s: float) -> Iterator[Frame]:
        """Yield frames until the camera is gone, hangs or gives the wrong size."""
        black, frozen = BlackJudge(), FrozenJudge()
        missed = 0
        self._obeyed = None
        while not self._closed.is_set():
            if self._obeyed is not self._wanted and self._wanted is not None:
                self._obeyed = self._wanted
                self._exposure_s = _hold(capture, self._wanted)
            is_read, picture = capture.read()
            now_s = time.monotonic()
            if not is_read or picture is None:
                missed += 1
                if missed >= MISSED_READS:
                    self._say(f"Camera {self._camera.source} has stopped. Is its cable in?")
                    return
                continue
            missed = 0
            high, wide = picture.shape[:2]
            if (wide, high) != self.size_px:
                self._say(
                    f"Camera {self._camera.source} gives pictures of {wide} x {high}, not "
                    f"{self.size_px[0]} x {self.size_px[1]} as the station file asks. "
                    "Change width_px and height_px there and calibrate again."
                )
                return
            frame = Frame(taken_s=now_s - began_s, bgr=np.asarray(picture, np.uint8), read_s=now_s)
            stuck = frozen.trouble(frame)
            self._say(stuck or black.trouble(frame))
            if stuck is not None:
                return
            yield frame

    def _say(self, trouble: str | None) -> None:
        if trouble != self._told:
            self._told = trouble
            self._tell(trouble)


class FilmFrames:
    """A film, as if it were a camera. The clock is the film's own."""

    def __init__(self, path: Path, *, paced: bool) -> None:
        """Open it.

        Args:
            path: The film.
            paced: Give each frame at its time, as a camera does; else as fast as they are asked
                for.

        Raises:
            FrameSourceLostError: The film is missing, or is no film.
        """
        if not path.is_file():
            raise FrameSourceLostError(f"There is no film {path}. Check the path.")
        capture = cv2.VideoCapture(str(path))
        self._path = path
        self._paced = paced
        self._closed = threading.Event()
        self._rate_hz = float(capture.get(cv2.CAP_PROP_FPS))
        self._count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        wide = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        high = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        is_open = capture.isOpened()
        capture.release()
        if not is_open or wide <= 0 or high <= 0 or not 0.1 < self._rate_hz <= 1000.0:  # noqa: PLR2004
            raise FrameSourceLostError(
                f"The film {path} cannot be read: it is damaged, or it is no film. "
                "Copy it again or record it anew."
            )
        self._size_px = wide, high

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame."""
        return self._size_px

    def frames(self) -> Iterator[Frame]:
        """Yield the film's frames from its beginning.

        Raises:
            FrameSourceLostError: The film breaks off before its end.
        """
        began_s = time.monotonic()
        index = 0
        capture = cv2.VideoCapture(str(self._path))
        try:
            while not self._closed.is_set():
                is_read, picture = capture.read()
                if not is_read or picture is None:
                    self._check_end(index)
                    return
                taken_s = index / self._rate_hz
                if self._paced:
                    self._closed.wait(max(0.0, began_s + taken_s - time.monotonic()))
                yield Frame(
                    taken_s=taken_s, bgr=np.asarray(picture, np.uint8), read_s=time.monotonic()
                )
                index += 1
        finally:
            capture.release()

    def close(self) -> None:
        """Stop after the frame that is being read."""
        self._closed.set()

    def _check_end(self, index: int) -> None:
        """Containers round their count of frames; two too few are no damage."""
        if index < self._count - 2:
            raise FrameSourceLostError(
                f"The film {self._path} breaks off at {index / self._rate_hz:.1f} s of "
                f"{self._count / self._rate_hz:.1f} s: it is cut off or damaged."
            )


V4L2_MANUAL, V4L2_UNIT_S = 1.0, 1e-4
"""Video4Linux: exposure mode 1 is manual, and exposure counts in 100 microseconds. OpenCV passes
both on as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What a camera is to hold."""

    exposure_s: float | None


def _hold(capture: cv2.VideoCapture, wanted: _Held) -> float | None:
    """Switch off what the camera does by itself. Gives the exposure, if it says one."""
    for automatic in (cv2.CAP_PROP_AUTO_WB, cv2.CAP_PROP_AUTOFOCUS):
        held = _OF_AUTOMATIC[automatic]
        value = capture.get(held)
        if capture.set(automatic, 0.0) and value > 0.0:
            capture.set(held, value)
    if capture.getBackendName() != "V4L2":
        # Elsewhere exposure has other units, and 0.25 or -1 for "manual": better left alone.
        return None
    exposure, gain = capture.get(cv2.CAP_PROP_EXPOSURE), capture.get(cv2.CAP_PROP_GAIN)
    if wanted.exposure_s is not None:
        exposure = max(1.0, round(wanted.exposure_s / V4L2_UNIT_S))
    if not capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, V4L2_MANUAL):
        return None
    capture.set(cv2.CAP_PROP_EXPOSURE, exposure)
    capture.set(cv2.CAP_PROP_GAIN, gain)
    told = capture.get(cv2.CAP_PROP_EXPOSURE)
    return told * V4L2_UNIT_S if told > 0.0 else None


_OF_AUTOMATIC = {
    cv2.CAP_PROP_AUTO_WB: cv2.CAP_PROP_WB_TEMPERATURE,
    cv2.CAP_PROP_AUTOFOCUS: cv2.CAP_PROP_FOCUS,
}
"""What a camera sets by itself, and what it sets."""


def _open_camera(camera: Camera) -> cv2.VideoCapture:
    if camera.source.isdigit():
        capture = cv2.VideoCapture(int(camera.source))
    else:
        capture = cv2.VideoCapture(camera.source)
    if capture.isOpened():
        # Uncompressed 1280 x 720 at 30 pictures/s does not fit through USB 2.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, camera.width_px)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, camera.height_px)
        capture.set(cv2.CAP_PROP_FPS, camera.rate_hz)
        # Waiting pictures are old pictures.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
