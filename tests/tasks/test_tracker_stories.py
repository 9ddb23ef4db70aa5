"""What the tracker makes of people at work."""

import pytest

from tasks.events import EventType
from tasks.model import Names, Task
from tasks.tracker import Press
from tests.tasks.story import Run, TaskWriter

ALL_FIVE = ["take_a", "place_a", "take_b", "place_b", "check"]


def test_a_fluent_worker_is_followed_step_by_step(torch: Task) -> None:
    story = Run(torch)
    for number, step in enumerate(torch.steps, start=1):
        story.sees(2.0 * number, str(step.sign))
    assert story.finished == [step.step_id for step in torch.steps]
    assert story.belief.finished
    assert story.told[0].type is EventType.RUN_STARTED
    assert [event.took_s for event in story.of(EventType.STEP_FINISHED)] == [2.0] * 12
    assert story.of(EventType.RUN_FINISHED)[0].took_s == 24.0


def test_each_step_is_told_when_it_begins_and_when_it_ends(four: Task) -> None:
    story = Run(four).sees(3.0, "picked:bin_a").sees(6.0, "placed:jig")
    assert [(event.type.value, event.step) for event in story.told] == [
        ("run_started", None),
        ("step_started", "take_a"),
        ("step_finished", "take_a"),
        ("step_started", "place_a"),
        ("step_finished", "place_a"),
        ("step_started", "take_b"),
    ]


def test_one_unsure_sighting_is_not_enough_and_two_are(four: Task) -> None:
    story = Run(four).sees(3.0, "picked:bin_a=0.6")
    assert story.finished == []
    story.sees(4.0, "picked:bin_a=0.6")
    assert story.finished == ["take_a"]


@pytest.mark.parametrize("p", [0.9, 0.95, 1.0])
def test_one_sure_sighting_is_enough_even_at_once(four: Task, p: float) -> None:
    assert Run(four).sees(0.0, "picked:bin_a", p=p).finished == ["take_a"]


def test_a_hand_that_passes_over_the_bin_again_and_again_takes_nothing(four: Task) -> None:
    story = Run(four)
    for second in range(1, 11):
        story.sees(float(second), "reached:bin_a=0.3", "picked:bin_a=0.1")
    assert story.finished == []
    assert story.of(EventType.WRONG_ZONE) == []


def test_a_wrong_bin_is_told_at_once_and_once_for_each_visit(four: Task) -> None:
    story = Run(four)
    story.sees(1.0, "reached:bin_b")
    assert [event.zone for event in story.of(EventType.WRONG_ZONE)] == ["bin_b"]
    story.sees(1.8, "left:bin_b", "picked:bin_b")
    assert len(story.of(EventType.WRONG_ZONE)) == 1
    story.sees(3.0, "reached:bin_b").sees(3.9, "picked:bin_b", "left:bin_b")
    assert len(story.of(EventType.WRONG_ZONE)) == 2
    assert story.finished == []
    assert story.current == "take_a"


def test_a_hand_lost_from_sight_over_a_wrong_bin_is_still_the_same_reach(four: Task) -> None:
    story = Run(four).sees(1.0, "reached:bin_b").sees(1.5, "left:bin_b", "picked:bin_b=0.3")
    story.sees(1.9, "reached:bin_b").sees(3.0, "left:bin_b", "picked:bin_b")
    assert len(story.of(EventType.WRONG_ZONE)) == 1


def test_an_unsure_reach_waits_for_what_the_visit_shows(four: Task) -> None:
    story = Run(four).sees(1.0, "reached:bin_b=0.5")
    assert story.of(EventType.WRONG_ZONE) == []
    story.sees(1.8, "left:bin_b", "picked:bin_b")
    assert [event.at_s for event in story.of(EventType.WRONG_ZONE)] == [1.8]


def test_a_bin_the_task_does_not_use_is_wrong_as_soon_as_the_station_is_known(four: Task) -> None:
    unknown = Run(four).sees(1.0, "reached:bin_e")
    assert unknown.of(EventType.WRONG_ZONE) == []
    assert len(unknown.sees(1.5, "picked:bin_e").of(EventType.WRONG_ZONE)) == 1
    known = Run(four, names=Names(bins=frozenset({"bin_e"}))).sees(1.0, "reached:bin_e")
    assert len(known.of(EventType.WRONG_ZONE)) == 1


def test_reaching_for_a_button_or_the_jig_is_never_wrong(four: Task) -> None:
    story = Run(four).sees(1.0, "reached:help").sees(2.0, "reached:jig").sees(3.0, "touched:help")
    assert story.of(EventType.WRONG_ZONE) == []
    assert story.finished == []


