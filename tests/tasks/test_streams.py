"""Recognisers that speak many times a second: activities that go on, and how a zone looks."""

import pytest

from tasks.events import EventType
from tasks.model import Task
from tasks.tracker import Press
from tests.tasks.story import Run, TaskWriter

RATE_HZ = 5

LEGS = """
- {id: flip, say: {en: Flip.}, activity: flip_table, usual_s: 4}
- {id: spin, say: {en: Spin.}, activity: spin_leg, usual_s: 6, repeat: 4}
- {id: check, say: {en: Check.}, confirm: done}
"""


def streams(story: Run, from_s: float, until_s: float, *signs: str) -> Run:
    """The same labels, so many times a second."""
    for number in range(round((until_s - from_s) * RATE_HZ)):
        story.sees(round(from_s + number / RATE_HZ, 3), *signs)
    return story


def finished_at(story: Run) -> list[tuple[str | None, float]]:
    return [(event.step, event.at_s) for event in story.of(EventType.STEP_FINISHED)]


def test_an_activity_is_done_when_it_has_ended_and_not_before(task_of: TaskWriter) -> None:
    story = Run(task_of(LEGS))
    streams(story, 0.0, 2.0, "activity:nothing=0.8", "activity:flip_table=0.1")
    streams(story, 2.0, 6.0, "activity:flip_table=0.8", "activity:spin_leg=0.1")
    assert story.finished == []
    streams(story, 6.0, 8.0, "activity:nothing=0.8", "activity:flip_table=0.1")
    (step, at_s), *more = finished_at(story)
    assert step == "flip"
    assert 6.0 < at_s <= 7.5
    assert more == []


def test_what_was_never_begun_is_not_done_however_long_nothing_goes_on(
    task_of: TaskWriter,
) -> None:
    story = streams(Run(task_of(LEGS)), 0.0, 50.0, "activity:nothing=0.7")
    assert story.finished == []
    assert story.of(EventType.STEP_UNSURE) == []


def test_the_same_activity_four_times_is_four_turns(task_of: TaskWriter) -> None:
    story = Run(task_of(LEGS))
    streams(story, 0.0, 4.0, "activity:flip_table=0.8")
    at_s = 4.0
    for _ in range(4):
        streams(story, at_s, at_s + 3.0, "activity:nothing=0.8", "activity:spin_leg=0.1")
        streams(story, at_s + 3.0, at_s + 9.0, "activity:spin_leg=0.8")
        at_s += 9.0
    streams(story, at_s, at_s + 3.0, "activity:nothing=0.8")
    assert story.finished == ["flip", "spin", "spin", "spin", "spin"]
    late_s = [
        at - end for (_, at), end in zip(finished_at(story), (4, 13, 22, 31, 40), strict=True)
    ]
    assert all(0.0 <= late <= 1.5 for late in late_s)


def test_a_label_that_flickers_ends_nothing(task_of: TaskWriter) -> None:
    story = Run(task_of(LEGS))
    for second in range(5):
        streams(story, second, second + 0.8, "activity:flip_table=0.8")
        streams(story, second + 0.8, second + 1.0, "activity:nothing=0.6")
    assert story.finished == []


def test_a_recogniser_that_falls_silent_ends_nothing_either(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(LEGS)), 0.0, 3.0, "activity:flip_table=0.8")
    story.waits_until(30.0)
    assert story.finished == []


SCREWS = """
- {id: flip, say: {en: Flip.}, activity: flip_table, usual_s: 4}
- {id: screw, say: {en: Screw.}, activity: screw_leg, usual_s: 6}
"""


def flipped_and_screwing_for(task: Task, lasts_s: float) -> Run:
    """The table is flipped by 4 s, and then the last step is under way for so long."""
    story = streams(Run(task), 0.0, 4.0, "activity:flip_table=0.8", "activity:screw_leg=0.1")
    signs = ("activity:screw_leg=0.8", "activity:flip_table=0.1")
    return streams(story, 4.0, 4.0 + lasts_s, *signs)


