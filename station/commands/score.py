"""`handwijzer score`: how well today's station follows recorded sessions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from station.commands.console import say, show
from station.sessions.folder import read_session
from station.sessions.replaying import Depth, retold
from station.sessions.scoring import SessionScore, session_score

MOST_COLUMNS = 4
"""More do not fit a terminal: the last ones are shown, all are in the JSON."""


def score(
    sessions: Annotated[
        list[Path], typer.Argument(help="Folders of sessions.", exists=True, file_okay=False)
    ],
    depth: Annotated[
        Depth, typer.Option(help="From recorded evidence, or observations read again.")
    ] = Depth.EVIDENCE,
    json_file: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Also write the measures here.")
    ] = None,
) -> None:
    """Live sessions again with today's tracker and say how well each was followed."""
    lived = []
    for path in sessions:
        session = read_session(path)
        lived.append((session, retold(session, depth=depth)))
    scores = {session.name: session_score([(session, again)]) for session, again in lived}
    if len(lived) > 1:
        scores["all together"] = session_score(lived)
    show(_table(scores))
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        written = {name: asdict(one) for name, one in scores.items()}
        json_file.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        say(f"Written to {json_file}")


def _table(scores: dict[str, SessionScore]) -> Table:
    """One row for each measure, one column for each session: few sessions fit side by side."""
    shown = dict(list(scores.items())[-MOST_COLUMNS:])
    table = Table(title="Told, held against what was truly done")
    table.add_column("measure")
    for name in shown:
        table.add_column(name, justify="right")
    for label, told in MEASURES.items():
        table.add_row(label, *(told(one) for one in shown.values()))
    return table


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"


MEASURES: dict[str, Callable[[SessionScore], str]] = {
    "runs, steps done": lambda one: f"{one.following.runs}, {one.following.steps}",
    "light on the right step": lambda one: f"{one.following.share_right:.1%} of the time",
    "never told": lambda one: f"{one.following.never_finished:.1%}",
    "over 1 s early, per 100": lambda one: f"{one.following.early_per_100:.1f}",
    "false advances, per 200": lambda one: f"{one.following.false_advances_per_200:.1f}",
    "delay, median": lambda one: _seconds(one.following.median_delay_s),
    "delay, 95 %": lambda one: _seconds(one.following.p95_delay_s),
    "order (POS)": lambda one: f"{one.order:.3f}",
    "F1": lambda one: f"{one.f1:.3f}",
    "mean delay of those": lambda one: _seconds(one.delay_s),
    "wrong reaches told": lambda one: (
        "not marked" if one.wrong_true is None else f"{one.wrong_found} of {one.wrong_true}"
    ),
    "worker asked": lambda one: str(one.unsure),
}
