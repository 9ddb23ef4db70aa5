"""A bench, a projector that hangs askew, and the option that renews golden pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.planes import fit_plane_map
from calibration.space import SpaceMap, flat
from projector.typefaces import Typefaces
from station_config.station import Station
from station_config.station_file import read_station

ROOT = Path(__file__).parents[2]
BENCH_CORNERS_MM = np.array([[0.0, 0.0], [900.0, 0.0], [900.0, 600.0], [0.0, 600.0]])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-golden",
        action="store_true",
        default=False,
        help="write the golden pictures anew instead of comparing; look at each one afterwards",
    )


@pytest.fixture(scope="session")
def bench() -> Station:
    return read_station(ROOT / "station_config" / "library" / "bench_demo.yaml")


@pytest.fixture(scope="session")
def typefaces() -> Typefaces:
    return Typefaces()


def askew(size_px: tuple[int, int]) -> SpaceMap:
    """A projector that hangs to one side: all of the bench of the demo is in its picture."""
    width, height = size_px
    seen = np.array([[0.08, 0.97], [0.93, 0.94], [0.9, 0.04], [0.1, 0.02]]) * (width, height)
    return flat(fit_plane_map(source=BENCH_CORNERS_MM, target=seen).plane_map)


@pytest.fixture(scope="session")
def proj_px() -> tuple[int, int]:
    return 960, 540


@pytest.fixture(scope="session")
def proj_from_bench(proj_px: tuple[int, int]) -> SpaceMap:
    return askew(proj_px)
