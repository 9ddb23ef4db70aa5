"""The seam where pictures come in: a camera, a film and the twin are all frame sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray


class FrameSourceLostError(Exception):
    """The camera is gone or the film is broken. The text says what to do about it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frame:
    """One picture of the bench.

    Attributes:
        taken_s: Seconds on the clock of this source, never falling.
        bgr: Shape (height, width, 3), uint8, blue-green-red. Nobody writes into it.
        read_s: `time.monotonic()` when the picture was in memory; latency is counted from here.
    """

    taken_s: float
    bgr: NDArray[np.uint8]
    read_s: float


class FrameSource(Protocol):
    """Frames in the order in which they were taken, until the source ends."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Yield frames. Raises FrameSourceLostError when the source breaks."""
        ...

    def close(self) -> None:
        """Let go of the device. May be called twice, and from another thread."""
        ...


class CameraControls(Protocol):
    """What a camera lets itself be told. Films let themselves be told nothing and lack this."""

    @property
    def exposure_s(self) -> float | None:
        """How long each frame is exposed, as the camera says; None when it does not say."""
        ...

    def lock(self, *, exposure_s: float | None = None) -> None:
        """Hold exposure, gain, white balance and focus from one of the next frames on.

        A camera that cannot obeys in what it can.

        Args:
            exposure_s: Expose each frame for this long; None holds what it is.
        """
        ...
