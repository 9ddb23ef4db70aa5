"""What comes in from outside over MQTT: signals of tools, labels of another recogniser. Pure.

Both come on `…/signal/{name}`. A recogniser sends `{"activity": {"spin leg": 0.7, "NA": 0.2}}`
several times a second, and `{"activity": {}}` when it sees nobody at work; anything else is a
signal of a torque driver, a scale, a pedal (docs/hub.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.model import Evidence, Sign, SignKind

SIGNAL_P = 0.99
"""A torque driver that reports without a probability is believed, but not beyond doubt."""
ACTIVITY = "activity"
NOBODY = "nobody"
NOBODY_P = 0.95
"""That nobody is at work is a label like any other that no step names: it speaks for a gap."""
MOST_LABELS = 64
LONGEST_LABEL = 100
WHOLE = 1.0 + 1e-6
"""Labels of one moment exclude each other."""
SILENT_S = 10.0
"""A recogniser that has spoken and then says nothing for so long has gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A tool has done its work.

    Attributes:
        name: The last part of its topic.
        p: The probability its sender gives it; a bare message is taken at its word.
    """

    name: str
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """What a recogniser of activities says of one moment.

    Attributes:
        name: The recogniser's: the last part of its topic.
        labels: Label to probability, together at most 1; empty when it sees nobody at work.
    """

    name: str
    labels: Mapping[str, float]


def read_outside(name: str, payload: bytes) -> Signal | Activities:
    """Read a message.

    Args:
        name: The last part of its topic.
        payload: `{"p": 0.9}`, `{"activity": {…}}`, or anything: a signal without a probability.

    Raises:
        ValueError: A probability is none, or the labels are not what is described above.
    """
    try:
        said = json.loads(payload or b"null")
    except (ValueError, RecursionError):
        return Signal(name=name, p=SIGNAL_P)
    if not isinstance(said, dict):
        return Signal(name=name, p=SIGNAL_P)
    if ACTIVITY in said:
        return Activities(name=name, labels=_labels(said[ACTIVITY]))
    return Signal(name=name, p=_probability(said.get("p", SIGNAL_P), "p"))


def evidence_of(outside: Signal | Activities, at_s: float) -> tuple[Evidence, ...]:
    """What it says as evidence of one moment."""
    if isinstance(outside, Signal):
        sign = Sign(SignKind.SIGNAL, outside.name)
        return (Evidence(at_s=at_s, sign=sign, p=outside.p),)
    return tuple(
        Evidence(at_s=at_s, sign=Sign(SignKind.ACTIVITY, label), p=p)
        for label, p in (outside.labels or {NOBODY: NOBODY_P}).items()
    )


class Silence:
    """Notices when a recogniser of activities that has spoken speaks no more.

    Used by one thread.
    """

    def __init__(self) -> None:
        self._heard_s: dict[str, float] = {}

    def hear(self, outside: Signal | Activities, at_s: float) -> None:
        """Take note of a message."""
        if isinstance(outside, Activities):
            self._heard_s[outside.name] = at_s

    def trouble(self, now_s: float) -> str | None:
        """What to tell the coach; None when all that ever spoke still do."""
        gone = [name for name, at_s in self._heard_s.items() if now_s - at_s > SILENT_S]
        if not gone:
            return None
        return (
            f"The recogniser {', '.join(sorted(gone))} has said nothing for {SILENT_S:g} s. Does"
            " its program run? Until it speaks again, steps that it watches wait for Next."
        )


def _labels(said: Any) -> dict[str, float]:
    if not isinstance(said, dict) or len(said) > MOST_LABELS:
        raise ValueError(f"activity must map at most {MOST_LABELS} labels to probabilities")
    if any(not 0 < len(label) <= LONGEST_LABEL for label in said):
        raise ValueError(f"a label must have 1 to {LONGEST_LABEL} letters")
    labels = {label: _probability(p, label) for label, p in said.items()}
    if sum(labels.values()) > WHOLE:
        raise ValueError(f"labels sum to {sum(labels.values()):.3f}; they can be 1 at most")
    return labels


def _probability(said: Any, what: str) -> float:
    is_number = isinstance(said, int | float) and not isinstance(said, bool)
    if not is_number or not 0.0 <= said <= 1.0:
        raise ValueError(f"{what} must be a number from 0 to 1, not {said!r}")
    return float(said)
