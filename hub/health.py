"""Whether the hub is well: what each part last said about itself."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How one part of the hub is.

    Attributes:
        well: Whether it works.
        since: Since when it is so.
        why: What is wrong, in plain words; empty when nothing is.
    """

    well: bool
    since: datetime
    why: str = ""


class Health:
    """The conditions of all parts. Any thread may tell and ask.

    Args:
        now: The wall clock, aware.
        changed: Called, from the telling thread, when a condition changed.
    """

    def __init__(
        self, *, now: Callable[[], datetime], changed: Callable[[], None] | None = None
    ) -> None:
        self._now = now
        self._changed = changed or (lambda: None)
        self._lock = threading.Lock()
        self._conditions: dict[str, Condition] = {}

    def on_change(self, changed: Callable[[], None]) -> None:
        """Call `changed`, from the telling thread, when a condition changes."""
        self._changed = changed

    def tell(self, part: str, *, well: bool, why: str = "") -> None:
        """Say how `part` is. The time stays when nothing changed."""
        with self._lock:
            before = self._conditions.get(part)
            if before is not None and (before.well, before.why) == (well, why):
                return
            same = before is not None and before.well == well
            since = before.since if same and before is not None else self._now()
            self._conditions[part] = Condition(well=well, since=since, why=why)
        self._changed()

    def conditions(self) -> dict[str, Condition]:
        """All parts by name."""
        with self._lock:
            return dict(self._conditions)

    @property
    def well(self) -> bool:
        """Whether every part works."""
        return all(condition.well for condition in self.conditions().values())
