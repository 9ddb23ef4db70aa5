from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from calibration.planes import PlaneMap
from calibration.space import SpaceMap, flat
from projector.layout import marks_for
from projector.render import PULSE_STEPS, Renderer, pulse_step
from projector.scene import Box, Glow, Light, Outline, Picture, Words
from projector.typefaces import Typefaces
from tasks.cues import Cue, CueKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from projector.screen import RectPx
    from station_config.station import Station

SIZE_PX = (960, 540)
PLAIN_MAP = flat(
    PlaneMap(matrix=np.array([[1.0, 0.0, 20.0], [0.0, -0.85, 525.0], [0.0, 0.0, 1.0]]))
)
TAKE_SPRING = Cue(
    kind=CueKind.TAKE, zone="bin_b", words={"nl": "Pak de veer."}, steps_done=3, steps_total=9
)
PLACE_IT = replace(TAKE_SPRING, kind=CueKind.PUT, zone="jig", steps_done=4)
SQUARE = ((300.0, 200.0), (400.0, 200.0), (400.0, 300.0), (300.0, 300.0))


def scaled(proj_from_bench: SpaceMap, times: float) -> SpaceMap:
    """The same projector with more or fewer pixels."""
    return flat(PlaneMap(matrix=np.diag([times, times, 1.0]) @ proj_from_bench.plane.matrix))


@pytest.fixture
def renderer(proj_from_bench: SpaceMap, typefaces: Typefaces) -> Renderer:
    return Renderer(SIZE_PX, proj_from_bench, typefaces=typefaces)


def area(rects: Sequence[RectPx]) -> int:
    return sum(width * height for _, _, width, height in rects)