def test_a_worker_who_mixes_up_bins_gets_there_all_the_same(torch: Task) -> None:
    story, at_s, wrong = Run(torch), 0.0, 0
    for step in torch.steps:
        if step.finish == "take":
            at_s += 2.0
            other = "bin_e" if step.target != "bin_e" else "bin_a"
            for bin_name in (other, "bin_a" if step.target != "bin_a" else "bin_c"):
                if bin_name in {"bin_b", "bin_c"}:
                    continue  # Both are right inside the any-order block.
                story.sees(at_s, f"reached:{bin_name}")
                story.sees(at_s + 0.8, f"left:{bin_name}", f"picked:{bin_name}=0.85")
                at_s += 2.0
                wrong += 1
        at_s += 2.0
        story.sees(at_s, str(step.sign))
    assert story.finished == [step.step_id for step in torch.steps]
    assert len(story.of(EventType.WRONG_ZONE)) == wrong


def test_working_ahead_is_not_called_wrong(four: Task) -> None:
    story = Run(four).sees(2.0, "picked:bin_a")
    story.sees(3.0, "reached:bin_b")
    assert story.of(EventType.WRONG_ZONE) == []


def test_two_parts_taken_at_once_and_placed_one_by_one(four: Task) -> None:
    story = Run(four).sees(2.0, "picked:bin_a").sees(3.0, "picked:bin_b")
    story.sees(6.0, "placed:jig").sees(10.0, "placed:jig").sees(12.0, "touched:done")
    assert story.finished == ALL_FIVE


def test_a_missed_pick_is_told_with_the_placing_that_implies_it(four: Task) -> None:
    story = Run(four).sees(4.0, "placed:jig")
    take, place = story.of(EventType.STEP_FINISHED)
    assert (take.step, place.step) == ("take_a", "place_a")
    assert take.at_s == place.at_s == 4.0
    assert (take.took_s, place.took_s) == (4.0, 0.0)
    assert take.note is not None
    assert place.note is None
    assert story.current == "take_b"


def test_an_unsure_placing_implies_nothing(four: Task) -> None:
    assert Run(four).sees(4.0, "placed:jig=0.6").finished == []


def test_what_came_from_a_wrong_bin_does_not_imply_the_right_part(four: Task) -> None:
    story = Run(four).sees(1.0, "reached:bin_b").sees(1.8, "left:bin_b", "picked:bin_b")
    story.sees(4.0, "placed:jig")
    assert story.finished == []


def test_a_step_done_once_more_than_was_told_is_not_taken_for_the_next(task_of: TaskWriter) -> None:
    """The pair was told once too often: the worker does it all the same, and nobody is asked."""
    task = task_of("""
- in_order:
    - {id: take_a, say: {en: Take a.}, take: bin_a, usual_s: 3}
    - {id: place_a, say: {en: Put a.}, place: jig, usual_s: 3}
  repeat: 2
- {id: take_b, say: {en: Take b.}, take: bin_b, usual_s: 3}
- {id: place_b, say: {en: Put b.}, place: jig, usual_s: 3}
""")
    story = Run(task)
    for at_s in (3.0, 9.0, 40.0):
        story.sees(at_s, "picked:bin_a=0.97").sees(at_s + 3.0, "placed:jig=0.94")
    story.waits_until(50.0)
    assert story.finished == ["take_a", "place_a"] * 2
    assert story.of(EventType.STEP_UNSURE) == []
    story.sees(53.0, "picked:bin_b").sees(56.0, "placed:jig")
    assert story.belief.finished


def test_straightening_a_part_in_the_jig_is_not_the_next_part(four: Task) -> None:
    story = Run(four).sees(2.0, "picked:bin_a").sees(4.0, "placed:jig").sees(5.0, "placed:jig")
    assert story.finished == ["take_a", "place_a"]


def test_a_sign_of_a_later_step_is_asked_about_and_not_believed_at_once(
    task_of: TaskWriter,
) -> None:
    task = task_of("""
- {id: take, say: {en: Take.}, take: bin_a}
- {id: place, say: {en: Put.}, place: jig}
- {id: screw, say: {en: Screw.}, signal: torque_ok}
- {id: check, say: {en: Check.}, confirm: done}
""")
    story = Run(task).sees(4.0, "picked:bin_a").sees(10.0, "signal:torque_ok", p=1.0)
    assert story.finished == ["take"]
    assert story.of(EventType.STEP_UNSURE) == []
    story.waits_until(13.0)
    assert [(event.step, event.at_s) for event in story.of(EventType.STEP_UNSURE)] == [
        ("place", 12.0)
    ]
    assert story.belief.unsure
    assert story.presses(14.0, Press.YES).finished == ["take", "place", "screw"]
    assert story.current == "check"


