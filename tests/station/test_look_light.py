"""A step is finished by its look although the station's own light shines into its zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.maps import BenchMaps, filling_projector
from calibration.planes import PlaneMap
from calibration.space import flat
from projector.aim import Aim, Reach
from projector.recorder import Recorder
from projector.render import Renderer
from station.clock import SourceClock
from station.faults import Part
from station.guide import Guide
from station.keeper import Keeper
from station.latency import Stages
from station.loop import Parts, Turn
from station.outbox import Outbox
from station.report import Reporter
from station.watch import InStep
from station_config.station import Camera, Projector, Station, Zone, ZoneKind
from tasks.model import Evidence, Finish, Step, Task
from vision.eyes import Eyes
from vision.frames import Frame
from vision.taught_looks import TaughtLook, ZoneView, models_of, start_of

Picture = NDArray[np.uint8]

WH = (640, 480)
RATE_HZ = 15
DELAY_FRAMES = 2
JIG = Zone(
    zone_id="jig",
    kind=ZoneKind.PLACE,
    polygon_mm=((100, 60), (220, 60), (220, 150), (100, 150)),
    title={},
    enter_s=0.12,
    leave_s=0.25,
)
BENCH = Station(
    station_id="bench-01",
    site="delft",
    title={},
    language="nl",
    bench_mm=(319.5, 239.5),
    camera=Camera(source="0", width_px=WH[0], height_px=WH[1], rate_hz=RATE_HZ),
    projector=Projector(display=1, width_px=WH[0], height_px=WH[1]),
    calibration=Path("none.json"),
    zones={"jig": JIG},
    hub=None,
    path=Path("none.yaml"),
)
MAPS = BenchMaps(
    cam_from_bench=flat(
        PlaneMap(matrix=np.array([[2.0, 0, 0], [0, -2.0, WH[1] - 1.0], [0, 0, 1.0]]))
    ),
    proj_from_bench=flat(filling_projector(bench_mm=BENCH.bench_mm, projector_wh=WH)),
    projector_measured=True,
)
TASK = Task(
    task_id="torch",
    title={},
    steps=tuple(
        Step(
            step_id=name,
            say={},
            finish=Finish.LOOKS,
            zone="jig",
            target=name,
            usual_s=4.0,
            after=frozenset(range(place)),
        )
        for place, name in enumerate(("housing", "lens"))
    ),
)


def bench(*parts: str, seed: int = 1) -> Picture:
    """The bench from above: a jig with these parts in it."""
    bgr = np.full((WH[1], WH[0], 3), (90, 95, 100), np.uint8)
    cv2.rectangle(bgr, (196, 176), (444, 364), (70, 75, 80), -1)
    cv2.rectangle(bgr, (230, 200), (410, 340), (55, 58, 60), -1)
    if "housing" in parts:
        cv2.rectangle(bgr, (250, 230), (390, 310), (110, 60, 25), -1)
    if "lens" in parts:
        cv2.circle(bgr, (355, 270), 22, (140, 140, 110), -1)
    noise = np.random.default_rng(seed).normal(0.0, 1.5, bgr.shape)
    return np.clip(bgr + noise, 0, 255).astype(np.uint8)


@dataclass
class Room:
    """A camera over a bench on which the projector's light really falls, with its delay."""

    screen: Recorder
    parts_at: Callable[[int], tuple[str, ...]]
    arm_at: Callable[[int], bool]
    count: int

    def __post_init__(self) -> None:
        corners = np.array([[0, 0], [300, 0], [300, 200], [0, 200]], np.float64)
        self._cam_from_proj = cv2.getPerspectiveTransform(
            MAPS.proj_from_bench.apply(corners, 0.0).astype(np.float32),
            MAPS.cam_from_bench.apply(corners, 0.0).astype(np.float32),
        )
        self.lit = list[float]()

    @property
    def size_px(self) -> tuple[int, int]:
        return WH

    def frames(self) -> Iterator[Frame]:
        shown: list[Picture] = []
        for number in range(self.count):
            light = self.screen.picture_bgrx
            dark = np.zeros((WH[1], WH[0], 3), np.uint8)
            shown.append(dark if light is None else light[..., :3].copy())
            yield Frame(taken_s=number / RATE_HZ, bgr=self._seen(number, shown), read_s=0.0)

    def _seen(self, number: int, shown: list[Picture]) -> Picture:
        late = shown[max(0, number - DELAY_FRAMES)]
        falls = cv2.warpPerspective(late, self._cam_from_proj, WH)
        self.lit.append(float(falls[220:320, 240:400].mean()))
        bgr = bench(*self.parts_at(number), seed=number)
        if self.arm_at(number):
            cv2.line(bgr, (320, WH[1]), (320, 260), (60, 90, 190), 70)
        # What the projector adds is in proportion to what the bench sends back anyway.
        return np.clip(bgr * (1.0 + falls / 90.0), 0, 255).astype(np.uint8)

    def close(self) -> None:
        pass


