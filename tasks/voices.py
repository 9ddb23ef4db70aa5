"""What a recogniser of activities says, stays with and turns to while one thing goes on.

Made once a run, by `tasks.habits`, of what was learned. Where little was learned, first estimates
count as much as a few observations do, and an activity's parts lean on the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

from tasks.learned import PARTS, Heard, Learned
from tasks.model import Finish, Task

SAME_S = 4.0
OTHER_S = 1.5
"""Before it is learned: for how long a recogniser stays with a label that is right, and with one
that is wrong."""
STAY_COUNTS_S = 20.0
NAMED = 0.3
"""Before it is learned: what a right label gets for certain; the rest goes by how often each label
comes up altogether."""
NAMED_COUNTS = 10.0
PART_COUNTS = 20.0
"""What is heard in a part of an activity leans on the whole activity by so many observations."""
UNNAMED = 10.0
"""At least so many labels share what is left over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """How one label is heard while one thing goes on.

    Attributes:
        leaves_hz: How often the recogniser goes away from it, for each second it says it.
        log_leaves: Its logarithm.
        comes: How probable it is when the recogniser turns to another label.
        log_comes: Its logarithm.
        log_share: The logarithm of its share of all that is said.
    """

    leaves_hz: float
    log_leaves: float
    comes: float
    log_comes: float
    log_share: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Voice:
    """What is heard while one thing goes on: a part of an activity, or a gap after one.

    Attributes:
        doing: The label of the activity that goes on; None in a gap.
        words: By label.
        unknown: Any label never heard of.
    """

    doing: str | None
    words: Mapping[str, Word]
    unknown: Word


class Choir:
    """Collects the voices of a task, each once.

    Attributes:
        voices: Those that were asked for, in the order in which they were.
    """

    def __init__(self, task: Task, learned: Learned) -> None:
        self.voices: list[Voice] = []
        self._places: dict[tuple[str, int | None], int] = {}
        self._learned = learned
        own = {step.target for step in task.steps if step.finish is Finish.ACTIVITY}
        self._activities = own | {label for label, _ in learned.during}
        every = [*learned.during.values(), *learned.between.values()]
        self._all = sum(every, Heard())
        self._labels = sorted({*self._all.first_s, *self._all.share_s, *self._activities})
        self._stay = self._staying()
        self._whole: dict[str | None, Voice] = {}

    def during(self, label: str, part: int) -> int:
        """Which voice is heard in a part of an activity, as an index."""
        return self._voice(label, label, part, self._learned.during.get((label, part), Heard()))

    def after(self, label: str) -> int:
        """Which voice is heard in the gap after an activity, as an index."""
        return self._voice(None, label, None, self._learned.between.get(label, Heard()))

    def _voice(self, doing: str | None, label: str, part: int | None, heard: Heard) -> int:
        key = (label, part)
        if key not in self._places:
            self._places[key] = len(self.voices)
            whole = self._voice_of_whole(doing)
            words = {
                name: _word(name, heard, whole.words[name], PART_COUNTS, PART_COUNTS)
                for name in self._labels
            }
            self.voices.append(Voice(doing=doing, words=words, unknown=whole.unknown))
        return self._places[key]

    def _voice_of_whole(self, doing: str | None) -> Voice:
        """What is heard during a whole activity, or in any gap (None)."""
        if doing in self._whole:
            return self._whole[doing]
        if doing is None:
            heard = sum(self._learned.between.values(), Heard())
        else:
            parts = (self._learned.during.get((doing, part), Heard()) for part in range(PARTS))
            heard = sum(parts, Heard())
        words = {
            name: _word(name, heard, self._prior(doing, name), STAY_COUNTS_S, NAMED_COUNTS)
            for name in self._labels
        }
        voice = Voice(doing=doing, words=words, unknown=self._prior(doing, None))
        self._whole[doing] = voice
        return voice

    def _prior(self, doing: str | None, name: str | None) -> Word:
        """What to expect of a label before it was heard; None for one never heard of."""
        foreign = [label for label in self._labels if label not in self._activities]
        total = sum(self._all.came.values())
        often = 0.0 if name is None else self._all.came.get(name, 0.0)
        labels = max(UNNAMED, float(len(self._labels)))
        share = (1.0 - NAMED) * (often + 0.1) / (total + 0.1 * labels)
        fits = name == doing if doing is not None else name not in self._activities
        if fits:
            share += NAMED / (1 if doing is not None or name is None else max(1, len(foreign)))
        return _as_word(self._stay[0 if fits else 1], share, share)

    def _staying(self) -> tuple[float, float]:
        """How often a label is left in a second, when it is right and when it is wrong."""
        right_s = wrong_s = STAY_COUNTS_S
        right, wrong = right_s / SAME_S, wrong_s / OTHER_S
        for (doing, _), heard in self._learned.during.items():
            for label, for_s in heard.first_s.items():
                if label == doing:
                    right_s, right = right_s + for_s, right + heard.left.get(label, 0.0)
                else:
                    wrong_s, wrong = wrong_s + for_s, wrong + heard.left.get(label, 0.0)
        return right / right_s, wrong / wrong_s


def _word(name: str, heard: Heard, prior: Word, stay_s: float, named: float) -> Word:
    """What was heard of a label, leaning on what was expected of it."""
    leaves_hz = (heard.left.get(name, 0.0) + stay_s * prior.leaves_hz) / (
        heard.first_s.get(name, 0.0) + stay_s
    )
    came, said_s = sum(heard.came.values()), sum(heard.share_s.values())
    comes = (heard.came.get(name, 0.0) + named * prior.comes) / (came + named)
    expected = exp(prior.log_share)
    share = (heard.share_s.get(name, 0.0) + named * expected) / (said_s + named)
    return _as_word(leaves_hz, comes, share)


def _as_word(leaves_hz: float, comes: float, share: float) -> Word:
    return Word(
        leaves_hz=leaves_hz,
        log_leaves=log(leaves_hz),
        comes=comes,
        log_comes=log(comes),
        log_share=log(share),
    )
