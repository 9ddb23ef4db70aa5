"""One broadcast to all viewers: bytes made once, shared by all; who is too slow is dropped."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.metrics import Metrics

CHUNKS_AT_MOST = 200
"""What may wait for one viewer: 4 s at 50 changes/s. A viewer further behind loads anew."""

HEARTBEAT_S = 10.0
HEARTBEAT = b": here\n\n"


def sse(name: str, text: str) -> bytes:
    """One server-sent event. `text` must be without line ends, as JSON is."""
    return f"event: {name}\ndata: {text}\n\n".encode()


class Viewer:
    """One open page."""

    def __init__(self, channels: frozenset[str]) -> None:
        self.channels = channels
        self.ended = asyncio.Event()
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def put(self, chunk: bytes) -> bool:
        """Queue a chunk. False when the viewer is too far behind; it is closed then."""
        if self.ended.is_set() or len(self._waiting) >= CHUNKS_AT_MOST:
            self.close()
            return False
        self._waiting.append(chunk)
        self._wake.set()
        return True

    def close(self) -> None:
        """End the stream; the browser comes back by itself and gets the whole board."""
        self.ended.set()
        self._waiting.clear()
        self._wake.set()

    async def next_chunk(self) -> bytes:
        """What is to be sent next; empty when the viewer was closed."""
        await self._wake.wait()
        self._wake.clear()
        together = b"".join(self._waiting)
        self._waiting.clear()
        return together


class Broadcast:
    """All viewers. Used on the event loop only."""

    def __init__(self, metrics: Metrics) -> None:
        self._viewers: set[Viewer] = set()
        self._watching: dict[str, set[Viewer]] = {}
        self._metrics = metrics
        self._closed = False

    def join(self, *channels: str) -> Viewer:
        """A new viewer of these channels."""
        viewer = Viewer(frozenset(channels))
        if self._closed:
            viewer.close()
        self._viewers.add(viewer)
        for channel in viewer.channels:
            self._watching.setdefault(channel, set()).add(viewer)
        self._metrics.viewers.set(len(self._viewers))
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """A viewer has gone."""
        self._viewers.discard(viewer)
        for channel in viewer.channels:
            watching = self._watching.get(channel, set())
            watching.discard(viewer)
            if not watching:
                self._watching.pop(channel, None)
        self._metrics.viewers.set(len(self._viewers))

    def has_viewers(self, channel: str) -> bool:
        """Whether anybody watches."""
        return channel in self._watching

    def send(self, channel: str, chunk: bytes) -> None:
        """Give the same bytes to everybody who watches `channel`."""
        for viewer in self._watching.get(channel, ()):
            if not viewer.ended.is_set() and not viewer.put(chunk):
                self._metrics.viewers_dropped.inc()

    def send_heartbeat(self) -> None:
        """Something for everybody, so that a broken connection is noticed on both sides."""
        for viewer in self._viewers:
            viewer.put(HEARTBEAT)

    def close(self) -> None:
        """End all streams: the hub stops."""
        self._closed = True
        for viewer in self._viewers:
            viewer.close()
