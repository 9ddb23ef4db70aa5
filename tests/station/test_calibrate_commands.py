"""The calibrate commands as a coach meets them: on the twin, in real time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.model import Method
from calibration.planes import PlaneMap
from calibration.store import read_calibration, write_calibration
from station.bench_files import demo_station_file


def handwijzer(*words: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as its own program, with a home of its own."""
    environment = {**os.environ, "XDG_DATA_HOME": str(home), "XDG_STATE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "station.cli", "calibrate", *(str(word) for word in words)],
        capture_output=True,
        text=True,
        timeout=100,
        env=environment,
        check=False,
    )


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A station file of the demo's bench with a smaller projector, not calibrated."""
    text = demo_station_file().read_text(encoding="utf-8")
    text = text.replace("width_px: 1920, height_px: 1080", "width_px: 1280, height_px: 720")
    text = text.replace("calibration/bench_demo.json", "bench.json")
    path = tmp_path / "bench.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_from_nothing_to_a_calibrated_bench_and_back(bench: Path, tmp_path: Path) -> None:
    at = ("--station", bench, "--no-window")
    made = handwijzer("run", *at, "--yes", home=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "light arrives after" in made.stdout
    assert "front left" in made.stdout, "how well it fits in each corner"
    kept = bench.parent / "bench.json"
    first = read_calibration(kept)
    assert first.method is Method.GRAY_CODE
    picture = cv2.imread(str(bench.parent / "bench.quality.png"))
    assert picture is not None
    assert picture.shape[:2] >= (720, 1280)

    fine = handwijzer("check", *at, home=tmp_path)
    assert (fine.returncode, fine.stdout.partition(":")[0]) == (0, "In place"), fine.stderr

    assert first.proj_from_bench is not None
    shift = PlaneMap(matrix=np.array([[1.0, 0.0, 8.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    turned = replace(first.proj_from_bench, plane=shift @ first.proj_from_bench.plane)
    write_calibration(kept, replace(first, proj_from_bench=turned))
    off = handwijzer("check", *at, home=tmp_path)
    assert off.returncode in {3, 4}, off.stderr
    assert "The projector has moved" in off.stdout
    assert "calibrate quick" in off.stdout

    mended = handwijzer("quick", *at, home=tmp_path)
    assert mended.returncode == 0, mended.stderr
    assert read_calibration(kept).method is Method.QUICK

    listed = handwijzer("history", "--station", bench, home=tmp_path)
    assert listed.stdout.count("gray_code") == 1
    assert "in force:" in listed.stdout
    when = listed.stdout.split()[0]
    back = handwijzer("history", "--station", bench, "--restore", when, home=tmp_path)
    assert back.returncode == 0, back.stderr
    assert read_calibration(kept).method is Method.GRAY_CODE

    lost = handwijzer("history", "--station", bench, "--restore", "1999", home=tmp_path)
    assert lost.returncode == 1
    assert "No calibration was made at '1999'" in lost.stderr


def test_a_bench_that_was_never_measured_cannot_be_mended_quickly(
    bench: Path, tmp_path: Path
) -> None:
    none_yet = handwijzer("quick", "--station", bench, "--no-window", home=tmp_path)
    assert none_yet.returncode == 1
    assert "There is no calibration" in none_yet.stderr
    assert "Traceback" not in none_yet.stderr


def test_the_sheet_is_a_pdf(tmp_path: Path) -> None:
    out = tmp_path / "sheet.pdf"
    written = handwijzer("sheet", "--out", out, "--language", "en", home=tmp_path)
    assert written.returncode == 0, written.stderr
    assert out.read_bytes().startswith(b"%PDF")
