"""Whether a station is there: heard lately, said goodbye, or silent. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

GONE_AFTER_S = 15.0
"""Stations speak every 5 s, so this is three missed heartbeats (architecture of the hub)."""

PAUSE_S = 5.0
"""When the hub itself stood still for so long, silence says nothing about the stations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """When a station was heard last.

    Attributes:
        at_s: On the hub's steady clock; also moved on when the hub could not listen.
        at: On the wall clock, for people.
        goodbye_at: Its last will came then; None while it has not.
    """

    at_s: float
    at: datetime
    goodbye_at: datetime | None = None


def gone_since(heard: Heard, *, now_s: float) -> datetime | None:
    """Since when a station is gone, on the wall clock; None while it is there."""
    if heard.goodbye_at is not None:
        return heard.goodbye_at
    return heard.at if now_s - heard.at_s > GONE_AFTER_S else None


def excused(heard: Heard, *, now_s: float) -> Heard:
    """The same, given `GONE_AFTER_S` again because the hub could not listen until now."""
    return replace(heard, at_s=max(heard.at_s, now_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Instances:
    """Which running programs call themselves by the name of one station."""

    current: str | None = None
    before: str | None = None
    doubled_s: float | None = None

    def saw(self, instance: str, *, now_s: float) -> Instances:
        """A program was heard. A, then B is a restart; A, B, A are two at once."""
        if instance == self.current:
            return self
        doubled_s = now_s if instance == self.before else self.doubled_s
        return Instances(current=instance, before=self.current, doubled_s=doubled_s)

    def is_doubled(self, *, now_s: float) -> bool:
        """Whether two were heard in turns within the last minute."""
        return self.doubled_s is not None and now_s - self.doubled_s < DOUBLED_FOR_S


DOUBLED_FOR_S = 60.0
"""Two stations in turns are seen every 10 s at the latest; a minute without it is the end."""
