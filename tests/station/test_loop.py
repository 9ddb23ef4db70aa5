"""The turn: what is seen becomes light and events, and when sight goes, guidance goes dark."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from calibration.maps import filling_projector
from calibration.space import flat
from hub.wire import CommandV1
from projector.recorder import Recorder
from projector.render import Renderer
from station.clock import SourceClock
from station.guide import Guide
from station.keeper import Keeper
from station.latency import Stages
from station.loop import Parts, Turn, run
from station.outbox import Outbox
from station.outside import SILENT_S, Activities, Signal
from station.report import Reporter
from station.watch import Seen
from station_config.station import Station
from tasks.model import Evidence, Sign, Task
from tasks.task_file import read_task
from vision.eyes import Sight
from vision.light import LightNotice
from vision.observations import Observation

SIZE_PX = (960, 540)


@dataclass
class ToldSights:
    """A watch whose sights are written down beforehand."""

    sights: list[Seen | None] = field(default_factory=list)
    notices: list[LightNotice] = field(default_factory=list)
    trouble: str | None = None

    @property
    def ended(self) -> bool:
        return not self.sights

    def take(self, timeout_s: float) -> Seen | None:  # noqa: ARG002 - written down beforehand
        return self.sights.pop(0) if self.sights else None

    def notice(self, light: LightNotice) -> None:
        self.notices.append(light)

    def close(self) -> None:
        self.sights.clear()


@dataclass
class Fingers:
    """Keys that are pressed when the test says so."""

    presses: list[str] = field(default_factory=list)

    def take_presses(self) -> Sequence[str]:
        taken, self.presses = self.presses, []
        return taken


class HandClock:
    """A computer's clock that the test moves on."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@dataclass
class Bench:
    """A station's parts with a watch, keys and a clock in the test's hands."""

    parts: Parts
    watch: ToldSights
    keys: Fingers
    clock: HandClock
    screen: Recorder
    outbox: Outbox

    def sees(self, at_s: float, *evidence: tuple[str, float], trouble: str | None = None) -> Seen:
        self.clock.s = 1000.0 + at_s
        pieces = tuple(Evidence(at_s=at_s, sign=Sign.parse(sign), p=p) for sign, p in evidence)
        sight = Sight(
            at_s=at_s,
            evidence=pieces,
            observation=Observation(at_s=at_s),
            stages_ms={"hands": 17.0},
            hands_seen=1,
            trouble=trouble,
        )
        self.watch.trouble = trouble
        return Seen(taken_s=at_s, read_s=self.clock.s, looked_s=self.clock.s, sight=sight)

    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for _, line in self.outbox.after(0, 1000)]

    def types(self) -> list[object]:
        return [event["type"] for event in self.events()]

    def green_px(self) -> int:
        """Pixels of guidance light: green says take."""
        picture = self.screen.picture_bgrx
        assert picture is not None
        blue, green, red = (picture[:, :, n].astype(int) for n in range(3))
        return int(np.count_nonzero((green > 60) & (green > 1.4 * blue) & (green > 1.4 * red)))

    def lit_px(self) -> int:
        picture = self.screen.picture_bgrx
        assert picture is not None
        return int(np.count_nonzero(picture[:, :, :3]))


@pytest.fixture
def at_bench(bench: Station, torch: Task, tmp_path: Path) -> Iterator[Bench]:
    outbox = Outbox(tmp_path / "outbox.db")
    watch, keys, clock, screen = ToldSights(), Fingers(), HandClock(), Recorder()
    plane = filling_projector(bench_mm=bench.bench_mm, projector_wh=SIZE_PX)
    renderer = Renderer(SIZE_PX, flat(plane))
    parts = Parts(
        station=bench,
        guide=Guide(torch, bench),
        watch=watch,
        renderer=renderer,
        screen=screen,
        keys=keys,
        keeper=Keeper(outbox, station=bench.station_id, task=torch.task_id),
        reporter=Reporter(bench, outbox, title={}, versions={}),
        clock=SourceClock(monotonic=clock),
        stages=Stages(),
    )
    yield Bench(parts=parts, watch=watch, keys=keys, clock=clock, screen=screen, outbox=outbox)
    outbox.close()


def test_what_is_seen_becomes_light_and_an_event_with_its_latency(at_bench: Bench) -> None:
    turn = Turn(at_bench.parts)
    turn.take(at_bench.sees(0.0))
    assert at_bench.green_px() > 200, "take here is green"
    turn.take(at_bench.sees(2.0, ("picked:bin_a", 0.97)))
    assert at_bench.green_px() == 0, "put here is not"
    finished = next(e for e in at_bench.events() if e["type"] == "step_finished")
    assert finished["step"] == "take_housing"
    latency = finished["latency_ms"]
    assert isinstance(latency, dict)
    assert set(latency) >= {"camera_to_light", "evidence_to_light", "event_to_light", "eyes_hands"}
    assert {"bin_a", "jig"} <= at_bench.watch.notices[-1].zone_ids


def test_light_that_does_not_shine_is_not_announced(at_bench: Bench) -> None:
    turn = Turn(replace(at_bench.parts, shines=False))
    turn.take(at_bench.sees(0.0))
    turn.take(at_bench.sees(2.0, ("picked:bin_a", 0.97)))
    assert at_bench.watch.notices == []


