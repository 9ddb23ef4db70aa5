"""A station learns from its own runs, and keeps it through a restart."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from station.bench_files import demo_station_file, demo_task_file
from station.guide import Guide, Told
from station.learning import Learning, learned_path, read_learned
from station_config.station_file import read_station
from tasks.events import Event, EventType
from tasks.model import Evidence
from tasks.task_file import read_task

TASK = read_task(demo_task_file())


def lived(learning: Learning, *, pace_s: float = 6.0, unsure: bool = False) -> None:
    """One run of the torch, each step as long."""
    guide = Guide(TASK, read_station(demo_station_file()), learned=learning.learned)
    told, at_s = guide.start(0.0), 0.0
    learning.hear(told)
    if unsure:
        asked = Event(type=EventType.STEP_UNSURE, at_s=1.0)
        learning.hear([Told(event=asked, run_id=UUID(int=1))])
    for step in TASK.steps:
        at_s += max(pace_s, step.wait_s)
        seen = [] if step.sign is None else [Evidence(at_s=at_s, sign=step.sign, p=0.97)]
        learning.see(seen)
        learning.hear(guide.weigh(seen) if seen else guide.tick(at_s))
    assert guide.belief.finished


def test_after_a_run_a_station_knows_how_long_its_steps_take(tmp_path: Path) -> None:
    path = learned_path(tmp_path, TASK)
    learning = Learning(TASK, path)
    lived(learning)
    lived(learning)
    assert learning.learned.runs == 2
    took = learning.learned.took[TASK.steps[1].step_id]
    assert took.total_s / took.count == 6.0
    assert read_learned(path) == learning.learned
    assert Learning(TASK, path).learned == learning.learned


def test_a_run_with_an_open_question_teaches_nothing(tmp_path: Path) -> None:
    learning = Learning(TASK, learned_path(tmp_path, TASK))
    lived(learning, unsure=True)
    assert learning.learned.runs == 0
    lived(learning)
    assert learning.learned.runs == 1


def test_a_damaged_file_is_put_aside_and_the_station_works(tmp_path: Path) -> None:
    path = learned_path(tmp_path, TASK)
    path.parent.mkdir()
    path.write_text('{"counted": "runs", "count": 3}\n{"counted"', encoding="utf-8")
    learning = Learning(TASK, path)
    assert learning.learned.runs == 0
    assert path.with_suffix(".damaged").exists()
    lived(learning)
    assert read_learned(path).runs == 1


def test_a_disk_that_takes_nothing_does_not_stop_the_learning(tmp_path: Path) -> None:
    blocked = tmp_path / "learned"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    learning = Learning(TASK, learned_path(tmp_path, TASK))
    lived(learning)
    assert learning.learned.runs == 1
