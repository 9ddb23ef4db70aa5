"""The command `handwijzer zones` as its own program, before a film of an arm that reaches in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.maps import maps_for
from calibration.store import read_calibration
from station.bench_files import demo_station_file
from station_config.station_file import read_station

STARTS_WITHIN_S = 60.0
RATE_HZ = 30.0
REACHED_MM = (420.0, 240.0)
"""The middle of the jig of the demo's bench, where the arm of the film ends."""


def bare_and_reached() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The bench without anything on it, and with an arm that ends in the jig."""
    station = read_station(demo_station_file())
    bench = maps_for(station, read_calibration(station.calibration)).cam_from_bench
    rng = np.random.default_rng(3)
    bare = cv2.GaussianBlur(rng.integers(110, 170, (720, 1280, 3), dtype=np.uint8), (9, 9), 0)
    x, y = REACHED_MM
    arm_mm = np.array([[x - 25, -30.0], [x + 25, -30.0], [x + 20, y + 10], [x - 20, y + 10]])
    with_arm = bare.copy()
    cv2.fillPoly(with_arm, [np.rint(bench.apply(arm_mm)).astype(np.int32)], (60, 80, 190))
    return np.asarray(bare, np.uint8), np.asarray(with_arm, np.uint8)


def arm_film(path: Path) -> None:
    """A bench that is bare for a second, has an arm in its jig for two, and is bare for one."""
    bare, with_arm = bare_and_reached()
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE_HZ, (1280, 720))
    for picture, seconds in ((bare, 1), (with_arm, 2), (bare, 1)):
        for _ in range(round(seconds * RATE_HZ)):
            writer.write(picture)
    writer.release()


def bench_file(folder: Path) -> Path:
    """The demo's bench, with a remark of its coach, without a hub."""
    text = demo_station_file().read_text(encoding="utf-8")
    calibration = demo_station_file().parent / "calibration"
    text = text.replace("calibration: calibration", f"calibration: {calibration}")
    lines = [line for line in text.splitlines() if not line.startswith("hub:")]
    place = next(number for number, line in enumerate(lines) if line.startswith("  jig:"))
    lines.insert(place, "  # The jig is screwed down. Do not move it.")
    path = folder / "bench.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class ZonePage:
    """The program, and its address."""

    def __init__(self, folder: Path, *words: str | Path) -> None:
        self.folder = folder
        self.station = bench_file(folder)
        self._log = folder / "zones.log"
        command = [sys.executable, "-m", "station.cli", "zones", "--no-browser", "--no-hands"]
        command += ["--station", str(self.station), *(str(word) for word in words)]
        state = {"XDG_STATE_HOME": str(folder / "state"), "XDG_DATA_HOME": str(folder / "data")}
        with self._log.open("wb") as log:
            self.child = subprocess.Popen(
                command, env=os.environ | state, stdout=log, stderr=subprocess.STDOUT
            )
        late_s = time.monotonic() + STARTS_WITHIN_S
        while "http://" not in self.told and self.child.poll() is None:
            assert time.monotonic() < late_s, self.told
            time.sleep(0.05)
        assert self.child.poll() is None, self.told
        self.url = next(word for word in self.told.split() if word.startswith("http://"))

    @property
    def told(self) -> str:
        """What the program wrote so far."""
        return self._log.read_text(encoding="utf-8")

    def asked(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Ask as a program would: status and text. `path` is behind the token, or a whole URL."""
        address = path if path.startswith("http") else self.url + path
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(address, data=body, headers=named)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode("utf-8", "replace")

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.child.send_signal(signal.SIGINT)
        return self.child.wait(30)

    def close(self) -> None:
        """End it, however it stands."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
