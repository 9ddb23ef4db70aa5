"""A session lived again by today's station: from its evidence, or from its observations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from station.guide import Guide
from tasks.events import EventType
from tasks.model import Evidence, SignKind
from vision.evidence import EvidenceReader, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from station.guide import Told
    from station.sessions.folder import Session
    from station_config.station import Zone
    from tasks.learned import Learned
    from vision.observations import Observation

TICK_S = 0.1
"""Between two pieces of evidence time goes on in steps of this: waits end, questions are asked."""

FROM_OUTSIDE = {SignKind.SIGNAL, SignKind.ACTIVITY, SignKind.LOOKS}
"""Evidence that is not read from hands and arms: it stays as it was recorded."""


class Depth(StrEnum):
    """How much is done again."""

    EVIDENCE = "evidence"
    OBSERVATIONS = "observations"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStep:
    """What the station told of one step of one run.

    Attributes:
        run: From 1, in the order in which the runs began.
        step: The coach's name.
        turn: Which repetition.
        at_s: When it was told as finished; the last time, if it was withdrawn in between.
    """

    run: int
    step: str
    turn: int
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """What today's station makes of a session.

    Attributes:
        steps: Steps told as finished and not withdrawn.
        wrong_reaches: Zone and time of each.
        unsure: How often the worker was asked.
    """

    steps: tuple[ToldStep, ...]
    wrong_reaches: tuple[tuple[str, float], ...]
    unsure: int


def retold(
    session: Session,
    *,
    depth: Depth,
    zones: Mapping[str, Zone] | None = None,
    observations: Sequence[Observation] | None = None,
    learned: Learned | None = None,
) -> Retold:
    """Live a session again.

    Args:
        session: What was recorded.
        depth: From its evidence, or from its observations.
        observations: Those of the session, when they have been read already.
        learned: What the tracker knows beforehand.
        zones: Other zones than the session's, to try thresholds; only for observations.
    """
    evidence: Iterable[Evidence] = session.evidence
    if depth is Depth.OBSERVATIONS:
        evidence = _read_again(
            session,
            session.station.zones if zones is None else zones,
            session.observations() if observations is None else observations,
        )
    guide = Guide(session.task, session.station, learned=learned)
    return _counted(_lived(guide, evidence, until_s=_last_s(session)))


def _read_again(
    session: Session, zones: Mapping[str, Zone], observations: Sequence[Observation]
) -> list[Evidence]:
    reader, reading = EvidenceReader(zones.values()), Reading()
    read = [piece for piece in session.evidence if piece.sign.kind in FROM_OUTSIDE]
    for observation in observations:
        reading, pieces = reader.read(reading, observation)
        read += pieces
    return sorted(read, key=lambda piece: piece.at_s)


def _lived(guide: Guide, evidence: Iterable[Evidence], *, until_s: float) -> Iterator[Told]:
    now_s = 0.0
    yield from guide.start(now_s)
    for piece in evidence:
        for tick_s in _ticks(now_s, piece.at_s):
            yield from guide.tick(tick_s)
        now_s = max(now_s, piece.at_s)
        yield from guide.weigh([piece])
    for tick_s in _ticks(now_s, until_s):
        yield from guide.tick(tick_s)


def _ticks(from_s: float, to_s: float) -> Iterator[float]:
    """Moments between two times, both left out, and the later one itself."""
    for number in range(1, int((to_s - from_s) / TICK_S) + 1):
        yield from_s + number * TICK_S


def _counted(told: Iterable[Told]) -> Retold:
    runs: dict[object, int] = {}
    steps: dict[tuple[int, str, int], ToldStep] = {}
    wrong: list[tuple[str, float]] = []
    unsure = 0
    for each in told:
        event = each.event
        run = runs.setdefault(each.run_id, len(runs) + 1)
        unsure += event.type is EventType.STEP_UNSURE
        if event.type is EventType.WRONG_ZONE and event.zone is not None:
            wrong.append((event.zone, event.at_s))
        if event.step is None or event.turn is None:
            continue
        key = (run, event.step, event.turn)
        if event.type is EventType.STEP_FINISHED:
            steps[key] = ToldStep(run=run, step=event.step, turn=event.turn, at_s=event.at_s)
        elif event.type is EventType.STEP_UNDONE:
            steps.pop(key, None)
    return Retold(steps=tuple(steps.values()), wrong_reaches=tuple(wrong), unsure=unsure)


def _last_s(session: Session) -> float:
    times: Sequence[float] = [line["at_s"] for line in session.truth]
    return max([*times, *(piece.at_s for piece in session.evidence), 0.0]) + 1.0
