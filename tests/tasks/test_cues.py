"""What the worker is offered."""

import pytest

from tasks.cues import CueKind, cue_for
from tasks.events import SupportLevel
from tasks.model import Task
from tasks.tracker import Press
from tests.tasks.story import Run, TaskWriter

ALL_KINDS = """
- {id: take, say: {en: Take.}, take: bin_a}
- {id: place, say: {en: Put.}, place: jig}
- {id: screw, say: {en: Screw.}, signal: torque_ok, zone: jig}
- {id: dry, say: {en: Wait.}, wait_s: 20, zone: jig}
- {id: lift, say: {en: Lift.}, remove: jig}
- {id: check, say: {en: Check.}, confirm: done}
"""


def test_each_step_is_lit_in_its_own_way(task_of: TaskWriter) -> None:
    task = task_of(ALL_KINDS)
    story = Run(task)
    shown = []
    for place in range(6):
        cue = cue_for(story.belief, task, float(place))
        shown.append((cue.kind.value, cue.zone, cue.step_id, cue.steps_done))
        story.presses(float(place), Press.NEXT)
    assert shown == [
        ("take", "bin_a", "take", 0),
        ("put", "jig", "place", 1),
        ("work", "jig", "screw", 2),
        ("wait", "jig", "dry", 3),
        ("take", "jig", "lift", 4),
        ("confirm", "done", "check", 5),
    ]
    done = cue_for(story.belief, task, 9.0)
    assert (done.kind, done.zone, done.steps_done, done.steps_total) == (
        CueKind.FINISHED,
        None,
        6,
        6,
    )


def test_a_wait_says_how_far_it_is(task_of: TaskWriter) -> None:
    task = task_of("- {id: dry, say: {en: Wait.}, wait_s: 20}")
    story = Run(task)
    assert cue_for(story.belief, task, 5.0).fraction == pytest.approx(0.25)
    story.presses(10.0, Press.PAUSE).presses(70.0, Press.RESUME)
    assert cue_for(story.belief, task, 75.0).fraction == pytest.approx(0.75)


def test_the_first_of_any_order_offers_the_others_too_and_then_one_thing_at_a_time(
    torch: Task,
) -> None:
    story = Run(torch).sees(2.0, "picked:bin_a").sees(4.0, "placed:jig")
    cue = cue_for(story.belief, torch, 4.0)
    assert (cue.zone, cue.also_zones) == ("bin_b", ("bin_c",))
    story.sees(6.0, "picked:bin_b")
    cue = cue_for(story.belief, torch, 6.0)
    assert (cue.zone, cue.also_zones) == ("jig", ())


def test_look_again_is_shown_for_a_short_time_and_not_after_it_was_put_right(torch: Task) -> None:
    story = Run(torch).sees(2.0, "reached:bin_d")
    assert cue_for(story.belief, torch, 3.0).wrong_zone == "bin_d"
    assert cue_for(story.belief, torch, 3.0).zone == "bin_a"
    assert cue_for(story.belief, torch, 4.5).wrong_zone is None
    story.sees(3.5, "picked:bin_a")
    assert cue_for(story.belief, torch, 3.6).wrong_zone is None


def test_a_doubt_is_asked_about_at_its_place(torch: Task) -> None:
    story = Run(torch).sees(2.0, "picked:bin_a=0.6").waits_until(5.0)
    cue = cue_for(story.belief, torch, 5.0)
    assert (cue.kind, cue.zone, cue.step_id) == (CueKind.ASK, "bin_a", "take_housing")


def test_a_pause_is_dark_and_help_stays_called(torch: Task) -> None:
    story = Run(torch).presses(1.0, Press.HELP).presses(2.0, Press.PAUSE)
    cue = cue_for(story.belief, torch, 3.0)
    assert (cue.kind, cue.zone, cue.help_wanted) == (CueKind.PAUSED, None, True)


def test_how_much_help_is_shown_is_up_to_the_caller(torch: Task) -> None:
    belief = Run(torch).belief
    assert cue_for(belief, torch, 0.0).support is SupportLevel.CONTOUR
    light = cue_for(belief, torch, 0.0, support=SupportLevel.LIGHT)
    assert light.support is SupportLevel.LIGHT
    assert light.words == {"nl": "Pak een huis.", "en": "Take a housing."}
