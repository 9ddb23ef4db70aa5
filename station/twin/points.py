"""The points file of the twin's bench, as a coach would have measured it.

`python -m station.twin.points > station_config/library/bench_demo.points.yaml`
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.twin.bench import pinholes
from station_config.station_file import read_station

_ROUNDED_TO_PX = 0.5
"""How well somebody reads a pixel off a picture."""
_SHARES = (0.06, 0.35, 0.65, 0.94)
"""Where the points lie, from edge to edge of the bench."""

STATION = Path(__file__).parents[2] / "station_config" / "library" / "bench_demo.yaml"


def points_text(station_path: Path) -> str:
    """The points file of this station's twin, as text.

    Raises:
        YamlFileError: The station file cannot be used.
    """
    station = read_station(station_path)
    camera, projector = pinholes(station)
    wide, deep = station.bench_mm
    bench = np.array([[x * wide, y * deep] for y in _SHARES for x in _SHARES]).round()
    on_bench = np.column_stack([bench, np.zeros(len(bench))])
    return "\n".join(
        [
            "# Where marks on the twin's bench are seen by its camera and lit by its projector,",
            f"# read off to half a pixel. Made from {station_path.name} by",
            "# python -m station.twin.points",
            _lines("camera_px", camera.from_bench(on_bench)),
            _lines("bench_mm", bench),
            _lines("projector_px", projector.from_bench(on_bench)),
            _lines("projector_bench_mm", bench),
            "",
        ]
    )


def _lines(key: str, points: NDArray[np.float64]) -> str:
    read = np.round(points / _ROUNDED_TO_PX) * _ROUNDED_TO_PX
    rows = ", ".join(f"[{x:g}, {y:g}]" for x, y in read)
    return f"{key}: [{rows}]"


if __name__ == "__main__":
    sys.stdout.write(points_text(Path(sys.argv[1]) if len(sys.argv) > 1 else STATION))
