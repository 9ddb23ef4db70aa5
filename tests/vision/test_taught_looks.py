"""What a jig should look like after each step: taught once, known again, or "none of these"."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.maps import BenchMaps, filling_projector
from calibration.planes import PlaneMap
from calibration.space import flat
from station_config.station import Camera, Projector, Station, Zone, ZoneKind
from tasks.model import Evidence, Finish, Step, Task
from vision.eyes import Eyes
from vision.frames import Frame
from vision.light import LightNotice
from vision.look_judgement import LooksAlikeError, Tolerance
from vision.look_model import LookModel
from vision.look_patch import PatchCut, PatchShape
from vision.look_trials import alike, taught
from vision.taught_looks import (
    LooksError,
    TaughtLook,
    ZoneView,
    check_looks,
    looks_folder,
    models_of,
    read_looks,
    start_of,
    steps_with_looks,
    write_look,
)

Picture = NDArray[np.uint8]

WIDE_PX, HIGH_PX = 640, 480
PARTS = ("housing", "spring", "lens", "screw")
"""In the order in which they go in: each look has those up to its own."""
JIG = Zone(
    zone_id="jig",
    kind=ZoneKind.PLACE,
    polygon_mm=((100, 60), (220, 60), (220, 150), (100, 150)),
    title={},
    enter_s=0.12,
    leave_s=0.25,
)
STATION = Station(
    station_id="bench-01",
    site="delft",
    title={},
    language="nl",
    bench_mm=(319.5, 239.5),
    camera=Camera(source="0", width_px=WIDE_PX, height_px=HIGH_PX, rate_hz=30),
    projector=Projector(display=1, width_px=640, height_px=480),
    calibration=Path("none.json"),
    zones={"jig": JIG},
    hub=None,
    path=Path("none.yaml"),
)
MAPS = BenchMaps(
    cam_from_bench=flat(
        PlaneMap(matrix=np.array([[2.0, 0, 0], [0, -2.0, HIGH_PX - 1.0], [0, 0, 1.0]]))
    ),
    proj_from_bench=flat(filling_projector(bench_mm=STATION.bench_mm, projector_wh=(640, 480))),
    projector_measured=False,
)
VIEW = ZoneView(JIG, MAPS.cam_from_bench)


def bench(*parts: str, seed: int = 1) -> Picture:
    """The bench from above: a jig with these parts in it."""
    random = np.random.default_rng(3)
    bgr = np.full((HIGH_PX, WIDE_PX, 3), (150, 160, 165), np.uint8)
    cv2.rectangle(bgr, (196, 176), (444, 364), (120, 125, 130), -1)
    cv2.rectangle(bgr, (230, 200), (410, 340), (90, 95, 100), -1)
    for x, y in random.integers((200, 180), (440, 360), (40, 2)).tolist():
        cv2.circle(bgr, (x, y), 2, (100, 105, 110), -1)
    if "housing" in parts:
        cv2.rectangle(bgr, (250, 230), (390, 310), (180, 90, 40), -1)
    if "spring" in parts:
        cv2.circle(bgr, (285, 270), 14, (205, 205, 205), -1)
    if "lens" in parts:
        cv2.circle(bgr, (355, 270), 22, (230, 235, 180), -1)
    if "screw" in parts:
        cv2.circle(bgr, (320, 244), 9, (30, 30, 35), -1)
    noise = np.random.default_rng(seed).normal(0.0, 2.0, bgr.shape)
    return np.clip(cv2.GaussianBlur(bgr, (3, 3), 0) + noise, 0, 255).astype(np.uint8)


def up_to(part: str) -> tuple[str, ...]:
    return PARTS[: PARTS.index(part) + 1]


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


STEPS = tuple(
    Step(step_id=part, say={}, finish=Finish.LOOKS, target=part, zone="jig") for part in PARTS
)
TASK = Task(task_id="torch", title={}, steps=STEPS)


def kept(folder: Path, *names: str) -> None:
    for name in names:
        parts = () if name.startswith("_") else up_to(name)
        patch = VIEW.patch(bench(*parts))
        write_look(folder, name, TaughtLook(zone_id="jig", polygon_mm=JIG.polygon_mm, patch=patch))


def test_looks_are_kept_and_read_again_to_the_pixel(tmp_path: Path) -> None:
    kept(tmp_path / "torch", "housing", "lens")
    read = read_looks(tmp_path / "torch")
    assert list(read) == ["housing", "lens"]
    assert (read["lens"].patch == VIEW.patch(bench(*up_to("lens")))).all()
    assert read["lens"].zone_id == "jig"


def test_without_a_folder_nothing_was_taught(tmp_path: Path) -> None:
    assert read_looks(tmp_path / "nobody") == {}


def test_a_lost_picture_and_a_damaged_list_are_told(tmp_path: Path) -> None:
    kept(tmp_path, "housing")
    (tmp_path / "housing.png").unlink()
    with pytest.raises(LooksError, match="Teach step 'housing' again"):
        read_looks(tmp_path)
    (tmp_path / "looks.json").write_text("{", encoding="utf-8")
    with pytest.raises(LooksError, match="teach the steps of this task again"):
        read_looks(tmp_path)


def test_a_zone_that_was_moved_since_is_taught_again(tmp_path: Path) -> None:
    kept(tmp_path, "housing")
    looks = read_looks(tmp_path)
    check_looks(looks, STATION)
    elsewhere = TaughtLook(
        zone_id="jig", polygon_mm=((0, 0), (9, 0), (9, 9)), patch=looks["housing"].patch
    )
    with pytest.raises(LooksError, match="lay elsewhere"):
        check_looks({"housing": elsewhere}, STATION)


def test_looks_lie_beside_the_station_file_by_task() -> None:
    assert looks_folder(STATION, TASK) == Path("looks/torch")
    assert steps_with_looks(TASK) == dict.fromkeys(PARTS, "jig")


def eyes(tmp_path: Path) -> Eyes:
    """The eyes of a station at which three looks and the empty jig were taught."""
    kept(tmp_path, start_of("jig"), "housing", "spring", "lens")
    models = models_of(read_looks(tmp_path), STATION, MAPS.cam_from_bench)
    return Eyes(station=STATION, maps=MAPS, camera_wh=(WIDE_PX, HIGH_PX), hands=None, looks=models)


def frames(count: int, *parts: str, begin: int, arm: bool = False) -> list[Frame]:
    """A moment at the bench, at ten pictures a second."""
    made = []
    for number in range(begin, begin + count):
        bgr = bench(*parts, seed=number)
        if arm:
            cv2.line(bgr, (320, HIGH_PX), (320, 260), (60, 90, 190), 70)
        made.append(Frame(taken_s=number / 10, bgr=bgr, read_s=0.0))
    return made


def looks_told(told: list[Evidence]) -> list[str]:
    return [str(one.sign) for one in told if one.sign.kind == "looks" and one.p > 0.9]


def test_the_eyes_tell_how_the_jig_looks_when_the_hand_has_gone(tmp_path: Path) -> None:
    watching = eyes(tmp_path)
    before = [e for f in frames(12, begin=0) for e in watching.look(f).evidence]
    busy = [e for f in frames(6, begin=12, arm=True) for e in watching.look(f).evidence]
    after = [e for f in frames(14, "housing", begin=18) for e in watching.look(f).evidence]
    assert looks_told(before) == []
    assert looks_told(busy) == []
    assert set(looks_told(after)) == {"looks:housing"}
    assert len(looks_told(after)) <= 3
    first = next(e for e in after if str(e.sign) == "looks:housing")
    assert first.at_s >= 1.8 + 0.3


def test_time_never_falls_with_looks_among_the_evidence(tmp_path: Path) -> None:
    watching = eyes(tmp_path)
    film = frames(8, "housing", begin=0) + frames(5, "housing", begin=8, arm=True)
    film += frames(9, *up_to("spring"), begin=13)
    at_s = [e.at_s for f in film for e in watching.look(f).evidence]
    assert len(at_s) > 2
    assert at_s == sorted(at_s)


def test_while_the_light_on_the_jig_changes_its_look_is_not_judged(tmp_path: Path) -> None:
    watching = eyes(tmp_path)
    told = []
    for frame in frames(30, "housing", begin=0):
        notice = LightNotice(at_s=frame.taken_s, zone_ids=frozenset({"jig"}))
        told += watching.look(frame, notice).evidence
    assert looks_told(told) == []


def test_a_zone_with_light_in_its_midst_is_judged_when_the_light_has_gone(tmp_path: Path) -> None:
    watching, told, judged_s = eyes(tmp_path), list[Evidence](), list[float]()
    for number, frame in enumerate(frames(30, "housing", begin=0)):
        lit = {0: frozenset({"jig"}), 20: frozenset[str]()}.get(number)
        notice = None
        if lit is not None:
            notice = LightNotice(at_s=frame.taken_s, zone_ids=frozenset({"jig"}), lit=lit)
        sight = watching.look(frame, notice)
        told += [e for e in sight.evidence if e.sign.kind == "looks"]
        judged_s += [sight.at_s] * bool(sight.judged)
        assert sight.still <= {"jig"}
    # The light goes at 2.0 s; 0.15 s of delay and 0.1 s of fading later it is gone.
    assert judged_s[0] == pytest.approx(2.3)
    assert "looks:housing" in looks_told(told)


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
