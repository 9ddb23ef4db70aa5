"""Evidence files, event lines and replays."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.event_lines import event_line, json_text, utc_text
from tasks.events import Event, EventType, SupportLevel
from tasks.evidence_lines import (
    EvidenceFileError,
    evidence_line,
    moments,
    parse_evidence,
    read_evidence,
    write_evidence,
)
from tasks.model import Evidence, Sign, SignKind, Task
from tasks.replay import replay, replay_lines
from tasks.task_file import read_task

LIBRARY = Path(__file__).parents[2] / "tasks" / "library"


def perfect_run(task: Task, *, from_s: float = 0.0) -> list[Evidence]:
    """Somebody who does every step in the coach's order, three seconds each."""
    seen, at_s = [], from_s
    for step in task.steps:
        at_s += max(3.0, step.wait_s)
        if step.sign is not None:
            seen.append(Evidence(at_s=at_s, sign=step.sign, p=0.95))
    return seen


def test_a_recording_can_be_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    seen = perfect_run(read_task(LIBRARY / "torch.yaml"))
    write_evidence(path, seen)
    assert list(read_evidence(path)) == seen
    assert path.read_bytes().startswith(b'{"at_s": 3.0, "sign": "picked:bin_a", "p": 0.95}\n')


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(SignKind),
    st.text(min_size=1),
    st.floats(0.0, 1.0),
)
def test_any_evidence_survives_being_written(
    at_s: float, kind: SignKind, name: str, p: float
) -> None:
    piece = Evidence(at_s=at_s, sign=Sign(kind, name), p=p)
    assert parse_evidence([evidence_line(piece)]) == (piece,)


BAD_LINES = """\
{"at_s": 1.0, "sign": "picked:bin_a", "p": 0.9, "camera": 1}

{"at_s": 0.5, "sign": "picked:bin_a", "p": 0.9}
{"at_s": 2.0, "sign": "picked:bin_a", "p": 1.2}
{"at_s": 2.0, "sign": "picked:bin_a", "p": NaN}
{"at_s": 2.0, "sign": "grabbed:bin_a", "p": 0.9}
{"at_s": 2.0, "sign": "picked", "p": 0.9}
{"at_s": 2.0, "p": 0.9}
{"at_s": "2", "sign": "picked:bin_a", "p": 0.9}
{"at_s": 1e999, "sign": "picked:bin_a", "p": 0.9}
[1, 2]
{"at_s": 2.0,
{"at_s": 2.0, "sign": "picked:bin_a", "p": true}
{"at_s": 2.0, "sign": 7, "p": 0.5}
{"at_s": 3.0, "sign": "picked:bin_b", "p": 0.0}
"""


def test_every_bad_line_is_named_and_the_good_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(BAD_LINES, encoding="utf-8")
    with pytest.raises(EvidenceFileError) as error:
        read_evidence(path)
    assert str(error.value).splitlines() == [
        "run.jsonl, line 3: time falls: 0.5 s comes after 1 s; sort the lines.",
        "run.jsonl, line 4: p must be between 0 and 1, not 1.2.",
        "run.jsonl, line 5: NaN is no number.",
        (
            "run.jsonl, line 6: 'grabbed' is no kind of sign; known are reached, left, picked,"
            " placed, removed, looks, touched, signal, activity."
        ),
        "run.jsonl, line 7: a sign reads 'kind:name', such as 'picked:bin_a', not 'picked'.",
        "run.jsonl, line 8: sign is missing.",
        "run.jsonl, line 9: at_s must be a number.",
        "run.jsonl, line 10: at_s must be a number of seconds, not inf.",
        'run.jsonl, line 11: must look like {"at_s": 12.4, "sign": "picked:bin_a", "p": 0.93}.',
        (
            "run.jsonl, line 12: is not JSON: Expecting property name enclosed in double quotes"
            " at column 14."
        ),
        "run.jsonl, line 13: p must be a number.",
        "run.jsonl, line 14: sign must be text, such as 'picked:bin_a'.",
    ]


