"""The full calibration: from one gray-code capture of the bench to both of its maps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Pairs, pairs_of
from calibration.camera_gamma import camera_gamma, light_of
from calibration.exposure_check import light_remark, light_trouble
from calibration.eye import Frames
from calibration.graycode import Decoded, Grey, Mask, Stack, decode
from calibration.judged import camera_quality, coverage_of, eye_height_mm, misfits, quality_of
from calibration.lens_fit import Lit, light_map
from calibration.lens_sheet import find_lens_sheet
from calibration.misplaced import TagSet, check_order, check_places, check_size, chosen_tags
from calibration.model import Calibration, Method
from calibration.planes import Points
from calibration.space import SpaceMap
from calibration.tags import (
    BENCH_TAGS,
    PAPER_MM,
    PLATE_TAGS,
    SQUARE_MM,
    TAG_MM,
    Tag,
    TagPlaces,
    find_tags,
    plate_places,
    scaled_places,
)
from calibration.trouble import CalibrationTroubleError
from calibration.world import CameraFit, Known, Raised, Seen, camera_fit

LEAST_COVERAGE = 0.4
"""Less of the bench than this is no bench to work at."""
GOOD_COVERAGE = 0.9
LEAST_FLAT = 0.5
"""So much of what was decoded must lie on the bench: half may be covered by things."""
LEAST_SCALE, MOST_SCALE = 0.8, 1.25
POOR_MM = 0.5
"""A light that lands further off than this on the mean is worth a remark."""
MOVED_PX = 0.7
"""A tag that is seen this much elsewhere was moved, or lies on something else."""
BOWED_PX = 0.12
"""A plate that bows by 1 mm moves the light by 0.1 to 0.2 projector pixels more than a flat one."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Shots:
    """What the camera saw for one full calibration.

    Attributes:
        stack: Gray code on the bare bench, the four printed tags in its corners.
        plate: Gray code on a flat, level plate with its own four tags (4 to 7), or None: then
            heights are not known.
        plate_mm: How high the top of that plate lies above the bench.
        plate_places: Where the plate's tags lie, seen from straight above
            (`calibration.tags.plate_places`); None: nobody measured it. Then straight up is where
            a camera's would be whose axis goes through the middle of its picture; 10 pixels
            beside it are 1 mm at a height of 100 mm.
        plate_size_mm: Width and depth of the plate, its tags flush in its corners, when nobody
            measured where it lies. None: then heights are only right to 0.5 %.
        scale: Measured length of the printed bar, by its nominal length.
        light_delay_s: How long after a picture is shown the camera sees it, if it was measured.
        lens_sheets: Grey pictures of the printed lens sheet lying anywhere on the bench, each
            time elsewhere. Not needed; they make the camera's lens better known.
    """

    stack: Stack
    plate: Stack | None = None
    plate_mm: float | None = None
    plate_places: TagPlaces | None = None
    plate_size_mm: tuple[float, float] | None = None
    scale: float = 1.0
    light_delay_s: float | None = None
    lens_sheets: tuple[Grey, ...] = ()


