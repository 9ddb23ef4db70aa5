"""Pictures somebody has looked at.

`pytest tests/projector/test_golden.py --renew-golden` writes
them anew; look at each one as the worker would before you keep it (docs/projector.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.space import SpaceMap
from projector.aim import Aim, Reach
from projector.buttons import Touch
from projector.layout import marks_for
from projector.preview import preview
from projector.render import Renderer
from projector.scene import Box
from projector.typefaces import Typefaces
from station_config.station import Station
from tasks.cues import Cue, CueKind
from tasks.events import SupportLevel
from tasks.model import in_language
from tests.projector.hung import hung

FOLDER = Path(__file__).parents[1] / "golden" / "projector"
MEAN_OFF = 0.4
"""Grey levels by which a picture may differ on average: another Pillow smooths letters its way."""
STRONGLY_OFF = 60
SHARE_OFF = 0.002
"""Share of pixels that may be off by more than `STRONGLY_OFF`."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One picture: a cue on the bench of the demo."""

    cue: Cue
    language: str = "nl"
    touch: Touch | None = None
    photo: bool = False
    as_projected: bool = False
    aim: Aim = Aim.EXACT
    on_rims: bool = False
    """Through a projector with a lens whose map knows heights."""
    reach: Reach | None = None


SPRING = {"nl": "Pak de veer.", "en": "Take the spring."}
HOUSING = {"nl": "Leg het huis in de mal.", "en": "Put the housing in the jig."}
CUT_OFF = Reach(
    box=Box(left_mm=110.0, bottom_mm=0.0, right_mm=900.0, top_mm=600.0),
    dark_zones=frozenset({"bin_a"}),
)
TAKE = Cue(kind=CueKind.TAKE, zone="bin_b", words=SPRING, steps_done=3, steps_total=9)
PUT = Cue(kind=CueKind.PUT, zone="jig", words=HOUSING, steps_done=4, steps_total=9)
TRAY = replace(PUT, zone="tray")

