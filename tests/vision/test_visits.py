"""Visits to a zone: enter and leave in seconds, a rim in millimetres, lost hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from station_config.station import Zone, ZoneKind
from vision.visits import AWAY, OUTSIDE_MM, Phase, Turn, Visit, step
from vision.zones import Reach, ZoneSeen

ZONE = Zone(
    zone_id="bin_a",
    kind=ZoneKind.BIN,
    polygon_mm=((0, 0), (130, 0), (130, 140), (0, 140)),
    title={},
    enter_s=0.12,
    leave_s=0.25,
)


@dataclass(frozen=True)
class Happened:
    """A turn and when it came."""

    turn: Turn
    at_s: float
    visit: Visit


def seen(
    at_s: float, depth_mm: float | None, *, covered: float | None = 0.3, by_hand: bool = True
) -> ZoneSeen:
    reach = None
    if depth_mm is not None:
        reach = Reach(tip_mm=(50.0, depth_mm), depth_mm=depth_mm, by_hand=by_hand)
    return ZoneSeen(at_s=at_s, reach=reach, covered=covered)


def lived(frames: Iterable[ZoneSeen]) -> list[Happened]:
    visit, happened = AWAY, list[Happened]()
    for frame in frames:
        visit, turn = step(visit, frame, ZONE)
        if turn is not None:
            happened.append(Happened(turn=turn, at_s=frame.at_s, visit=visit))
        if turn is Turn.LEFT:
            visit = AWAY
    return happened


def at_rate(rate_hz: float, *spells: tuple[float, float | None]) -> list[ZoneSeen]:
    """Frames at a rate: each spell is how long, and how deep."""
    frames, until_s = list[ZoneSeen](), 0.0
    for lasts_s, depth_mm in spells:
        until_s += lasts_s
        while len(frames) / rate_hz < until_s - 1e-9:
            frames.append(seen(len(frames) / rate_hz, depth_mm))
    return frames


def test_times_count_in_seconds_whatever_the_rate_of_the_camera() -> None:
    spells = ((0.5, -80.0), (1.0, 30.0), (1.0, -30.0))
    for rate_hz in (10.0, 30.0, 60.0):
        entered, left = lived(at_rate(rate_hz, *spells))
        assert entered.turn is Turn.ENTERED
        assert 0.5 + ZONE.enter_s <= entered.at_s <= 0.5 + ZONE.enter_s + 1 / rate_hz + 1e-6
        assert left.turn is Turn.LEFT
        assert 1.5 + ZONE.leave_s <= left.at_s <= 1.5 + ZONE.leave_s + 1 / rate_hz + 1e-6
        assert abs(left.visit.dwell_s - 1.0) <= 1.01 / rate_hz


def test_a_hand_that_crosses_the_zone_in_a_tenth_of_a_second_was_never_there() -> None:
    assert lived(at_rate(30, (0.5, -80), (0.1, 30), (1.0, -80))) == []


def test_trembling_at_the_rim_is_one_visit() -> None:
    depths = [-80.0] * 5 + [4.0, 1.0, 5.0, 8.0, 3.0, -3.0, 2.5, -8.0, 1.0, 4.0] * 6 + [-80.0] * 20
    turns = [h.turn for h in lived(seen(n / 30, depth) for n, depth in enumerate(depths))]
    assert turns.count(Turn.ENTERED) <= 1
    assert turns in ([], [Turn.ENTERED, Turn.LEFT])


def test_a_hand_that_is_lost_while_it_covers_the_zone_has_not_left() -> None:
    frames = at_rate(30, (0.5, 30.0), (1.0, None), (0.5, 30.0))
    assert [h.turn for h in lived(frames)] == [Turn.ENTERED]


def test_a_hand_that_is_lost_in_a_zone_that_is_bare_has_left() -> None:
    frames = [seen(n / 30, 30.0) for n in range(15)]
    frames += [seen(n / 30, None, covered=0.0) for n in range(15, 30)]
    assert [h.turn for h in lived(frames)] == [Turn.ENTERED, Turn.LEFT]


def test_doubt_does_not_last_for_ever() -> None:
    frames = at_rate(30, (0.5, 30.0), (3.0, None))
    assert [h.turn for h in lived(frames)] == [Turn.ENTERED, Turn.LEFT]


def test_a_hand_that_is_plainly_gone_is_gone_sooner() -> None:
    near = lived(at_rate(30, (0.5, 30.0), (0.5, -15.0)))[1].at_s
    far = lived(at_rate(30, (0.5, 30.0), (0.5, -80.0)))[1].at_s
    assert far < near - 0.1


def test_a_hand_that_rests_is_slow_and_one_that_sweeps_is_not() -> None:
    resting = lived(at_rate(30, (0.5, 30.0), (0.5, -80.0)))[1].visit
    sweep = [seen(n / 30, -100.0 + 20 * n) for n in range(12)]
    sweep += [seen(n / 30, -100.0) for n in range(12, 30)]
    sweeping = lived(sweep)[-1].visit
    assert resting.slowest_mm_s < 1.0
    assert sweeping.slowest_mm_s > 500.0


depths = st.one_of(st.none(), st.floats(-200, 60))
frames_of_anything = st.lists(
    st.tuples(st.floats(0.001, 0.5), depths, st.one_of(st.none(), st.floats(0, 1)), st.booleans()),
    max_size=60,
)


@given(frames_of_anything)
def test_whatever_is_seen_visits_begin_before_they_end(
    written: list[tuple[float, float | None, float | None, bool]],
) -> None:
    at_s, frames = 0.0, list[ZoneSeen]()
    for passed_s, depth_mm, covered, by_hand in written:
        at_s += passed_s
        frames.append(seen(at_s, depth_mm, covered=covered, by_hand=by_hand))
    happened = lived(frames)
    assert [h.turn for h in happened] == ([Turn.ENTERED, Turn.LEFT] * 30)[: len(happened)]
    for h in happened:
        assert h.visit.began_s <= h.visit.last_inside_s <= h.at_s
        assert h.visit.hand_frames <= h.visit.frames
        if h.turn is Turn.ENTERED:
            assert h.at_s - h.visit.began_s >= ZONE.enter_s - 1e-6


@given(frames_of_anything)
def test_nothing_is_entered_without_something_inside(
    written: list[tuple[float, float | None, float | None, bool]],
) -> None:
    at_s, visit = 0.0, AWAY
    for passed_s, depth_mm, covered, by_hand in written:
        at_s += passed_s
        outside = None if depth_mm is None else min(depth_mm, OUTSIDE_MM)
        visit, turn = step(visit, seen(at_s, outside, covered=covered, by_hand=by_hand), ZONE)
        assert turn is None
        assert visit.phase is Phase.AWAY
