"""A rig's light lands where its truth says: through both lenses, at every height."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.twin.laid import Plate
from station.twin.optics import LIFELIKE
from station.twin.rig import Rig, wishes_of_figures, wishes_of_station
from station_config.station import Station
from tests.twin.rigs import QUIET, Watched, chessboard, columns, flat, small, watched
from vision.frames import FrameSourceLostError

SQUARE_PX = 60


def share_of_white(bench: Watched, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What arrives of a picture's light, 0 to 1."""
    black, white = (bench.shown_evenly(level).astype(np.float32) for level in (0, 255))
    seen = bench.shown(picture).astype(np.float32)
    return np.clip((seen - black) / np.maximum(white - black, 4.0), 0.0, 1.0)


def true_corners(rig: Rig, height_mm: float, inset_mm: float) -> NDArray[np.float64]:
    """Where the camera sees the corners of a projected chessboard, those on the bench."""
    wide, tall = rig.projector_wh
    x, y = np.meshgrid(np.arange(SQUARE_PX, wide, SQUARE_PX), np.arange(SQUARE_PX, tall, SQUARE_PX))
    corners_px = np.column_stack([x.ravel(), y.ravel()]) - 0.5
    on_bench = rig.projector_mm(corners_px, height_mm)
    seen = rig.camera_px(flat(on_bench, height_mm))
    high = np.array(rig.bench_mm) - inset_mm
    inside = np.all((on_bench > inset_mm) & (on_bench < high), axis=1)
    in_sight = np.all((seen > 25) & (seen < np.array(rig.size_px) - 25), axis=1)
    return seen[inside & in_sight]


def off_px(bench: Watched, height_mm: float = 0.0, inset_mm: float = 25.0) -> NDArray[np.float64]:
    """How far found corners lie from the truth.

    Edges are softened first: OpenCV's corner finder is off by 0.05 px on edges as sharp as
    pixels, and by 0.03 px at worst on these.
    """
    share = share_of_white(bench, chessboard(bench.rig.projector_wh, SQUARE_PX))
    soft = cv2.GaussianBlur(share, (0, 0), 2.5)
    true = true_corners(bench.rig, height_mm, inset_mm)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 100, 1e-5)
    begin = true.astype(np.float32).reshape(-1, 1, 2)
    found = cv2.cornerSubPix(soft, begin, (7, 7), (-1, -1), criteria).reshape(-1, 2)
    return np.asarray(found - true, np.float64)


def test_a_projected_chessboard_lands_where_the_truth_says() -> None:
    off = off_px(watched())
    assert len(off) > 250
    assert np.abs(off.mean(axis=0)).max() < 0.003
    assert np.abs(off).max() < 0.03


def test_it_does_on_a_plate_of_100_mm_too() -> None:
    bench = watched()
    bench.rig.lay_plate(100.0)
    off = off_px(bench, height_mm=100.0, inset_mm=125.0)
    assert len(off) > 100
    assert np.abs(off).max() < 0.03


def test_it_does_on_the_bench_of_the_figures() -> None:
    off = off_px(watched(wishes=wishes_of_figures()), inset_mm=60.0)
    assert len(off) > 90
    assert np.abs(off).max() < 0.03


@pytest.mark.parametrize(("width_px", "rms_px"), [(2, 0.3), (16, 0.05)])
def test_borders_of_stripes_lie_between_projector_pixels(width_px: int, rms_px: float) -> None:
    # Stripes of 2 projector pixels are 1.2 camera pixels wide: a line between two pixels says
    # little about where one ends, but is not off to one side.
    bench = watched()
    pattern = columns(bench.rig.projector_wh, width_px)
    difference = bench.shown(pattern).astype(float) - bench.shown(255 - pattern)
    rows = np.arange(200, 600, 7)
    left, right = difference[rows, 300:1000], difference[rows, 301:1001]
    row, column = np.nonzero((left < 0) != (right < 0))
    share = left[row, column] / (left[row, column] - right[row, column])
    seen = np.column_stack([300.0 + column + share, rows[row]])

    lit_px = bench.rig.projector_px(flat(bench.rig.camera_mm(seen)))[:, 0]
    border = np.round((lit_px + 0.5) / width_px) * width_px - 0.5
    off = lit_px - border
    assert len(off) > 1000
    assert abs(off.mean()) < 0.005
    assert np.sqrt((off**2).mean()) < rms_px


def test_truth_goes_both_ways_through_lenses_and_heights() -> None:
    rig = Rig()
    points = np.array([[0.0, 0.0], [880.0, 590.0], [450.0, 300.0]])
    for height_mm in (0.0, 60.0, 200.0):
        raised = flat(points, height_mm)
        assert np.allclose(rig.camera_mm(rig.camera_px(raised), height_mm), points, atol=1e-6)
        assert np.allclose(rig.projector_mm(rig.projector_px(raised), height_mm), points, atol=1e-6)


