"""`handwijzer calibrate`: where the bench lies in the camera's and the projector's pictures."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from calibration.by_points import calibrated_by_points
from calibration.from_pictures import calibrated_from_pictures
from calibration.from_pictures import from_pictures as found_in_pictures
from calibration.model import Quality
from calibration.picture_files import Order
from calibration.points_file import read_points
from calibration.store import write_calibration
from station.commands import calibrate_bench
from station.commands.console import say, tell
from station.commands.two_numbers import two_numbers
from station_config.station import Station
from station_config.station_file import read_station

app = typer.Typer(no_args_is_help=True, help="Bring camera, projector and bench together.")


calibrate_bench.add_to(app)


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


@app.command()
def from_pictures(
    folder: Annotated[Path, typer.Argument(help="The pictures of one gray-code capture.")],
    projector: Annotated[
        str | None,
        typer.Option(metavar="WxH", help="The projector's picture, as 1024x768."),
    ] = None,
    order: Annotated[
        Order, typer.Option(help="The order of the pictures, sorted by name.")
    ] = Order.OPENCV,
    board: Annotated[
        str | None,
        typer.Option(metavar="NxM", help="Inner corners of a chessboard on the plane, as 9x7."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Also write the figures here.")
    ] = None,
    station: Annotated[
        Path | None,
        typer.Option(help="The station file: make a calibration of it.", exists=True),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where that calibration goes.")
    ] = None,
) -> None:
    """Decode a capture that lies on disk and tell how well it fits its plane."""
    if (station is None) != (out is None):
        raise typer.BadParameter("--station and --out belong together", param_hint="--out")
    if station is not None and out is not None:
        _calibrate_from(folder, read_station(station), order, out)
        return
    if projector is None:
        raise typer.BadParameter("is missing, as 1024x768", param_hint="--projector")
    found = found_in_pictures(
        folder,
        projector_wh=two_numbers("--projector", projector, least=2),
        board=None if board is None else two_numbers("--board", board, least=3),
        order=order,
    )
    quality = found.quality
    where = "the picture" if board is None else "the board"
    say(f"decoded: {quality.decoded_share_of_lit:.2%} of the lit pixels of {where}")
    say(f"         {found.decoded.known_share_of_lit():.2%} of all lit pixels")
    say(
        f"plane: {quality.plane_rms_px:.3f} projector pixels rms, median"
        f" {quality.plane_median_px:.3f}, 95 % under {quality.plane_p95_px:.3f},"
        f" {quality.gross_share:.3%} grossly wrong"
    )
    say(f"decoding took {quality.decode_ms:.0f} ms")
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(asdict(quality), indent=2) + "\n", encoding="utf-8")
        say(f"Written to {json_file}")


def _calibrate_from(folder: Path, bench: Station, order: Order, out: Path) -> None:
    """A full calibration from pictures of a bench with printed tags."""
    made = calibrated_from_pictures(
        folder,
        projector_wh=(bench.projector.width_px, bench.projector.height_px),
        order=order,
        bench_mm=bench.bench_mm,
        made_at=datetime.now(UTC),
    )
    write_calibration(out, made)
    for remark in made.remarks:
        tell(remark)
    say(f"camera: {calibrate_bench.told(made.camera)}")
    if made.projector is not None:
        say(f"projector: {calibrate_bench.told(made.projector)}")
    say(f"Kept in {out}")


def _told(quality: Quality) -> str:
    """How good a map is, in millimetres on the bench."""
    left_out = f", left out: {', '.join(map(str, quality.left_out))}" if quality.left_out else ""
    test = "" if quality.is_tested else "; four points always fit: measure more to know"
    return (
        f"{quality.rms_mm:.2f} mm rms, worst {quality.worst_mm:.2f} mm at"
        f" {len(quality.points_mm)} points{left_out}{test}"
    )
