from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from calibration.planes import PlaneMap
from projector.preview import preview
from projector.reach import out_of_reach
from tasks.cues import Cue, CueKind

if TYPE_CHECKING:
    from projector.typefaces import Typefaces
    from station_config.station import Station


def test_a_projector_that_sees_the_whole_bench_reaches_every_zone(
    bench: Station, proj_from_bench: PlaneMap, proj_px: tuple[int, int]
) -> None:
    assert out_of_reach(bench.zones, proj_px, proj_from_bench) == ()


def test_zones_that_stick_out_are_named(
    bench: Station, proj_from_bench: PlaneMap, proj_px: tuple[int, int]
) -> None:
    shifted = PlaneMap(
        matrix=proj_from_bench.matrix @ np.array([[1, 0, 200], [0, 1, 0], [0, 0, 1]])
    )
    assert set(out_of_reach(bench.zones, proj_px, shifted)) == {"bin_e", "done", "next"}


def test_a_zone_behind_the_projectors_horizon_is_out_of_reach(bench: Station) -> None:
    horizon = PlaneMap(matrix=np.array([[1.0, 0, 0], [0, 1.0, 0], [0, -1 / 500, 1.0]]))
    assert "bin_a" in out_of_reach(bench.zones, (5000, 5000), horizon)


def test_a_preview_shows_what_the_projector_does_not_reach(
    bench: Station, proj_from_bench: PlaneMap, typefaces: Typefaces
) -> None:
    cue = Cue(kind=CueKind.TAKE, zone="bin_e")
    double = np.diag([2.0, 2.0, 1.0])
    whole = PlaneMap(matrix=double @ proj_from_bench.matrix)
    part = PlaneMap(matrix=whole.matrix @ np.array([[1, 0, 300], [0, 1, 0], [0, 0, 1.0]]))
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
    assert abs((600 - rows.mean()) - 490) < 5
