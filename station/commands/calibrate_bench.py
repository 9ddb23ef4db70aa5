"""`handwijzer calibrate run`, `quick`, `check`, `history`, `sheet`: with camera and projector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import cv2
import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from calibration.drift import Drift, Grade
from calibration.graycode import Grey
from calibration.model import Calibration, Quality
from calibration.quality_picture import quality_picture
from calibration.sheet import BAR_MM, write_sheet
from calibration.store import history as earlier
from calibration.store import read_calibration, write_calibration
from calibration.tags import TAG_NAMES, TagPlaces, plate_places
from station.calibrating.full_run import FullWishes, commissioned
from station.calibrating.quick_run import drift_now, quickly
from station.calibrating.rig import Rig, RigWishes, opened_rig
from station.commands.console import err, say, tell
from station.commands.two_numbers import two_numbers
from station.drift_words import moved
from station.log import warn_people
from station.wishes import StationError
from station_config.station import Station
from station_config.station_file import read_station

STOPPED = "Stopped. Nothing was changed: the last good calibration stays in force."
EXIT_OF_GRADE = {Grade.GREEN: 0, Grade.YELLOW: 3, Grade.RED: 4}
"""1 and 2 mean that it could not be said and that the command was mistyped."""

StationFile = Annotated[
    Path, typer.Option("--station", help="The station file.", exists=True, dir_okay=False)
]
Source = Annotated[
    str | None, typer.Option(help="A camera's number, or twin; else as in the station file.")
]
NoWindow = Annotated[
    bool, typer.Option("--no-window", help="Open no window (the twin needs none).")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to `handwijzer calibrate`."""
    for command in (run, quick, check, history, sheet):
        app.command()(command)


def run(
    station: StationFile,
    source: Source = None,
    plate: Annotated[
        float | None,
        typer.Option(metavar="MM", help="Height of a flat plate, to know heights as well.", min=5),
    ] = None,
    plate_size: Annotated[
        str | None,
        typer.Option(metavar="WxD", help="Its size in mm, as 600x400; else as large as the bench."),
    ] = None,
    plate_at: Annotated[
        str,
        typer.Option(metavar="XxY", help="Where its front left corner is above the bench, mm."),
    ] = "0x0",
    bar: Annotated[
        float, typer.Option(metavar="MM", help="How long the printed bar really is.", min=50)
    ] = BAR_MM,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    no_window: NoWindow = False,
) -> None:
    """Calibrate the bench with the projector's own stripes: installation, and after a move."""
    bench = _bench(station, source)
    if not yes:
        _ask(
            "Clear the bench: only the four printed tags, flush in its corners. Then keep hands"
            " off, and press Enter."
        )
    with _at(bench, window=not no_window) as rig, _progress() as bar_shown:
        wishes = FullWishes(
            bar_mm=bar,
            plate_mm=plate,
            plate_places=_plate_places(plate_size, plate_at),
            lay_plate=lambda mm: _lay_plate(rig, bar_shown, mm, yes=yes),
        )
        made = commissioned(rig, bench, wishes, bar_shown)
    if made.display.number != rig.named:
        tell(
            f"The projector is display {made.display.name}. The station file says"
            f" 'display: {bench.projector.display}': write 'display: {made.display.number}' under"
            " 'projector' there, or the light will go to the wrong screen."
        )
    again = f", {made.pairs_again} pairs of them again" if made.pairs_again else ""
    say(
        f"{made.pictures} pictures{again} in {made.shooting_s:.1f} s,"
        f" worked out in {made.computing_s:.1f} s"
    )
    _keep(bench.calibration, made.calibration, made.white)


def quick(station: StationFile, source: Source = None, *, no_window: NoWindow = False) -> None:
    """Calibrate anew in a second, after somebody bumped camera, projector or bench."""
    bench = _bench(station, source)
    before = read_calibration(bench.calibration)
    with _at(bench, window=not no_window) as rig:
        made = quickly(rig, bench, before)
    say(f"Done in {made.took_s:.1f} s")
    _keep(bench.calibration, made.calibration, made.white)


def check(station: StationFile, source: Source = None, *, no_window: NoWindow = False) -> None:
    """Measure how far things have moved since the calibration: exit code 0, 3 or 4."""
    bench = _bench(station, source)
    calibration = read_calibration(bench.calibration)
    with _at(bench, window=not no_window) as rig:
        drift = drift_now(rig, bench, calibration)
    say(_told(drift))
    raise typer.Exit(EXIT_OF_GRADE[drift.grade])


def history(
    station: StationFile,
    restore: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Put this one back: its date as listed, or part of it."),
    ] = None,
) -> None:
    """List the calibrations of a bench, oldest first, or put an earlier one back."""
    path = read_station(station).calibration
    if restore is not None:
        chosen = _chosen(path, restore)
        write_calibration(path, read_calibration(chosen))
        say(f"{chosen.stem} is in force again. A running station takes it up by itself.")
        return
    for kept in earlier(path):
        say(f"{kept.stem.partition('.')[0]}  {_line(read_calibration(kept))}")
    say(f"in force:        {_line(read_calibration(path))}")


