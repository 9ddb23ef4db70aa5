"""The plate of known height: what was seen of it, and whether it was flat and lay level."""

from __future__ import annotations

import numpy as np

from calibration.eye import Frames
from calibration.graycode import Stack
from calibration.lens_fit import Lit
from calibration.misplaced import TagSet
from calibration.seen import Known
from calibration.shots import Shots
from calibration.space import SpaceMap
from calibration.surface import Surface, mean_picture, surface_seen
from calibration.tags import PLATE_TAGS, find_tags, plate_places, scaled_places
from calibration.trouble import CalibrationTroubleError

MOVED_PX = 0.7
"""A tag that is seen this much elsewhere was moved, or lies on something else."""
BOWED_PX = 0.12
"""A plate that bows by 1 mm moves the light by 0.1 to 0.2 projector pixels more than a flat one."""


def plate_seen(shots: Shots, plate: Stack, bench: Surface, frames: Frames, gamma: float) -> Surface:
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
    return surface_seen(plate, on_plate, places, frames, scale=shots.scale, gamma=gamma)


def known_of_plate(shots: Shots) -> Known:
    """What is known about where its tags lie."""
    if shots.plate_places is not None:
        return Known.PLACES
    return Known.SQUARES if shots.plate_size_mm is None else Known.PLATE


def check_flat(both: Lit, proj_from_bench: SpaceMap) -> None:
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
