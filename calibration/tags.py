"""The four printed tags that say where the bench lies: where they belong, and where they are seen.

A tag is a black square of 40 mm with a white rim (ArUco, `DICT_4X4_50`, numbers 0 to 3), in the
middle of a white paper of 50 mm. The paper lies flush in a corner of the bench, the right way up
for the worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.fitting import Vector
from calibration.graycode import Grey
from calibration.planes import Points

TAG_DICTIONARY = cv2.aruco.DICT_4X4_50
TAG_MM = 40.0
"""Side of the black square."""
PAPER_MM = 50.0
"""Side of the white paper around it."""
SQUARE_MM = TAG_MM / 2 * np.array([[-1.0, 1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
"""Corners of a tag round its middle, in the order of `Tag`."""
FRONT_LEFT, FRONT_RIGHT, BACK_RIGHT, BACK_LEFT = range(4)
TAG_NAMES = ("front left", "front right", "back right", "back left")
"""Which corner of the bench tag 0, 1, 2 and 3 belong to, as the worker sits."""

BENCH_TAGS = (0, 1, 2, 3)
PLATE_TAGS = (4, 5, 6, 7)
"""The tags of a plate of known height, in the same corners of the plate."""

BRIGHTER = np.sqrt(np.arange(256) * 255.0).astype(np.uint8)
"""Lifts the dark: 20 grey levels become 71, 200 become 225."""
EDGE_ROUNDS = 3
EDGE_SHARE = 0.09
"""How far from an edge of the square its step is looked at, by the edge's length: the white rim is
0.125 wide and the black one 0.167."""
MOST_HALF_PX = 6.0
EDGE_STEP_PX = 0.2
LEAST_STEP_LEVELS = 10.0
"""Black and white that differ by less than this many grey levels are no edge."""
MOST_MOVE_PX = 3.0
"""The coarse corners are right to one or two pixels; what moves them further is another edge."""

Fine = NDArray[np.float32]
"""Shape (height, width), float32: grey levels, the mean of several pictures."""
TagPlaces = Mapping[int, Points]
"""For each tag's number its corners on the bench: shape (4, 2), mm, in the order of `Tag`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tag:
    """One printed tag as a camera sees it.

    Attributes:
        tag_id: Its number.
        corners_px: Shape (4, 2), the corners of its black square: top left, top right, bottom
            right, bottom left, as printed (the top is the edge away from the worker).
    """

    tag_id: int
    corners_px: Points


def tag_places(bench_mm: tuple[float, float]) -> TagPlaces:
    """Where the corners of the four tags lie when each paper is flush in its corner.

    Args:
        bench_mm: Width and depth of the bench.
    """
    wide, deep = bench_mm
    middle = PAPER_MM / 2
    middles = [
        (middle, middle),
        (wide - middle, middle),
        (wide - middle, deep - middle),
        (middle, deep - middle),
    ]
    return {tag_id: SQUARE_MM + at for tag_id, at in enumerate(middles)}


def plate_places(
    plate_mm: tuple[float, float], front_left_mm: tuple[float, float] = (0.0, 0.0)
) -> TagPlaces:
    """Where the tags of a plate lie, seen from straight above.

    Args:
        plate_mm: Width and depth of the plate; its sides run along those of the bench.
        front_left_mm: Where its front left corner is above the bench.
    """
    return {
        PLATE_TAGS[tag_id]: corners_mm + front_left_mm
        for tag_id, corners_mm in tag_places(plate_mm).items()
    }


def scaled_places(
    places: TagPlaces, *, bench_mm: tuple[float, float], scale: float
) -> dict[int, Points]:
    """Where tags lie that were printed `scale` times as large, still flush in their corners.

    Args:
        places: Of tags of the right size.
        bench_mm: Width and depth of the bench (or plate).
        scale: Measured length of the printed bar, by its nominal length.
    """
    size = np.array(bench_mm)
    scaled = {}
    for tag_id, corners_mm in places.items():
        flush_with = np.where(corners_mm.mean(axis=0) < size / 2.0, 0.0, size)
        scaled[tag_id] = flush_with + scale * (corners_mm - flush_with)
    return scaled


