"""A full calibration of a bench whose truth is known, and what is told when it cannot be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.from_pictures import calibrated_from_pictures, from_pictures
from calibration.full import calibrated
from calibration.graycode import Stack
from calibration.model import Calibration, Method, Misfit
from calibration.picture_files import Order
from calibration.quality_picture import GREEN, RED, quality_picture
from calibration.shots import Shots
from calibration.store import read_calibration, write_calibration
from calibration.tags import plate_places, tag_places
from calibration.trouble import CalibrationTroubleError
from tests.calibration.drawn_bench import Array, DrawnBench, PrintedTag, flush

BENCH_MM = (600.0, 400.0)
PLATE_MM = (460.0, 290.0)
PLATE_AT_MM = (70.0, 60.0)
Picture = NDArray[np.uint8]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GRID_MM = np.stack(np.meshgrid(np.linspace(0, 600, 13), np.linspace(0, 400, 9)), -1).reshape(-1, 2)


def made(shots: Shots, bench_mm: tuple[float, float] = BENCH_MM) -> Calibration:
    return calibrated(
        shots,
        bench_mm=bench_mm,
        projector_wh=shots.stack.projector_wh,
        tag_places=tag_places(bench_mm),
        made_at=NOW,
    )


def trouble(shots: Shots, bench_mm: tuple[float, float] = BENCH_MM) -> str:
    with pytest.raises(CalibrationTroubleError) as told:
        made(shots, bench_mm)
    return str(told.value)


def landing_mm(calibration: Calibration, drawn: DrawnBench, height_mm: float) -> Array:
    """How far from its place a highlight lands, at each point of a grid the projector reaches."""
    assert calibration.proj_from_bench is not None
    lit_px = calibration.proj_from_bench.apply(GRID_MM, height_mm)
    reached = ((lit_px > -0.5) & (lit_px < np.array(drawn.projector.wh) - 0.5)).all(axis=1)
    lands = drawn.projector.on_plane(lit_px, height_mm)
    return np.asarray(np.linalg.norm(lands - GRID_MM, axis=1)[reached])


def rms(off: Array) -> float:
    return float(np.sqrt(np.mean(off**2)))


def with_tags(*tags: PrintedTag, **changes: float | bool) -> Shots:
    """White and black of a bench with these tags: troubles with tags are told before stripes."""
    return Shots(stack=still(replace(DrawnBench(tags=tags), **changes)))


def still(drawn: DrawnBench) -> Stack:
    """A capture whose patterns are all grey: enough for what is told before decoding."""
    white, black = drawn.white_and_black()
    grey = np.asarray((white.astype(np.float32) + black) / 2, np.uint8)
    wide, high = ((size - 1).bit_length() for size in drawn.projector.wh)
    return Stack(
        columns=((grey, grey),) * wide,
        rows=((grey, grey),) * high,
        white=white,
        black=black,
        projector_wh=drawn.projector.wh,
    )


def pictures(stack: Stack) -> list[Picture]:
    """All pictures, in the order in which `changed` changes them."""
    pairs = [one for pair in (*stack.columns, *stack.rows) for one in pair]
    return [*pairs, stack.white, stack.black]


def changed(stack: Stack, change: Callable[[Picture], Picture]) -> Stack:
    """The same capture with each picture changed."""
    return replace(
        stack,
        columns=tuple((change(a), change(b)) for a, b in stack.columns),
        rows=tuple((change(a), change(b)) for a, b in stack.rows),
        white=change(stack.white),
        black=change(stack.black),
    )


@pytest.fixture(scope="module")
def on_bench(bench_stack: Stack) -> Calibration:
    return made(Shots(stack=bench_stack, light_delay_s=0.07))


@pytest.fixture(scope="module")
def with_plate(bench_stack: Stack, plate_stack: Stack) -> Calibration:
    return made(
        Shots(
            stack=bench_stack,
            plate=plate_stack,
            plate_mm=80.0,
            plate_places=plate_places(PLATE_MM, PLATE_AT_MM),
        )
    )


def test_light_lands_where_it_should(on_bench: Calibration, drawn: DrawnBench) -> None:
    off_mm = landing_mm(on_bench, drawn, 0.0)
    assert rms(off_mm) < 0.04
    assert off_mm.max() < 0.08
    assert on_bench.method is Method.GRAY_CODE
    assert on_bench.light_delay_s == 0.07
    assert on_bench.coverage is not None
    assert on_bench.coverage > 0.98


def test_what_the_camera_sees_lit_is_lit_there(on_bench: Calibration, drawn: DrawnBench) -> None:
    """Camera to projector on the plane, by way of the bench: the camera's own error cancels."""
    assert on_bench.proj_from_bench is not None
    cam_px = drawn.camera.seen(GRID_MM)
    lit_px = on_bench.proj_from_bench.apply(on_bench.cam_from_bench.bench_at(cam_px))
    off_mm = np.linalg.norm(drawn.projector.on_plane(lit_px) - GRID_MM, axis=1)
    assert rms(off_mm) < 0.02
    assert off_mm.max() < 0.05


