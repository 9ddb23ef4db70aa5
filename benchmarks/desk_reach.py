"""The visits of a real hand over a real desk, through the station's own command.

Zones lie where the finger works, about 50 px inside the pad's corners; the table of visits is that
of the recording's README (times good to four frames). Goals: every visit, in order, within 0.4 s of
its time, and nothing while the hand gestures in the air (frames 207-365).

    python benchmarks/desk_reach.py --data ../shared/data [--live] [--no-hands]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

RATE_HZ, WITHIN_S = 30.0, 0.4
QUIET = (207, 365)
VISITS = (
    ("tr", 16, 24),
    ("br", 40, 46),
    ("bl", 62, 68),
    ("tl", 69, 76),
    ("tr", 96, 100),
    ("br", 110, 114),
    ("mouse", 139, 164),
)
STATION = """\
station: desk
site: delft
bench: {width_mm: 400, depth_mm: 250}
camera: {source: 0, width_px: 720, height_px: 720}
calibration: desk.json
zones:
  tr: {kind: bin, polygon_mm: [[301, 204], [369, 204], [380, 137], [303, 137]]}
  br: {kind: bin, polygon_mm: [[316, 75], [399, 75], [393, 8], [313, 8]]}
  bl: {kind: bin, polygon_mm: [[0, 119], [103, 119], [108, 16], [6, 16]]}
  tl: {kind: place, polygon_mm: [[16, 250], [97, 250], [101, 169], [23, 169]]}
  mouse: {kind: button, polygon_mm: [[249, 164], [235, 126], [203, 110], [170, 126],
          [156, 164], [169, 204], [202, 221], [236, 204]]}
"""
POINTS = """\
camera_px: [[180, 341], [675, 341], [700, 620], [150, 620]]
bench_mm: [[0, 250], [400, 250], [400, 0], [0, 0]]
"""
TASK = """\
task: pad
title: {en: Pad}
steps:
  - {id: corner, say: {en: Touch the corner.}, take: tr}
  - {id: mouse, say: {en: Touch the mouse.}, confirm: mouse}
"""


def reached(film: Path, folder: Path, *, live: bool, hands: bool) -> list[tuple[str, float]]:
    """Zones and frame numbers of all `reached` evidence that the command writes."""
    for name, text in (("desk.yaml", STATION), ("points.yaml", POINTS), ("task.yaml", TASK)):
        (folder / name).write_text(text, encoding="utf-8")
    points, calibration = str(folder / "points.yaml"), str(folder / "desk.json")
    _handwijzer("calibrate", "by-points", points, "--out", calibration)
    words = ["station", "run", "--source", str(film), "--no-window", "--folder", str(folder)]
    words += ["--station", str(folder / "desk.yaml"), "--task", str(folder / "task.yaml")]
    words += ["--evidence", str(folder / "evidence.jsonl")]
    words += [] if live else ["--as-fast-as-possible"]
    words += [] if hands else ["--no-hands"]
    _handwijzer(*words)
    lines = (folder / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    return [
        (one["sign"].partition(":")[2], one["at_s"] * RATE_HZ)
        for one in told
        if one["sign"].startswith("reached:")
    ]


def _handwijzer(*words: str) -> None:
    command = [sys.executable, "-m", "station.cli", *words]
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Run the film and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--live", action="store_true", help="at the film's own speed")
    asked.add_argument("--no-hands", action="store_true", help="the second witness alone")
    chosen = asked.parse_args()
    film = chosen.data / "desk_reach" / "cam0_test.mp4"
    if not film.is_file():
        asked.error(f"{film} is not there. --data is the folder that holds desk_reach/.")
    with tempfile.TemporaryDirectory() as folder:
        told = reached(film, Path(folder), live=chosen.live, hands=not chosen.no_hands)
    table = Table("visit", "frames", "told at frame", "off by", "within 0.4 s")
    waiting, missed = list(told), 0
    for zone, first, last in VISITS:
        frame = next((at for name, at in waiting if name == zone), None)
        if frame is None:
            missed += 1
            table.add_row(zone, f"{first}-{last}", "-", "-", "NO")
            continue
        waiting.remove((zone, frame))
        off_s = max(first - frame, frame - last, 0.0) / RATE_HZ
        missed += off_s > WITHIN_S
        well = "yes" if off_s <= WITHIN_S else "NO"
        table.add_row(zone, f"{first}-{last}", f"{frame:.0f}", f"{off_s:.2f} s", well)
    Console().print(table)
    order = [name for name, at in told if at < QUIET[0]]
    in_order = order == [zone for zone, _, _ in VISITS]
    quiet = sum(QUIET[0] <= at <= QUIET[1] for _, at in told)
    print(f"in order, and no others before frame {QUIET[0]}: {'yes' if in_order else order}")
    print(f"told in frames {QUIET[0]}-{QUIET[1]}: {quiet}")
    sys.exit(0 if not missed and in_order and not quiet else 1)


if __name__ == "__main__":
    main()
