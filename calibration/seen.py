"""What the camera saw of printed things: tags, the tags of a raised plate, a lens sheet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from calibration.blocks import Pairs
from calibration.planes import Points


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Seen:
    """Printed tags of one plane: where their corners lie, and where the camera sees them.

    Attributes:
        places_mm: Shape (tags, 4, 2), x and y on the bench.
        corners_px: Shape (tags, 4, 2).
    """

    places_mm: NDArray[np.float64]
    corners_px: NDArray[np.float64]

    def without(self, index: int) -> Seen:
        """All tags but one."""
        return Seen(
            places_mm=np.delete(self.places_mm, index, axis=0),
            corners_px=np.delete(self.corners_px, index, axis=0),
        )


class Known(StrEnum):
    """What is known about where the tags of a plate lie."""

    PLACES = "places"
    PLATE = "plate"
    SQUARES = "squares"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Raised:
    """A plate of known height: its tags, and both planes lit by the same projector.

    Attributes:
        height_mm: Of its top above the bench.
        tags: Its tags.
        known: Whether their places are those on the bench, or only right among each other (the
            plate lies anywhere), or each by itself (the plate has any size).
        bench_pairs: Of the bench.
        plate_pairs: Of the plate.
    """

    height_mm: float
    tags: Seen
    known: Known
    bench_pairs: Pairs
    plate_pairs: Pairs


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LensSheet:
    """A printed pattern that lay anywhere on the bench.

    Attributes:
        sheet_mm: Shape (N, 2), its corners in its own frame.
        cam_px: Shape (N, 2), where the camera saw them.
    """

    sheet_mm: Points
    cam_px: Points
