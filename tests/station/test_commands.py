"""The commands as a person meets them: plain texts, exit codes, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.bench_files import demo_station_file, demo_task_file
from station_config.station_file import read_station
from vision.model_file import model_path

POINTS = """\
camera_px: [[180, 341], [675, 341], [700, 620], [150, 620]]
bench_mm: [[0, 250], [400, 250], [400, 0], [0, 0]]
"""

TEN_MISTAKES = """\
station: Bench 01
site: delft
langage: nl
bench: {width_mm: -900}
camera: {source: 0, width_px: many}
calibration: calibration/bench-01.json
zones:
  bin_a: {kind: bim, polygon_mm: [[40, 420], [180, 420]]}
  jig: {kind: place, polygn_mm: [[380, 180], [560, 180], [560, 320]]}
  jig: {kind: place, polygon_mm: [[380, 180], [380, 180], [380, 180]]}
hub: {broker: "127.0.0.1"}
"""


def handwijzer(
    *words: str | Path, home: Path, timeout_s: float = 90
) -> subprocess.CompletedProcess[str]:
    """Run the command as its own program, with a home of its own."""
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
        timeout=timeout_s,
        env=environment,
        check=False,
    )


def station_without_hub(folder: Path, *, source: str = "twin", mend: str = "") -> Path:
    """The demo's bench in a folder of its own, without a hub."""
    text = demo_station_file().read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("hub:")]
    calibration = demo_station_file().parent / "calibration"
    text = "\n".join(lines).replace("calibration: calibration", f"calibration: {calibration}")
    text = text.replace("source: twin", f"source: {source}") + mend + "\n"
    path = folder / "bench.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def a_film(path: Path, *, frames: int = 20) -> Path:
    """A film of an empty bench."""
    rng = np.random.default_rng(5)
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), fourcc, 30.0, (1280, 720))
    picture = rng.integers(90, 120, (720, 1280, 3), dtype=np.uint8)
    for _ in range(frames):
        noise = rng.integers(0, 4, picture.shape, dtype=np.uint8)
        writer.write(cv2.add(picture, noise))
    writer.release()
    return path


def assert_plain(told: subprocess.CompletedProcess[str], *texts: str, code: int = 1) -> None:
    """Told in words for people."""
    assert told.returncode == code, told.stderr
    assert "Traceback" not in told.stdout + told.stderr
    for text in texts:
        assert text in told.stdout + told.stderr


def test_a_station_file_with_ten_mistakes_tells_all_ten_and_those_of_the_task(
    tmp_path: Path,
) -> None:
    station = tmp_path / "bench.yaml"
    station.write_text(TEN_MISTAKES)
    task = tmp_path / "task.yaml"
    task.write_text("task: t\ntitle: {nl: T}\nsteps: []\n")
    told = handwijzer("station", "run", "--station", station, "--task", task, home=tmp_path)
    assert_plain(told, "bench.yaml, line 3: langage: did you mean 'language'?", "task.yaml, line 3")
    assert told.stderr.count("bench.yaml, line") == 10


def test_a_task_that_names_a_zone_the_station_lacks(tmp_path: Path) -> None:
    task = tmp_path / "task.yaml"
    task.write_text("task: t\ntitle: {nl: T}\nsteps:\n  - {id: a, say: {nl: Pak.}, take: bin_aa}\n")
    station = station_without_hub(tmp_path)
    told = handwijzer("station", "run", "--station", station, "--task", task, home=tmp_path)
    assert_plain(told, "task.yaml, line 4", "did you mean 'bin_a'?")