def test_a_signal_that_got_lost_stops_nobody(task_of: TaskWriter) -> None:
    """As it happened on the virtual bench, with the broker away."""
    task = task_of("""
- {id: screw, say: {en: Screw.}, signal: torque_ok, usual_s: 8}
- {id: lift, say: {en: Lift.}, remove: jig, usual_s: 4}
- {id: place, say: {en: Put.}, place: tray, usual_s: 4}
- {id: check, say: {en: Check.}, confirm: done}
""")
    story = Run(task).sees(6.5, "placed:jig=0.046", "removed:jig=0.924")
    assert story.finished == []
    story.sees(13.0, "placed:jig=0.051", "removed:jig=0.919").waits_until(16.0)
    assert [event.step for event in story.of(EventType.STEP_UNSURE)] == ["screw"]
    story.sees(32.0, "placed:tray=0.94", "removed:tray=0.03").sees(34.0, "touched:done")
    assert story.finished == ["screw", "lift", "place", "check"]
    screw, lift, *_ = story.of(EventType.STEP_FINISHED)
    assert screw.confidence is not None
    assert lift.confidence is not None
    assert screw.confidence < 0.5 < lift.confidence < 1.0


def test_the_worker_may_say_no(four: Task) -> None:
    story = Run(four).sees(3.0, "picked:bin_a=0.6").waits_until(6.0)
    assert story.belief.unsure
    story.presses(7.0, Press.NO).waits_until(20.0)
    assert not story.belief.unsure
    assert story.finished == []
    assert len(story.of(EventType.STEP_UNSURE)) == 1


def test_a_further_sure_sign_answers_the_question_by_itself(four: Task) -> None:
    story = Run(four).sees(3.0, "picked:bin_a=0.6").waits_until(6.0)
    story.sees(7.0, "placed:jig")
    assert story.finished == ["take_a", "place_a"]
    assert not story.belief.unsure


def test_a_worker_who_goes_on_without_a_part_is_found_again(task_of: TaskWriter) -> None:
    letters = "abcde"
    task = task_of(
        "\n".join(
            f"- {{id: take_{x}, say: {{en: Take.}}, take: bin_{x}}}\n"
            f"- {{id: place_{x}, say: {{en: Put.}}, place: jig}}"
            for x in letters
        )
    )
    story, at_s = Run(task), 0.0
    for x in "acde":  # b is left out
        story.sees(at_s + 3.0, f"picked:bin_{x}").sees(at_s + 6.0, "placed:jig")
        at_s += 6.0
    assert story.finished == [step.step_id for step in task.steps]
    left_out = {e.step: e for e in story.of(EventType.STEP_FINISHED)}
    assert left_out["take_b"].note is not None
    assert left_out["place_b"].confidence is not None
    assert left_out["place_b"].confidence < 0.6
    assert story.of(EventType.WRONG_ZONE)


def test_next_finishes_the_step_that_is_shown(four: Task) -> None:
    story = Run(four).presses(2.0, Press.NEXT)
    event = story.of(EventType.STEP_FINISHED)[0]
    assert (event.step, event.confidence, event.note) == ("take_a", 1.0, "the worker said so")


def test_the_whole_run_can_be_done_with_one_key(four: Task) -> None:
    story = Run(four)
    for second in range(1, 6):
        story.presses(float(second), Press.NEXT)
    assert story.finished == ALL_FIVE
    assert story.belief.finished
    before = list(story.told)
    story.presses(7.0, Press.NEXT).presses(8.0, Press.BACK).sees(9.0, "picked:bin_a")
    assert story.told == before


def test_back_undoes_the_last_step_and_the_run_goes_on_from_there(four: Task) -> None:
    story = Run(four).sees(2.0, "picked:bin_a").sees(4.0, "placed:jig")
    story.presses(5.0, Press.BACK)
    assert [event.step for event in story.of(EventType.STEP_UNDONE)] == ["place_a"]
    assert story.current == "place_a"
    assert story.belief.done == {0}
    story.sees(7.0, "placed:jig").sees(9.0, "picked:bin_b")
    assert story.finished == ["take_a", "place_a", "place_a", "take_b"]


def test_back_at_the_very_beginning_changes_nothing(four: Task) -> None:
    story = Run(four)
    before = list(story.told)
    assert story.presses(1.0, Press.BACK).told == before


def test_help_is_asked_once_and_answered_once(four: Task) -> None:
    story = Run(four).presses(1.0, Press.HELP).presses(2.0, Press.HELP)
    assert len(story.of(EventType.HELP_ASKED)) == 1
    assert story.belief.help_wanted
    story.presses(3.0, Press.HELP_ANSWERED).presses(4.0, Press.HELP_ANSWERED)
    assert len(story.of(EventType.HELP_ANSWERED)) == 1
    assert not story.belief.help_wanted


