"""What tools and other recognisers say over MQTT becomes evidence, or is refused with a reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.outside import (
    SILENT_S,
    Activities,
    Signal,
    Silence,
    evidence_of,
    read_outside,
)


@pytest.mark.parametrize(
    ("payload", "p"),
    [(b"", 0.99), (b"ok", 0.99), (b"1", 0.99), (b"[]", 0.99), (b"{}", 0.99), (b'{"p": 0.6}', 0.6)],
)
def test_anything_a_tool_sends_is_its_signal(payload: bytes, p: float) -> None:
    assert read_outside("torque_ok", payload) == Signal(name="torque_ok", p=p)


def test_labels_of_one_moment_are_evidence_of_one_moment() -> None:
    said = read_outside("camera_2", b'{"activity": {"spin leg": 0.7, "NA": 0.2}}')
    assert [(one.at_s, str(one.sign), one.p) for one in evidence_of(said, 4.0)] == [
        (4.0, "activity:spin leg", 0.7),
        (4.0, "activity:NA", 0.2),
    ]


def test_that_nobody_is_at_work_is_news_too() -> None:
    said = read_outside("camera_2", b'{"activity": {}}')
    assert [str(one.sign) for one in evidence_of(said, 4.0)] == ["activity:nobody"]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ('{"p": 7}', "p must be a number from 0 to 1"),
        ('{"p": true}', "p must be a number"),
        ('{"p": NaN}', "p must be a number"),
        ('{"activity": "spin leg"}', "must map at most 64 labels"),
        ('{"activity": {"spin": "much"}}', "spin must be a number"),
        ('{"activity": {"spin": 0.7, "align": 0.7}}', "labels sum to 1.400"),
        ('{"activity": {"": 0.7}}', "1 to 100 letters"),
        (json.dumps({"activity": {f"l{n}": 0.01 for n in range(65)}}), "at most 64 labels"),
    ],
)
def test_what_cannot_be_meant_is_refused_whole(payload: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_outside("camera_2", payload.encode())


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["p", "activity", "x"]), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_message_is_worse_than_refused(payload: bytes) -> None:
    try:
        said = read_outside("camera_2", payload)
    except ValueError:
        return
    assert all(0.0 <= one.p <= 1.0 for one in evidence_of(said, 0.0))


def test_a_recogniser_that_has_gone_is_missed_until_it_speaks_again() -> None:
    silence = Silence()
    assert silence.trouble(100.0) is None
    silence.hear(Signal(name="torque_ok", p=0.9), 0.0)
    silence.hear(Activities(name="camera_2", labels={}), 0.0)
    assert silence.trouble(SILENT_S - 0.1) is None
    assert "camera_2 has said nothing" in (silence.trouble(SILENT_S + 0.1) or "")
    silence.hear(Activities(name="camera_2", labels={}), 60.0)
    assert silence.trouble(61.0) is None