def find_tags(grey: Grey, *, fine: Fine | None = None) -> tuple[Tag, ...]:
    """The tags in a picture, by number; corners to a few hundredths of a pixel.

    Args:
        grey: The picture in which they are looked for.
        fine: The same view with less noise, of the same size, on which the corners are measured;
            None takes `grey`.

    Returns:
        Those found whole; a number that is seen twice comes twice.
    """
    found = _coarse(grey)
    numbers = {tag.tag_id for tag in found}
    if not numbers.issuperset(BENCH_TAGS):
        # Where only the room's light falls, black and white differ too little to be noticed.
        found += [tag for tag in _coarse(BRIGHTER[grey]) if tag.tag_id not in numbers]
    measured = np.asarray(grey if fine is None else fine, np.float32)
    tags = []
    for tag in found:
        if tag.tag_id in BENCH_TAGS or tag.tag_id in PLATE_TAGS:
            corners_px = _sharp_corners(measured, tag.corners_px)
            if corners_px is not None:
                tags.append(Tag(tag_id=tag.tag_id, corners_px=corners_px))
    return tuple(sorted(tags, key=lambda tag: tag.tag_id))


def _coarse(grey: Grey) -> list[Tag]:
    """All tags of the dictionary, corners to a pixel."""
    found, ids, _ = _detector().detectMarkers(grey)
    if ids is None:
        return []
    return [
        Tag(tag_id=int(tag_id), corners_px=np.asarray(corners, np.float64).reshape(-1, 2))
        for tag_id, corners in zip(np.asarray(ids).ravel(), found, strict=True)
    ]


def find_mirrored_tags(grey: Grey) -> tuple[int, ...]:
    """The numbers of tags that can be read in a mirror only."""
    _, ids, _ = _detector().detectMarkers(np.ascontiguousarray(grey[:, ::-1]))
    if ids is None:
        return ()
    numbers = {int(tag_id) for tag_id in np.asarray(ids).ravel()}
    return tuple(sorted(numbers & {*BENCH_TAGS, *PLATE_TAGS}))


def _detector() -> cv2.aruco.ArucoDetector:
    settings = cv2.aruco.DetectorParameters()
    # Not OpenCV's sub-pixel corners: in a square of 40 pixels they wander off to those of the code,
    # three pixels away. The edges are measured afterwards.
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    # Sampled more finely, squares of six pixels are read even through blur and noise.
    settings.perspectiveRemovePixelPerCell = 8
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(TAG_DICTIONARY), settings)


def _sharp_corners(fine: Fine, corners_px: Points) -> Points | None:
    """Where the four edges of the black square meet, each edge measured along its whole length.

    A corner by itself is rounded by the blur and seen by a dozen pixels; an edge is seen by
    hundreds. It takes the noise of a corner from 0.05 to 0.01 pixels. A tag that is not whole in
    the picture has edges that cannot be measured: None, for a guess would turn the whole map.
    """
    sharp = corners_px
    for _ in range(EDGE_ROUNDS):
        middle = sharp.mean(axis=0)
        edges = [_stepped(sharp[k], sharp[(k + 1) % 4], middle) for k in range(4)]
        fall = _light_falls(fine, edges, middle)
        lines = [_edge(fine, edge, middle, fall) for edge in edges]
        met = [_meeting(lines[k - 1], lines[k]) for k in range(4)]
        if any(one is None for one in met):
            return None
        sharp = np.array(met)
        if np.abs(sharp - corners_px).max() > MOST_MOVE_PX:
            return None
    return sharp


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Stepped:
    """Where the step from black to white at one edge is looked at.

    Attributes:
        outward: Shape (2,), away from the square.
        places: Shape (N,), along the edge, as shares of its length.
        steps: Shape (M,), across it, pixels; below 0 is inside.
        at_px: Shape (N, 2), the places on the edge.
    """

    outward: Vector
    places: Vector
    steps: Vector
    at_px: Points

    def grid_px(self, steps: Vector) -> NDArray[np.float64]:
        """Shape (N, len(steps), 2)."""
        return np.asarray(self.at_px[:, None, :] + steps[None, :, None] * self.outward, np.float64)


