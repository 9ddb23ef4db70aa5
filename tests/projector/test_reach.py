"""What a projector reaches of a bench, told to the coach by name and side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from calibration.lens import Lens
from calibration.planes import PlaneMap
from calibration.space import SpaceMap, flat
from projector.preview import preview
from projector.reach import Side, reach_of, unreached
from projector.scene import Box
from tasks.cues import Cue, CueKind

if TYPE_CHECKING:
    from projector.typefaces import Typefaces
    from station_config.station import Station

BENCH_PX = (900, 600)
"""A projector whose pixels are millimetres."""


def shifted(right_mm: float = 0.0, back_mm: float = 0.0) -> SpaceMap:
    """A projector that covers the bench exactly, when it is not shifted."""
    matrix = np.array([[1.0, 0, -0.5 - right_mm], [0, -1.0, 599.5 + back_mm], [0, 0, 1.0]])
    return flat(PlaneMap(matrix=matrix))


def with_bench(projector: SpaceMap, matrix: np.ndarray) -> SpaceMap:
    return flat(PlaneMap(matrix=projector.plane.matrix @ matrix))


def test_a_projector_that_sees_the_whole_bench_reaches_every_zone(
    bench: Station, proj_from_bench: SpaceMap, proj_px: tuple[int, int]
) -> None:
    assert unreached(bench, proj_px, proj_from_bench) == ()
    reach = reach_of(bench, proj_px, proj_from_bench)
    assert reach.box == Box(left_mm=0.0, bottom_mm=0.0, right_mm=900.0, top_mm=600.0)
    assert reach.dark_zones == frozenset()


def test_zones_that_stick_out_are_named_as_people_call_them(
    bench: Station, proj_from_bench: SpaceMap, proj_px: tuple[int, int]
) -> None:
    moved = with_bench(proj_from_bench, np.array([[1, 0, 200], [0, 1, 0], [0, 0, 1]]))
    found = unreached(bench, proj_px, moved)
    assert {zone.zone for zone in found} == {"bin_e", "done", "next"}
    assert str(found[0]).startswith("The projector does not reach all of Bak E (bin_e): ")
    assert str(unreached(replace(bench, language="en"), proj_px, moved)[0]).count("Bin E (bin_e)")


@pytest.mark.parametrize(
    ("right_mm", "back_mm", "zone", "side", "dark_mm"),
    [
        (90.0, 0.0, "bin_a", Side.LEFT, 40.0),
        (-100.0, 0.0, "bin_e", Side.RIGHT, 40.0),
        (0.0, -90.0, "bin_c", Side.BACK, 25.0),
        (0.0, 190.0, "jig", Side.FRONT, 20.0),
    ],
)
def test_the_side_that_stays_dark_is_told_in_millimetres(
    bench: Station,
    right_mm: float,
    back_mm: float,
    zone: str,
    side: Side,
    dark_mm: float,
) -> None:
    found = {one.zone: one for one in unreached(bench, BENCH_PX, shifted(right_mm, back_mm))}
    assert set(found[zone].sides) == {side}
    assert found[zone].sides[side] == pytest.approx(dark_mm, abs=0.5)
    assert f"about {dark_mm:.0f} mm at the {side} stay dark" in str(found[zone])


def test_a_zone_that_gets_no_light_at_all_is_told_so(bench: Station) -> None:
    found = {one.zone: one for one in unreached(bench, BENCH_PX, shifted(right_mm=250.0))}
    assert found["bin_a"].sides == {}
    assert "does not reach Bak A (bin_a) at all" in str(found["bin_a"])
    assert "bin_a" in reach_of(bench, BENCH_PX, shifted(right_mm=250.0)).dark_zones


def test_a_zone_of_which_a_corner_is_cut_off_is_still_ringed(bench: Station) -> None:
    assert "bin_a" not in reach_of(bench, BENCH_PX, shifted(right_mm=60.0)).dark_zones
    assert "bin_a" in {one.zone for one in unreached(bench, BENCH_PX, shifted(right_mm=60.0))}


def test_words_stand_in_the_largest_part_of_the_bench_that_is_lit(bench: Station) -> None:
    box = reach_of(bench, BENCH_PX, shifted(right_mm=100.0, back_mm=-55.0)).box
    assert box == Box(left_mm=100.0, bottom_mm=0.0, right_mm=900.0, top_mm=540.0)


def test_a_rim_can_be_out_of_reach_where_the_bench_under_it_is_not(bench: Station) -> None:
    """A pinhole 1000 mm over the middle: a rim at 60 mm looks 6 % further out."""
    plane = PlaneMap(matrix=np.array([[1.0, 0, 0], [0, -1.0, 600.0], [0, 0, 1.0]]))
    # Depth falls by 1/1000 a millimetre; the middle of the bench stays where it is.
    rise = np.array([-0.45, -0.3, -0.001])
    on_bench, at_height = SpaceMap(plane=plane), SpaceMap(plane=plane, rise=rise)
    size_px = (850, 601)
    assert "bin_e" not in {one.zone for one in unreached(bench, size_px, on_bench)}
    found = {one.zone: one for one in unreached(bench, size_px, at_height)}
    # The right side, 840 - 450 = 390 mm from the middle, lands 390 / 0.94 from it: at 864.9, and
    # the picture ends at 849.5; a pixel there is 0.94 mm.
    assert found["bin_e"].sides[Side.RIGHT] == pytest.approx((864.9 - 849.5) * 0.94, abs=0.2)


def test_a_lens_can_push_a_zone_out_of_the_picture(bench: Station) -> None:
    outward = Lens(
        shift_px=np.array([[0, 0], [30.0, 0], [0, 0]]),
        degree=1,
        middle_px=(449.5, 299.5),
        scale_px=450.0,
    )
    bent = SpaceMap(plane=PlaneMap(matrix=np.diag([1.0, 1.0, 1.0])), lens=outward)
    straight = SpaceMap(plane=bent.plane)
    assert unreached(bench, (880, 600), straight) == ()
    assert {one.zone for one in unreached(bench, (880, 600), bent)} == {"done", "next"}


def test_a_zone_behind_the_projectors_horizon_is_out_of_reach(bench: Station) -> None:
    horizon = flat(PlaneMap(matrix=np.array([[1.0, 0, 0], [0, 1.0, 0], [0, -1 / 500, 1.0]])))
    assert "bin_a" in {one.zone for one in unreached(bench, (5000, 5000), horizon)}


def test_a_preview_shows_what_the_projector_does_not_reach(
    bench: Station, proj_from_bench: SpaceMap, typefaces: Typefaces
) -> None:
    cue = Cue(kind=CueKind.TAKE, zone="bin_e")
    whole = flat(PlaneMap(matrix=np.diag([2.0, 2.0, 1.0]) @ proj_from_bench.plane.matrix))
    part = with_bench(whole, np.array([[1, 0, 300], [0, 1, 0], [0, 0, 1.0]]))
    seen = preview(cue, bench, whole, typefaces=typefaces, px_per_mm=1.0)
    cut = preview(cue, bench, part, typefaces=typefaces, px_per_mm=1.0)
    assert seen.shape == (600, 900, 3)
    bin_e = (slice(40, 180), slice(710, 840))
    assert seen[bin_e][:, :, 1].mean() > 1.5 * cut[bin_e][:, :, 1].mean()
    assert tuple(cut[590, 895]) != tuple(seen[590, 895]), "the unreached corner looks different"


def test_a_preview_without_a_calibration_shows_the_bench_straight(
    bench: Station, typefaces: Typefaces
) -> None:
    picture = preview(
        Cue(kind=CueKind.TAKE, zone="bin_a"), bench, None, typefaces=typefaces, px_per_mm=1.0
    )
    green = picture[:, :, 1].astype(int) - picture[:, :, 2]
    rows, columns = np.nonzero(green > 120)
    assert abs(columns.mean() - 115) < 5
    assert abs((600 - rows.mean()) - 465) < 5
