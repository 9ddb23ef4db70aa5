"""Watches while work goes on whether camera, projector or bench have moved, and mends it.

At step changes five small marks flash at the rim. A little off: the station calibrates itself
again as soon as hands are away. Far off: guidance stops to rely on the place of light meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import replace

from calibration.drift import Drift, Grade, drift_of, drift_reference
from calibration.model import Calibration
from calibration.store import CalibrationFileError
from calibration.trouble import CalibrationTroubleError
from projector.aim import Aim
from station.calibration_in_use import CalibrationInUse, Change
from station.drift_acts import (
    Came,
    FrameFrom,
    Frames,
    Stage,
    Waits,
    measured,
    quick_again,
    result_of,
)
from station.drift_judge import DriftJudge
from station.drift_rim import RimMarks, rim_marks
from station.drift_words import off_by_mm
from station.light_wait import light_wait_s
from station.vision_orders import VisionOrders
from station.watch import Seen
from station_config.station import PolygonMm, Station
from vision.light import LightNotice
from vision.observations import Observation

logger = logging.getLogger(__name__)

EVERY_S = 5.0
"""Steps may change each second; nobody bumps a projector that often."""
AGAIN_S = 2.0
"""When something has moved it is looked at more often: somebody may be setting it right."""
AFTER_LIGHT_S = 0.4
"""The step's own change of light is over by then, in the picture and in the eyes."""
HANDS_AWAY_S = 0.3
"""Hands that are away this long are not just between two pictures."""
IMPATIENT_S = 2.5
"""When hands are never away, the marks are tried all the same: few of them are covered."""
REST_MM = 160.0
"""Hands at rest lie on the edge of the bench, a hand's length over it. They hide a few corners of a
pattern there and no printed tag."""
FRAME_WITHIN_S = 2.0
"""An act whose frame does not come is given up: the camera has other troubles."""
EYES_SHUT_AFTER_S = 0.1
"""A camera may smear the end of a flash into another frame or two."""
MOST_WAIT_S = 0.4
ZERO_MM, ZERO_WITHIN_S = 1.0, 6.0
"""What is measured within this time after a quick calibration, and is less off than this, is that
calibration's own error."""

Act = Generator[Waits, Came, Drift | Calibration | None]


