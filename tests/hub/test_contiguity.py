"""Up to where an outbox is complete."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.contiguity import Received


def received(*seqs: int, begins_at: int | None = 1) -> Received:
    outbox = Received()
    if begins_at is not None:
        outbox.begins_at(begins_at)
    for seq in seqs:
        outbox.note(seq)
    return outbox


def test_in_order_it_follows() -> None:
    assert received(1, 2, 3).stored_to == 3


def test_a_gap_is_never_jumped() -> None:
    assert received(1, 2, 4, 5, 6).stored_to == 2
    assert received(1, 2, 4, 5, 6, 3).stored_to == 6


def test_without_a_beginning_nothing_is_known_until_one_comes() -> None:
    outbox = received(5000, 5001, begins_at=None)
    assert outbox.stored_to is None
    assert outbox.begins_at(5000) == 0
    assert outbox.stored_to == 5001


def test_seq_one_is_a_beginning_in_itself() -> None:
    assert received(2, 1, begins_at=None).stored_to == 2


def test_a_new_hub_waits_for_what_the_station_still_keeps() -> None:
    outbox = received(5000, begins_at=None)
    outbox.begins_at(4998)
    assert outbox.stored_to == 4997
    outbox.note(4998)
    outbox.note(4999)
    assert outbox.stored_to == 5000


def test_what_exists_nowhere_is_counted_and_not_waited_for() -> None:
    outbox = received(1, 2, 5, 9)
    assert outbox.begins_at(8) == 4
    assert (outbox.stored_to, outbox.missing) == (7, 4)
    outbox.note(8)
    assert outbox.stored_to == 9


def test_an_older_word_of_the_station_changes_nothing() -> None:
    outbox = received(1, 2, 3)
    assert outbox.begins_at(1) == 0
    assert outbox.stored_to == 3


def test_a_copied_outbox_stands_still() -> None:
    outbox = received(1, 2)
    outbox.copied = True
    outbox.note(3)
    outbox.note(5)
    assert outbox.stored_to == 2


@given(st.integers(1, 50), st.lists(st.integers(0, 60), max_size=200))
def test_any_order_with_any_repeats(start: int, offsets: list[int]) -> None:
    outbox = Received()
    outbox.begins_at(start)
    seen: set[int] = set()
    for offset in offsets:
        seq = start + offset
        assert outbox.note(seq) is (seq not in seen)
        seen.add(seq)
        expected = start - 1
        while expected + 1 in seen:
            expected += 1
        assert outbox.stored_to == expected
        assert all(outbox.has(one) for one in seen)
        assert not outbox.has(start + 61)
    gaps = zip(outbox.ahead, outbox.ahead[1:], strict=False)
    assert all(before.last + 1 < after.first for before, after in gaps)
