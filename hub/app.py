"""The whole hub: broker, listener, writer, board and pages, built once and ended in order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import uvicorn

from hub import database
from hub.board import Board
from hub.broker import LOOPBACK, OwnBroker, find_mosquitto
from hub.broker_address import BrokerAddress
from hub.health import Health
from hub.inbox import Inbox
from hub.intake import StateArrived, read
from hub.listener import Listener
from hub.metrics import Metrics
from hub.reader import Reader
from hub.store import Store
from hub.threads import Worker
from hub.web.pages import Pages
from hub.web.presenter import Presenter
from hub.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from hub.inbox import Message

logger = logging.getLogger(__name__)

CLIENT_ID = "handwijzer-hub"
SUBSCRIBED_WITHIN_S = 10.0
GOODBYE_WITHIN_S = 2
"""So long open pages may take to end; a hung viewer does not hold the hub."""


class PortError(Exception):
    """The port of the pages cannot be taken. The text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How somebody wants the hub.

    Attributes:
        database: Its address.
        broker: Address of a broker that runs already; None starts an own one.
        port: Of the pages, on loopback; 0 takes a free one.
        broker_port: Of the own broker; 0 takes a free one.
        folder: For the own broker's files.
        ready_file: Written as JSON when everything listens.
        amqtt: Start amqtt even where mosquitto is installed.
    """

    database: str
    broker: str | None
    port: int
    broker_port: int
    folder: Path
    ready_file: Path | None = None
    amqtt: bool = False


def utc_now() -> datetime:
    """The wall clock, aware, UTC."""
    return datetime.now(UTC)


def serve(wishes: Wishes, *, say: Callable[[str], None]) -> None:
    """Be the hub until SIGTERM or SIGINT.

    Args:
        wishes: How.
        say: Prints a line for the person who started it.

    Raises:
        DatabaseError: The database cannot be used.
        BrokerError: The own broker cannot be started.
        BrokerAddressError: The address of the broker is none.
        PortError: The port of the pages is taken.
    """
    signal.signal(signal.SIGTERM, _stop_starting)
    with contextlib.ExitStack() as stack:
        web_socket = stack.enter_context(contextlib.closing(_bind(wishes.port)))
        database.make_folder_for(wishes.database)
        store = stack.enter_context(Store(wishes.database, now=utc_now))
        health = Health(now=utc_now)
        address = stack.enter_context(_broker(wishes, health, say))
        reader = Reader(wishes.database)
        stack.callback(reader.close)
        _run(
            wishes,
            stack,
            health=health,
            store=store,
            reader=reader,
            address=address,
            web_socket=web_socket,
            say=say,
        )


def _run(
    wishes: Wishes,
    stack: contextlib.ExitStack,
    *,
    health: Health,
    store: Store,
    reader: Reader,
    address: BrokerAddress,
    web_socket: socket.socket,
    say: Callable[[str], None],
) -> None:
    board, metrics = Board(), Metrics()
    board.remember(reader.last_states(), now_s=time.monotonic())
    presenter = Presenter(
        board=board, health=health, metrics=metrics, broker=str(address), now=utc_now
    )
    health.on_change(presenter.touch)

    def heard(message: Message) -> None:
        """States go to the board at once, also when the database has trouble."""
        if not message.topic.endswith("/state"):
            return
        arrived = read(message.topic, message.payload, retained=message.retained)
        if isinstance(arrived, StateArrived):
            board.heard(arrived, now_s=time.monotonic(), now=utc_now())
            presenter.touch((arrived.state.site, arrived.state.station))

    def stored(stations: frozenset[tuple[str, str]]) -> None:
        board.tell_missing(store.missing)
        presenter.stored(stations)

    health.tell("broker", well=False, why=f"No contact with {address} yet")
    inbox = Inbox()
    listener = Listener(address, client_id=CLIENT_ID, health=health, inbox=inbox, heard=heard)
    writer = Writer(
        inbox=inbox,
        acknowledge=listener.acknowledge,
        store=store,
        health=health,
        metrics=metrics,
        stored=stored,
    )
    pages = Pages(
        presenter=presenter,
        board=board,
        reader=reader,
        health=health,
        metrics=metrics,
        now=utc_now,
        now_s=time.monotonic,
    )
    stack.enter_context(Worker("writer", writer.write, health))
    stack.enter_context(Worker("listener", listener.listen, health))
    url = f"http://{LOOPBACK}:{web_socket.getsockname()[1]}/"

    def ready() -> None:
        say(f"Handwijzer hub: {url}  (stations report to {address})")
        listener.subscribed.wait(SUBSCRIBED_WITHIN_S)
        if wishes.ready_file is not None:
            told = {"url": url, "broker": str(address), "pid": os.getpid()}
            _write_at_once(wishes.ready_file, json.dumps(told))

    _serve_pages(pages, presenter, web_socket, ready)


class _WebServer(uvicorn.Server):
    """uvicorn, which says when it listens and lets open pages go when it is told to stop."""

    def __init__(
        self, config: uvicorn.Config, *, ready: Callable[[], None], presenter: Presenter
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._presenter = presenter

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(self._ready)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, also with open streams."""
        super().handle_exit(sig, frame)
        self._presenter.close_soon()


def _serve_pages(
    pages: Pages, presenter: Presenter, web_socket: socket.socket, ready: Callable[[], None]
) -> None:
    config = uvicorn.Config(
        pages.app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GOODBYE_WITHIN_S,
        timeout_keep_alive=30,
        backlog=2048,
    )
    server = _WebServer(config, ready=ready, presenter=presenter)
    before = {sig: signal.signal(sig, signal.SIG_IGN) for sig in (signal.SIGTERM, signal.SIGINT)}
    try:
        server.run(sockets=[web_socket])
    finally:
        for sig, old in before.items():
            signal.signal(sig, old)


def _stop_starting(_sig: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


@contextlib.contextmanager
def _broker(wishes: Wishes, health: Health, say: Callable[[str], None]) -> Iterator[BrokerAddress]:
    if wishes.broker is not None:
        yield BrokerAddress.parse(wishes.broker)
        return
    mosquitto = None if wishes.amqtt else find_mosquitto()
    if mosquitto is None:
        say(
            "mosquitto is not installed, so a broker for trying out is used (amqtt). "
            "Install mosquitto before real work: apt install mosquitto"
        )
    folder = wishes.folder / "broker"
    with OwnBroker(
        folder=folder, port=wishes.broker_port, health=health, mosquitto=mosquitto
    ) as own:
        yield own.address


def _bind(port: int) -> socket.socket:
    """Take the port of the pages, on loopback."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        taken.close()
        raise PortError(
            f"Port {port} for the pages cannot be taken: {error}. "
            "Perhaps a hub runs already. Choose another with --port, or 0 for a free one."
        ) from error
    return taken


def _write_at_once(file: Path, text: str) -> None:
    """So that a reader sees all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".draft")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(file)
