"""What a twin's stage is made of, and how things stand on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from station.twin.faults import Bump, Sun, TagFaults, Xy
from station.twin.geometry import Pinhole
from station.twin.laid import Plate
from station.twin.optics import Optics
from station.twin.scenery import Scenery


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Setting:
    """What a stage is made of.

    Attributes:
        bench_mm: Width and depth.
        camera: How the camera hangs, without its lens.
        projector: How the projector hangs, without its lens.
        optics: Lenses, light and chip.
        paint: Paints what stands on the bench for a camera.
        seed: Everything that is left to chance follows from it.
        grey: The camera and the light are grey: a third of the work.
    """

    bench_mm: Xy
    camera: Pinhole
    projector: Pinhole
    optics: Optics
    paint: Callable[[Pinhole], Scenery]
    seed: int
    grey: bool = False

    @property
    def middle_mm(self) -> Xy:
        """The middle of the bench."""
        return self.bench_mm[0] / 2.0, self.bench_mm[1] / 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """How things stand: what a picture must be built anew for."""

    camera_bump: Bump | None
    projector_bump: Bump | None
    bench_bump: Bump | None
    arm_mm: tuple[Xy, Xy] | None
    sun: Sun | None
    tags: TagFaults
    plate: Plate | None

    def paints_like(self, other: Arranged) -> bool:
        """Whether the bench with its tags looks the same to the camera."""
        mine = (self.camera_bump, self.bench_bump, self.tags)
        return mine == (other.camera_bump, other.bench_bump, other.tags)