@pytest.mark.parametrize(
    ("raw", "answer"), [(None, "cannot be opened"), (b"\xff\xfe{", "is not UTF-8 text.")]
)
def test_a_recording_that_cannot_be_opened_says_why(
    tmp_path: Path, raw: bytes | None, answer: str
) -> None:
    path = tmp_path / "run.jsonl"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(EvidenceFileError, match=answer):
        read_evidence(path)


def test_evidence_of_one_moment_stays_together() -> None:
    lines = [
        '{"at_s": 1, "sign": "activity:spin_leg", "p": 0.6}',
        '{"at_s": 1, "sign": "activity:flip_table", "p": 0.3}',
        '{"at_s": 2, "sign": "activity:spin_leg", "p": 0.7}',
    ]
    assert [len(moment) for moment in moments(parse_evidence(lines))] == [2, 1]


def test_an_event_has_the_keys_that_others_build_on() -> None:
    event = Event(
        type=EventType.STEP_FINISHED,
        at_s=12.4,
        step="take_housing",
        turn=1,
        took_s=3.1,
        support=SupportLevel.CONTOUR,
        confidence=0.98,
    )
    line = event_line(
        event,
        event_id=UUID(int=1),
        seq=17,
        station="bench-01",
        run_id=UUID(int=2),
        task="torch",
        at=datetime(2026, 11, 22, 9, 30, 0, 123_000, tzinfo=UTC),
    )
    assert json.loads(json_text(line)) == {
        "event_id": "00000000-0000-0000-0000-000000000001",
        "seq": 17,
        "type": "step_finished",
        "station": "bench-01",
        "run_id": "00000000-0000-0000-0000-000000000002",
        "task": "torch",
        "step": "take_housing",
        "turn": 1,
        "at": "2026-11-22T09:30:00.123Z",
        "at_s": 12.4,
        "took_s": 3.1,
        "support": "contour",
        "confidence": 0.98,
    }


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        utc_text(datetime(2026, 11, 22, 9, 30))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["torch", "pack_box", "photo_frame"])
def test_a_perfect_run_of_the_library_is_replayed_step_by_step(name: str) -> None:
    task = read_task(LIBRARY / f"{name}.yaml")
    told = list(replay(task, perfect_run(task)))
    finished = [(e.step, e.turn) for e in told if e.type is EventType.STEP_FINISHED]
    assert finished == [(step.step_id, step.turn) for step in task.steps]
    assert sum(event.type is EventType.RUN_FINISHED for event in told) == 1
    assert not [e for e in told if e.type in {EventType.STEP_UNSURE, EventType.WRONG_ZONE}]


def test_a_task_that_starts_again_is_replayed_run_after_run() -> None:
    task = read_task(LIBRARY / "photo_frame.yaml")
    seen = perfect_run(task)
    seen += perfect_run(task, from_s=seen[-1].at_s)
    lines = [json.loads(line) for line in replay_lines(task, seen)]
    assert sum(line["type"] == "run_finished" for line in lines) == 2
    assert len({line["run_id"] for line in lines}) == 3
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert len({line["event_id"] for line in lines}) == len(lines)


def test_two_replays_are_the_same_to_the_byte() -> None:
    task = read_task(LIBRARY / "pack_box.yaml")
    once, again = (list(replay_lines(task, perfect_run(task))) for _ in range(2))
    assert once == again
    assert json.loads(once[0])["at"] == "1970-01-01T00:00:00.000Z"


def test_a_replay_without_evidence_begins_and_waits() -> None:
    task = read_task(LIBRARY / "torch.yaml")
    assert [event.type.value for event in replay(task, [])] == ["run_started", "step_started"]


def test_time_may_go_on_after_the_last_evidence() -> None:
    task = read_task(LIBRARY / "photo_frame.yaml")
    until_the_glue = perfect_run(task)[:8]
    told = list(replay(task, until_the_glue, until_s=60.0))
    assert [event.step for event in told if event.type is EventType.STEP_FINISHED][-1] == "dry"