def calibrated(
    shots: Shots,
    *,
    bench_mm: tuple[float, float],
    projector_wh: tuple[int, int],
    tag_places: TagPlaces,
    made_at: datetime,
) -> Calibration:
    """Work out both maps of a bench.

    Args:
        shots: What the camera saw.
        bench_mm: Width and depth of the bench.
        projector_wh: Size of the projector's picture.
        tag_places: Where the printed tags lie (`calibration.tags.tag_places`).
        made_at: Now, with a time zone.

    Raises:
        CalibrationTroubleError: It cannot be done; the text says what to do.
    """
    _check_told(shots, projector_wh)
    height, width = shots.stack.white.shape
    frames = Frames(picture_wh=(width, height), bench_mm=bench_mm)
    places = scaled_places(tag_places, bench_mm=bench_mm, scale=shots.scale)
    of_bench = TagSet(numbers=BENCH_TAGS, where="bench")
    gamma = camera_gamma(shots.stack)
    bench = _surface(shots.stack, of_bench, places, frames, scale=shots.scale, gamma=gamma)
    raised, plate = None, None
    if shots.plate is not None and shots.plate_mm is not None:
        plate = _plate(shots, shots.plate, bench, frames, gamma)
        raised = Raised(
            height_mm=shots.plate_mm,
            tags=plate.seen,
            known=_known(shots),
            bench_pairs=bench.pairs,
            plate_pairs=plate.pairs,
        )
    sheets = tuple(find_lens_sheet(grey, scale=shots.scale) for grey in shots.lens_sheets)
    camera = camera_fit(bench.seen, frames, raised=raised, sheets=sheets)
    cam_from_bench = camera.cam_from_bench
    lit = _lit(bench.pairs, cam_from_bench, 0.0)
    both = lit
    if raised is not None:
        both = lit.joined(_lit(raised.plate_pairs, cam_from_bench, raised.height_mm))
    proj_from_bench = light_map(both)
    if raised is not None:
        _check_plate(both, proj_from_bench)
    covered = coverage_of(bench.decoded, cam_from_bench, bench_mm)
    if covered.share < LEAST_COVERAGE:
        raise CalibrationTroubleError(
            f"Only {covered.share:.0%} of the bench is lit and seen. {covered.where} Turn or move"
            " the projector and the camera so that both reach the whole bench."
        )
    projector = quality_of(lit, proj_from_bench, bench_mm)
    return Calibration(
        made_at=made_at,
        method=Method.GRAY_CODE,
        cam_from_bench=cam_from_bench,
        camera=camera_quality(bench.seen, camera),
        camera_px=bench.seen.corners_px.reshape(-1, 2),
        camera_wh=(width, height),
        proj_from_bench=proj_from_bench,
        projector=projector,
        projector_wh=projector_wh,
        remarks=_remarks(
            shots,
            camera,
            proj_from_bench,
            rms_mm=projector.rms_mm,
            told=(bench.remark, covered.remark),
        ),
        light_delay_s=shots.light_delay_s,
        camera_gamma=gamma,
        tags=bench.tags,
        coverage=covered.share,
        bench_mm=bench_mm,
        misfits=misfits(lit, proj_from_bench, bench_mm),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Surface:
    """What was seen of the bench or of the plate."""

    seen: Seen
    tags: tuple[Tag, ...]
    decoded: Decoded
    pairs: Pairs
    remark: str


def _surface(
    stack: Stack,
    tag_set: TagSet,
    places: TagPlaces | None,
    frames: Frames,
    *,
    scale: float,
    gamma: float,
) -> _Surface:
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
    try:
        corners_px = chosen_tags(tags, tag_set, stack.white)
    except CalibrationTroubleError as error:
        # Too bright or too dark a picture hides tags as well; both lines belong before the coach.
        everywhere = np.ones(stack.white.shape, np.bool_)
        light = light_trouble(stack.white, stack.black, everywhere, tag_set.where)
        raise CalibrationTroubleError(f"{light}\n{error}".strip()) from None
    within = _within(corners_px, stack.white.shape)
    light = light_trouble(stack.white, stack.black, within, tag_set.where)
    if light:
        raise CalibrationTroubleError(light)
    if places is None:
        seen = Seen(places_mm=np.stack([scale * SQUARE_MM] * 4), corners_px=corners_px)
    else:
        check_order(corners_px, places, tag_set)
        should_mm = np.stack([places[number] for number in tag_set.numbers])
        seen = Seen(places_mm=should_mm, corners_px=corners_px)
        if tag_set.numbers == BENCH_TAGS:
            by_tags = camera_fit(seen, frames)
            check_places(seen, by_tags, frames, tag_set)
            check_size(by_tags, scale=scale)
    decoded = decode(stack)
    pairs, share = pairs_of(decoded, within)
    if share < LEAST_FLAT:
        raise CalibrationTroubleError(
            f"The stripes on the {tag_set.where} cannot be read as one flat plane. Did anything"
            " move, was a hand in the way, do things lie on it? Clear it and try again."
        )
    return _Surface(
        seen=seen,
        tags=tuple(tag for tag in tags if tag.tag_id in tag_set.numbers),
        decoded=decoded,
        pairs=pairs,
        remark=light_remark(stack.black, within, tag_set.where),
    )


def mean_picture(stack: Stack, gamma: float = 1.0) -> NDArray[np.float32]:
    """The mean light of all patterns and their inverses: half white light, and little noise."""
    total = np.zeros(stack.white.shape, np.float32)
    pairs = (*stack.columns, *stack.rows)
    for pattern, inverse in pairs:
        cv2.accumulate(light_of(pattern, gamma), total)
        cv2.accumulate(light_of(inverse, gamma), total)
    return np.asarray(total / np.float32(2 * len(pairs)), np.float32)


def _within(corners_px: Points, shape: tuple[int, ...]) -> Mask:
    """The area between the outermost corners of the tags' papers; corners of shape (4, 4, 2)."""
    middles = corners_px.mean(axis=1, keepdims=True)
    papers = middles + PAPER_MM / TAG_MM * (corners_px - middles)
    outline = cv2.convexHull(np.rint(papers).astype(np.int32).reshape(-1, 2))
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, outline, 1)
    return mask.astype(np.bool_)


