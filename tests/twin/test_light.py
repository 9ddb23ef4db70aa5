"""Projector light lands where the twin's geometry says, when it should, and on hands too."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from station.twin.bench import TwinBench
from station.twin.hand_shape import Side
from station.twin.loose_parts import middle
from station_config.station import Station
from tasks.model import Task
from tests.twin.rehearsal import MakeTwin, lit_twin
from vision.frames import Frame


def dot_picture(twin: TwinBench, at_px: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A round white dot in a projector picture, brighter towards its exact middle."""
    wide, tall = twin.projector.size_px
    x, y = np.meshgrid(np.arange(wide), np.arange(tall))
    glow = 255 * np.exp(-((x - at_px[0]) ** 2 + (y - at_px[1]) ** 2) / (2 * 9.0**2))
    return np.repeat(glow[..., None], 4, axis=2).astype(np.uint8)


def shown(twin: TwinBench, picture: NDArray[np.uint8], frames: int = 8) -> Frame:
    wide, tall = twin.projector.size_px
    twin.put(picture, [(0, 0, wide, tall)])
    source = twin.frames()
    frame = next(source)
    for _ in range(frames - 1):
        frame = next(source)
    return frame


@pytest.mark.parametrize("spot_mm", [(250.0, 360.0), (450.0, 130.0), (760.0, 370.0), (860.0, 20.0)])
def test_light_lands_within_a_pixel_of_the_truth(
    make_twin: MakeTwin, spot_mm: tuple[float, float]
) -> None:
    point = np.array([[*spot_mm, 0.0]])
    dark, lit = make_twin(), make_twin()
    without = shown(dark, np.zeros((1080, 1920, 4), np.uint8)).bgr
    with_light = shown(lit, dot_picture(lit, lit.projector.from_bench(point)[0])).bgr

    gained = np.clip(with_light.astype(float) - without, 12, None).sum(axis=2) - 36.0
    y, x = np.mgrid[: gained.shape[0], : gained.shape[1]]
    seen_px = np.array([(x * gained).sum(), (y * gained).sum()]) / gained.sum()
    assert np.linalg.norm(seen_px - lit.camera.from_bench(point)[0]) < 1.0


def test_light_on_a_raised_thing_lands_beside_where_it_would_on_the_bench(
    make_twin: MakeTwin, station: Station
) -> None:
    twin = make_twin()
    rim = np.array([[51.5, 490.0, station.zones["bin_a"].height_mm]])
    before = shown(twin, np.zeros((1080, 1920, 4), np.uint8)).bgr
    after = shown(twin, dot_picture(twin, twin.projector.from_bench(rim)[0])).bgr

    x, y = np.round(twin.camera.from_bench(rim)[0]).astype(int)
    assert int(after[y, x].sum()) > int(before[y, x].sum()) + 60


def test_light_arrives_after_its_delay(make_twin: MakeTwin) -> None:
    twin = make_twin()
    source = twin.frames()
    first = next(source)
    twin.faults.light_delay_s = 0.1
    white = np.full((1080, 1920, 4), 255, np.uint8)
    twin.put(white, [(0, 0, 1920, 1080)])

    later = [next(source) for _ in range(6)]
    brightness = [(frame.taken_s - first.taken_s, frame.bgr.mean()) for frame in later]
    dark = [level for after_s, level in brightness if after_s < 0.099]
    lit = [level for after_s, level in brightness if after_s >= 0.1]
    assert min(lit) > max(dark) + 20


def test_only_the_areas_that_changed_are_taken_over(make_twin: MakeTwin) -> None:
    twin = make_twin()
    white = np.full((1080, 1920, 4), 255, np.uint8)
    corner_px = twin.camera.from_bench(np.array([[150.0, 340.0, 0.0], [700.0, 360.0, 0.0]]))
    (in_x, in_y), (out_x, out_y) = np.round(corner_px).astype(int)
    twin.put(white, [(0, 0, 960, 1080)])
    source = twin.frames()
    first = next(source)
    later = [next(source) for _ in range(4)][-1]

    assert int(later.bgr[in_y, in_x].sum()) > int(first.bgr[in_y, in_x].sum()) + 60
    assert abs(int(later.bgr[out_y, out_x].sum()) - int(first.bgr[out_y, out_x].sum())) < 60


def test_the_hand_in_the_light_is_lit_too(make_twin: MakeTwin) -> None:
    twin = make_twin()
    before = shown(twin, np.zeros((1080, 1920, 4), np.uint8), frames=75)
    after = shown(twin, np.full((1080, 1920, 4), 255, np.uint8), frames=4)

    [at_mm] = [hand.at_mm for hand in twin.hands if hand.side is Side.LEFT]
    back_of_hand = np.array([[at_mm[0] - 15.0, at_mm[1] - 90.0, 30.0]])
    x, y = np.round(twin.camera.from_bench(back_of_hand)[0]).astype(int)
    assert int(after.bgr[y, x].sum()) > int(before.bgr[y, x].sum()) + 60


def test_a_picture_of_another_size_is_refused(make_twin: MakeTwin) -> None:
    with pytest.raises(ValueError, match="1920 x 1080"):
        make_twin().put(np.zeros((720, 1280, 4), np.uint8), [(0, 0, 10, 10)])


def test_parts_pile_up_in_the_jig_and_stay(station: Station, torch: Task) -> None:
    twin, light = lit_twin(station, torch, broken_after=1)
    spot = np.array([[*middle(station.zones["jig"]), 8.0]])
    x, y = np.round(twin.camera.from_bench(spot)[0]).astype(int)
    around = (slice(y - 20, y + 20), slice(x - 20, x + 20))

    seen, placed_s = [], np.inf
    for frame in twin.frames():
        light.put(twin)
        seen.append(frame.bgr[around].astype(int))
        if any(fact.step == "place_housing" for fact in twin.truth):
            placed_s = min(placed_s, frame.taken_s)
        if frame.taken_s > placed_s + 1.5:
            break
    twin.close()
    assert np.abs(seen[-1] - seen[0]).mean() > 20
    assert np.abs(seen[-1] - seen[-10]).mean() < 5
