"""What marked sessions teach the tracker: how long steps take, how far signs can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from station.sessions.replaying import Depth, retold
from station.sessions.scoring import SessionScore, session_score
from tasks.learned import Learned
from tasks.learning import ConfirmedRun, Done, learned_from_all

if TYPE_CHECKING:
    from station.sessions.folder import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What came of it.

    Attributes:
        learned: From all sessions together.
        score_before: Of all sessions, by a tracker that has learned nothing.
        score_unseen: Each session followed by a tracker that learned from the others of its task;
            None when no task has two sessions.
    """

    learned: Learned
    score_before: SessionScore
    score_unseen: SessionScore | None


def taught(sessions: Sequence[Session]) -> Taught:
    """Learn from the marked truth of all sessions, and judge it on sessions left out."""
    before = [(one, retold(one, depth=Depth.EVIDENCE)) for one in sessions]
    unseen = []
    for one in sessions:
        others = [other for other in sessions if other is not one and other.task == one.task]
        if others:
            known = learned_from_sessions(others)
            unseen.append((one, retold(one, depth=Depth.EVIDENCE, learned=known)))
    return Taught(
        learned=learned_from_sessions(sessions),
        score_before=session_score(before),
        score_unseen=session_score(unseen) if len(unseen) == len(sessions) else None,
    )


def learned_from_sessions(sessions: Sequence[Session]) -> Learned:
    """What the marks of these sessions teach."""
    return learned_from_all(run for one in sessions for run in confirmed_runs(one))


def confirmed_runs(session: Session) -> list[ConfirmedRun]:
    """The runs of a session that were marked to their end."""
    runs, start_s = [], 0.0
    for number in sorted({line["run"] for line in session.truth}):
        lines = [line for line in session.truth if line["run"] == number]
        begun = [line["at_s"] for line in lines if line["what"] == "run_begun"]
        done = [line for line in lines if line["what"] == "step_done"]
        start_s = begun[0] if begun else start_s
        until_s = max((line["at_s"] for line in lines), default=start_s)
        if len(done) == len(session.task.steps):
            evidence = tuple(p for p in session.evidence if start_s <= p.at_s <= until_s + 1.0)
            steps = tuple(Done(place=line["place"], at_s=line["at_s"]) for line in done)
            runs.append(
                ConfirmedRun(
                    task=session.task,
                    done=steps,
                    evidence=evidence,
                    start_s=start_s,
                    until_s=until_s,
                )
            )
        start_s = until_s
    return runs
