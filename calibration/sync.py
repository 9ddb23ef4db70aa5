"""Whether a pattern and its inverse were both seen whole: their light must add up to white + black.

For a camera whose levels are proportional to light, P + I = W + B at each pixel, whatever share of
the pattern's light a pixel gets. A frame that is repeated, torn, blended or taken at another gain
breaks this.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Grey
from calibration.trouble import CalibrationTroubleError

Levels = NDArray[np.float32]

FULL_LEVEL = 250
"""From here on a camera's level may be clipped: JPEG and noise move it about below 255."""
LEAST_LIT_LEVELS = 8
"""Light that adds less than this to a pixel says nothing about the pattern."""
LIT_SHARE = 0.2
"""As in `graycode`: lit is what gets this share of the light of the brightest places."""
LEAST_SHARE = 0.02
"""Of the picture that must be lit and not clipped, to judge a pair by it."""
STRIPS, STRIP_ROWS = 8, 36
"""A torn frame spoils some rows only, so each of these strips of rows is judged by itself. What
lies between them is not looked at: it is torn or blended as its neighbours are."""
STRIP_LEAST_PIXELS = 1500
"""A strip with fewer lit pixels is not judged alone: its noise is not small enough."""
ALONG_PX = 7
LAG_PX = 8
"""Stripes stay the same for some pixels along themselves and noise does not: averages of 7 pixels,
8 apart, share the stripes' error but not the noise."""
OFF_LEVELS, OFF_SHARE, OFF_NOISES = 2.5, 0.05, 0.18
"""Off by more than these levels, this share of the light and this share of the noise is out of
step. On the pictures of tests/calibration/test_sync.py (up to 12 levels of noise, gamma up to 2.2,
ambient light up to eight times the projector's) good pairs reach 0.7 of that, and repeated, torn
and blended frames at least 1.3 times."""
GAMMAS = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6, 2.8)
COARSE = 3
"""The gamma is looked for at every third pixel and row of the strips."""
NO_LIGHT = (
    "The camera does not see enough of the projector's light: the picture is too bright or too"
    " dark. Shade the bench from the sun, and let the station choose the exposure again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """How well one pair adds up.

    Attributes:
        off_levels: Mean of |P + I - (W + B)| on lit pixels that are not clipped, grey levels. It
            has the noise in it.
        beyond_noise_levels: Root mean square of the same without the noise, over the picture.
        worst_strip_levels: Likewise, of the worst strip of rows.
        light_levels: What the projector adds to those pixels, on average.
        noise_levels: Standard deviation of the noise in the sum of the four pictures.
        gamma: The camera's: light is taken to be proportional to level ** gamma.
    """

    off_levels: float
    beyond_noise_levels: float
    worst_strip_levels: float
    light_levels: float
    noise_levels: float
    gamma: float

    @property
    def limit_levels(self) -> float:
        """From where on a pair is out of step."""
        return max(OFF_LEVELS, OFF_SHARE * self.light_levels, OFF_NOISES * self.noise_levels)

    @property
    def is_in_step(self) -> bool:
        """Whether the pair can be used; otherwise shoot it again."""
        return max(self.beyond_noise_levels, self.worst_strip_levels) <= self.limit_levels


def sync_of(
    pattern: Grey, inverse: Grey, white: Grey, black: Grey, *, gamma: float | None = None
) -> Sync:
    """Measure how well a pair adds up.

    Args:
        pattern: A stripe pattern, as the camera saw it.
        inverse: Its inverse.
        white: The projector all white.
        black: The projector all black.
        gamma: The camera's, if known (1 for a linear camera; the median that this function found
            on pairs of fine stripes otherwise): then small gain steps are found more surely. None
            takes the gamma for which the pair adds up best.

    Raises:
        CalibrationTroubleError: Hardly any pixel is lit without being clipped.
    """
    strips = _strips(pattern, inverse, white, black)
    pixels = sum(strip.use.size for strip in strips)
    if sum(int(strip.use.sum()) for strip in strips) < LEAST_SHARE * pixels:
        raise CalibrationTroubleError(NO_LIGHT)
    if gamma is None:
        gamma = _gamma(strips)
    judged = [_judged(strip, gamma) for strip in strips]
    counts = np.array([one.pixels for one in judged], np.float64)
    off, square, steady, light = (
        np.array([getattr(one, name) for one in judged])
        for name in ("off", "square", "steady", "light")
    )
    whole = max(0.0, float(np.average(steady, weights=counts)))
    alone = [one.steady for one in judged if one.pixels >= STRIP_LEAST_PIXELS]
    noise = max(0.0, float(np.average(square, weights=counts)) - whole)
    return Sync(
        off_levels=float(np.average(off, weights=counts)),
        beyond_noise_levels=whole**0.5,
        worst_strip_levels=max(0.0, *alone, whole) ** 0.5,
        light_levels=float(np.average(light, weights=counts)),
        noise_levels=noise**0.5,
        gamma=gamma,
    )


def off_levels(pattern: Grey, inverse: Grey, white: Grey, black: Grey) -> float:
    """Mean of |P + I - (W + B)|, grey levels, on lit pixels; see `sync_of`."""
    return sync_of(pattern, inverse, white, black).off_levels


def is_in_step(
    pattern: Grey, inverse: Grey, white: Grey, black: Grey, *, gamma: float | None = None
) -> bool:
    """Whether a pair can be used; see `sync_of` and `Sync`."""
    return sync_of(pattern, inverse, white, black, gamma=gamma).is_in_step


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Strip:
    """Some rows of the four pictures.

    Attributes:
        pictures: Pattern, inverse, white, black.
        added: What the projector adds, levels.
        use: Lit, and not clipped in any of the four.
    """

    pictures: tuple[Grey, Grey, Grey, Grey]
    added: Grey
    use: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Means over the usable pixels of a strip: of |off|, off squared, its part that is no noise."""

    pixels: int
    off: float
    square: float
    steady: float
    light: float


