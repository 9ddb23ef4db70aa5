"""Gray code seen by a camera whose map is known, and by a real one.

The pictures are made here from the map alone, with sub-samples of each camera pixel; nothing of
`calibration` takes part, so a mistake in its conventions cannot cancel out.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from calibration.from_pictures import board_within, from_pictures
from calibration.graycode import Decoded, decode, pictures_for, stack_in_opencv_order
from calibration.picture_files import PicturesError, read_pictures
from station.commands.calibrate import app

PROJECTOR_WH = (200, 150)
CAMERA_WH = (320, 240)
NUMBER = 34
"""8 + 8 patterns with their inverses, white and black."""
PROJ_FROM_CAM = np.array([[0.52, 0.03, 12.0], [-0.02, 0.54, 9.0], [4e-5, 2e-5, 1.0]])
INSIDE = (slice(8, -8), slice(8, -8))
SUBSAMPLES = 4


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the camera of these tests looks at.

    Attributes:
        light: Grey levels of the projector's white on white paper.
        ambient: Grey levels of the room's light on white paper.
        noise: Standard deviation of each picture, grey levels.
        blur_px: Gaussian blur of the camera's lens.
        paper: Reflectance of each pixel, 0 to 1.
    """

    light: float = 120.0
    ambient: float = 20.0
    noise: float = 1.5
    blur_px: float = 0.6
    paper: NDArray[np.float64] | float = 1.0


def true_proj_px(offsets: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float64]:
    """Shape (2, height, width): the projector place that each camera place sees."""
    xs, ys = np.meshgrid(np.arange(CAMERA_WH[0]) + offsets[0], np.arange(CAMERA_WH[1]) + offsets[1])
    mapped = np.einsum("ij,jyx->iyx", PROJ_FROM_CAM, np.stack([xs, ys, np.ones_like(xs)]))
    return np.asarray(mapped[:2] / mapped[2])


def patterns() -> list[NDArray[np.float64]]:
    """The pictures that OpenCV projects: written out from its documentation, bit by bit."""
    width, height = PROJECTOR_WH
    made = []
    for size, axis in ((width, 1), (height, 0)):
        gray = [format(place ^ (place >> 1), "08b") for place in range(size)]
        for bit in range(8):
            stripe = np.array([float(code[bit]) for code in gray])
            line = stripe[None, :] if axis == 1 else stripe[:, None]
            picture = np.broadcast_to(line, (height, width))
            made += [picture, 1.0 - picture]
    return [*made, np.ones((height, width)), np.zeros((height, width))]


def seen(bench: Bench) -> list[NDArray[np.uint8]]:
    """What the camera sees of each projected picture."""
    rng = np.random.default_rng(3)
    steps = (np.arange(SUBSAMPLES) + 0.5) / SUBSAMPLES - 0.5
    places = [
        np.rint(true_proj_px((float(dx), float(dy)))).astype(int) for dx in steps for dy in steps
    ]
    pictures = []
    for pattern in patterns():
        light = np.mean([pattern[ys, xs] for xs, ys in places], axis=0)
        grey = np.asarray(bench.paper * (bench.ambient + bench.light * light))
        grey = cv2.GaussianBlur(grey, (0, 0), bench.blur_px)
        noisy = grey + rng.normal(0.0, bench.noise, grey.shape)
        pictures.append(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
    return pictures


def decoded(bench: Bench) -> Decoded:
    return decode(stack_in_opencv_order(seen(bench), PROJECTOR_WH))


def off_px(found: Decoded) -> NDArray[np.float64]:
    """Signed error of each known pixel away from the rim, shape (2, N)."""
    known = found.known[INSIDE]
    return np.asarray((found.proj_px - true_proj_px())[:, *INSIDE][:, known])


def written(pictures: list[NDArray[np.uint8]], folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for index, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"graycode_{index:02d}.png"), picture)
    return folder


@pytest.fixture(scope="module")
def plain() -> list[NDArray[np.uint8]]:
    return seen(Bench())


def test_each_pixel_is_found_to_a_fraction_of_a_projector_pixel() -> None:
    found = decoded(Bench())
    off = off_px(found)
    assert found.known_share_of_lit() > 0.999
    assert np.sqrt((off**2).sum(axis=0).mean()) < 0.25


