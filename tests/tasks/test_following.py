"""The measures by which a followed run is judged: was the light on the right step?"""

import pytest

from tasks.following import (
    Followed,
    RunToScore,
    TakenBack,
    delays_s,
    early_per_100,
    false_advances_per_200,
    following_score,
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
