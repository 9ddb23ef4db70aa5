"""What stands on the bench when light cannot be trusted, or does not get there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.planes import PlaneMap
from calibration.space import SpaceMap, flat
from projector.aim import Aim, Reach
from projector.geometry import bounds
from projector.layout import marks_for
from projector.reach import reach_of
from projector.render import Renderer
from projector.scene import Arrow, Box, Button, Glow, Light, Mark, Outline, Picture, Words
from station_config.station import Station, Zone, ZoneKind
from tasks.cues import Cue, CueKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projector.typefaces import Typefaces

TAKE = Cue(
    kind=CueKind.TAKE, zone="bin_b", words={"nl": "Pak de veer."}, steps_done=3, steps_total=9
)
PUT = replace(TAKE, kind=CueKind.PUT, zone="jig")
BENCH = Box(left_mm=0.0, bottom_mm=0.0, right_mm=900.0, top_mm=600.0)

AnyMark = TypeVar("AnyMark", bound=Mark)


def of(kind: type[AnyMark], marks: tuple[Mark, ...]) -> list[AnyMark]:
    return [mark for mark in marks if isinstance(mark, kind)]


def texts(marks: tuple[Mark, ...]) -> set[str]:
    return {" ".join(words.lines) for words in of(Words, marks)}


def test_exact_light_is_what_it_always_was(bench: Station) -> None:
    whole = Reach(box=BENCH)
    assert marks_for(TAKE, bench, aim=Aim.EXACT, reach=whole) == marks_for(TAKE, bench)


@pytest.mark.parametrize("aim", [Aim.BESIDE, Aim.NOWHERE])
@pytest.mark.parametrize("cue", [TAKE, PUT, replace(TAKE, wrong_zone="bin_d")])
def test_no_contour_is_drawn_by_a_map_in_doubt(bench: Station, aim: Aim, cue: Cue) -> None:
    marks = marks_for(replace(cue, also_zones=("bin_c",)), bench, aim=aim)
    assert of(Outline, marks) == []
    assert "Pak de veer." in texts(marks)


@pytest.mark.parametrize("zone", ["bin_b", "jig", "tray"])
@pytest.mark.parametrize("turn_deg", range(0, 360, 45))
def test_a_pool_of_light_is_still_in_its_zone_when_it_is_off_by_20_mm(
    bench: Station, typefaces: Typefaces, zone: str, turn_deg: int
) -> None:
    """Nine tenths of the light land in the zone, whichever way it is off, and none in another."""
    off_mm = 20.0 * np.array([np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))])
    cue = Cue(kind=CueKind.TAKE, zone=zone)
    pools = of(Glow, marks_for(cue, bench, aim=Aim.BESIDE))
    matrix = np.array([[1.0, 0.0, off_mm[0]], [0.0, -1.0, 600.0 - off_mm[1]], [0.0, 0.0, 1.0]])
    projector = flat(PlaneMap(matrix=matrix))
    picture, _ = Renderer((901, 601), projector, typefaces=typefaces).draw(pools, 0.0)
    light = picture[:, :, 1].astype(float)
    assert light.max() > 180
    inside = {name: light[covered(other)].sum() for name, other in bench.zones.items()}
    assert inside.pop(zone) > 0.9 * light.sum()
    assert max(inside.values()) < 0.001 * light.sum()


def covered(zone: Zone) -> NDArray[np.bool_]:
    mask = np.zeros((601, 901), np.uint8)
    corners = np.array(zone.polygon_mm) * (1.0, -1.0) + (0.0, 600.0)
    return np.asarray(cv2.fillPoly(mask, [corners.astype(np.int32)], (1,)) > 0)


def test_a_pool_has_no_edge_that_looks_like_a_contour(bench: Station, typefaces: Typefaces) -> None:
    plain = flat(PlaneMap(matrix=np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 600.0], [0.0, 0.0, 1.0]])))
    pools = of(Glow, marks_for(TAKE, bench, aim=Aim.BESIDE))
    picture, _ = Renderer((901, 601), plain, typefaces=typefaces).draw(pools, 0.0)
    light = picture[:, :, 1].astype(float)
    a_millimetre_apart = max(np.abs(np.diff(light, axis=axis)).max() for axis in (0, 1))
    assert a_millimetre_apart < 0.06 * light.max()


def test_a_zone_too_small_for_a_pool_gets_an_arrow_beside_it(bench: Station) -> None:
    small = replace(
        bench.zones["bin_b"], polygon_mm=((250, 440), (300, 440), (300, 490), (250, 490))
    )
    with_small = replace(bench, zones={**bench.zones, "bin_b": small})
    marks = marks_for(TAKE, with_small, aim=Aim.BESIDE)
    assert of(Glow, marks) == []
    (arrow,) = of(Arrow, marks)
    assert arrow.soft_mm > 0
    assert not bounds(small.polygon_mm).grown(20.0).overlaps(bounds((arrow.tail_mm, arrow.tip_mm)))
    assert arrow.tip_mm[1] > arrow.tail_mm[1], "from the worker's side"


def test_a_mistake_stays_soft_when_light_is_off(bench: Station) -> None:
    marks = marks_for(replace(TAKE, wrong_zone="bin_d"), bench, aim=Aim.BESIDE)
    right, wrong = of(Glow, marks)
    assert (right.light, wrong.light) == (Light.TAKE, Light.LOOK)
    assert wrong.level < right.level
    assert (right.pulses, wrong.pulses) == (True, False)
    assert of(Arrow, marks) == []
    assert "Kijk nog eens" in texts(marks)


@pytest.mark.parametrize("kind", list(CueKind))
def test_nothing_points_when_light_may_land_anywhere(bench: Station, kind: CueKind) -> None:
    cue = replace(TAKE, kind=kind, zone="bin_b", wrong_zone="bin_d", also_zones=("bin_c",))
    marks = marks_for(cue, bench, aim=Aim.NOWHERE)
    assert of(Outline, marks) + of(Glow, marks) + of(Arrow, marks) == []


@pytest.mark.parametrize(("cue", "name"), [(TAKE, "Bak B"), (PUT, "Mal")])
def test_the_zone_is_called_by_its_name_when_nothing_points(
    bench: Station, cue: Cue, name: str
) -> None:
    marks = marks_for(cue, bench, aim=Aim.NOWHERE)
    (words,) = (w for w in of(Words, marks) if w.lines == (name,))
    assert words.light is (Light.TAKE if cue.kind is CueKind.TAKE else Light.PUT)
    assert name not in texts(marks_for(cue, bench))
    assert name not in texts(marks_for(cue, bench, aim=Aim.BESIDE))


def test_words_and_picture_are_large_and_together_when_nothing_points(bench: Station) -> None:
    marks = marks_for(replace(PUT, picture="/a/picture.png"), bench, aim=Aim.NOWHERE)
    (picture,) = of(Picture, marks)
    words = next(w for w in of(Words, marks) if "veer" in " ".join(w.lines))
    assert picture.box.width_mm >= 160.0
    assert words.letter_mm >= 18.0
    assert picture.box.grown(40.0).overlaps(words.box)


def test_buttons_are_larger_when_light_may_land_anywhere(bench: Station) -> None:
    before = {b.icon: bounds(b.polygon_mm) for b in of(Button, marks_for(TAKE, bench))}
    after = {
        b.icon: bounds(b.polygon_mm) for b in of(Button, marks_for(TAKE, bench, aim=Aim.NOWHERE))
    }
    assert after.keys() == before.keys()
    for icon, box in after.items():
        assert box.width_mm > before[icon].width_mm
        assert box.centre_mm == pytest.approx(before[icon].centre_mm), "touched in the middle"
        assert BENCH.holds(box)
        assert not any(box.overlaps(other) for name, other in after.items() if name is not icon)


# Out of reach.


def test_a_zone_in_the_dark_gets_an_arrow_its_name_and_words_that_can_be_seen(
    bench: Station,
) -> None:
    """The projector ends 110 mm from the left edge: less than half of bin a is lit."""
    size_px = (790, 600)
    cut = flat(PlaneMap(matrix=np.array([[1.0, 0, -110.5], [0, -1.0, 599.5], [0, 0, 1.0]])))
    reach = reach_of(bench, size_px, cut)
    assert "bin_a" in reach.dark_zones
    marks = marks_for(replace(TAKE, zone="bin_a", picture="/a.png"), bench, reach=reach)
    assert of(Outline, marks) + of(Glow, marks) == []
    (arrow,) = of(Arrow, marks)
    assert {"Pak de veer.", "Bak A"} <= texts(marks)
    seen = [mark.box for mark in marks if isinstance(mark, Words | Picture)]
    assert all(reach.box.holds(box) for box in (*seen, bounds((arrow.tail_mm, arrow.tip_mm))))


def test_the_other_zones_are_ringed_as_ever(bench: Station) -> None:
    reach = Reach(box=BENCH, dark_zones=frozenset({"bin_a"}))
    assert marks_for(TAKE, bench, reach=reach) == marks_for(TAKE, bench)


@settings(max_examples=60, deadline=None)
@given(
    left=st.floats(0.0, 500.0),
    bottom=st.floats(0.0, 300.0),
    width=st.floats(300.0, 400.0),
    depth=st.floats(250.0, 300.0),
    kind=st.sampled_from(list(CueKind)),
    aim=st.sampled_from(list(Aim)),
)
def test_whatever_is_lit_words_and_pictures_stand_in_it(
    bench: Station,
    left: float,
    bottom: float,
    width: float,
    depth: float,
    kind: CueKind,
    aim: Aim,
) -> None:
    box = Box(left_mm=left, bottom_mm=bottom, right_mm=left + width, top_mm=bottom + depth)
    reach = Reach(box=box, dark_zones=frozenset(bench.zones))
    cue = replace(TAKE, kind=kind, picture="/a.png", wrong_zone="bin_d")
    marks = marks_for(cue, bench, aim=aim, reach=reach)
    for mark in marks:
        if isinstance(mark, Words | Picture):
            assert box.grown(1e-6).holds(mark.box)
        assert not isinstance(mark, Outline | Glow)


def test_a_place_beside_the_bench_middle_is_found_on_any_bench(bench: Station) -> None:
    """A zone without a name, on a bench that is all zone: no arrow, no name, and no error."""
    full = Zone(
        zone_id="all",
        kind=ZoneKind.PLACE,
        polygon_mm=((0, 0), (900, 0), (900, 600), (0, 600)),
        title={},
        enter_s=0.1,
        leave_s=0.1,
    )
    crowded = replace(bench, zones={"all": full})
    reach = Reach(box=BENCH, dark_zones=frozenset({"all"}))
    marks = marks_for(replace(TAKE, zone="all"), crowded, reach=reach)
    assert texts(marks) == {"Pak de veer."}
    assert of(Arrow, marks) == []


def test_without_heights_a_rim_looks_as_it_lay_on_the_bench(
    bench: Station, proj_from_bench: SpaceMap, proj_px: tuple[int, int], typefaces: Typefaces
) -> None:
    low = replace(bench, zones={name: replace(z, height_mm=0.0) for name, z in bench.zones.items()})
    as_high, as_low = (
        Renderer(proj_px, proj_from_bench, typefaces=typefaces).draw(marks_for(TAKE, b), 0.0)[0]
        for b in (bench, low)
    )
    assert np.array_equal(as_high, as_low)
