"""How far each kind of sign can be believed. One table, to be learned per station later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.model import SignKind

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far one kind of sign can be believed.

    Attributes:
        most: A sign is never believed more than this, whatever its `p` says.
        stray: How probable the sign is, when it really happened, without finishing anything: a
            part put straight in the jig, a hand resting on a button.
        missed: How probable it is that a step was finished while its sign was not seen, or that
            the worker left it out.
    """

    most: float = 0.99
    stray: float = 0.05
    missed: float = 0.05


RELIABILITY: Mapping[SignKind, Reliability] = {
    SignKind.PICKED: Reliability(),
    SignKind.PLACED: Reliability(),
    SignKind.REMOVED: Reliability(),
    SignKind.LOOKS: Reliability(),
    SignKind.TOUCHED: Reliability(missed=0.02),
    # A torque driver does not click by itself, but its message may get lost on the way.
    SignKind.SIGNAL: Reliability(most=0.995, stray=0.01),
    # The recognisers tried leave out about one action in five altogether.
    SignKind.ACTIVITY: Reliability(missed=0.2),
}
"""First estimates, not measured: recordings of real benches are still to come. They stand in one
place so that they can be learned per station."""
