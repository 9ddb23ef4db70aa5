"""Real parts for the station's tests: a broker, the demo's bench, a hub's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from station.bench_files import demo_station_file, demo_task_file
from station_config.station import HubAddress, Station
from station_config.station_file import read_station
from tasks.model import Task
from tasks.task_file import read_task
from tests.brokers import MOSQUITTO, Broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that is not running yet."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    one = Broker(tmp_path)
    yield one
    one.kill()


@pytest.fixture
def bench() -> Station:
    """The demo's bench, without a hub."""
    return replace(read_station(demo_station_file()), hub=None)


@pytest.fixture
def bench_at(bench: Station) -> Callable[[str], Station]:
    """The demo's bench, reporting to a broker."""

    def at(url: str) -> Station:
        return replace(bench, hub=HubAddress(broker=url, username=None, password_file=None))

    return at


@pytest.fixture
def torch() -> Task:
    """The demo's task: a torch, put together in twelve steps."""
    return read_task(demo_task_file())
