"""Up to where an outbox is complete: seqs come in any order, gaps are never jumped. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Stretch:
    """Seqs that are all stored, both ends included."""

    first: int
    last: int


@dataclass(slots=True, kw_only=True)
class Received:
    """What the hub has of one outbox.

    Attributes:
        stored_to: Everything up to here is stored. None until the beginning is known: from a
            state's `oldest_seq`, or because seq 1 came in.
        ahead: What is stored beyond a gap, in order, never touching each other.
        missing: How many events the station no longer has and the hub never got.
        copied: Two different events came under one seq: the outbox exists twice.
    """

    stored_to: int | None = None
    ahead: list[Stretch] = field(default_factory=list)
    missing: int = 0
    copied: bool = False

    def copy(self) -> Self:
        """An own copy, to try a transaction on."""
        return type(self)(
            stored_to=self.stored_to,
            ahead=list(self.ahead),
            missing=self.missing,
            copied=self.copied,
        )

    def has(self, seq: int) -> bool:
        """Whether `seq` counts as stored."""
        if self.stored_to is not None and seq <= self.stored_to:
            return True
        place = bisect_right(self.ahead, seq, key=lambda stretch: stretch.first)
        return place > 0 and seq <= self.ahead[place - 1].last

    def note(self, seq: int) -> bool:
        """Count `seq` as stored. False when it already was."""
        if self.stored_to is not None and seq == self.stored_to + 1 and not self.ahead:
            if self.copied:
                return True
            self.stored_to = seq
            return True
        if self.has(seq):
            return False
        self._insert(seq)
        if self.stored_to is None and self.ahead[0].first == 1:
            self.stored_to = 0
        self._close_up()
        return True

    def begins_at(self, oldest_seq: int) -> int:
        """Take the station's word that nothing below `oldest_seq` exists any more.

        Returns:
            How many events are missing because of it; 0 for an outbox that was not known.
        """
        if self.stored_to is None:
            self.stored_to = oldest_seq - 1
            self._close_up()
            return 0
        if self.copied or self.stored_to >= oldest_seq - 1:
            return 0
        there = sum(
            min(stretch.last, oldest_seq - 1) - stretch.first + 1
            for stretch in self.ahead
            if stretch.first < oldest_seq
        )
        lost = oldest_seq - 1 - self.stored_to - there
        self.missing += lost
        self.stored_to = oldest_seq - 1
        self._close_up()
        return lost

    def _insert(self, seq: int) -> None:
        place = bisect_right(self.ahead, seq, key=lambda stretch: stretch.first)
        first = last = seq
        if place < len(self.ahead) and self.ahead[place].first == seq + 1:
            last = self.ahead.pop(place).last
        if place > 0 and self.ahead[place - 1].last == seq - 1:
            place -= 1
            first = self.ahead.pop(place).first
        self.ahead.insert(place, Stretch(first=first, last=last))

    def _close_up(self) -> None:
        """Move `stored_to` over everything that now touches it."""
        while (
            self.stored_to is not None
            and not self.copied
            and self.ahead
            and self.ahead[0].first <= self.stored_to + 1
        ):
            self.stored_to = max(self.stored_to, self.ahead.pop(0).last)
