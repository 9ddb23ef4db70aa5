"""What the templates show: tiles and runs, put into words of one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from hub.web.words import Language, plain_name, said, words_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.board import Tile
    from hub.runs import RunStory, StepLine

PIECES_AT_MOST = 200
"""More pieces than this cannot be told apart on a tile; the words still give the number."""

PIECES_A_ROW = 20
PIECE_STEP = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A moment on the page."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One step as a little piece of the finished thing: `done`, `now` or `rest`."""

    x: int
    y: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TileView:
    """One station, in words."""

    key: str
    href: str
    title: str
    site: str
    how: str
    how_text: str
    since: When | None
    task: str
    step: str
    step_of: str
    step_since: When | None
    pieces: tuple[Piece, ...]
    width: int
    height: int
    notes: tuple[str, ...]
    badges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripView:
    """Who asks for help, and how many stations are how."""

    asking: tuple[TileView, ...]
    counts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One step of a run, in words."""

    step: str
    done: bool
    how: str
    took: str
    support: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run, in words."""

    run_id: str
    task: str
    worker: str | None
    how: str
    how_text: str
    started: When
    took: str
    summary: str
    lines: tuple[LineView, ...]


def when(moment: datetime, *, now: datetime, language: Language) -> When:
    """A moment on the hub's own clock, as short as it can be understood."""
    local, today = moment.astimezone(), now.astimezone().date()
    text = f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        text = f"{words_in(language)['yesterday']} {text}"
    elif local.date() != today:
        text = f"{local:%d-%m-%Y} {text}" if local.year != today.year else f"{local:%d-%m} {text}"
    return When(iso=moment.isoformat(timespec="seconds"), text=text)


def tile_view(tile: Tile, *, language: Language, now: datetime) -> TileView:
    """One station in words."""
    words = words_in(language)
    state = tile.state
    since = {
        "gone": tile.gone_since,
        "help": tile.help_since,
        "paused": tile.paused_since,
    }.get(tile.how)
    total = state.steps_total or 0
    number = min(state.step_number or 0, total)
    pieces, width, height = _pieces(number, total) if state.step is not None else ((), 0, 0)
    notes = list(state.faults)
    if tile.doubled:
        notes.append(words["doubled"])
    if tile.missing:
        notes.append(words["missing"].format(count=tile.missing))
    return TileView(
        key=f"{state.site}/{state.station}",
        href=f"/stations/{quote(state.site, safe='')}/{quote(state.station, safe='')}",
        title=said(state.title, language, state.station),
        site=state.site,
        how=tile.how,
        how_text=words[tile.how],
        since=when(since, now=now, language=language) if since else None,
        task=said(state.task_title, language, plain_name(state.task or "")),
        step=said(state.step_words, language, plain_name(state.step or "")),
        step_of=words["step_of"].format(number=number, total=total) if number else "",
        step_since=(
            when(state.step_since, now=now, language=language)
            if state.step_since and state.step
            else None
        ),
        pieces=pieces,
        width=width,
        height=height,
        notes=tuple(notes),
        badges=_badges(tile, words),
    )


def _badges(tile: Tile, words: Mapping[str, str]) -> tuple[str, ...]:
    """What else is so, beside the one word that the tile is headed with."""
    also = {
        "help": tile.help_since is not None,
        "fault": bool(tile.state.faults) or tile.doubled,
        "paused": tile.paused_since is not None,
    }
    return tuple(words[how] for how, is_so in also.items() if is_so and how != tile.how)


def _pieces(number: int, total: int) -> tuple[tuple[Piece, ...], int, int]:
    if not 0 < total <= PIECES_AT_MOST:
        return (), 0, 0
    pieces = []
    for index in range(total):
        how = "done" if index + 1 < number else "now" if index + 1 == number else "rest"
        row, column = divmod(index, PIECES_A_ROW)
        pieces.append(Piece(x=column * PIECE_STEP + 2, y=row * PIECE_STEP + 2, how=how))
    columns, rows = min(total, PIECES_A_ROW), (total - 1) // PIECES_A_ROW + 1
    return tuple(pieces), columns * PIECE_STEP, rows * PIECE_STEP


def strip_view(tiles: Sequence[TileView], *, language: Language) -> StripView:
    """The line above the board."""
    words = words_in(language)
    counts = []
    for how in ("help", "fault", "working", "paused", "idle", "gone"):
        count = sum(tile.how == how for tile in tiles)
        if count:
            counts.append((how, f"{count} {words[f'count_{how}']}"))
    asking = sorted(
        (tile for tile in tiles if tile.how == "help"),
        key=lambda tile: tile.since.iso if tile.since else "",
    )
    return StripView(asking=tuple(asking), counts=tuple(counts))


def run_view(
    run: RunStory,
    *,
    texts: Mapping[str, Mapping[str, str]],
    language: Language,
    now: datetime,
) -> RunView:
    """One run in words; `texts` are those of its task: step to language to words."""
    words = words_in(language)
    how = run.ended or "going_on"
    took_s = (
        run.took_s if run.took_s is not None else (run.last_at - run.started_at).total_seconds()
    )
    return RunView(
        run_id=run.run_id,
        task=said(texts.get("", {}), language, plain_name(run.task or "?")),
        worker=run.worker,
        how=how,
        how_text=words[how],
        started=when(run.started_at, now=now, language=language),
        took=_duration(took_s, words),
        summary=_summary(run, words),
        lines=tuple(_line_view(line, texts, language, words) for line in run.lines),
    )


def _summary(run: RunStory, words: Mapping[str, str]) -> str:
    parts = [_counted("steps_done", "step_done_1", run.steps_finished, words)]
    if run.wrong_zones:
        parts.append(_counted("wrong_count", "wrong_count_1", run.wrong_zones, words))
    return ", ".join(parts)


def _counted(many: str, one: str, count: int, words: Mapping[str, str]) -> str:
    return words[one] if count == 1 else words[many].format(count=count)


def _line_view(
    line: StepLine,
    texts: Mapping[str, Mapping[str, str]],
    language: Language,
    words: Mapping[str, str],
) -> LineView:
    name = said(texts.get(line.step, {}), language, plain_name(line.step))
    if line.turn > 1:
        name = f"{name} ({words['turn'].format(turn=line.turn)})"
    remarks = [
        _times(words["wrong_zone"].format(zone=plain_name(zone)), count, words)
        for zone, count in line.wrong_zones.items()
    ]
    for text, count in (("unsure", line.unsure), ("undone", line.undone)):
        if count:
            remarks.append(_times(words[text], count, words))
    if line.help_asked:
        remarks.append(_times(words["help_asked"], line.help_asked, words))
    done = line.finished_at is not None
    return LineView(
        step=name,
        done=done,
        how=words["done" if done else "not_done"],
        took="" if line.took_s is None else _duration(line.took_s, words),
        support=words.get(f"support_{line.support}", line.support or ""),
        remarks=tuple(remarks),
    )


def _times(text: str, count: int, words: Mapping[str, str]) -> str:
    return text if count == 1 else f"{text} {words['times'].format(count=count)}"


def _duration(seconds: float, words: Mapping[str, str]) -> str:
    whole = round(max(0.0, seconds))
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return words["seconds"].format(s=whole if seconds >= 10 else f"{seconds:.1f}")  # noqa: PLR2004
    return words["minutes"].format(m=whole // 60, s=whole % 60)
