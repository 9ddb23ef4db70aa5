"""Which thresholds follow recorded sessions best: tried on them, judged on others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import log
from typing import TYPE_CHECKING

from station.sessions.replaying import Depth, Retold, retold
from station.sessions.scoring import SessionScore, session_score
from station_config.station import ZoneKind
from station_config.station_file import ENTER_S, LEAVE_S

if TYPE_CHECKING:
    from station.sessions.folder import Session
    from station_config.station import Zone
    from vision.observations import Observation

TRIED_ENTER_S = (0.1, 0.15, 0.2, 0.3, 0.45, 0.6)
TRIED_LEAVE_S = (0.1, 0.2, 0.3, 0.5)
"""What is tried. A reach into a bin takes about half a second; shorter than a tenth is noise."""

WORTH = 0.02
"""Costs that differ by less are alike: a false advance in 200 steps, or 0.04 s of delay."""
FALSE_COSTS = 4.0
MISSED_COSTS = 2.0
WRONG_COSTS = 1.0
DELAY_COSTS = 0.5
"""What a false advance, a step never told, a wrong reach missed or invented, and a second of delay
cost. A light that runs ahead of the worker is the worst that can happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Thresholds of the zones of one kind.

    Attributes:
        enter_s: How long something must be inside before it counts as a reach.
        leave_s: How long it must be gone before it counts as having left.
    """

    enter_s: float
    leave_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of it.

    Attributes:
        kind: The zones it is about.
        before: The thresholds of the sessions' own station file; None when zones differ.
        best: What follows all sessions best.
        score_before: Of all sessions, as the station file is.
        score_best: Of all sessions, with `best`.
        score_unseen: Each session judged with the times that were best for all others: what may be
            expected of new work. None with a single session.
    """

    kind: ZoneKind
    before: Times | None
    best: Times
    score_before: SessionScore
    score_best: SessionScore
    score_unseen: SessionScore | None

    @property
    def is_worth_it(self) -> bool:
        """Whether other times do better, also on sessions that were not used for choosing."""
        judged = self.score_best if self.score_unseen is None else self.score_unseen
        return self.best != self.before and cost(self.score_before) - cost(judged) >= WORTH


def tuned(sessions: Sequence[Session], kind: ZoneKind) -> Tuned:
    """Try all times for the zones of one kind.

    Args:
        sessions: With observations, at least one.
        kind: Which zones; the others stay as they are.
    """
    seen = [session.observations() for session in sessions]
    recorded = list(zip(sessions, seen, strict=True))
    lived = {
        times: [_lived(session, kind, times, frames) for session, frames in recorded]
        for times in (
            Times(enter_s=enter_s, leave_s=leave_s)
            for enter_s, leave_s in product(TRIED_ENTER_S, TRIED_LEAVE_S)
        )
    }
    asis = [_lived(session, kind, None, frames) for session, frames in recorded]
    best = _best(lived, sessions, range(len(sessions)))
    unseen = None
    if len(sessions) > 1:
        chosen = []
        for left_out in range(len(sessions)):
            others = [number for number in range(len(sessions)) if number != left_out]
            chosen.append(lived[_best(lived, sessions, others)][left_out])
        unseen = session_score(list(zip(sessions, chosen, strict=True)))
    return Tuned(
        kind=kind,
        before=_common_times(sessions, kind),
        best=best,
        score_before=session_score(list(zip(sessions, asis, strict=True))),
        score_best=session_score(list(zip(sessions, lived[best], strict=True))),
        score_unseen=unseen,
    )


def cost(score: SessionScore) -> float:
    """What a score costs, for each step done; lower is better."""
    following = score.following
    wrong = abs((score.wrong_true or 0) - score.wrong_found) / max(1, following.steps)
    delay_s = following.median_delay_s
    return (
        FALSE_COSTS * following.false_advances_per_200 / 200.0
        + MISSED_COSTS * following.never_finished
        + WRONG_COSTS * wrong
        + DELAY_COSTS * abs(delay_s if delay_s is not None else 1.0)
    )


def _lived(
    session: Session, kind: ZoneKind, times: Times | None, frames: Sequence[Observation]
) -> Retold:
    zones = (
        session.station.zones if times is None else with_times(session.station.zones, kind, times)
    )
    return retold(session, depth=Depth.OBSERVATIONS, zones=zones, observations=frames)


def with_times(zones: Mapping[str, Zone], kind: ZoneKind, times: Times) -> dict[str, Zone]:
    """The same zones, those of one kind with these times."""
    return {
        name: replace(zone, enter_s=times.enter_s, leave_s=times.leave_s)
        if zone.kind is kind
        else zone
        for name, zone in zones.items()
    }


def _best(
    lived: Mapping[Times, Sequence[Retold]], sessions: Sequence[Session], which: Sequence[int]
) -> Times:
    """The times of the least cost; of those as good, the nearest to the usual ones."""

    def rank(times: Times) -> tuple[float, float]:
        score = session_score([(sessions[number], lived[times][number]) for number in which])
        change = abs(log(times.enter_s / ENTER_S)) + abs(log(times.leave_s / LEAVE_S))
        return round(cost(score) / WORTH), change

    return min(lived, key=rank)


def _common_times(sessions: Sequence[Session], kind: ZoneKind) -> Times | None:
    found = {
        Times(enter_s=zone.enter_s, leave_s=zone.leave_s)
        for session in sessions
        for zone in session.station.zones.values()
        if zone.kind is kind
    }
    return found.pop() if len(found) == 1 else None
