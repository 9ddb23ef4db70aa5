"""When the worker is asked, and when he is left in peace."""

from tasks.events import EventType
from tasks.tracker import Press
from tests.tasks.story import Run, TaskWriter
from tests.tasks.test_streams import streams

FOUR = """
- {id: take_a, say: {en: Take a.}, take: bin_a, usual_s: 4}
- {id: place_a, say: {en: Put a.}, place: jig, usual_s: 4}
- {id: take_b, say: {en: Take b.}, take: bin_b, usual_s: 4}
- {id: check, say: {en: Check.}, confirm: done}
"""


def asked(story: Run) -> list[tuple[str | None, float]]:
    return [(event.step, event.at_s) for event in story.of(EventType.STEP_UNSURE)]


def test_a_doubt_about_one_step_is_asked_once(task_of: TaskWriter) -> None:
    story = Run(task_of(FOUR)).sees(3.0, "picked:bin_a=0.6").waits_until(6.0)
    assert asked(story) == [("take_a", 5.0)]
    story.presses(7.0, Press.NO).sees(40.0, "picked:bin_a=0.6").waits_until(900.0)
    assert asked(story) == [("take_a", 5.0)]
    assert story.sees(901.0, "picked:bin_a").finished == ["take_a"]


def test_two_questions_are_at_least_twenty_seconds_apart(task_of: TaskWriter) -> None:
    story = Run(task_of(FOUR)).sees(3.0, "picked:bin_a=0.6").waits_until(6.0)
    story.presses(7.0, Press.YES).sees(10.0, "placed:jig=0.6").waits_until(24.0)
    assert asked(story) == [("take_a", 5.0)]
    story.waits_until(26.0)
    assert asked(story) == [("take_a", 5.0), ("place_a", 25.0)]


def test_a_pause_does_not_count_as_peace(task_of: TaskWriter) -> None:
    story = Run(task_of(FOUR)).sees(3.0, "picked:bin_a=0.6").waits_until(6.0)
    story.presses(7.0, Press.YES).sees(10.0, "placed:jig=0.6")
    story.presses(11.0, Press.PAUSE).presses(111.0, Press.RESUME).waits_until(124.0)
    assert len(asked(story)) == 1
    assert len(asked(story.waits_until(126.0))) == 2


def test_a_step_that_was_undone_may_be_asked_about_again(task_of: TaskWriter) -> None:
    story = Run(task_of(FOUR)).sees(3.0, "picked:bin_a=0.6").waits_until(6.0)
    story.presses(7.0, Press.YES).presses(30.0, Press.BACK)
    story.sees(33.0, "picked:bin_a=0.6").waits_until(36.0)
    assert asked(story) == [("take_a", 5.0), ("take_a", 35.0)]


def test_nobody_is_asked_about_what_would_move_no_light(task_of: TaskWriter) -> None:
    task = task_of("""
- any_order:
    - {id: lens, say: {en: Lens.}, take: bin_a}
    - {id: spring, say: {en: Spring.}, take: bin_b}
    - {id: cap, say: {en: Cap.}, take: bin_c}
- {id: check, say: {en: Check.}, confirm: done}
""")
    story = Run(task).sees(3.0, "picked:bin_b=0.65").waits_until(20.0)
    assert story.current == "lens"
    assert asked(story) == []
    story = Run(task).sees(3.0, "picked:bin_a=0.65").waits_until(20.0)
    assert asked(story) == [("lens", 5.0)]


def test_a_doubt_about_an_activity_must_last(task_of: TaskWriter) -> None:
    task = task_of("""
- {id: spin, say: {en: Spin.}, activity: spin_leg, usual_s: 6}
- {id: flip, say: {en: Flip.}, activity: flip_table, usual_s: 6}
- {id: check, say: {en: Check.}, confirm: done}
""")
    story = streams(Run(task), 0.0, 6.0, "activity:spin_leg=0.8")
    for second in range(6, 12):
        streams(story, second, second + 0.4, "activity:nothing=0.5")
        streams(story, second + 0.4, second + 1.0, "activity:spin_leg=0.5")
    assert asked(story) == []
