"""The map of the folder, in the docstring of `calibration`, names every file of it."""

from __future__ import annotations

import re
from pathlib import Path

import calibration


def test_every_file_has_its_place_on_the_map() -> None:
    told = calibration.__doc__ or ""
    named: set[str] = set()
    for line in told.splitlines():
        entry = re.match(r"    ([a-z_]+(?:, [a-z_]+)*)   ?", line)
        named |= set() if entry is None else set(entry[1].split(", "))
    there = {path.stem for path in Path(calibration.__path__[0]).glob("*.py")} - {"__init__"}
    assert named == there
