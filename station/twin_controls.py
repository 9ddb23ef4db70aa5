"""The twin's camera, told what to hold as a real one is."""

from __future__ import annotations

from typing import Protocol

USUAL_EXPOSURE_S = 1 / 60
"""What the twin's usual exposure is taken to be; it counts in shares of it."""


class _Exposes(Protocol):
    def set_exposure(self, share: float) -> None: ...

    def lock(self, locked: bool = True) -> None: ...  # noqa: FBT001, FBT002 - the twin's own


class TwinControls:
    """`vision.frames.CameraControls` for a twin."""

    def __init__(self, twin: _Exposes) -> None:
        self._twin = twin
        self._exposure_s = USUAL_EXPOSURE_S

    @property
    def exposure_s(self) -> float | None:
        """How long each frame is exposed."""
        return self._exposure_s

    def lock(self, *, exposure_s: float | None = None) -> None:
        """Hold the exposure from the next frame on."""
        self._twin.lock()
        if exposure_s is not None:
            self._twin.set_exposure(exposure_s / USUAL_EXPOSURE_S)
            self._exposure_s = exposure_s
