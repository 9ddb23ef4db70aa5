"""The hub's own broker: mosquitto where it is installed, else amqtt for trying out."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hub.broker_address import BrokerAddress

if TYPE_CHECKING:
    from hub.health import Health

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
READY_WITHIN_S = 10.0
STOP_WITHIN_S = 5.0
PORT_FREE_WITHIN_S = 10.0
"""The broker of a hub that was killed needs a moment to write its queues and to leave the port."""

RESTART_FIRST_S, RESTART_LAST_S = 0.1, 5.0
LOOK_EVERY_S = 0.05

SBIN = "/usr/sbin"
"""Debian installs mosquitto here, which is not on everybody's PATH."""


class BrokerError(Exception):
    """No broker can be started. The text says why and what to do."""


def mosquitto_config(*, folder: Path, port: int, user: str | None = None) -> str:
    """A configuration for mosquitto that suits the hub.

    Args:
        folder: Where it keeps its queues.
        port: On loopback only, therefore without passwords.
        user: As whom it runs when root starts it; mosquitto's own account when None.
    """
    as_user = [f"user {user}"] if user else []
    return "\n".join(
        [
            "# Written by handwijzer-hub. Loopback only, so it asks for no password.",
            f"listener {port} {LOOPBACK}",
            "allow_anonymous true",
            "# The hub may be away for a night: mosquitto's 1000 drops the rest silently.",
            "max_queued_messages 1000000",
            "max_queued_bytes 0",
            "# The hub acknowledges in batches; 20 in flight would slow it to a crawl.",
            "max_inflight_messages 20000",
            "max_packet_size 4194304",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_interval 60",
            "persistent_client_expiration 14d",
            "set_tcp_nodelay true",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            *as_user,
            "",
        ]
    )


def find_mosquitto() -> str | None:
    """The path of mosquitto; None when it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=SBIN)


class OwnBroker:
    """A broker as a child process, started again whenever it dies, gone when the hub is.

    Args:
        folder: For its configuration and queues; made when missing.
        port: On loopback; 0 takes a free one.
        health: Told under `own broker`.
        mosquitto: Path of the program; None starts amqtt.
    """

    def __init__(self, *, folder: Path, port: int, health: Health, mosquitto: str | None) -> None:
        self._folder = folder
        self._health = health
        self._mosquitto = mosquitto
        self._port = port or _free_port()
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name="broker", daemon=True)

    @property
    def address(self) -> BrokerAddress:
        """Where it listens."""
        return BrokerAddress(host=LOOPBACK, port=self._port)

    @property
    def speaks_v5(self) -> bool:
        """Whether it knows MQTT 5; amqtt does not even answer to it."""
        return self._mosquitto is not None

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        child = self._child
        return None if child is None else child.pid

    def __enter__(self) -> Self:
        """Start it and wait until it listens.

        Raises:
            BrokerError: The port is taken, or the broker does not come up.
        """
        self._prepare()
        self._wait_for_port()
        self._thread.start()
        if not self._ready.wait(READY_WITHIN_S):
            self.__exit__()
            raise BrokerError(
                f"The broker did not start on port {self._port} within {READY_WITHIN_S:.0f} s. "
                f"What it says about that stands in {self._log_file}."
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        child = self._child
        if child is not None:
            child.terminate()
            try:
                child.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.kill()
        self._thread.join(STOP_WITHIN_S)

    def _prepare(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            root = "root" if os.geteuid() == 0 else None
            config = mosquitto_config(folder=self._folder, port=self._port, user=root)
            (self._folder / "mosquitto.conf").write_text(config, encoding="utf-8")
            self._log_file.write_bytes(b"")  # of this hub only, so that it stays small
        except OSError as error:
            raise BrokerError(
                f"The broker's folder {self._folder} cannot be written: {error}."
            ) from error

    def _wait_for_port(self) -> None:
        """Wait for the broker of a hub that has just died. Anyone else's port is an error."""
        late_s = time.monotonic() + PORT_FREE_WITHIN_S
        while not _is_free(self._port):
            if not self._left_over() or time.monotonic() > late_s:
                raise BrokerError(
                    f"Port {self._port} is in use by another program, probably another broker. "
                    f"Use that one with --broker mqtt://{LOOPBACK}:{self._port}, "
                    "or choose another port with --broker-port."
                )
            time.sleep(LOOK_EVERY_S)

    def _left_over(self) -> bool:
        """Whether the broker of an earlier hub in this folder still runs."""
        try:
            pid = int(self._pid_file.read_text(encoding="utf-8"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return False
        return str(self._folder).encode() in command

    @property
    def _pid_file(self) -> Path:
        return self._folder / "broker.pid"

    @property
    def _log_file(self) -> Path:
        return self._folder / "broker.log"

    def _command(self) -> list[str]:
        keep = [sys.executable, "-I", "-S", str(Path(__file__).with_name("child.py"))]
        if self._mosquitto is not None:
            config = str(self._folder / "mosquitto.conf")
            return [*keep, str(os.getpid()), self._mosquitto, "-c", config]
        trial = [sys.executable, "-m", "hub.trial_broker", str(self._port), str(self._folder)]
        return [*keep, str(os.getpid()), *trial]

    def _keep_running(self) -> None:
        """Start it, wait for its end, start it again. This thread lives as long as the hub.

        The kernel ties the child to the thread that started it, so no other thread may.
        """
        wait_s = RESTART_FIRST_S
        while not self._stop.is_set():
            started_s = time.monotonic()
            try:
                self._run_once()
            except OSError as error:
                logger.error("The broker cannot be started: %s", error)  # noqa: TRY400
            if self._stop.is_set():
                return
            lasted_long = time.monotonic() - started_s > RESTART_LAST_S
            wait_s = RESTART_FIRST_S if lasted_long else min(wait_s * 2, RESTART_LAST_S)
            logger.warning("The broker ended; starting it again in %.1f s", wait_s)
            self._health.tell("own broker", well=False, why="The broker ended and starts again")
            self._stop.wait(wait_s)

    def _run_once(self) -> None:
        with self._log_file.open("ab") as log:
            child = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # Ctrl+C is for the hub, which ends its broker in order
            )
        self._child = child
        if self._stop.is_set():
            child.terminate()
        self._pid_file.write_text(str(child.pid), encoding="utf-8")
        while child.poll() is None:
            if not self._stop.is_set() and _answers(self._port):
                self._health.tell("own broker", well=True)
                self._ready.set()
                break
            time.sleep(LOOK_EVERY_S)
        child.wait()


def _environment() -> dict[str, str]:
    """The child must find this package wherever the hub was started from."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else [root]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1.0):
            return True
    except OSError:
        return False
