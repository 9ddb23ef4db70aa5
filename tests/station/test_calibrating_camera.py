"""A real camera is told to hold still, by the thread that reads it; some obey, some do not."""

from __future__ import annotations

from itertools import count, islice

import cv2
import numpy as np
import pytest

from station_config.station import Camera
from vision.camera import CameraFrames

CAMERA = Camera(source="0", width_px=160, height_px=120, rate_hz=30)


class Driver:
    """A camera's driver as OpenCV hands it on, with what it was told."""

    def __init__(self, backend: str = "V4L2", *, deaf: bool = False) -> None:
        self.backend, self.deaf = backend, deaf
        self.set_to: dict[int, float] = {
            cv2.CAP_PROP_EXPOSURE: 312.0,
            cv2.CAP_PROP_GAIN: 40.0,
            cv2.CAP_PROP_WB_TEMPERATURE: 4600.0,
        }
        self._shade = count()

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def read(self) -> tuple[bool, object]:
        return True, np.full((120, 160, 3), 60 + next(self._shade) % 90, np.uint8)

    def get(self, which: int) -> float:
        return self.set_to.get(which, 0.0)

    def set(self, which: int, value: float) -> bool:
        if self.deaf:
            return False
        self.set_to[which] = value
        return True

    def getBackendName(self) -> str:  # noqa: N802 - OpenCV's name
        return self.backend

    def release(self) -> None:
        """Nothing to let go of."""


def watched(driver: Driver) -> CameraFrames:
    return CameraFrames(CAMERA, tell=lambda _: None, opener=lambda: driver)  # type: ignore[arg-type,return-value]


def test_what_the_camera_does_by_itself_is_switched_off_and_held() -> None:
    driver = Driver()
    camera = watched(driver)
    frames = camera.frames()
    next(frames)
    assert cv2.CAP_PROP_AUTO_EXPOSURE not in driver.set_to, "nobody asked yet"
    assert camera.exposure_s is None
    camera.lock(exposure_s=1 / 60)
    next(frames)
    assert driver.set_to[cv2.CAP_PROP_AUTO_EXPOSURE] == 1.0, "manual, as Video4Linux says it"
    assert driver.set_to[cv2.CAP_PROP_EXPOSURE] == 167.0, "in 100 microseconds"
    assert driver.set_to[cv2.CAP_PROP_GAIN] == 40.0, "as it was"
    assert driver.set_to[cv2.CAP_PROP_AUTO_WB] == 0.0
    assert driver.set_to[cv2.CAP_PROP_WB_TEMPERATURE] == 4600.0
    assert camera.exposure_s == pytest.approx(0.0167)


def test_held_without_a_wish_the_exposure_stays_as_it_is() -> None:
    driver = Driver()
    camera = watched(driver)
    camera.lock()
    list(islice(camera.frames(), 2))
    assert driver.set_to[cv2.CAP_PROP_EXPOSURE] == 312.0
    assert camera.exposure_s == pytest.approx(0.0312)


@pytest.mark.parametrize("driver", [Driver(deaf=True), Driver("GSTREAMER")], ids=["deaf", "other"])
def test_a_camera_that_takes_no_orders_says_no_exposure_and_gives_pictures(driver: Driver) -> None:
    camera = watched(driver)
    camera.lock(exposure_s=1 / 60)
    assert len(list(islice(camera.frames(), 2))) == 2
    assert camera.exposure_s is None
