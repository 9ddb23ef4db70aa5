"""What is wrong with the pictures is told in the coach's language."""

from __future__ import annotations

import pytest

from station.watch import BEGIN_AGAIN
from station.zone_page.troubles import trouble_in
from station_config.station import Camera
from vision.camera import CameraFrames
from vision.trouble import BLACK, FROZEN


def told_without_a_camera() -> str:
    """What the camera code says of a camera that nobody has plugged in."""
    told: list[str | None] = []
    camera = Camera(source="97", width_px=640, height_px=480, rate_hz=30)
    frames: list[CameraFrames] = []

    def tell(trouble: str | None) -> None:
        told.append(trouble)
        frames[0].close()

    frames.append(CameraFrames(camera, tell=tell, retry_first_s=0.01))
    assert not list(frames[0].frames())
    assert told[0] is not None
    return told[0]


def test_each_trouble_is_told_in_dutch_and_none_twice_alike() -> None:
    wrong_size = (
        "Camera 0 gives pictures of 640 x 480, not 1280 x 720 as the station file asks. "
        "Change width_px and height_px there and calibrate again."
    )
    stopped = "Camera 0 has stopped. Is its cable in?"
    troubles = [BLACK, FROZEN, BEGIN_AGAIN, told_without_a_camera(), stopped, wrong_size]
    dutch = [trouble_in("nl", trouble) for trouble in troubles]
    assert len(set(dutch)) == len(troubles)
    assert not set(dutch) & set(troubles)
    assert dutch[3] == "Camera 97 is er niet. Zit de stekker erin?"
    assert "640 x 480, niet van 1280 x 720" in str(dutch[5])


@pytest.mark.parametrize("trouble", [None, BLACK, "Film a.avi is damaged."])
def test_on_the_english_page_it_stays_as_it_was_said(trouble: str | None) -> None:
    assert trouble_in("en", trouble) == trouble


def test_what_is_known_in_english_only_is_told_in_english() -> None:
    assert trouble_in("nl", "Film a.avi is damaged.") == "Film a.avi is damaged."