def test_a_calibration_without_lenses_would_be_half_a_millimetre_off(
    on_bench: Calibration, drawn: DrawnBench
) -> None:
    cam_px = drawn.camera.seen(GRID_MM)
    pinhole = replace(on_bench.cam_from_bench, lens=None)
    off_mm = np.linalg.norm(pinhole.bench_at(cam_px) - GRID_MM, axis=1)
    assert off_mm.max() > 0.4


@pytest.mark.parametrize("height_mm", [0.0, 40.0, 80.0, 200.0])
def test_with_a_plate_light_lands_on_bins(
    with_plate: Calibration, drawn: DrawnBench, height_mm: float
) -> None:
    off_mm = landing_mm(with_plate, drawn, height_mm)
    assert rms(off_mm) < 0.1
    assert off_mm.max() < 0.3
    cam_px = drawn.camera.seen(GRID_MM, height_mm)
    in_picture = ((cam_px > -0.5) & (cam_px < np.array(drawn.camera.wh) - 0.5)).all(axis=1)
    seen_mm = with_plate.cam_from_bench.bench_at(cam_px[in_picture], height_mm)
    assert rms(np.linalg.norm(seen_mm - GRID_MM[in_picture], axis=1)) < 0.08


def test_the_eyes_hang_where_they_hang(with_plate: Calibration) -> None:
    assert any("hangs 90 cm" in one and "projector 100 cm" in one for one in with_plate.remarks)


@pytest.mark.parametrize(
    ("size_mm", "rms_mm"), [pytest.param(PLATE_MM, 0.08, id="its size"), (None, 0.15)]
)
def test_a_plate_may_lie_anywhere(
    bench_stack: Stack,
    plate_stack: Stack,
    drawn: DrawnBench,
    size_mm: tuple[float, float] | None,
    rms_mm: float,
) -> None:
    shots = Shots(stack=bench_stack, plate=plate_stack, plate_mm=80.0, plate_size_mm=size_mm)
    assert rms(landing_mm(made(shots), drawn, 200.0)) < rms_mm


def test_without_a_plate_heights_are_not_claimed(on_bench: Calibration) -> None:
    assert not on_bench.cam_from_bench.knows_height
    assert any(one.startswith("Heights were not measured") for one in on_bench.remarks)


def test_the_quality_is_in_millimetres_for_each_quarter(on_bench: Calibration) -> None:
    quality = on_bench.projector
    assert quality is not None
    assert quality.is_tested
    assert quality.mean_mm is not None
    assert 0.0 < quality.mean_mm <= quality.rms_mm <= quality.worst_mm < 0.2
    assert len(quality.corners_mm) == 4
    assert len(on_bench.camera.points_mm) == 16
    assert len(on_bench.misfits) == 54


