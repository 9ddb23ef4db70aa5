"""Points files: all mistakes at once, each with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.points_file import read_points
from station_config.yaml_file import YamlFileError

PAD = """\
camera_px: [[180, 341], [675, 341], [700, 620], [150, 620]]
bench_mm: [[0, 250], [400, 250], [400, 0], [0, 0]]
"""


ON_ONE_LINE = "[[0, 0], [100, 0], [200, 0], [300, 0]]"


def mistakes_in(text: str, folder: Path) -> list[str]:
    path = folder / "points.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(YamlFileError) as refused:
        read_points(path)
    return [str(mistake) for mistake in refused.value.mistakes]


def test_the_example_of_the_documents_is_read(tmp_path: Path) -> None:
    path = tmp_path / "points.yaml"
    path.write_text(PAD, "utf-8")
    pairs = read_points(path)
    assert np.array_equal(pairs.camera_px[1], (675, 341))
    assert np.array_equal(pairs.bench_mm[2], (400, 0))
    assert pairs.projector_px.shape == (0, 2)


def test_projector_points_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "points.yaml"
    path.write_text(
        PAD
        + "projector_px: [[0, 0], [1279, 0], [1279, 799], [0, 799]]\n"
        + "projector_bench_mm: [[0, 250], [400, 250], [400, 0], [0, 0]]\n",
        "utf-8",
    )
    assert read_points(path).projector_px.shape == (4, 2)


def test_many_mistakes_come_at_once_with_their_lines(tmp_path: Path) -> None:
    told = mistakes_in(
        "camera_px: [[180, 341], [675, left], [700, 620]]\n"
        "bench_m: [[0, 250], [400, 250], [400, 0], [0, 0]]\n"
        "projector_px: 3\n",
        tmp_path,
    )
    assert told == [
        "points.yaml, line 1: camera_px > number 2 > number 2: must be a number.",
        "points.yaml, line 1: bench_mm: is missing.",
        "points.yaml, line 2: bench_m: did you mean 'bench_mm'?",
        "points.yaml, line 3: projector_px: must be a list: [ , ] or lines that begin with '- '.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PAD.replace(", [0, 0]]", "]"), "bench_mm: needs at least 4, has 3."),
        (PAD.replace(", [0, 0]]", ", [0, 0], [9, 9]]"), "has 4 points and bench_mm has 5"),
        (PAD.replace("[150, 620]", "[180, 342]"), "numbers 1 and 4 of camera_px are the same"),
        (
            PAD.replace("[[180, 341], [675, 341], [700, 620], [150, 620]]", ON_ONE_LINE),
            "camera_px lie on one line",
        ),
        (PAD + "projector_px: [[0, 0], [9, 0], [9, 9], [0, 9]]\n", "go together; one is missing"),
        (PAD.replace("180", ".nan"), "must be an ordinary number"),
        ("", "is empty"),
    ],
)
def test_each_mistake_says_what_to_do(tmp_path: Path, text: str, told: str) -> None:
    mistakes = mistakes_in(text, tmp_path)
    assert len(mistakes) == 1
    assert told in mistakes[0]
