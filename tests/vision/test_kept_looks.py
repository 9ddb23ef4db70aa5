"""Taught looks are kept as files and read again; what no longer fits is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.model import Finish, Step, Task
from tests.vision.taught_bench import (
    PARTS,
    STATION,
    VIEW,
    bench,
    kept,
    up_to,
)
from vision.taught_looks import (
    LooksError,
    TaughtLook,
    check_looks,
    looks_folder,
    read_looks,
    steps_with_looks,
)

STEPS = tuple(
    Step(step_id=part, say={}, finish=Finish.LOOKS, target=part, zone="jig") for part in PARTS
)
TASK = Task(task_id="torch", title={}, steps=STEPS)


def test_looks_are_kept_and_read_again_to_the_pixel(tmp_path: Path) -> None:
    kept(tmp_path / "torch", "housing", "lens")
    read = read_looks(tmp_path / "torch")
    assert list(read) == ["housing", "lens"]
    assert (read["lens"].patch == VIEW.patch(bench(*up_to("lens")))).all()
    assert read["lens"].zone_id == "jig"


def test_without_a_folder_nothing_was_taught(tmp_path: Path) -> None:
    assert read_looks(tmp_path / "nobody") == {}


def test_a_lost_picture_and_a_damaged_list_are_told(tmp_path: Path) -> None:
    kept(tmp_path, "housing")
    (tmp_path / "housing.png").unlink()
    with pytest.raises(LooksError, match="Teach step 'housing' again"):
        read_looks(tmp_path)
    (tmp_path / "looks.json").write_text("{", encoding="utf-8")
    with pytest.raises(LooksError, match="teach the steps of this task again"):
        read_looks(tmp_path)


def test_a_zone_that_was_moved_since_is_taught_again(tmp_path: Path) -> None:
    kept(tmp_path, "housing")
    looks = read_looks(tmp_path)
    check_looks(looks, STATION)
    elsewhere = TaughtLook(
        zone_id="jig", polygon_mm=((0, 0), (9, 0), (9, 9)), patch=looks["housing"].patch
    )
    with pytest.raises(LooksError, match="lay elsewhere"):
        check_looks({"housing": elsewhere}, STATION)


def test_looks_lie_beside_the_station_file_by_task() -> None:
    assert looks_folder(STATION, TASK) == Path("looks/torch")
    assert steps_with_looks(TASK) == dict.fromkeys(PARTS, "jig")