class DriftWatch:
    """One station's watch over itself. Main thread only; sums are done beside it.

    Attributes:
        drift: What was measured last.
    """

    def __init__(
        self,
        station: Station,
        in_use: CalibrationInUse,
        *,
        stage: Stage,
        orders: VisionOrders,
        notice: Callable[[LightNotice], None],
    ) -> None:
        """Watch from now on, if the calibration was made with printed tags.

        Args:
            station: The bench.
            in_use: The calibration in force; a quick one replaces it.
            stage: Where light is laid and sums are done.
            orders: How frames come out of the vision thread.
            notice: Tells the eyes that light changes.
        """
        self._station, self._in_use = station, in_use
        self._stage, self._orders, self._notice = stage, orders, notice
        self._wait_for(in_use.now)
        self._judge = DriftJudge()
        self._act: Act | None = None
        self._act_began_s, self._bare = 0.0, False
        self._waits: Waits | None = None
        self._due_s: float | None = None
        self._last_s = self._hands_s = self._light_s = self._zero_until_s = float("-inf")
        self._change: Change | None = None
        self._marks: RimMarks | None = None
        self._marks_for: Calibration | None = in_use.now
        self.drift: Drift | None = None

    @property
    def aim(self) -> Aim:
        """How far light can be trusted to land where it should."""
        return self._judge.aim

    @property
    def trouble(self) -> str | None:
        """What a coach must know of where light lands; None when all is well."""
        return self._judge.trouble

    def take_change(self) -> Change | None:
        """What changed since the last call because the station calibrated itself."""
        change, self._change = self._change, None
        return change

    def calibrated_anew(self) -> None:
        """Another calibration is in force: what was known of drift is about the old one."""
        self._stop_act()
        self._judge.mended()
        self._use(self._in_use.now)

    def turn(self, now_s: float, seen: Seen | None, *, stepped: bool, lit: bool) -> None:
        """Go on a little.

        Args:
            now_s: On the clock of the frames.
            seen: What was seen in this turn.
            stepped: The worker has come to another step.
            lit: The worker's light changed in this turn.
        """
        if lit:
            self._light_s = now_s
        if stepped and self._due_s is None:
            self._due_s = now_s
        if self._act is not None:
            self._go_on(now_s)
        elif self._marks_for is not None:
            self._begin(self._prepare(self._marks_for), now_s)
        elif seen is not None and self._marks is not None:
            self._consider(self._marks, seen, now_s)

    def _consider(self, marks: RimMarks, seen: Seen, now_s: float) -> None:
        """Begin to measure or to mend if that is due, and hands leave room for it."""
        if seen.sight.trouble is not None or reaches_in(
            seen.sight.observation, self._station.bench_mm
        ):
            self._hands_s = now_s
        if now_s - self._light_s < AFTER_LIGHT_S:
            return
        self._bare = now_s - self._hands_s >= HANDS_AWAY_S
        if self._bare and self._judge.wants_mending(now_s):
            self._begin(self._mend(), now_s)
        elif self._is_due(now_s):
            self._begin(self._measure(marks), now_s)

    def _is_due(self, now_s: float) -> bool:
        since_s = now_s - self._last_s
        if self._judge.suspects:
            return self._bare or since_s >= IMPATIENT_S
        if not self._judge.is_well:
            return since_s >= AGAIN_S and (self._bare or since_s >= IMPATIENT_S)
        if self._due_s is None or since_s < EVERY_S:
            return False
        return self._bare or now_s - self._due_s >= IMPATIENT_S

    def _prepare(self, calibration: Calibration) -> Generator[Waits, Came, None]:
        """Work out the marks for a calibration: a second of sums, beside the loop."""
        self._marks_for = None
        self._marks = yield from result_of(
            self._stage, lambda: rim_marks(self._station, calibration)
        )

    def _measure(self, marks: RimMarks) -> Act:
        self._due_s = None
        stage = replace(self._stage, told=lambda: self._tell_eyes(marks.areas_mm))
        drift, seen = yield from measured(stage, marks.reference, marks.pictures, marks.parts_px)
        self._last_s = self._stage.now_s()
        if self._last_s < self._zero_until_s and drift is not None and drift.grade is Grade.YELLOW:
            drift = self._zeroed(marks, drift, seen)
        self.drift = drift
        if (drift is None or drift.seen == 0) and self._bare:
            # Perhaps this computer is so busy that frames come late.
            longer_s = min(self._stage.wait_s + 1.0 / self._station.camera.rate_hz, MOST_WAIT_S)
            self._stage = replace(self._stage, wait_s=longer_s)
        self._judge.hear(drift, bare=self._bare)
        logger.debug("drift: %s", drift)
        return drift

    def _mend(self) -> Act:
        began_s = self._stage.now_s()
        self._orders.shut_eyes(began_s, float("inf"))
        stage = replace(self._stage, told=lambda: self._open_eyes_soon(began_s))
        try:
            made = yield from quick_again(
                stage,
                self._in_use.now,
                self._station,
                camera_still=self._judge.camera_still,
            )
            self._change = self._in_use.keep(made)
        except (CalibrationTroubleError, CalibrationFileError) as error:
            logger.warning("the station could not set itself right: %s", error)
            self._judge.failed(str(error), self._stage.now_s())
            return None
        logger.info("the station has set itself right: %s", self.trouble)
        self._judge.mended()
        self._use(made)
        self._zero_until_s = self._stage.now_s() + ZERO_WITHIN_S
        return made

    def _use(self, calibration: Calibration) -> None:
        """Measure with another calibration from now on, and do so soon."""
        self._wait_for(calibration)
        self._marks, self._marks_for = None, calibration
        self._last_s, self._due_s = float("-inf"), self._stage.now_s()

    def _wait_for(self, calibration: Calibration) -> None:
        """As long as this projector takes, and one frame."""
        wait_s = light_wait_s(calibration, self._station.camera.rate_hz)
        self._stage = replace(self._stage, wait_s=wait_s)

    def _zeroed(self, marks: RimMarks, drift: Drift, seen: Frames) -> Drift:
        """Take what is seen just after a quick calibration for the place where all should be.

        A quick calibration is off by some tenths of a millimetre itself, and would be made again
        and again.
        """
        self._zero_until_s = float("-inf")
        off_mm = off_by_mm(drift)
        if off_mm is None or off_mm > ZERO_MM:
            return drift
        calibration = self._in_use.now
        try:
            reference = drift_reference(calibration, marks.places_mm, just_seen=seen)
        except CalibrationTroubleError:
            return drift
        self._marks = replace(marks, reference=reference)
        return drift_of(reference, *seen) or drift

    def _tell_eyes(self, areas_mm: tuple[PolygonMm, ...]) -> None:
        self._notice(LightNotice(at_s=self._stage.now_s(), areas_mm=areas_mm, returns=True))

    def _open_eyes_soon(self, began_s: float) -> None:
        """Each change of light keeps them shut until it must be over."""
        until_s = self._stage.now_s() + 2.0 * self._stage.wait_s + EYES_SHUT_AFTER_S
        self._orders.shut_eyes(began_s, until_s)

    def _begin(self, act: Act, now_s: float) -> None:
        self._act = act
        self._resume(None, now_s)

    def _go_on(self, now_s: float) -> None:
        """Send the act what it waits for, if that has come."""
        if isinstance(self._waits, Future):
            if self._waits.done():
                self._resume(None, now_s)
            return
        frame = self._orders.taken_frame()
        if frame is not None:
            self._resume(frame, now_s)
        elif now_s - self._act_began_s > FRAME_WITHIN_S:
            logger.warning("no frame came to measure drift with")
            self._stop_act()

    def _resume(self, came: Came, now_s: float) -> None:
        act = self._act
        if act is None:
            return
        try:
            self._waits = act.send(came)
        except StopIteration:
            self._act = None
            return
        except Exception as error:
            # Whatever goes wrong here, the worker's run goes on.
            logger.exception("watching drift failed")
            self._act = None
            self._last_s = now_s
            self._judge.failed(str(error), now_s)
            return
        self._act_began_s = now_s
        if isinstance(self._waits, FrameFrom):
            self._orders.ask_frame(self._waits.at_s)

    def _stop_act(self) -> None:
        """Give up what is under way; its light is taken away."""
        act, self._act = self._act, None
        self._orders.forget_frame()
        if act is not None:
            act.close()


def reaches_in(seen: Observation, bench_mm: tuple[float, float]) -> bool:
    """Whether a hand or an arm reaches further over the bench than one at rest."""
    tips = [arm.tip_mm for arm in seen.arms]
    tips += [(float(x), float(y)) for hand in seen.hands for x, y in hand.landmarks_mm]
    width_mm, depth_mm = bench_mm
    return any(min(x, y, width_mm - x, depth_mm - y) > REST_MM for x, y in tips)
