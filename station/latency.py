"""How long each stage takes, from the camera to the light."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station.watch import Seen

KEPT = 20_000
"""Eleven minutes at 30 Hz: enough for a demo's percentiles, and bounded."""


class Stages:
    """Milliseconds per stage, the newest kept.

    Attributes:
        sights: How many frames were looked at.
        camera_to_light_ms: For frames that changed the light.
        camera_to_evidence_ms: For every frame.
        frames_between_s: Source time of the first and the last frame.
    """

    def __init__(self) -> None:
        self.sights = 0
        self.camera_to_light_ms: deque[float] = deque(maxlen=KEPT)
        self.camera_to_evidence_ms: deque[float] = deque(maxlen=KEPT)
        self.frames_between_s: tuple[float, float] = (0.0, 0.0)

    def sight(self, seen: Seen) -> None:
        """A frame was looked at."""
        first_s = self.frames_between_s[0] if self.sights else seen.taken_s
        self.frames_between_s = (first_s, seen.taken_s)
        self.sights += 1
        self.camera_to_evidence_ms.append((seen.looked_s - seen.read_s) * 1e3)

    def lit(self, seen: Seen) -> dict[str, float]:
        """New light is out because of this sight, now: its stages in milliseconds."""
        lit_s = time.monotonic()
        total_ms = (lit_s - seen.read_s) * 1e3
        self.camera_to_light_ms.append(total_ms)
        stages = {f"eyes_{name}": ms for name, ms in seen.sight.stages_ms.items()}
        return {
            **stages,
            "camera_to_evidence": (seen.looked_s - seen.read_s) * 1e3,
            "evidence_to_light": (lit_s - seen.looked_s) * 1e3,
            "camera_to_light": total_ms,
        }

    @property
    def frames_per_s(self) -> float:
        """Frames looked at per second of the source."""
        first_s, last_s = self.frames_between_s
        return (self.sights - 1) / (last_s - first_s) if last_s > first_s else 0.0


def percentiles(values_ms: list[float]) -> dict[str, float | None]:
    """`{"p50": …, "p95": …}`; None where nothing was measured. Nearest rank."""
    if not values_ms:
        return {"p50": None, "p95": None}
    ranked = sorted(values_ms)
    return {
        name: round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 1)
        for name, share in (("p50", 0.50), ("p95", 0.95))
    }
