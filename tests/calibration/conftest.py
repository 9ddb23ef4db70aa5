"""Captures of the drawn bench: drawing one takes some seconds, so tests share them."""

from __future__ import annotations

import pytest

from calibration.graycode import Stack
from tests.calibration.drawn_bench import DrawnBench


@pytest.fixture(scope="session")
def drawn() -> DrawnBench:
    return DrawnBench()


@pytest.fixture(scope="session")
def bench_stack(drawn: DrawnBench) -> Stack:
    return drawn.stack()


@pytest.fixture(scope="session")
def plate_stack(drawn: DrawnBench) -> Stack:
    return drawn.with_plate().stack(seed=2)