def test_all_of_it_is_kept_on_disk(with_plate: Calibration, tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_calibration(path, with_plate)
    read = read_calibration(path)
    for name in ("method", "camera", "projector", "coverage", "bench_mm", "misfits", "remarks"):
        assert getattr(read, name) == getattr(with_plate, name), name
    assert [tag.tag_id for tag in read.tags] == [0, 1, 2, 3]
    assert read.proj_from_bench is not None
    assert with_plate.proj_from_bench is not None
    assert np.allclose(
        read.proj_from_bench.apply(GRID_MM, 120.0), with_plate.proj_from_bench.apply(GRID_MM, 120.0)
    )


def test_missing_tags_are_named() -> None:
    _, second, _, fourth = flush(BENCH_MM)
    told = trouble(with_tags(second, fourth)).splitlines()
    assert len(told) == 2
    assert told[0].startswith("Tag 0 (front left) is not seen.")
    assert told[1].startswith("Tag 2 (back right) is not seen.")


def test_a_mirrored_camera_is_told_as_such() -> None:
    told = trouble(with_tags(*flush(BENCH_MM), is_mirrored=True))
    assert told.startswith("The camera's picture is mirrored")


def test_a_mirrored_print_is_told_as_such() -> None:
    first, *others = flush(BENCH_MM)
    told = trouble(with_tags(replace(first, is_mirrored=True), *others))
    assert told == (
        "Tag 0 (front left) is printed mirrored. Print the sheet again, without mirroring."
    )


def test_swapped_tags_are_named() -> None:
    first, second, third, fourth = flush(BENCH_MM)
    told = trouble(with_tags(replace(first, number=1), replace(second, number=0), third, fourth))
    assert told.startswith("Tags lie in the wrong corners: tag 0 (front left) lies front right,")
    assert "back" not in told


def test_a_turned_tag_is_named() -> None:
    first, second, third, fourth = flush(BENCH_MM)
    told = trouble(with_tags(first, second, replace(third, turns=1), fourth))
    assert told.startswith("Tag 2 (back right) is turned by")
    assert "arrow points to the worker" in told


def test_a_tag_that_was_laid_wrongly_is_named_with_its_way() -> None:
    first, second, third, fourth = flush(BENCH_MM)
    x, y = fourth.middle_mm
    told = trouble(with_tags(first, second, third, replace(fourth, middle_mm=(x + 8.0, y))))
    assert "ag 3 (back left) lies 8 mm from where it should (8 mm to the right)" in told
    assert "Lay it flush" in told


def test_a_tag_that_is_there_twice_is_told() -> None:
    tags = flush(BENCH_MM)
    told = trouble(with_tags(*tags, replace(tags[0], middle_mm=(300.0, 200.0))))
    assert told == "Tag 0 (front left) is seen 2 times. Leave one on the bench."


def test_a_sheet_of_another_size_is_told() -> None:
    tags = [replace(tag, side_mm=36.4) for tag in flush(BENCH_MM)]
    told = trouble(with_tags(*tags))
    assert "36.4 mm wide, and should be 40.0 mm" in told
    assert "100 %" in told


def test_sun_on_the_bench_is_told() -> None:
    told = trouble(with_tags(*flush(BENCH_MM), sun_mm=300.0))
    assert "too bright without the projector's light: the sun" in told


def test_a_clipped_exposure_is_told() -> None:
    told = trouble(with_tags(*flush(BENCH_MM), light=480.0))
    assert "too bright for the camera" in told


def test_a_projector_that_is_off_is_told() -> None:
    told = trouble(with_tags(*flush(BENCH_MM), light=0.0, room=120.0))
    assert "hardly shows on the bench" in told
    assert "Is the projector on" in told


def test_little_coverage_is_told_with_the_sides(bench_stack: Stack) -> None:
    unlit = np.arange(bench_stack.white.shape[1]) > 240

    def cut(picture: Picture) -> Picture:
        return np.where(unlit, bench_stack.black, picture)

    half = trouble(Shots(stack=changed(bench_stack, cut)))
    assert "of the bench is lit and seen" in half
    assert "front right, back right" in half


def test_stripes_in_disorder_are_told(bench_stack: Stack) -> None:
    mixed = replace(bench_stack, columns=(*bench_stack.columns[3:], *bench_stack.columns[:3]))
    assert "cannot be read as one flat plane" in trouble(Shots(stack=mixed))


def test_a_plate_without_tags_is_told(bench_stack: Stack, drawn: DrawnBench) -> None:
    bare = still(drawn.with_plate(tags=False))
    told = trouble(Shots(stack=bench_stack, plate=bare, plate_mm=80.0))
    assert "Tag 4 (front left of the plate) is not seen" in told


def test_a_bowed_plate_is_told(bench_stack: Stack, drawn: DrawnBench) -> None:
    bowed = drawn.with_plate(bow_mm=6.0).stack()
    told = trouble(Shots(stack=bench_stack, plate=bowed, plate_mm=80.0, plate_size_mm=PLATE_MM))
    assert "plate is not flat" in told


def test_a_camera_that_moved_before_the_plate_is_told(
    bench_stack: Stack, plate_stack: Stack
) -> None:
    moved = changed(plate_stack, lambda picture: np.roll(picture, 3, axis=1))
    told = trouble(Shots(stack=bench_stack, plate=moved, plate_mm=80.0))
    assert told.startswith("The camera or a tag of the bench moved")


def test_what_was_told_wrongly_comes_all_at_once(bench_stack: Stack, plate_stack: Stack) -> None:
    shots = Shots(stack=bench_stack, plate=plate_stack, plate_mm=0.0, scale=10.0)
    told = trouble(shots).splitlines()
    assert "cannot be 1000 mm long" in told[0]
    assert "how high the top of the plate" in told[1]


def test_a_thing_on_the_bench_does_not_pull_the_maps(
    bench_stack: Stack, plate_stack: Stack, drawn: DrawnBench
) -> None:
    """A box 80 mm high on a sixth of the bench: its pixels are those of the plate's capture."""
    box = (slice(176, 304), slice(240, 448))
    raised = iter(pictures(plate_stack))

    def boxed(plain: Picture) -> Picture:
        picture = plain.copy()
        picture[box] = next(raised)[box]
        return picture

    off_mm = landing_mm(made(Shots(stack=changed(bench_stack, boxed))), drawn, 0.0)
    assert rms(off_mm) < 0.05
    assert off_mm.max() < 0.12


def test_a_lens_sheet_that_is_not_seen_is_told(bench_stack: Stack) -> None:
    told = trouble(Shots(stack=bench_stack, lens_sheets=(bench_stack.white,)))
    assert "lens sheet is not seen" in told


def test_a_capture_on_disk_gives_the_same_maps(
    bench_stack: Stack, on_bench: Calibration, tmp_path: Path
) -> None:
    ours = [bench_stack.white, bench_stack.black]
    ours += [one for pair in (*bench_stack.columns, *bench_stack.rows) for one in pair]
    for number, picture in enumerate(ours):
        cv2.imwrite(str(tmp_path / f"{number:03d}.png"), picture)
    read = calibrated_from_pictures(
        tmp_path,
        projector_wh=bench_stack.projector_wh,
        order=Order.OURS,
        bench_mm=BENCH_MM,
        made_at=NOW,
    )
    assert read.proj_from_bench is not None
    assert on_bench.proj_from_bench is not None
    assert np.allclose(read.proj_from_bench.apply(GRID_MM), on_bench.proj_from_bench.apply(GRID_MM))
    assert (
        from_pictures(
            tmp_path, projector_wh=bench_stack.projector_wh, order=Order.OURS
        ).quality.gross_share
        < 0.05
    )


def test_the_picture_for_the_coach_shows_where_light_lands_beside(
    on_bench: Calibration, bench_stack: Stack
) -> None:
    good = quality_picture(on_bench, bench_stack.white)
    assert good.shape == (*bench_stack.white.shape, 3)
    worse = replace(
        on_bench,
        misfits=tuple(Misfit(at_mm=one.at_mm, off_mm=(2.0, 0.0)) for one in on_bench.misfits),
    )
    bad = quality_picture(worse, bench_stack.white)
    red, green = np.array(RED), np.array(GREEN)
    assert not (good == red).all(axis=2).any()
    assert (good == green).all(axis=2).sum() > 500
    assert (bad == red).all(axis=2).sum() > 500
