"""What the station has to tell the hub survives power cuts, full disks and copied disks."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from station.outbox import KEEP_S, SWEEP_EVERY_S, Outbox, OutboxError, RunState

RUN = RunState(run_id=UUID(int=7), task_id="torch", steps=9, done=frozenset({0, 1}))


def lines(*numbers: int) -> list[str]:
    return [json.dumps({"n": number}) for number in numbers]


def numbers_after(outbox: Outbox, seq: int) -> list[tuple[int, int]]:
    return [(seq, json.loads(line)["n"]) for seq, line in outbox.after(seq, 1_000_000)]


def test_events_come_out_in_the_order_in_which_they_went_in(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "deep" / "outbox.db")
    outbox.add(lines(10, 11), RUN)
    outbox.add(lines(12), None)
    assert numbers_after(outbox, 0) == [(1, 10), (2, 11), (3, 12)]
    assert numbers_after(outbox, 2) == [(3, 12)]


def test_the_run_is_kept_with_its_events_and_forgotten_when_it_is_over(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    assert outbox.run() is None
    outbox.add(lines(1), RUN)
    outbox.close()
    again = Outbox(tmp_path / "outbox.db")
    assert again.run() == RUN
    again.add(lines(2), None)
    assert again.run() is None


def test_what_the_hub_has_stored_is_not_renumbered_and_is_kept_for_a_week(tmp_path: Path) -> None:
    clock = [1_000_000.0]
    outbox = Outbox(tmp_path / "outbox.db", wall_s=lambda: clock[0])
    outbox.add(lines(1, 2, 3), None)
    outbox.stored_to(2)
    standing = outbox.standing()
    assert (standing.oldest_seq, standing.newest_seq, standing.acked_to) == (1, 3, 2)

    clock[0] += KEEP_S + SWEEP_EVERY_S
    outbox.stored_to(2)
    standing = outbox.standing()
    assert (standing.oldest_seq, standing.newest_seq) == (3, 3)

    outbox.stored_to(3)
    clock[0] += KEEP_S + SWEEP_EVERY_S
    outbox.stored_to(3)
    assert outbox.standing().oldest_seq == 4, "an empty outbox tells the next number to come"
    outbox.add(lines(4), None)
    assert numbers_after(outbox, 0) == [(4, 4)]


def test_a_hub_restored_from_a_backup_may_take_the_mark_back(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.add(lines(1, 2, 3), None)
    outbox.stored_to(3)
    outbox.stored_to(1)
    assert outbox.standing().acked_to == 1
    assert numbers_after(outbox, 1) == [(2, 2), (3, 3)]


def test_a_copied_disk_becomes_another_outbox_with_everything_that_is_kept(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.add(lines(1, 2, 3), RUN)
    outbox.stored_to(2)
    before = outbox.standing().outbox_id
    outbox.renew()
    standing = outbox.standing()
    assert standing.outbox_id != before
    assert (standing.oldest_seq, standing.newest_seq, standing.acked_to) == (1, 3, 0)
    assert outbox.run() == RUN


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    path.write_bytes(b"this is no database, and never was one " * 100)
    outbox = Outbox(path)
    outbox.add(lines(1), None)
    assert numbers_after(outbox, 0) == [(1, 1)]
    assert [one.name for one in tmp_path.glob("*.damaged-*")]


def test_a_run_that_cannot_be_read_does_not_stop_the_station(tmp_path: Path) -> None:
    Outbox(tmp_path / "outbox.db").add([], RUN)
    with sqlite3.connect(tmp_path / "outbox.db") as db:
        db.execute("UPDATE run SET state = '{\"run_id\": 5}'")
    db.close()
    assert Outbox(tmp_path / "outbox.db").run() is None


def test_a_folder_that_cannot_be_made_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutboxError, match="cannot write"):
        Outbox(tmp_path / "file" / "outbox.db")


WRITES_UNTIL_KILLED = """
import sys
from pathlib import Path
from station.outbox import Outbox, RunState
from uuid import UUID
outbox = Outbox(Path(sys.argv[1]))
n = outbox.standing().newest_seq
while True:
    n += 1
    done = frozenset(range(n % 50))
    run = RunState(run_id=UUID(int=n), task_id="t", steps=50, done=done)
    outbox.add(['{"n": %d}' % n], run)
    print(n, flush=True)
"""


def test_kill_9_in_mid_write_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """Ten times: whatever was told to be kept is there, once, with the run that belongs to it."""
    for turn in range(10):
        with subprocess.Popen(
            [sys.executable, "-c", WRITES_UNTIL_KILLED, str(tmp_path / "outbox.db")],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            kept = 0
            for _ in range(3 + 7 * turn):
                kept = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
            rest = writer.stdout.read().split()
        kept = int(rest[-1]) if rest else kept
        outbox = Outbox(tmp_path / "outbox.db")
        found = numbers_after(outbox, 0)
        newest = outbox.standing().newest_seq
        assert newest >= kept
        assert [seq for seq, _ in found] == list(range(1, newest + 1))
        assert all(seq == n for seq, n in found)
        run = outbox.run()
        assert run is not None
        assert run.run_id == UUID(int=newest), "events and run are written together"
        outbox.close()
