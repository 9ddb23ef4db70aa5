"""Takes one gray-code capture: every pattern with its inverse, and only bad pairs again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NoReturn

import cv2
import numpy as np

from calibration.graycode import Grey, Pair, Stack, stack_in_our_order
from calibration.patterns import gray_pictures
from calibration.sync import is_in_step
from calibration.trouble import CalibrationTroubleError
from station.calibrating.exposure import CLIPPED, CLIPPED_SHARE, Brightness
from station.calibrating.shooting import Shooter

ROUNDS = 5
"""Times that bad pairs are taken again. The settle time doubles each time, from 60 ms to 0.5 s."""
IN_A_ROW = 3
"""One bad frame is bad luck; of these in a row two bad ones mean that the wait is too short."""
MOVED_LEVELS = 20
MOVED_SHARE = 0.004
"""A hand of 80 x 180 mm is 2.7 % of a bench of 900 x 600 mm, a fingertip at the edge 0.1 %."""
ROOM_SHARE = 0.5
"""When more than this of the picture is another, it was not a hand."""
UNSTEADY = (
    "The pictures never come out steady, however long the station waits. Keep hands and everything"
    " that moves off the bench; switch off what the projector does to its picture by itself"
    " (dynamic contrast, eco light, smooth motion) and lamps that flicker; then start again."
)
IN_THE_WAY = (
    "Something moved on the bench between the first and the last picture ({share:.1%} of it looks"
    " otherwise). Take hands, sleeves and loose things off the bench and start again."
)
ROOM_CHANGED = (
    "The light of the room changed between the first and the last picture, or the camera set itself"
    " anew. Keep the light as it is, switch the camera's automatic exposure off, and start again."
)
Told = Callable[[int, int], None]
"""Is told how many pictures of how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A capture and how it went.

    Attributes:
        stack: The pictures.
        pairs_again: How many pairs had to be taken again.
        settle_s: The settle time at the end.
    """

    stack: Stack
    pairs_again: int
    settle_s: float


def captured(shooter: Shooter, told: Told) -> Capture:
    """Show and take all pictures of one capture.

    Pairs are judged in a thread beside the one that takes pictures.

    Raises:
        CalibrationTroubleError: Something moves, the light changes or the picture is clipped.
    """
    with ThreadPoolExecutor(1, "judge") as judge:
        return _Capturing(shooter, told, judge).all()


class _Capturing:
    """One capture under way."""

    def __init__(self, shooter: Shooter, told: Told, judge: ThreadPoolExecutor) -> None:
        self._shooter, self._told, self._judge = shooter, told, judge
        pictures = list(gray_pictures(shooter.projector_wh))
        self._whole, self._nothing, *stripes = pictures
        self._shown = list(zip(stripes[::2], stripes[1::2], strict=True))
        self._taken: dict[int, Pair] = {}
        self._verdicts: dict[int, Future[bool]] = {}
        self._pairs_again = 0

    def all(self) -> Capture:
        self._take_plain()
        self._take(range(len(self._shown)))
        for _ in range(ROUNDS):
            bad = self._bad()
            if not bad:
                break
            self._shooter.slower()
            if 2 * len(bad) > len(self._shown):
                self._take_plain_again()
                bad = self._bad()
            self._pairs_again += len(bad)
            self._take(bad)
        if bad := self._bad():
            self._tell_why(bad[0])
        self._check_nothing_moved()
        pairs = [self._taken[number] for number in range(len(self._shown))]
        flat = [self._white, self._black, *(picture for pair in pairs for picture in pair)]
        return Capture(
            stack=stack_in_our_order(flat, self._shooter.projector_wh),
            pairs_again=self._pairs_again,
            settle_s=self._shooter.settle_s,
        )

    def _take_plain(self) -> None:
        self._white = self._shooter.shot(self._whole)
        self._black = self._shooter.shot(self._nothing)

    def _take_plain_again(self) -> None:
        """When most pairs are bad, it may be white or black that came out wrong."""
        self._take_plain()
        for number in self._taken:
            self._judge_pair(number)

    def _take(self, numbers: Sequence[int]) -> None:
        """Take these pairs; wait longer from the moment on at which that proves too short."""
        since = 0
        for place, number in enumerate(numbers):
            pattern, inverse = self._shown[number]
            self._taken[number] = self._shooter.shot(pattern), self._shooter.shot(inverse)
            self._judge_pair(number)
            self._told(2 * len(self._taken) + 2, 2 * len(self._shown) + 2)
            newest = numbers[max(since, place - IN_A_ROW) : place]
            if sum(self._is_known_bad(one) for one in newest) >= IN_A_ROW - 1:
                self._shooter.slower()
                self._take_plain_again()
                since = place + 1

    def _judge_pair(self, number: int) -> None:
        pictures = (*self._taken[number], self._white, self._black)
        self._verdicts[number] = self._judge.submit(_fits, *pictures)

    def _is_known_bad(self, number: int) -> bool:
        verdict = self._verdicts[number]
        return verdict.done() and not verdict.result()

    def _bad(self) -> list[int]:
        return [number for number, verdict in self._verdicts.items() if not verdict.result()]

    def _tell_why(self, number: int) -> NoReturn:
        """Raise what is wrong with this pair: too little light to judge it, or it is unsteady."""
        is_in_step(*self._taken[number], self._white, self._black)
        raise CalibrationTroubleError(UNSTEADY)

    def _check_nothing_moved(self) -> None:
        """Look at white and black once more: are they as those that the pairs fit?"""
        white, black = self._shooter.shot(self._whole), self._shooter.shot(self._nothing)
        share = max(moved_share(white, self._white), moved_share(black, self._black))
        if share > ROOM_SHARE:
            raise CalibrationTroubleError(ROOM_CHANGED)
        if share > MOVED_SHARE:
            raise CalibrationTroubleError(IN_THE_WAY.format(share=share))
        clipped = Brightness(white=white, black=black).clipped_share
        if clipped > CLIPPED_SHARE:
            raise CalibrationTroubleError(CLIPPED.format(share=clipped))


def _fits(pattern: Grey, inverse: Grey, white: Grey, black: Grey) -> bool:
    """Whether a pair is in step. White that came out wrong may leave nothing to judge it by."""
    try:
        return is_in_step(pattern, inverse, white, black)
    except CalibrationTroubleError:
        return False


def moved_share(one: Grey, other: Grey) -> float:
    """How much of two pictures of the same thing differs, 0 to 1; noise is smoothed away."""
    small = [
        cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        for picture in (one, other)
    ]
    return float(np.mean(cv2.absdiff(small[0], small[1]) > MOVED_LEVELS))
