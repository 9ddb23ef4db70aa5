"""How surely a bump is found, and how often one is seen where there was none."""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np
from calibration_benches import Bench, full
from numpy.typing import NDArray

from calibration.drift import drift_of, drift_picture, drift_reference, fiducial_places
from station.calibrating.shooting import Shooter
from station.twin.faults import Bump

FALSE_ALARM_TRIALS, FOUND_TRIALS = 1000, 100


def drifting(bench: Bench) -> dict[str, Any]:
    """Many pairs of frames with fresh noise: with bumps of 0.2 mm and more, and without."""
    made = full(bench).calibration
    places = fiducial_places(made, bench_mm=bench.station.bench_mm, keep_clear_mm=())
    reference = drift_reference(made, places)
    pictures = drift_picture(made, places)
    noise = _noise_tiles(bench.optics.noise_levels, bench.twin.size_px[::-1])
    rng = np.random.default_rng(7)
    took_ms: list[float] = []

    def alarms(trials: int, bump: Bump | None, device: str = "projector") -> int:
        setattr(bench.twin.faults, f"{device}_bump", bump)
        clean = _clean(bench, pictures)
        setattr(bench.twin.faults, f"{device}_bump", None)
        found = 0
        for _ in range(trials):
            frames = [_noisy(one, noise, rng) for one in clean]
            began_s = time.thread_time()
            drift = drift_of(reference, *frames)
            took_ms.append((time.thread_time() - began_s) * 1e3)
            found += drift is not None and drift.who is not None
        return found

    knocks = [Bump(shift_mm=(0.2 * np.cos(a), 0.2 * np.sin(a))) for a in (0.3, 2.4, 4.5)]
    found = sum(
        alarms(FOUND_TRIALS, bump, device) for bump in knocks for device in ("projector", "camera")
    )
    return {
        "drift_found": found / (FOUND_TRIALS * len(knocks) * 2),
        "drift_false": alarms(FALSE_ALARM_TRIALS, None) / FALSE_ALARM_TRIALS * 1000.0,
        "drift_ms": float(np.median(took_ms)),
    }


def _clean(bench: Bench, pictures: tuple[Any, Any]) -> list[NDArray[np.float32]]:
    """Both frames, the mean of some so that their own noise is small."""
    shooter = Shooter(
        feed=bench.rig.feed,
        screen=bench.rig.displays[0].opened(),
        projector_wh=bench.rig.projector_wh,
    )
    shooter.settle_s = 0.2
    means = []
    for picture in pictures:
        shooter.shot(picture)
        frames = [shooter.taken(bench.rig.feed.now_s()).astype(np.float32) for _ in range(24)]
        means.append(np.mean(frames, axis=0))
    shooter.close()
    return means


def _noise_tiles(levels: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    raw = rng.normal(0.0, 1.0, (shape[0] + 96, shape[1] + 96)).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), 0.6)
    return np.asarray(soft / soft.std() * levels, np.float32)


def _noisy(
    clean: NDArray[np.float32], noise: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """With noise cut from another place each time; rounding happens after it, as in a chip."""
    y, x = rng.integers(0, 96, 2)
    high, wide = clean.shape
    added = cv2.add(clean, noise[y : y + high, x : x + wide])
    return np.asarray(cv2.convertScaleAbs(added), np.uint8)
