"""Gray-code pictures of a real bench: how much is decoded, how well it fits its plane, how fast.

Each pose is a folder of 42 pictures of a printed chessboard (9x7 inner corners), lit by a projector
of 1024x768. The plane of the board is fitted to every second pixel and judged on the others.

    python benchmarks/calibration_real.py --data ../shared/data/graycode --json real.json
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from machine import machine
from rich.console import Console
from rich.table import Table

from calibration.from_pictures import PicturesQuality, from_pictures

PROJECTOR_WH = (1024, 768)
BOARD = (9, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    goal: str
    measured: float
    is_met: bool


def rows(quality: PicturesQuality) -> list[Row]:
    """Goal and measured. The limit of whole columns and rows is 0.41 px rms."""
    most = (
        ("plane, rms, projector px", 0.44, quality.plane_rms_px),
        ("plane, median, projector px", 0.39, quality.plane_median_px),
        ("plane, 95 %, projector px", 0.65, quality.plane_p95_px),
        ("share off by 2 px or more", 0.001, quality.gross_share),
        ("decoding, ms", 50.0, quality.decode_ms),
    )
    share = quality.decoded_share_of_lit
    return [
        Row(name="lit pixels decoded", goal="all", measured=share, is_met=share >= 1.0),
        *(
            Row(name=name, goal=f"≤ {goal:g}", measured=measured, is_met=measured <= goal)
            for name, goal, measured in most
        ),
    ]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True, help="the folder of the poses")
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    poses = sorted(one for one in chosen.data.glob("pose_*") if one.is_dir())
    if not poses:
        sys.exit(f"{chosen.data} has no folder pose_0 with pictures in it")
    found = {
        pose.name: from_pictures(pose, projector_wh=PROJECTOR_WH, board=BOARD).quality
        for pose in poses
    }
    table = Table("pose", "", "goal", "measured", "")
    is_met = True
    for name, quality in found.items():
        for row in rows(quality):
            is_met = is_met and row.is_met
            verdict = "" if row.is_met else "missed"
            table.add_row(name, row.name, row.goal, f"{row.measured:.4g}", verdict)
    Console().print(table)
    if chosen.json is not None:
        told = {"machine": machine(), **{name: asdict(one) for name, one in found.items()}}
        chosen.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