def sheet(
    out: Annotated[Path, typer.Option(help="The PDF to write.", dir_okay=False)],
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
) -> None:
    """Write the sheet to print: four tags for the corners, and a bar to measure."""
    write_sheet(out, language=language)
    say(
        f"Written to {out}. Print it at 100 %, measure the bar of {BAR_MM:g} mm, and tell"
        " `calibrate run` with --bar how long it came out."
    )


class _Progress:
    """The parts of the work as bars on the error stream."""

    def __init__(self, bars: Progress) -> None:
        self.bars = bars
        self._task: TaskID | None = None

    def chapter(self, title: str, steps: int) -> None:
        """The next part begins."""
        self._task = self.bars.add_task(title, total=steps)

    def step(self, done: float) -> None:
        """So much of it is done."""
        if self._task is not None:
            self.bars.update(self._task, completed=done)


@contextmanager
def _progress() -> Iterator[_Progress]:
    columns = (TextColumn("{task.description:<32}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as bars:
        yield _Progress(bars)


@contextmanager
def _at(bench: Station, *, window: bool) -> Iterator[Rig]:
    """Camera and projector; Ctrl-C ends it in good order."""
    warn_people()
    # As at work: OpenCV's own pool beside the camera's thread wins nothing on two cores.
    cv2.setNumThreads(1)
    try:
        with ExitStack() as on_exit:
            yield opened_rig(bench, RigWishes(window=window), on_exit)
    except KeyboardInterrupt:
        tell(STOPPED)
        raise typer.Exit(130) from None


def _bench(path: Path, source: str | None) -> Station:
    bench = read_station(path)
    return bench if source is None else replace(bench, camera=replace(bench.camera, source=source))


def _plate_places(size: str | None, at: str) -> TagPlaces | None:
    """Where the plate's tags lie; None for a plate as large as the bench."""
    if size is None:
        return None
    return plate_places(
        two_numbers("--plate-size", size, least=100), two_numbers("--plate-at", at, least=0)
    )


def _ask(text: str) -> None:
    typer.prompt(text, default="", show_default=False, prompt_suffix=" ", err=True)


def _lay_plate(rig: Rig, shown: _Progress, plate_mm: float, *, yes: bool) -> None:
    if rig.lay_plate is not None:
        rig.lay_plate(plate_mm)
        return
    if yes:
        raise StationError("A plate must be laid by hand: leave --yes out.")
    shown.bars.stop()
    _ask(
        f"Lay the plate on the bench, its top {plate_mm:g} mm high, tags free. Then keep hands off,"
        " and press Enter."
    )
    shown.bars.start()


def _keep(path: Path, calibration: Calibration, white: Grey) -> None:
    """Write the calibration and its picture, and say how good it is."""
    write_calibration(path, calibration)
    for remark in calibration.remarks:
        tell(remark)
    say(f"camera: {told(calibration.camera)}")
    if calibration.projector is not None:
        say(f"projector: {told(calibration.projector)}")
    if calibration.light_delay_s is not None:
        say(f"light arrives after {1e3 * calibration.light_delay_s:.0f} ms")
    picture = path.with_name(f"{path.stem}.quality.png")
    _, encoded = cv2.imencode(".png", quality_picture(calibration, white))
    picture.write_bytes(encoded.tobytes())
    say(f"Kept in {path}; how well it fits: {picture}")


def told(quality: Quality) -> str:
    """How good a map is, in millimetres on the bench, also in each corner."""
    mean = "" if quality.mean_mm is None else f"{quality.mean_mm:.2f} mm on average, "
    corners = ", ".join(
        f"{name} {mm:.2f}"
        for name, mm in zip(TAG_NAMES, quality.corners_mm, strict=False)
        if mm is not None
    )
    return f"{mean}{quality.rms_mm:.2f} mm rms, worst {quality.worst_mm:.2f} mm" + (
        f" ({corners})" if corners else ""
    )


def _told(drift: Drift) -> str:
    said = moved(drift)
    match drift.grade:
        case Grade.GREEN:
            return f"In place: {said}"
        case Grade.YELLOW:
            return f"{said} Mend it with: handwijzer calibrate quick"
        case Grade.RED:
            return f"{said} That is far: handwijzer calibrate quick, and if that fails, run."


def _line(calibration: Calibration) -> str:
    made = f"{calibration.made_at.astimezone():%d %B %Y, %H:%M}"
    light = calibration.projector
    worst = calibration.camera.worst_mm if light is None else light.worst_mm
    return f"{made}  {calibration.method}  worst {worst:.2f} mm"


def _chosen(path: Path, when: str) -> Path:
    """The one calibration in the history whose date begins like this."""
    wanted = when.replace("-", "").replace(":", "").replace(" ", "T")
    fitting = [kept for kept in earlier(path) if kept.stem.startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    there = ", ".join(kept.stem.partition(".")[0] for kept in earlier(path)) or "none yet"
    what = "No calibration was" if not fitting else "More than one calibration was"
    raise StationError(f"{what} made at '{when}'. There are: {there}.")
