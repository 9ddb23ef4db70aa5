"""What can go wrong on the twin's bench, at the will of a rehearsal or a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Xy = tuple[float, float]


class Spoil(StrEnum):
    """What can be wrong with a single frame.

    "Before" is the last picture with the light that was on the bench before the newest change.
    """

    REPEATED = "repeated"
    """The picture from before, once more: a driver's buffer was read late."""
    TORN = "torn"
    """Its upper part is from before."""
    BLENDED = "blended"
    """Half before, half now."""
    GAIN = "gain"
    """A quarter brighter than the others: automatic gain took a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bump:
    """Somebody knocked against something.

    Attributes:
        shift_mm: How far what it sees or lights in the middle of the bench has moved over the
            bench, to the right and away from the worker; for the bench itself: how far it moved.
        turn_deg: How far it was turned, anti-clockwise as seen from above.
        slid: The whole device moved along with its mount. Else it was tilted about its own eye,
            as a knock does.
    """

    shift_mm: Xy = (0.0, 0.0)
    turn_deg: float = 0.0
    slid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """A patch of sunlight on the bench.

    Attributes:
        at_mm: Its middle.
        radius_mm: Its size.
        strength: Its light as a multiple of the projector's white.
    """

    at_mm: Xy
    radius_mm: float = 90.0
    strength: float = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFaults:
    """What is wrong with the printed tags, by their numbers 0 to 3.

    Attributes:
        missing: Not there.
        mirrored: Printed the wrong way round.
        shifted_mm: Glued this far from where it should be.
        taken_for: Another number is printed there.
    """

    missing: frozenset[int] = frozenset()
    mirrored: frozenset[int] = frozenset()
    shifted_mm: Mapping[int, Xy] = field(default_factory=dict)
    taken_for: Mapping[int, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Faults:
    """Set at any time, from any thread; the twin looks at each picture.

    Attributes:
        black: The camera gives black pictures (a cap on the lens).
        unplugged: The camera is gone: `frames` ends with FrameSourceLostError until it is back.
        light_delay_s: From a picture handed to the projector to its light on the bench.
        brightness: The room's light; 1 is as usual, 0.3 a gloomy evening.
        away_until_s: Until this moment of the twin's clock the worker keeps off the bench.
        camera_bump: How the camera hangs otherwise than at first.
        projector_bump: How the projector hangs otherwise than at first.
        bench_bump: How the bench stands otherwise than at first, with all that is on it.
        gain: The camera multiplies everything by this: automatic gain that was not locked.
        spoil_next: The next frame is spoilt so; None again once it was.
        spoil_share: What share of frames is spoilt at random, by kind.
        arm_mm: An arm that lies over the bench between these points.
        sun: Sunlight on the bench.
        tags: What is wrong with the printed tags.
        wrong_display: Pictures go to another display: nothing of them lands on the bench.
    """

    black: bool = False
    unplugged: bool = False
    light_delay_s: float = 0.06
    brightness: float = 1.0
    away_until_s: float = 0.0
    camera_bump: Bump | None = None
    projector_bump: Bump | None = None
    bench_bump: Bump | None = None
    gain: float = 1.0
    spoil_next: Spoil | None = None
    spoil_share: Mapping[Spoil, float] = field(default_factory=dict)
    arm_mm: tuple[Xy, Xy] | None = None
    sun: Sun | None = None
    tags: TagFaults = field(default_factory=TagFaults)
    wrong_display: bool = False