def _plate(shots: Shots, plate: Stack, bench: _Surface, frames: Frames, gamma: float) -> _Surface:
    """What was seen of the plate.

    Raises:
        CalibrationTroubleError: It has no tags, or something moved, or its light cannot be read.
    """
    moved_px = [
        float(np.linalg.norm(tag.corners_px.mean(axis=0) - before.corners_px.mean(axis=0)))
        for tag in find_tags(plate.white, fine=mean_picture(plate, gamma))
        for before in bench.tags
        if tag.tag_id == before.tag_id
    ]
    if moved_px and max(moved_px) > MOVED_PX:
        raise CalibrationTroubleError(
            "The camera or a tag of the bench moved between the pictures of the bench and those of"
            " the plate. Take both again, and do not touch the camera in between."
        )
    places = shots.plate_places
    if places is None and shots.plate_size_mm is not None:
        size_mm = shots.plate_size_mm
        places = scaled_places(plate_places(size_mm), bench_mm=size_mm, scale=shots.scale)
    on_plate = TagSet(numbers=PLATE_TAGS, where="plate")
    return _surface(plate, on_plate, places, frames, scale=shots.scale, gamma=gamma)


def _known(shots: Shots) -> Known:
    if shots.plate_places is not None:
        return Known.PLACES
    return Known.SQUARES if shots.plate_size_mm is None else Known.PLATE


def _lit(pairs: Pairs, cam_from_bench: SpaceMap, height_mm: float) -> Lit:
    return Lit(
        bench_mm=cam_from_bench.bench_at(pairs.cam_px, height_mm),
        proj_px=pairs.proj_px,
        height_mm=np.full(len(pairs), height_mm),
    )


def _check_told(shots: Shots, projector_wh: tuple[int, int]) -> None:
    """Whether what was told makes sense.

    Raises:
        CalibrationTroubleError: It does not.
    """
    troubles = []
    if not LEAST_SCALE <= shots.scale <= MOST_SCALE:
        troubles.append(
            f"The bar on the sheet cannot be {100 * shots.scale:.0f} mm long. Measure it again, in"
            " millimetres; it should be about 100."
        )
    if shots.plate is not None and (shots.plate_mm is None or shots.plate_mm <= 0.0):
        troubles.append("Measure how high the top of the plate lies above the bench, and tell it.")
    if shots.stack.projector_wh != projector_wh:
        troubles.append(
            f"The stripes are for a projector of {_by(shots.stack.projector_wh)}, but the station"
            f" file says {_by(projector_wh)}."
        )
    if shots.plate is not None and shots.plate.white.shape != shots.stack.white.shape:
        troubles.append(
            "The pictures of the plate and of the bench differ in size. Take both again."
        )
    if troubles:
        raise CalibrationTroubleError("\n".join(troubles))


def _by(size_wh: tuple[int, int]) -> str:
    return f"{size_wh[0]} x {size_wh[1]}"


def _check_plate(both: Lit, proj_from_bench: SpaceMap) -> None:
    """Whether light on the plate lands as on a flat, level one.

    Raises:
        CalibrationTroubleError: It does not.
    """
    on_plate = both.height_mm > 0.0
    points = both.bench_mm[on_plate]
    off = both.proj_px[on_plate] - proj_from_bench.apply(points, both.height_mm[on_plate])
    if float(np.sqrt((off**2).sum(axis=1).mean())) <= BOWED_PX:
        return
    # How much higher each place would have to lie to be lit as it is.
    height = both.height_mm[on_plate]
    per_mm = proj_from_bench.apply(points, height + 1.0) - proj_from_bench.apply(points, height)
    higher_mm = (off * per_mm).sum(axis=1) / np.maximum((per_mm**2).sum(axis=1), 1e-12)
    raise CalibrationTroubleError(
        "The plate is not flat or not level, or it moved: its light is"
        f" {float(np.ptp(np.percentile(higher_mm, [2, 98]))):.0f} mm up and down. Take a stiff flat"
        " plate, lay it level, and take its pictures again."
    )


def _remarks(
    shots: Shots,
    camera: CameraFit,
    proj_from_bench: SpaceMap,
    *,
    rms_mm: float,
    told: tuple[str, ...],
) -> tuple[str, ...]:
    remarks = [remark for remark in told if remark]
    if rms_mm > POOR_MM:
        remarks.append(
            f"The light lands {rms_mm:.1f} mm off on the mean. Is the bench flat and empty?"
        )
    if shots.plate is None:
        remarks.append(
            "Heights were not measured: light for bins lands where it would on the bare bench."
            " Calibrate with a plate to mend that."
        )
    else:
        remarks.append(
            f"The camera hangs {eye_height_mm(camera.cam_from_bench) / 10:.0f} cm above the bench,"
            f" the projector {eye_height_mm(proj_from_bench) / 10:.0f} cm. If that is wrong, the"
            " height of the plate was."
        )
    return tuple(remarks)