def test_a_slow_worker_is_not_bothered_and_a_very_long_silence_is_asked_about_once(
    four: Task,
) -> None:
    story = Run(four).waits_until(55.0)
    assert story.of(EventType.STEP_UNSURE) == []
    story.waits_until(4000.0)
    assert [event.at_s for event in story.of(EventType.STEP_UNSURE)] == [60.0]
    assert story.sees(4001.0, "picked:bin_a").finished == ["take_a"]


def test_glue_dries_by_itself_at_the_second(task_of: TaskWriter) -> None:
    task = task_of("""
- {id: place, say: {en: Put.}, place: jig}
- {id: dry, say: {en: Wait.}, wait_s: 20}
- {id: lift, say: {en: Lift.}, remove: jig}
""")
    story = Run(task).sees(4.0, "placed:jig").waits_until(23.9)
    assert story.finished == ["place"]
    story.waits_until(31.0)
    dry = story.of(EventType.STEP_FINISHED)[-1]
    assert (dry.step, dry.at_s, dry.took_s) == ("dry", 24.0, 20.0)


def test_glue_does_not_dry_faster_when_time_is_told_in_one_go(task_of: TaskWriter) -> None:
    task = task_of("""
- {id: dry, say: {en: Wait.}, wait_s: 20}
- {id: rest, say: {en: Wait.}, wait_s: 10}
- {id: lift, say: {en: Lift.}, remove: jig}
""")
    at_once = Run(task).sees(40.0, "removed:jig")
    bit_by_bit = Run(task)
    for tenth in range(400):
        bit_by_bit.waits_until(tenth / 10)
    bit_by_bit.sees(40.0, "removed:jig")
    assert at_once.told == bit_by_bit.told
    assert at_once.finished == ["dry", "rest", "lift"]


def test_any_order_takes_them_as_they_come_and_ends_what_was_begun(torch: Task) -> None:
    story = Run(torch).sees(2.0, "picked:bin_a").sees(4.0, "placed:jig")
    assert story.current == "take_spring"
    story.sees(7.0, "picked:bin_c")
    assert story.current == "place_lens"
    story.sees(9.0, "placed:jig")
    assert story.current == "take_spring"
    story.sees(12.0, "picked:bin_b").sees(14.0, "placed:jig")
    assert story.finished[2:] == ["take_lens", "place_lens", "take_spring", "place_spring"]
    assert story.current == "take_cap"
    assert story.of(EventType.WRONG_ZONE) == []


def test_a_repeated_step_is_counted_turn_by_turn(task_of: TaskWriter) -> None:
    task = task_of("""
- in_order:
    - {id: take, say: {en: Take.}, take: bin_a, usual_s: 3}
    - {id: place, say: {en: Put.}, place: tray, usual_s: 3}
  repeat: 4
""")
    story = Run(task)
    for turn in range(4):
        story.sees(6.0 * turn + 3.0, "picked:bin_a").sees(6.0 * turn + 6.0, "placed:tray")
    turns = [(event.step, event.turn) for event in story.of(EventType.STEP_FINISHED)]
    assert turns == [(name, turn) for turn in (1, 2, 3, 4) for name in ("take", "place")]


def test_signs_that_exclude_each_other_share_the_belief(four: Task) -> None:
    story = Run(four).sees(3.0, "picked:bin_a=0.5", "picked:bin_b=0.5")
    assert story.finished == []
    assert 0.3 < story.belief.sureness(0) < 0.8


def test_two_hands_at_once_are_both_believed(task_of: TaskWriter) -> None:
    task = task_of("""
- any_order:
    - {id: left, say: {en: Left.}, take: bin_a}
    - {id: right, say: {en: Right.}, take: bin_b}
- {id: check, say: {en: Check.}, confirm: done}
""")
    story = Run(task).sees(3.0, "picked:bin_a=0.95", "picked:bin_b=0.95")
    assert story.finished == ["left", "right"]


def test_evidence_from_the_past_counts_as_of_now(four: Task) -> None:
    story = Run(four).sees(5.0, "picked:bin_a").sees(2.0, "placed:jig")
    assert [event.at_s for event in story.of(EventType.STEP_FINISHED)] == [5.0, 5.0]


def test_after_a_crash_the_run_goes_on_at_its_step_and_tells_nothing_twice(torch: Task) -> None:
    story = Run(torch, at_s=100.0, done=frozenset({0, 1, 4}))
    assert story.told == []
    assert story.current == "place_lens"
    story.sees(103.0, "placed:jig")
    assert story.current == "take_spring"
    assert story.presses(104.0, Press.BACK).current == "place_lens"


def test_a_run_that_was_paused_is_still_paused_after_a_crash(four: Task) -> None:
    story = Run(four, at_s=50.0, done=frozenset({0}), paused=True)
    assert story.belief.paused
    assert story.sees(51.0, "placed:jig").finished == []