SCENES = {
    "take_nl": Scene(cue=TAKE),
    "take_en": Scene(cue=TAKE, language="en"),
    "take_light_only": Scene(
        cue=replace(TAKE, zone="bin_e", words=None, support=SupportLevel.LIGHT)
    ),
    "put_with_picture": Scene(cue=replace(PUT, support=SupportLevel.WORDS), photo=True),
    "work_40_steps": Scene(
        cue=replace(
            PUT,
            kind=CueKind.WORK,
            steps_done=17,
            steps_total=40,
            words={"nl": "Draai alle schroeven vast met de schroevendraaier."},
        )
    ),
    "confirm_touched": Scene(
        cue=Cue(
            kind=CueKind.CONFIRM,
            zone="done",
            words={"nl": "Controleer het deksel."},
            steps_done=8,
            steps_total=9,
            fraction=0.4,
        )
    ),
    "next_touched": Scene(cue=TAKE, touch=Touch(zone="next", fraction=0.7)),
    "wait": Scene(
        cue=Cue(kind=CueKind.WAIT, zone="jig", fraction=0.6, steps_done=5, steps_total=9)
    ),
    "ask": Scene(cue=replace(TAKE, kind=CueKind.ASK)),
    "ask_en": Scene(cue=replace(TAKE, kind=CueKind.ASK), language="en"),
    "finished": Scene(cue=Cue(kind=CueKind.FINISHED, steps_done=9, steps_total=9)),
    "paused": Scene(cue=Cue(kind=CueKind.PAUSED, steps_done=3, steps_total=9)),
    "no_sight": Scene(cue=replace(TAKE, kind=CueKind.NO_SIGHT)),
    "no_sight_en": Scene(cue=Cue(kind=CueKind.NO_SIGHT), language="en"),
    "wrong_zone": Scene(cue=replace(TAKE, wrong_zone="bin_d")),
    "wrong_zone_place": Scene(cue=replace(PUT, wrong_zone="tray")),
    "help_wanted_any_order": Scene(
        cue=replace(TAKE, zone="bin_a", also_zones=("bin_c", "bin_d"), help_wanted=True)
    ),
    "arabic": Scene(
        cue=replace(TAKE, words={"ar": "خذ النابض من الصندوق (2) وضعه على الطاولة."}),
        language="ar",
    ),
    "tigrinya": Scene(
        cue=replace(TRAY, words={"ti": "ነቲ ክፍሊ ኣብቲ ሳጹን ኣቐምጦ፣ ድሕሪኡ ነቲ መኽደኒ ጽቡቕ ጌርካ ዕጸዎ።"}),
        language="ti",
    ),
    "german_long_words": Scene(
        cue=replace(
            TRAY,
            words={
                "de": "Legen Sie die Sicherheitsverschlusskappe mit der Unterlegscheibe in die "
                "Versandkartonverpackung."
            },
        ),
        language="de",
    ),
    "polish_with_picture": Scene(
        cue=replace(
            TAKE,
            zone="bin_e",
            words={"pl": "Weź dużą żółtą śrubę z pojemnika i połóż ją na środku stołu."},
        ),
        language="pl",
        photo=True,
    ),
    "askew_as_projected": Scene(cue=replace(TAKE, wrong_zone="bin_d"), as_projected=True),
    "rims": Scene(
        cue=replace(TAKE, also_zones=("bin_c",), wrong_zone="bin_d"), on_rims=True, language="en"
    ),
    "beside_nl": Scene(cue=TAKE, aim=Aim.BESIDE),
    "beside_en": Scene(cue=PUT, aim=Aim.BESIDE, language="en", photo=True),
    "beside_wrong": Scene(cue=replace(TAKE, wrong_zone="bin_d"), aim=Aim.BESIDE),
    "nowhere_nl": Scene(cue=TAKE, aim=Aim.NOWHERE),
    "nowhere_en": Scene(cue=PUT, aim=Aim.NOWHERE, language="en", photo=True),
    "nowhere_ask": Scene(cue=replace(TAKE, kind=CueKind.ASK), aim=Aim.NOWHERE),
    "out_of_reach": Scene(cue=replace(TAKE, zone="bin_a"), reach=CUT_OFF, language="en"),
}


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A photo of a part on white paper."""
    drawn = np.full((300, 400, 3), 235, np.uint8)
    cv2.rectangle(drawn, (120, 60), (280, 240), (160, 110, 60), -1)
    cv2.circle(drawn, (200, 150), 45, (40, 40, 40), -1)
    path = tmp_path_factory.mktemp("photo") / "housing.png"
    cv2.imwrite(str(path), drawn)
    return str(path)


def drawn_scene(
    scene: Scene, bench: Station, proj_from_bench: SpaceMap, typefaces: Typefaces, photo: str
) -> NDArray[np.uint8]:
    cue = replace(scene.cue, picture=photo) if scene.photo else scene.cue
    if scene.as_projected:
        marks = marks_for(cue, bench, language=scene.language)
        picture, _ = Renderer((960, 540), proj_from_bench, typefaces=typefaces).draw(marks, 0.0)
        return np.ascontiguousarray(picture[:, :, :3])
    projector = bench.projector.width_px, bench.projector.height_px
    return preview(
        cue,
        bench,
        hung(projector, barrel_px=6.0).space_map if scene.on_rims else None,
        language=scene.language,
        touch=scene.touch,
        aim=scene.aim,
        reach=scene.reach,
        typefaces=typefaces,
        px_per_mm=1.0,
    )


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean difference in grey levels, and the share of pixels that differ strongly."""
    off = cv2.absdiff(first, second).max(axis=2)
    return float(off.mean()), float((off > STRONGLY_OFF).mean())


@pytest.mark.parametrize("name", SCENES)
def test_the_bench_looks_as_it_did_when_somebody_looked(
    name: str,
    bench: Station,
    proj_from_bench: SpaceMap,
    typefaces: Typefaces,
    photo: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    scene = SCENES[name]
    missing = typefaces.missing(in_language(scene.cue.words or {}, scene.language))
    if missing:
        pytest.skip(str(missing[0]))
    picture = drawn_scene(scene, bench, proj_from_bench, typefaces, photo)
    kept = FOLDER / f"{name}.png"
    if request.config.getoption("--renew-golden", default=False):
        FOLDER.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(kept), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        return
    golden = cv2.imread(str(kept))
    assert golden is not None, f"{kept} is missing: renew the golden pictures, look, and keep it"
    mean, share = difference(np.asarray(golden, np.uint8), picture)
    if mean > MEAN_OFF or share > SHARE_OFF:
        seen = tmp_path / f"{name}.png"
        cv2.imwrite(str(seen), picture)
        pytest.fail(f"{name} differs: mean {mean:.2f}, share {share:.4f}; now it is {seen}")


def test_no_golden_picture_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(SCENES)


def test_the_comparison_sees_words_that_moved_by_three_millimetres(
    bench: Station, typefaces: Typefaces
) -> None:
    picture = preview(TAKE, bench, None, typefaces=typefaces, px_per_mm=1.0)
    moved = picture.copy()
    words = (slice(205, 255), slice(150, 420))
    moved[words] = np.roll(picture[words], 3, axis=1)
    _, share = difference(picture, moved)
    assert share > SHARE_OFF
