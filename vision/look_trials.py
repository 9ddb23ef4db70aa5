"""How far pictures of a look are off it, found by altering the taught pictures themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.look_judgement import Calibration
from vision.look_model import LookModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from vision.look_judgement import Tolerance

    Picture = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

TRIALS = 4
"""Altered pictures for each look."""
SEED = 20_261_122
MOST_SHARE = 0.75
"""What is off by more than this share of the smallest taught difference is another look."""
LEAST, MOST = 30.0, 50.0
"""Between these, whatever was taught: below lie pictures of the look itself, above parts of 4 % of
the place in dark and noisy pictures (benchmarks/looks_lego.py)."""


def taught(
    patches: Mapping[str, Picture],
    *,
    inside: Mask | None = None,
    tolerance: Tolerance | None = None,
) -> LookModel:
    """A model that knows from the taught pictures how sure it may be.

    Args:
        patches: Look to its picture.
        inside: As `LookModel` takes it.
        tolerance: As `LookModel` takes it.

    Raises:
        LooksAlikeError: Two pictures show the same.
    """
    model = LookModel(patches, inside=inside, tolerance=tolerance)
    calibration = _calibrated(model, patches)
    return model.calibrated(calibration)


def alike(model: LookModel, patches: Mapping[str, Picture]) -> tuple[tuple[str, str], ...]:
    """Pairs of taught looks that are too much alike to be told apart in every light.

    Args:
        model: Was taught them.
        patches: Look to its picture.
    """
    found = set[tuple[str, str]]()
    for name, patch in patches.items():
        offs = model.judge(patch).off
        near = [other for other, off in offs.items() if other != name and off < LEAST]
        found |= {(min(name, other), max(name, other)) for other in near}
    return tuple(sorted(found))


def _calibrated(model: LookModel, patches: Mapping[str, Picture]) -> Calibration:
    random = np.random.default_rng(SEED)
    usual = Calibration()
    shares, others = [], []
    for name, patch in patches.items():
        for trial in range(TRIALS):
            judged = model.judge(_altered(patch, random) if trial else patch)
            shares.append(judged.off[name] / usual.usual(judged.noise))
        others += [off for other, off in judged.off.items() if other != name]
    share = float(np.clip(np.percentile(shares, 95), 1.0, 1.3))
    most = float(np.clip(MOST_SHARE * min(others, default=MOST / MOST_SHARE), LEAST, MOST))
    return replace(
        usual,
        still=share * usual.still,
        by_noise=share * usual.by_noise,
        least=share * usual.least,
        most=most,
    )


def _altered(patch: Picture, random: np.random.Generator) -> Picture:
    """The same place a moment later: other light, a little noise and blur, moved by a pixel."""
    high, wide = patch.shape[:2]
    moves = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    moves[:, :2] += random.uniform(-0.004, 0.004, (2, 2))
    moves[:, 2] = random.uniform(-2.0, 2.0, 2)
    seen = cv2.warpAffine(patch, moves, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    blurred = cv2.GaussianBlur(seen, (0, 0), random.uniform(0.3, 1.2))
    level = blurred.astype(np.float64) * random.uniform(0.5, 1.3) * random.uniform(0.9, 1.1, 3)
    level += random.normal(0.0, random.uniform(1.0, 9.0), level.shape)
    return np.clip(np.rint(level), 0, 255).astype(np.uint8)
