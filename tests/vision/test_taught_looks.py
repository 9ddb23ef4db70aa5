"""What a jig should look like after each step: taught once, known again, or "none of these"."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.vision.taught_bench import (
    HIGH_PX,
    PARTS,
    VIEW,
    WIDE_PX,
    Picture,
    bench,
    up_to,
)
from vision.look_judgement import LooksAlikeError, Tolerance
from vision.look_model import LookModel
from vision.look_patch import PatchCut, PatchShape
from vision.look_trials import alike, taught


def under_light(bgr: Picture, seed: int) -> Picture:
    """Another lamp, shining more from one side, and a camera that trembled."""
    random = np.random.default_rng(seed)
    slope = np.linspace(0.85, 1.15, WIDE_PX)[None, :, None] ** random.choice([-1, 1])
    level = bgr * slope * random.uniform(0.35, 1.35) * random.uniform(0.8, 1.15, 3)
    moves = np.array([[1.0, 0.0, random.uniform(-4, 4)], [0.0, 1.0, random.uniform(-4, 4)]])
    level = cv2.warpAffine(level, moves, (WIDE_PX, HIGH_PX), borderMode=cv2.BORDER_REPLICATE)
    level = level + random.normal(0.0, 4.0, level.shape)
    return np.clip(level, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def torch() -> LookModel:
    """A jig whose looks after each of four parts were taught."""
    return taught({part: VIEW.patch(bench(*up_to(part))) for part in PARTS}, inside=VIEW.inside)


@pytest.mark.parametrize("part", PARTS)
def test_each_look_is_known_again_under_another_lamp(torch: LookModel, part: str) -> None:
    for seed in range(5):
        judged = torch.judge(VIEW.patch(under_light(bench(*up_to(part), seed=seed), seed)))
        assert judged.best == part, seed
        assert judged.is_sure, seed


@pytest.mark.parametrize(
    "parts",
    [(), ("housing", "lens"), ("spring",), ("housing", "spring", "screw"), ("lens", "screw")],
    ids=lambda parts: "+".join(parts) or "nothing",
)
def test_what_was_not_taught_is_none_of_these(torch: LookModel, parts: tuple[str, ...]) -> None:
    for seed in range(4):
        judged = torch.judge(VIEW.patch(under_light(bench(*parts, seed=seed), seed)))
        assert not judged.is_sure, seed
        assert judged.p_none > 0.5, seed


def test_probabilities_and_none_of_these_are_one_together(torch: LookModel) -> None:
    judged = torch.judge(VIEW.patch(bench("housing")))
    assert sum(judged.p.values()) + judged.p_none == pytest.approx(1.0)


def test_a_hand_at_the_edge_of_the_jig_changes_nothing(torch: LookModel) -> None:
    bgr = bench(*up_to("lens"))
    cv2.circle(bgr, (200, 350), 26, (120, 150, 205), -1)
    judged = torch.judge(VIEW.patch(bgr))
    assert judged.best == "lens"
    assert judged.is_sure


def test_a_hand_over_the_parts_makes_it_unsure(torch: LookModel) -> None:
    bgr = bench(*up_to("lens"))
    cv2.line(bgr, (0, 480), (330, 270), (120, 150, 205), 60)
    assert not torch.judge(VIEW.patch(bgr)).is_sure


def test_a_foreign_thing_beside_the_parts_makes_it_unsure(torch: LookModel) -> None:
    bgr = bench(*up_to("lens"))
    cv2.rectangle(bgr, (394, 212), (408, 228), (40, 40, 200), -1)
    judged = torch.judge(VIEW.patch(bgr))
    assert not judged.is_sure


def test_a_part_that_lies_where_nobody_taught_it_is_not_accepted(torch: LookModel) -> None:
    moves = np.array([[1.0, 0.0, 30.0], [0.0, 1.0, 0.0]])
    whole, empty = bench(*PARTS), bench()
    shifted = cv2.warpAffine(whole, moves, (WIDE_PX, HIGH_PX))
    bgr = empty.copy()
    bgr[225:315, 270:425] = shifted[225:315, 270:425]
    assert not torch.judge(VIEW.patch(bgr)).is_sure


def lit_around(bgr: Picture) -> Picture:
    """The station's own line of light around the jig."""
    lit = bgr.copy()
    cv2.rectangle(lit, (196, 176), (444, 364), (225, 235, 235), 8)
    return lit


def test_the_station_s_light_around_the_jig_may_be_on_or_off() -> None:
    # Found on the twin: taught with the light in one picture and not in the other, neither look
    # was known again.
    lens = bench(*up_to("lens"))
    patches = {"_start": VIEW.patch(bench()), "lens": VIEW.patch(lit_around(lens))}
    model = taught(patches, inside=VIEW.inside)
    for name, bgr in (("_start", bench(seed=5)), ("lens", lens)):
        for seen in (bgr, lit_around(bgr)):
            judged = model.judge(VIEW.patch(seen))
            assert judged.best == name
            assert judged.is_sure


