"""What stands behind the page of zones: drafts, measures, sources, and who is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.maps import maps_for
from calibration.planes import PlaneMap
from calibration.space import SpaceMap, flat
from calibration.store import read_calibration
from station.twin.truth import Deed
from station.watch import SourceNote
from station.wishes import StationError
from station.zone_page.draft import Draft, DraftZone, all_wrong, drafted, to_watch, to_zone
from station.zone_page.geometry import outline, to_bench
from station.zone_page.measures import Measurer, ZoneMeasure
from station.zone_page.sources import Looped, opened_source, touring_twin
from station.zone_page.words import LANGUAGES, words_in
from station_config.station import Station, Zone, ZoneKind
from tasks.model import Finish
from tests.station.zone_page_parts import bare_and_reached
from vision.camera import FilmFrames
from vision.eyes import Eyes
from vision.frames import Frame
from vision.observations import ArmSeen, Observation
from vision.visits import Phase

RATE_HZ = 30.0
JIG = Zone(
    zone_id="z1",
    kind=ZoneKind.PLACE,
    polygon_mm=((340.0, 170.0), (500.0, 170.0), (500.0, 310.0), (340.0, 310.0)),
    title={},
    enter_s=0.12,
    leave_s=0.25,
)
SQUARE = [(100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0)]
CAMERA = PlaneMap(matrix=np.array([[1.2, 0.1, 100.0], [0.05, -1.1, 680.0], [0.0, 0.0002, 1.0]]))


def drawn(**values: object) -> DraftZone:
    """A square of which something is different."""
    usual = {"key": "z1", "name": "box", "kind": "place", "polygon_mm": SQUARE}
    return DraftZone.model_validate(usual | values)


# What is measured --------------------------------------------------------------------------


def arm_at(*places_mm: tuple[float, float] | None) -> Iterator[Observation]:
    """Frames in which the end of an arm is at these places, or in which there is none."""
    for number, at_mm in enumerate(places_mm):
        arms = () if at_mm is None else (
            ArmSeen(tip_mm=at_mm, grip_mm=at_mm, area_mm2=9000.0, is_a_hand=False),
        )  # fmt: skip
        covered = {"z1": 0.0 if at_mm is None else 0.4}
        yield Observation(at_s=number / RATE_HZ, arms=arms, covered=covered)


def measured(zone: Zone, *places_mm: tuple[float, float] | None) -> list[ZoneMeasure]:
    measurer = Measurer([zone], flat(CAMERA))
    return [measurer.measured(seen)["z1"] for seen in arm_at(*places_mm)]


OUTSIDE, INSIDE = (420.0, 120.0), (420.0, 240.0)


def test_a_zone_tells_depth_coverage_and_witness_and_when_it_is_reached() -> None:
    outside, *inside = measured(JIG, OUTSIDE, *[INSIDE] * 8)
    assert (outside.depth_mm, outside.is_reached) == (-50.0, False)
    assert (inside[-1].depth_mm, inside[-1].covered, inside[-1].by_hand) == (70.0, 0.4, False)
    assert [one.phase for one in inside[:5]] == [Phase.ENTERING] * 4 + [Phase.INSIDE]
    assert inside[-1].is_reached


def test_how_long_a_hand_must_be_inside_decides_whether_its_visit_counts() -> None:
    way = (OUTSIDE, *[INSIDE] * 8, *[None] * 12)
    patient = replace(JIG, enter_s=0.5)
    assert [one.past.counted for one in (measured(JIG, *way)[-1],) if one.past] == [True]
    past = measured(patient, *way)[-1].past
    assert past is not None
    assert not past.counted
    assert past.inside_s == pytest.approx(7 / RATE_HZ)
    assert not any(one.is_reached for one in measured(patient, *way))


def test_a_visit_tells_what_the_station_took_it_for() -> None:
    bin_ = replace(JIG, kind=ZoneKind.BIN)
    past = measured(bin_, OUTSIDE, *[INSIDE] * 20, *[None] * 12)[-1].past
    assert past is not None
    ((what, p),) = past.told
    assert what == "picked"
    assert p > 0.5


def test_zones_that_change_while_one_looks_are_measured_anew_and_forget_no_visit() -> None:
    measurer = Measurer([JIG], flat(CAMERA))
    for seen in arm_at(OUTSIDE, *[INSIDE] * 8, *[None] * 12):
        measurer.measured(seen)
    moved = replace(JIG, polygon_mm=tuple((x + 300.0, y) for x, y in JIG.polygon_mm))
    measurer.take([moved])
    (now,) = [measurer.measured(seen)["z1"] for seen in arm_at(INSIDE)]
    assert now.depth_mm == -220.0
    assert now.past is not None


# What is drawn -----------------------------------------------------------------------------


def test_the_zones_of_a_file_come_through_the_page_unchanged(bench: Station) -> None:
    back = [to_zone(zone, zone_id=zone.name) for zone in drafted(bench.zones)]
    assert {zone.zone_id: zone for zone in back} == dict(bench.zones)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_wrong_is_told_at_once_in_the_language_of_the_page(
    language: str,
) -> None:
    zones = [
        drawn(key="z1", name="Bin A", height_mm=None),
        drawn(key="z2", name="box", use="help", enter_s=9),
        drawn(key="z3", name="box", polygon_mm=SQUARE[:2]),
        drawn(key="z4", name="cross", polygon_mm=[SQUARE[k] for k in (0, 2, 1, 3)]),
        drawn(key="z5", name="line", polygon_mm=[(1, 1), (2, 2), (3, 3)]),
        drawn(key="z6", name="off", polygon_mm=[(1, 1), (2000, 1), (3, 30)]),
        drawn(key="z7", name="word", title={"Dutch": "Bak"}),
    ]
    found = all_wrong(zones, bench_mm=(900.0, 600.0), language=language)  # type: ignore[arg-type]
    assert [(one.key, one.part) for one in found] == [
        ("z1", "name"),
        ("z1", "height_mm"),
        ("z2", "name"),
        ("z2", "use"),
        ("z2", "enter_s"),
        ("z3", "name"),
        ("z3", "polygon_mm"),
        ("z4", "polygon_mm"),
        ("z5", "polygon_mm"),
        ("z6", "polygon_mm"),
        ("z7", "title"),
    ]
    assert all(one.text and "{" not in one.text for one in found)


def test_a_bench_without_zones_is_told_so() -> None:
    (found,) = all_wrong([], bench_mm=(900.0, 600.0), language="en")
    assert found.text == "A bench needs at least one zone."


def test_zones_that_cannot_be_watched_yet_do_not_stop_the_others() -> None:
    zones = [drawn(key="z1", polygon_mm=[]), drawn(key="z2", name="", height_mm=None)]
    assert [zone.zone_id for zone in to_watch(zones)] == ["z2"]


def test_a_page_cannot_send_more_than_zones() -> None:
    for nonsense in (
        {"zones": [{"key": "z1", "name": "a", "kind": "bim", "polygon_mm": []}]},
        {"zones": [{"key": "x", "name": "a", "kind": "bin", "polygon_mm": []}]},
        {"zones": [drawn().model_dump() | {"polygon_mm": [[0, float("inf")]]}]},
        {"zones": [drawn().model_dump()] * 201},
    ):
        with pytest.raises(ValueError, match="validation error"):
            Draft.model_validate(nonsense)


def test_both_languages_have_the_same_gaps_to_fill() -> None:
    dutch, english = (words_in(language) for language in LANGUAGES)
    for name, text in dutch.items():
        assert text.count("{") == english[name].count("{"), name


@pytest.mark.parametrize("height_mm", [0.0, 80.0])
def test_a_rim_is_drawn_where_the_camera_sees_it_and_found_back(height_mm: float) -> None:
    camera = SpaceMap(plane=CAMERA, rise=np.array([0.3, -0.5, -0.0004]))
    seen = outline(drawn(height_mm=height_mm), camera)
    on_bench = outline(drawn(), camera)
    assert (seen.corners_px == on_bench.corners_px) is (height_mm == 0.0)
    corners_px = [(x, y) for x, y in seen.corners_px]
    assert to_bench(corners_px, camera, height_mm=height_mm) == [list(each) for each in SQUARE]


def test_zones_drawn_while_an_arm_is_there_know_the_bare_bench_from_before(
    bench: Station,
) -> None:
    """Eyes that were opened anew took the arm for the bench, and saw a ghost when it had gone."""
    bare, reached = bare_and_reached()
    maps = maps_for(bench, read_calibration(bench.calibration))
    eyes = Eyes(station=replace(bench, zones={}), maps=maps, camera_wh=(1280, 720), hands=None)

    def seen(picture: NDArray[np.uint8], begin: int) -> Observation:
        for number in range(begin, begin + 8):
            frame = Frame(taken_s=number / RATE_HZ, bgr=picture, read_s=0.0)
            sight = eyes.look(frame)
        return sight.observation

    seen(bare, 0)
    assert seen(reached, 8).covered == {}
    eyes.watch(bench)
    assert seen(reached, 16).covered["jig"] > 0.1
    after = seen(bare, 24)
    eyes.close()
    assert (after.arms, after.covered["jig"]) == ((), 0.0)


# Where pictures come from ------------------------------------------------------------------


def test_a_film_begins_again_on_a_clock_that_goes_on(
    a_film: Callable[[int], Path],
) -> None:
    film = Looped(FilmFrames(a_film(5), paced=False))
    again_s: list[float] = []
    film.on_again = again_s.append
    times_s = [frame.taken_s for frame in islice(film.frames(), 12)]
    film.close()
    assert len(times_s) == 12
    assert np.diff(times_s) == pytest.approx(1 / RATE_HZ)
    assert again_s == [times_s[5], times_s[10]]


def test_the_twin_goes_round_without_any_light(bench: Station) -> None:
    small = replace(bench.camera, width_px=320, height_px=180)
    twin = touring_twin(replace(bench, camera=small), "fluent", paced=False)
    wanted = [("bin_a", Finish.TAKE), ("jig", Finish.PLACE), ("bin_b", Finish.TAKE)]
    visited: Sequence[str | None] = ()
    for _ in islice(twin.frames(), 700):
        visited = [one.zone for one in twin.truth if one.what is Deed.STEP_DONE and one.zone]
        if len(visited) >= len(wanted):
            break
    twin.close()
    assert visited == [name for name, _ in wanted]


def test_a_twin_with_an_unknown_worker_is_refused_in_plain_words(bench: Station) -> None:
    camera = replace(bench.camera, source="twin:nobody")
    with pytest.raises(StationError, match="the twin has no worker 'nobody'"):
        opened_source(replace(bench, camera=camera), SourceNote())


@pytest.fixture
def a_film(tmp_path: Path) -> Callable[[int], Path]:
    """Writes a film of so many frames."""

    def write(frames: int) -> Path:
        path = tmp_path / "bench.avi"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE_HZ, (160, 120))
        for number in range(frames):
            writer.write(np.full((120, 160, 3), 90 + number, np.uint8))
        writer.release()
        return path

    return write