def differs(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((before[:, :, :3] != after[:, :, :3]).any(axis=2))


def test_without_marks_there_is_no_light_at_all(renderer: Renderer) -> None:
    picture, changed = renderer.draw((), 0.0)
    assert picture.shape == (540, 960, 4)
    assert not picture.any()
    assert changed == ((0, 0, 960, 540),), "a screen must be told to be dark at the start"


def test_light_goes_out_completely(renderer: Renderer, bench: Station) -> None:
    lit, _ = renderer.draw(marks_for(TAKE_SPRING, bench), 0.0)
    assert lit.any()
    dark, changed = renderer.draw((), 1.3)
    assert not dark.any()
    assert changed


def test_nothing_is_reported_when_nothing_changed(renderer: Renderer, bench: Station) -> None:
    cue = Cue(kind=CueKind.PAUSED)
    renderer.draw(marks_for(cue, bench), 0.0)
    for turn in range(1, 60):
        assert renderer.draw(marks_for(cue, bench), turn / 30)[1] == ()


def test_every_pixel_that_changed_lies_in_a_reported_area(
    renderer: Renderer, bench: Station
) -> None:
    before = renderer.draw((), 0.0)[0].copy()
    for turn, cue in enumerate(
        [TAKE_SPRING, PLACE_IT, TAKE_SPRING, replace(PLACE_IT, zone="tray")]
    ):
        picture, changed = renderer.draw(marks_for(cue, bench), 0.31 * turn)
        outside = differs(before, picture)
        for left, top, width, height in changed:
            outside[top : top + height, left : left + width] = False
        assert not outside.any()
        before = picture.copy()


def test_painting_only_what_changed_gives_the_same_picture_as_painting_all(
    renderer: Renderer, bench: Station, proj_from_bench: SpaceMap, typefaces: Typefaces
) -> None:
    for cue in (TAKE_SPRING, replace(TAKE_SPRING, wrong_zone="bin_d"), PLACE_IT, TAKE_SPRING):
        step_by_step, _ = renderer.draw(marks_for(cue, bench), 0.0)
        fresh = Renderer(SIZE_PX, proj_from_bench, typefaces=typefaces)
        at_once, _ = fresh.draw(marks_for(cue, bench), 0.0)
        assert np.array_equal(step_by_step, at_once)


def test_a_breath_touches_only_its_own_patch(renderer: Renderer, bench: Station) -> None:
    marks = marks_for(TAKE_SPRING, bench)
    renderer.draw(marks, 0.0)
    _, changed = renderer.draw(marks, 0.6)
    assert 0 < area(changed) < 0.08 * 960 * 540


def test_the_picture_cannot_be_written_by_who_shows_it(renderer: Renderer) -> None:
    picture, _ = renderer.draw((), 0.0)
    with pytest.raises(ValueError, match="read-only"):
        picture[0, 0, 0] = 255


def test_a_new_calibration_moves_the_light(renderer: Renderer, bench: Station) -> None:
    marks = marks_for(TAKE_SPRING, bench)
    before = renderer.draw(marks, 0.0)[0].copy()
    renderer.aim(PLAIN_MAP)
    after, changed = renderer.draw(marks, 0.0)
    assert changed == ((0, 0, 960, 540),)
    assert differs(before, after).any()


def test_what_was_painted_ahead_is_the_same_light(
    renderer: Renderer, bench: Station, proj_from_bench: SpaceMap, typefaces: Typefaces
) -> None:
    marks = marks_for(TAKE_SPRING, bench)
    renderer.prepare(marks)
    fresh = Renderer(SIZE_PX, proj_from_bench, typefaces=typefaces)
    assert np.array_equal(renderer.draw(marks, 0.0)[0], fresh.draw(marks, 0.0)[0])


# Where light lands, and how large.


def on_the_bench(
    picture: NDArray[np.uint8], proj_from_bench: SpaceMap, *, px_per_mm: float = 4.0
) -> NDArray[np.uint8]:
    """The light seen from above a bench of 900 by 600 mm: brightness, row 0 at the far edge."""
    top_down = np.array(
        [[px_per_mm, 0.0, -0.5], [0.0, -px_per_mm, 600 * px_per_mm - 0.5], [0.0, 0.0, 1.0]]
    )
    matrix = top_down @ proj_from_bench.plane.inverse().matrix
    size = (round(900 * px_per_mm), round(600 * px_per_mm))
    bright = np.ascontiguousarray(picture[:, :, :3].max(axis=2))
    return np.asarray(cv2.warpPerspective(bright, matrix, size), np.uint8)


def lit_box_mm(seen: NDArray[np.uint8], *, px_per_mm: float = 4.0) -> Box:
    """Where there is more than half of the light."""
    rows, columns = np.nonzero(seen > 127)
    return Box(
        left_mm=columns.min() / px_per_mm,
        right_mm=(columns.max() + 1) / px_per_mm,
        bottom_mm=600 - (rows.max() + 1) / px_per_mm,
        top_mm=600 - rows.min() / px_per_mm,
    )


def test_a_ring_lands_round_its_zone_with_an_askew_projector(
    proj_from_bench: SpaceMap, typefaces: Typefaces
) -> None:
    size_px = (1920, 1080)
    double = scaled(proj_from_bench, 2.0)
    ring = Outline(polygon_mm=SQUARE, light=Light.PUT, width_mm=5.0)
    picture, _ = Renderer(size_px, double, typefaces=typefaces).draw((ring,), 0.0)
    box = lit_box_mm(on_the_bench(picture, double))
    assert box.corners_mm[0] == pytest.approx((291.0, 191.0), abs=0.7)
    assert box.corners_mm[2] == pytest.approx((409.0, 309.0), abs=0.7)


@pytest.mark.parametrize("left_mm", [40.0, 640.0])
def test_letters_are_upright_and_ten_millimetres_high_anywhere(
    proj_from_bench: SpaceMap, typefaces: Typefaces, left_mm: float
) -> None:
    double = scaled(proj_from_bench, 2.0)
    words = Words(
        lines=("HILE",),
        box=Box(left_mm=left_mm, bottom_mm=300.0, right_mm=left_mm + 80, top_mm=317.6),
        letter_mm=10.0,
        language="nl",
    )
    picture, _ = Renderer((1920, 1080), double, typefaces=typefaces).draw((words,), 0.0)
    seen = on_the_bench(picture, double)
    box = lit_box_mm(seen)
    assert box.height_mm == pytest.approx(10.0, abs=0.8)
    assert words.box.holds(box)
    # Upright: the foot of the L reaches further to the right than its head.
    middle = (seen > 127).sum(axis=1)
    assert middle[middle > 0].size > 0
    stem = lit_box_mm(seen[:, : round((left_mm + 8) * 4)])
    assert stem.height_mm == pytest.approx(10.0, abs=0.8)


def test_letters_keep_to_their_box_when_a_face_runs_wide(typefaces: Typefaces) -> None:
    words = Words(
        lines=("MWMWMWMW",),
        box=Box(left_mm=100.0, bottom_mm=300.0, right_mm=160.0, top_mm=317.6),
        letter_mm=10.0,
        language="nl",
    )
    picture, _ = Renderer(SIZE_PX, PLAIN_MAP, typefaces=typefaces).draw((words,), 0.0)
    assert words.box.grown(1.2).holds(lit_box_mm(on_the_bench(picture, PLAIN_MAP)))


def test_letters_too_small_to_read_are_refused() -> None:
    with pytest.raises(ValueError, match="10 mm or more"):
        Words(
            lines=("a",),
            box=Box(left_mm=0, bottom_mm=0, right_mm=9, top_mm=9),
            letter_mm=8.0,
            language="nl",
        )


def test_light_outside_the_projectors_picture_is_cut_off_without_a_word(
    renderer: Renderer,
) -> None:
    far = ((2000.0, 200.0), (2100.0, 200.0), (2100.0, 300.0), (2000.0, 300.0))
    edge = ((-60.0, 200.0), (60.0, 200.0), (60.0, 300.0), (-60.0, 300.0))
    words = Words(
        lines=("ver",),
        box=Box(left_mm=2000, bottom_mm=0, right_mm=2100, top_mm=30),
        letter_mm=12.0,
        language="nl",
    )
    for polygon in (far, edge):
        renderer.draw((Glow(polygon_mm=polygon, light=Light.TAKE, level=1.0), words), 0.0)
    assert renderer.draw((), 1.0)[1]


def test_a_picture_shows_upright_in_its_colours(tmp_path: Path, typefaces: Typefaces) -> None:
    path = tmp_path / "half_red.png"
    drawn = np.zeros((30, 40, 3), np.uint8)
    drawn[:15] = (0, 0, 255)
    drawn[15:] = (255, 0, 0)
    cv2.imwrite(str(path), drawn)
    mark = Picture(path=str(path), box=Box(left_mm=100, bottom_mm=100, right_mm=180, top_mm=160))
    picture, _ = Renderer(SIZE_PX, PLAIN_MAP, typefaces=typefaces).draw((mark,), 0.0)
    blue, _, red = PLAIN_MAP.apply(np.array([[140.0, 112.0], [140.0, 130.0], [140.0, 148.0]]))
    at = [picture[round(y), round(x), :3].tolist() for x, y in (blue, red)]
    assert at[0][0] > 150 > at[0][2]
    assert at[1][2] > 150 > at[1][0]


def test_a_picture_that_cannot_be_read_leaves_the_other_light_alone(
    tmp_path: Path, renderer: Renderer
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    box = Box(left_mm=100, bottom_mm=100, right_mm=180, top_mm=160)
    ring = Outline(polygon_mm=SQUARE, light=Light.PUT, width_mm=5.0)
    missing = Picture(path=str(tmp_path / "gone.png"), box=box)
    picture, _ = renderer.draw((Picture(path=str(broken), box=box), missing, ring), 0.0)
    assert picture.any()


# Calm.


def luminance(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance of each pixel, 0 to 1 (sRGB, WCAG 2)."""
    linear = (picture[:, :, :3] / 255.0) ** 2.2
    return np.asarray(linear @ np.array([0.0722, 0.7152, 0.2126]))


def flashes_a_second(levels: Sequence[float], rate_hz: float) -> float:
    """Most flashes in any second: pairs of opposing changes of 10 % or more (WCAG 2.3.1)."""
    turns: list[int] = []
    extreme, direction = levels[0], 0
    for place, level in enumerate(levels):
        if (direction >= 0 and level > extreme) or (direction <= 0 and level < extreme):
            if direction == 0 and abs(level - levels[0]) >= 0.1:
                direction = 1 if level > levels[0] else -1
            if direction != 0:
                extreme = level
        elif direction != 0 and abs(level - extreme) >= 0.1:
            turns.append(place)
            direction, extreme = -direction, level
    window = round(rate_hz)
    most = max(
        (sum(start <= turn < start + window for turn in turns) for start in turns), default=0
    )
    return most / 2


def test_the_meter_of_flashes_sees_five_flashes_a_second() -> None:
    square = [float((k // 6) % 2) for k in range(240)]
    assert flashes_a_second(square, 60.0) == pytest.approx(5.0, abs=0.5)
    assert flashes_a_second([0.5] * 240, 60.0) == 0


@pytest.mark.parametrize("zone", ["bin_b", "jig", "done"])
def test_nothing_flashes(bench: Station, typefaces: Typefaces, zone: str) -> None:
    small = scaled(PLAIN_MAP, 0.25)
    kind = {"bin_b": CueKind.TAKE, "jig": CueKind.PUT, "done": CueKind.CONFIRM}[zone]
    marks = marks_for(Cue(kind=kind, zone=zone), bench)
    renderer = Renderer((240, 135), small, typefaces=typefaces)
    frames = np.stack([luminance(renderer.draw(marks, k / 60)[0]) for k in range(600)])
    liveliest = np.unravel_index(np.ptp(frames, axis=0).argmax(), frames.shape[1:])
    levels = frames[:, liveliest[0], liveliest[1]].tolist()
    assert max(levels) - min(levels) > 0.2, "it does breathe"
    assert flashes_a_second(levels, 60.0) <= 1.0, "three is the limit"


def test_a_breath_changes_light_less_than_fifteen_times_a_second(
    renderer: Renderer, bench: Station
) -> None:
    marks = marks_for(TAKE_SPRING, bench)
    renderer.draw(marks, 0.0)
    changes = [bool(renderer.draw(marks, k / 60)[1]) for k in range(1, 601)]
    assert 4.0 < sum(changes) / 10 < 15.0


def test_a_breath_begins_at_its_height_and_goes_in_small_steps() -> None:
    steps = [pulse_step(k / 60) for k in range(300)]
    assert steps[0] == PULSE_STEPS
    assert min(steps) == 0
    assert max(abs(a - b) for a, b in pairwise(steps)) == 1