def test_films_that_are_missing_cut_off_or_no_films(tmp_path: Path) -> None:
    run = ("station", "run", "--task", demo_task_file(), "--no-window", "--no-hands")
    film = a_film(tmp_path / "bench.avi", frames=40)
    station = station_without_hub(tmp_path, source=str(film))
    fine = handwijzer(*run, "--station", station, "--as-fast-as-possible", home=tmp_path)
    assert_plain(fine, "Ended after 40 pictures", code=0)

    whole = film.read_bytes()
    film.write_bytes(whole[: len(whole) // 2])
    cut = handwijzer(*run, "--station", station, "--as-fast-as-possible", home=tmp_path)
    assert_plain(cut, "film", "cut off or damaged")
    live = handwijzer(*run, "--station", station, home=tmp_path)
    assert_plain(live, "film", "cut off or damaged")

    film.write_text("no film at all")
    assert_plain(handwijzer(*run, "--station", station, home=tmp_path), "cannot be read")
    film.unlink()
    assert_plain(handwijzer(*run, "--station", station, home=tmp_path), "There is no film")


def test_a_damaged_or_missing_model_says_how_to_mend_it(tmp_path: Path) -> None:
    damaged = tmp_path / "model.task"
    damaged.write_bytes(b"PK\x03\x04 not a model")
    station = station_without_hub(tmp_path)
    told = handwijzer(
        *("station", "run", "--station", station, "--task", demo_task_file()),
        *("--no-window", "--model", damaged),
        home=tmp_path,
    )
    assert_plain(told, "is damaged", "handwijzer model fetch")
    assert_plain(handwijzer("model", "show", "--to", tmp_path / "none", home=tmp_path), "no hand")


def test_a_missing_calibration_says_how_to_make_one(tmp_path: Path) -> None:
    station = station_without_hub(tmp_path)
    text = station.read_text().replace("bench_demo.json", "elsewhere.json")
    station.write_text(text)
    told = handwijzer(
        "station", "run", "--station", station, "--task", demo_task_file(), home=tmp_path
    )
    assert_plain(told, "There is no calibration", "calibrate by-points")


def test_calibrating_by_points_tells_the_quality_and_keeps_the_one_before(tmp_path: Path) -> None:
    points, out = tmp_path / "points.yaml", tmp_path / "bench.json"
    points.write_text(POINTS)
    assert_plain(
        handwijzer("calibrate", "by-points", points, "--out", out, home=tmp_path),
        "camera: 0.00 mm rms",
        "projector: not measured",
        code=0,
    )
    assert handwijzer("calibrate", "by-points", points, "--out", out, home=tmp_path).returncode == 0
    assert len(list(tmp_path.glob("**/*.history/*.json"))) == 1
    points.write_text(POINTS.replace("[150, 620]]", "[150, many]]"))
    assert_plain(
        handwijzer("calibrate", "by-points", points, "--out", out, home=tmp_path),
        "points.yaml, line 1",
    )


def test_checking_tasks_says_fine_or_everything_that_is_wrong(tmp_path: Path) -> None:
    library = sorted(demo_task_file().parent.glob("*.yaml"))
    fine = handwijzer("tasks", "check", *library, "--station", demo_station_file(), home=tmp_path)
    assert_plain(fine, "torch.yaml: fine, 12 steps", code=0)
    assert any(int(line.split()[-2]) >= 40 for line in fine.stdout.splitlines())
    schema = handwijzer("tasks", "schema", home=tmp_path)
    assert json.loads(schema.stdout)["title"]


def test_previews_show_each_step_as_it_will_be_projected(tmp_path: Path) -> None:
    out = tmp_path / "pictures"
    told = handwijzer(
        *("tasks", "preview", demo_task_file(), "--station", demo_station_file(), "--out", out),
        home=tmp_path,
    )
    assert_plain(told, "12 pictures", code=0)
    pictures = [cv2.imread(str(path)) for path in sorted(out.glob("*.png"))]
    assert len(pictures) == 12
    assert all(picture is not None and picture.std() > 5 for picture in pictures)


def test_replaying_evidence_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence.jsonl"
    evidence.write_text(
        '{"at_s": 2.0, "sign": "picked:bin_a", "p": 0.97}\n'
        '{"at_s": 4.0, "sign": "placed:jig", "p": 0.95}\n'
    )
    outs = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for out in outs:
        told = handwijzer(
            *("tasks", "replay", "--task", demo_task_file()),
            *("--evidence", evidence, "--events", out),
            home=tmp_path,
        )
        assert told.returncode == 0, told.stderr
    assert outs[0].read_bytes() == outs[1].read_bytes()
    steps = [json.loads(line) for line in outs[0].read_text().splitlines()]
    assert [e["step"] for e in steps if e["type"] == "step_finished"] == [
        "take_housing",
        "place_housing",
    ]
    evidence.write_text('{"at_s": 2.0, "sign": "picked:bin_a", "p": 7}\n')
    told = handwijzer(
        *("tasks", "replay", "--task", demo_task_file()),
        *("--evidence", evidence, "--events", outs[0]),
        home=tmp_path,
    )
    assert_plain(told, "line 1")


def test_the_doctor_says_what_is_well_what_is_not_and_what_to_do(tmp_path: Path) -> None:
    broker = 'hub: {broker: "mqtt://127.0.0.1:9"}'
    station = station_without_hub(tmp_path, source="77", mend="\n" + broker)
    told = handwijzer("doctor", "--station", station, home=tmp_path)
    assert_plain(told, "hand model", "clock", "NOT WELL  camera", "Is it plugged in?")
    assert "NOT WELL  broker" in told.stdout
    assert "well  calibration" in told.stdout
    without = handwijzer("doctor", home=tmp_path)
    assert "Give --station FILE" in without.stdout


def test_a_camera_that_is_not_there_is_told_and_the_station_goes_on(tmp_path: Path) -> None:
    station = station_without_hub(tmp_path, source="77")
    events = tmp_path / "events.jsonl"
    words = ["station", "run", "--no-window", "--no-hands", "--task", str(demo_task_file())]
    words += ["--station", str(station), "--folder", str(tmp_path / "s"), "--events", str(events)]
    command = [sys.executable, "-m", "station.cli", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        while not events.exists() or "step_started" not in events.read_text():
            assert running.poll() is None
        running.terminate()
        _, told = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "Camera 77 is not there. Is it plugged in?" in told
    assert "Traceback" not in told
    assert '"type": "station_fault"' in events.read_text()


def test_two_stations_cannot_use_one_folder(tmp_path: Path) -> None:
    film = a_film(tmp_path / "bench.avi", frames=200)
    station = station_without_hub(tmp_path, source=str(film))
    words = ("station", "run", "--task", demo_task_file(), "--no-window", "--no-hands")
    folder = tmp_path / "outbox-here"
    command = [sys.executable, "-m", "station.cli", *map(str, words)]
    command += ["--station", str(station), "--folder", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as first:
        while not (folder / "outbox.db").exists():
            assert first.poll() is None
        second = handwijzer(*words, "--station", station, "--folder", folder, home=tmp_path)
        first.terminate()
    assert_plain(second, "already runs on this computer")


@pytest.mark.parametrize("folder", ["tasks", "station"])
def test_every_command_has_a_help_text(tmp_path: Path, folder: str) -> None:
    assert_plain(handwijzer(folder, "--help", home=tmp_path), "Usage", code=0)


def test_the_demo_bench_is_a_station_like_any_other() -> None:
    station = read_station(demo_station_file())
    assert station.camera.source == "twin"
    assert station.hub is not None
