"""Who is there, who is gone, and who is there twice: with a clock of our own."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hub.board import Board, Tile
from hub.intake import StateArrived
from hub.wire import StateV1

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
KEY = ("delft", "bench-01")
A, B = uuid.UUID(int=1), uuid.UUID(int=2)


class Afternoon:
    """A board, and a clock that moves when it is told to."""

    def __init__(self) -> None:
        self.board = Board()
        self.now_s = 1000.0

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.now_s - 1000.0)

    def hears(
        self,
        instance: uuid.UUID = A,
        *,
        online: bool = True,
        retained: bool = False,
        sent_at: datetime | None = None,
        **fields: object,
    ) -> None:
        state = StateV1.model_validate(
            {
                "station": KEY[1],
                "site": KEY[0],
                "instance": instance,
                "online": online,
                "sent_at": sent_at or self.now,
            }
            | fields
        )
        arrived = StateArrived(state=state, payload=b"", retained=retained)
        self.board.heard(arrived, now_s=self.now_s, now=self.now)

    def after(self, seconds: float) -> Tile:
        self.now_s += seconds
        tile = self.board.tile(KEY, now_s=self.now_s)
        assert tile is not None
        return tile


def test_a_station_that_speaks_every_5_s_stays() -> None:
    day = Afternoon()
    for _ in range(10):
        day.hears()
        assert day.after(5.0).gone_since is None


def test_one_that_falls_silent_is_gone_after_15_s_since_it_was_last_heard() -> None:
    day = Afternoon()
    day.hears(step="screw")
    assert day.after(15.0).how == "working"
    tile = day.after(0.1)
    assert (tile.how, tile.gone_since) == ("gone", START)
    day.hears(step="screw")
    assert day.after(1.0).how == "working"


def test_a_last_will_counts_at_once_and_the_step_stays_to_be_seen() -> None:
    day = Afternoon()
    day.hears(step="screw")
    day.after(3.0)
    day.hears(online=False)
    tile = day.after(0.0)
    assert (tile.how, tile.state.step) == ("gone", "screw")
    assert tile.gone_since == START + timedelta(seconds=3)


def test_the_last_will_of_a_program_that_was_started_again_means_nothing() -> None:
    day = Afternoon()
    day.hears(A)
    day.hears(B)
    day.hears(A, online=False)
    assert day.after(0.0).gone_since is None


def test_what_the_broker_kept_is_shown_but_proves_no_life() -> None:
    day = Afternoon()
    day.hears(retained=True, step="screw", sent_at=START - timedelta(hours=2))
    assert day.after(1.0).state.step == "screw"
    assert day.after(14.1).gone_since == START - timedelta(hours=2)


def test_two_programs_in_turns_are_found_out_and_a_restart_is_not() -> None:
    day = Afternoon()
    day.hears(A)
    day.hears(B)
    assert not day.after(1.0).doubled
    day.hears(A)
    tile = day.after(1.0)
    assert (tile.doubled, tile.how) == (True, "fault")


def test_a_minute_after_the_second_has_gone_the_fault_is_over() -> None:
    day = Afternoon()
    for instance in (A, B, A):
        day.hears(instance)
    for _ in range(13):
        day.after(5.0)
        day.hears(A)
    assert not day.after(0.0).doubled


def test_silence_while_the_hub_stood_still_does_not_count() -> None:
    day = Afternoon()
    day.hears()
    day.now_s += 60.0
    day.board.excuse_all(now_s=day.now_s)
    assert day.after(0.0).gone_since is None
    assert day.after(15.1).gone_since == START


def test_help_is_wanted_since_it_was_first_said() -> None:
    day = Afternoon()
    day.hears(help_wanted=True)
    day.after(5.0)
    day.hears(help_wanted=True)
    assert day.after(0.0).help_since == START
    day.hears(help_wanted=False)
    assert day.after(0.0).help_since is None


def test_the_most_urgent_word_heads_the_tile() -> None:
    day = Afternoon()
    day.hears(step="screw", paused=True, faults=["Camera is zwart"], help_wanted=True)
    assert day.after(0.0).how == "help"
    day.hears(step="screw", paused=True, faults=["Camera is zwart"])
    assert day.after(0.0).how == "fault"
    day.hears(step="screw", paused=True)
    assert day.after(0.0).how == "paused"
    day.hears()
    assert day.after(0.0).how == "idle"


def test_after_a_restart_of_the_hub_stations_get_their_15_s() -> None:
    day = Afternoon()
    state = StateV1(station=KEY[1], site=KEY[0], instance=A, online=True, sent_at=START)
    day.board.remember([(state, START - timedelta(minutes=5))], now_s=day.now_s)
    assert day.after(14.0).gone_since is None
    assert day.after(2.0).gone_since == START - timedelta(minutes=5)
