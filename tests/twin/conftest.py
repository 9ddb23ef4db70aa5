"""The demo's bench and tasks, and a twin on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.twin.bench import TwinBench, TwinWishes
from station.twin.personas import FLUENT, Persona
from station_config.station import Station
from station_config.station_file import read_station
from tasks.model import Task
from tasks.task_file import read_task
from tests.twin.rehearsal import MakeTwin
from vision.hands import HandFinder
from vision.model_file import ModelFileError, model_path, verified_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def station() -> Station:
    """The demo's bench."""
    return read_station(ROOT / "station_config" / "library" / "bench_demo.yaml")


@pytest.fixture(scope="session")
def torch() -> Task:
    """Twelve steps, with a block in any order and a signal."""
    return read_task(ROOT / "tasks" / "library" / "torch.yaml")


@pytest.fixture(scope="session")
def photo_frame() -> Task:
    """Fourteen steps, with a wait and parts that are removed."""
    return read_task(ROOT / "tasks" / "library" / "photo_frame.yaml")


@pytest.fixture
def make_twin(station: Station, torch: Task) -> Iterator[MakeTwin]:
    """Builds twins; not in real time unless asked."""
    made: list[TwinBench] = []

    def make(persona: Persona = FLUENT, *, wishes: TwinWishes | None = None) -> TwinBench:
        twin = TwinBench(station, torch, persona, wishes or TwinWishes(paced=False))
        made.append(twin)
        return twin

    yield make
    for twin in made:
        twin.close()


@pytest.fixture
def finder() -> Iterator[HandFinder]:
    """The real MediaPipe with the real model."""
    try:
        model = verified_model(model_path())
    except ModelFileError as error:
        pytest.skip(f"the hand model is missing: {error}")
    made = HandFinder(model)
    yield made
    made.close()
