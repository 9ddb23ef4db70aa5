"""`handwijzer calibrate`: where the bench lies in the camera's and the projector's pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from calibration.by_points import calibrated_by_points
from calibration.model import Quality
from calibration.points_file import read_points
from calibration.store import write_calibration
from station.commands.console import say, tell
from station_config.station_file import read_station

app = typer.Typer(no_args_is_help=True, help="Bring camera, projector and bench together.")


@app.callback()
def _calibrate() -> None:
    """Bring camera, projector and bench together."""


@app.command()
def by_points(
    points: Annotated[Path, typer.Argument(help="The points file.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="The calibration file; the one before is kept.")],
    station: Annotated[
        Path | None,
        typer.Option(help="The station file: also check that the points lie where they can."),
    ] = None,
) -> None:
    """Calibrate from points that somebody measured by hand."""
    bench = None if station is None else read_station(station)
    made = calibrated_by_points(
        read_points(points),
        made_at=datetime.now(UTC),
        camera_wh=None if bench is None else (bench.camera.width_px, bench.camera.height_px),
        projector_wh=None
        if bench is None
        else (bench.projector.width_px, bench.projector.height_px),
        bench_mm=None if bench is None else bench.bench_mm,
    )
    write_calibration(out, made)
    for remark in made.remarks:
        tell(remark)
    say(f"camera: {_told(made.camera)}")
    say(
        "projector: not measured; its picture is taken to cover the bench"
        if made.projector is None
        else f"projector: {_told(made.projector)}"
    )
    say(f"Kept in {out}")


def _told(quality: Quality) -> str:
    """How good a map is, in millimetres on the bench."""
    left_out = f", left out: {', '.join(map(str, quality.left_out))}" if quality.left_out else ""
    test = "" if quality.is_tested else "; four points always fit: measure more to know"
    return (
        f"{quality.rms_mm:.2f} mm rms, worst {quality.worst_mm:.2f} mm at"
        f" {len(quality.points_mm)} points{left_out}{test}"
    )
