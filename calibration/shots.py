"""What one full calibration is made from: what the camera saw, and what the coach measured."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.graycode import Grey, Stack
from calibration.tags import TagPlaces
from calibration.trouble import CalibrationTroubleError

LEAST_SCALE, MOST_SCALE = 0.8, 1.25


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


def check_told(shots: Shots, projector_wh: tuple[int, int]) -> None:
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
