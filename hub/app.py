"""The whole hub: broker, listener, writer, board and pages, built once and ended in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import socket
import threading
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
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

    from hub.inbox import Message

logger = logging.getLogger(__name__)

CLIENT_ID = "handwijzer-hub"
SUBSCRIBED_WITHIN_S = 10.0
LOOK_EVERY_S = 0.02
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
    _spare_the_collector()
    if wishes.ready_file is not None:
        wishes.ready_file.unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        before = signal.signal(signal.SIGTERM, _stop_starting)
        stack.callback(signal.signal, signal.SIGTERM, before)
        web_socket = stack.enter_context(contextlib.closing(_bind(wishes.port)))
        database.make_folder_for(wishes.database)
        store = stack.enter_context(Store(wishes.database, now=utc_now))
        health = Health(now=utc_now)
        own, address = _broker(wishes, health, stack, say)
        reader = Reader(wishes.database)
        stack.callback(reader.close)
        parts = _Parts(store, reader, health, address)
        listener = parts.listener(first_v5=own is None or own.speaks_v5)
        # The writer ends first, so that the listener can still say what was stored last.
        stack.enter_context(Worker("listener", listener.listen, health))
        stack.enter_context(Worker("writer", parts.writer(listener).write, health))
        url = f"http://{LOOPBACK}:{web_socket.getsockname()[1]}/"
        say(f"Handwijzer hub: {url}  (stations report to {address})")

        def ready() -> None:
            if wishes.ready_file is not None:
                told = {"url": url, "broker": str(address), "pid": os.getpid()}
                _write_at_once(wishes.ready_file, json.dumps(told))

        _serve_pages(parts, web_socket, until=listener.subscribed, ready=ready)


class _Parts:
    """What the threads and the pages share."""

    def __init__(
        self, store: Store, reader: Reader, health: Health, address: BrokerAddress
    ) -> None:
        self._store, self._reader, self._health = store, reader, health
        self._address = address
        self._board, self._metrics, self._inbox = Board(), Metrics(), Inbox()
        self._board.remember(reader.last_states(), now_s=time.monotonic())
        self._board.tell_missing(store.missing)
        self.presenter = Presenter(
            board=self._board,
            health=health,
            metrics=self._metrics,
            broker=str(address),
            now=utc_now,
        )
        health.on_change(self.presenter.touch)
        health.tell("broker", well=False, why=f"No contact with {address} yet")

    def listener(self, *, first_v5: bool) -> Listener:
        """The ear."""
        return Listener(
            self._address,
            client_id=CLIENT_ID,
            health=self._health,
            inbox=self._inbox,
            heard=self._heard,
            first_v5=first_v5,
        )

    def writer(self, listener: Listener) -> Writer:
        """The hand."""
        return Writer(
            inbox=self._inbox,
            acknowledge=listener.acknowledge,
            store=self._store,
            health=self._health,
            metrics=self._metrics,
            stored=self._stored,
        )

    def pages(self) -> Pages:
        """The face."""
        return Pages(
            presenter=self.presenter,
            board=self._board,
            reader=self._reader,
            health=self._health,
            metrics=self._metrics,
            now=utc_now,
            now_s=time.monotonic,
        )

    def _heard(self, message: Message) -> None:
        """States go to the board at once, also when the database has trouble."""
        if not message.topic.endswith("/state"):
            return
        arrived = read(message.topic, message.payload, retained=message.retained)
        if isinstance(arrived, StateArrived):
            self._board.heard(arrived, now_s=time.monotonic(), now=utc_now())
            self.presenter.touch((arrived.state.site, arrived.state.station))

    def _stored(self, stations: frozenset[tuple[str, str]]) -> None:
        self._board.tell_missing(self._store.missing)
        self.presenter.stored(stations)


class _WebServer(uvicorn.Server):
    """uvicorn, which says when all is ready and lets open pages go when it is told to stop."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        until: threading.Event,
        ready: Callable[[], None],
        presenter: Presenter,
    ) -> None:
        super().__init__(config)
        self._until = until
        self._ready = ready
        self._presenter = presenter

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; and when the hub hears the broker too, or that takes long, say so."""
        await super().startup(sockets)
        late_s = time.monotonic() + SUBSCRIBED_WITHIN_S
        while not (self._until.is_set() or self.should_exit or time.monotonic() > late_s):  # noqa: ASYNC110 - a thread sets it
            await asyncio.sleep(LOOK_EVERY_S)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, also with open streams."""
        super().handle_exit(sig, frame)
        self._presenter.close_soon()


def _serve_pages(
    parts: _Parts, web_socket: socket.socket, *, until: threading.Event, ready: Callable[[], None]
) -> None:
    config = uvicorn.Config(
        parts.pages().app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GOODBYE_WITHIN_S,
        timeout_keep_alive=30,
        backlog=2048,
    )
    server = _WebServer(config, until=until, ready=ready, presenter=parts.presenter)
    before = {sig: signal.signal(sig, signal.SIG_IGN) for sig in (signal.SIGTERM, signal.SIGINT)}
    try:
        server.run(sockets=[web_socket])
    finally:
        for sig, old in before.items():
            signal.signal(sig, old)


def _spare_the_collector() -> None:
    """Look for circular garbage rarely: messages make none, and looking cost 12 % of the CPU
    at full speed (benchmarks/hub_ingest.py).
    """  # noqa: D205
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _stop_starting(_sig: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _broker(
    wishes: Wishes, health: Health, stack: contextlib.ExitStack, say: Callable[[str], None]
) -> tuple[OwnBroker | None, BrokerAddress]:
    """The broker to use; an own one is started, and ends with `stack`."""
    if wishes.broker is not None:
        return None, BrokerAddress.parse(wishes.broker)
    mosquitto = None if wishes.amqtt else find_mosquitto()
    if mosquitto is None:
        say(
            "This hub uses a broker for trying out (amqtt): slow, and it forgets when it stops. "
            "For real work install mosquitto (apt install mosquitto) and start the hub again."
        )
    folder = wishes.folder / "broker"
    own = OwnBroker(folder=folder, port=wishes.broker_port, health=health, mosquitto=mosquitto)
    stack.enter_context(own)
    return own, own.address


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
