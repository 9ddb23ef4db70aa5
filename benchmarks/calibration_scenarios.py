"""The benches that are calibrated: each with its own light, lenses and faults."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import cv2
from calibration_benches import Bench, opened
from calibration_drift import drifting
from calibration_measures import bumped, judged, refuses, spoilt, told_or_good, with_heights

from calibration.trouble import CalibrationTroubleError
from station.twin.faults import Sun, TagFaults
from station.twin.laid import Plate
from station.twin.optics import LIFELIKE, Optics

NO_LENS = replace(LIFELIKE, camera_bend_px=0.0, projector_bend_px=0.0)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One bench and what is measured there.

    Attributes:
        name: For people.
        optics: Lenses, light and chip.
        measure: What to do there; gives figures, or `refused` with the words.
        figures_bench: The bench on which the limits were measured, instead of the demo's.
        seed: Of noise and wood.
    """

    name: str
    optics: Optics
    measure: Callable[[Bench], dict[str, Any]]
    figures_bench: bool = False
    seed: int = 1


def _fault(**changes: Any) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        for name, value in changes.items():
            setattr(bench.twin.faults, name, value)

    return change


def _bowed(bench: Bench) -> None:
    """Every plate that is laid bows by 6 mm."""
    lay = bench.twin.lay_plate
    bench.twin.lay_plate = lambda top: lay(  # type: ignore[method-assign,assignment]
        Plate(height_mm=top, bow_mm=6.0) if isinstance(top, float) else None
    )


def scenarios() -> list[Scenario]:
    """All of them; the dear ones first, so that both cores end together."""
    four = replace(LIFELIKE, ambient=4.0)
    return [
        Scenario(name="drift: noise of 2 levels", optics=LIFELIKE, measure=drifting),
        Scenario(name="knocks mended", optics=LIFELIKE, measure=bumped),
        Scenario(
            name="bins 0-200 mm, figures' bench", optics=LIFELIKE, measure=with_heights,
            figures_bench=True,
        ),
        Scenario(name="bins 0-200 mm, demo bench", optics=LIFELIKE, measure=with_heights),
        Scenario(name="without lenses", optics=NO_LENS, measure=judged, figures_bench=True),
        Scenario(name="with lenses", optics=LIFELIKE, measure=judged, figures_bench=True),
        Scenario(name="ambient 4x", optics=four, measure=judged, figures_bench=True),
        Scenario(name="demo bench", optics=LIFELIKE, measure=judged),
        Scenario(name="demo bench, ambient 4x", optics=four, measure=judged),
        Scenario(name="ambient 8x", optics=replace(LIFELIKE, ambient=8.0), measure=judged),
        Scenario(name="dark room", optics=replace(LIFELIKE, ambient=0.05), measure=judged),
        Scenario(
            name="noise of 6 levels", optics=replace(LIFELIKE, noise_levels=6.0), measure=judged
        ),
        Scenario(
            name="blurred", optics=replace(LIFELIKE, camera_blur_px=1.4, projector_blur_px=1.2),
            measure=judged,
        ),
        Scenario(name="wild wood", optics=replace(LIFELIKE, texture=8.0), measure=judged),
        Scenario(
            name="strong lenses", measure=judged,
            optics=replace(LIFELIKE, camera_bend_px=14.0, projector_bend_px=5.0),
        ),
        Scenario(name="frames repeated, torn, blended, gain", optics=LIFELIKE, measure=spoilt),
        Scenario(name="another bench top", optics=LIFELIKE, measure=judged, seed=5),
        Scenario(
            name="a tag is missing", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(missing=frozenset({2}))), "back right"),
        ),
        Scenario(
            name="tags mirrored", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(mirrored=frozenset(range(4)))), "mirror"),
        ),
        Scenario(
            name="a tag 12 mm off", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(shifted_mm={3: (12.0, -4.0)})), "back left"),
        ),
        Scenario(
            name="two tags swapped", optics=LIFELIKE,
            measure=refuses(_fault(tags=TagFaults(taken_for={0: 1, 1: 0})), "front"),
        ),
        Scenario(
            name="sun on the bench", optics=LIFELIKE,
            measure=told_or_good(_fault(sun=Sun(at_mm=(300.0, 300.0))), "sun"),
        ),
        Scenario(
            name="the wrong display", optics=LIFELIKE,
            measure=refuses(_fault(wrong_display=True), "display"),
        ),
        Scenario(
            name="a plate that bows by 6 mm", optics=LIFELIKE, measure=refuses(_bowed, "plate")
        ),
    ]  # fmt: skip


def lived(number: int) -> tuple[int, dict[str, Any], float]:
    """Live one scenario."""
    cv2.setNumThreads(1)
    scenario = scenarios()[number]
    began_s = time.process_time()
    with ExitStack() as on_exit:
        try:
            bench = opened(
                scenario.optics,
                on_exit,
                figures_bench=scenario.figures_bench,
                seed=scenario.seed,
            )
            figures = scenario.measure(bench)
        except CalibrationTroubleError as error:
            figures = {"trouble": str(error)}
    return number, figures, time.process_time() - began_s
