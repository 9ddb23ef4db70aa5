"""A film of the twin bench at work, in perfect light: what a camera above a bench would record.

Who lights it is no station but the truth itself: when a step is truly done, the light of the next
one goes on. Used by other benchmarks; on its own it writes a film to look at:

    python benchmarks/twin_film.py bench.avi --seconds 30 --persona fluent
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2

from calibration.maps import maps_for
from calibration.store import read_calibration
from projector.layout import marks_for
from projector.render import Renderer
from station.bench_files import demo_station_file, demo_task_file
from station.guide import Guide
from station.twin.bench import TwinBench, TwinWishes
from station.twin.personas import persona_named
from station.twin.truth import Deed, TwinTruth
from station_config.station_file import read_station
from tasks.task_file import read_task
from tasks.tracker import Press


def write_film(path: Path, *, seconds: float, persona: str = "fluent", seed: int = 1) -> int:
    """Record the twin.

    Args:
        path: An `.avi`; written as motion JPEG, as webcams give it.
        seconds: How long.
        persona: Who works.
        seed: Of the worker.

    Returns:
        How many frames were written.
    """
    station, task = read_station(demo_station_file()), read_task(demo_task_file())
    calibration = read_calibration(station.calibration)
    proj_from_bench = maps_for(station, calibration).proj_from_bench
    guide, done = Guide(task, station), list[TwinTruth]()
    wishes = TwinWishes(seed=seed, paced=False, ends_after_s=seconds, told=done.append)
    twin = TwinBench(station, task, persona_named(persona), wishes)
    renderer = Renderer((station.projector.width_px, station.projector.height_px), proj_from_bench)
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    film = cv2.VideoWriter(str(path), fourcc, station.camera.rate_hz, twin.size_px)
    guide.start(0.0)
    frames = 0
    for frame in twin.frames():
        film.write(frame.bgr)
        frames += 1
        while done:
            if done.pop(0).what is Deed.STEP_DONE:
                guide.press(Press.NEXT, frame.taken_s)
        guide.tick(frame.taken_s)
        marks = marks_for(guide.cue(frame.taken_s, sees=True), station)
        twin.put(*renderer.draw(marks, frame.taken_s))
    film.release()
    twin.close()
    return frames


def main() -> None:
    """Write a film."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("film", type=Path)
    wishes.add_argument("--seconds", type=float, default=30.0)
    wishes.add_argument("--persona", default="fluent")
    wishes.add_argument("--seed", type=int, default=1)
    chosen = wishes.parse_args()
    frames = write_film(
        chosen.film, seconds=chosen.seconds, persona=chosen.persona, seed=chosen.seed
    )
    print(f"{frames} frames in {chosen.film}")


if __name__ == "__main__":
    main()
