"""What a session is worth: what today's station tells of it, held against what was truly done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.following import Followed, FollowingScore, RunToScore, following_score
from tasks.recognising import Completion, f1, matched, mean_delay_s, order_similarity

if TYPE_CHECKING:
    from station.sessions.folder import Session
    from station.sessions.replaying import Retold, ToldStep

NEAR_S = (-1.0, 2.0)
"""A wrong reach is told between so long before its time in the truth and so long after."""
Key = tuple[str, int]
"""A step and its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionScore:
    """The measures of one session, or of several together.

    Attributes:
        following: Whether the light was on the right step.
        order: POS, 0 to 1.
        f1: 0 to 1.
        delay_s: Mean delay of the steps told rightly, or None.
        wrong_true: Wrong reaches that truly happened; None where nobody marked them.
        wrong_found: Those that were told.
        unsure: How often the worker was asked.
    """

    following: FollowingScore
    order: float
    f1: float
    delay_s: float | None
    wrong_true: int | None
    wrong_found: int
    unsure: int


def session_score(sessions: Sequence[tuple[Session, Retold]]) -> SessionScore:
    """Score sessions together: each second and each step counts the same."""
    runs: list[RunToScore] = []
    true: list[Completion] = []
    told: list[Completion] = []
    order: list[float] = []
    wrong_true, wrong_found, by_twin, unsure = 0, 0, False, 0
    for number, (session, again) in enumerate(sessions):
        for run, true_steps in _true_runs(session).items():
            told_steps = [step for step in again.steps if step.run == run]
            runs.append(_run_to_score(session, run, true_steps, told_steps))
            done = [(number, run, *key) for key, _ in true_steps]
            said = [(number, run, step.step, step.turn) for step in told_steps]
            order.append(order_similarity(done, said))
            true += [Completion(step=(number, run, *key), at_s=at_s) for key, at_s in true_steps]
            told += [
                Completion(step=(number, run, step.step, step.turn), at_s=step.at_s)
                for step in told_steps
            ]
        wrong = [
            (line["zone"], line["at_s"]) for line in session.truth if line["what"] == "wrong_reach"
        ]
        by_twin = by_twin or any(line["what"] == "run_begun" for line in session.truth)
        wrong_true += len(wrong)
        wrong_found += _found(wrong, again.wrong_reaches)
        unsure += again.unsure
    matches = matched(true, told)
    return SessionScore(
        following=following_score(runs),
        order=sum(order) / len(order) if order else 1.0,
        f1=f1(matches),
        delay_s=mean_delay_s(matches),
        wrong_true=wrong_true if by_twin else None,
        wrong_found=wrong_found,
        unsure=unsure,
    )


def _true_runs(session: Session) -> dict[int, list[tuple[Key, float]]]:
    runs: dict[int, list[tuple[Key, float]]] = {}
    for line in session.truth:
        if line["what"] == "step_done":
            runs.setdefault(line["run"], []).append(((line["step"], line["turn"]), line["at_s"]))
    return runs


def _run_to_score(
    session: Session,
    run: int,
    true_steps: Sequence[tuple[Key, float]],
    told_steps: Sequence[ToldStep],
) -> RunToScore:
    """One run; of the last one, which the end of the recording cut off, what was done of it."""
    done, said = dict(true_steps), {(step.step, step.turn): step.at_s for step in told_steps}
    until_s = max([*done.values(), *said.values()])
    lines: Sequence[dict[str, Any]] = session.truth
    begun = [line["at_s"] for line in lines if line["run"] == run and line["what"] == "run_begun"]
    start_s = begun[0] if begun else max([0.0, *_ends_before(session, run)])
    keys = dict.fromkeys((*done, *said))
    steps = tuple(Followed(true_s=done.get(key), told_s=said.get(key)) for key in keys)
    return RunToScore(steps=steps, start_s=min(start_s, until_s), until_s=until_s)


def _ends_before(session: Session, run: int) -> list[float]:
    return [line["at_s"] for line in session.truth if line["run"] < run]


def _found(true: Sequence[tuple[str, float]], told: Sequence[tuple[str, float]]) -> int:
    """How many true wrong reaches were told; each telling serves once."""
    left = list(told)
    found = 0
    for zone, at_s in true:
        near = [one for one in left if one[0] == zone and NEAR_S[0] <= one[1] - at_s <= NEAR_S[1]]
        if near:
            left.remove(near[0])
            found += 1
    return found
