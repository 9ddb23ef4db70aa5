"""What every twin with a stage offers: its camera's controls, and the truth of what lands where."""

from __future__ import annotations

from station.twin.eye import Eye
from station.twin.geometry import Points
from station.twin.stage import Stage


class Staged:
    """A twin whose camera and projector stand on a stage."""

    _stage: Stage

    @property
    def camera(self) -> Eye:
        """The camera as it hangs now, lens and bumps included. Truth."""
        return self._stage.camera

    @property
    def projector(self) -> Eye:
        """The projector as it hangs now, lens and bumps included. Truth."""
        return self._stage.projector

    def set_exposure(self, share: float) -> None:
        """Set the camera's exposure; 1 is as usual. It stays so only while it is locked.

        Raises:
            ValueError: Beyond what a camera can.
        """
        self._stage.set_exposure(share)

    def lock(self, locked: bool = True) -> None:  # noqa: FBT001, FBT002 - one plain switch
        """Keep the exposure as it is, or let the camera follow the light by itself."""
        self._stage.locked = locked

    def camera_px(self, points_mm: Points) -> Points:
        """Where the camera sees points: shape (N, 3) millimetres to (N, 2) pixels. Truth."""
        return self.camera.from_bench(points_mm)

    def projector_px(self, points_mm: Points) -> Points:
        """Which projector pixels light points: shape (N, 3) to (N, 2). Truth."""
        return self.projector.from_bench(points_mm)

    def camera_mm(self, points_px: Points, height_mm: float = 0.0) -> Points:
        """What the camera sees at pixels, at one height: shape (N, 2) to (N, 2). Truth."""
        return self.camera.to_plane(points_px, height_mm)

    def projector_mm(self, points_px: Points, height_mm: float = 0.0) -> Points:
        """Where light of projector pixels lands, at one height: shape (N, 2) to (N, 2). Truth."""
        return self.projector.to_plane(points_px, height_mm)
