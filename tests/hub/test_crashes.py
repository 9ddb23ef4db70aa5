"""Whatever is killed, each event stands once in the hub's database, in order, and no other."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.reader import Reader

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def seqs_by_outbox(url: str) -> dict[str, list[int]]:
    import json  # noqa: PLC0415

    found: dict[str, list[int]] = {}
    reader = Reader(url)
    for line in reader.event_lines(station=None, run_id=None):
        event = json.loads(line)
        found.setdefault(event["outbox"], []).append(event["seq"])
    reader.close()
    return found


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hub_that_dies_around_its_commits_stores_each_event_once(
    when: str,
    mosquitto: Any,
    station: Callable[..., Any],
    tmp_path: Path,
    wait_until: Callable[..., None],
) -> None:
    rng = random.Random(f"{when} the commit")
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    bench = station(mosquitto.url)
    wanted = 0
    for _ in range(3):
        for _ in range(rng.randrange(20, 60)):
            bench.report()
            wanted += 1
        command = [sys.executable, str(HERE / "crashing_hub.py"), mosquitto.url, url, when]
        crashing = subprocess.Popen([*command, str(rng.randrange(1, 4))], cwd=ROOT)
        late_s = time.monotonic() + 20
        while crashing.poll() is None and time.monotonic() < late_s:
            bench.report()  # each is a batch of its own, so that there is something to die in
            wanted += 1
            time.sleep(0.03)
        assert crashing.wait(1) == -9
        bench.resend()
    last = subprocess.Popen([*command, "1000000"], cwd=ROOT)
    try:
        bench.say_state()
        wait_until(lambda: bench.all_acked, what="all acknowledged")
    finally:
        last.kill()
        last.wait()
    assert seqs_by_outbox(url) == {str(bench.outbox): list(range(1, wanted + 1))}


def test_a_real_hub_and_its_broker_are_killed_at_random(
    hub_process: Callable[..., Any],
    station: Callable[..., Any],
    free_port: int,
    wait_until: Callable[..., None],
) -> None:
    """The hub takes its broker with it, and takes the same port again."""
    rng = random.Random(20261122)
    hub = hub_process("--broker-port", str(free_port))
    hub.start()
    benches = [station(hub.broker, name=f"bench-0{n}") for n in range(3)]
    for _ in range(2):
        for _ in range(rng.randrange(30, 120)):
            rng.choice(benches).report()
            time.sleep(rng.random() * 0.004)
        hub.kill()
        for _ in range(20):
            rng.choice(benches).report()
        hub.start()

    def all_acked() -> bool:
        for bench in benches:
            bench.resend()
        time.sleep(0.3)
        return all(bench.all_acked for bench in benches)

    wait_until(all_acked, timeout_s=40, what="all acknowledged")
    assert hub.stop() == 0
    assert seqs_by_outbox(hub.database) == {
        str(bench.outbox): list(range(1, bench.newest_seq + 1)) for bench in benches
    }


def test_a_broker_that_is_killed_and_forgets_everything(
    hub_process: Callable[..., Any],
    station: Callable[..., Any],
    mosquitto: Any,
    wait_until: Callable[..., None],
) -> None:
    hub = hub_process("--broker", mosquitto.url)
    hub.start()
    bench = station(mosquitto.url)
    for _ in range(2):
        for _ in range(50):
            bench.report()
        mosquitto.kill(and_forget=True)
        for _ in range(50):
            bench.report()
        mosquitto.start()

    def all_acked() -> bool:
        bench.resend()
        time.sleep(0.3)
        return bool(bench.all_acked)

    wait_until(all_acked, timeout_s=40, what="all acknowledged")
    assert seqs_by_outbox(hub.database) == {str(bench.outbox): list(range(1, 201))}


def test_a_hub_that_starts_anew_gets_what_the_station_keeps(
    hub_process: Callable[..., Any],
    station: Callable[..., Any],
    mosquitto: Any,
    wait_until: Callable[..., None],
) -> None:
    """A new database asks again, by its ack, for everything that the station still has."""
    old = hub_process("--broker", mosquitto.url)
    old.start()
    bench = station(mosquitto.url)
    for _ in range(30):
        bench.report()
    wait_until(lambda: bench.all_acked, what="the old hub has them")
    old.kill()
    bench.acks.clear()
    for seq in range(1, 11):
        del bench.kept[seq]
    bench.oldest_seq = 11
    mosquitto.kill(and_forget=True)  # it may still hold what the old hub had not settled
    mosquitto.start()
    new = hub_process("--broker", mosquitto.url)
    new.start()
    bench.say_state()
    wait_until(lambda: 10 in [ack.stored_to for ack in bench.acks], what="it asks again")
    wait_until(lambda: bench.acked_to == 30, what="it has them")
    assert seqs_by_outbox(new.database) == {str(bench.outbox): list(range(11, 31))}


def test_a_cloned_disk_is_found_out_and_loses_nothing(
    hub_process: Callable[..., Any],
    station: Callable[..., Any],
    mosquitto: Any,
    wait_until: Callable[..., None],
) -> None:
    hub = hub_process("--broker", mosquitto.url)
    hub.start()
    one = station(mosquitto.url)
    two = station(mosquitto.url, outbox=one.outbox)
    told = {one.report().event_id for _ in range(5)} | {two.report().event_id for _ in range(7)}

    def all_acked() -> bool:
        one.say_state()
        two.say_state()
        return bool(one.renewals and two.renewals and one.all_acked and two.all_acked)

    wait_until(all_acked, what="both have an outbox of their own")
    assert {event["event_id"] for event in hub.events()} == {str(event_id) for event_id in told}
    wait_until(lambda: "Twee werkplekken gebruiken deze naam" in hub.get("/?lang=nl")[1])


def test_trouble_with_the_database_is_told_and_passes(
    hub_process: Callable[..., Any],
    station: Callable[..., Any],
    mosquitto: Any,
    wait_until: Callable[..., None],
) -> None:
    import sqlite3  # noqa: PLC0415

    hub = hub_process("--broker", mosquitto.url)
    hub.start()
    bench = station(mosquitto.url)
    bench.report()
    wait_until(lambda: bench.all_acked, what="the first is stored")
    path = hub.folder / "hub.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        bench.report()
        bench.say_state(step="screw", step_words={"nl": "Draai vast."})
        wait_until(lambda: hub.get("/healthz")[0] == 503, what="the hub says that it is not well")
        page = hub.get("/?lang=nl")[1]
        assert "keeps the database locked" in page
        assert "Draai vast." in page  # the board lives on without the database
        assert not bench.all_acked
        other.execute("ROLLBACK")
    wait_until(lambda: bench.all_acked, what="the second is stored")
    wait_until(lambda: hub.get("/healthz")[0] == 200, what="well again")
    assert [event["seq"] for event in hub.events()] == [1, 2]
