"""What measured drift means: how far light can be trusted, what to tell, and when to mend. Pure."""

from __future__ import annotations

from calibration.drift import STILL_MM, Drift, Grade, Mover
from projector.aim import BESIDE_OFF_MM, Aim
from station.drift_words import LOST, moved, off_by_mm

AGREE = 2
"""Measurements in a row that must say so before anything is done about it."""
UNSEEN = 4
"""Times in a row that the printed tags were seen and not one mark: then light lands elsewhere. Once
or twice it may be a computer so busy that frames come late."""
HIDDEN = 12
"""Times in a row that nothing could be said though no hand was there: things lie on the rim."""
RETRY_S, RETRY_MOST_S = 5.0, 120.0
"""Between attempts to mend; each failure doubles it: the whole bench flashes each time."""
PROJECTOR_ONLY_MM = 0.3
NOWHERE_AFTER = 2
"""Attempts that fail before a picture beside the work is too much to promise as well."""

SETS_ITSELF = "The station sets itself right as soon as hands are off the bench."
CANNOT = "It could not set itself right: {why}"
BY_HAND = "Calibrate again when the worker has a break: handwijzer calibrate run."
COVERED = (
    "The marks at the rim that show whether anything has moved cannot be seen. Take things off the"
    " rim of the bench."
)
SHOWN = {
    Aim.EXACT: "",
    Aim.BESIDE: "Until then pictures and words stand beside the work, without contours.",
    Aim.NOWHERE: "Until then there are words and buttons, and no light on the work.",
}


class DriftJudge:
    """Hears measurements and attempts to mend, and says what follows.

    Attributes:
        standing: The drift that stands; None while nothing has moved.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        """Nothing has moved."""
        self.standing: Drift | None = None
        self._lost = False
        self._suspected, self._unseen, self._hidden, self._failed = 0, 0, 0, 0
        self._why = ""
        self._mend_from_s = float("-inf")

    @property
    def is_well(self) -> bool:
        """Whether light lands where it should, as far as is known."""
        return self.standing is None and not self._lost

    @property
    def suspects(self) -> bool:
        """Whether a first measurement waits for a second that agrees."""
        return self.is_well and self._suspected + self._unseen > 0

    @property
    def aim(self) -> Aim:
        """How far light can be trusted to land where it should."""
        if self._lost:
            return Aim.NOWHERE
        if self.standing is None or self.standing.grade is not Grade.RED:
            return Aim.EXACT
        off_mm = off_by_mm(self.standing)
        if off_mm is None or off_mm > BESIDE_OFF_MM or self._failed >= NOWHERE_AFTER:
            return Aim.NOWHERE
        return Aim.BESIDE

    @property
    def trouble(self) -> str | None:
        """What a coach must know; None when all is well."""
        if self.is_well:
            return COVERED if self._hidden >= HIDDEN else None
        what = LOST if self.standing is None else moved(self.standing)
        then = [CANNOT.format(why=self._why), BY_HAND] if self._failed else [SETS_ITSELF]
        return " ".join([what, *then, SHOWN[self.aim]]).strip()

    @property
    def camera_still(self) -> bool:
        """Whether camera and bench are known to be where they were."""
        drift = self.standing
        if drift is None or drift.camera_mm is None or drift.bench_mm is None:
            return False
        # The projector's own light, moved, falls otherwise on the tags: of that, a little is still.
        limit_mm = PROJECTOR_ONLY_MM if drift.who is Mover.PROJECTOR else STILL_MM
        return max(drift.camera_mm, drift.bench_mm) < limit_mm

    def wants_mending(self, now_s: float) -> bool:
        """Whether to calibrate quickly, once hands are away."""
        return not self.is_well and now_s >= self._mend_from_s

    def hear(self, drift: Drift | None, *, bare: bool) -> None:
        """Take a measurement.

        Args:
            drift: What was measured; None when it could not be said.
            bare: No hand was there that could have hidden the marks.
        """
        if drift is None:
            self._hidden += bare
            return
        self._hidden = 0
        if drift.seen == 0:
            self._unseen += 1
            if self._unseen >= UNSEEN:
                self.standing, self._lost = None, True
            return
        self._unseen = 0
        if drift.grade is Grade.GREEN:
            self._forget()
            return
        self._suspected += 1
        if self._suspected >= AGREE or not self.is_well:
            self.standing, self._lost = drift, False

    def mended(self) -> None:
        """A quick calibration is in force."""
        self._forget()

    def failed(self, why: str, now_s: float) -> None:
        """A quick calibration could not be made; it will be tried again, but less and less."""
        self._failed += 1
        self._why = why
        self._mend_from_s = now_s + min(RETRY_S * 2 ** (self._failed - 1), RETRY_MOST_S)
