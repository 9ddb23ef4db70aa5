"""What can go wrong on the twin's bench, at the will of a rehearsal or a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Faults:
    """Set at any time, from any thread; the twin looks at each picture.

    Attributes:
        black: The camera gives black pictures (a cap on the lens).
        unplugged: The camera is gone: `frames` ends with FrameSourceLostError until it is back.
        light_delay_s: From a picture handed to the projector to its light on the bench.
        brightness: The room's light; 1 is as usual, 0.3 a gloomy evening.
        away_until_s: Until this moment of the twin's clock the worker keeps off the bench.
    """

    black: bool = False
    unplugged: bool = False
    light_delay_s: float = 0.06
    brightness: float = 1.0
    away_until_s: float = 0.0
