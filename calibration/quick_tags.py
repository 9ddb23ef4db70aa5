"""Whether the printed tags lie where they lay in the camera's picture, and its map if they do not.

The bench is where its tags are. Only how far they moved is read, so that what blur does to the
corners of a tag, the same each time, cancels.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from calibration.camera_gamma import light_of
from calibration.graycode import Grey
from calibration.misses import rms
from calibration.model import Calibration, Quality
from calibration.moved import with_plane
from calibration.planes import PlaneMap, Points, fit_plane_map
from calibration.space import SpaceMap
from calibration.tags import TAG_NAMES, Tag, find_tags
from calibration.trouble import CalibrationTroubleError

STILL_MM = 0.05
"""A tag's middle is measured to about 0.01 mm; see tests/calibration/test_quick.py."""
LONE = 3.0
"""Among tags that are still, one may be off by this many times as much: it is noise. More, and it
was torn off."""
LEAST_TAGS = 2
"""Two tags far apart give a camera's map to about their own size; one says whether it is still."""
FITS_MM = 0.5
"""Tags that lie where they belong fit one map better than this; a tag that was stuck on anew by
hand does not."""
SMOOTH_PX = 1.2
"""Against noise: corners of a tag move inwards by a few tenths of a pixel, all four alike."""
RIM_MM = 15.0
"""From the corner of an outermost tag's black square to the rim of the bench, about: 5 mm of paper
and what it is not flush by."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeenTags:
    """What the printed tags say.

    Attributes:
        cam_from_bench: The camera's map, as before if the tags have not moved.
        tags: The tags as they are now, or as they were if nothing moved.
        quality: Of the map, if it was solved again.
        camera_px: Shape (N, 2), what it was solved from.
        bench_mm: The lowest and the highest x and y of the bench, or None without tags.
        remarks: What moved, for people.
    """

    cam_from_bench: SpaceMap
    tags: tuple[Tag, ...]
    quality: Quality | None
    camera_px: Points
    bench_mm: tuple[Points, Points] | None
    remarks: tuple[str, ...]


def camera_by_tags(before: Calibration, white: Grey, black: Grey) -> SeenTags:
    """Compare the tags with those of `before`.

    Raises:
        CalibrationTroubleError: They moved, and too few are seen or they do not fit together.
    """
    cam = before.cam_from_bench
    if not before.tags:
        return _unmoved(before, ("No printed tags: the camera is taken to be where it was.",))
    old = {tag.tag_id: tag.corners_px for tag in before.tags}
    seen = tags_seen(white, black, gamma=before.camera_gamma or 1.0)
    now = {number: px for number, px in seen.items() if number in old}
    shift_mm = {number: _shift_mm(cam, old[number], px) for number, px in now.items()}
    if not now:
        raise CalibrationTroubleError(
            "None of the printed tags is seen, so nobody can say whether the camera moved. Clear"
            " the corners of the bench and try again."
        )
    middling, most = float(np.median(list(shift_mm.values()))), max(shift_mm.values())
    if middling <= STILL_MM and most <= LONE * STILL_MM:
        return _unmoved(before)
    if len(now) < LEAST_TAGS:
        hidden = ", ".join(TAG_NAMES[number] for number in sorted(old) if number not in now)
        raise CalibrationTroubleError(
            f"The camera or the bench moved, and too few printed tags are seen. Clear: {hidden}."
        )
    at_mm = {number: cam.bench_at(px) for number, px in old.items()}
    plane, kept = _plane(cam, at_mm, now)
    remarks = [
        f"The printed tag {TAG_NAMES[number]} is not where it was and was left out. Stick it where"
        " it belongs and make a full calibration."
        for number in sorted(now)
        if number not in kept
    ]
    if float(np.median([shift_mm[number] for number in kept])) <= STILL_MM:
        return _unmoved(before, tuple(remarks))
    remarks.append(
        "The camera or the bench had moved by"
        f" {float(np.median([shift_mm[number] for number in kept])):.1f} mm on the bench."
    )
    return _solved(before, plane, {number: now[number] for number in kept}, remarks)


def _unmoved(before: Calibration, remarks: tuple[str, ...] = ()) -> SeenTags:
    return SeenTags(
        cam_from_bench=before.cam_from_bench,
        tags=before.tags,
        quality=None,
        camera_px=np.zeros((0, 2)),
        bench_mm=_bench_mm(before),
        remarks=remarks,
    )


def _bench_mm(before: Calibration) -> tuple[Points, Points] | None:
    """How far the bench reaches, from all of its tags; None when they do not span it."""
    if len(before.tags) <= LEAST_TAGS:
        return None
    corners = np.vstack([before.cam_from_bench.bench_at(tag.corners_px) for tag in before.tags])
    return corners.min(axis=0) - RIM_MM, corners.max(axis=0) + RIM_MM


def _solved(
    before: Calibration, plane: PlaneMap, now: dict[int, Points], remarks: list[str]
) -> SeenTags:
    cam = with_plane(before.cam_from_bench, plane)
    at_mm = {tag.tag_id: before.cam_from_bench.bench_at(tag.corners_px) for tag in before.tags}
    used_mm = np.vstack([at_mm[number] for number in now])
    used_px = np.vstack(list(now.values()))
    off_mm = np.linalg.norm(cam.bench_at(used_px) - used_mm, axis=1)
    off_px = np.linalg.norm(cam.apply(used_mm) - used_px, axis=1)
    # Where a hidden tag must be now: the next comparison is with this calibration.
    tags = [
        Tag(tag_id=number, corners_px=now.get(number, cam.apply(corners)))
        for number, corners in at_mm.items()
    ]
    return SeenTags(
        cam_from_bench=cam,
        tags=tuple(tags),
        quality=Quality(
            rms_mm=rms(off_mm),
            worst_mm=float(off_mm.max()),
            rms_px=rms(off_px),
            worst_px=float(off_px.max()),
            points_mm=tuple(float(value) for value in off_mm),
            left_out=(),
            mean_mm=float(off_mm.mean()),
        ),
        camera_px=used_px,
        bench_mm=_bench_mm(before),
        remarks=tuple(remarks),
    )


def tags_seen(white: Grey, black: Grey, *, gamma: float = 1.0) -> dict[int, Points]:
    """Each tag's corners, from both pictures together.

    If a tag is not found so, from black: no border of the projector's picture runs across it there.
    """
    found: dict[int, Points] = {}
    lit, dark = light_of(white, gamma), light_of(black, gamma)
    both = cv2.addWeighted(white, 0.5, black, 0.5, 0.0)
    for picture, light in ((both, (lit + dark) / np.float32(2.0)), (black, dark)):
        smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), SMOOTH_PX), np.uint8)
        # Found in the smooth picture; measured as the full calibration measures them, in light.
        tags = find_tags(smooth, fine=light)
        numbers = [tag.tag_id for tag in tags]
        for tag in tags:
            if numbers.count(tag.tag_id) == 1:  # of two with one number, neither is believed
                found.setdefault(tag.tag_id, tag.corners_px)
        if len(found) == len(TAG_NAMES):
            break
    return found


def _shift_mm(cam: SpaceMap, old_px: Points, now_px: Points) -> float:
    """How far a tag's middle moved on the bench as the old map sees it."""
    return float(np.linalg.norm((cam.bench_at(now_px) - cam.bench_at(old_px)).mean(axis=0)))


