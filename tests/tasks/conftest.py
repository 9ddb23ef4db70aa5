"""Tasks and a station to tell stories with."""

from __future__ import annotations

from pathlib import Path

import pytest

from station_config.station import Station
from station_config.station_file import read_station
from tasks.model import Task
from tasks.task_file import read_task
from tests.tasks.story import TaskWriter

ROOT = Path(__file__).parents[2]
FOUR = """
- {id: take_a, say: {en: Take a.}, take: bin_a, usual_s: 4}
- {id: place_a, say: {en: Put a.}, place: jig, usual_s: 4}
- {id: take_b, say: {en: Take b.}, take: bin_b, usual_s: 4}
- {id: place_b, say: {en: Put b.}, place: jig, usual_s: 4}
- {id: check, say: {en: Check.}, confirm: done}
"""


@pytest.fixture
def task_of(tmp_path: Path) -> TaskWriter:
    """A task from the lines of its steps."""

    def write(steps: str) -> Task:
        path = tmp_path / "story.yaml"
        lines = "\n".join("  " + line for line in steps.strip("\n").splitlines())
        path.write_text(f"task: story\ntitle: {{en: Story}}\nsteps:\n{lines}\n", encoding="utf-8")
        return read_task(path)

    return write


@pytest.fixture
def four(task_of: TaskWriter) -> Task:
    """Two parts, each taken and put down, and a button at the end."""
    return task_of(FOUR)


@pytest.fixture(scope="session")
def torch() -> Task:
    return read_task(ROOT / "tasks/library/torch.yaml")


@pytest.fixture(scope="session")
def station() -> Station:
    return read_station(ROOT / "station_config/library/bench_demo.yaml")
