"""The loop follows how far its light can be trusted: contour, beside the work, words alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from calibration.maps import filling_projector
from calibration.space import flat
from projector.aim import Aim, Reach
from projector.recorder import Recorder
from projector.render import Renderer
from projector.scene import Outline, Words
from station.clock import SourceClock
from station.faults import Part
from station.guide import Guide
from station.keeper import Keeper
from station.latency import Stages
from station.loop import Parts, Turn
from station.outbox import Outbox
from station.report import Reporter
from station.watch import Seen
from station_config.station import Station
from tasks.model import Task
from vision.eyes import Sight
from vision.light import LightNotice
from vision.observations import Observation

SIZE_PX = (960, 540)


@dataclass
class Told:
    """Watch, keys and aiming whose words are written down beforehand."""

    aim: Aim = Aim.EXACT
    reach: Reach | None = None
    trouble: str | None = None
    moved: bool = False
    ended: bool = False
    notices: list[LightNotice] = field(default_factory=list)
    turns: list[tuple[bool, bool]] = field(default_factory=list)

    @property
    def troubles(self) -> dict[Part, str | None]:
        return {Part.CALIBRATION: None, Part.AIM: self.trouble}

    def turn(self, now_s: float, seen: object, *, stepped: bool, lit: bool) -> bool:  # noqa: ARG002
        self.turns.append((stepped, lit))
        moved, self.moved = self.moved, False
        return moved

    def notice(self, light: LightNotice) -> None:
        self.notices.append(light)

    def take_presses(self) -> tuple[str, ...]:
        return ()


class Still(Told):
    """A watch without trouble."""

    trouble = None


def seen_at(at_s: float) -> Seen:
    sight = Sight(
        at_s=at_s,
        evidence=(),
        observation=Observation(at_s=at_s),
        stages_ms={},
        hands_seen=0,
    )
    return Seen(taken_s=at_s, read_s=at_s, looked_s=at_s, sight=sight)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    one = Outbox(tmp_path / "outbox.db")
    yield one
    one.close()


def test_guidance_falls_back_step_by_step_and_comes_back_by_itself(
    bench: Station, torch: Task, outbox: Outbox
) -> None:
    aiming, watch, clock = Told(), Still(), SourceClock(runs_on=False)
    light = flat(filling_projector(bench_mm=bench.bench_mm, projector_wh=SIZE_PX))
    parts = Parts(
        station=bench,
        guide=Guide(torch, bench),
        watch=watch,  # type: ignore[arg-type] - it takes no sights
        renderer=Renderer(SIZE_PX, light),
        screen=Recorder(),
        keys=watch,
        keeper=Keeper(outbox, station=bench.station_id, task=torch.task_id),
        reporter=Reporter(bench, outbox, title={}, versions={}),
        clock=clock,
        stages=Stages(),
        aiming=aiming,  # type: ignore[arg-type] - written down beforehand
    )
    turn = Turn(parts)

    def kinds() -> tuple[int, int]:
        marks = turn._marks
        outlines = sum(isinstance(mark, Outline) for mark in marks)
        return outlines, sum(isinstance(mark, Words) for mark in marks)

    turn.take(seen_at(0.0))
    assert aiming.turns == [(True, True)], "a step began and its light is out"
    contours, words = kinds()
    assert contours >= 1

    aiming.aim, aiming.trouble = Aim.BESIDE, "The projector has moved."
    turn.take(seen_at(1.0))
    assert kinds()[0] < contours
    assert watch.notices[-1].at_s == 1.0, "the eyes are told that light changes"

    aiming.aim = Aim.NOWHERE
    turn.take(seen_at(2.0))
    assert kinds()[0] < contours
    assert kinds()[1] >= words

    aiming.aim, aiming.trouble, aiming.moved = Aim.EXACT, None, True
    turn.take(seen_at(3.0))
    assert kinds() == (contours, words)
    told = len(watch.notices)
    turn.take(seen_at(4.0))
    assert len(watch.notices) == told + 1, "light that lands elsewhere is another change"
    turn.take(seen_at(5.0))
    assert len(watch.notices) == told + 1

    types = [line.split('"type": "')[1].split('"')[0] for _, line in outbox.after(0, 100)]
    assert types == ["run_started", "step_started", "station_fault", "station_recovered"]
