"""Task files: what coaches write, what they are told, and what becomes of it."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from station_config.station import Station
from station_config.yaml_file import YamlFileError
from tasks.model import Finish
from tasks.task_file import check_against, names_of, read_task, task_json_schema
from tests.tasks.story import TaskWriter

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "tasks" / "library").glob("*.yaml"))

MANY_MISTAKES = """\
task: Torch
titel: {nl: Zaklamp}
steps:
  - id: take_housing
    say: {nl: Pak het huis., english: Take the housing.}
    tke: bin_a
  - id: place_housing
    say: {nl: Leg het huis in de mal.}
    place: jig
    remove: jig
    usual_s: -4
  - any_order:
      - {id: take_housing, say: {nl: Pak de veer.}, take: bin_b, picture: no/such.png}
      - {id: lens, take: bin_c}
    repeat: 0
  - {id: screw, say: {nl: Draai vast.}}
  - {id: lift, say: {nl: Haal eruit.}, remove: jig, zone: jig}
  - just words
cycle: maybe
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "torch.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_full_of_mistakes_is_answered_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(YamlFileError) as error:
        read_task(written(tmp_path, MANY_MISTAKES))
    assert str(error.value).splitlines() == [
        "torch.yaml, line 1: task: small letters, digits and _ only, and a letter first.",
        "torch.yaml, line 1: title: is missing.",
        "torch.yaml, line 2: titel: did you mean 'title'?",
        (
            "torch.yaml, line 5: steps > number 1 > say > english: a language is two small letters,"
            " such as nl or en."
        ),
        "torch.yaml, line 6: steps > number 1 > tke: did you mean 'take'?",
        (
            "torch.yaml, line 7: steps > number 2: a step is one action, but place and remove stand"
            " here; keep one, or make two steps of it."
        ),
        "torch.yaml, line 11: steps > number 2 > usual_s: must be more than 0.",
        (
            "torch.yaml, line 13: steps > number 3 > any_order > number 1 > picture: there is no"
            " such picture; the path is relative to this file."
        ),
        (
            "torch.yaml, line 13: steps > number 3 > any_order > number 1 > id: another step is"
            " called 'take_housing' too; rename one."
        ),
        "torch.yaml, line 14: steps > number 3 > any_order > number 2 > say: is missing.",
        "torch.yaml, line 15: steps > number 3 > repeat: must be 1 or more.",
        (
            "torch.yaml, line 16: steps > number 4: says nothing that finishes the step; write one"
            " of take, place, remove, looks, confirm, signal, activity, wait_s."
        ),
        (
            "torch.yaml, line 17: steps > number 5 > zone: the light goes where remove says; zone"
            " is for steps with signal or activity or wait_s."
        ),
        "torch.yaml, line 18: steps > number 6: must be a group of 'name: value' lines.",
        "torch.yaml, line 19: cycle: must be true or false.",
    ]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("{id: a, say: {}, take: x}", "say: needs at least 1, has 0."),
        ("{id: a, say: {nl: ''}, take: x}", "say > nl: must not be empty."),
        ("{id: a, say: {nl: A.}, take: Bin A}", "take: small letters, digits and _ only"),
        ("{id: a, say: {nl: A.}, wait_s: 0}", "wait_s: must be more than 0."),
        ("{id: a, say: {nl: A.}, wait_s: soon}", "wait_s: must be a number."),
        ("{id: a, say: {nl: A.}, take: x, repeat: 1000}", "repeat: must be 500 or less."),
        ("{id: a, say: {nl: A.}, take: x, picture: a.gif}", "picture: a picture is a .png or"),
        ("{id: a, say: {nl: A.}, take: ~}", "says nothing that finishes the step"),
        ("{any_order: []}", "any_order: needs at least 1, has 0."),
        ("{any_order: {id: a}}", "any_order: must be a list"),
        ("{any_order: [{id: a, say: {nl: A.}, take: x}], take: y}", "take: is not known here"),
        ("{id: a, say: {nl: A.}, tkae: x}", "tkae: did you mean 'take'?"),
    ],
)
def test_what_cannot_be_a_step_is_told_in_plain_words(
    tmp_path: Path, step: str, answer: str
) -> None:
    path = written(tmp_path, f"task: t\ntitle: {{nl: T}}\nsteps:\n  - {step}\n")
    with pytest.raises(YamlFileError) as error:
        read_task(path)
    assert len(error.value.mistakes) == 1
    mistake = error.value.mistakes[0]
    assert mistake.line == 4
    place = mistake.place.removeprefix("steps > number 1").removeprefix(" > ")
    assert f"{place}: {mistake.remedy}".removeprefix(": ").startswith(answer)


def test_a_task_may_not_be_endless(tmp_path: Path) -> None:
    deep = "{id: a, say: {nl: A.}, take: x, repeat: 500}"
    text = f"task: t\ntitle: {{nl: T}}\nsteps:\n  - {{in_order: [{deep}], repeat: 500}}\n"
    with pytest.raises(YamlFileError, match="has 250000 steps with all repeats; at most 2000"):
        read_task(written(tmp_path, text))


def test_blocks_may_be_nested_deeper_than_anybody_writes(tmp_path: Path) -> None:
    nested = "{in_order: [" * 40 + "{id: a, say: {nl: A.}, take: x}" + "]}" * 40
    text = f"task: t\ntitle: {{nl: T}}\nsteps:\n  - {nested}\n"
    assert len(read_task(written(tmp_path, text)).steps) == 1


