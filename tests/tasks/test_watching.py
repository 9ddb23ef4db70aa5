"""Steps that were only watched: taken back when what follows speaks against them."""

from tasks.events import EventType
from tasks.tracker import Press
from tests.tasks.story import Run, TaskWriter
from tests.tasks.test_streams import LEGS, LOOKS, streams

PARTS = """
- {id: base, say: {en: Base.}, looks: jig, usual_s: 5}
- {id: wheel, say: {en: Wheel.}, looks: jig, usual_s: 5}
- {id: roof, say: {en: Roof.}, looks: jig, usual_s: 5}
- {id: check, say: {en: Check.}, confirm: done}
"""


def undone(story: Run) -> list[str | None]:
    return [event.step for event in story.of(EventType.STEP_UNDONE)]


def test_a_part_that_is_taken_out_again_opens_its_step_again(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(PARTS)), 0.0, 5.0, "looks:base=0.9")
    streams(story, 5.0, 10.0, "looks:wheel=0.9")
    assert story.finished == ["base", "wheel"]
    streams(story, 10.0, 16.0, "looks:base=0.9", "looks:wheel=0.02")
    assert undone(story) == ["wheel"]
    assert story.current == "wheel"
    assert story.belief.done == {0}
    streams(story, 16.0, 21.0, "looks:wheel=0.9")
    assert story.finished == ["base", "wheel", "wheel"]


def test_one_old_picture_undoes_nothing(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(PARTS)), 0.0, 5.0, "looks:base=0.9")
    streams(story, 5.0, 10.0, "looks:wheel=0.9")
    story.sees(10.0, "looks:base=0.9")
    streams(story, 10.2, 13.0, "looks:wheel=0.9")
    assert undone(story) == []


def test_two_parts_taken_out_at_once_are_both_undone_the_last_one_first(
    task_of: TaskWriter,
) -> None:
    story = Run(task_of(PARTS))
    for at_s, look in ((0.0, "base"), (5.0, "wheel"), (10.0, "roof")):
        streams(story, at_s, at_s + 5.0, f"looks:{look}=0.9")
    streams(story, 15.0, 25.0, "looks:base=0.9")
    assert undone(story) == ["roof", "wheel"]
    assert story.current == "wheel"


def test_what_the_worker_said_is_not_taken_back_by_what_is_watched(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(PARTS)), 0.0, 5.0, "looks:base=0.9")
    story.presses(6.0, Press.NEXT)
    assert story.finished == ["base", "wheel"]
    streams(story, 7.0, 12.0, "looks:base=0.9")
    assert undone(story) == []


def test_a_pick_that_was_reported_stays_whatever_is_watched(task_of: TaskWriter) -> None:
    task = task_of("""
- {id: take, say: {en: Take.}, take: bin_a}
- {id: base, say: {en: Base.}, looks: jig, usual_s: 5}
- {id: check, say: {en: Check.}, confirm: done}
""")
    story = Run(task).sees(3.0, "picked:bin_a")
    streams(story, 4.0, 9.0, "looks:base=0.9")
    streams(story, 9.0, 20.0, "looks:base=0.01")
    assert "take" not in undone(story)
    assert story.belief.done >= {0}


def test_an_activity_that_only_seemed_to_end_goes_on(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(LEGS)), 0.0, 3.0, "activity:flip_table=0.9")
    streams(story, 3.0, 4.2, "activity:nothing=0.9")
    assert story.finished == ["flip"]
    streams(story, 4.2, 8.0, "activity:flip_table=0.9")
    assert undone(story) == ["flip"]
    assert story.current == "flip"
    streams(story, 8.0, 10.0, "activity:nothing=0.9")
    assert story.finished == ["flip", "flip"]


def test_an_activity_that_was_never_heard_is_named_when_the_next_goes_on(
    task_of: TaskWriter,
) -> None:
    story = streams(Run(task_of(LEGS)), 0.0, 2.0, "activity:nothing=0.9")
    streams(story, 2.0, 14.0, "activity:spin_leg=0.9")
    streams(story, 14.0, 16.0, "activity:nothing=0.9")
    assert story.finished[:2] == ["flip", "spin"]
    flip = story.of(EventType.STEP_FINISHED)[0]
    assert flip.note is not None
    assert flip.confidence is not None
    assert flip.confidence < 0.6


def test_a_long_pause_skips_nothing(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(LEGS)), 0.0, 4.0, "activity:flip_table=0.8")
    streams(story, 4.0, 45.0, "activity:nothing=0.8")
    assert story.finished == ["flip"]
    streams(story, 45.0, 51.0, "activity:spin_leg=0.8")
    streams(story, 51.0, 53.0, "activity:nothing=0.8")
    assert story.finished == ["flip", "spin"]


def test_looks_that_the_task_does_not_know_change_nothing(task_of: TaskWriter) -> None:
    story = streams(Run(task_of(LOOKS)), 0.0, 5.0, "looks:base=0.9")
    before = story.belief.done
    streams(story, 5.0, 15.0, "looks:something_else=0.9")
    assert story.belief.done == before
    streams(story, 15.0, 20.0, "looks:wheel=0.9")
    assert story.finished == ["base", "wheel"]
