"""The measures by which a followed run is judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.scores import (
    Completion,
    Followed,
    RunToScore,
    TakenBack,
    delays_s,
    early_per_100,
    edit_distance,
    f1,
    false_advances_per_200,
    following_score,
    matched,
    mean_delay_s,
    order_similarity,
    percentile,
    share_right,
)


def run_of(*steps: tuple[float | None, float | None], until_s: float = 10.0) -> RunToScore:
    return RunToScore(
        steps=tuple(Followed(true_s=true_s, told_s=told_s) for true_s, told_s in steps),
        start_s=0.0,
        until_s=until_s,
    )


def test_a_run_told_to_the_second_is_right_all_the_time() -> None:
    assert share_right(run_of((2.0, 2.0), (5.0, 5.0))) == (10.0, 10.0)


def test_a_step_told_late_is_wrong_for_as_long_as_it_is_late() -> None:
    assert share_right(run_of((2.0, 3.5), (5.0, 5.0))) == (8.5, 10.0)


def test_a_step_told_early_is_wrong_for_as_long_as_it_is_early() -> None:
    assert share_right(run_of((2.0, 1.0), (5.0, 5.0))) == (9.0, 10.0)


def test_after_a_step_that_is_never_told_nothing_is_right() -> None:
    assert share_right(run_of((2.0, None), (5.0, 5.0))) == (2.0, 10.0)


def test_steps_in_any_order_are_held_against_the_order_in_which_they_were_done() -> None:
    assert share_right(run_of((5.0, 5.0), (2.0, 2.0))) == (10.0, 10.0)


def test_what_was_never_done_does_not_count_as_time_but_as_a_false_advance() -> None:
    run = run_of((2.0, 2.0), (None, 3.0))
    assert share_right(run) == (10.0, 10.0)
    assert false_advances_per_200(run.steps) == 200.0
    assert early_per_100(run.steps) == 0.0


def test_half_a_second_before_the_end_is_not_early_and_two_are() -> None:
    steps = run_of((2.0, 1.5), (5.0, 3.0)).steps
    assert early_per_100(steps) == 50.0
    assert delays_s(steps) == [-0.5, -2.0]


def test_a_step_that_was_taken_back_counts_for_as_long_as_it_stood() -> None:
    once = TakenBack(told_s=3.0, until_s=4.5)
    step = Followed(true_s=5.0, told_s=6.0, taken_back=(once,))
    run = RunToScore(steps=(step,), start_s=0.0, until_s=10.0)
    assert share_right(run) == (10.0 - 1.5 - 1.0, 10.0)
    assert early_per_100(run.steps) == 100.0
    assert delays_s(run.steps) == [1.0]
    assert following_score([run]).taken_back_per_100 == 100.0


def test_all_runs_together_weigh_each_second_and_each_step_the_same() -> None:
    short = run_of((2.0, None), until_s=4.0)
    long = run_of((2.0, 2.0), (5.0, 6.0), (8.0, 8.0), until_s=16.0)
    score = following_score([short, long])
    assert (score.runs, score.steps) == (2, 4)
    assert score.share_right == pytest.approx((2.0 + 15.0) / 20.0)
    assert score.never_finished == 0.25
    assert score.median_delay_s == 0.0
    assert score.p95_delay_s == pytest.approx(0.9)


def test_nothing_at_all_scores_without_an_error() -> None:
    score = following_score([])
    assert (score.steps, score.share_right, score.median_delay_s) == (0, 0.0, None)


def test_percentiles_lie_between_the_two_nearest_values() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert percentile([], 0.5) is None


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
