"""What the drift watch looks for, how it looks, and where it is seen while nothing moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.drift_marks import FIDUCIAL_MM, LEAST, quartered
from calibration.graycode import Grey
from calibration.model import Calibration
from calibration.patch import Found, Patch, found
from calibration.planes import Points
from calibration.space import SpaceMap
from calibration.tags import TAG_DICTIONARY, TAG_MM, Tag
from calibration.trouble import CalibrationTroubleError

SEARCH_MM = 32.0
MARK_LIKENESS = 0.4
"""Noise alone reaches 0.2 at the best of all places of a window; a fiducial whose contrast is half
of the noise has 0.45."""
TAG_LIKENESS = 0.5
BLUR_PX = 0.8
FINE = 3
RIM_MM = 1.5
"""Of dark round a fiducial, and of white round a tag, that belongs to its pattern."""
NOT_SEEN = (
    "The small marks of the drift watch are not seen where the calibration expects them. Clear the"
    " rim of the bench, and calibrate again if they lie elsewhere."
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spot:
    """One thing to look for: how it looks, where it should be, and its number.

    Attributes:
        zero_px: Shape (2,), where it was seen just after the calibration, from its place.
    """

    number: int
    patch: Patch
    at_px: NDArray[np.float64]
    search_px: int
    zero_px: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DriftReference:
    """Where fiducials and printed tags are seen as long as nothing moves.

    Attributes:
        cam_from_bench: The camera's map of the calibration.
        marks: The projected fiducials.
        tags: The printed tags.
    """

    cam_from_bench: SpaceMap
    marks: tuple[Spot, ...]
    tags: tuple[Spot, ...]


def drift_reference(
    calibration: Calibration,
    places_mm: Points,
    *,
    just_seen: tuple[Grey, Grey] | None = None,
) -> DriftReference:
    """What to compare with.

    Args:
        calibration: In force.
        places_mm: Shape (N, 2), the fiducials' places, from `fiducial_places`.
        just_seen: Positive and negative, taken just after that calibration: takes out what the
            calibration itself is off by (some hundredths of a millimetre), and the height of
            things that a fiducial falls on. Without them the reference can be made again after the
            station was restarted.

    Raises:
        CalibrationTroubleError: Fewer than three fiducials are in `just_seen`.
    """
    cam = calibration.cam_from_bench
    marks = tuple(_mark(cam, number, place) for number, place in enumerate(places_mm))
    tags = tuple(_tag(cam, tag) for tag in calibration.tags)
    reference = DriftReference(cam_from_bench=cam, marks=marks, tags=tags)
    if just_seen is None:
        return reference
    seen_marks, seen_tags = looked_for(reference, *just_seen)
    if len(seen_marks) < LEAST:
        raise CalibrationTroubleError(NOT_SEEN)
    return DriftReference(
        cam_from_bench=cam,
        # What was hidden then is compared with the calibration itself.
        marks=tuple(_zeroed(spot, seen_marks.get(spot.number)) for spot in marks),
        tags=tuple(_zeroed(spot, seen_tags.get(spot.number)) for spot in tags),
    )


def looked_for(
    reference: DriftReference, positive: Grey, negative: Grey
) -> tuple[dict[int, Found], dict[int, Found]]:
    """The fiducials in the difference and the tags in the sum of both frames, by number."""
    results: list[dict[int, Found]] = []
    for spots, minus, likeness in (
        (reference.marks, True, MARK_LIKENESS),
        (reference.tags, False, TAG_LIKENESS),
    ):
        seen = {}
        for spot in spots:
            one = _found_in(spot, positive, negative, minus=minus)
            if one is not None and one.likeness >= likeness:
                seen[spot.number] = one
        results.append(seen)
    return results[0], results[1]


def _found_in(spot: Spot, positive: Grey, negative: Grey, *, minus: bool) -> Found | None:
    """Look for one spot, touching only the pixels round it."""
    rows, columns = spot.patch.looks.shape
    top = max(0, spot.patch.top - spot.search_px)
    left = max(0, spot.patch.left - spot.search_px)
    box = np.s_[
        top : max(0, spot.patch.top + rows + spot.search_px),
        left : max(0, spot.patch.left + columns + spot.search_px),
    ]
    combine = cv2.subtract if minus else cv2.add
    window = combine(positive[box], negative[box], dtype=cv2.CV_32F)
    near = Patch(looks=spot.patch.looks, left=spot.patch.left - left, top=spot.patch.top - top)
    return found(near, np.asarray(window, np.float32), search_px=spot.search_px)


def _zeroed(spot: Spot, seen: Found | None) -> Spot:
    return spot if seen is None else replace(spot, zero_px=np.array(seen.shift_px))


def _mark(cam: SpaceMap, number: int, at_mm: NDArray[np.float64]) -> Spot:
    """A fiducial as the camera should see it in positive minus negative."""
    reach_mm = FIDUCIAL_MM / 2 + RIM_MM
    left, top, fine_px = _fine_px(cam, at_mm, reach_mm)
    looks = quartered(cam.bench_at(fine_px.reshape(-1, 2)).reshape(fine_px.shape) - at_mm)
    return _spot(cam, number, at_mm, looks, (left, top))


def _tag(cam: SpaceMap, tag: Tag) -> Spot:
    """A printed tag as the camera should see it: black 0, white 1."""
    at_mm = cam.bench_at(tag.corners_px).mean(axis=0)
    left, top, fine_px = _fine_px(cam, at_mm, TAG_MM / 2 + RIM_MM)
    cells = cv2.aruco.getPredefinedDictionary(TAG_DICTIONARY).markerSize + 2
    square = np.array([[0.0, 0.0], [cells, 0.0], [cells, cells], [0.0, cells]], np.float32)
    to_cells = cv2.getPerspectiveTransform(tag.corners_px.astype(np.float32), square)
    at = cv2.perspectiveTransform(fine_px.reshape(-1, 1, 2), to_cells).reshape(fine_px.shape)
    cell = np.floor(at).astype(int)
    inside = ((cell >= 0) & (cell < cells)).all(axis=-1)
    cell = np.clip(cell, 0, cells - 1)
    dictionary = cv2.aruco.getPredefinedDictionary(TAG_DICTIONARY)
    bits = cv2.aruco.generateImageMarker(dictionary, tag.tag_id, cells) > 0
    looks = np.where(inside, bits[cell[..., 1], cell[..., 0]], 1).astype(np.float64)
    return _spot(cam, tag.tag_id, at_mm, looks, (left, top))


def _fine_px(
    cam: SpaceMap, at_mm: NDArray[np.float64], reach_mm: float
) -> tuple[int, int, NDArray[np.float64]]:
    """The box of camera pixels round a place: left, top, and (rows, F, columns, F, 2) samples."""
    ring = reach_mm * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    px = cam.apply(at_mm + ring)
    left, top = (int(value) for value in np.floor(px.min(axis=0)))
    right, bottom = (int(value) + 1 for value in np.ceil(px.max(axis=0)))
    xs = left + (np.arange((right - left) * FINE) + 0.5) / FINE - 0.5
    ys = top + (np.arange((bottom - top) * FINE) + 0.5) / FINE - 0.5
    fine = np.stack(np.meshgrid(xs, ys), axis=-1)
    return left, top, fine.reshape(bottom - top, FINE, right - left, FINE, 2)


def _spot(
    cam: SpaceMap,
    number: int,
    at_mm: NDArray[np.float64],
    fine_looks: NDArray[np.float64],
    corner: tuple[int, int],
) -> Spot:
    looks = cv2.GaussianBlur(fine_looks.mean(axis=(1, 3)).astype(np.float32), (0, 0), BLUR_PX)
    at_px = cam.apply(at_mm[None, :])[0]
    step_px = cam.apply(at_mm + np.array([[1.0, 0.0], [0.0, 1.0]])) - at_px
    px_per_mm = float(np.linalg.norm(step_px, axis=1).max())
    return Spot(
        number=number,
        patch=Patch(looks=np.asarray(looks, np.float32), left=corner[0], top=corner[1]),
        at_px=at_px,
        search_px=int(np.ceil(SEARCH_MM * px_per_mm)),
        zero_px=np.zeros(2),
    )
