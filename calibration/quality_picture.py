"""A picture for the coach: how well a calibration fits, and where on the bench."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey
from calibration.model import Calibration
from calibration.planes import Points
from calibration.tags import TAG_NAMES

Bgr = NDArray[np.uint8]
"""Shape (height, width, 3), uint8: a picture in OpenCV's order of colours."""

Colour = tuple[int, int, int]

GOOD_MM, FAIR_MM = 0.1, 0.5
"""Green up to a tenth of a millimetre, yellow up to half of one: the width of a thin line."""
GREEN, YELLOW, RED = (110, 220, 90), (60, 200, 250), (80, 80, 250)
INK, SHADE = (255, 255, 255), (30, 30, 30)
ROUND_MAGNIFICATIONS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
LONGEST_ARROW_MM = 40.0
"""The largest misfit is drawn about so long."""
SPREAD_MM = 15.0
"""Points along the bench's edges at which its outline is bent by the lens."""
DIMMED = 0.55
"""So dark is what the camera saw, so that lines stand out."""
FONT = cv2.FONT_HERSHEY_DUPLEX


def quality_picture(calibration: Calibration, white: Grey) -> Bgr:
    """Draw how well a calibration fits into what the camera saw.

    The outline of the bench, the tags, an arrow for each piece of the bench from where light
    should land to where it does (magnified), and the figures of each quarter.

    Args:
        calibration: What was measured. One without misfits gives the outline and the tags.
        white: The camera's picture with the projector all white.
    """
    dimmed = (white * DIMMED).astype(np.uint8)
    picture = np.asarray(cv2.cvtColor(dimmed, cv2.COLOR_GRAY2BGR), np.uint8)
    scale = max(0.5, white.shape[1] / 1280.0)
    if calibration.bench_mm is not None:
        _draw_outline(picture, calibration, calibration.bench_mm, scale)
    for tag in calibration.tags:
        _polygon(picture, tag.corners_px, YELLOW, scale)
    magnified = _draw_arrows(picture, calibration, scale)
    if calibration.bench_mm is not None:
        _write_quarters(picture, calibration, calibration.bench_mm, scale)
    _write_summary(picture, calibration, magnified, scale)
    return picture


def _draw_outline(
    picture: Bgr, calibration: Calibration, bench_mm: tuple[float, float], scale: float
) -> None:
    wide, deep = bench_mm
    ring = [(0.0, 0.0), (wide, 0.0), (wide, deep), (0.0, deep), (0.0, 0.0)]
    edges = []
    for (x0, y0), (x1, y1) in pairwise(ring):
        steps = max(2, round(abs(x1 - x0 + y1 - y0) / SPREAD_MM))
        edges.append(np.stack([np.linspace(x0, x1, steps), np.linspace(y0, y1, steps)], axis=1))
    _polygon(picture, calibration.cam_from_bench.apply(np.concatenate(edges)), INK, scale)


def _draw_arrows(picture: Bgr, calibration: Calibration, scale: float) -> int:
    """One arrow for each piece of the bench; how many times they are magnified, 0 for none."""
    if not calibration.misfits:
        return 0
    at_mm = np.array([one.at_mm for one in calibration.misfits])
    off_mm = np.array([one.off_mm for one in calibration.misfits])
    lengths = np.linalg.norm(off_mm, axis=1)
    fitting = LONGEST_ARROW_MM / max(float(lengths.max()), 1e-6)
    magnified = max((m for m in ROUND_MAGNIFICATIONS if m <= fitting), default=1)
    starts = calibration.cam_from_bench.apply(at_mm)
    ends = calibration.cam_from_bench.apply(at_mm + magnified * off_mm)
    for start, end, length in zip(starts, ends, lengths, strict=True):
        colour = _colour(float(length))
        cv2.circle(picture, _whole(start), round(3 * scale), colour, -1, cv2.LINE_AA)
        cv2.arrowedLine(
            picture,
            _whole(start),
            _whole(end),
            colour,
            round(2 * scale),
            cv2.LINE_AA,
            tipLength=0.3,
        )
    return magnified


def _write_quarters(
    picture: Bgr, calibration: Calibration, bench_mm: tuple[float, float], scale: float
) -> None:
    quality = calibration.projector
    if quality is None or not quality.corners_mm:
        return
    shares = np.array([(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)])
    middles = calibration.cam_from_bench.apply(shares * bench_mm)
    for name, at, rms_mm in zip(TAG_NAMES, middles, quality.corners_mm, strict=True):
        figure = "not measured" if rms_mm is None else f"{rms_mm:.2f} mm"
        colour = RED if rms_mm is None else _colour(rms_mm)
        below = np.array([0.0, 16.0 * scale])
        _write(picture, name, at - below, INK, 0.6 * scale)
        _write(picture, figure, at + below, colour, 0.9 * scale)


def _write_summary(picture: Bgr, calibration: Calibration, magnified: int, scale: float) -> None:
    lines = [
        "tags: not measured"
        if not calibration.tags
        else f"tags: {calibration.camera.rms_mm:.2f} mm, worst {calibration.camera.worst_mm:.2f} mm"
    ]
    if calibration.projector is not None:
        quality = calibration.projector
        mean = quality.rms_mm if quality.mean_mm is None else quality.mean_mm
        lines.append(f"light: mean {mean:.2f} mm, worst {quality.worst_mm:.2f} mm")
    if calibration.coverage is not None:
        lines.append(f"bench lit and seen: {calibration.coverage:.0%}")
    knows = calibration.proj_from_bench is not None and calibration.proj_from_bench.knows_height
    lines.append("heights: measured" if knows else "heights: not measured")
    if magnified:
        lines.append(f"arrows: {magnified} times as long as the misfit")
    step = 26.0 * scale
    panel = (round(430 * scale), round(step * (len(lines) + 0.6)))
    corner = picture[: panel[1], : panel[0]]
    corner[:] = corner // 3
    for number, line in enumerate(lines):
        place = (round(12 * scale), round(step * (number + 1)))
        cv2.putText(picture, line, place, FONT, 0.6 * scale, INK, max(1, round(scale)), cv2.LINE_AA)


def _write(picture: Bgr, words: str, middle: Points, colour: Colour, size: float) -> None:
    """Words with a dark rim, centred."""
    (wide, high), _ = cv2.getTextSize(words, FONT, size, 1)
    at = _whole(middle + np.array([-wide / 2.0, high / 2.0]))
    cv2.putText(picture, words, at, FONT, size, SHADE, max(3, round(5 * size)), cv2.LINE_AA)
    cv2.putText(picture, words, at, FONT, size, colour, max(1, round(1.2 * size)), cv2.LINE_AA)


def _polygon(picture: Bgr, corners_px: Points, colour: Colour, scale: float) -> None:
    # Sixteenths of a pixel, so that the outline lies where it was measured.
    corners = np.rint(corners_px * 16).astype(np.int32)
    cv2.polylines(picture, [corners], True, colour, max(1, round(1.5 * scale)), cv2.LINE_AA, 4)  # noqa: FBT003 - OpenCV's order


def _colour(off_mm: float) -> Colour:
    if off_mm <= GOOD_MM:
        return GREEN
    return YELLOW if off_mm <= FAIR_MM else RED


def _whole(at: Points) -> tuple[int, int]:
    return round(float(at[0])), round(float(at[1]))