def test_a_pixel_centre_lies_at_a_whole_number() -> None:
    """Half a pixel of difference in the convention would show as a mean error of 0.5."""
    off = off_px(decoded(Bench(noise=0.0)))
    assert np.abs(off.mean(axis=1)).max() < 0.02


def test_texture_and_sunlight_do_not_bend_the_code() -> None:
    rng = np.random.default_rng(5)
    grain = cv2.GaussianBlur(rng.uniform(0.0, 1.0, CAMERA_WH[::-1]), (0, 0), 2.0)
    wood = 0.45 + 2.0 * (grain - grain.mean())
    found = decoded(Bench(paper=np.clip(wood, 0.2, 0.9), light=60.0, ambient=150.0))
    off = np.linalg.norm(off_px(found), axis=0)
    assert found.known_share_of_lit() > 0.99
    assert np.median(off) < 0.4
    assert np.mean(off > 2.0) < 0.001


def test_washed_out_finest_stripes_cost_no_coverage(plain: list[NDArray[np.uint8]]) -> None:
    """The lens has wiped out the two finest planes of both axes: the code is still near."""
    washed = [one.copy() for one in plain]
    for index in (12, 13, 14, 15, 28, 29, 30, 31):
        washed[index][:] = 80
    found = decode(stack_in_opencv_order(washed, PROJECTOR_WH))
    assert found.known_share_of_lit() > 0.99
    assert np.abs(off_px(found)).max() < 4.0


def test_where_no_light_falls_nothing_is_known() -> None:
    paper = np.ones(CAMERA_WH[::-1])
    paper[100:150, 100:150] = 0.03
    found = decoded(Bench(paper=paper))
    assert not found.known[105:145, 105:145].any()
    assert np.isnan(found.proj_px[:, 105:145, 105:145]).all()
    assert found.known[160:200, 160:200].all()


def test_a_pixel_whose_coarse_planes_say_nothing_is_not_known(
    plain: list[NDArray[np.uint8]],
) -> None:
    """Lit, but by scattered light: pattern and inverse are alike there."""
    scattered = [one.copy() for one in plain]
    for one in scattered[:-2]:
        one[50:60, 50:60] = 80
    found = decode(stack_in_opencv_order(scattered, PROJECTOR_WH))
    assert found.lit[50:60, 50:60].all()
    assert not found.known[50:60, 50:60].any()
    within = np.zeros_like(found.lit)
    within[50:60, 50:70] = True
    assert found.known_share_of_lit(within) == pytest.approx(0.5)


def test_a_code_beyond_the_projector_is_not_known(plain: list[NDArray[np.uint8]]) -> None:
    """150 rows take 8 planes, as 256 would: a code of 200 is a mistake."""
    found = decode(stack_in_opencv_order(plain, (130, 150)))
    assert found.known.any()
    assert np.nanmax(found.proj_px[0]) <= 129.5
    assert not found.known[true_proj_px()[0] > 131].any()


