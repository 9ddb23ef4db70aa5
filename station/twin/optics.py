"""What the twin's camera and projector do to light, apart from where they hang.

Written apart from `calibration/`: its lens is fitted by a polynomial, this one bends by division,
so that a calibration that fits has found something out and has not met itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Shape (N, 2), pixels."""

FULL_LIGHT = 65535
"""Linear light as it goes through the table of grey levels; from here on the chip is full."""

_USUAL_ROOM = 0.74
"""What a white sheet on the demo's bench gives in the camera without the projector, of full white:
a projector must have room above it."""
_USUAL_THROWN = 0.62
"""What white projector light adds to that sheet."""
_BESIDE_SHARE = (0.006, -0.004)
"""A lens is never glued exactly before the middle of its chip: 8 and 5 pixels of 1 280."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """A lens by the division model (Fitzgibbon 2001): `straight = bent / (1 + strength r^2)`.

    Both ways are closed formulas, so truth is exact either way.

    Attributes:
        strength: Per square pixel. Below 0 straight lines bulge outwards (barrel).
        middle_px: Where the lens does nothing.
    """

    strength: float
    middle_px: tuple[float, float]

    def bent(self, straight_px: Points) -> Points:
        """Where the lens puts what a pinhole would put here. Shape (N, 2) to (N, 2)."""
        bent = self.bent_grid(straight_px[..., 0], straight_px[..., 1])
        return np.stack(bent, axis=-1)

    def straight(self, bent_px: Points) -> Points:
        """Where a pinhole would put what the lens puts here. Shape (N, 2) to (N, 2)."""
        straight = self.straight_grid(bent_px[..., 0], bent_px[..., 1])
        return np.stack(straight, axis=-1)

    def bent_grid(self, x_px: Points, y_px: Points) -> tuple[Points, Points]:
        """`bent` for x and y apart, of any shapes that fit each other."""
        x, y = x_px - self.middle_px[0], y_px - self.middle_px[1]
        root = np.sqrt(np.maximum(1.0 - 4.0 * self.strength * (x * x + y * y), 1e-3))
        share = 2.0 / (1.0 + root)
        return self.middle_px[0] + x * share, self.middle_px[1] + y * share

    def straight_grid(self, x_px: Points, y_px: Points) -> tuple[Points, Points]:
        """`straight` for x and y apart, of any shapes that fit each other."""
        x, y = x_px - self.middle_px[0], y_px - self.middle_px[1]
        share = 1.0 / (1.0 + self.strength * (x * x + y * y))
        return self.middle_px[0] + x * share, self.middle_px[1] + y * share


def bend_of(corner_px: float, size_px: tuple[int, int]) -> Bend | None:
    """A lens that pulls the corners of the picture this much towards its middle.

    Args:
        corner_px: Pixels at the corners; below 0 it pushes them out; 0 is no lens.
        size_px: Width and height of the picture.
    """
    if corner_px == 0.0:
        return None
    far_px = float(np.hypot(*size_px)) / 2.0
    near_px = far_px - corner_px
    strength = (near_px / far_px - 1.0) / near_px**2
    middle = tuple(
        (side - 1) / 2.0 + off * side for side, off in zip(size_px, _BESIDE_SHARE, strict=True)
    )
    return Bend(strength=strength, middle_px=(middle[0], middle[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Optics:
    """Lenses, light and chip. As it stands: the demo's bench, a webcam without a lens of note.

    Attributes:
        camera_bend_px: How far the camera's lens pulls the corners of its picture inwards, pixels.
        projector_bend_px: The same of the projector's lens, projector pixels.
        camera_blur_px: Standard deviation of what the camera's lens blurs, camera pixels.
        projector_blur_px: The same of the projector's, projector pixels. With 0 and no other light
            than the demo's, light is not blurred at all, not even by the size of the pixels.
        camera_gamma: The camera's grey levels are light to the power of one over this.
        projector_gamma: The projector's light is grey levels to the power of this.
        ambient: The room's light on a white sheet, as a multiple of the projector's white.
        white_level: What a white sheet in the middle gives with the room's and all the projector's
            light, 1 is full white; above 1 it clips. This is the usual exposure.
        noise_levels: Standard deviation of the camera's noise, grey levels.
        texture: How strong the grain of the bench top is; 1 is pale birch, 0 is none, 8 is wild.
        exposure_s: How long a row is exposed; light that changes meanwhile is mixed in.
        rolling_s: From the first row to the last, which ends at `Frame.taken_s`.
        automatic_exposure: The camera sets its own exposure until it is locked.
        printed_tags: The four tags lie in the corners of the bench.
    """

    camera_bend_px: float = 0.0
    projector_bend_px: float = 0.0
    camera_blur_px: float = 0.55
    projector_blur_px: float = 0.0
    camera_gamma: float = 1.0
    projector_gamma: float = 1.0
    ambient: float = _USUAL_ROOM / _USUAL_THROWN
    white_level: float = _USUAL_ROOM + _USUAL_THROWN
    noise_levels: float = 2.2
    texture: float = 1.0
    exposure_s: float = 0.0
    rolling_s: float = 0.0
    automatic_exposure: bool = False
    printed_tags: bool = True

    def __post_init__(self) -> None:
        least_zero = {
            name: getattr(self, name)
            for name in (
                "camera_blur_px",
                "projector_blur_px",
                "ambient",
                "noise_levels",
                "texture",
                "exposure_s",
                "rolling_s",
            )
        }
        for name, value in least_zero.items():
            if value < 0.0:
                raise ValueError(f"{name} must not be below 0, and is {value}")
        if min(self.camera_gamma, self.projector_gamma, self.white_level) <= 0.0:
            raise ValueError("gamma and white_level must be above 0")

    @property
    def room(self) -> float:
        """What the room's light gives on a white sheet, of full white."""
        return self.white_level * self.ambient / (1.0 + self.ambient)

    @property
    def thrown(self) -> float:
        """What white projector light adds on a white sheet, of full white."""
        return self.white_level / (1.0 + self.ambient)

    @property
    def is_plain(self) -> bool:
        """Whether light adds up in grey levels as they are, and arrives at once, unblurred."""
        usual = Optics()
        return self == replace(
            usual,
            camera_bend_px=self.camera_bend_px,
            projector_bend_px=self.projector_bend_px,
            camera_blur_px=self.camera_blur_px,
            texture=self.texture,
            automatic_exposure=self.automatic_exposure,
            printed_tags=self.printed_tags,
        )

    def in_room(self, ambient: float) -> Self:
        """The same in another room, the camera exposed so that white just does not clip."""
        return replace(self, ambient=ambient, white_level=0.9)


LIFELIKE = Optics(
    camera_bend_px=6.0,
    projector_bend_px=2.0,
    camera_blur_px=0.6,
    projector_blur_px=0.5,
    camera_gamma=2.2,
    projector_gamma=2.2,
    ambient=0.5,
    white_level=0.9,
    noise_levels=2.0,
    texture=3.0,
    exposure_s=1 / 60,
    rolling_s=1 / 80,
)
"""An ordinary webcam and office projector above a bench of grained wood, blinds half down."""


def decoding(gamma: float) -> NDArray[np.float32]:
    """Grey levels to light, 255 is all of either: shape (1, 256)."""
    levels = np.arange(255 + 1, dtype=np.float64) / 255
    return (255 * levels**gamma).astype(np.float32)[None, :]


def encoding(gamma: float) -> NDArray[np.uint8]:
    """Linear light, 0 to 65535, to grey levels: shape (65536,)."""
    light = np.arange(FULL_LIGHT + 1, dtype=np.float64) / FULL_LIGHT
    return np.round(255.0 * light ** (1.0 / gamma)).astype(np.uint8)
