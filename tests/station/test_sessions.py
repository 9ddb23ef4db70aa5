"""Recorded sessions: marked, kept, lived again, scored, and never a picture unless asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from station.bench_files import demo_station_file, demo_task_file
from station.cli import app
from station.clock import SourceClock
from station.learning import learned_path, read_learned
from station.sessions.folder import SessionError, read_session
from station.sessions.marks import Marks
from station.sessions.recording import Filmed, MarkingKeys
from station.sessions.replaying import Depth, retold
from station.sessions.scoring import session_score
from station.sessions.tuning import Times, with_times
from station_config.station import ZoneKind
from tasks.task_file import read_task
from vision.camera import FilmFrames
from vision.frames import Frame

LIBRARY = demo_task_file().parent
SESSIONS = Path(__file__).parents[1] / "sessions"


class Pressed:
    """Keys that were pressed beforehand."""

    def __init__(self, *rounds: Sequence[str]) -> None:
        self._rounds = list(rounds)

    def take_presses(self) -> Sequence[str]:
        return self._rounds.pop(0) if self._rounds else ()


@given(st.sampled_from(["torch", "pack_box", "photo_frame"]), st.data())
def test_whatever_order_a_coach_marks_each_step_is_marked_once(
    name: str, data: st.DataObject
) -> None:
    task = read_task(LIBRARY / f"{name}.yaml")
    marks = Marks(task=task)
    for number in range(len(task.steps)):
        choice = data.draw(st.integers(0, min(8, len(marks.choices) - 1)))
        marks = marks.marked(float(number), choice)
    assert sorted(mark.place for mark in marks.made) == list(range(len(task.steps)))
    assert marks.lines()[-1]["what"] == "run_done"
    assert marks.run == 2
    assert marks.withdrawn().run == 1


def test_a_number_that_is_no_choice_marks_nothing() -> None:
    marks = Marks(task=read_task(demo_task_file()))
    assert marks.marked(1.0, 7) is marks


def test_next_marks_a_step_and_back_withdraws_it_and_help_is_still_help(tmp_path: Path) -> None:
    clock, said = SourceClock(runs_on=False), list[str]()
    keys = MarkingKeys(
        Pressed(["next"], ["next", "help"], ["back"]),
        task=read_task(demo_task_file()),
        clock=clock,
        path=tmp_path / "truth.jsonl",
        tell=said.append,
    )
    clock.set(taken_s=3.5, read_s=0.0)
    assert list(keys.take_presses()) == []
    assert list(keys.take_presses()) == ["help"]
    assert list(keys.take_presses()) == []
    (line,) = (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["at_s"] == 3.5
    assert json.loads(line)["step"] == read_task(demo_task_file()).steps[0].step_id
    assert "When it is done, press Enter" in said[-1]


@pytest.mark.parametrize(
    "path", sorted(SESSIONS.glob("*/session.json")), ids=lambda p: p.parent.name
)
@pytest.mark.parametrize("depth", list(Depth))
def test_no_recorded_session_is_followed_worse_than_before(path: Path, depth: Depth) -> None:
    """The gate: `scores.json` beside a session is renewed only by hand, when somebody looked."""
    session = read_session(path.parent)
    now = session_score([(session, retold(session, depth=depth))])
    kept = json.loads((path.parent / "scores.json").read_text("utf-8"))[str(depth)]
    assert now.following.steps == kept["steps"]
    assert now.following.share_right >= kept["share_right"] - 0.005
    assert now.following.never_finished <= kept["never_finished"]
    assert now.following.false_advances_per_200 <= kept["false_advances_per_200"]
    assert now.order >= kept["order"] - 1e-9
    assert now.wrong_found >= kept["wrong_found"]


@pytest.mark.parametrize("task", ["torch", "pack_box", "photo_frame"])
def test_each_task_of_the_library_has_a_recorded_session(task: str) -> None:
    assert [p for p in SESSIONS.glob("*/task.yaml") if read_task(p).task_id == task]


def test_a_session_is_recorded_scored_and_tuned_and_keeps_no_picture(tmp_path: Path) -> None:
    """The bench alone, six seconds: enough for the first step of a torch."""
    out, run = tmp_path / "session", CliRunner()
    asked = [
        "record", "--station", str(demo_station_file()), "--task", str(demo_task_file()),
        "--out", str(out), "--source", "twin:fluent", "--seconds", "6", "--no-window",
        "--no-hands", "--as-fast-as-possible",
    ]  # fmt: skip
    assert run.invoke(app, asked).exit_code == 0
    kept = {path.name for path in out.iterdir()}
    assert kept == {
        "session.json", "task.yaml", "station.yaml", "evidence.jsonl", "observations.jsonl.gz",
        "events.jsonl", "truth.jsonl", "station",
    }  # fmt: skip
    again = run.invoke(app, asked)
    assert isinstance(again.exception, SessionError)
    assert "is not empty" in str(again.exception)
    scored = run.invoke(app, ["score", str(out), "--json", str(tmp_path / "scores.json")])
    assert scored.exit_code == 0
    measures = json.loads((tmp_path / "scores.json").read_text("utf-8"))["session"]
    assert measures["following"]["steps"] >= 1
    assert measures["following"]["false_advances_per_200"] == 0


def test_thresholds_can_be_tried_on_observations() -> None:
    """A reach must then last five seconds: nobody looks into a wrong bin so long."""
    session = read_session(SESSIONS / "torch-mixes_up_bins")
    zones = with_times(session.station.zones, ZoneKind.BIN, Times(enter_s=5.0, leave_s=0.25))
    asis = retold(session, depth=Depth.OBSERVATIONS)
    slow = retold(session, depth=Depth.OBSERVATIONS, zones=zones)
    assert len(asis.wrong_reaches) == 1
    assert len(slow.wrong_reaches) == 0


def test_marked_sessions_teach_a_station(tmp_path: Path) -> None:
    session = SESSIONS / "torch-mixes_up_bins"
    told = CliRunner().invoke(
        app,
        ["tune", str(session), "--teach", str(demo_station_file()), "--folder", str(tmp_path)],
    )
    assert told.exit_code == 0, told.output
    assert "leave the times as they are" in told.output
    learned = read_learned(learned_path(tmp_path, read_task(demo_task_file())))
    assert learned.runs == 1
    assert learned.took["take_housing"].count == 1.0


def test_a_session_that_is_not_whole_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=r"truth.jsonl missing"):
        read_session(tmp_path)


class FivePictures:
    """A source of five pictures with uneven times."""

    size_px = (64, 48)

    def frames(self) -> Iterator[Frame]:
        for number, at_s in enumerate((0.0, 0.03, 0.07, 0.2, 0.21)):
            bgr = np.full((48, 64, 3), 40 * number, np.uint8)
            yield Frame(taken_s=at_s, bgr=bgr, read_s=0.0)

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_film_is_kept_with_the_time_of_each_picture(tmp_path: Path) -> None:
    filmed = Filmed(FivePictures(), tmp_path / "film.avi", rate_hz=30.0)
    assert len(list(filmed.frames())) == 5
    filmed.close()
    lines = (tmp_path / "film.jsonl").read_text("utf-8").splitlines()
    times = [json.loads(line)["taken_s"] for line in lines]
    assert times == [0.0, 0.03, 0.07, 0.2, 0.21]
    film = FilmFrames(tmp_path / "film.avi", paced=False)
    seen = [round(float(frame.bgr.mean())) for frame in film.frames()]
    film.close()
    assert seen == pytest.approx([0, 40, 80, 120, 160], abs=2)
