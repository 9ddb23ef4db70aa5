"""What a hand is built of: the bones of each pose, as tapered capsules in millimetres.

The frame of a hand: the wrist at the origin, fingers along +y, z up, palm down. The right hand's
thumb lies at negative x. Lengths follow a man's median hand (about 190 mm by 86 mm; DINED,
Dutch adults 20-60).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray


class Side(StrEnum):
    """Which hand, as the worker says it."""

    LEFT = "left"
    RIGHT = "right"


class Pose(StrEnum):
    """What the fingers are at."""

    OPEN = "open"
    """Reaching or lying flat."""
    CURLED = "curled"
    """On the way from open to grasping."""
    GRASP = "grasp"
    """Finger tips and thumb round a small part."""
    POINT = "point"
    """The index finger out, for buttons."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Capsule:
    """A rod with round ends that may taper.

    Attributes:
        start_mm: Shape (3,), centre of the first end.
        end_mm: Shape (3,), centre of the second end.
        radii_mm: Radius at the first and at the second end.
        sleeve: Whether it is cloth instead of skin.
        flush: How much redder than the rest of the skin, 0 to 1.
    """

    start_mm: NDArray[np.float64]
    end_mm: NDArray[np.float64]
    radii_mm: tuple[float, float]
    sleeve: bool = False
    flush: float = 0.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HandShape:
    """One hand in one pose.

    Attributes:
        capsules: Everything that is drawn.
        tips_mm: Shape (5, 2), tips from thumb to little finger.
        grip_mm: Shape (2,), where a part is held, or the tip that touches.
    """

    capsules: tuple[Capsule, ...]
    tips_mm: NDArray[np.float64]
    grip_mm: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finger:
    """Lengths and place of one finger, right hand."""

    root_mm: tuple[float, float]
    bones_mm: tuple[float, float, float]
    heading_deg: float
    radius_mm: float


_FINGERS = (
    _Finger(root_mm=(-30, 92), bones_mm=(43, 26, 20), heading_deg=-9, radius_mm=9.6),
    _Finger(root_mm=(-9, 97), bones_mm=(47, 30, 21), heading_deg=-2, radius_mm=9.8),
    _Finger(root_mm=(13, 92), bones_mm=(43, 28, 21), heading_deg=6, radius_mm=9.3),
    _Finger(root_mm=(32, 81), bones_mm=(34, 20, 18), heading_deg=16, radius_mm=8.4),
)
"""Index to little finger. The roots are the knuckles."""

_THUMB_MM = {
    Pose.OPEN: ((-22, 20), (-52, 50), (-72, 80), (-82, 106)),
    Pose.CURLED: ((-22, 20), (-50, 52), (-66, 84), (-68, 112)),
    Pose.GRASP: ((-22, 20), (-48, 54), (-60, 87), (-54, 116)),
    Pose.POINT: ((-22, 20), (-49, 52), (-62, 83), (-62, 110)),
}
"""Joints of the thumb from its root to its tip, right hand."""

_BEND_DEG = {
    Pose.OPEN: ((4, 6, 4),) * 4,
    Pose.CURLED: ((12, 20, 12), (12, 20, 12), (12, 22, 12), (12, 22, 12)),
    Pose.GRASP: ((22, 34, 18), (22, 34, 18), (24, 36, 20), (24, 36, 20)),
    Pose.POINT: ((4, 6, 4), (38, 62, 40), (42, 66, 42), (42, 66, 42)),
}
"""How far each finger bends at its three joints, index to little finger."""

_SPREAD = {Pose.OPEN: 1.0, Pose.CURLED: 0.75, Pose.GRASP: 0.45, Pose.POINT: 0.7}
"""How far the fingers fan out, as a share of the open hand's."""

WRIST_Z_MM = 26.0
"""Half the thickness of the hand above its lowest point."""
ARM_MM = 640.0
"""Sleeve and all; long enough to leave the bench at its front edge from the farthest bin."""
_CUFF_MM = 165.0
"""Where the sleeve begins, behind the wrist."""


