"""The little of MQTT that a publisher needs which is to cost next to nothing."""

from __future__ import annotations

import select
import socket
import uuid


def _length(size: int) -> bytes:
    """MQTT's length of a packet: seven bits a byte, lowest first."""
    found = bytearray()
    while True:
        size, low = divmod(size, 128)
        found.append(low | (0x80 if size else 0))
        if not size:
            return bytes(found)


def _packet(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _length(len(body)) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def publish_packet(topic: str, payload: bytes, number: int) -> bytes:
    """A message at QoS 1, the `number`th of its connection, from 1."""
    packet_id = (number - 1) % 65_535 + 1
    return _packet(0x32, _text(topic) + packet_id.to_bytes(2, "big") + payload)


class PlainMqtt:
    """The little of MQTT 3.1.1 that publishes at QoS 1 and hears acks.

    Not paho: with both ends and the broker on two cores, paho's publisher takes more of them than
    the hub (2 450 events/s end to end, the hub idle for two thirds of the time).
    """

    def __init__(self, broker: str, topics: list[str]) -> None:
        host, port = broker.removeprefix("mqtt://").split(":")
        self._socket = socket.create_connection((host, int(port)))
        self._rest = b""
        flags = b"\x04\x02\x00\x00"  # 3.1.1, clean session, no keepalive
        connect = _text("MQTT") + flags + _text(f"benchmark-{uuid.uuid4()}")
        self._socket.sendall(_packet(0x10, connect))
        wanted = b"".join(_text(topic) + b"\x01" for topic in topics)
        self._socket.sendall(_packet(0x82, b"\x00\x01" + wanted))
        self._wait_for(0x90)

    def close(self) -> None:
        """Leave the broker."""
        self._socket.close()

    def send(self, packets: bytes) -> None:
        """Send packets as they are."""
        self._socket.sendall(packets)

    def heard(self, *, wait_s: float) -> list[bytes]:
        """The payloads that came in; acknowledged to the broker."""
        return [payload for kind, payload in self._packets(wait_s) if kind == 0x30]

    def _wait_for(self, kind: int) -> None:
        while all(found != kind for found, _ in self._packets(5.0)):
            pass

    def _packets(self, wait_s: float) -> list[tuple[int, bytes]]:
        readable, _, _ = select.select([self._socket], [], [], wait_s)
        if readable:
            self._rest += self._socket.recv(1 << 16)
        found = []
        at = 0
        while (cut := self._cut(at)) is not None:
            kind, payload, at = cut
            if kind != 0x40:
                found.append((kind, payload))
        self._rest = self._rest[at:]
        return found

    def _cut(self, at: int) -> tuple[int, bytes, int] | None:
        """The packet that starts at `at`, if all of it is there: kind, payload, its end."""
        rest = self._rest
        kind, size, shift = 0, 0, 0
        start = at + 1
        while True:
            if start >= len(rest):
                return None
            size |= (rest[start] & 0x7F) << shift
            shift, start = shift + 7, start + 1
            if rest[start - 1] < 0x80:
                break
        end = start + size
        if len(rest) < end:
            return None
        kind = rest[at]
        if kind & 0xF0 != 0x30:
            return kind & 0xF0, b"", end
        topic_end = start + 2 + int.from_bytes(rest[start : start + 2], "big")
        if kind & 0x06:
            self._socket.sendall(_packet(0x40, rest[topic_end : topic_end + 2]))
            topic_end += 2
        return 0x30, rest[topic_end:end], end
