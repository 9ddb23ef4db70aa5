"""What follows from measured drift: trust in the light, words for the coach, when to mend."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.drift import Drift, Grade, Mover
from projector.aim import Aim
from projector.recorder import Recorder
from station.drift_judge import HIDDEN, UNSEEN, DriftJudge
from station.drift_watch import reaches_in
from station.light_over import LightOver
from station.vision_orders import VisionOrders
from vision.frames import Frame
from vision.observations import ArmSeen, Observation

GREEN = Drift(
    camera_mm=0.0,
    projector_mm=0.03,
    bench_mm=0.0,
    who=None,
    grade=Grade.GREEN,
    seen=5,
    tags_seen=4,
    light_mm=0.03,
)


def bumped(mm: float, who: Mover = Mover.PROJECTOR) -> Drift:
    return Drift(
        camera_mm=mm if who is Mover.CAMERA else 0.0,
        projector_mm=mm if who is Mover.PROJECTOR else 0.0,
        bench_mm=mm if who is Mover.BENCH else 0.0,
        who=who,
        grade=Grade.RED if mm >= 5.0 else Grade.YELLOW,
        seen=5,
        tags_seen=4,
        light_mm=mm,
    )


NO_MARK = Drift(
    camera_mm=None,
    projector_mm=None,
    bench_mm=None,
    who=None,
    grade=Grade.RED,
    seen=0,
    tags_seen=4,
    light_mm=None,
)


def heard(*drifts: Drift | None) -> DriftJudge:
    judge = DriftJudge()
    for drift in drifts:
        judge.hear(drift, bare=True)
    return judge


def test_as_long_as_nothing_moved_there_is_nothing_to_tell() -> None:
    judge = heard(GREEN, None, GREEN)
    assert judge.is_well
    assert judge.trouble is None
    assert judge.aim is Aim.EXACT


def test_one_measurement_alone_is_not_believed_but_looked_at_again() -> None:
    judge = heard(bumped(2.0))
    assert judge.trouble is None
    assert judge.suspects
    assert not judge.wants_mending(0.0)
    assert heard(bumped(2.0), GREEN).is_well


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (Mover.PROJECTOR, "The projector has moved: its light lands 2.0 mm beside its place."),
        (Mover.CAMERA, "The camera has moved: it sees the bench 2.0 mm beside its place."),
        (Mover.BENCH, "The bench has moved by 2.0 mm."),
    ],
)
def test_who_moved_and_how_far_is_told_and_what_the_station_does(who: Mover, said: str) -> None:
    judge = heard(bumped(2.0, who), bumped(2.0, who))
    assert judge.trouble is not None
    assert judge.trouble.startswith(said)
    assert "as soon as hands are off the bench" in judge.trouble
    assert judge.aim is Aim.EXACT, "a contour is wider than this"
    assert judge.wants_mending(0.0)


def test_far_off_the_contour_goes_and_farther_all_pointing() -> None:
    near = heard(bumped(9.0), bumped(9.0))
    assert near.aim is Aim.BESIDE
    assert "without contours" in str(near.trouble)
    far = heard(bumped(31.0), bumped(31.0))
    assert far.aim is Aim.NOWHERE
    assert "words and buttons" in str(far.trouble)


def test_what_cannot_be_mended_is_tried_again_ever_more_rarely_and_trusted_less() -> None:
    judge = heard(bumped(9.0), bumped(9.0))
    judge.failed("Take things off the bench.", 100.0)
    assert "It could not set itself right: Take things off the bench." in str(judge.trouble)
    assert judge.aim is Aim.BESIDE
    assert not judge.wants_mending(104.0)
    assert judge.wants_mending(105.0)
    judge.failed("Take things off the bench.", 105.0)
    assert judge.aim is Aim.NOWHERE
    assert not judge.wants_mending(114.0)
    assert judge.wants_mending(115.0)


def test_mended_by_the_station_or_pushed_back_by_hand_all_is_well_again() -> None:
    judge = heard(bumped(9.0), bumped(9.0))
    judge.mended()
    assert (judge.is_well, judge.aim, judge.trouble) == (True, Aim.EXACT, None)
    assert heard(bumped(9.0), bumped(9.0), GREEN).is_well


def test_marks_that_land_nowhere_are_light_that_is_lost_but_not_at_once() -> None:
    assert heard(*[NO_MARK] * (UNSEEN - 1)).is_well
    judge = heard(*[NO_MARK] * UNSEEN)
    assert judge.aim is Aim.NOWHERE
    assert "nowhere to be found" in str(judge.trouble)
    assert judge.wants_mending(0.0)
    judge.hear(bumped(2.0), bare=True)
    assert judge.aim is Aim.EXACT


def test_things_on_the_rim_are_told_and_guidance_stays() -> None:
    judge = heard(*[None] * HIDDEN)
    assert "off the rim" in str(judge.trouble)
    assert judge.aim is Aim.EXACT
    assert not judge.wants_mending(0.0)
    judge = DriftJudge()
    for _ in range(3 * HIDDEN):
        judge.hear(None, bare=False)
    assert judge.trouble is None, "hands hide them too"


def test_hands_at_rest_on_the_edge_do_not_reach_in() -> None:
    def arm_to(x_mm: float, y_mm: float) -> Observation:
        arm = ArmSeen(
            tip_mm=(x_mm, y_mm), grip_mm=(x_mm, y_mm - 30.0), area_mm2=9000.0, is_a_hand=False
        )
        return Observation(at_s=0.0, arms=(arm,))

    bench_mm = (900.0, 600.0)
    assert not reaches_in(Observation(at_s=0.0), bench_mm)
    assert not reaches_in(arm_to(420.0, 110.0), bench_mm)
    assert reaches_in(arm_to(420.0, 260.0), bench_mm)


def test_light_laid_over_the_workers_stands_in_its_parts_alone_and_is_lifted_whole() -> None:
    recorder = Recorder()
    over = LightOver(recorder)
    below = np.full((60, 80, 4), 40, np.uint8)
    over.put(below, [(0, 0, 80, 60)])
    layer = np.full((60, 80), 255, np.uint8)
    over.lay(layer, [(10, 10, 20, 20)])
    shown = recorder.picture_bgrx
    assert shown is not None
    assert (shown[10:30, 10:30, :3] == 255).all()
    assert (shown[:, 40:] == 40).all()

    below[:, :, :3] = 90
    over.put(below, [(0, 0, 80, 60)])
    assert (shown[10:30, 10:30, :3] == 255).all(), "the worker's light changes beneath"
    assert (shown[:, 40:, :3] == 90).all()

    over.lay(np.zeros_like(layer), [(50, 10, 20, 20)])
    assert (shown[10:30, 10:30, :3] == 90).all()
    assert (shown[10:30, 50:70, :3] == 0).all()
    over.lift()
    assert (shown[:, :, :3] == 90).all()


def test_without_a_layer_light_goes_through_as_it_is() -> None:
    class Keeps:
        """Keeps the very arrays it was given."""

        def __init__(self) -> None:
            self.given: list[object] = []

        def put(self, picture_bgrx: object, changed_px: object) -> None:
            self.given += [picture_bgrx, changed_px]

        def close(self) -> None:
            """Nothing to let go of."""

    below, changed = np.zeros((4, 4, 4), np.uint8), [(0, 0, 4, 4)]
    keeps = Keeps()
    LightOver(keeps).put(below, changed)
    assert keeps.given[0] is below
    assert keeps.given[1] is changed


def frame_at(taken_s: float) -> Frame:
    return Frame(taken_s=taken_s, bgr=np.zeros((4, 4, 3), np.uint8), read_s=taken_s)


def test_a_frame_is_kept_when_it_was_asked_for_and_only_then() -> None:
    orders = VisionOrders()
    assert orders.offer(frame_at(1.0))
    assert orders.taken_frame() is None
    orders.ask_frame(2.0)
    orders.offer(frame_at(1.9))
    assert orders.taken_frame() is None
    orders.offer(frame_at(2.1))
    orders.offer(frame_at(2.2))
    taken = orders.taken_frame()
    assert taken is not None
    assert taken.taken_s == 2.1
    assert orders.taken_frame() is None


def test_shut_eyes_open_by_themselves() -> None:
    orders = VisionOrders()
    orders.shut_eyes(1.0, 2.0)
    looked = [orders.offer(frame_at(taken_s)) for taken_s in (0.9, 1.0, 1.5, 2.0, 2.5)]
    assert looked == [True, False, False, True, True]
