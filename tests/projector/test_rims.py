"""Light above the bench and through a lens: where it really lands, by the laws of optics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calibration.edges import subdivided
from calibration.planes import PlaneMap
from calibration.space import SpaceMap
from projector.geometry import bounds, disc
from projector.layout import marks_for
from projector.pieces import Shape
from projector.preview import preview
from projector.render import Renderer
from projector.scene import Box, Glow, Light, Outline, Picture, Words
from projector.sprites import Painter
from projector.typefaces import Typefaces
from station.twin.geometry import Pinhole, twin_projector
from station.twin.sight import Sight
from tasks.cues import Cue, CueKind
from tests.projector.hung import Hung, hung

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from station_config.station import Station

SIZE_PX = (1920, 1080)
TYPEFACES = Typefaces()
BENT = hung(SIZE_PX, barrel_px=6.0)
SQUARE = ((300.0, 350.0), (430.0, 350.0), (430.0, 490.0), (300.0, 490.0))


def drawn(projector: Hung, *marks: Glow | Outline | Words | Picture) -> NDArray[np.float64]:
    """Brightness of each projector pixel."""
    renderer = Renderer(projector.size_px, projector.space_map, typefaces=TYPEFACES)
    return np.asarray(renderer.draw(marks, 0.0)[0][:, :, :3].max(axis=2), np.float64)


def centre_px(light: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = np.indices(light.shape)
    return np.asarray([(columns * light).sum(), (rows * light).sum()] / light.sum(), np.float64)


@settings(max_examples=200, deadline=None)
@given(
    x=st.floats(20.0, 880.0),
    y=st.floats(20.0, 580.0),
    height_mm=st.floats(0.0, 200.0),
    barrel_px=st.floats(-8.0, 8.0),
    eye_x=st.floats(300.0, 600.0),
)
def test_a_dot_lands_where_it_belongs_at_any_height_through_any_lens(
    x: float, y: float, height_mm: float, barrel_px: float, eye_x: float
) -> None:
    projector = hung((1280, 800), eye_mm=(eye_x, 400.0, 1500.0), barrel_px=barrel_px)
    truth = projector.truth_px(np.array([[x, y]]), height_mm)[0]
    assume(bool(((truth > 12) & (truth < np.array((1268, 788)))).all()))
    dot = Shape(parts=((disc((x, y), 6.0),),), light=Light.PLAIN, height_mm=height_mm)
    sprite = Painter((1280, 800), projector.space_map, TYPEFACES).paint(dot)
    light = sprite.bgrx[:, :, :3].max(axis=2).astype(float)
    corner = np.array((sprite.left_px, sprite.top_px))
    assert corner + centre_px(light) == pytest.approx(truth, abs=0.1)


@settings(max_examples=60, deadline=None)
@given(x=st.floats(0.0, 900.0), y=st.floats(0.0, 600.0), height_mm=st.floats(0.0, 200.0))
def test_there_and_back_is_the_same_place(x: float, y: float, height_mm: float) -> None:
    there = BENT.space_map.apply(np.array([[x, y]]), height_mm)
    assert there[0] == pytest.approx(BENT.truth_px(np.array([[x, y]]), height_mm)[0], abs=1e-6)
    assert BENT.space_map.bench_at(there, height_mm)[0] == pytest.approx((x, y), abs=1e-3)


class Seen:
    """What of the light is seen in the plane at a height, over a part of the bench."""

    PX_PER_MM = 4

    def __init__(
        self, light: NDArray[np.float64], projector: Hung, height_mm: float, part: Box
    ) -> None:
        wide, high = (round(mm * self.PX_PER_MM) for mm in (part.width_mm, part.height_mm))
        columns, rows = np.meshgrid(np.arange(float(wide)), np.arange(float(high)))
        points = np.column_stack(
            [
                part.left_mm + (columns.ravel() + 0.5) / self.PX_PER_MM,
                part.top_mm - (rows.ravel() + 0.5) / self.PX_PER_MM,
            ]
        )
        px = projector.truth_px(points, height_mm).astype(np.float32).reshape(high, wide, 2)
        grey = cv2.remap(light.astype(np.uint8), px[..., 0], px[..., 1], cv2.INTER_LINEAR)
        self.part, self.lit = part, np.asarray(grey) > 110

    @property
    def box(self) -> Box:
        """Round all that is lit."""
        rows, columns = np.nonzero(self.lit)
        return Box(
            left_mm=self.part.left_mm + columns.min() / self.PX_PER_MM,
            right_mm=self.part.left_mm + (columns.max() + 1) / self.PX_PER_MM,
            bottom_mm=self.part.top_mm - (rows.max() + 1) / self.PX_PER_MM,
            top_mm=self.part.top_mm - rows.min() / self.PX_PER_MM,
        )


def test_the_ring_of_a_high_bin_lies_on_its_rim_and_inside_and_nothing_goes_past_it() -> None:
    ring = Outline(polygon_mm=SQUARE, light=Light.TAKE, width_mm=5.0, height_mm=80.0)
    light = drawn(BENT, ring)
    seen = Seen(light, BENT, 80.0, bounds(SQUARE).grown(30.0)).box
    assert seen.corners_mm[0] == pytest.approx(SQUARE[0], abs=0.6)
    assert seen.corners_mm[2] == pytest.approx(SQUARE[2], abs=0.6)
    across = Box(left_mm=280.0, bottom_mm=415.0, right_mm=365.0, top_mm=425.0)
    wall = Seen(light, BENT, 80.0, across).box
    assert wall.width_mm == pytest.approx(10.0, abs=1.0), "rim, and parts inside"


def test_straight_edges_follow_the_bend_of_the_lens() -> None:
    """A frame of 800 mm: its edges bow by more than a millimetre if only corners are mapped."""
    frame = ((50.0, 50.0), (850.0, 50.0), (850.0, 550.0), (50.0, 550.0))
    projector = hung(SIZE_PX, barrel_px=20.0)
    corners = projector.truth_px(np.array(frame), 0.0)
    middle = projector.truth_px(np.array([[450.0, 50.0]]), 0.0)[0]
    assert abs((corners[0] + corners[1])[1] / 2 - middle[1]) > 3.0, "the lens does bend"
    light = drawn(projector, Glow(polygon_mm=frame, light=Light.PUT, level=1.0))
    for x_mm in (250.0, 450.0, 650.0):
        strip = Box(left_mm=x_mm, bottom_mm=20.0, right_mm=x_mm + 1.0, top_mm=580.0)
        lit = Seen(light, projector, 0.0, strip).box
        # The soft edge begins at half of the light.
        assert lit.bottom_mm == pytest.approx(50.0, abs=2.0)
        assert lit.top_mm == pytest.approx(550.0, abs=2.0)


@pytest.mark.parametrize("height_mm", [0.0, 120.0])
def test_letters_are_as_high_as_promised_at_their_height(height_mm: float) -> None:
    box = Box(left_mm=650.0, bottom_mm=480.0, right_mm=760.0, top_mm=506.4)
    words = Words(lines=("HILE",), box=box, letter_mm=15.0, language="nl", height_mm=height_mm)
    seen = Seen(drawn(BENT, words), BENT, height_mm, box.grown(20.0)).box
    assert seen.height_mm == pytest.approx(15.0, abs=0.8)
    assert box.grown(0.5).holds(seen)


def test_a_picture_fills_its_box_through_a_lens(tmp_path: Path) -> None:
    path = tmp_path / "white.png"
    cv2.imwrite(str(path), np.full((300, 400, 3), 255, np.uint8))
    box = Box(left_mm=600.0, bottom_mm=400.0, right_mm=800.0, top_mm=550.0)
    light = drawn(BENT, Picture(path=str(path), box=box))
    seen = Seen(light, BENT, 0.0, box.grown(20.0)).box
    assert seen.corners_mm[0] == pytest.approx(box.corners_mm[0], abs=0.6)
    assert seen.corners_mm[2] == pytest.approx(box.corners_mm[2], abs=0.6)


def test_without_a_second_height_rings_stay_beside_the_zone() -> None:
    known = BENT.space_map
    renderer = Renderer(SIZE_PX, SpaceMap(plane=known.plane, lens=known.lens), typefaces=TYPEFACES)
    high = Outline(polygon_mm=SQUARE, light=Light.TAKE, width_mm=5.0, height_mm=80.0)
    assert np.array_equal(
        renderer.draw((high,), 0.0)[0].copy(),
        renderer.draw((replace(high, height_mm=0.0),), 0.0)[0],
    )


def test_a_preview_shows_the_light_on_the_rim_and_none_on_the_bench_behind(bench: Station) -> None:
    projector = (bench.projector.width_px, bench.projector.height_px)
    cue = Cue(kind=CueKind.TAKE, zone="bin_b")
    picture = preview(
        cue, bench, hung(projector, barrel_px=6.0).space_map, typefaces=TYPEFACES, px_per_mm=1.0
    )
    green = picture[:, :, 1].astype(int) - picture[:, :, 2] > 60
    rows, columns = np.nonzero(green)
    assert (columns.min(), columns.max() + 1) == pytest.approx((215, 345), abs=2)
    assert (600 - rows.max() - 1, 600 - rows.min()) == pytest.approx((395, 535), abs=2)


# The worker of the twin, who looks for light with the twin's own geometry.


@pytest.fixture
def twin(bench: Station) -> Pinhole:
    return twin_projector(bench.bench_mm, SIZE_PX)


@pytest.mark.parametrize("kind", [CueKind.TAKE, CueKind.PUT])
@pytest.mark.parametrize("zone", ["bin_a", "bin_c", "bin_e", "jig"])
def test_the_worker_sees_which_zone_is_lit_on_its_rim(
    bench: Station, twin: Pinhole, kind: CueKind, zone: str
) -> None:
    knows_height = SpaceMap(
        plane=PlaneMap(matrix=twin.from_plane(0.0)), rise=twin.matrix[:, 2].copy()
    )
    marks = marks_for(Cue(kind=kind, zone=zone), bench)
    picture, _ = Renderer(SIZE_PX, knows_height, typefaces=TYPEFACES).draw(marks, 0.0)
    sight = Sight(twin, bench.zones, np.ascontiguousarray(picture[:, :, :3]))
    lit = {name for name, z in bench.zones.items() if z.kind != "button" and sight.lit(name)}
    assert lit == {zone}


# Edges in short pieces.


@given(
    corners=st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=1, max_size=8),
    at_most_mm=st.floats(5.0, 100.0),
)
def test_a_subdivided_polygon_is_the_same_polygon(
    corners: list[tuple[float, float]], at_most_mm: float
) -> None:
    polygon = np.array(corners)
    pieces = subdivided(polygon, at_most_mm)
    lengths = np.hypot(*(np.roll(pieces, -1, axis=0) - pieces).T)
    around = np.hypot(*(np.roll(polygon, -1, axis=0) - polygon).T)
    assert lengths.max() <= at_most_mm + 1e-9
    assert lengths.sum() == pytest.approx(around.sum(), abs=1e-6)
    assert {tuple(corner) for corner in polygon} <= {tuple(piece) for piece in pieces}
