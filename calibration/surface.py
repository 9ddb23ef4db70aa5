"""One flat thing under the projector, bench or plate: its tags, and its light decoded."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Pairs, pairs_of
from calibration.camera_gamma import light_of
from calibration.exposure_check import light_remark, light_trouble
from calibration.eye import Frames
from calibration.graycode import Decoded, Mask, Stack, decode
from calibration.misplaced import TagSet, check_order, check_places, check_size, chosen_tags
from calibration.planes import Points
from calibration.seen import Seen
from calibration.tags import (
    BENCH_TAGS,
    PAPER_MM,
    SQUARE_MM,
    TAG_MM,
    Tag,
    TagPlaces,
    find_tags,
)
from calibration.trouble import CalibrationTroubleError
from calibration.world import camera_fit

LEAST_FLAT = 0.5
"""So much of what was decoded must lie on the bench: half may be covered by things."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Surface:
    """What was seen of the bench or of the plate."""

    seen: Seen
    tags: tuple[Tag, ...]
    decoded: Decoded
    pairs: Pairs
    remark: str


def surface_seen(
    stack: Stack,
    tag_set: TagSet,
    places: TagPlaces | None,
    frames: Frames,
    *,
    scale: float,
    gamma: float,
) -> Surface:
    """Find the tags and decode the light of one plane.

    Args:
        stack: What the camera saw.
        tag_set: Which tags lie on it.
        places: Where; None: nobody knows.
        frames: Of the camera and the bench.
        scale: Of the printed tags.
        gamma: Of the camera.

    Raises:
        CalibrationTroubleError: Its tags or its light are not as they should be.
    """
    tags = find_tags(stack.white, fine=mean_picture(stack, gamma))
    corners_px, within = _outlined(tags, tag_set, stack)
    seen = _placed(corners_px, places, tag_set, frames, scale)
    decoded = decode(stack)
    pairs, share = pairs_of(decoded, within)
    if share < LEAST_FLAT:
        raise CalibrationTroubleError(
            f"The stripes on the {tag_set.where} cannot be read as one flat plane. Did anything"
            " move, was a hand in the way, do things lie on it? Clear it and try again."
        )
    return Surface(
        seen=seen,
        tags=tuple(tag for tag in tags if tag.tag_id in tag_set.numbers),
        decoded=decoded,
        pairs=pairs,
        remark=light_remark(stack.black, within, tag_set.where),
    )


def _outlined(tags: tuple[Tag, ...], tag_set: TagSet, stack: Stack) -> tuple[Points, Mask]:
    """The corners of its four tags, shape (4, 4, 2), and the area between them, in good light.

    Raises:
        CalibrationTroubleError: Tags are not as they should be, or the light is not.
    """
    try:
        corners_px = chosen_tags(tags, tag_set, stack.white)
    except CalibrationTroubleError as error:
        # Too bright or too dark a picture hides tags as well; both lines belong before the coach.
        everywhere = np.ones(stack.white.shape, np.bool_)
        light = light_trouble(stack.white, stack.black, everywhere, tag_set.where)
        raise CalibrationTroubleError(f"{light}\n{error}".strip()) from None
    within = _between(corners_px, stack.white.shape)
    light = light_trouble(stack.white, stack.black, within, tag_set.where)
    if light:
        raise CalibrationTroubleError(light)
    return corners_px, within


def _placed(
    corners_px: Points,
    places: TagPlaces | None,
    tag_set: TagSet,
    frames: Frames,
    scale: float,
) -> Seen:
    """The tags at their places, or only as squares of their size when nobody knows where they lie.

    Raises:
        CalibrationTroubleError: They do not lie there.
    """
    if places is None:
        return Seen(places_mm=np.stack([scale * SQUARE_MM] * 4), corners_px=corners_px)
    check_order(corners_px, places, tag_set)
    should_mm = np.stack([places[number] for number in tag_set.numbers])
    seen = Seen(places_mm=should_mm, corners_px=corners_px)
    if tag_set.numbers == BENCH_TAGS:
        by_tags = camera_fit(seen, frames)
        check_places(seen, by_tags, frames, tag_set)
        check_size(by_tags, scale=scale)
    return seen


def mean_picture(stack: Stack, gamma: float = 1.0) -> NDArray[np.float32]:
    """The mean light of all patterns and their inverses: half white light, and little noise."""
    total = np.zeros(stack.white.shape, np.float32)
    pairs = (*stack.columns, *stack.rows)
    for pattern, inverse in pairs:
        cv2.accumulate(light_of(pattern, gamma), total)
        cv2.accumulate(light_of(inverse, gamma), total)
    return np.asarray(total / np.float32(2 * len(pairs)), np.float32)


def _between(corners_px: Points, shape: tuple[int, ...]) -> Mask:
    """The area between the outermost corners of the tags' papers; corners of shape (4, 4, 2)."""
    middles = corners_px.mean(axis=1, keepdims=True)
    papers = middles + PAPER_MM / TAG_MM * (corners_px - middles)
    return area_within(cv2.convexHull(np.rint(papers).astype(np.int32).reshape(-1, 2)), shape)


def area_within(outline_px: Points | NDArray[np.int32], shape: tuple[int, ...]) -> Mask:
    """The pixels of a picture that lie within a convex outline, shape (N, 2)."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(outline_px).astype(np.int32), 1)
    return mask.astype(np.bool_)