def test_a_camera_that_falls_silent_takes_guidance_away_and_comes_back_by_itself(
    at_bench: Bench,
) -> None:
    turn = Turn(at_bench.parts)
    turn.take(at_bench.sees(0.0))
    at_bench.clock.s += 0.9
    turn.take(None)
    assert at_bench.green_px() > 200, "a picture may come late"
    at_bench.clock.s += 0.2
    turn.take(None)
    assert at_bench.green_px() == 0, "old light is wrong light"
    assert at_bench.lit_px() > 0, "the worker is told calmly"
    assert at_bench.types()[-1] == "station_fault"
    turn.take(at_bench.sees(5.0))
    assert at_bench.green_px() > 200
    assert at_bench.types()[-1] == "station_recovered"


def test_a_black_picture_is_no_sight(at_bench: Bench) -> None:
    turn = Turn(at_bench.parts)
    turn.take(at_bench.sees(0.0))
    turn.take(at_bench.sees(1.0, trouble="The picture is black."))
    assert at_bench.green_px() == 0
    assert at_bench.events()[-1]["note"] == "The picture is black."


def test_without_any_camera_the_run_begins_and_keys_move_it_on(at_bench: Bench) -> None:
    turn = Turn(at_bench.parts)
    turn.take(None)
    assert at_bench.types() == []
    at_bench.clock.s += 1.1
    turn.take(None)
    assert at_bench.types() == ["station_fault", "run_started", "step_started"]
    at_bench.keys.presses = ["next"]
    turn.take(None)
    assert at_bench.types()[-2:] == ["step_finished", "step_started"]


def test_what_is_wrong_before_the_run_begins_is_told_as_well(at_bench: Bench) -> None:
    turn = Turn(at_bench.parts)
    at_bench.watch.trouble = "Camera 0 is not there."
    turn.take(None)
    at_bench.clock.s += 1.1
    turn.take(None)
    assert at_bench.types() == ["station_fault", "run_started", "step_started"]
    assert at_bench.events()[0]["note"] == "Camera 0 is not there."


def test_signals_and_commands_reach_the_run(at_bench: Bench, torch: Task) -> None:
    turn = Turn(at_bench.parts)
    turn.take(at_bench.sees(0.0))
    place = next(n for n, step in enumerate(torch.steps) if step.target == "torque_ok")
    for n in range(place):
        at_bench.keys.presses = ["next"]
        turn.take(at_bench.sees(1.0 + n))
    at_bench.parts.reporter.inbox.put(Signal(name="torque_ok", p=0.99))
    turn.take(at_bench.sees(60.0))
    finished = [e["step"] for e in at_bench.events() if e["type"] == "step_finished"]
    assert finished[-1] == torch.steps[place].step_id

    at_bench.keys.presses = ["help"]
    turn.take(at_bench.sees(61.0))
    answer = CommandV1.model_validate(
        {"kind": "help_is_coming", "valid_until": "2036-01-01T00:00:00Z"}
    )
    at_bench.parts.reporter.inbox.put(answer)
    turn.take(at_bench.sees(62.0))
    assert at_bench.types()[-2:] == ["help_asked", "help_answered"]


LEG = """
task: leg
title: {en: Leg}
steps:
  - {id: pick, say: {en: Pick up a leg.}, activity: pick up leg, zone: jig, usual_s: 2}
  - {id: spin, say: {en: Spin it in.}, activity: spin leg, zone: jig, usual_s: 4}
  - {id: done, say: {en: Touch Done.}, confirm: done}
"""


def test_another_recognisers_labels_bring_the_run_on_and_its_silence_is_told(
    at_bench: Bench, bench: Station, tmp_path: Path
) -> None:
    (tmp_path / "leg.yaml").write_text(LEG)
    guide = Guide(read_task(tmp_path / "leg.yaml"), bench)
    turn = Turn(replace(at_bench.parts, guide=guide))
    inbox = at_bench.parts.reporter.inbox
    turn.take(at_bench.sees(0.0))
    for tenth in range(90):
        labels = {"pick up leg": 0.9} if tenth < 20 else {"spin leg": 0.9}
        inbox.put(Activities(name="camera_2", labels=labels if tenth < 60 else {}))
        turn.take(at_bench.sees(tenth / 10))
    finished = [e["step"] for e in at_bench.events() if e["type"] == "step_finished"]
    assert finished == ["pick", "spin"]

    turn.take(at_bench.sees(9.1 + SILENT_S))
    assert at_bench.types()[-1] == "station_fault"
    assert "camera_2 has said nothing" in str(at_bench.events()[-1]["note"])
    inbox.put(Activities(name="camera_2", labels={}))
    turn.take(at_bench.sees(9.2 + SILENT_S))
    turn.take(at_bench.sees(9.3 + SILENT_S))
    assert at_bench.types()[-1] == "station_recovered"


def test_the_bench_is_dark_when_the_loop_ends(at_bench: Bench) -> None:
    at_bench.watch.sights = [at_bench.sees(0.0), at_bench.sees(0.1)]
    run(at_bench.parts, threading.Event())
    assert at_bench.lit_px() == 0


def test_the_bench_is_dark_when_the_loop_breaks(at_bench: Bench) -> None:
    at_bench.watch.sights = [at_bench.sees(0.0), at_bench.sees(0.1)]
    at_bench.keys.presses = ["no such key"]
    with pytest.raises(ValueError, match="no such key"):
        run(at_bench.parts, threading.Event())
    assert at_bench.lit_px() == 0


def test_q_ends_it_and_so_does_a_stop_from_outside(at_bench: Bench) -> None:
    at_bench.watch.sights = [at_bench.sees(0.0), at_bench.sees(0.1), at_bench.sees(0.2)]
    at_bench.keys.presses = ["quit"]
    run(at_bench.parts, threading.Event())
    assert len(at_bench.watch.sights) == 2

    stop = threading.Event()
    stop.set()
    run(at_bench.parts, stop)
    assert len(at_bench.watch.sights) == 2