@dataclass
class Beside:
    """Light that cannot be trusted to the millimetre: a pool of it lies in the zone."""

    aim: Aim = Aim.BESIDE
    reach: Reach | None = None

    @property
    def troubles(self) -> dict[Part, str | None]:
        return {}

    def turn(self, now_s: float, seen: object, *, stepped: bool, lit: bool) -> bool:  # noqa: ARG002
        return False


class NoKeys:
    def take_presses(self) -> tuple[str, ...]:
        return ()


def eyes(size_px: tuple[int, int]) -> Eyes:
    view = ZoneView(JIG, MAPS.cam_from_bench)
    taught = {start_of("jig"): (), "housing": ("housing",), "lens": ("housing", "lens")}
    looks = {
        name: TaughtLook(
            zone_id="jig", polygon_mm=JIG.polygon_mm, patch=view.patch(bench(*parts, seed=90))
        )
        for name, parts in taught.items()
    }
    return Eyes(
        station=BENCH,
        maps=MAPS,
        camera_wh=size_px,
        hands=None,
        light_delay_s=DELAY_FRAMES / RATE_HZ,
        looks=models_of(looks, BENCH, MAPS.cam_from_bench),
    )


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What came of a story: the evidence, facts by type, light in the jig at each frame."""

    told: list[Evidence]
    facts: list[str]
    lit: list[float]


def story(
    outbox: Outbox,
    *,
    seconds: float,
    parts_at: Callable[[float], tuple[str, ...]],
    arm_at: Callable[[float], bool],
) -> Happened:
    """Run the station's own loop over a room."""
    screen, told = Recorder(), list[Evidence]()
    room = Room(
        screen=screen,
        parts_at=lambda number: parts_at(number / RATE_HZ),
        arm_at=lambda number: arm_at(number / RATE_HZ),
        count=round(seconds * RATE_HZ),
    )
    with closing(InStep(room, eyes)) as watch:
        turn = Turn(
            Parts(
                station=BENCH,
                guide=Guide(TASK, BENCH),
                watch=watch,
                renderer=Renderer(WH, MAPS.proj_from_bench),
                screen=screen,
                keys=NoKeys(),
                keeper=Keeper(outbox, station="bench-01", task=TASK.task_id),
                reporter=Reporter(BENCH, outbox, title={}, versions={}),
                clock=SourceClock(runs_on=False),
                stages=Stages(),
                aiming=Beside(),  # type: ignore[arg-type] - it never moves
                evidence_seen=told.append,
            )
        )
        while (seen := watch.take(0.0)) is not None:
            turn.take(seen)
    types = [line.split('"type": "')[1].split('"')[0] for _, line in outbox.after(0, 100)]
    return Happened(told=told, facts=types, lit=room.lit)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    one = Outbox(tmp_path / "outbox.db")
    yield one
    one.close()


def dark_spells(lit: list[float]) -> list[int]:
    """How many frames each spell without light in the jig lasted, after light first came."""
    spells, dark, level = list[int](), 0, 0.5 * max(lit)
    first = next(number for number, each in enumerate(lit) if each > level)
    for each in lit[first:]:
        if each > level:
            spells += [dark] if dark else []
            dark = 0
        else:
            dark += 1
    return spells


def test_a_step_with_light_in_its_zone_is_finished_by_its_look(outbox: Outbox) -> None:
    happened = story(
        outbox,
        seconds=9.0,
        parts_at=lambda at_s: () if at_s < 4.4 else ("housing",),
        arm_at=lambda at_s: 4.0 <= at_s < 5.0,
    )
    assert "step_finished" in happened.facts
    assert happened.facts.count("step_finished") == 1
    surely = [e for e in happened.told if str(e.sign) == "looks:housing" and e.p > 0.9]
    assert surely
    assert 5.0 < surely[0].at_s < 6.5, "soon after the hand has gone"
    assert not [e for e in happened.told if str(e.sign) == "looks:lens" and e.p > 0.5]
    spells = dark_spells(happened.lit)
    assert spells, "the light went out in the zone and came back"
    assert max(spells) <= round(0.8 * RATE_HZ), "and it was away for moments only"


def test_while_a_hand_stays_over_the_zone_its_light_never_goes_out(outbox: Outbox) -> None:
    happened = story(
        outbox, seconds=4.0, parts_at=lambda _: ("housing",), arm_at=lambda at_s: at_s >= 0.2
    )
    assert "step_finished" not in happened.facts
    assert dark_spells(happened.lit) == []
