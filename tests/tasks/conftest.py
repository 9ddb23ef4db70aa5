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


@pytest.fixture
def task_of(tmp_path: Path) -> TaskWriter:
    """A task from the lines of its steps."""

    def write(steps: str) -> Task:
        path = tmp_path / "story.yaml"
        lines = "\n".join("  " + line for line in steps.strip("\n").splitlines())
        path.write_text(f"task: story\ntitle: {{en: Story}}\nsteps:\n{lines}\n", encoding="utf-8")
        return read_task(path)

    return write


@pytest.fixture(scope="session")
def torch() -> Task:
    return read_task(ROOT / "tasks/library/torch.yaml")


@pytest.fixture(scope="session")
def station() -> Station:
    return read_station(ROOT / "station_config/library/bench_demo.yaml")
