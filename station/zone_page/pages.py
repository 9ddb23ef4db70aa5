"""The addresses of the page: itself, the picture, what is measured, the draft, saving."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import cv2
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from calibration.maps import BenchMaps
from station.zone_page.draft import (
    Draft,
    DraftToSave,
    DraftZone,
    PointsToBench,
    Wrong,
    all_wrong,
)
from station.zone_page.draft_board import DraftBoard
from station.zone_page.geometry import bench_corners, outline, to_bench
from station.zone_page.guard import Guard
from station.zone_page.looking import Look, Looking
from station.zone_page.measures import as_json
from station.zone_page.troubles import trouble_in
from station.zone_page.words import LANGUAGES, Language, page_language, words_in
from station_config.station import Station
from station_config.station_writing import StationChangedError, StationWritingError
from station_config.yaml_file import YamlFileError
from tasks.model import in_language

HERE = Path(__file__).parent

TELL_EVERY_S = 0.1
"""Ten pictures and measures a second: enough to see a hand go in, and little work."""
WIDEST_PX = 1280
JPEG_QUALITY = 80
BEAT_S = 2.0
"""Without news, something is sent this often, so that a page knows whether the program lives."""

Asked = TypeVar("Asked", bound=BaseModel)


class Pages:
    """All addresses. `app` is what a web server serves.

    Args:
        station: The bench.
        maps: Where it lies in the picture.
        size_px: Width and height of the camera's pictures.
        board: The draft.
        looking: What sees.
        token: The first part of every address.
        port: The server's.
        hands: Whether hands are recognised.
    """

    def __init__(
        self,
        *,
        station: Station,
        maps: BenchMaps,
        size_px: tuple[int, int],
        board: DraftBoard,
        looking: Looking,
        token: str,
        port: int,
        hands: bool,
    ) -> None:
        self._station, self._maps, self._size_px = station, maps, size_px
        self._board, self._looking = board, looking
        self._token, self._hands = token, hands
        self._picture = _Picture()
        self._saving = asyncio.Lock()
        self.stopping = threading.Event()
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            auto_reload=False,
        )
        inside = [
            Route("/", self._show),
            Route("/picture.jpg", self._show_picture),
            Route("/seen", self._tell_seen),
            Route("/draft", self._take_draft, methods=["POST"]),
            Route("/bench", self._find_on_bench, methods=["POST"]),
            Route("/save", self._save, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
        self.app: ASGIApp = Guard(
            Starlette(routes=[Mount(f"/{token}", routes=inside)]), token=token, port=port
        )

    async def _show(self, request: Request) -> Response:
        language = self._language(request)
        words = words_in(language)
        try:
            zones, base = self._board.fresh()
        except YamlFileError as error:
            lines = [words["file_wrong"], *(str(mistake) for mistake in error.mistakes)]
            return Response("\n".join(lines), status_code=409, media_type="text/plain")
        self._looking.watch(self._board.watched())
        told = {
            "words": words,
            "language": language,
            "zones": [zone.model_dump(mode="json") for zone in zones],
            "base": base,
            "width": self._size_px[0],
            "height": self._size_px[1],
            "bench_mm": self._station.bench_mm,
            "bench_px": bench_corners(self._station.bench_mm, self._maps.cam_from_bench),
            **self._drawn(zones, self._wrong(zones, language)),
        }
        page = self._templates.get_template("zones.html").render(
            w=words,
            language=language,
            languages=LANGUAGES,
            title=in_language(self._station.title, language),
            file=self._station.path.name,
            told=told,
            hands=self._hands,
            knows_height=self._maps.cam_from_bench.knows_height,
        )
        return HTMLResponse(page, headers={"cache-control": "no-store"})

    async def _show_picture(self, _request: Request) -> Response:
        look = self._looking.newest
        if look is None:
            return Response(status_code=204)
        jpeg = await asyncio.to_thread(self._picture.of, look)
        return Response(jpeg, media_type="image/jpeg", headers={"cache-control": "no-store"})

    async def _tell_seen(self, request: Request) -> Response:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(
            self._seen_lines(self._language(request)),
            media_type="text/event-stream",
            headers=headers,
        )

    async def _seen_lines(self, language: Language) -> AsyncIterator[str]:
        """What is seen, ten times a second while there is something new."""
        yield "retry: 1000\n\n"
        last: object = None
        told_s = 0.0
        while not self.stopping.is_set():
            look, trouble = self._looking.newest, trouble_in(language, self._looking.trouble)
            now = (look.number if look else 0, trouble)
            if now != last or time.monotonic() - told_s > BEAT_S:
                last, told_s = now, time.monotonic()
                yield f"event: seen\ndata: {json.dumps(_seen_json(look, trouble))}\n\n"
            await asyncio.sleep(TELL_EVERY_S)

    async def _take_draft(self, request: Request) -> Response:
        draft = await _read(request, Draft)
        if draft is None:
            return _not_understood()
        wrong = self._board.take(draft, self._language(request))
        self._looking.watch(self._board.watched())
        return JSONResponse(self._drawn(draft.zones, wrong))

    async def _find_on_bench(self, request: Request) -> Response:
        asked = await _read(request, PointsToBench)
        if asked is None:
            return _not_understood()
        found = to_bench(asked.points_px, self._maps.cam_from_bench, height_mm=asked.height_mm)
        return JSONResponse({"points_mm": found})

    async def _save(self, request: Request) -> Response:
        draft = await _read(request, DraftToSave)
        if draft is None:
            return _not_understood()
        language = self._language(request)
        words = words_in(language)
        wrong = self._wrong(draft.zones, language)
        if wrong:
            return _refused(words["mend"], *(each.text for each in wrong), wrong=wrong)
        async with self._saving:
            try:
                saved = await asyncio.to_thread(self._board.save, draft, language)
            except StationChangedError as error:
                return _refused(str(error))
            except StationWritingError as error:
                return _refused(str(error))
            except YamlFileError as error:
                return _refused(words["file_wrong"], *(str(each) for each in error.mistakes))
        return JSONResponse(
            {
                "saved": words["saved"].format(file=self._station.path.name),
                "remarks": saved.remarks,
                "base": saved.base,
                "zones": [zone.model_dump(mode="json") for zone in saved.zones],
            }
        )

    def _wrong(
        self, zones: list[DraftZone] | tuple[DraftZone, ...], language: Language
    ) -> tuple[Wrong, ...]:
        return all_wrong(zones, bench_mm=self._station.bench_mm, language=language)

    def _drawn(
        self, zones: list[DraftZone] | tuple[DraftZone, ...], wrong: tuple[Wrong, ...]
    ) -> dict[str, object]:
        cam_from_bench = self._maps.cam_from_bench
        return {
            "outlines": [asdict(outline(zone, cam_from_bench)) for zone in zones],
            "wrong": [asdict(each) for each in wrong],
        }

    def _language(self, request: Request) -> Language:
        asked = request.query_params.get("lang", self._station.language)
        return page_language(asked)


class _Picture:
    """The newest picture as a JPEG, made once for all who look."""

    def __init__(self) -> None:
        self._number, self._jpeg = 0, b""
        self._lock = threading.Lock()

    def of(self, look: Look) -> bytes:
        with self._lock:
            if look.number != self._number:
                self._jpeg = _jpeg(look)
                self._number = look.number
            return self._jpeg


def _jpeg(look: Look) -> bytes:
    bgr = look.bgr
    high, wide = bgr.shape[:2]
    if wide > WIDEST_PX:
        size = (WIDEST_PX, round(high * WIDEST_PX / wide))
        scaled = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    else:
        scaled = bgr
    _, written = cv2.imencode(".jpg", scaled, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return written.tobytes()


def _seen_json(look: Look | None, trouble: str | None) -> dict[str, object]:
    if look is None:
        return {"number": 0, "trouble": trouble, "zones": {}, "tips": []}
    return {
        "number": look.number,
        "trouble": trouble,
        "zones": as_json(look.measures),
        "tips": [[round(x), round(y), tip.by_hand] for tip in look.tips for x, y in [tip.at_px]],
    }


async def _read(request: Request, kind: type[Asked]) -> Asked | None:
    """What a page sent, or None when it makes no sense."""
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError:
        return None


def _not_understood() -> Response:
    """Only another program than the page can have sent this."""
    return JSONResponse({"refused": ["This is not what the page sends."]}, status_code=400)


def _refused(*lines: str, wrong: tuple[Wrong, ...] = ()) -> Response:
    told = {"refused": lines, "wrong": [asdict(each) for each in wrong]}
    return JSONResponse(told, status_code=409)
