"""A part that is taken out again, or put back into its bin: the step is open again."""

import pytest

from tasks.events import EventType
from tasks.model import Task
from tasks.tracker import Press
from tests.tasks.story import Run, TaskWriter


@pytest.fixture
def placed(four: Task) -> Run:
    """The first part was taken, and put in the jig at 6 s."""
    return Run(four).sees(3.0, "picked:bin_a").sees(6.0, "placed:jig")


def undone(story: Run) -> list[str | None]:
    return [event.step for event in story.of(EventType.STEP_UNDONE)]


def test_a_part_taken_out_of_the_jig_again_opens_its_step(placed: Run) -> None:
    placed.sees(12.0, "removed:jig=0.95", "placed:jig=0.02")
    assert undone(placed) == ["place_a"]
    assert placed.current == "place_a"
    assert placed.belief.done == {0}
    (event,) = placed.of(EventType.STEP_UNDONE)
    assert event.note == "the part was taken out, or put back"
    placed.sees(16.0, "placed:jig")
    assert placed.finished == ["take_a", "place_a", "place_a"]
    placed.sees(19.0, "picked:bin_b").sees(22.0, "placed:jig").sees(24.0, "touched:done")
    assert placed.belief.finished


def test_a_part_put_back_into_its_bin_opens_both_its_steps(placed: Run) -> None:
    placed.sees(12.0, "removed:jig=0.97").sees(14.0, "placed:bin_a=0.97")
    assert undone(placed) == ["place_a", "take_a"]
    assert placed.current == "take_a"
    assert placed.belief.done == frozenset()


def test_a_part_put_back_at_once_opens_its_step(four: Task) -> None:
    story = Run(four).sees(3.0, "picked:bin_a").sees(8.0, "placed:bin_a=0.95")
    assert undone(story) == ["take_a"]
    assert story.sees(11.0, "picked:bin_a").finished == ["take_a", "take_a"]


@pytest.mark.parametrize("p", [0.3, 0.6, 0.9])
def test_one_unsure_sign_undoes_nothing_and_holds_nobody_up(placed: Run, p: float) -> None:
    placed.sees(12.0, f"removed:jig={p}")
    assert undone(placed) == []
    placed.sees(15.0, "picked:bin_b").sees(18.0, "placed:jig").sees(20.0, "touched:done")
    assert placed.finished == ["take_a", "place_a", "take_b", "place_b", "check"]
    assert undone(placed) == []


def test_a_hand_that_puts_the_part_straight_takes_nothing_out(placed: Run) -> None:
    placed.sees(7.0, "removed:jig=0.95", "placed:jig=0.02")
    assert undone(placed) == []


def test_once_the_next_part_was_taken_the_direction_is_not_believed(placed: Run) -> None:
    """Vision mixes up the directions now and then: this is the second part being put in."""
    placed.sees(9.0, "picked:bin_b").sees(12.0, "removed:jig=0.96", "placed:jig=0.03")
    assert undone(placed) == []
    assert placed.belief.done == {0, 1, 2}


def test_a_faint_sign_of_the_next_step_is_enough_to_wait(placed: Run) -> None:
    placed.sees(9.0, "picked:bin_b=0.7").sees(12.0, "removed:jig=0.95", "placed:jig=0.02")
    assert undone(placed) == []


def test_a_step_undone_by_mistake_is_told_again_with_what_follows(placed: Run) -> None:
    placed.sees(12.0, "removed:jig=0.95")
    assert undone(placed) == ["place_a"]
    placed.sees(15.0, "picked:bin_b").sees(18.0, "placed:jig").sees(20.0, "touched:done")
    assert placed.belief.finished


def test_another_zone_undoes_nothing(placed: Run) -> None:
    placed.sees(12.0, "removed:tray=0.97").sees(14.0, "placed:bin_b=0.97")
    assert undone(placed) == []


def test_what_the_worker_said_stays(four: Task) -> None:
    story = Run(four).sees(3.0, "picked:bin_a").presses(6.0, Press.NEXT)
    assert story.finished == ["take_a", "place_a"]
    story.sees(12.0, "removed:jig=0.97")
    assert undone(story) == []
    assert story.sees(15.0, "picked:bin_b").finished[-1] == "take_b"


@pytest.fixture
def lifted_later(task_of: TaskWriter) -> Task:
    return task_of("""
- {id: place, say: {en: Put.}, place: jig, usual_s: 4}
- {id: screw, say: {en: Screw.}, signal: torque_ok, usual_s: 8}
- {id: lift, say: {en: Lift.}, remove: jig, usual_s: 4}
- {id: check, say: {en: Check.}, confirm: done}
""")


def test_what_is_to_be_taken_out_soon_is_not_undone(lifted_later: Task) -> None:
    """The signal of the screwdriver got lost: the part is lifted out as the task wants it."""
    story = Run(lifted_later).sees(4.0, "placed:jig").sees(14.0, "removed:jig=0.95")
    assert undone(story) == []
    story = Run(lifted_later).sees(4.0, "placed:jig").sees(12.0, "signal:torque_ok")
    story.sees(16.0, "removed:jig=0.95")
    assert story.finished == ["place", "screw", "lift"]
    assert undone(story) == []


def test_what_was_lifted_out_and_is_put_back_is_to_be_lifted_again(lifted_later: Task) -> None:
    story = Run(lifted_later).sees(4.0, "placed:jig").sees(12.0, "signal:torque_ok")
    story.sees(16.0, "removed:jig=0.95").sees(22.0, "placed:jig=0.95")
    assert undone(story) == ["lift"]
    assert story.current == "lift"
