"""Tags that are not where they should be: missing, mirrored, swapped, turned, moved, mis-sized."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations

import cv2
import numpy as np

from calibration.eye import Frames
from calibration.graycode import Grey
from calibration.planes import Points
from calibration.seen import Seen
from calibration.tags import (
    TAG_MM,
    TAG_NAMES,
    Tag,
    TagPlaces,
    find_mirrored_tags,
)
from calibration.trouble import CalibrationTroubleError
from calibration.world import CameraFit, camera_fit

MISPLACED_MM = 2.0
"""A ruler is right to half a millimetre; a tag further off than this was laid wrongly."""
MISFIT_PX = 0.3
"""Corners that fit to this are where they should be, as far as can be told."""
CLEARLY_BETTER = 0.5
"""Without the culprit the others must fit to this share of what all four do."""
AS_LIKELY = 1.7
"""Another tag whose absence explains it about as well is named too: noise decides between them."""
WRONG_SIZE = 0.06
"""Printers, blur and the camera's gamma change a square by up to 4 %; this is another size."""
FAR_OFF_PX = 8.0
"""Lenses bend tags less than this out of one homography; swapped or turned ones are far off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSet:
    """Four tags that belong together.

    Attributes:
        numbers: Which, in the order front left, front right, back right, back left.
        where: What they lie on: `bench` or `plate`.
    """

    numbers: tuple[int, ...]
    where: str

    def name(self, index: int) -> str:
        """What to call one of them."""
        of_plate = " of the plate" if self.where == "plate" else ""
        return f"tag {self.numbers[index]} ({TAG_NAMES[index]}{of_plate})"


def chosen_tags(tags: tuple[Tag, ...], tag_set: TagSet, white: Grey) -> Points:
    """The corners of the four tags of a set, shape (4, 4, 2), pixels.

    Raises:
        CalibrationTroubleError: Tags are missing, mirrored, or there twice.
    """
    seen = Counter(tag.tag_id for tag in tags if tag.tag_id in tag_set.numbers)
    missing = [k for k, number in enumerate(tag_set.numbers) if not seen[number]]
    troubles = [
        f"{_start(tag_set.name(k))} is seen {seen[number]} times. Leave one on the {tag_set.where}."
        for k, number in enumerate(tag_set.numbers)
        if seen[number] > 1
    ]
    if missing:
        mirrored = set(find_mirrored_tags(white)) & {tag_set.numbers[k] for k in missing}
        if mirrored and not seen:
            troubles.append(
                "The camera's picture is mirrored: the tags can only be read in a mirror. Switch"
                " mirroring off in the camera's settings."
            )
            missing = []
        troubles += [
            _missing(tag_set, k, is_mirrored=tag_set.numbers[k] in mirrored) for k in missing
        ]
    if troubles:
        raise CalibrationTroubleError("\n".join(troubles))
    by_number = {tag.tag_id: tag.corners_px for tag in tags}
    return np.stack([by_number[number] for number in tag_set.numbers])


def _missing(tag_set: TagSet, index: int, *, is_mirrored: bool) -> str:
    name = _start(tag_set.name(index))
    if is_mirrored:
        return f"{name} is printed mirrored. Print the sheet again, without mirroring."
    return (
        f"{name} is not seen. Is it there, whole and flat, with its white rim; does something"
        " cover it; does light glare on it; is that corner in the camera's picture?"
    )


def check_order(corners_px: Points, places: TagPlaces, tag_set: TagSet) -> None:
    """Whether the tags lie in their own corners, the right way up.

    Raises:
        CalibrationTroubleError: Some are swapped or turned.
    """
    should = np.stack([places[number] for number in tag_set.numbers])
    best = min(
        (_Laid.as_if(should, corners_px, order) for order in permutations(range(4))),
        key=lambda laid: (laid.off_px > FAR_OFF_PX, laid.mistakes, laid.off_px),
    )
    if best.off_px > FAR_OFF_PX:
        return  # not only swapped or turned: `check_places` says which is the culprit
    troubles = []
    moved = [k for k in range(4) if best.order[k] != k]
    if moved:
        lying = ", ".join(f"{tag_set.name(k)} lies {TAG_NAMES[best.order[k]]}" for k in moved)
        troubles.append(f"Tags lie in the wrong corners: {lying}. Put each where its words say.")
    troubles += [
        f"{_start(tag_set.name(k))} is turned by {90 * best.turns[k]} degrees. Turn it so that its"
        " arrow points to the worker."
        for k in range(4)
        if best.turns[k]
    ]
    if troubles:
        raise CalibrationTroubleError("\n".join(troubles))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """How well the tags are explained if tag k lies in corner order[k], turned turns[k] times."""

    order: tuple[int, ...]
    turns: tuple[int, ...]
    off_px: float

    @classmethod
    def as_if(cls, should_mm: Points, corners_px: Points, order: tuple[int, ...]) -> _Laid:
        there_mm = should_mm[list(order)]
        # The middle of a tag is not seen in the middle of its corners, but nearly.
        matrix = cv2.getPerspectiveTransform(
            there_mm.mean(axis=1).astype(np.float32), corners_px.mean(axis=1).astype(np.float32)
        )
        turns, off_px = [], []
        for mm, px in zip(there_mm, corners_px, strict=True):
            laid = cv2.perspectiveTransform(mm[None].astype(np.float64), matrix)[0]
            each = [np.abs(np.roll(laid, -turn, axis=0) - px).max() for turn in range(4)]
            turns.append(int(np.argmin(each)))
            off_px.append(float(min(each)))
        return cls(order=order, turns=tuple(turns), off_px=max(off_px))

    @property
    def mistakes(self) -> int:
        return sum(k != at for k, at in enumerate(self.order)) + sum(t > 0 for t in self.turns)


def check_places(seen: Seen, fit: CameraFit, frames: Frames, tag_set: TagSet) -> None:
    """Whether each tag lies where it should, as far as the other three can tell.

    Raises:
        CalibrationTroubleError: One is off by more than `MISPLACED_MM`, or nothing fits.
    """
    if fit.rms_px <= MISFIT_PX:
        return
    fits = [(camera_fit(seen.without(index), frames), index) for index in range(4)]
    fits.sort(key=lambda one: one[0].rms_px)
    best = fits[0][0]
    if best.rms_px > CLEARLY_BETTER * fit.rms_px:
        raise CalibrationTroubleError(
            f"The tags of the {tag_set.where} do not fit together: {fit.rms_px:.1f} pixels off."
            " Does each lie flat, flush in its corner, and does the station file say how large"
            " the bench is?"
        )
    suspects = []
    for others, index in fits:
        there_mm = others.cam_from_bench.bench_at(seen.corners_px[index])
        off_mm = there_mm.mean(axis=0) - seen.places_mm[index].mean(axis=0)
        far_mm = float(np.hypot(*off_mm))
        if others.rms_px <= AS_LIKELY * best.rms_px and far_mm > MISPLACED_MM:
            suspects.append(
                f"{tag_set.name(index)} lies {far_mm:.0f} mm from where it should ({_way(off_mm)})"
            )
    if suspects:
        raise CalibrationTroubleError(
            f"{_start(', or else '.join(suspects))}. Lay it flush in its corner, or measure the"
            f" {tag_set.where} again: its size may be wrong in the station file."
        )


def check_size(fit: CameraFit, *, scale: float) -> None:
    """Whether the sheet was printed at the size that was told.

    Raises:
        CalibrationTroubleError: The squares are not as large as they should be.
    """
    if abs(fit.grown) > WRONG_SIZE:
        found_mm = TAG_MM * scale * (1.0 + fit.grown)
        raise CalibrationTroubleError(
            f"The black squares of the tags are {found_mm:.1f} mm wide, and should be"
            f" {TAG_MM * scale:.1f} mm. Print the sheet at 100 % (not 'fit to page'), or measure"
            " the bar on the sheet and tell its length; or the bench has another size than the"
            " station file says."
        )


def _way(off_mm: Points) -> str:
    """In words: `6 mm to the right, 2 mm to the back`."""
    words = []
    for off, (more, less) in zip(off_mm, (("right", "left"), ("back", "front")), strict=True):
        if abs(off) >= 1.0:
            words.append(f"{abs(off):.0f} mm to the {more if off > 0 else less}")
    return ", ".join(words)


def _start(text: str) -> str:
    return text[0].upper() + text[1:]
