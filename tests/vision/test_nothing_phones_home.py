"""The library that watches the worker can neither log to the internet nor opens a connection."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mediapipe

from vision.model_file import model_path

PHONES_HOME = b"HttpLoggingClient"
"""From 0.10.35 on this class stands in the library; it logs to a host while it watches."""

WATCH = """
import os, sys
from pathlib import Path
import numpy as np
from vision.hands import HandFinder
from vision.model_file import verified_model
finder = HandFinder(verified_model(Path(sys.argv[1])))
for number in range(5):
    finder.find(np.full((240, 320, 3), 90, np.uint8), taken_s=number / 30)
links = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if fd.isdigit()
         and os.path.islink(f"/proc/self/fd/{fd}")]
finder.close()
print("libraries", *{line.split()[-1] for line in open("/proc/self/maps") if "mediapipe" in line})
print("sockets", *[link for link in links if link.startswith("socket:")])
"""


def can_phone_home(library: Path) -> bool:
    return PHONES_HOME in library.read_bytes()


def test_no_library_of_mediapipe_has_the_logging_client(tmp_path: Path) -> None:
    guilty = tmp_path / "guilty.so"
    guilty.write_bytes(b"\x7fELF..." + b"_ZN9mediapipe17HttpLoggingClient4SendEv\0")
    assert can_phone_home(guilty)
    libraries = list(Path(mediapipe.__file__).parent.rglob("*.so"))
    assert libraries
    assert [library.name for library in libraries if can_phone_home(library)] == []


def test_while_it_watches_it_has_no_socket_and_says_nothing(hand_model: bytes) -> None:
    assert hand_model
    ran = subprocess.run(
        [sys.executable, "-c", WATCH, str(model_path())],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    libraries, sockets = (line.split()[1:] for line in ran.stdout.splitlines())
    assert any(library.endswith("libmediapipe.so") for library in libraries)
    assert not any(can_phone_home(Path(library)) for library in libraries)
    assert sockets == []
    assert ran.stderr == ""