def hand_shape(side: Side, pose: Pose) -> HandShape:
    """Build one hand in one pose."""
    capsules, tips = [*_palm(), *_arm()], [_thumb_tip(pose)]
    capsules += _thumb(pose)
    for finger, bend_deg in zip(_FINGERS, _BEND_DEG[pose], strict=True):
        joints = _joints(finger, bend_deg, _SPREAD[pose])
        capsules += _rods(joints, finger.radius_mm)
        tips.append(joints[-1][:2])
    tips_mm = np.array(tips)
    grip_mm = tips_mm[1] if pose is Pose.POINT else tips_mm[:3].mean(axis=0) + np.array([0.0, 8.0])
    if side is Side.LEFT:
        mirror = np.array([-1.0, 1.0])
        return HandShape(
            capsules=tuple(_mirrored(rod) for rod in capsules),
            tips_mm=tips_mm * mirror,
            grip_mm=grip_mm * mirror,
        )
    return HandShape(capsules=tuple(capsules), tips_mm=tips_mm, grip_mm=grip_mm)


def _joints(
    finger: _Finger, bend_deg: tuple[int, int, int], spread: float
) -> list[NDArray[np.float64]]:
    heading = radians(finger.heading_deg * spread)
    at = np.array([*finger.root_mm, WRIST_Z_MM + 4.0])
    joints, pitch = [at], 0.0
    for bone_mm, bend in zip(finger.bones_mm, bend_deg, strict=True):
        pitch += radians(bend)
        ahead = np.array([sin(heading) * cos(pitch), cos(heading) * cos(pitch), -sin(pitch)])
        at = at + bone_mm * ahead
        joints.append(at)
    return joints


def _rods(joints: list[NDArray[np.float64]], radius_mm: float) -> list[Capsule]:
    widths = (radius_mm, radius_mm * 0.93, radius_mm * 0.86, radius_mm * 0.74)
    flushes = (0.15, 0.35, 0.7)
    return [
        Capsule(start_mm=a, end_mm=b, radii_mm=(wide, narrow), flush=flush)
        for a, b, wide, narrow, flush in zip(
            joints, joints[1:], widths, widths[1:], flushes, strict=False
        )
    ]


def _thumb_tip(pose: Pose) -> NDArray[np.float64]:
    return np.array(_THUMB_MM[pose][-1], dtype=np.float64)


def _thumb(pose: Pose) -> list[Capsule]:
    heights_mm = (22.0, 20.0, 16.0, 12.0)
    joints = [np.array([*p, z]) for p, z in zip(_THUMB_MM[pose], heights_mm, strict=True)]
    return _rods(joints, 12.5)


def _palm() -> list[Capsule]:
    """The back of the hand: four bones side by side, and flesh that fills what lies between."""
    ends = [np.array([*finger.root_mm, WRIST_Z_MM + 4.0]) for finger in _FINGERS]
    roots = [np.array([x, 12.0, WRIST_Z_MM]) for x in (-18.0, -6.0, 7.0, 19.0)]
    rods = [
        Capsule(start_mm=a, end_mm=b, radii_mm=(13.0, 11.0), flush=0.2)
        for a, b in zip(roots, ends, strict=True)
    ]
    flesh = [
        ((-14, 34, 18), (-24, 78, 22), 17.0),
        ((12, 34, 18), (22, 70, 22), 16.0),
        ((-2, 30, 19), (2, 78, 22), 17.0),
        ((-26, 30, 18), (-44, 56, 18), 13.0),
    ]
    rods += [
        Capsule(start_mm=np.array(a, float), end_mm=np.array(b, float), radii_mm=(r, r - 1.0))
        for a, b, r in flesh
    ]
    return rods


def _arm() -> list[Capsule]:
    wrist = np.array([0.0, 6.0, WRIST_Z_MM])
    cuff = np.array([0.0, -_CUFF_MM, WRIST_Z_MM + 8.0])
    end = np.array([0.0, -ARM_MM, WRIST_Z_MM + 14.0])
    return [
        Capsule(start_mm=wrist, end_mm=cuff, radii_mm=(25.0, 34.0)),
        Capsule(
            start_mm=cuff - np.array([0.0, 14.0, 0.0]),
            end_mm=end,
            radii_mm=(43.0, 54.0),
            sleeve=True,
        ),
    ]


def _mirrored(rod: Capsule) -> Capsule:
    mirror = np.array([-1.0, 1.0, 1.0])
    return Capsule(
        start_mm=rod.start_mm * mirror,
        end_mm=rod.end_mm * mirror,
        radii_mm=rod.radii_mm,
        sleeve=rod.sleeve,
        flush=rod.flush,
    )
