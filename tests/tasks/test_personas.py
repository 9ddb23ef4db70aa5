"""Many runs by people of different kinds, with evidence as noisy as the eyes of a bench give it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tasks.events import EventType
from tasks.model import Finish, Names, Step, Task
from tasks.task_file import read_task
from tests.tasks.story import Run

LIBRARY = Path(__file__).parents[2] / "tasks" / "library"
BINS = ("bin_a", "bin_b", "bin_c", "bin_d", "bin_e")
NAMES = Names(bins=frozenset(BINS))


@dataclass(frozen=True, kw_only=True)
class Persona:
    """How one kind of worker acts. Shares are of all actions, 0 to 1."""

    pace: float = 1.0
    wrong_share: float = 0.0
    fumble_share: float = 0.0
    missed_share: float = 0.0
    least_p: float = 0.85


class Worker:
    """Does what a task asks, and knows what was truly done."""

    def __init__(self, task: Task, persona: Persona, seed: int) -> None:
        self.task = task
        self.persona = persona
        self.story = Run(task, names=NAMES)
        self.dice = Random(seed)
        self.at_s = 0.0
        self.wrong_reaches = 0
        self.false_advances = 0

    def works(self) -> Run:
        for number, step in enumerate(self.task.steps):
            if step.finish is Finish.TAKE and self._happens(self.persona.wrong_share):
                self._reaches_wrong(step)
            self._takes_time(step)
            self.false_advances += len(self.story.finished) > number
            self._acts(step)
            if self._happens(self.persona.fumble_share):
                self.at_s += 0.6
                self._visits(step, p=0.55)
        return self.story

    def _acts(self, step: Step) -> None:
        if step.sign is None:
            self.at_s += step.wait_s
            self.story.waits_until(self.at_s)
        elif not self._happens(self.persona.missed_share) or step.finish in {
            Finish.SIGNAL,
            Finish.CONFIRM,
        }:
            self._visits(step, p=self.dice.uniform(self.persona.least_p, 0.97))

    def _visits(self, step: Step, *, p: float) -> None:
        """The signs of one visit; what passes on the way gives faint ones."""
        if step.sign is None:
            return
        self.story.sees(self.at_s - 0.5, f"reached:{step.target}=0.96")
        self.story.sees(self.at_s, f"left:{step.target}=0.96", f"{step.sign}={p}")
        if step.finish is Finish.PLACE:
            other = "tray" if step.target == "jig" else "jig"
            faint = self.dice.uniform(0.03, 0.2)
            self.story.sees(self.at_s + 0.3, f"placed:{other}={faint}", f"removed:{other}=0.01")

    def _reaches_wrong(self, step: Step) -> None:
        open_bins = {
            self.task.steps[place].target
            for place in range(len(self.task.steps))
            if self.story.belief.open >> place & 1
        }
        wrong = self.dice.choice([name for name in BINS if name not in {step.target, *open_bins}])
        self.at_s += 2.0
        self.story.sees(self.at_s, f"reached:{wrong}=0.93")
        self.at_s += 0.9
        p = self.dice.uniform(0.3, 0.97)
        self.story.sees(self.at_s, f"left:{wrong}=0.96", f"picked:{wrong}={p}")
        self.wrong_reaches += 1

    def _takes_time(self, step: Step) -> None:
        self.at_s += max(1.2, self.persona.pace * step.usual_s * self.dice.uniform(0.5, 1.5))

    def _happens(self, share: float) -> bool:
        return self.dice.random() < share


PERSONAS = {
    "fluent": Persona(pace=0.5),
    "hesitant": Persona(pace=4.0),
    "mixes up bins": Persona(wrong_share=0.5),
    "puts parts straight": Persona(fumble_share=0.3),
    "dim light": Persona(least_p=0.81),
}


@pytest.mark.parametrize("name", ["torch", "pack_box", "photo_frame"])
@pytest.mark.parametrize("kind", PERSONAS)
def test_every_step_is_told_once_and_in_order(name: str, kind: str) -> None:
    task = read_task(LIBRARY / f"{name}.yaml")
    false_advances = steps = 0
    for seed in range(12):
        worker = Worker(task, PERSONAS[kind], seed)
        story = worker.works()
        assert story.finished == [step.step_id for step in task.steps], seed
        assert len(story.of(EventType.WRONG_ZONE)) == worker.wrong_reaches, seed
        false_advances += worker.false_advances
        steps += len(task.steps)
    assert false_advances <= steps / 200


@pytest.mark.parametrize("name", ["torch", "pack_box"])
def test_signs_that_were_missed_do_not_stop_a_run(name: str) -> None:
    """One pick or placing in twenty is not seen at all, and nobody answers questions."""
    task = read_task(LIBRARY / f"{name}.yaml")
    steps = told = ahead = 0
    for seed in range(30):
        worker = Worker(task, Persona(missed_share=0.05), seed)
        finished = worker.works().of(EventType.STEP_FINISHED)
        assert len({(event.step, event.turn) for event in finished}) == len(finished)
        steps += len(task.steps)
        told += len(finished)
        ahead += worker.false_advances
    assert told / steps >= 0.97
    assert ahead <= steps / 100
