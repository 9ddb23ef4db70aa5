"""A coach calibrates a bench: on the twin, in step, and on every bad day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import cv2
import numpy as np
import pytest

from calibration.graycode import Grey
from calibration.model import Calibration, Method
from calibration.tags import tag_places
from calibration.trouble import CalibrationTroubleError
from station.calibrating.blinking import measured_delay
from station.calibrating.displays import Candidate, number_picture, projector_among
from station.calibrating.exposure import choose_exposure, exposures_s
from station.calibrating.full_run import FullWishes, commissioned
from station.calibrating.gray_code import captured
from station.calibrating.kept_screen import KeptScreen
from station.calibrating.quick_run import quickly
from station.calibrating.rig import Rig, RigWishes, opened_rig, rig_of_twin
from station.calibrating.shooting import Shooter
from station.twin.faults import Bump, Spoil, Sun
from station.twin.optics import Optics
from station.twin.rig import Rig as TwinRig
from station.twin.rig import wishes_of_station
from station_config.station import Station

BRIGHT = Optics()
"""The demo's camera: white projector light clips at its usual exposure."""


class Book:
    """Keeps what a coach would see as progress."""

    def __init__(self) -> None:
        self.chapters: list[str] = []
        self.done: list[float] = []

    def chapter(self, title: str, steps: int) -> None:  # noqa: ARG002 - as shown to a coach
        self.chapters.append(title)

    def step(self, done: float) -> None:
        self.done.append(done)


@pytest.fixture
def small(bench: Station) -> Station:
    """The demo's bench with a small projector and camera: the same story, in less time."""
    return replace(
        bench,
        camera=replace(bench.camera, source="twin", width_px=960, height_px=540),
        projector=replace(bench.projector, width_px=960, height_px=540),
    )


@pytest.fixture
def on_exit() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def twin(small: Station) -> TwinRig:
    return TwinRig(wishes_of_station(small, optics=BRIGHT))


@pytest.fixture
def rig(twin: TwinRig, small: Station, on_exit: ExitStack) -> Rig:
    return rig_of_twin(twin, small, RigWishes(window=False, in_step=True), on_exit)


@pytest.fixture
def shooter(rig: Rig) -> Shooter:
    """Camera and projector, exposed as a calibration would."""
    one = Shooter(feed=rig.feed, screen=rig.displays[0].opened(), projector_wh=rig.projector_wh)
    choose_exposure(one, rig.controls, rate_hz=rig.rate_hz)
    return one


def nobody_hears(_done: int, _of: int) -> None:
    """Progress that nobody looks at."""


def off_mm(calibration: Calibration, twin: TwinRig) -> float:
    """How far light lands from where it should, at worst, on a grid over the bench."""
    x, y = np.meshgrid(np.linspace(60, 840, 7), np.linspace(60, 540, 5))
    places_mm = np.stack([x.ravel(), y.ravel()], axis=1)
    assert calibration.proj_from_bench is not None
    landed_mm = twin.projector_mm(calibration.proj_from_bench.apply(places_mm))
    return float(np.hypot(*(landed_mm - places_mm).T).max())


def test_one_command_and_the_light_lands(rig: Rig, small: Station, twin: TwinRig) -> None:
    book = Book()
    made = commissioned(rig, small, FullWishes(), book)
    assert made.calibration.method is Method.GRAY_CODE
    assert off_mm(made.calibration, twin) < 0.3, "a pixel of this projector is 1.1 mm"
    assert made.calibration.light_delay_s == pytest.approx(0.06, abs=1 / 30)
    assert made.calibration.exposure_s is not None
    assert made.calibration.exposure_s < 1 / 60, "white would clip at the usual exposure"
    assert len(made.calibration.tags) == len(tag_places(small.bench_mm))
    assert len(book.chapters) == 4
    assert made.pairs_again == 0
    after = rig.feed.after(rig.feed.now_s() + 0.5)
    assert after.bgr.mean() < made.white.mean(), "the projector is dark when it is done"


def test_after_a_bump_a_quick_one_mends_it(rig: Rig, small: Station, twin: TwinRig) -> None:
    before = commissioned(rig, small, FullWishes(), Book()).calibration
    twin.faults.projector_bump = Bump(shift_mm=(4.0, -2.0))
    assert off_mm(before, twin) > 3.5
    made = quickly(rig, small, before)
    assert made.calibration.method is Method.QUICK
    assert off_mm(made.calibration, twin) < 0.4


def test_bad_pairs_alone_are_taken_again(shooter: Shooter, twin: TwinRig) -> None:
    taken = captured(shooter, nobody_hears)
    assert taken.pairs_again == 0
    seen = 0

    def spoil_the_fifth(_done: int, _of: int) -> None:
        nonlocal seen
        seen += 1
        twin.faults.spoil_share = {Spoil.REPEATED: 1.0} if seen == 5 else {}

    before = shooter.shots
    again = captured(shooter, spoil_the_fifth)
    assert again.pairs_again == 1
    assert shooter.shots - before == len(again.stack.columns + again.stack.rows) * 2 + 2 + 2 + 2
    for one, other in zip(taken.stack.rows, again.stack.rows, strict=True):
        assert np.abs(one[0].astype(int) - other[0]).mean() < 4.0


