"""`handwijzer tune`: which thresholds follow recorded sessions best."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from station.app import data_folder
from station.commands.console import say, show, tell
from station.learning import learned_path, write_learned
from station.sessions.folder import Session, SessionError, read_session
from station.sessions.scoring import SessionScore
from station.sessions.teaching import Taught, learned_from_sessions, taught
from station.sessions.tuning import Times, Tuned, tuned
from station_config.station import Station, ZoneKind
from station_config.station_file import read_station


def tune(
    sessions: Annotated[
        list[Path], typer.Argument(help="Folders of sessions.", exists=True, file_okay=False)
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Also write the result here.")
    ] = None,
    teach: Annotated[
        Path | None,
        typer.Option(
            help="A station file: that station starts with what the sessions taught.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where that station keeps its outbox, if elsewhere.")
    ] = None,
) -> None:
    """Try entry and exit times on recorded sessions, and learn what their marks teach.

    Of the station file nothing is changed: the table says what to write into it, and what that may
    be expected to bring on work that was not used for choosing. How long steps take and how far
    each sign can be believed is learned from the marks; `--teach` gives it to a station.
    """
    read = [read_session(path) for path in sessions]
    without = [one.name for one in read if not one.folder.observations.is_file()]
    if without:
        raise SessionError(f"These sessions have no observations: {', '.join(without)}.")
    if len(read) == 1:
        tell("With one session nobody can say how the times will do on other work. Record more.")
    found = [tuned(read, kind) for kind in ZoneKind]
    show(_table(found))
    for one in found:
        if not one.is_worth_it:
            say(f"{one.kind}: leave the times as they are.")
        else:
            say(
                f"{one.kind}: write enter_s: {one.best.enter_s:g} and leave_s:"
                f" {one.best.leave_s:g} into the zones of kind {one.kind} of the station file."
            )
    lesson = taught(read)
    show(_lesson(lesson))
    if teach is not None:
        _teach(read_station(teach), folder, read)
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        written = {str(one.kind): asdict(one) for one in found}
        json_file.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        say(f"Written to {json_file}")


def _table(found: list[Tuned]) -> Table:
    table = Table(title="Entry and exit times, tried on the sessions")
    for name in ("zones", "times", "false per 200", "never told", "delay", "wrong reaches"):
        table.add_column(name, justify="left" if name in {"zones", "times"} else "right")
    for one in found:
        rows = [("now", one.before, one.score_before), ("best", one.best, one.score_best)]
        for label, times, score in rows:
            table.add_row(str(one.kind), f"{label}: {_times(times)}", *_measures(score))
        if one.score_unseen is not None:
            table.add_row(str(one.kind), "best of the others", *_measures(one.score_unseen))
    return table


def _lesson(lesson: Taught) -> Table:
    table = Table(title=f"What {lesson.learned.runs} marked runs teach")
    for name in ("sign", "steps", "seen", "strays"):
        table.add_column(name, justify="left" if name == "sign" else "right")
    for kind, seen in sorted(lesson.learned.signs.items()):
        table.add_row(
            str(kind),
            f"{seen.steps:.0f}",
            f"{seen.seen / seen.steps:.0%}" if seen.steps else "-",
            f"{seen.stray / seen.signs:.0%}" if seen.signs else "-",
        )
    before, unseen = lesson.score_before.following, lesson.score_unseen
    table.caption = f"light on the right step: {before.share_right:.1%} without it"
    if unseen is not None:
        share = unseen.following.share_right
        table.caption += f", {share:.1%} with what the other sessions taught"
    return table


def _teach(station: Station, folder: Path | None, sessions: list[Session]) -> None:
    """Give a station what the sessions taught, one task at a time."""
    home = data_folder(station) if folder is None else folder
    for task in {one.task.task_id: one.task for one in sessions}.values():
        of_task = [one for one in sessions if one.task.task_id == task.task_id]
        path = learned_path(home, task)
        write_learned(path, learned_from_sessions(of_task))
        say(f"{task.task_id}: {path}; the station begins with it when it is started again")


def _times(times: Times | None) -> str:
    return "not all alike" if times is None else f"{times.enter_s:g} / {times.leave_s:g} s"


def _measures(score: SessionScore) -> tuple[str, str, str, str]:
    following = score.following
    delay_s = following.median_delay_s
    return (
        f"{following.false_advances_per_200:.1f}",
        f"{following.never_finished:.1%}",
        "-" if delay_s is None else f"{delay_s:.2f} s",
        "not marked" if score.wrong_true is None else f"{score.wrong_found} of {score.wrong_true}",
    )
