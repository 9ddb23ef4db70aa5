"""Looks that are missing, damaged, moved or alike are told, and never stop the station."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from station.cli import app
from station.faults import Faults, Part
from station.look_check import LooksNote, judged_zones, usable_looks
from station_config.station import Station
from tests.station.test_look_light import BENCH, JIG, MAPS, TASK, bench
from vision.taught_looks import TaughtLook, ZoneView, looks_folder, write_look

VIEW = ZoneView(JIG, MAPS.cam_from_bench)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """A bench whose file lies in a folder of its own."""
    return replace(BENCH, path=tmp_path / "bench.yaml")


def teach(station: Station, name: str, bgr: NDArray[np.uint8]) -> None:
    look = TaughtLook(zone_id="jig", polygon_mm=JIG.polygon_mm, patch=VIEW.patch(bgr))
    write_look(looks_folder(station, TASK), name, look)


def troubles(station: Station) -> tuple[str, ...]:
    found = usable_looks(station, TASK)
    return found.troubles + judged_zones(found.looks, station, MAPS.cam_from_bench)[1]


def test_what_was_taught_well_says_nothing(station: Station) -> None:
    teach(station, "housing", bench("housing"))
    teach(station, "lens", bench("housing", "lens"))
    assert troubles(station) == ()


def test_a_step_that_nobody_taught_is_named_with_the_command_that_teaches_it(
    station: Station,
) -> None:
    teach(station, "housing", bench("housing"))
    (told,) = troubles(station)
    assert "'lens'" in told
    assert "handwijzer looks teach --step lens" in told


def test_one_damaged_picture_leaves_the_others_in_use(station: Station) -> None:
    teach(station, "housing", bench("housing"))
    teach(station, "lens", bench("housing", "lens"))
    (looks_folder(station, TASK) / "lens.png").write_bytes(b"no picture")
    found = usable_looks(station, TASK)
    assert list(found.looks) == ["housing"]
    assert len(found.troubles) == 1
    assert "Teach step 'lens' again" in found.troubles[0]


def test_a_zone_that_was_moved_is_told_and_not_judged(station: Station) -> None:
    teach(station, "housing", bench("housing"))
    teach(station, "lens", bench("housing", "lens"))
    moved = replace(JIG, polygon_mm=((0, 0), (60, 0), (60, 60), (0, 60)))
    found = usable_looks(replace(station, zones={"jig": moved}), TASK)
    assert found.looks == {}
    assert all("lay elsewhere" in trouble for trouble in found.troubles)


def test_two_looks_that_show_the_same_are_told_with_their_names(station: Station) -> None:
    # Three looks, of which two are alike: the place as a whole can be told apart.
    teach(station, "_start_jig", bench())
    teach(station, "housing", bench("housing"))
    teach(station, "lens", bench("housing", seed=7))
    (told,) = troubles(station)
    assert "after 'housing' and after 'lens' are almost the same" in told


def test_a_zone_with_nothing_to_tell_apart_is_left_out_and_the_rest_goes_on(
    station: Station,
) -> None:
    teach(station, "housing", bench("housing"))
    teach(station, "lens", bench("housing", seed=7))
    zones, told = judged_zones(usable_looks(station, TASK).looks, station, MAPS.cam_from_bench)
    assert zones == {}
    assert "show the same" in told[0]


def test_a_damaged_list_is_told_and_nothing_is_judged(station: Station) -> None:
    teach(station, "housing", bench("housing"))
    (looks_folder(station, TASK) / "looks.json").write_text("{", encoding="utf-8")
    found = usable_looks(station, TASK)
    assert found.looks == {}
    assert "damaged" in found.troubles[0]


def test_the_coach_hears_of_it_once() -> None:
    note, faults = LooksNote(), Faults()
    note.tell(("The look of step 'lens' is missing.",))
    assert len(faults.note(Part.LOOKS, note.trouble, 1.0)) == 1
    assert faults.note(Part.LOOKS, note.trouble, 2.0) == []
    note.tell(())
    (recovered,) = faults.note(Part.LOOKS, note.trouble, 3.0)
    assert recovered.type == "station_recovered"


STATION_YAML = """\
station: bench-01
site: delft
bench: {width_mm: 319.5, depth_mm: 239.5}
camera: {source: bench.avi, width_px: 640, height_px: 480}
calibration: bench-01.json
zones:
  jig: {kind: place, polygon_mm: [[100, 60], [220, 60], [220, 150], [100, 150]]}
"""
POINTS_YAML = """\
camera_px: [[0, 479], [639, 479], [639, 0], [0, 0]]
bench_mm: [[0, 0], [319.5, 0], [319.5, 239.5], [0, 239.5]]
"""
TASK_YAML = """\
task: torch
title: {en: Torch}
steps:
  - {id: housing, say: {en: Put the housing in.}, looks: jig}
  - {id: lens, say: {en: Put the lens in.}, looks: jig}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A station in files, with a film of its bench."""
    texts = {"bench.yaml": STATION_YAML, "points.yaml": POINTS_YAML, "torch.yaml": TASK_YAML}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    out = str(tmp_path / "bench-01.json")
    CliRunner().invoke(app, ["calibrate", "by-points", str(tmp_path / "points.yaml"), "--out", out])
    code = cv2.VideoWriter.fourcc(*"MJPG")
    film = cv2.VideoWriter(str(tmp_path / "bench.avi"), code, 10.0, (640, 480))
    for number in range(20):
        film.write(bench("housing", seed=number))
    film.release()
    return tmp_path


def test_the_doctor_says_which_look_is_missing(folder: Path) -> None:
    files = ["--station", str(folder / "bench.yaml"), "--task", str(folder / "torch.yaml")]
    said = " ".join(CliRunner().invoke(app, ["doctor", *files]).output.split())
    assert "looks: Step 'housing' is finished by the look of zone 'jig'" in said
    assert "looks teach --step lens" in said


def test_a_run_goes_on_without_the_looks_that_nobody_taught(folder: Path) -> None:
    files = ["--station", str(folder / "bench.yaml"), "--task", str(folder / "torch.yaml")]
    events = folder / "events.jsonl"
    wishes = ["--no-window", "--no-hands", "--as-fast-as-possible", "--events", str(events)]
    where = ["--folder", str(folder / "kept")]
    ran = CliRunner().invoke(app, ["station", "run", *files, *wishes, *where])
    assert ran.exit_code == 0, ran.output
    told = events.read_text(encoding="utf-8")
    assert '"run_started"' in told
    assert "nobody has taught it" in told
