"""The addresses of the hub: board, station, live stream, health, metrics."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from hub.web.guard import Guard
from hub.web.presenter import HERE, Presenter
from hub.web.views import run_view, tile_view
from hub.web.words import Language, pick_language, words_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from hub.board import Board
    from hub.health import Health
    from hub.metrics import Metrics
    from hub.reader import Reader
    from hub.web.live import Viewer

logger = logging.getLogger(__name__)

COOKIE = "language"
COOKIE_S = 365 * 24 * 3600
LAST_WORD_S = 0.5
SECONDS_OF_RETRY = b"retry: 2000\n\n"


class Pages:
    """All pages. `app` is what a web server serves.

    Args:
        presenter: Makes the HTML.
        board: Asked for single stations.
        reader: Asked for runs.
        health: For `/healthz`.
        metrics: For `/metrics`.
        now: The wall clock, aware.
        now_s: The steady clock.
    """

    def __init__(
        self,
        *,
        presenter: Presenter,
        board: Board,
        reader: Reader,
        health: Health,
        metrics: Metrics,
        now: Callable[[], datetime],
        now_s: Callable[[], float],
    ) -> None:
        self._presenter = presenter
        self._board = board
        self._reader = reader
        self._health = health
        self._metrics = metrics
        self._now = now
        self._now_s = now_s
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/", self._show_board),
                Route("/stations/{site}/{station}", self._show_station),
                Route("/live", _Live(presenter)),
                Route("/healthz", self._tell_health),
                Route("/metrics", self._tell_metrics),
                Mount("/static", StaticFiles(directory=HERE / "static")),
            ],
            middleware=[Middleware(Guard)],
            exception_handlers={HTTPException: self._not_there, Exception: self._trouble},
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(self._presenter.run())
        try:
            yield
        finally:
            self._presenter.broadcast.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _show_board(self, request: Request) -> Response:
        language = language_of(request)
        return _html(request, self._presenter.board_page(language), language)

    async def _show_station(self, request: Request) -> Response:
        language = language_of(request)
        key = (request.path_params["site"], request.path_params["station"])
        tile = self._board.tile(key, now_s=self._now_s())
        if tile is None:
            raise HTTPException(404, words_in(language)["no_station"])
        before = _moment(request.query_params.get("before"))
        values = await asyncio.to_thread(self._runs, key, language, before)
        if request.query_params.get("part") == "runs":
            return HTMLResponse(self._presenter.page("runs.html", language, **values))
        here = f"/live?{urlencode({'lang': language, 'site': key[0], 'station': key[1]})}"
        view = tile_view(tile, language=language, now=self._now())
        page = self._presenter.page("station.html", language, live=here, t=view, **values)
        return _html(request, page, language)

    def _runs(
        self, key: tuple[str, str], language: Language, before: datetime | None
    ) -> dict[str, object]:
        found = self._reader.runs(site=key[0], station=key[1], before=before)
        texts = {run.task: self._reader.words(run.task) for run in found.runs}
        here = f"/stations/{quote(key[0], safe='')}/{quote(key[1], safe='')}"
        older = found.older and f"{here}?{urlencode({'before': found.older.isoformat()})}"
        return {
            "runs": [
                run_view(run, texts=texts[run.task], language=language, now=self._now())
                for run in found.runs
            ],
            "older": older,
            "newest": here if before is not None else None,
        }

    async def _tell_health(self, _request: Request) -> Response:
        conditions = {
            name: {"well": one.well, "since": one.since.isoformat(), "why": one.why}
            for name, one in self._health.conditions().items()
        }
        well = self._health.well
        return JSONResponse({"well": well, "parts": conditions}, status_code=200 if well else 503)

    async def _tell_metrics(self, _request: Request) -> Response:
        self._metrics.well.set(self._health.well)
        tiles = self._board.tiles(now_s=self._now_s())
        for how in ("working", "idle", "paused", "help", "fault", "gone"):
            self._metrics.stations.labels(how).set(sum(tile.how == how for tile in tiles))
        return Response(self._metrics.text(), media_type="text/plain; version=0.0.4")

    async def _not_there(self, request: Request, error: Exception) -> Response:
        language = language_of(request)
        status = error.status_code if isinstance(error, HTTPException) else 404
        detail = error.detail if isinstance(error, HTTPException) else ""
        own = detail == words_in(language)["no_station"]
        message = detail if own else words_in(language)["not_found"]
        page = self._presenter.page("message.html", language, message=message, live=None)
        return HTMLResponse(page, status_code=status)

    async def _trouble(self, request: Request, error: Exception) -> Response:
        if isinstance(error, SQLAlchemyError):
            self._health.tell("pages", well=False, why="The pages cannot read the database")
        language = language_of(request)
        message = words_in(language)["trouble"]
        page = self._presenter.page("message.html", language, message=message, live=None)
        return HTMLResponse(page, status_code=503)


class _Live:
    """The stream of changes. Plain ASGI: the shared bytes go to each viewer without a copy."""

    def __init__(self, presenter: Presenter) -> None:
        self._presenter = presenter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the viewer goes, is too slow, or the hub stops."""
        request = Request(scope)
        language = language_of(request)
        site = request.query_params.get("site")
        station = request.query_params.get("station")
        if site is not None and station is not None:
            channel = f"station/{site}/{station}/{language}"
            first = self._presenter.tile_event((site, station), language)
            first += b"event: stored\ndata: {}\n\n"
        else:
            channel = f"board/{language}"
            first = self._presenter.board_event(language)
        viewer = self._presenter.broadcast.join(channel, f"notice/{language}")
        try:
            await _stream(viewer, SECONDS_OF_RETRY + first, receive, send)
        finally:
            self._presenter.broadcast.leave(viewer)


async def _stream(viewer: Viewer, first: bytes, receive: Receive, send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def pump() -> None:
        await send({"type": "http.response.body", "body": first, "more_body": True})
        while chunk := await viewer.next_chunk():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def until_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = {asyncio.create_task(job) for job in (pump(), until_gone(), viewer.ended.wait())}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    with contextlib.suppress(TimeoutError, OSError):
        last = {"type": "http.response.body", "body": b"", "more_body": False}
        await asyncio.wait_for(send(last), LAST_WORD_S)


def language_of(request: Request) -> Language:
    """The language of this reader."""
    return pick_language(
        asked=request.query_params.get("lang"),
        cookie=request.cookies.get(COOKIE),
        accepts=request.headers.get("accept-language", ""),
    )


def _html(request: Request, page: str, language: Language) -> Response:
    response = HTMLResponse(page, headers={"cache-control": "no-store"})
    if request.query_params.get("lang") == language:
        response.set_cookie(
            COOKIE, language, max_age=COOKIE_S, httponly=True, samesite="strict", path="/"
        )
    return response


def _moment(text: str | None) -> datetime | None:
    """A moment from the address; None when there is none that can be read."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
