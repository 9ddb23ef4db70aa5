"""The coach is told by name which zones the projector leaves dark: at start, and by the doctor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from station.bench_files import demo_station_file, demo_task_file
from vision.model_file import model_path

TOLD = "The projector does not reach Bak Z (bin_z) at all."


def station_with_a_bin_far_right(folder: Path) -> Path:
    """The demo's bench, made wider, with a bin where the projector never shone."""
    text = demo_station_file().read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("hub:")]
    calibration = demo_station_file().parent / "calibration"
    text = "\n".join(lines).replace("calibration: calibration", f"calibration: {calibration}")
    text = text.replace("width_mm: 900", "width_mm: 1300")
    text += (
        "\n  bin_z: {kind: bin, polygon_mm: [[1150, 420], [1280, 420], [1280, 560], [1150, 560]],"
    )
    text += " height_mm: 60, title: {nl: Bak Z, en: Bin Z}}\n"
    path = folder / "bench.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def handwijzer(*words: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "HANDWIJZER_MODEL": str(model_path()),
        "SDL_VIDEODRIVER": "dummy",
    }
    return subprocess.run(
        [sys.executable, "-m", "station.cli", *(str(word) for word in words)],
        capture_output=True,
        text=True,
        timeout=90,
        env=environment,
        check=False,
    )


def test_the_doctor_names_the_zone_and_says_what_to_do(tmp_path: Path) -> None:
    told = handwijzer("doctor", "--station", station_with_a_bin_far_right(tmp_path), home=tmp_path)
    assert "NOT WELL  light" in told.stdout
    assert TOLD in " ".join(told.stdout.split())
    assert "move the zone" in " ".join(told.stdout.split())


def test_the_doctor_is_content_when_all_zones_are_in_reach(tmp_path: Path) -> None:
    told = handwijzer("doctor", "--station", demo_station_file(), home=tmp_path)
    assert "the projector reaches all 12 zones" in " ".join(told.stdout.split())


def test_a_station_says_so_at_its_start_and_runs(tmp_path: Path) -> None:
    station, events = station_with_a_bin_far_right(tmp_path), tmp_path / "events.jsonl"
    words = ["station", "run", "--no-window", "--no-hands", "--as-fast-as-possible"]
    words += ["--station", str(station), "--task", str(demo_task_file())]
    words += ["--folder", str(tmp_path / "s"), "--events", str(events)]
    command = [sys.executable, "-m", "station.cli", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        while not events.exists() or "step_started" not in events.read_text(encoding="utf-8"):
            assert running.poll() is None, running.communicate()[1]
        running.terminate()
        _, told = running.communicate(timeout=30)
    assert TOLD in told
    assert "Traceback" not in told
