"""The points file: pairs of points that somebody measured, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from calibration.planes import MIN_POINTS, Points, lie_on_one_line
from station_config.yaml_file import WrittenByHand, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e5, le=1e5)]
Pairs = Annotated[list[tuple[Number, Number]], Field(min_length=MIN_POINTS)]

SAME_PX = 2.0
"""Points closer than this in a picture are the same point, written twice."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PointPairs:
    """Matched points, all of shape (N, 2).

    Attributes:
        camera_px: Points in the camera's picture.
        bench_mm: The same points on the bench.
        projector_px: Points in the projector's picture; N may be 0.
        projector_bench_mm: Where the projector's points land on the bench.
    """

    camera_px: Points
    bench_mm: Points
    projector_px: Points
    projector_bench_mm: Points


class PointsYaml(WrittenByHand):
    """One points file."""

    camera_px: Pairs = Field(description="Points [x, y] in the camera's picture, in pixels.")
    bench_mm: Pairs = Field(description="The same points [x, y] on the bench, in mm.")
    projector_px: Pairs | None = Field(
        default=None, description="Points [x, y] in the projector's picture, in pixels."
    )
    projector_bench_mm: Pairs | None = Field(
        default=None, description="Where those points land on the bench [x, y], in mm."
    )

    @model_validator(mode="after")
    def _pairs_match(self) -> Self:
        _check_pairs("camera_px", self.camera_px, "bench_mm", self.bench_mm)
        if (self.projector_px is None) != (self.projector_bench_mm is None):
            raise ValueError("projector_px and projector_bench_mm go together; one is missing.")
        if self.projector_px is not None and self.projector_bench_mm is not None:
            _check_pairs(
                "projector_px", self.projector_px, "projector_bench_mm", self.projector_bench_mm
            )
        return self

    def to_pairs(self) -> PointPairs:
        """The same points as arrays."""
        return PointPairs(
            camera_px=_array(self.camera_px),
            bench_mm=_array(self.bench_mm),
            projector_px=_array(self.projector_px or []),
            projector_bench_mm=_array(self.projector_bench_mm or []),
        )


def read_points(path: Path) -> PointPairs:
    """Read a points file.

    Raises:
        YamlFileError: The file cannot be used; the error has every mistake with its line.
    """
    return read_yaml(path, PointsYaml).to_pairs()


def _check_pairs(
    name: str, points: list[tuple[float, float]], other_name: str, others: list[tuple[float, float]]
) -> None:
    if len(points) != len(others):
        raise ValueError(
            f"{name} has {len(points)} points and {other_name} has {len(others)}; "
            "each point needs its partner, in the same order."
        )
    for one_name, one in ((name, _array(points)), (other_name, _array(others))):
        apart = np.linalg.norm(one[:, None] - one[None], axis=2) + np.eye(len(one)) * 1e9
        if apart.min() < SAME_PX:
            first, second = sorted(divmod(int(apart.argmin()), len(one)))
            raise ValueError(
                f"numbers {first + 1} and {second + 1} of {one_name} are the same point."
            )
        if lie_on_one_line(one):
            raise ValueError(f"the points of {one_name} lie on one line; spread them out.")


def _array(points: list[tuple[float, float]]) -> Points:
    return np.array(points, np.float64).reshape(-1, 2)