@pytest.mark.parametrize("depth", [300, 3000])
def test_blocks_nested_without_end_are_refused(tmp_path: Path, depth: int) -> None:
    nested = "{in_order: [" * depth + "{id: a, say: {nl: A.}, take: x}" + "]}" * depth
    with pytest.raises(YamlFileError):
        read_task(written(tmp_path, f"task: t\ntitle: {{nl: T}}\nsteps:\n  - {nested}\n"))


def test_orders_and_repeats_are_written_out(task_of: TaskWriter) -> None:
    task = task_of("""
- {id: start, say: {en: Go.}, take: bin_a}
- any_order:
    - in_order:
        - {id: take, say: {en: Take.}, take: bin_b}
        - {id: place, say: {en: Put.}, place: jig}
      repeat: 2
    - {id: lens, say: {en: Lens.}, take: bin_c}
- {id: stop, say: {en: Stop.}, confirm: done, repeat: 2}
""")
    assert [(step.step_id, step.turn, step.turns, sorted(step.after)) for step in task.steps] == [
        ("start", 1, 1, []),
        ("take", 1, 2, [0]),
        ("place", 1, 2, [1]),
        ("take", 2, 2, [2]),
        ("place", 2, 2, [3]),
        ("lens", 1, 1, [0]),
        ("stop", 1, 2, [4, 5]),
        ("stop", 2, 2, [6]),
    ]


def test_a_step_that_looks_right_is_known_by_its_own_name(task_of: TaskWriter) -> None:
    step = task_of("- {id: closed, say: {en: Close.}, looks: jig}").steps[0]
    assert (step.finish, str(step.sign), step.lit_zone) == (Finish.LOOKS, "looks:closed", "jig")


def test_pictures_are_found_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"")
    step = "{id: a, say: {nl: A.}, take: x, picture: pictures/a.png}"
    task = read_task(written(tmp_path, f"task: t\ntitle: {{nl: T}}\nsteps: [{step}]\n"))
    assert task.steps[0].picture == str(tmp_path / "pictures" / "a.png")


def test_a_task_is_held_against_the_station_it_is_for(tmp_path: Path, station: Station) -> None:
    path = written(
        tmp_path,
        """\
task: t
title: {nl: T}
steps:
  - {id: a, say: {nl: A.}, take: bin_g}
  - any_order:
      - id: b
        say: {nl: B.}
        place: bin_a
      - {id: c, say: {nl: C.}, confirm: don}
  - {id: d, say: {nl: D.}, signal: torque_ok, zone: cupboard}
  - {id: e, say: {nl: E.}, wait_s: 2, zone: bin_b}
""",
    )
    assert [str(mistake) for mistake in check_against(path, station)] == [
        "torch.yaml, line 4: step a > take: bench-01 has no bin 'bin_g'; did you mean 'bin_e'?",
        (
            "torch.yaml, line 8: step b > place: 'bin_a' is a bin on bench-01, and this needs a"
            " place; there are: jig, tray."
        ),
        "torch.yaml, line 9: step c > confirm: bench-01 has no button 'don'; did you mean 'done'?",
        (
            "torch.yaml, line 10: step d > zone: bench-01 has no zone 'cupboard'; there are back,"
            " bin_a, bin_b, bin_c, bin_d, bin_e, done, help, jig, next, pause, tray."
        ),
    ]


def test_the_names_of_a_station_are_sorted_by_what_they_are_for(station: Station) -> None:
    names = names_of(station)
    assert "bin_a" in names.bins
    assert names.places == {"jig", "tray"}
    assert "done" in names.buttons


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
class TestTheLibrary:
    def test_fits_the_bench_of_the_demo(self, path: Path, station: Station) -> None:
        assert check_against(path, station) == ()

    def test_speaks_dutch_and_english_in_few_words(self, path: Path) -> None:
        for step in read_task(path).steps:
            assert set(step.say) == {"nl", "en"}
            for text in step.say.values():
                assert len(text.split()) <= 9
                assert text.count(".") == 1
                assert text.endswith(".")

    def test_passes_the_schema_that_editors_use(self, path: Path) -> None:
        schema = task_json_schema()
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_library_has_a_short_a_long_and_a_waiting_task() -> None:
    tasks = {path.stem: read_task(path) for path in LIBRARY}
    assert 8 <= len(tasks["torch"].steps) <= 12
    assert len(tasks["pack_box"].steps) >= 40
    assert {Finish.WAIT, Finish.REMOVE} <= {step.finish for step in tasks["photo_frame"].steps}


def test_every_key_has_a_title_and_an_explanation() -> None:
    schema = task_json_schema()
    models = [schema, *schema["$defs"].values()]
    for model in models:
        assert model["description"]
        for key, told in model["properties"].items():
            assert told.get("title"), key
            assert told.get("description"), key
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize(
    "step",
    [
        {"id": "a", "say": {"nl": "A."}},
        {"id": "a", "say": {"nl": "A."}, "take": "x", "place": "y"},
        {"id": "a", "say": {"nl": "A."}, "tkae": "x"},
        {"id": "a", "say": {"dutch": "A."}, "take": "x"},
        {"id": "a", "say": {"nl": "A."}, "take": "Bin A"},
        {"any_order": []},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(step: object) -> None:
    validator = Draft202012Validator(task_json_schema())
    assert not validator.is_valid({"task": "t", "title": {"nl": "T"}, "steps": [step]})
