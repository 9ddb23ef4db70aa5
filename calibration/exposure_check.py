"""Whether the light of a capture is good enough to be decoded and measured."""

from __future__ import annotations

import numpy as np

from calibration.graycode import LEAST_LIT_LEVELS, Grey, Mask

CLIPPED_FROM = 254
"""A pixel this bright has lost its pattern: 255 is full, and JPEG takes one off."""
MOST_CLIPPED = 0.03
"""Share of the bench. A lamp's reflection is less; a wrong exposure is far more."""
SUN_FROM = 235
"""The black picture must leave room for the projector's light."""
MOST_SUNNY = 0.03
MOST_DIM = 0.7
"""Share of the bench: where the projector does not reach is told by the coverage, with its side."""
PATCH_BRIGHTER = 2.0
"""Where the room's light is so many times that of most of the bench, the sun or a lamp shines;
a lamp's own fall-off over a bench is 1.5 at most."""
PATCH_SHARE = 0.01


def light_remark(black: Grey, surface: Mask, where: str) -> str:
    """What a person should know of the room's light on a surface; empty when it is even."""
    levels = black[surface]
    if not levels.size:
        return ""
    usual = max(8.0, float(np.median(levels)))
    share = float(np.mean(levels > PATCH_BRIGHTER * usual))
    if share < PATCH_SHARE:
        return ""
    return (
        f"The sun or a lamp shines on {share:.0%} of the {where}: projected light is hard to see"
        " there, and lands less surely. Close the blinds or turn the lamp away, and calibrate anew."
    )


def light_trouble(white: Grey, black: Grey, surface: Mask, where: str) -> str:
    """What is wrong with the light on a surface, and what to do; empty when it is good.

    Args:
        white: With the projector all white.
        black: With the projector all black.
        surface: Where in the picture it lies.
        where: What to call it: `bench` or `plate`.
    """
    total = max(1, int(surface.sum()))
    sunny = int((surface & (black >= SUN_FROM)).sum()) / total
    if sunny > MOST_SUNNY:
        return (
            f"{sunny:.0%} of the {where} is too bright without the projector's light: the sun or a"
            " lamp shines on it. Close the blinds or turn the lamp away, and try again."
        )
    clipped = int((surface & (white >= CLIPPED_FROM)).sum()) / total
    if clipped > MOST_CLIPPED:
        return (
            f"{clipped:.0%} of the {where} is too bright for the camera. Shorten its exposure, or"
            " let the calibration choose it, and try again."
        )
    added = white[surface].astype(np.int16) - black[surface]
    dim = float(np.mean(added < LEAST_LIT_LEVELS)) if added.size else 1.0
    if dim > MOST_DIM:
        return (
            f"The projector's light hardly shows on the {where}: {dim:.0%} of it gets under"
            f" {LEAST_LIT_LEVELS} of 255 grey levels more than without. Is the projector on, does"
            " it shine on the bench, is its lens open? If so, make the room darker or the camera's"
            " exposure longer."
        )
    return ""
