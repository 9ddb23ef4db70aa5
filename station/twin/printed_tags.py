"""The four printed tags in the corners of the twin's bench, and four more in those of a plate.

Drawn from their own numbers, not by way of `calibration/`: dictionary 4x4_50, ids 0 to 3 in the
corners front left, front right, back right, back left; a black border of 40 mm on a paper of 50 mm
whose outer corner lies flush with the bench's; upright as the worker sees them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.eye import Eye
from station.twin.faults import TagFaults
from station.twin.laid import Plate
from station.twin.overlay import Box, box_round

PAPER_MM = 50.0
BORDER_MM = 40.0
_MODULES = 6
"""Four of the code and one of the border on each side."""
_INK, _PAPER = 26.0, 232.0
_POINTS, _STRIDE = 64, 27
"""Each camera pixel is averaged from so many points; the stride spreads them over it evenly."""
_ON_BENCH_MM = 0.5
"""What lies higher than this hides the tag."""
_ON_PLATE_MM = 5.0
"""A plate that is not flat differs by less over a tag."""


def tag_corner_mm(number: int, bench_mm: tuple[float, float]) -> tuple[float, float]:
    """The front left corner of a tag's paper on the bench."""
    wide, deep = bench_mm
    x = 0.0 if number in (0, 3) else wide - PAPER_MM
    y = 0.0 if number in (0, 1) else deep - PAPER_MM
    return x, y


def lay_tags(
    reflect: NDArray[np.uint8],
    height_mm: NDArray[np.float32],
    camera: Eye,
    bench_mm: tuple[float, float],
    faults: TagFaults,
) -> None:
    """Lay the tags on a bench, in place.

    Args:
        reflect: Shape (height, width, 3), as the camera sees it; changed.
        height_mm: Shape (height, width): tags lie only where this is the bench's top.
        camera: Which sees it.
        bench_mm: Width and depth of the bench.
        faults: What is wrong with them.
    """
    for number in range(4):
        if number not in faults.missing:
            x, y = tag_corner_mm(number, bench_mm)
            dx, dy = faults.shifted_mm.get(number, (0.0, 0.0))
            modules = _modules(faults.taken_for.get(number, number))
            if number in faults.mirrored:
                modules = modules[:, ::-1]
            _lay_one(reflect, height_mm, camera, (x + dx, y + dy), modules)


def lay_plate_tags(
    reflect: NDArray[np.uint8],
    height_mm: NDArray[np.float32],
    camera: Eye,
    plate: Plate,
    bench_mm: tuple[float, float],
) -> None:
    """Lay tags 4 to 7 flush in the corners of a plate, as 0 to 3 lie on the bench, in place."""
    left, front, right, back = plate.edges_mm(bench_mm)
    size_mm = right - left, back - front
    for number in range(4):
        x, y = tag_corner_mm(number, size_mm)
        at_mm = x + left, y + front
        middle = np.array(at_mm) + PAPER_MM / 2
        top_mm = float(plate.top_mm(middle[0], middle[1], bench_mm))
        _lay_one(reflect, height_mm, camera, at_mm, _modules(number + 4), top_mm)


def _modules(number: int) -> NDArray[np.float32]:
    """Shape (6, 6): how bright each square of a tag is, the row nearest the worker last."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    drawn = cv2.aruco.generateImageMarker(dictionary, number, _MODULES)
    return np.where(drawn > 0, _PAPER, _INK).astype(np.float32)


def _lay_one(
    reflect: NDArray[np.uint8],
    height_mm: NDArray[np.float32],
    camera: Eye,
    corner_mm: tuple[float, float],
    modules: NDArray[np.float32],
    top_mm: float = 0.0,
) -> None:
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * PAPER_MM + corner_mm
    seen = camera.from_bench(np.column_stack([square, np.full(4, top_mm)]))
    box = box_round(seen, camera.size_px)
    if box.empty:
        return
    brightness, on_paper = _sampled(camera, box, corner_mm, modules, top_mm)
    # On a plate that is not flat a tag lies where its middle is.
    off_mm = height_mm[box.rows, box.columns] - top_mm
    flat = off_mm < _ON_BENCH_MM if top_mm == 0.0 else np.abs(off_mm) < _ON_PLATE_MM
    share = (on_paper * flat)[..., None]
    window = reflect[box.rows, box.columns]
    laid = window * (1.0 - share) + brightness[..., None] * flat[..., None]
    window[:] = np.clip(laid + 0.5, 0, 255).astype(np.uint8)


def _sampled(
    camera: Eye,
    box: Box,
    corner_mm: tuple[float, float],
    modules: NDArray[np.float32],
    top_mm: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each pixel of a box gets from a tag, 0 to 255, and what share of it; (rows, columns)."""
    # No two of the points share a row or a column: an edge along the pixels lies right to 1/64 of
    # one, where a square grid of as many would put it to the nearest eighth.
    point = np.arange(_POINTS)
    along, across = ((place + 0.5) / _POINTS - 0.5 for place in (point, point * _STRIDE % _POINTS))
    x_px = along[:, None, None] + np.arange(box.left, box.right, dtype=np.float64)[None, None, :]
    y_px = across[:, None, None] + np.arange(box.top, box.bottom, dtype=np.float64)[None, :, None]
    x_mm, y_mm = camera.to_plane_grid(x_px, y_px, top_mm)
    x_mm, y_mm = x_mm - corner_mm[0], y_mm - corner_mm[1]
    on_paper = (x_mm >= 0.0) & (x_mm < PAPER_MM) & (y_mm >= 0.0) & (y_mm < PAPER_MM)
    # A rim of paper round the modules, so that every point has its square.
    squares = np.pad(modules[::-1], 1, constant_values=_PAPER)
    module_mm, margin_mm = BORDER_MM / _MODULES, (PAPER_MM - BORDER_MM) / 2.0
    column, row = (
        np.clip(np.floor((along - margin_mm) / module_mm) + 1, 0, _MODULES + 1).astype(np.intp)
        for along in (x_mm, y_mm)
    )
    ink = squares[row, column]
    shape = (_POINTS, box.bottom - box.top, box.right - box.left)
    brightness = np.where(on_paper, ink, 0.0).reshape(shape).mean(axis=0)
    return brightness, on_paper.astype(np.float64).reshape(shape).mean(axis=0)