def test_a_slow_projector_is_waited_for(shooter: Shooter, twin: TwinRig) -> None:
    twin.faults.light_delay_s = 0.15
    taken = captured(shooter, nobody_hears)
    assert taken.settle_s >= 0.12
    assert taken.pairs_again > 0


def test_the_delay_of_the_light_is_measured(shooter: Shooter, twin: TwinRig) -> None:
    twin.faults.light_delay_s = 0.11
    lit = np.full((540, 960), 255, np.uint8)
    assert measured_delay(shooter, lit).median_s == pytest.approx(0.11, abs=1 / 30)


def test_exposures_are_whole_numbers_of_projector_pictures_as_long_as_can_be() -> None:
    assert list(exposures_s(30.0))[:3] == [2 / 60, 1 / 60, 0.75 / 60]
    assert next(iter(exposures_s(60.0))) == 1 / 60


def test_the_display_that_the_camera_sees_is_the_projector(
    rig: Rig, twin: TwinRig, on_exit: ExitStack
) -> None:
    del on_exit

    class Desk:
        """A monitor that shines on no bench."""

        def __init__(self) -> None:
            self.shown: list[Grey] = []

        def put(self, picture_bgrx: Grey, changed_px: object) -> None:  # noqa: ARG002
            self.shown.append(picture_bgrx[:, :, 0].copy())

        def close(self) -> None:
            """Nothing to let go of."""

    desk = Desk()
    candidates = [
        Candidate(number=0, name="0: desk", opened=lambda: desk),
        Candidate(number=1, name="1: projector", opened=lambda: KeptScreen(twin)),
    ]
    assert projector_among(candidates, rig.feed, rig.projector_wh).number == 1
    assert any((picture == number_picture(0, rig.projector_wh)).all() for picture in desk.shown)
    with pytest.raises(CalibrationTroubleError, match="sees none of the displays: 0: desk"):
        projector_among(candidates[:1], rig.feed, rig.projector_wh)


def wrong_display(twin: TwinRig) -> None:
    twin.faults.wrong_display = True


def unplugged(twin: TwinRig) -> None:
    twin.faults.unplugged = True


def sun(twin: TwinRig) -> None:
    twin.faults.sun = Sun(at_mm=(450.0, 300.0), radius_mm=200.0, strength=40.0)


def too_dark(twin: TwinRig) -> None:
    twin.faults.gain = 0.02


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (wrong_display, "sees none of the displays"),
        (unplugged, "unplugged"),
        (sun, "Close the blinds"),
        (too_dark, "lens cap"),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_a_bad_day_is_told_in_a_line_with_what_to_do(
    rig: Rig, small: Station, twin: TwinRig, happens: Callable[[TwinRig], None], said: str
) -> None:
    happens(twin)
    with pytest.raises(CalibrationTroubleError, match=said) as told:
        commissioned(rig, small, FullWishes(), Book())
    assert "\n" not in str(told.value)


def test_a_camera_that_obeys_nobody_and_clips_is_told(rig: Rig) -> None:
    shooter = Shooter(feed=rig.feed, screen=rig.displays[0].opened(), projector_wh=rig.projector_wh)
    with pytest.raises(CalibrationTroubleError, match="too bright"):
        choose_exposure(shooter, None, rate_hz=30.0)


def test_an_arm_that_comes_in_meanwhile_is_told(shooter: Shooter, twin: TwinRig) -> None:
    def reach_in(done: int, of: int) -> None:
        if done == of:
            twin.faults.arm_mm = ((450.0, 0.0), (450.0, 260.0))

    with pytest.raises(CalibrationTroubleError, match="moved on the bench"):
        captured(shooter, reach_in)


def test_light_that_never_comes_steady_ends_in_words_and_not_for_ever(
    shooter: Shooter, twin: TwinRig
) -> None:
    twin.faults.spoil_share = {Spoil.BLENDED: 0.9}
    with pytest.raises(CalibrationTroubleError):
        captured(shooter, nobody_hears)


def test_stopped_half_way_the_projector_is_dark(rig: Rig, small: Station, twin: TwinRig) -> None:
    class Impatient(Book):
        def step(self, done: float) -> None:
            if len(self.chapters) == 3 and done > 0.5:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commissioned(rig, small, FullWishes(), Impatient())
    dark = rig.feed.after(rig.feed.now_s() + 0.5)
    twin.faults.wrong_display = True
    without = rig.feed.after(rig.feed.now_s() + 0.5)
    assert float(np.mean(cv2.absdiff(dark.bgr, without.bgr))) < 4.0, "noise alone"


def test_a_film_cannot_be_calibrated(small: Station, on_exit: ExitStack) -> None:
    film = replace(small, camera=replace(small.camera, source="work.mp4"))
    with pytest.raises(CalibrationTroubleError, match="film"):
        opened_rig(film, RigWishes(), on_exit)
    camera = replace(small, camera=replace(small.camera, source="0"))
    with pytest.raises(CalibrationTroubleError, match="--no-window"):
        opened_rig(camera, RigWishes(window=False), on_exit)