def test_lenses_bend_corners_as_much_as_was_wished() -> None:
    rig = Rig()
    for eye, bend_px in ((rig.camera, 6.0), (rig.projector, 2.0)):
        corner = np.array([[0.0, 0.0], np.array(eye.size_px) - 1.0])
        assert eye.lens is not None
        moved = np.linalg.norm(eye.lens.bent(corner) - corner, axis=1)
        assert moved.mean() == pytest.approx(bend_px, rel=0.05)


def test_a_bowed_plate_is_off_a_flat_one_by_what_the_bow_says() -> None:
    def seen_on(plate: Plate) -> NDArray[np.float64]:
        bench = watched()
        bench.rig.lay_plate(plate)
        return off_px(bench, height_mm=100.0, inset_mm=125.0)

    bowed = np.abs(seen_on(Plate(height_mm=100.0, bow_mm=4.0)))
    assert bowed.max() > 0.3
    assert np.median(bowed) > 0.05
    tilted = np.abs(seen_on(Plate(height_mm=100.0, tilt_mm=(10.0, 0.0))))
    assert tilted.max() > 0.3


def test_taking_the_plate_off_shows_the_bench_again() -> None:
    bench = small()
    before = bench.shown_evenly(0)
    bench.rig.lay_plate(80)
    assert np.abs(bench.frame().astype(int) - before)[150:200, 200:400].mean() > 1.5
    bench.rig.lay_plate(None)
    assert np.abs(bench.frame().astype(int) - before).max() <= 1


def test_grey_levels_of_the_projector_are_light_to_the_power_of_its_gamma() -> None:
    bench = small(replace(QUIET, projector_gamma=2.2))
    black, white = bench.shown_evenly(0), bench.shown_evenly(255)
    half = bench.shown_evenly(186)
    spot = (slice(150, 200), slice(250, 350))
    gained = (half[spot].mean() - black[spot].mean()) / (white[spot].mean() - black[spot].mean())
    assert gained == pytest.approx(0.5, abs=0.01)


def test_a_camera_with_gamma_shows_less_contrast_where_it_is_bright() -> None:
    def contrast(gamma: float) -> float:
        bench = small(replace(QUIET, camera_gamma=gamma))
        black, white = bench.shown_evenly(0), bench.shown_evenly(255)
        return float(white[150:200, 250:350].mean() / black[150:200, 250:350].mean())

    assert contrast(2.2) == pytest.approx(contrast(1.0) ** (1 / 2.2), rel=0.03)


@pytest.mark.parametrize("ambient", [0.0, 1.0, 4.0, 8.0])
def test_room_light_drowns_the_projector_but_does_not_clip(ambient: float) -> None:
    bench = small(QUIET.in_room(ambient))
    black, white = bench.shown_evenly(0), bench.shown_evenly(255)
    spot = (slice(150, 200), slice(250, 350))
    assert white.max() < 250
    room, thrown = black[spot].mean(), white[spot].mean() - black[spot].mean()
    assert thrown > 12
    assert room / thrown == pytest.approx(ambient, rel=0.12, abs=0.03)


def test_a_clean_pair_adds_up_to_white_and_black() -> None:
    bench = small(replace(LIFELIKE, camera_gamma=1.0))
    black, white = (bench.shown_evenly(level).astype(int) for level in (0, 255))
    pattern = columns(bench.rig.projector_wh, 8)
    off = bench.shown(pattern).astype(int) + bench.shown(255 - pattern) - white - black
    assert np.abs(off).mean() < 4.5


def test_texture_is_as_strong_as_wished() -> None:
    def grain(texture: float) -> float:
        bare = small(replace(QUIET, texture=texture)).shown_evenly(0)
        return float(bare[150:200, 250:350].std())

    assert grain(0.0) < 1.0
    assert grain(6.0) > 2.5 * grain(1.0)


def test_bins_stand_on_a_bench_that_was_not_cleared(station: Station) -> None:
    cleared = Watched(Rig(wishes_of_station(station, optics=QUIET))).frame()
    full = Watched(Rig(wishes_of_station(station, optics=QUIET, cleared=False))).frame()
    assert np.abs(full.astype(int) - cleared)[60:180, 250:330].mean() > 15
    assert np.abs(full.astype(int) - cleared)[250:300, 300:500].mean() < 1


def test_frames_come_at_the_cameras_rate_and_cannot_be_written_into() -> None:
    bench = small()
    frames = [next(bench.source) for _ in range(4)]
    assert [round(frame.taken_s * 30) for frame in frames] == [0, 1, 2, 3]
    assert frames[0].bgr.shape == (360, 640, 3)
    assert not frames[0].bgr.flags.writeable


def test_an_unplugged_rig_says_so_and_a_closed_one_ends() -> None:
    bench = small()
    bench.rig.faults.unplugged = True
    with pytest.raises(FrameSourceLostError, match="unplugged"):
        next(bench.source)
    bench.rig.faults.unplugged = False
    bench.rig.close()
    bench.rig.close()
    assert list(bench.rig.frames()) == []


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="960 x 540"):
        small().put(np.zeros((800, 1280), np.uint8))
