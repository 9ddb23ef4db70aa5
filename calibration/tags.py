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

Grey = NDArray[np.uint8]
"""Shape (height, width), uint8."""
Fine = NDArray[np.float32]
"""Shape (height, width), float32: grey levels, the mean of several pictures."""
Vector = NDArray[np.float64]
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
        Those found; a number that is seen twice comes twice.
    """
    found = _coarse(grey)
    numbers = {tag.tag_id for tag in found}
    if not numbers.issuperset(BENCH_TAGS):
        # Where only the room's light falls, black and white differ too little to be noticed.
        found += [tag for tag in _coarse(BRIGHTER[grey]) if tag.tag_id not in numbers]
    measured = np.asarray(grey if fine is None else fine, np.float32)
    tags = [
        Tag(tag_id=tag.tag_id, corners_px=_sharp_corners(measured, tag.corners_px))
        for tag in found
        if tag.tag_id in BENCH_TAGS or tag.tag_id in PLATE_TAGS
    ]
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
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(TAG_DICTIONARY), settings)


def _sharp_corners(fine: Fine, corners_px: Points) -> Points:
    """Where the four edges of the black square meet, each edge measured along its whole length.

    A corner by itself is rounded by the blur and seen by a dozen pixels; an edge is seen by
    hundreds. It takes the noise of a corner from 0.05 to 0.01 pixels.
    """
    sharp = corners_px
    for _ in range(EDGE_ROUNDS):
        middle = sharp.mean(axis=0)
        lines = [_edge(fine, sharp[k], sharp[(k + 1) % 4], middle) for k in range(4)]
        met = [_meeting(lines[k - 1], lines[k]) for k in range(4)]
        if any(one is None for one in met):
            return corners_px
        sharp = np.array(met)
        if np.abs(sharp - corners_px).max() > MOST_MOVE_PX:
            return corners_px
    return sharp


def _edge(fine: Fine, start: Vector, end: Vector, middle: Vector) -> Vector | None:
    """The straight line of one edge as (a, b, c) with a x + b y = c; None where there is none."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length
    outward = np.array([along[1], -along[0]])
    if outward @ (start - middle) < 0.0:
        outward = -outward
    half = min(MOST_HALF_PX, EDGE_SHARE * length)
    steps = np.linspace(-half, half, max(9, 1 + 2 * round(half / EDGE_STEP_PX)))
    places = np.linspace(0.13, 0.87, max(8, round(1.5 * length)))
    at = start + places[:, None] * (end - start)
    grid = at[:, None, :] + steps[None, :, None] * outward
    profile = cv2.remap(
        fine, grid[..., 0].astype(np.float32), grid[..., 1].astype(np.float32), cv2.INTER_CUBIC
    )
    # From black inside to white outside; the area under the step says where it stands, however
    # blurred it is.
    ends = max(2, len(steps) // 7)
    black = float(np.median(profile[:, :ends]))
    white = float(np.median(profile[:, -ends:]))
    if white - black < LEAST_STEP_LEVELS:
        return None
    share = np.trapezoid((profile - black) / (white - black), steps, axis=1)
    stands = half - share
    slope, offset = _line(places, stands)
    first, last = (
        at[0] + (offset + slope * places[0]) * outward,
        at[-1] + (offset + slope * places[-1]) * outward,
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