def _plane(
    cam: SpaceMap, at_mm: dict[int, Points], now: dict[int, Points]
) -> tuple[PlaneMap, tuple[int, ...]]:
    """The map that the tags fit, and which do; one of four may have been torn off.

    Raises:
        CalibrationTroubleError: They fit no map.
    """
    numbers = tuple(sorted(now))
    choices = [numbers]
    if len(numbers) > LEAST_TAGS + 1:
        choices += list(combinations(numbers, len(numbers) - 1))
    fits = []
    for choice in choices:
        source = np.vstack([at_mm[number] for number in choice])
        real_px = np.vstack([now[number] for number in choice])
        ideal_px = real_px if cam.lens is None else cam.lens.straight(real_px)
        plane = fit_plane_map(source=source, target=ideal_px, reject=1e3).plane_map
        off_mm = np.linalg.norm(plane.inverse().apply(ideal_px) - source, axis=1)
        if choice == numbers and off_mm.max() <= FITS_MM:
            return plane, choice
        fits.append((float(off_mm.max()), plane, choice))
    worst_mm, plane, choice = min(fits, key=lambda fit: fit[0])
    if worst_mm > FITS_MM:
        raise CalibrationTroubleError(
            "The printed tags do not fit together any more: more than one lies elsewhere on the"
            " bench. Stick them flush into their corners and make a full calibration."
        )
    return plane, choice
