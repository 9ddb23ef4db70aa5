"""What visits mean: picked, placed, removed, or only passing by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.model import Evidence
from tests.vision.walks import (
    BIN_A,
    JIG,
    RATE_HZ,
    REST,
    Point,
    bare_hand,
    glove,
    path,
    read,
    told,
    with_glove,
    with_hand,
)
from vision.observations import LookSeen, Observation, from_json, to_json
from vision.odds import SURE


@pytest.mark.parametrize("witness", [with_hand, with_glove])
def test_a_hand_that_stays_in_a_bin_has_taken_a_part(
    witness: Callable[[float, Point], Observation],
) -> None:
    evidence = told((REST, 0.5), (BIN_A, 0.5), (REST, 0.6), witness=witness)
    assert list(evidence) == ["reached:bin_a", "left:bin_a", "picked:bin_a"]
    assert evidence["picked:bin_a"].p > 0.9
    assert evidence["reached:bin_a"].p >= 0.8


def test_what_was_taken_is_told_within_a_third_of_a_second_of_leaving_the_bin() -> None:
    stops = ((REST, 0.5), (BIN_A, 0.5), (REST, 0.6))
    walked = list(path(*stops))
    inside = [number for number, (x, y) in enumerate(walked) if 0 < x < 130 and 400 < y < 530]
    assert told(*stops)["picked:bin_a"].at_s - inside[-1] / RATE_HZ < 0.33


def test_a_hand_that_crosses_a_bin_on_its_way_has_taken_nothing() -> None:
    across = (-120.0, 470.0)
    evidence = told((REST, 0.5), ((180.0, 470.0), 0.0), (across, 0.5), peak_mm_s=600.0)
    assert evidence["picked:bin_a"].p < 0.2
    assert evidence["reached:bin_a"].p < 0.8


def test_a_reach_bears_the_time_at_which_the_finger_came_in() -> None:
    evidence = told((REST, 0.5), (BIN_A, 0.5), (REST, 0.6))
    walked = list(path((REST, 0.5), (BIN_A, 0.5), (REST, 0.6)))
    came_in = next(n for n, (x, y) in enumerate(walked) if 0 < x < 130 and y > 402)
    assert evidence["reached:bin_a"].at_s == pytest.approx(came_in / RATE_HZ, abs=0.04)


def test_a_part_that_makes_the_jig_fuller_was_placed() -> None:
    evidence = told((REST, 0.5), (JIG, 0.4), (REST, 0.6), look=LookSeen(changed=0.6, fuller=0.5))
    assert evidence["placed:jig"].p > 0.9
    assert evidence["removed:jig"].p < 0.1


def test_a_jig_that_looks_as_at_first_again_was_emptied() -> None:
    evidence = told((REST, 0.5), (JIG, 0.4), (REST, 0.6), look=LookSeen(changed=0.6, fuller=-0.5))
    assert evidence["removed:jig"].p > 0.85
    assert evidence["placed:jig"].p < 0.1


def test_without_a_look_placing_is_more_probable_than_removing() -> None:
    evidence = told((REST, 0.5), (JIG, 0.5), (REST, 0.6))
    assert evidence["placed:jig"].p > 0.8
    assert evidence["removed:jig"].p < 0.2


def test_a_short_visit_that_changes_nothing_placed_nothing() -> None:
    evidence = told((REST, 0.5), (JIG, 0.3), (REST, 0.6), look=LookSeen(changed=0.0, fuller=0.0))
    assert evidence["placed:jig"].p < 0.3


def looked_at(*looks: LookSeen | None) -> list[Evidence]:
    """A jig that nobody visits, and how it looks in each tenth of a second."""
    return read(
        [
            Observation(at_s=number / 10, looks={} if look is None else {"jig": look})
            for number, look in enumerate(looks)
        ]
    )


def test_a_place_that_was_covered_and_changed_without_a_visit_was_used() -> None:
    evidence = looked_at(None, None, *[LookSeen(changed=0.6, fuller=0.5)] * 5)
    placed, removed = evidence
    assert str(placed.sign) == "placed:jig"
    assert 0.8 < placed.p < 0.95
    assert removed.p < 0.1
    assert placed.at_s == pytest.approx(0.2)


def test_a_place_that_was_only_covered_was_not_used() -> None:
    assert looked_at(None, None, *[LookSeen(changed=0.15, fuller=0.1)] * 5) == []


def test_a_look_that_comes_just_after_its_visit_is_not_told_twice() -> None:
    walk = list(path((REST, 0.5), (JIG, 0.5), (REST, 1.5)))
    seen = [with_hand(number / RATE_HZ, tip) for number, tip in enumerate(walk)]
    late = replace(seen[0], looks={"jig": LookSeen(changed=0.6, fuller=0.5)})
    last_s = seen[-1].at_s
    left_s = next(p.at_s for p in read(seen) if str(p.sign) == "placed:jig")
    seen = [
        replace(o, looks=late.looks) if o.at_s > left_s + 0.2 and o.at_s <= last_s else o
        for o in seen
    ]
    assert [str(piece.sign) for piece in read(seen)].count("placed:jig") == 1


@pytest.mark.parametrize(("late_s", "is_waited_for"), [(0.1, True), (0.2, True), (0.4, False)])
def test_a_look_that_is_a_little_late_still_tells_what_a_visit_did(
    late_s: float, *, is_waited_for: bool
) -> None:
    """A hand that draws back, or its shadow, lies over the place for a moment longer."""
    seen = [
        with_hand(number / RATE_HZ, tip)
        for number, tip in enumerate(path((REST, 0.5), (JIG, 0.5), (REST, 1.5)))
    ]
    left_s = next(piece.at_s for piece in read(seen) if str(piece.sign) == "left:jig")
    look = {"jig": LookSeen(changed=0.6, fuller=-0.6)}
    evidence = read([replace(o, looks=look) if o.at_s >= left_s + late_s else o for o in seen])
    removed = [piece for piece in evidence if str(piece.sign) == "removed:jig"]
    assert len(removed) == 1
    assert removed[0].at_s <= left_s + 0.3
    assert (removed[0].p > 0.8) == is_waited_for


def shares_placed(fuller: float) -> tuple[float, float]:
    """How probable it is that something was placed, and removed, after a plain visit."""
    evidence = told((REST, 0.5), (JIG, 0.5), (REST, 0.6), look=LookSeen(changed=0.6, fuller=fuller))
    return evidence["placed:jig"].p, evidence["removed:jig"].p


@settings(deadline=None, max_examples=50)
@given(st.floats(-1, 1), st.floats(-1, 1))
def test_the_fuller_a_place_the_more_probably_something_was_placed(
    one: float, other: float
) -> None:
    (less, taken), (more, still_taken) = map(shares_placed, sorted((one, other)))
    assert less <= more
    assert taken >= still_taken
    assert less + taken <= 1.0


@pytest.mark.parametrize(
    ("fuller", "at_least", "at_most"),
    [
        (-1.0, 0.0, 0.05),
        (-0.4, 0.0, 0.2),
        (0.0, 0.2, 0.75),
        (0.35, 0.8, 0.96),
        (1.0, 0.92, 0.97),
    ],
)
def test_only_a_plain_look_is_sure_of_what_was_placed(
    fuller: float, at_least: float, at_most: float
) -> None:
    placed, removed = shares_placed(fuller)
    assert at_least <= placed <= at_most
    assert removed == pytest.approx(0.97 - placed, abs=0.05)


positions = st.tuples(st.floats(-100, 600), st.floats(0, 700))
frames = st.lists(
    st.tuples(
        st.floats(0.0, 0.3),
        st.lists(positions, max_size=2),
        st.lists(positions, max_size=2),
        st.dictionaries(st.sampled_from(["bin_a", "jig", "done"]), st.floats(0, 1)),
    ),
    max_size=50,
)
Written = list[tuple[float, list[Point], list[Point], dict[str, float]]]


def observations_of(written: Written) -> list[Observation]:
    at_s, seen = 0.0, list[Observation]()
    for passed_s, hands, arms, covered in written:
        at_s += passed_s
        seen.append(
            Observation(
                at_s=at_s,
                hands=tuple(map(bare_hand, hands)),
                arms=tuple(map(glove, arms)),
                covered=covered,
            )
        )
    return seen


@given(frames)
def test_whatever_is_seen_time_never_falls_and_nothing_is_certain(written: Written) -> None:
    pieces = read(observations_of(written))
    times = [piece.at_s for piece in pieces]
    assert times == sorted(times)
    assert all(round(1 - SURE, 3) * 0.001 <= piece.p <= SURE for piece in pieces)
    for visited in ("bin_a", "jig", "done"):
        turns = [
            str(piece.sign.kind)
            for piece in pieces
            if piece.sign.name == visited and str(piece.sign.kind) in {"reached", "left"}
        ]
        assert turns == (["reached", "left"] * 25)[: len(turns)]
    for moment in {piece.at_s for piece in pieces}:
        shared = [
            piece.p
            for piece in pieces
            if piece.at_s == moment and str(piece.sign) in {"placed:jig", "removed:jig"}
        ]
        assert sum(shared) <= 1.0


@given(frames)
def test_a_recording_says_what_was_seen(written: Written) -> None:
    for seen in observations_of(written):
        again = from_json(to_json(seen))
        assert again.at_s == pytest.approx(seen.at_s, abs=1e-3)
        assert [a.is_a_hand for a in again.arms] == [a.is_a_hand for a in seen.arms]
        assert all(
            np.allclose(a.landmarks_mm, s.landmarks_mm, atol=0.06)
            for a, s in zip(again.hands, seen.hands, strict=True)
        )
        assert again.covered == pytest.approx(seen.covered, abs=1e-3)


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"at_s": 1}', "not json"])
def test_a_line_that_is_no_observation_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no observation"):
        from_json(line)