def test_one_taught_look_is_enough_to_say_yes_or_no() -> None:
    only = taught({"lens": VIEW.patch(bench(*up_to("lens")))}, inside=VIEW.inside)
    for seed in range(4):
        seen = under_light(bench(*up_to("lens"), seed=seed), seed)
        assert only.judge(VIEW.patch(seen)).is_sure, seed
        assert not only.judge(VIEW.patch(under_light(bench("housing"), seed))).is_sure, seed


def in_shadow(bgr: Picture, deep: float) -> Picture:
    """Something large beside the bench keeps the light off one side of the jig."""
    columns = np.arange(WIDE_PX)[None, :, None]
    shaded = 1.0 / (1.0 + np.exp(-(columns - 330.0) / 18.0))
    return np.clip(bgr * (1.0 - deep * shaded), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("part", PARTS)
def test_a_shadow_across_the_jig_is_no_other_look(torch: LookModel, part: str) -> None:
    judged = torch.judge(VIEW.patch(in_shadow(bench(*up_to(part), seed=4), 0.35)))
    assert judged.best == part
    assert judged.is_sure


def by_another_camera(bgr: Picture, gamma: float) -> Picture:
    """Dark, red, with another tone curve, and nothing below a black level."""
    level = 0.4 * bgr.astype(np.float64) * (0.6, 0.75, 1.0)
    level = np.maximum(level - 4.0, 0.0)
    return np.clip(90.0 * (level / 90.0) ** gamma, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("gamma", [0.8, 1.25])
def test_another_tone_curve_in_the_dark_is_no_other_look(
    torch: LookModel, part: str, gamma: float
) -> None:
    judged = torch.judge(VIEW.patch(by_another_camera(bench(*up_to(part), seed=6), gamma)))
    assert judged.best == part
    assert judged.is_sure


def test_in_shadow_and_in_the_dark_an_untaught_state_is_none_of_these() -> None:
    without = {part: VIEW.patch(bench(*up_to(part))) for part in PARTS if part != "lens"}
    model = taught(without, inside=VIEW.inside)
    bgr = bench(*up_to("lens"), seed=8)
    for seen in (in_shadow(bgr, 0.35), by_another_camera(bgr, 1.25)):
        assert not model.judge(VIEW.patch(seen)).is_sure


def test_two_looks_that_show_the_same_are_named() -> None:
    patches = {
        "_start": VIEW.patch(bench()),
        "housing": VIEW.patch(bench("housing")),
        "lens": VIEW.patch(bench("housing", seed=9)),
        "screw": VIEW.patch(bench(*PARTS)),
    }
    assert alike(taught(patches, inside=VIEW.inside), patches) == (("housing", "lens"),)


def test_a_black_picture_is_none_of_these(torch: LookModel) -> None:
    judged = torch.judge(VIEW.patch(np.zeros((HIGH_PX, WIDE_PX, 3), np.uint8)))
    assert not judged.is_sure


def test_two_pictures_of_the_same_are_refused() -> None:
    same = {name: VIEW.patch(bench("housing", seed=seed)) for seed, name in enumerate("ab")}
    with pytest.raises(LooksAlikeError, match="a and b"):
        taught(same, inside=VIEW.inside)


def test_an_area_is_cut_out_straight_whatever_the_camera_s_view() -> None:
    corners_px = np.array([[200.0, 100.0], [420.0, 120.0], [460.0, 300.0], [180.0, 280.0]])
    bgr = np.zeros((HIGH_PX, WIDE_PX, 3), np.uint8)
    cv2.fillPoly(bgr, [corners_px.astype(np.int32)], (255, 255, 255))
    shape = PatchShape.for_sides(2.0, 1.0)
    patch = PatchCut(corners_px, shape).of(bgr)
    assert patch.shape == (200, 360, 3)
    assert patch[23:-23, 23:-23].min() > 200
    assert patch[:14].max() == 0


def test_what_may_be_different_is_a_choice() -> None:
    patches = {"_start": VIEW.patch(bench()), "lens": VIEW.patch(bench(*up_to("lens")))}
    moves = np.array([[1.0, 0.0, 12.0], [0.0, 1.0, 0.0]])
    shifted = cv2.warpAffine(bench(*up_to("lens")), moves, (WIDE_PX, HIGH_PX))
    bgr = bench()
    bgr[225:315, 250:410] = shifted[225:315, 250:410]
    strict = taught(patches, inside=VIEW.inside)
    forgiving = taught(patches, inside=VIEW.inside, tolerance=Tolerance(shift=0.08, stretch=0.3))
    assert not strict.judge(VIEW.patch(bgr)).is_sure
    assert forgiving.judge(VIEW.patch(bgr)).is_sure


@pytest.mark.footage
def test_real_photos_of_a_board_taught_and_looked_at_again(recordings: Path) -> None:
    lego = recordings / "lego_states"
    benchmark = Path(__file__).parents[2] / "benchmarks" / "looks_lego.py"
    command = [sys.executable, str(benchmark), "--teach", str(lego), "--test", str(lego)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout
    assert "8 pictures: 8 accepted as the state they are named after, 0 as another" in told