def test_nobody_at_the_bench_any_more_ends_the_last_step_that_was_under_way(
    task_of: TaskWriter,
) -> None:
    """Nothing follows the last step that could tell that it has ended."""
    story = flipped_and_screwing_for(task_of(SCREWS), 8.0)
    assert not story.belief.finished
    streams(story, 12.0, 14.0, "activity:nobody=0.95")
    assert story.belief.finished


def test_a_recogniser_that_dies_in_the_last_step_ends_nothing_but_the_worker_is_asked(
    task_of: TaskWriter,
) -> None:
    story = flipped_and_screwing_for(task_of(SCREWS), 8.0).waits_until(120.0)
    assert story.finished == ["flip"]
    (question,) = story.of(EventType.STEP_UNSURE)
    assert question.step == "screw"
    assert story.presses(121.0, Press.YES).belief.finished


def test_what_a_recogniser_says_in_a_pause_is_not_heard(task_of: TaskWriter) -> None:
    story = flipped_and_screwing_for(task_of(SCREWS), 8.0).presses(12.0, Press.PAUSE)
    streams(story, 12.5, 20.0, "activity:nobody=0.95").presses(600.0, Press.RESUME)
    streams(story, 603.0, 604.0, "activity:screw_leg=0.8", "activity:flip_table=0.1")
    assert story.finished == ["flip"]


def test_a_button_goes_together_with_activities(task_of: TaskWriter) -> None:
    task = task_of("""
- {id: spin, say: {en: Spin.}, activity: spin_leg, usual_s: 6}
- {id: check, say: {en: Check.}, confirm: done}
""")
    story = streams(Run(task), 0.0, 6.0, "activity:spin_leg=0.9")
    assert story.sees(6.5, "touched:done").finished == ["spin", "check"]


LOOKS = """
- {id: base, say: {en: Base.}, looks: jig, usual_s: 5}
- {id: wheel, say: {en: Wheel.}, looks: jig, usual_s: 5}
- {id: roof, say: {en: Roof.}, looks: jig, usual_s: 5}
- {id: check, say: {en: Check.}, confirm: done}
"""


def test_a_zone_that_comes_to_look_right_finishes_its_steps(task_of: TaskWriter) -> None:
    story = Run(task_of(LOOKS))
    streams(story, 0.0, 5.0, "looks:base=0.05")
    assert story.finished == []
    streams(story, 5.0, 10.0, "looks:base=0.9", "looks:wheel=0.05")
    assert story.finished == ["base"]
    streams(story, 10.0, 15.0, "looks:wheel=0.8", "looks:base=0.1")
    assert story.finished == ["base", "wheel"]
    late_s = [at - came for (_, at), came in zip(finished_at(story), (5, 10), strict=True)]
    assert all(0.0 <= late <= 2.0 for late in late_s)


def test_one_odd_picture_is_not_believed(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(LOOKS)), 0.0, 5.0, "looks:base=0.9")
    story.sees(5.0, "looks:roof=0.9")
    streams(story, 5.2, 9.0, "looks:base=0.9")
    assert story.finished == ["base"]


def test_two_parts_put_on_between_two_looks_are_both_told(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(LOOKS)), 0.0, 5.0, "looks:base=0.9")
    streams(story, 9.0, 14.0, "looks:roof=0.9")
    assert story.finished == ["base", "wheel", "roof"]
    wheel = story.of(EventType.STEP_FINISHED)[1]
    assert wheel.note is not None


@pytest.mark.parametrize("p", [0.3, 0.5])
def test_many_unsure_pictures_of_the_same_thing_do_not_add_up(
    task_of: TaskWriter, p: float
) -> None:
    story = streams(Run(task_of(LOOKS)), 0.0, 10.0, f"looks:base={p / 2}")
    assert story.finished == []
