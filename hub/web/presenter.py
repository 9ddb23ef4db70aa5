"""Turns what changes on the board into ready-made bytes for all who watch."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic_core import to_json

from hub.web.live import HEARTBEAT_S, Broadcast, sse
from hub.web.views import strip_view, tile_view
from hub.web.words import LANGUAGES, Language, words_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hub.board import Board, StationKey, Tile
    from hub.health import Health
    from hub.metrics import Metrics

HERE = Path(__file__).parent
TICK_S = 0.5
"""So often silence is looked for; a change is shown at once."""

TOGETHER_S = 0.01
"""Changes within this time go out in one piece."""

STOOD_STILL_S = 5.0
"""After such a pause of the hub itself, no station's silence counts."""

SPOKEN = frozenset({"help", "gone", "fault"})
"""What a screen reader says without being asked."""


class Presenter:
    """The board as HTML: whole for a page that opens, in parts for pages that are open.

    Args:
        board: What is shown.
        health: The hub's own faults, shown above the board.
        metrics: Counted in.
        broker: Where stations report to, for the empty board.
        now: The wall clock, aware.
        now_s: The steady clock.
    """

    def __init__(
        self,
        *,
        board: Board,
        health: Health,
        metrics: Metrics,
        broker: str,
        now: Callable[[], datetime],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board = board
        self._health = health
        self._metrics = metrics
        self._broker = broker
        self._now = now
        self._now_s = now_s
        self.broadcast = Broadcast(metrics)
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            auto_reload=False,
        )
        self._version = _version_of_static()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dirty = asyncio.Event()
        self._stored: set[StationKey] = set()
        self._touched: set[StationKey] = set()
        self._shown: dict[tuple[str, str], str] = {}
        self._how: dict[StationKey, str] = {}
        self._heads: dict[StationKey, object] = {}

    def touch(self, key: StationKey | None = None) -> None:
        """Something changed; from any thread."""
        self._call(self._touch_here, key)

    def stored(self, stations: frozenset[StationKey]) -> None:
        """New events of these stations are stored; from any thread."""
        self._call(self._stored_here, stations)

    def close_soon(self) -> None:
        """End all streams: the hub stops; from any thread, and from a signal."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.broadcast.close)

    def page(self, template: str, language: Language, **values: object) -> str:
        """A whole page."""
        return self._templates.get_template(template).render(
            language=language,
            w=words_in(language),
            version=self._version,
            troubles=self._troubles(),
            broker=self._broker,
            **values,
        )

    def board_page(self, language: Language) -> str:
        """The board."""
        return self.page(
            "board.html", language, live=f"/live?lang={language}", **self._stations(language)
        )

    def board_event(self, language: Language) -> bytes:
        """The whole board, for a page that comes back after a pause."""
        html = self._part("stations.html", language, **self._stations(language))
        return sse("board", _json(html=html)) + self.notice_event(language)

    def tile_event(self, key: StationKey, language: Language) -> bytes:
        """One station, for its own page; nothing when it is not known."""
        tile = self._board.tile(key, now_s=self._now_s())
        if tile is None:
            return b""
        return self._tile_chunk(tile, language, say="") + self.notice_event(language)

    def notice_event(self, language: Language) -> bytes:
        """What is wrong with the hub itself."""
        html = self._part("notice.html", language, troubles=self._troubles())
        return sse("notice", _json(html=html))

    async def run(self) -> None:
        """Show changes until cancelled."""
        self._loop = asyncio.get_running_loop()
        looked_s = all_looked_s = heartbeat_s = self._now_s()
        self._touched.update(tile.key for tile in self._board.tiles(now_s=looked_s))
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._dirty.wait(), TICK_S)
            self._dirty.clear()
            looked_s = self._excuse(looked_s)
            if looked_s - all_looked_s >= TICK_S:
                all_looked_s = looked_s
                self._touched.update(self._how)
            if looked_s - heartbeat_s >= HEARTBEAT_S:
                heartbeat_s = looked_s
                self.broadcast.send_heartbeat()
            self._show()
            await asyncio.sleep(TOGETHER_S)

    def _excuse(self, looked_s: float) -> float:
        """While the hub cannot hear, or stood still, nobody's silence counts."""
        now_s = self._now_s()
        broker = self._health.conditions().get("broker")
        deaf = broker is not None and not broker.well
        if deaf or now_s - looked_s > STOOD_STILL_S:
            self._board.excuse_all(now_s=now_s)
        return now_s

    def _show(self) -> None:
        now_s = self._now_s()
        touched, self._touched = self._touched, set()
        stored, self._stored = self._stored, set()
        chunks: dict[str, list[bytes]] = {language: [] for language in LANGUAGES}
        came = heads_changed = False
        for key in touched:
            tile = self._board.tile(key, now_s=now_s)
            if tile is not None:
                came = came or key not in self._how
                heads_changed = self._head_changed(tile) or heads_changed
                self._show_tile(tile, chunks)
        for key in stored:
            for language in LANGUAGES:
                chunk = sse("stored", _json(station="/".join(key)))
                self.broadcast.send(_station_channel(key, language), chunk)
        for language in LANGUAGES:
            self._show_board(language, chunks[language], came=came, strip=heads_changed)

    def _head_changed(self, tile: Tile) -> bool:
        """Whether the line above the board may look different because of this station."""
        head = (tile.how, tile.help_since, tuple(tile.state.title.items()))
        before, self._heads[tile.key] = self._heads.get(tile.key), head
        return before != head

    def _show_board(
        self, language: Language, chunks: list[bytes], *, came: bool, strip: bool
    ) -> None:
        channel = f"board/{language}"
        if not self.broadcast.has_viewers(channel):
            return
        if came:
            chunks = [self.board_event(language)]
        elif strip:
            html = self._part("strip.html", language, s=self._stations(language)["s"])
            chunks.append(sse("strip", _json(html=html)))
        if chunks:
            self.broadcast.send(channel, b"".join(chunks))

    def _show_tile(self, tile: Tile, chunks: dict[str, list[bytes]]) -> None:
        how_before, self._how[tile.key] = self._how.get(tile.key), tile.how
        spoken = tile.how in SPOKEN and how_before not in {None, tile.how}
        for language in LANGUAGES:
            station = _station_channel(tile.key, language)
            on_board = self.broadcast.has_viewers(f"board/{language}")
            if not on_board and not self.broadcast.has_viewers(station):
                continue
            view = tile_view(tile, language=language, now=self._now())
            html = self._part("tile.html", language, t=view)
            if not self._changed(view.key, language, html):
                continue
            say = f"{view.title}: {view.how_text}" if spoken else ""
            chunk = sse("tile", _json(key=view.key, html=html, say=say))
            chunks[language].append(chunk)
            self.broadcast.send(station, chunk)

    def _tile_chunk(self, tile: Tile, language: Language, *, say: str) -> bytes:
        view = tile_view(tile, language=language, now=self._now())
        html = self._part("tile.html", language, t=view)
        return sse("tile", _json(key=view.key, html=html, say=say))

    def _changed(self, what: str, language: Language, html: str) -> bool:
        if self._shown.get((what, language)) == html:
            return False
        self._shown[(what, language)] = html
        return True

    def _stations(self, language: Language) -> dict[str, object]:
        now = self._now()
        tiles = self._board.tiles(now_s=self._now_s())
        views = [tile_view(tile, language=language, now=now) for tile in tiles]
        return {"tiles": views, "s": strip_view(views, language=language)}

    def _part(self, template: str, language: Language, **values: object) -> str:
        words = words_in(language)
        found = self._templates.get_template(template)
        return found.render(w=words, language=language, broker=self._broker, **values)

    def _troubles(self) -> list[str]:
        return [one.why for one in self._health.conditions().values() if not one.well]

    def _touch_here(self, key: StationKey | None) -> None:
        if key is not None:
            self._touched.add(key)
        else:
            for language in LANGUAGES:
                self.broadcast.send(f"notice/{language}", self.notice_event(language))
        self._dirty.set()

    def _stored_here(self, stations: frozenset[StationKey]) -> None:
        self._stored |= stations
        self._dirty.set()

    def _call(self, function: Callable[..., None], argument: object) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(function, argument)


def _station_channel(key: StationKey, language: str) -> str:
    return f"station/{key[0]}/{key[1]}/{language}"


def _json(**values: str) -> str:
    return to_json(values).decode()


def _version_of_static() -> str:
    """Changes when a file changes, so that no browser keeps an old one."""
    found = hashlib.sha256()
    for path in sorted((HERE / "static").iterdir()):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]
