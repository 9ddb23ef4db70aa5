"""What the hub knows of each station now: the last state, whether it is there, since when."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.liveness import Heard, Instances, excused, gone_since

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hub.intake import StateArrived
    from hub.wire import StateV1

StationKey = tuple[str, str]
"""(site, station)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was heard of one station.

    Attributes:
        state: The last one that was not a goodbye.
        help_since: When the hub first heard that help is wanted; None when it is not.
        paused_since: The same for a pause.
    """

    state: StateV1
    heard: Heard
    instances: Instances
    help_since: datetime | None = None
    paused_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One station as the page shows it. Equal tiles look the same."""

    state: StateV1
    gone_since: datetime | None
    help_since: datetime | None
    paused_since: datetime | None
    doubled: bool
    missing: int

    @property
    def key(self) -> StationKey:
        """(site, station)."""
        return (self.state.site, self.state.station)

    @property
    def how(self) -> str:
        """In one word: `gone`, `help`, `fault`, `paused`, `working` or `idle`; first that fits."""
        if self.gone_since is not None:
            return "gone"
        if self.help_since is not None:
            return "help"
        if self.state.faults or self.doubled:
            return "fault"
        if self.paused_since is not None:
            return "paused"
        return "working" if self.state.step is not None else "idle"


class Board:
    """All stations. Written by the listener's thread, read by the pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[StationKey, Seen] = {}
        self._missing: dict[StationKey, int] = {}

    def remember(self, states: Iterable[tuple[StateV1, datetime]], *, now_s: float) -> None:
        """Take over what was stored before the hub stopped: each state and when it was heard."""
        with self._lock:
            for state, heard_at in states:
                self._seen[(state.site, state.station)] = Seen(
                    state=state,
                    heard=Heard(at_s=now_s, at=heard_at),
                    instances=Instances(current=str(state.instance)),
                    help_since=(state.help_since or heard_at) if state.help_wanted else None,
                    paused_since=heard_at if state.paused else None,
                )

    def heard(self, arrived: StateArrived, *, now_s: float, now: datetime) -> None:
        """Take in a state."""
        state = arrived.state
        key = (state.site, state.station)
        with self._lock:
            before = self._seen.get(key)
            if not state.online:
                after = _said_goodbye(before, arrived, now_s=now_s, now=now)
            elif arrived.retained:
                after = _from_before(before, arrived, now_s=now_s, now=now)
            else:
                after = _spoke(before, state, now_s=now_s, now=now)
            self._seen[key] = after

    def tell_missing(self, missing: dict[StationKey, int]) -> None:
        """Take over how many events of each station exist nowhere any more."""
        with self._lock:
            self._missing = missing

    def excuse_all(self, *, now_s: float) -> None:
        """Nobody could be heard until now, so nobody's silence counts."""
        with self._lock:
            self._seen = {
                key: replace(seen, heard=excused(seen.heard, now_s=now_s))
                for key, seen in self._seen.items()
            }

    def tiles(self, *, now_s: float) -> list[Tile]:
        """All stations, in the order of site and name: a tile keeps its place on the wall."""
        with self._lock:
            return [self._tile(self._seen[key], now_s) for key in sorted(self._seen)]

    def tile(self, key: StationKey, *, now_s: float) -> Tile | None:
        """One station; None when it was never heard."""
        with self._lock:
            seen = self._seen.get(key)
            return None if seen is None else self._tile(seen, now_s)

    def _tile(self, seen: Seen, now_s: float) -> Tile:
        return Tile(
            state=seen.state,
            gone_since=gone_since(seen.heard, now_s=now_s),
            help_since=seen.help_since,
            paused_since=seen.paused_since,
            doubled=seen.instances.is_doubled(now_s=now_s),
            missing=self._missing.get((seen.state.site, seen.state.station), 0),
        )


def _spoke(before: Seen | None, state: StateV1, *, now_s: float, now: datetime) -> Seen:
    instances = (before.instances if before else Instances()).saw(str(state.instance), now_s=now_s)
    help_since = before.help_since if before else None
    paused_since = before.paused_since if before else None
    return Seen(
        state=state,
        heard=Heard(at_s=now_s, at=now),
        instances=instances,
        help_since=(state.help_since or help_since or now) if state.help_wanted else None,
        paused_since=(paused_since or now) if state.paused else None,
    )


def _from_before(
    before: Seen | None, arrived: StateArrived, *, now_s: float, now: datetime
) -> Seen:
    """What the broker had kept: true of an earlier moment, so it proves no life."""
    state = arrived.state
    if before is not None:
        if state.sent_at < before.state.sent_at:
            return before
        return replace(_spoke(before, state, now_s=now_s, now=now), heard=before.heard)
    return _spoke(None, state, now_s=now_s, now=min(state.sent_at, now))


def _said_goodbye(
    before: Seen | None, arrived: StateArrived, *, now_s: float, now: datetime
) -> Seen:
    """A last will. That of a program which another has followed already means nothing."""
    state = arrived.state
    if before is None:
        at = min(state.sent_at, now) if arrived.retained else now
        seen = _spoke(None, state, now_s=now_s, now=at)
        return replace(seen, heard=replace(seen.heard, goodbye_at=at))
    if str(state.instance) != before.instances.current or before.heard.goodbye_at is not None:
        return before
    at = before.heard.at if arrived.retained else now
    return replace(before, heard=replace(before.heard, goodbye_at=at))
