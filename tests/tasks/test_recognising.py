"""The measures by which told completions are judged: which, in which order, how late?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.recognising import (
    Completion,
    edit_distance,
    f1,
    matched,
    mean_delay_s,
    order_similarity,
)


@pytest.mark.parametrize(
    ("true", "told", "distance"),
    [
        ("abc", "abc", 0.0),
        ("abc", "acb", 1.0),
        ("abc", "ab", 1.0),
        ("abc", "abcd", 1.0),
        ("abc", "abd", 2.0),
        ("", "abc", 3.0),
    ],
)
def test_changes_cost_as_in_the_published_measure(true: str, told: str, distance: float) -> None:
    assert edit_distance(true, told) == distance


def test_the_order_counts_and_no_order_is_worse_than_zero() -> None:
    assert order_similarity("abcd", "abdc") == 0.75
    assert order_similarity("ab", "cdefgh") == 0.0
    assert order_similarity("", "") == 1.0
    assert order_similarity("", "a") == 0.0


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_distances_are_distances(one: str, other: str) -> None:
    assert edit_distance(one, other) == edit_distance(other, one)
    assert (edit_distance(one, other) == 0.0) == (one == other)
    assert edit_distance(one, other) <= len(one) + len(other)


def completions(**at_s: float | tuple[float, ...]) -> list[Completion]:
    return [
        Completion(step=step, at_s=time_s)
        for step, times_s in at_s.items()
        for time_s in (times_s if isinstance(times_s, tuple) else (times_s,))
    ]


def test_told_before_it_happened_is_false_and_not_missed() -> None:
    found = matched(completions(base=5.0, wheel=9.0), completions(base=4.0, wheel=10.0))
    assert (found.right, found.false, found.missed) == (1, 1, 0)
    assert f1(found) == pytest.approx(2 / 3)
    assert mean_delay_s(found) == 1.0


def test_a_second_turn_is_held_against_the_second_turn() -> None:
    found = matched(completions(spin=(3.0, 6.0, 9.0)), completions(spin=(3.5, 6.5)))
    assert (found.right, found.false, found.missed) == (2, 0, 1)


def test_what_nobody_did_is_false_and_what_nobody_told_is_missed() -> None:
    found = matched(completions(base=1.0), completions(roof=2.0))
    assert (found.right, found.false, found.missed) == (0, 1, 1)
    assert f1(found) == 0.0
    assert mean_delay_s(found) is None


def test_no_completions_and_none_told_is_perfect() -> None:
    assert f1(matched([], [])) == 1.0
