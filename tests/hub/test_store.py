"""Each event once, nothing past a gap, and bad days of the database: with a real SQLite."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hub import database, rows
from hub.intake import Arrived, read
from hub.reader import Reader
from hub.store import StorageTroubleError, Store, Written
from hub.wire import StateV1, event_topic, state_topic

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OUTBOX = uuid.UUID(int=77)
TOPIC = event_topic(site="delft", station="bench-01")


def event(seq: int, *, outbox: uuid.UUID = OUTBOX, copy: int = 0, **fields: Any) -> Arrived:
    payload = {
        "event_id": str(uuid.uuid5(outbox, f"{seq}/{copy}")),
        "outbox": str(outbox),
        "seq": seq,
        "type": "step_finished",
        "station": "bench-01",
        "run_id": "run-1",
        "task": "torch",
        "step": "lens",
        "at": (START + timedelta(seconds=seq)).isoformat(),
        "at_s": float(seq),
    } | fields
    return read(TOPIC, json.dumps(payload).encode(), retained=False)


def state(*, outbox: uuid.UUID = OUTBOX, retained: bool = False, **fields: Any) -> Arrived:
    said = StateV1.model_validate(
        {
            "station": "bench-01",
            "site": "delft",
            "instance": uuid.UUID(int=5),
            "online": True,
            "sent_at": START,
            "outbox": outbox,
        }
        | fields
    )
    topic = state_topic(site="delft", station="bench-01")
    return read(topic, said.to_payload(), retained=retained)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
def open_store(url: str) -> Iterator[Callable[[], Store]]:
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(Store(url, now=lambda: START))


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


def stored(url: str) -> list[dict[str, Any]]:
    reader = Reader(url)
    found = [json.loads(line) for line in reader.event_lines(station=None, run_id=None)]
    reader.close()
    return found


def seqs(url: str) -> list[int]:
    return [one["seq"] for one in stored(url)]


def stored_to(written: Written) -> int:
    (ack,) = written.acks
    return ack.ack.stored_to


def count(url: str, table: str) -> int:
    with contextlib.closing(sqlite3.connect(str(database.sqlite_file(url)))) as file:
        return int(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def test_events_are_stored_and_acknowledged(store: Store, url: str) -> None:
    written = store.write([event(1), event(2), event(3)])
    assert (written.stored, written.repeats, stored_to(written)) == (3, 0, 3)
    first = stored(url)[0]
    assert (first["site"], first["station"], first["step"]) == ("delft", "bench-01", "lens")
    assert first["stored_at"] == "2026-11-22T09:00:00Z"
    assert first["at"] == "2026-11-22T09:00:01Z"


def test_a_repeat_is_stored_once_and_acknowledged_again(store: Store, url: str) -> None:
    store.write([event(1), event(2)])
    written = store.write([event(1), event(2), event(2), event(3), event(3)])
    assert (written.stored, written.repeats, stored_to(written)) == (1, 4, 3)
    assert seqs(url) == [1, 2, 3]


def test_nothing_past_a_gap_is_acknowledged(store: Store) -> None:
    assert stored_to(store.write([event(1), event(2), event(5)])) == 2
    assert stored_to(store.write([event(4)])) == 2
    assert stored_to(store.write([event(3)])) == 5


def test_what_is_stored_is_remembered_by_the_next_hub(
    open_store: Callable[[], Store], url: str
) -> None:
    with open_store() as first:
        first.write([event(1), event(2), event(4), event(6)])
    second = open_store()
    assert stored_to(second.write([event(3)])) == 4
    assert stored_to(second.write([event(5)])) == 6
    assert seqs(url) == [1, 2, 3, 4, 5, 6]


def test_a_new_hub_is_not_stuck_on_an_outbox_that_starts_at_5000(store: Store) -> None:
    assert store.write([event(5000), event(5001)]).acks == ()
    assert stored_to(store.write([state(oldest_seq=5000, newest_seq=5001)])) == 5001


def test_a_new_hub_asks_for_what_the_station_kept(store: Store, url: str) -> None:
    known: dict[str, Any] = {"oldest_seq": 4998, "newest_seq": 5000, "acked_to": 5000}
    assert stored_to(store.write([state(**known)])) == 4997
    assert stored_to(store.write([event(4998), event(4999), event(5000)])) == 5000
    assert store.write([state(**known)]).acks == ()
    assert seqs(url) == [4998, 4999, 5000]


def test_a_lost_ack_costs_one_heartbeat(store: Store) -> None:
    store.write([event(1), event(2)])
    assert stored_to(store.write([state(newest_seq=2, acked_to=0)])) == 2


def test_events_that_exist_nowhere_are_counted_and_not_waited_for(store: Store) -> None:
    store.write([event(1)])
    assert stored_to(store.write([event(9)])) == 1
    assert stored_to(store.write([state(oldest_seq=8, newest_seq=9)])) == 7
    assert store.missing == {("delft", "bench-01"): 6}
    assert stored_to(store.write([event(8)])) == 9


def test_what_the_broker_had_kept_proves_no_beginning(store: Store) -> None:
    assert store.write([event(7), state(oldest_seq=7, retained=True)]).acks == ()


def test_two_stations_on_one_outbox_are_told_to_renew_and_lose_nothing(
    store: Store, url: str
) -> None:
    store.write([event(1), event(2)])
    written = store.write([event(2, copy=1), event(3, copy=1)])
    (ack,) = written.acks
    assert ack.ack.renew
    assert stored_to(store.write([event(4)])) == 3  # it stands still from here on
    assert seqs(url) == [1, 2, 2, 3, 4]
    again = store.write([state(newest_seq=3, acked_to=2)])
    assert again.acks[0].ack.renew
    renewed = uuid.UUID(int=78)
    known = [event(seq, outbox=renewed) for seq in (1, 2, 3)]
    assert stored_to(store.write(known)) == 3


def test_a_copy_within_one_batch_is_found_too(store: Store, url: str) -> None:
    written = store.write([event(1), event(1, copy=1)])
    assert written.acks[0].ack.renew
    assert seqs(url) == [1, 1]


def test_an_event_of_a_newer_station_is_kept_and_read_by_a_newer_hub(
    open_store: Callable[[], Store], url: str
) -> None:
    with open_store() as older:
        written = older.write([event(1), event(2, type="tea_was_made"), event(3)])
        assert (written.misfits, stored_to(written)) == (1, 3)
        assert older.write([event(2, type="tea_was_made")]).repeats == 1
    assert (seqs(url), count(url, "aside")) == ([1, 3], 1)
    path = str(database.sqlite_file(url))
    with contextlib.closing(sqlite3.connect(path)) as file, file:  # it learns the word meanwhile
        file.execute("UPDATE aside SET payload = replace(payload, 'tea_was_made', 'resumed')")
    with open_store() as newer:
        assert stored_to(newer.write([event(4)])) == 4
    assert (seqs(url), count(url, "aside")) == ([1, 2, 3, 4], 0)


def test_poison_is_bounded(store: Store, url: str) -> None:
    store.write([event(1, type="tea_was_made")])
    poison = [read(TOPIC, b"\xff%d" % n, retained=False) for n in range(600)]
    for _ in range(3):
        assert store.write(poison).misfits == 600
    assert count(url, "aside") == rows.POISON_KEPT + 1


def test_runs_and_words_are_kept_for_the_pages(store: Store, url: str) -> None:
    texts = {"nl": "Pak de lens.", "en": "Take the lens."}
    store.write([event(1, type="run_started"), event(2), event(3, run_id="run-2")])
    store.write([state(task="torch", step="lens", step_words=texts)])
    reader = Reader(url)
    page = reader.runs(site="delft", station="bench-01")
    assert [run.run_id for run in page.runs] == ["run-2", "run-1"]
    assert page.older is None
    assert reader.words("torch") == {"lens": texts}
    ((kept, heard_at),) = reader.last_states()
    assert (kept.step, heard_at) == ("lens", START)
    reader.close()


def test_many_runs_come_in_pages(store: Store, url: str) -> None:
    store.write([event(seq, run_id=f"run-{seq}") for seq in range(1, 21)])
    reader = Reader(url)
    first = reader.runs(site="delft", station="bench-01")
    second = reader.runs(site="delft", station="bench-01", before=first.older)
    reader.close()
    told = [run.run_id for run in (*first.runs, *second.runs)]
    assert told == [f"run-{seq}" for seq in range(20, 0, -1)]
    assert second.older is None


def test_a_full_disk_loses_nothing_and_is_over_when_there_is_room(url: str) -> None:
    engine = database.engine_for(url)
    limit = {"pages": 0}

    @sa.event.listens_for(engine, "begin")
    def keep_to_the_limit(connection: sa.Connection) -> None:
        pages = limit["pages"] or 1_000_000
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with Store(url, now=lambda: START, engine=engine) as store:
        store.write([event(1)])
        limit["pages"] = 1  # SQLite takes as few as the file has now
        batch = [event(seq, note="x" * 500) for seq in range(2, 400)]
        with pytest.raises(StorageTroubleError, match="disk is full"):
            store.write(batch)
        assert seqs(url) == [1]
        limit["pages"] = 0
        assert stored_to(store.write(batch)) == 399
    assert seqs(url) == list(range(1, 400))


def test_a_locked_database_is_trouble_that_passes(store: Store, url: str) -> None:
    path = str(database.sqlite_file(url))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageTroubleError, match="keeps the database locked"):
            store.write([event(1)])
        other.execute("ROLLBACK")
    assert stored_to(store.write([event(1)])) == 1


def test_what_the_database_refuses_is_kept_aside_and_the_rest_is_stored(url: str) -> None:
    engine = database.engine_for(url)
    with Store(url, now=lambda: START, engine=engine) as store:
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER picky BEFORE INSERT ON events WHEN NEW.note = 'refuse me' "
                "BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END"
            )
        written = store.write([event(1), event(2, note="refuse me"), event(3)])
        assert (written.stored, written.misfits) == (2, 1)
        assert written.acks[-1].ack.stored_to == 3
    assert seqs(url) == [1, 3]


def test_a_file_that_is_no_database_is_told_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader, this is not a database. " * 100)
    with pytest.raises(database.DatabaseError, match="not a database"):
        Store(f"sqlite:///{file}", now=lambda: START).__enter__()


def test_a_database_of_a_newer_hub_is_left_alone(url: str) -> None:
    with Store(url, now=lambda: START):
        pass
    path = str(database.sqlite_file(url))
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(database.DatabaseError, match="newer hub"):
        Store(url, now=lambda: START).__enter__()


def test_an_address_that_is_none_is_told_in_plain_words() -> None:
    with pytest.raises(database.DatabaseError, match="Write it as sqlite"):
        Store("hub.db", now=lambda: START)


def test_the_migrations_make_what_the_schema_says(url: str) -> None:
    with Store(url, now=lambda: START):
        pass
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    from hub.schema import metadata  # noqa: PLC0415

    engine = database.engine_for(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_reader_cannot_write(store: Store, url: str) -> None:
    store.write([event(1)])
    engine = database.engine_for(url, reads_only=True)
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError):
        connection.exec_driver_sql("DELETE FROM events")
    engine.dispose()
