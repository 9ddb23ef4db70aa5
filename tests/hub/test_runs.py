"""The story of a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.runs import RunStory, StoredEvent, story
from hub.web.views import run_view
from hub.web.words import LANGUAGES, pick_language, said, words_in

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def told(*events: tuple[str, dict[str, object]]) -> RunStory:
    fields = dict.fromkeys(StoredEvent.__dataclass_fields__)
    made = [
        StoredEvent(**(fields | {"type": kind, "at": START + timedelta(seconds=n)} | more))  # type: ignore[arg-type]
        for n, (kind, more) in enumerate(events)
    ]
    run = story("run-1", made)
    assert run is not None
    return run


def step(name: str, **fields: object) -> dict[str, object]:
    return {"step": name} | fields


def test_a_run_that_went_well() -> None:
    run = told(
        ("run_started", {"task": "torch", "worker": "w-07"}),
        ("step_started", step("lens", support="light")),
        ("step_finished", step("lens", took_s=3.1, support="contour")),
        ("run_finished", {"took_s": 4.0}),
    )
    assert (run.task, run.worker, run.ended, run.took_s) == ("torch", "w-07", "finished", 4.0)
    assert [(line.step, line.took_s, line.support) for line in run.lines] == [
        ("lens", 3.1, "contour")
    ]


def test_wrong_zones_doubts_and_questions_are_counted() -> None:
    run = told(
        ("step_started", step("lens")),
        ("wrong_zone", step("lens", zone="bin_c")),
        ("wrong_zone", step("lens", zone="bin_c")),
        ("step_unsure", step("lens")),
        ("help_asked", step("lens")),
    )
    line = run.lines[0]
    assert (line.wrong_zones, line.unsure, line.help_asked) == ({"bin_c": 2}, 1, 1)
    assert (run.wrong_zones, run.ended, line.finished_at) == (2, None, None)


def test_a_step_that_was_undone_is_not_done() -> None:
    run = told(("step_finished", step("lens")), ("step_undone", step("lens")))
    assert run.steps_finished == 0
    assert run.lines[0].undone == 1


def test_each_turn_of_a_repeated_step_stands_on_its_own_line() -> None:
    run = told(("step_finished", step("screw", turn=1)), ("step_finished", step("screw", turn=2)))
    view = run_view(run, texts={"screw": {"nl": "Draai"}}, language="nl", now=START)
    assert [line.step for line in view.lines] == ["Draai", "Draai (keer 2)"]
    assert view.summary == "2 stappen gedaan"


def test_no_events_no_story() -> None:
    assert story("run-1", []) is None


def test_both_languages_have_all_words() -> None:
    dutch, english = (words_in(language) for language in LANGUAGES)
    assert dutch.keys() == english.keys()
    assert all(dutch.values())
    assert all(english.values())


def test_the_language_is_the_one_asked_for_else_remembered_else_the_browsers() -> None:
    assert pick_language(asked="en", cookie="nl", accepts="nl") == "en"
    assert pick_language(asked="fr", cookie="nl", accepts="en") == "nl"
    assert pick_language(asked=None, cookie=None, accepts="de, en-GB;q=0.8, nl;q=0.5") == "en"
    assert pick_language(asked=None, cookie=None, accepts="de;q=x") == "nl"


def test_words_of_a_station_in_the_nearest_language() -> None:
    assert said({"nl": "Bak A", "en": "Bin A"}, "nl") == "Bak A"
    assert said({"ar": "صندوق"}, "nl") == "صندوق"
    assert said({}, "nl", "bench-01") == "bench-01"
