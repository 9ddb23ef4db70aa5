"""The hub as a process, seen through its pages and its command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from hub.app import PortError, Wishes, serve
from hub.broker import BrokerError
from hub.database import DatabaseError

ROOT = Path(__file__).resolve().parents[2]


def hub_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def a_run(bench: Any) -> None:
    words = {"run_id": "run-1", "task": "torch", "worker": "w-07"}
    bench.report("run_started", **words)
    bench.report("wrong_zone", step="take_lens", zone="bin_c", **words)
    bench.report("step_finished", step="take_lens", took_s=3.1, support="contour", **words)
    bench.report("run_finished", took_s=21.0, **words)


def test_the_board_and_the_page_of_a_station_in_both_languages(
    shared_hub: Any, station: Callable[..., Any], wait_until: Callable[..., None]
) -> None:
    hub = shared_hub
    bench = station(hub.broker, name="both-languages")
    bench.say_state(
        title={"nl": "Werkplek 1", "en": "Bench 1"},
        task="torch",
        task_title={"nl": "Zaklamp", "en": "Torch"},
        step="take_lens",
        step_words={"nl": "Pak de lens.", "en": "Take the lens."},
        step_number=4,
        steps_total=10,
        help_wanted=True,
    )
    a_run(bench)
    wait_until(lambda: bench.all_acked, what="the run is stored")
    board = hub.get("/", **{"Accept-Language": "nl"})[1]
    for words in ("Werkplek 1", "Vraagt hulp", "Zaklamp", "Pak de lens.", "Stap 4 van 10"):
        assert words in board
    assert "Asks for help" in hub.get("/", **{"Accept-Language": "en-GB,en"})[1]
    page = hub.get("/stations/delft/both-languages?lang=en")[1]
    for words in (
        "Torch",
        "Take the lens.",
        "3.1 s",
        "outline",
        "another place: bin c",
        "Finished",
    ):
        assert words in page
    assert hub.get("/stations/delft/bench-99")[0] == 404
    assert hub.get("/nothing/here")[0] == 404


def test_the_pages_are_for_this_computer_and_run_no_foreign_code(shared_hub: Any) -> None:
    hub = shared_hub
    with urllib.request.urlopen(hub.url) as answer:  # noqa: S310 - loopback
        policy = answer.headers["Content-Security-Policy"]
        text = answer.read().decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in text.replace(hub.url, "").replace("mqtt://", "")
    assert "<script>" not in text
    assert " style=" not in text
    status, told = hub.get("/", Host="elsewhere.example")
    assert (status, "this computer only" in told) == (421, True)
    port = int(hub.url.rsplit(":", 1)[1].strip("/"))
    listening = [
        link.laddr.ip
        for link in psutil.Process(hub.child.pid).net_connections("tcp")
        if link.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"], port


def test_words_from_stations_are_never_html(
    shared_hub: Any, station: Callable[..., Any], wait_until: Callable[..., None]
) -> None:
    bench = station(shared_hub.broker, name="never-html")
    bench.say_state(title={"nl": "<script>alert(1)</script>"}, step="x", faults=["<b>zwart</b>"])
    boards: list[str] = []

    def is_shown() -> bool:
        boards.append(shared_hub.get("/")[1])
        return "zwart" in boards[-1]

    wait_until(is_shown, what="the state is shown")
    # The very page that shows it: a moment later the bench may count as silent.
    assert "<script>alert" not in boards[-1]
    assert "&lt;b&gt;zwart" in boards[-1]


def test_health_and_metrics(
    hub_process: Callable[..., Any],
    mosquitto: Any,
    station: Callable[..., Any],
    wait_until: Callable[..., None],
) -> None:
    hub = hub_process("--broker", mosquitto.url)
    hub.start()
    assert "Nog geen werkplekken" in hub.get("/?lang=nl")[1]
    bench = station(mosquitto.url)
    bench.report()
    bench.publish_raw(b"\xff")
    wait_until(lambda: bench.all_acked, what="stored")
    status, text = hub.get("/healthz")
    assert (status, json.loads(text)["well"]) == (200, True)
    wait_until(lambda: "misfits_total 1.0" in hub.get("/metrics")[1], what="poison is counted")
    metrics = hub.get("/metrics")[1]
    assert "handwijzer_hub_events_stored_total 1.0" in metrics
    assert 'handwijzer_hub_stations{how="idle"} 1.0' in metrics
    mosquitto.kill()
    wait_until(lambda: hub.get("/healthz")[0] == 503, what="the broker is missed")
    why = json.loads(hub.get("/healthz")[1])["parts"]["broker"]["why"]
    assert "No contact with" in why
    mosquitto.start()
    wait_until(lambda: hub.get("/healthz")[0] == 200, what="the broker is back")


def test_a_silent_station_is_gone_after_15_s_by_the_real_clock(
    shared_hub: Any, station: Callable[..., Any], wait_until: Callable[..., None]
) -> None:
    def shown(how: str) -> bool:
        return f'class="tile {how}" data-key="delft/silent"' in shared_hub.get("/")[1]

    bench = station(shared_hub.broker, name="silent")
    spoke_s = time.monotonic()
    bench.say_state(step="screw")
    wait_until(lambda: shown("working"), what="it works")
    wait_until(lambda: shown("gone"), timeout_s=40, what="it is gone")
    assert time.monotonic() - spoke_s > 14.0


def test_sigterm_ends_the_hub_quickly_with_pages_open(
    hub_process: Callable[..., Any], mosquitto: Any
) -> None:
    hub = hub_process("--broker", mosquitto.url)
    hub.start()
    host, port = hub.url.removeprefix("http://").strip("/").split(":")
    viewers = [socket.create_connection((host, int(port))) for _ in range(5)]
    for viewer in viewers:
        viewer.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert viewer.recv(100).startswith(b"HTTP/1.1 200")
    started_s = time.monotonic()
    assert hub.stop() == 0
    assert time.monotonic() - started_s < 10.0
    for viewer in viewers:
        viewer.close()
    assert "Traceback" not in hub.log


def test_a_viewer_that_hangs_is_dropped_and_the_hub_goes_on(
    shared_hub: Any, station: Callable[..., Any], wait_until: Callable[..., None]
) -> None:
    hub = shared_hub
    host, port = hub.url.removeprefix("http://").strip("/").split(":")
    hung = socket.socket()
    hung.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    hung.connect((host, int(port)))
    hung.sendall(b"GET /live?lang=nl HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    bench = station(hub.broker, name="talkative")
    numbers = iter(range(1_000_000))

    def dropped() -> bool:
        for _ in range(20):
            words = f"{next(numbers)} " + "x" * 400
            bench.say_state(step="a", step_words={"nl": words}, faults=["y" * 400] * 20)
            time.sleep(0.011)
        return "viewers_dropped_total 1.0" in hub.get("/metrics")[1]

    wait_until(dropped, timeout_s=40, what="the hung viewer is dropped")
    bench.say_state(step_words={"nl": "Het gaat door."}, faults=[])
    wait_until(lambda: "Het gaat door." in hub.get("/")[1], what="the hub goes on")
    hung.close()


def test_the_hubs_own_broker_comes_back_and_leaves_with_the_hub(
    hub_process: Callable[..., Any], free_port: int, wait_until: Callable[..., None]
) -> None:
    hub = hub_process("--broker-port", str(free_port))
    hub.start()
    (broker,) = psutil.Process(hub.child.pid).children()
    os.kill(broker.pid, signal.SIGKILL)

    def is_back() -> bool:
        now = [child.pid for child in psutil.Process(hub.child.pid).children()]
        return bool(now) and broker.pid not in now and hub.get("/healthz")[0] == 200

    wait_until(is_back, what="another broker runs")
    (second,) = psutil.Process(hub.child.pid).children()
    hub.kill()
    wait_until(lambda: not psutil.pid_exists(second.pid) or second.status() == "zombie")
    hub.start()
    assert hub.broker.endswith(f":{free_port}")
    assert hub.stop() == 0


def wishes(folder: Path, **fields: Any) -> Wishes:
    plain: dict[str, Any] = {
        "database": f"sqlite:///{folder / 'hub.db'}",
        "broker": None,
        "port": 0,
    }
    return Wishes(**(plain | {"broker_port": 0, "folder": folder} | fields))


def test_a_taken_port_is_told_in_plain_words(tmp_path: Path, shared_hub: Any) -> None:
    taken = int(shared_hub.url.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(PortError, match=f"Port {taken} for the pages .* --port"):
        serve(wishes(tmp_path, port=taken, broker=shared_hub.broker), say=print)


def test_a_taken_port_of_the_broker_is_told_in_plain_words(tmp_path: Path, mosquitto: Any) -> None:
    with pytest.raises(BrokerError, match=r"in use by another .* --broker-port"):
        serve(wishes(tmp_path, broker_port=mosquitto.port), say=print)


def test_a_folder_that_cannot_be_made_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DatabaseError, match="cannot be made"):
        serve(wishes(tmp_path / "file" / "folder"), say=print)


def test_the_command_line_tells_mistakes_without_a_traceback(tmp_path: Path) -> None:
    refused = hub_command("serve", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert (refused.returncode, "this computer only" in refused.stderr) == (1, True)
    missing = hub_command("events", "--folder", str(tmp_path))
    assert (missing.returncode, "There is no database at" in missing.stderr) == (1, True)
    assert "Traceback" not in refused.stderr + missing.stderr


def test_events_can_be_asked_for_by_station_and_run(
    shared_hub: Any, station: Callable[..., Any], wait_until: Callable[..., None]
) -> None:
    one = station(shared_hub.broker, name="asked-1")
    two = station(shared_hub.broker, name="asked-2")
    run_id = str(uuid.uuid4())
    for kind in ("run_started", "step_finished", "run_finished"):
        one.report(kind, run_id=run_id)
    two.report(run_id="run-2")
    wait_until(lambda: one.all_acked and two.all_acked, what="stored")
    asked = ["events", "--database", shared_hub.database]
    of_two = hub_command(*asked, "--station", "asked-2").stdout.splitlines()
    assert [json.loads(line)["run_id"] for line in of_two] == ["run-2"]
    of_run = [json.loads(one) for one in hub_command(*asked, "--run", run_id).stdout.splitlines()]
    assert [event["seq"] for event in of_run] == [1, 2, 3]
    assert all(event["stored_at"].endswith("Z") for event in of_run)


def test_the_configuration_for_a_broker_that_somebody_else_runs() -> None:
    printed = hub_command("broker-config", "--port", "1999").stdout
    assert "listener 1999 127.0.0.1" in printed
    assert "max_queued_messages 1000000" in printed
