"""Events to the outbox, and what happens to them while the disk takes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from station.guide import Told
from station.outbox import Outbox, OutboxError, RunState
from tasks.event_lines import EventLine, event_line, json_text

logger = logging.getLogger(__name__)

DISK_TROUBLE = (
    "The station's disk takes nothing more. What happens is kept in memory and written as soon as"
    " there is room: free some space, and do not switch this computer off before."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The instant at which events are told, on both clocks.

    Attributes:
        now_s: On the clock of the source.
        wall: On the wall clock, UTC.
        light_s: When the light that answers them was out, on the clock of the source; None when
            no new light was.
        latency_ms: Stage to milliseconds, of the frame that led to them.
    """

    now_s: float
    wall: datetime
    light_s: float | None = None
    latency_ms: dict[str, float] = field(default_factory=dict)


class Keeper:
    """Writes events and the run's state to the outbox; what the disk refuses waits in memory.

    Attributes:
        trouble: What a coach must know of the disk; None when all is well.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        station: str,
        task: str,
        also: Callable[[EventLine], None] | None = None,
    ) -> None:
        """Keep events of one station and task.

        Args:
            outbox: Where they are kept.
            station: The station's name.
            task: The task's name.
            also: Takes each event as well (`--events`).
        """
        self._outbox = outbox
        self._station, self._task, self._also = station, task, also
        self._waiting: list[str] = []
        self._kept_run: RunState | None = outbox.run()
        self.trouble: str | None = None

    def keep(self, told: Sequence[Told], run: RunState | None, moment: Moment) -> bool:
        """Write events, and the run as it stands after them, in one go.

        Returns:
            Whether there is anything new in the outbox.
        """
        lines = [self._line(one, moment) for one in told]
        if self._also is not None:
            for line in lines:
                self._also(line)
        self._waiting += [json_text(line) for line in lines]
        if not self._waiting and run == self._kept_run:
            return False
        try:
            self._outbox.add(self._waiting, run)
        except OutboxError as error:
            if self.trouble is None:
                logger.warning("%s", error)
            self.trouble = DISK_TROUBLE
            return False
        self._waiting.clear()
        self._kept_run = run
        self.trouble = None
        return True

    def _line(self, told: Told, moment: Moment) -> EventLine:
        """The event as the hub's contract has it, without what the outbox adds when it sends."""
        event = told.event
        if event.step is not None and moment.light_s is not None:
            to_light_ms = max(0.0, moment.light_s - event.at_s) * 1e3
            stages_ms = {**moment.latency_ms, "event_to_light": to_light_ms}
            rounded = {stage: round(ms, 1) for stage, ms in stages_ms.items()}
            event = replace(event, latency_ms=rounded)
        return event_line(
            event,
            event_id=uuid4(),
            seq=None,
            station=self._station,
            run_id=told.run_id,
            task=None if told.run_id is None else self._task,
            at=moment.wall - timedelta(seconds=max(0.0, moment.now_s - event.at_s)),
        )
