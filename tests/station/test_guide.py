"""Run after run at one station: buttons, pauses, the next run, and going on after a power cut."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from station.guide import REST_S, Guide, Told
from station.outbox import RunState
from station_config.station import Station
from tasks.cues import CueKind
from tasks.events import EventType
from tasks.model import Evidence, Sign, Task
from tasks.tracker import Press


def types(told: list[Told]) -> list[EventType]:
    return [one.event.type for one in told]


def seen(sign: str, at_s: float, p: float = 0.97) -> Evidence:
    return Evidence(at_s=at_s, sign=Sign.parse(sign), p=p)


@pytest.fixture
def guide(torch: Task, bench: Station) -> Guide:
    one = Guide(torch, bench)
    one.start(0.0)
    return one


def test_a_run_begins_with_its_first_step(torch: Task, bench: Station) -> None:
    guide = Guide(torch, bench)
    assert not guide.started
    assert types(guide.start(3.0)) == [EventType.RUN_STARTED, EventType.STEP_STARTED]
    cue = guide.cue(3.0, sees=True)
    assert (cue.kind, cue.zone) == (CueKind.TAKE, "bin_a")


def test_what_was_seen_moves_the_light(guide: Guide) -> None:
    told = guide.weigh([seen("reached:bin_a", 2.0), seen("picked:bin_a", 2.5)])
    assert types(told) == [EventType.STEP_FINISHED, EventType.STEP_STARTED]
    assert guide.cue(2.5, sees=True).zone == "jig"
    kept = guide.kept_state()
    assert kept is not None
    assert kept.done == {0}


def test_projected_buttons_do_what_they_say_and_a_passing_hand_does_not(guide: Guide) -> None:
    assert types(guide.weigh([seen("touched:next", 1.0)]))[0] == EventType.STEP_FINISHED
    assert types(guide.weigh([seen("touched:back", 2.0)]))[0] == EventType.STEP_UNDONE
    assert types(guide.weigh([seen("touched:help", 3.0)])) == [EventType.HELP_ASKED]
    assert guide.weigh([seen("touched:next", 4.0, p=0.4)]) == []
    assert types(guide.weigh([seen("touched:pause", 5.0)])) == [EventType.PAUSED]
    assert guide.cue(5.0, sees=True).kind is CueKind.PAUSED
    assert types(guide.weigh([seen("touched:pause", 9.0)])) == [EventType.RESUMED]


def test_next_wakes_a_paused_run_and_skips_nothing(guide: Guide) -> None:
    guide.press(Press.PAUSE, 1.0)
    assert types(guide.press(Press.NEXT, 2.0)) == [EventType.RESUMED]
    assert guide.belief.done == frozenset()


def test_a_done_button_belongs_to_the_step_that_asks_for_it(guide: Guide, torch: Task) -> None:
    assert guide.weigh([seen("touched:done", 1.0)]) == []
    for n in range(len(torch.steps) - 1):
        guide.press(Press.NEXT, 2.0 + n)
    told = guide.weigh([seen("touched:done", 60.0)])
    assert EventType.RUN_FINISHED in types(told)


def test_after_a_rest_the_next_run_begins_with_a_name_of_its_own(guide: Guide, torch: Task) -> None:
    first = guide.run_id
    for n in range(len(torch.steps)):
        guide.press(Press.NEXT, 1.0 + n)
    ended_s = float(len(torch.steps))
    assert guide.cue(ended_s, sees=True).kind is CueKind.FINISHED
    assert guide.kept_state() is None
    assert guide.tick(ended_s + REST_S / 2) == []
    told = guide.tick(ended_s + REST_S + 0.1)
    assert types(told) == [EventType.RUN_STARTED, EventType.STEP_STARTED]
    assert guide.run_id != first


def test_a_task_that_cycles_begins_again_at_once(torch: Task, bench: Station) -> None:
    guide = Guide(replace(torch, cycle=True), bench)
    guide.start(0.0)
    for n in range(len(torch.steps)):
        guide.press(Press.NEXT, 1.0 + n)
    assert EventType.RUN_STARTED in types(guide.tick(float(len(torch.steps))))


def test_after_a_power_cut_the_run_goes_on_at_its_step(torch: Task, bench: Station) -> None:
    kept = RunState(
        run_id=UUID(int=9),
        task_id="torch",
        steps=len(torch.steps),
        done=frozenset({0, 1, 2}),
        help_wanted=True,
    )
    guide = Guide(torch, bench, kept=kept)
    assert guide.start(0.0) == [], "all this was told before the power went"
    assert guide.run_id == UUID(int=9)
    assert guide.belief.current == 3
    assert guide.cue(0.0, sees=True).help_wanted
    assert guide.kept_state() == kept


def test_a_kept_run_of_another_task_is_ended_and_told(torch: Task, bench: Station) -> None:
    kept = RunState(run_id=UUID(int=9), task_id="lamp", steps=4, done=frozenset({0}))
    guide = Guide(torch, bench, kept=kept)
    told = guide.start(0.0)
    assert types(told)[:2] == [EventType.RUN_STOPPED, EventType.RUN_STARTED]
    assert told[0].run_id == UUID(int=9)
    assert "lamp" in (told[0].event.note or "")


def test_without_sight_guidance_goes_out_and_keys_still_work(guide: Guide) -> None:
    cue = guide.cue(5.0, sees=False)
    assert (cue.kind, cue.zone) == (CueKind.NO_SIGHT, None)
    guide.press(Press.NEXT, 6.0)
    assert guide.belief.done == {0}


def test_a_source_whose_clock_begins_anew_does_not_take_the_run_back(guide: Guide) -> None:
    guide.weigh([seen("picked:bin_a", 100.0)])
    told = guide.weigh([seen("placed:jig", 1.0)])
    assert types(told)[0] == EventType.STEP_FINISHED
    assert told[0].event.at_s == 100.0
