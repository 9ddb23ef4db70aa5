"""What a pause is, and when it is over."""

from tasks.events import EventType
from tasks.model import Task
from tasks.tracker import Press
from tests.tasks.story import Run


def test_what_happens_in_a_pause_does_not_count_and_takes_no_time(four: Task) -> None:
    story = Run(four).presses(2.0, Press.PAUSE)
    story.sees(3.0, "picked:bin_a").waits_until(500.0)
    assert story.finished == []
    story.presses(600.0, Press.RESUME).sees(601.0, "picked:bin_a")
    assert story.of(EventType.STEP_FINISHED)[0].took_s == 3.0
    assert story.of(EventType.STEP_UNSURE) == []
    assert [event.type.value for event in story.told[2:4]] == ["paused", "resumed"]


def test_who_plainly_works_on_ends_the_pause(four: Task) -> None:
    """A hand that rested on the pause button by mistake, or somebody back from a break."""
    story = Run(four).presses(2.0, Press.PAUSE)
    story.sees(30.0, "picked:bin_a")
    assert story.belief.paused
    story.sees(33.0, "placed:jig")
    assert not story.belief.paused
    assert [(event.type.value, event.step) for event in story.told[2:]] == [
        ("paused", "take_a"),
        ("resumed", "take_a"),
        ("step_finished", "take_a"),
        ("step_started", "place_a"),
        ("step_finished", "place_a"),
        ("step_started", "take_b"),
    ]
    assert story.of(EventType.RESUMED)[0].note == "the worker worked on"
    assert story.sees(36.0, "picked:bin_b").finished == ["take_a", "place_a", "take_b"]


def test_who_fills_up_the_bins_in_a_pause_has_taken_nothing(four: Task) -> None:
    story = Run(four).presses(2.0, Press.PAUSE)
    for second, zone in enumerate(("bin_a", "bin_b", "bin_a", "bin_b"), start=10):
        story.sees(float(second), f"reached:{zone}", f"picked:{zone}", f"left:{zone}")
    assert story.belief.paused
    assert story.finished == []
    assert story.of(EventType.WRONG_ZONE) == []


def test_a_part_taken_and_an_hour_later_something_put_down_is_no_working_on(four: Task) -> None:
    story = Run(four).presses(2.0, Press.PAUSE)
    story.sees(30.0, "picked:bin_a").sees(3600.0, "placed:jig")
    assert story.belief.paused


def test_help_called_in_a_pause_is_still_wanted_when_the_worker_works_on(four: Task) -> None:
    story = Run(four).presses(2.0, Press.PAUSE).sees(30.0, "picked:bin_a")
    story.presses(31.0, Press.HELP).sees(33.0, "placed:jig")
    assert not story.belief.paused
    assert story.belief.help_wanted


def test_the_last_step_ends_the_pause_by_itself(four: Task) -> None:
    story = Run(four)
    for second in range(1, 5):
        story.presses(float(second), Press.NEXT)
    story.presses(6.0, Press.PAUSE).sees(9.0, "touched:done")
    assert story.belief.finished
    assert story.told[-1].type is EventType.RUN_FINISHED


def test_next_in_a_pause_ends_the_pause_first(four: Task) -> None:
    story = Run(four).presses(2.0, Press.PAUSE).presses(9.0, Press.NEXT)
    assert [event.type.value for event in story.told[2:5]] == [
        "paused",
        "resumed",
        "step_finished",
    ]
