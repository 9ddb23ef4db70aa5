"""Teaching looks and checking them, as a coach does it."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

from station.cli import app
from station.wishes import StationError
from tests.vision.test_taught_looks import HIGH_PX, WIDE_PX, bench, up_to
from vision.taught_looks import LooksError

STATION = f"""\
station: bench-01
site: delft
bench: {{width_mm: 319.5, depth_mm: 239.5}}
camera: {{source: none.avi, width_px: {WIDE_PX}, height_px: {HIGH_PX}}}
calibration: bench-01.json
zones:
  jig: {{kind: place, polygon_mm: [[100, 60], [220, 60], [220, 150], [100, 150]]}}
"""
POINTS = """\
camera_px: [[0, 479], [639, 479], [639, 0], [0, 0]]
bench_mm: [[0, 0], [319.5, 0], [319.5, 239.5], [0, 239.5]]
"""
TASK = """\
task: torch
title: {en: Torch}
steps:
  - {id: housing, say: {en: Put the housing in.}, looks: jig}
  - {id: lens, say: {en: Put spring and lens in.}, looks: jig}
  - {id: off, say: {en: Take it out.}, remove: jig}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A station, its task, and pictures of its bench."""
    for name, text in (("bench.yaml", STATION), ("points.yaml", POINTS), ("torch.yaml", TASK)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    pictures = {
        "empty": bench(),
        "housing": bench("housing"),
        "lens": bench(*up_to("lens")),
        "again": bench(*up_to("lens"), seed=9),
    }
    for name, bgr in pictures.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), bgr)
    out = str(tmp_path / "bench-01.json")
    CliRunner().invoke(app, ["calibrate", "by-points", str(tmp_path / "points.yaml"), "--out", out])
    return tmp_path


def looks(folder: Path, word: str, picture: str, *more: str) -> Result:
    files = ["--station", str(folder / "bench.yaml"), "--task", str(folder / "torch.yaml")]
    shown = ["--from-picture", str(folder / f"{picture}.png")]
    return CliRunner().invoke(app, ["looks", word, *files, *shown, *more])


def test_a_coach_teaches_two_steps_and_the_empty_jig_and_checks_them(folder: Path) -> None:
    first = looks(folder, "teach", "housing", "--step", "housing")
    assert first.exit_code == 0, first.output
    assert looks(folder, "teach", "lens", "--step", "lens").exit_code == 0
    assert looks(folder, "teach", "empty", "--step", "housing", "--before").exit_code == 0
    kept = sorted(path.name for path in (folder / "looks" / "torch").iterdir())
    assert kept == ["_start_jig.png", "housing.png", "lens.png", "looks.json"]
    assert looks(folder, "check", "again").exit_code == 0
    assert looks(folder, "check", "empty").exit_code == 0


def test_a_jig_in_which_something_is_missing_is_none_of_these(folder: Path) -> None:
    looks(folder, "teach", "lens", "--step", "lens")
    assert looks(folder, "check", "housing").exit_code == 1


def test_the_same_picture_for_two_steps_is_refused_and_not_kept(folder: Path) -> None:
    looks(folder, "teach", "lens", "--step", "lens")
    refused = looks(folder, "teach", "again", "--step", "housing")
    assert isinstance(refused.exception, LooksError)
    assert not (folder / "looks" / "torch" / "housing.png").exists()


def test_a_step_that_is_not_finished_by_looks_cannot_be_taught(folder: Path) -> None:
    refused = looks(folder, "teach", "lens", "--step", "off")
    assert isinstance(refused.exception, StationError)
    assert "housing, lens" in str(refused.exception)


def test_checking_before_anything_was_taught_says_what_to_do(folder: Path) -> None:
    refused = looks(folder, "check", "lens")
    assert isinstance(refused.exception, StationError)
    assert "handwijzer looks teach" in str(refused.exception)
