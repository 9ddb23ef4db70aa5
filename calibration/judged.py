"""How good a calibration is, in millimetres on the bench: on the mean, at worst, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.graycode import Decoded
from calibration.lens_fit import Lit
from calibration.misses import quarter_of, rms
from calibration.model import Misfit, Quality
from calibration.planes import Points
from calibration.seen import Seen
from calibration.space import SpaceMap
from calibration.tags import TAG_NAMES
from calibration.world import CameraFit

GRID = (60, 40)
"""Points of the bench at which coverage is asked."""
ALONG_X, ALONG_Y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
MISFIT_GRID = (9, 6)
"""Pieces of the bench for which a picture shows how light lands."""
POORLY_COVERED = 0.85
"""A quarter of the bench that is lit and seen less than this is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the bench is lit by the projector and seen by the camera.

    Attributes:
        share: Of the bench, 0 to 1.
        where: Which quarters lack most, in words; empty when none does.
        remark: What to tell the coach; empty when all is well.
    """

    share: float
    where: str
    remark: str


def coverage_of(
    decoded: Decoded, cam_from_bench: SpaceMap, bench_mm: tuple[float, float]
) -> Coverage:
    """Ask at points all over the bench whether the camera reads the projector there."""
    across, along = (
        (np.arange(number) + 0.5) / number * size
        for number, size in zip(GRID, bench_mm, strict=True)
    )
    grid_mm = np.stack(np.meshgrid(across, along), axis=-1).reshape(-1, 2)
    at = np.rint(cam_from_bench.apply(grid_mm)).astype(int)
    height, width = decoded.known.shape
    inside = (at >= 0).all(axis=1) & (at[:, 0] < width) & (at[:, 1] < height)
    known = np.zeros(len(at), np.bool_)
    known[inside] = decoded.known[at[inside, 1], at[inside, 0]]
    quarter = quarter_of(grid_mm, np.array(bench_mm) / 2)
    shares = [float(known[quarter == k].mean()) for k in range(4)]
    poor = [TAG_NAMES[k] for k in range(4) if shares[k] < POORLY_COVERED]
    where = f"Least at: {', '.join(poor)}." if poor else ""
    share = float(known.mean())
    remark = ""
    if poor:
        remark = (
            f"{share:.0%} of the bench is lit and seen. {where} Is the projector's picture large"
            " enough there, or does something stand in the light?"
        )
    return Coverage(share=share, where=where, remark=remark)


def off_on_bench_mm(lit: Lit, proj_from_bench: SpaceMap) -> Points:
    """How far on the bench light lands from where the map says, shape (N, 2)."""
    said_px = proj_from_bench.apply(lit.bench_mm)
    by_x = proj_from_bench.apply(lit.bench_mm + ALONG_X) - said_px
    by_y = proj_from_bench.apply(lit.bench_mm + ALONG_Y) - said_px
    # The light of pixel q lands at b; the map says q' there. To light b by the map lights b + off.
    px = said_px - lit.proj_px
    det = by_x[:, 0] * by_y[:, 1] - by_x[:, 1] * by_y[:, 0]
    return np.asarray(
        np.stack(
            [
                (px[:, 0] * by_y[:, 1] - px[:, 1] * by_y[:, 0]) / det,
                (px[:, 1] * by_x[:, 0] - px[:, 0] * by_x[:, 1]) / det,
            ],
            axis=1,
        )
    )


def quality_of(lit: Lit, proj_from_bench: SpaceMap, bench_mm: tuple[float, float]) -> Quality:
    """How well the light lands where the projector's map says, at all places measured."""
    off_mm = np.linalg.norm(off_on_bench_mm(lit, proj_from_bench), axis=1)
    off_px = np.linalg.norm(proj_from_bench.apply(lit.bench_mm) - lit.proj_px, axis=1)
    quarter = quarter_of(lit.bench_mm, np.array(bench_mm) / 2)
    return Quality(
        rms_mm=rms(off_mm),
        worst_mm=float(off_mm.max()),
        rms_px=rms(off_px),
        worst_px=float(off_px.max()),
        points_mm=(),
        left_out=(),
        corners_mm=tuple(
            rms(off_mm[quarter == k]) if (quarter == k).any() else None for k in range(4)
        ),
        mean_mm=float(off_mm.mean()),
    )


def camera_quality(tags: Seen, fit: CameraFit) -> Quality:
    """How well the tags are seen where the camera's map says."""
    places_mm = tags.places_mm.reshape(-1, 2)
    off_px = np.linalg.norm(fit.off_px.reshape(-1, 2), axis=1)
    to_px = fit.cam_from_bench.apply
    per_mm = np.linalg.norm(to_px(places_mm + ALONG_X) - to_px(places_mm), axis=1)
    off_mm = off_px / per_mm
    return Quality(
        rms_mm=rms(off_mm),
        worst_mm=float(off_mm.max()),
        rms_px=rms(off_px),
        worst_px=float(off_px.max()),
        points_mm=tuple(float(off) for off in off_mm),
        left_out=(),
        corners_mm=tuple(rms(one) for one in off_mm.reshape(-1, 4)),
        mean_mm=float(off_mm.mean()),
    )


def misfits(
    lit: Lit, proj_from_bench: SpaceMap, bench_mm: tuple[float, float]
) -> tuple[Misfit, ...]:
    """The mean way in which light lands beside its place, for each piece of the bench."""
    off_mm = off_on_bench_mm(lit, proj_from_bench)
    wide, deep = MISFIT_GRID
    at = lit.bench_mm / bench_mm * MISFIT_GRID
    number = np.clip(at[:, 0].astype(int), 0, wide - 1)
    number = number + wide * np.clip(at[:, 1].astype(int), 0, deep - 1)
    made = []
    for piece in np.unique(number):
        mean = off_mm[number == piece].mean(axis=0)
        x, y = (piece % wide + 0.5) / wide, (piece // wide + 0.5) / deep
        made.append(
            Misfit(
                at_mm=(float(x * bench_mm[0]), float(y * bench_mm[1])),
                off_mm=(float(mean[0]), float(mean[1])),
            )
        )
    return tuple(made)


def eye_height_mm(space: SpaceMap) -> float:
    """How high the eye of a camera or projector is above the bench.

    Raises:
        ValueError: The map does not know heights.
    """
    if space.rise is None:
        raise ValueError("the map does not know heights")
    # The eye is what its own 3 x 4 matrix takes to nothing.
    a, b, c = space.plane.matrix.T
    eye = np.linalg.svd(np.stack([a, b, space.rise, c], axis=1))[2][-1]
    return float(eye[2] / eye[3])
