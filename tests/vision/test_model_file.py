"""The hand model is fetched whole, checked every time, and says how to mend it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from vision.model_file import NETWORKS, ModelFileError, fetch, model_path, verified_model


def networks_of(model: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(model)) as archive:
        return {network.name: archive.read(network.name) for network in NETWORKS}


def archive_of(path: Path, members: dict[str, bytes], *, how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def carried_wheel(hand_model: bytes, tmp_path: Path) -> Path:
    """The official wheel as somebody would carry it on a stick: only what is read of it."""
    networks = networks_of(hand_model)
    members = {network.in_wheel: networks[network.name] for network in NETWORKS}
    return archive_of(tmp_path / "mediapipe-0.10.21-cp311.whl", members, how=zipfile.ZIP_DEFLATED)


def test_a_carried_wheel_becomes_the_model_without_a_network(
    carried_wheel: Path, hand_model: bytes, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "folder" / "hand.task"
    fetch(target, wheel=carried_wheel)
    assert networks_of(verified_model(target)) == networks_of(hand_model)
    assert [path.name for path in target.parent.iterdir()] == ["hand.task"]


def test_one_flipped_bit_is_found_and_the_way_to_mend_it_told(
    hand_model: bytes, tmp_path: Path
) -> None:
    networks = networks_of(hand_model)
    damaged = bytearray(networks["hand_landmarks_detector.tflite"])
    damaged[1_000_000] ^= 1
    path = archive_of(
        tmp_path / "hand.task", networks | {"hand_landmarks_detector.tflite": bytes(damaged)}
    )
    with pytest.raises(ModelFileError, match=r"damaged.*handwijzer model fetch"):
        verified_model(path)


@pytest.mark.parametrize("kept", [0, 22, 4_000_000])
def test_a_file_that_was_cut_off_is_damaged(hand_model: bytes, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "hand.task"
    path.write_bytes(hand_model[:kept])
    with pytest.raises(ModelFileError, match="damaged"):
        verified_model(path)


def test_rubbish_inside_a_whole_archive_is_damaged(hand_model: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hand.task"
    path.write_bytes(hand_model[:2_000_000] + b"\0" * 1000 + hand_model[2_001_000:])
    with pytest.raises(ModelFileError, match="damaged"):
        verified_model(path)


def test_a_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no hand model at .*hand\.task.*model fetch"):
        verified_model(tmp_path / "hand.task")


def test_a_folder_in_the_place_of_the_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        verified_model(tmp_path)


def test_a_compressed_model_is_refused_before_mediapipe_chokes_on_it(
    hand_model: bytes, tmp_path: Path
) -> None:
    path = archive_of(tmp_path / "hand.task", networks_of(hand_model), how=zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelFileError, match="compressed"):
        verified_model(path)


def test_a_model_with_one_network_is_refused(hand_model: bytes, tmp_path: Path) -> None:
    networks = networks_of(hand_model)
    del networks["hand_detector.tflite"]
    path = archive_of(tmp_path / "hand.task", networks)
    with pytest.raises(ModelFileError, match=r"lacks hand_detector\.tflite"):
        verified_model(path)


def test_the_wrong_wheel_leaves_the_good_model_in_place(
    carried_wheel: Path, tmp_path: Path
) -> None:
    target = tmp_path / "hand.task"
    fetch(target, wheel=carried_wheel)
    before = target.read_bytes()
    newer = archive_of(tmp_path / "mediapipe-0.10.31.whl", {"mediapipe/__init__.py": b""})
    changed = archive_of(
        tmp_path / "changed.whl", {network.in_wheel: b"something" for network in NETWORKS}
    )
    with pytest.raises(ModelFileError, match=r"no hand model in it.*0\.10\.21"):
        fetch(target, wheel=newer)
    with pytest.raises(ModelFileError, match="not the one that was tested"):
        fetch(target, wheel=changed)
    with pytest.raises(ModelFileError, match="cannot be read"):
        fetch(target, wheel=tmp_path / "nowhere.whl")
    assert target.read_bytes() == before


def test_a_given_path_goes_before_the_environment_and_that_before_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDWIJZER_MODEL", raising=False)
    assert model_path().name == "hand_landmarker.task"
    monkeypatch.setenv("HANDWIJZER_MODEL", str(tmp_path / "other.task"))
    assert model_path() == tmp_path / "other.task"
    assert model_path(tmp_path / "given.task") == tmp_path / "given.task"