def _stepped(start: Vector, end: Vector, middle: Vector) -> _Stepped:
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    outward = np.array([along[1], -along[0]])
    if outward @ (start - middle) < 0.0:
        outward = -outward
    half = min(MOST_HALF_PX, EDGE_SHARE * length)
    steps = np.linspace(-half, half, max(9, 1 + 2 * round(half / EDGE_STEP_PX)))
    places = np.linspace(0.13, 0.87, max(8, round(1.5 * length)))
    at_px = start + places[:, None] * (end - start)
    return _Stepped(outward=outward, places=places, steps=steps, at_px=at_px)


def _light_falls(fine: Fine, edges: list[_Stepped], middle: Vector) -> Vector:
    """How the light changes over a tag, by its white rim: share per pixel in x and y, shape (2,).

    Light that falls off by 1 % along an edge would turn it by as much of the steps.
    """
    grids = [edge.grid_px(edge.steps[-_ends(edge.steps) :]) for edge in edges]
    at_px = np.concatenate([grid.reshape(-1, 2) for grid in grids]) - middle
    levels = np.concatenate([_read(fine, grid).ravel() for grid in grids]).astype(np.float64)
    levels /= max(1e-6, float(np.median(levels)))
    keep = np.ones(len(levels), np.bool_)
    terms = np.column_stack([at_px, np.ones(len(at_px))])
    fall: Vector = np.zeros(3)
    for _ in range(3):
        fall = np.asarray(np.linalg.lstsq(terms[keep], levels[keep], rcond=None)[0], np.float64)
        off = np.abs(levels - terms @ fall)
        keep = off <= max(1e-9, 3.0 * float(np.median(off)))
    return np.asarray(fall[:2], np.float64)


def _ends(steps: Vector) -> int:
    """How many of the outermost steps are black, or white, whatever the blur."""
    return max(2, len(steps) // 7)


def _read(fine: Fine, grid_px: NDArray[np.float64]) -> NDArray[np.float32]:
    x, y = (grid_px[..., axis].astype(np.float32) for axis in (0, 1))
    return np.asarray(cv2.remap(fine, x, y, cv2.INTER_CUBIC), np.float32)


def _edge(fine: Fine, edge: _Stepped, middle: Vector, fall: Vector) -> Vector | None:
    """The straight line of one edge as (a, b, c) with a x + b y = c; None where there is none."""
    grid_px = edge.grid_px(edge.steps)
    profile = _read(fine, grid_px) / (1.0 + (grid_px - middle) @ fall)
    # From black inside to white outside; the area under the step says where it stands, however
    # blurred it is.
    ends = _ends(edge.steps)
    black = float(np.median(profile[:, :ends]))
    white = float(np.median(profile[:, -ends:]))
    if white - black < LEAST_STEP_LEVELS:
        return None
    share = np.trapezoid((profile - black) / (white - black), edge.steps, axis=1)
    stands = edge.steps[-1] - share
    slope, offset = _line(edge.places, stands)
    first, last = (
        edge.at_px[k] + (offset + slope * edge.places[k]) * edge.outward for k in (0, -1)
    )
    normal = np.array([last[1] - first[1], first[0] - last[0]])
    return np.append(normal, normal @ first)


def _line(places: Vector, stands: Vector) -> tuple[float, float]:
    """Slope and offset; what lies apart (dirt, a staple) is left out."""
    keep = np.ones(len(places), np.bool_)
    slope, offset = 0.0, float(np.median(stands))
    for _ in range(3):
        slope, offset = np.polyfit(places[keep], stands[keep], 1)
        off = np.abs(stands - slope * places - offset)
        keep = off <= max(1e-9, 3.0 * float(np.median(off)))
    return float(slope), float(offset)


def _meeting(one: Vector | None, other: Vector | None) -> Vector | None:
    if one is None or other is None:
        return None
    return np.asarray(np.linalg.solve(np.stack([one[:2], other[:2]]), [one[2], other[2]]))
