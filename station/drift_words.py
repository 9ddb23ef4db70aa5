"""What has moved and how far, in plain words for a coach."""

from __future__ import annotations

from calibration.drift import Drift, Grade, Mover

_WHAT_MOVED = {
    Mover.CAMERA: "The camera has moved: it sees the bench {mm:.1f} mm beside its place.",
    Mover.PROJECTOR: "The projector has moved: its light lands {mm:.1f} mm beside its place.",
    Mover.BENCH: "The bench has moved by {mm:.1f} mm.",
}
_SOMETHING = "Camera, projector or bench has moved by {mm:.1f} mm."
_NOTHING = "nothing has moved by more than {mm:.2f} mm."
LOST = "The projector's marks are nowhere to be found: projector or camera points elsewhere."


def off_by_mm(drift: Drift) -> float | None:
    """The largest of what was measured, millimetres on the bench."""
    known = [mm for mm in (drift.camera_mm, drift.projector_mm, drift.bench_mm) if mm is not None]
    return max(known, default=drift.light_mm)


def moved(drift: Drift) -> str:
    """One sentence: what has moved, and how far."""
    of_mover = {
        Mover.CAMERA: drift.camera_mm,
        Mover.PROJECTOR: drift.projector_mm,
        Mover.BENCH: drift.bench_mm,
    }
    named_mm = None if drift.who is None else of_mover[drift.who]
    if drift.who is not None and named_mm is not None:
        return _WHAT_MOVED[drift.who].format(mm=named_mm)
    off_mm = off_by_mm(drift)
    if off_mm is None:
        return LOST
    return (_SOMETHING if drift.grade is not Grade.GREEN else _NOTHING).format(mm=off_mm)