def test_the_known_map_comes_back_from_a_folder(
    plain: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    found = from_pictures(written(plain, tmp_path / "capture"), projector_wh=PROJECTOR_WH)
    corners = np.array([[0.0, 0.0], [319.0, 0.0], [319.0, 239.0], [0.0, 239.0]])
    truth = true_proj_px()[:, corners[:, 1].astype(int), corners[:, 0].astype(int)].T
    assert np.abs(found.proj_from_cam.apply(corners) - truth).max() < 0.05
    assert found.quality.plane_rms_px < 0.3
    assert found.quality.gross_share == 0.0


def test_a_mirrored_picture_is_fitted_too(plain: list[NDArray[np.uint8]], tmp_path: Path) -> None:
    mirrored = [np.ascontiguousarray(one[:, ::-1]) for one in plain]
    found = from_pictures(written(mirrored, tmp_path / "capture"), projector_wh=PROJECTOR_WH)
    assert found.quality.plane_rms_px < 0.3


def test_things_that_stand_on_the_plane_do_not_pull_it(
    plain: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    """A tenth of the picture sees the light of a place 20 camera pixels aside: a box."""
    boxed = [one.copy() for one in plain]
    for one, flat in zip(boxed, plain, strict=True):
        one[100:180, 100:196] = flat[100:180, 120:216]
    found = from_pictures(written(boxed, tmp_path / "capture"), projector_wh=PROJECTOR_WH)
    centre = np.array([[40.0, 40.0]])
    assert np.abs(found.proj_from_cam.apply(centre)[0] - true_proj_px()[:, 40, 40]).max() < 0.05
    assert found.quality.gross_share == pytest.approx(0.1, abs=0.01)


def test_all_that_is_wrong_with_a_folder_is_told_at_once(
    plain: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    folder = written(plain, tmp_path / "capture")
    (folder / "graycode_07.png").unlink()
    (folder / "graycode_09.png").write_bytes(b"")
    (folder / "graycode_11.png").write_bytes(b"no picture")
    cv2.imwrite(str(folder / "graycode_12.png"), plain[12][:100])
    whole = cv2.imencode(".jpg", plain[13])[1].tobytes()
    (folder / "graycode_13.png").unlink()
    (folder / "graycode_13.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("not a picture, and not counted")
    with pytest.raises(PicturesError) as told:
        read_pictures(folder, number=pictures_for(PROJECTOR_WH))
    lines = str(told.value).splitlines()
    assert len(lines) == 5
    assert f"has 33 pictures, but a capture for this projector has {NUMBER}" in lines[0]
    assert "Missing: number 7." in lines[0]
    assert lines[1].startswith("graycode_09.png: is not a picture")
    assert lines[2].startswith("graycode_11.png: is not a picture")
    assert lines[3].startswith("graycode_12.png: is 320x100, most others are 320x240")
    assert lines[4].startswith("graycode_13.jpg: is cut off")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PicturesError, match="there is no such folder"):
        from_pictures(tmp_path / "nowhere", projector_wh=PROJECTOR_WH)


def test_pictures_in_the_wrong_order_are_no_plane(
    plain: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    mixed = [*plain[4:32], *plain[:4], *plain[32:]]
    with pytest.raises(PicturesError, match="order of their names"):
        from_pictures(written(mixed, tmp_path / "capture"), projector_wh=PROJECTOR_WH)


def test_a_dark_capture_is_told(tmp_path: Path) -> None:
    dark = [np.full((240, 320), 10, np.uint8)] * NUMBER
    with pytest.raises(PicturesError, match=r"Only 0 pixels .* Is the projector on"):
        from_pictures(written(dark, tmp_path / "capture"), projector_wh=PROJECTOR_WH)


def test_a_board_that_is_not_there_is_told(plain: list[NDArray[np.uint8]]) -> None:
    with pytest.raises(PicturesError, match="no chessboard with 9x7 inner corners"):
        board_within(plain[-2], (9, 7))


@pytest.fixture(scope="module")
def captures() -> Path:
    """The real captures, which are never copied into the project."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("HANDWIJZER_DATA", beside)) / "graycode"
    if not folder.is_dir():
        pytest.skip(f"the recordings are not in {folder}; set HANDWIJZER_DATA")
    return folder


@pytest.mark.footage
@pytest.mark.parametrize("pose", ["pose_0", "pose_1"])
def test_a_real_board_is_flat_to_a_fifth_of_a_projector_pixel(captures: Path, pose: str) -> None:
    quality = from_pictures(captures / pose, projector_wh=(1024, 768), board=(9, 7)).quality
    assert quality.decoded_share_of_lit == 1.0
    assert quality.plane_rms_px < 0.21
    assert quality.plane_median_px < 0.15
    assert quality.plane_p95_px < 0.40
    assert quality.gross_share < 0.0005


@pytest.mark.footage
def test_the_command_writes_its_figures(captures: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    words = ["from-pictures", str(captures / "pose_0"), "--projector", "1024x768"]
    words += ["--order", "opencv", "--board", "9x7", "--json", str(figures)]
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 0
    assert set(json.loads(figures.read_text())) == {
        "decoded_share_of_lit",
        "plane_rms_px",
        "plane_median_px",
        "plane_p95_px",
        "gross_share",
        "decode_ms",
    }
