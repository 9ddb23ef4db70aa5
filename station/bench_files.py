"""The files that come with the program: the demo's bench and its tasks."""

from __future__ import annotations

from pathlib import Path

import station_config
import tasks


def demo_station_file() -> Path:
    """The bench of the demo, which the twin draws."""
    return Path(station_config.__file__).parent / "library" / "bench_demo.yaml"


def demo_task_file() -> Path:
    """The task of the demo: a torch, put together."""
    return Path(tasks.__file__).parent / "library" / "torch.yaml"