def _strips(pattern: Grey, inverse: Grey, white: Grey, black: Grey) -> list[_Strip]:
    added = np.asarray(cv2.subtract(white[::4, ::4], black[::4, ::4]), np.uint8)
    lit_from = max(LEAST_LIT_LEVELS, LIT_SHARE * float(np.percentile(added, 99)))
    tall = len(white)
    tops = np.linspace(0, max(0, tall - STRIP_ROWS), STRIPS).astype(int)
    strips = []
    for top in tops:
        rows = slice(top, min(tall, top + STRIP_ROWS))
        cut = (pattern[rows], inverse[rows], white[rows], black[rows])
        light = np.asarray(cv2.subtract(cut[2], cut[3]), np.uint8)
        brightest = cv2.max(cv2.max(cut[0], cut[1]), cut[2])
        use = (light >= lit_from) & (np.asarray(brightest) < FULL_LEVEL)
        strips.append(_Strip(pictures=cut, added=light, use=use))
    return strips


def _judged(strip: _Strip, gamma: float) -> _Judged:
    pixels = int(strip.use.sum())
    if not pixels:
        return _Judged(pixels=0, off=0.0, square=0.0, steady=0.0, light=0.0)
    off = _off(strip, gamma)
    off[~strip.use] = 0.0
    return _Judged(
        pixels=pixels,
        off=float(cv2.norm(off, cv2.NORM_L1)) / pixels,
        square=float(cv2.norm(off, cv2.NORM_L2SQR)) / pixels,
        steady=_steady(off, strip.use.astype(np.float32)),
        light=float(strip.added[strip.use].mean()),
    )


def _off(strip: _Strip, gamma: float) -> Levels:
    """P + I - (W + B) in light, given in grey levels at each pixel's own brightness."""
    if gamma == 1.0:
        pattern, inverse, white, black = strip.pictures
        total = cv2.add(pattern, inverse, dtype=cv2.CV_32F)
        return np.asarray(total - cv2.add(white, black, dtype=cv2.CV_32F), np.float32)
    to_light = (255.0 * (np.arange(256) / 255.0) ** gamma).astype(np.float32)
    one, other, white_light, black_light = (
        np.asarray(cv2.LUT(np.ascontiguousarray(picture), to_light), np.float32)
        for picture in strip.pictures
    )
    off = one + other - white_light - black_light
    # One unit of light is this many levels where the projector's light lies at this pixel.
    off *= strip.added / np.maximum(white_light - black_light, np.float32(1e-3))
    return off


def _gamma(strips: list[_Strip]) -> float:
    """The gamma for which the pair adds up best.

    On whole stripes the sum holds for any gamma, since P and I are W and B there; on their borders
    it holds for the right one only. So a good pair is not called bad because of the camera's
    gamma; and a bad pair is off on whole stripes, which no gamma mends.
    """
    thin = (slice(None, None, COARSE), slice(None, None, COARSE))
    joined = [np.concatenate([one.pictures[n][thin] for one in strips]) for n in range(4)]
    small = _Strip(
        pictures=(joined[0], joined[1], joined[2], joined[3]),
        added=np.concatenate([one.added[thin] for one in strips]),
        use=np.concatenate([one.use[thin] for one in strips]),
    )
    costs = [float(np.square(_off(small, gamma)[small.use]).mean()) for gamma in GAMMAS]
    return GAMMAS[int(np.argmin(costs))]


def _steady(off: Levels, use: Levels) -> float:
    """Mean square of what is off the same way along a row or a column: the noise is not in it."""
    strongest = 0.0
    for across, down in ((ALONG_PX, 1), (1, ALONG_PX)):
        size = (across, down)
        total = np.asarray(cv2.blur(off, size, borderType=cv2.BORDER_CONSTANT))
        share = np.asarray(cv2.blur(use, size, borderType=cv2.BORDER_CONSTANT))
        sure = (share > 0.5).astype(np.float32)  # noqa: PLR2004 - more than half are usable
        mean = total / np.maximum(share, np.float32(0.5)) * sure
        if down > 1:  # so that both directions run along the second axis
            mean, sure = mean.T, sure.T
        pairs = float((sure[:, LAG_PX:] * sure[:, :-LAG_PX]).sum())
        together = float((mean[:, LAG_PX:] * mean[:, :-LAG_PX]).sum())
        strongest = max(strongest, together / max(1.0, pairs))
    return strongest
