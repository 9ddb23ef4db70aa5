"""Marks become a picture for the projector, and only what changed is painted again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import cos, floor, tau
from typing import TYPE_CHECKING

import cv2
import numpy as np

from projector.pieces import Shape, pieces_of
from projector.sprites import Painter, Sprite
from projector.typefaces import Typefaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from calibration.space import SpaceMap
    from projector.pieces import Piece
    from projector.scene import Mark
    from projector.screen import RectPx

PULSE_HZ = 0.4
"""About the pace of calm breathing. WCAG 2.3.1 forbids more than three flashes a second."""

PULSE_LOW = 0.55
"""Brightness at the end of a breath; 1 at its height."""

PULSE_STEPS = 12
"""Levels of a breath. With two ways, 24 changes in 2.5 s: under 10 changes a second."""

CACHE_BYTES = 96_000_000
"""Painted patches that are kept: about a task of 50 steps at 1920x1080."""


@dataclass(slots=True, eq=False)
class _Lit:
    """A piece that is on the bench now."""

    sprite: Sprite
    since_s: float
    pulses: bool
    step: int
    levels: dict[int, NDArray[np.uint8]]

    @property
    def bgrx(self) -> NDArray[np.uint8]:
        """The patch at its present level."""
        if self.step == PULSE_STEPS:
            return self.sprite.bgrx
        if self.step not in self.levels:
            level = PULSE_LOW + (1.0 - PULSE_LOW) * self.step / PULSE_STEPS
            scaled = cv2.convertScaleAbs(self.sprite.bgrx, alpha=level)
            self.levels[self.step] = np.asarray(scaled, np.uint8)
        return self.levels[self.step]


class Renderer:
    """Draws marks at projector resolution. Used by one thread.

    Pieces that stay are not painted again; a pulse touches only its own patch; nothing is
    reported as changed when nothing visible did.
    """

    def __init__(
        self,
        size_px: tuple[int, int],
        proj_from_bench: SpaceMap,
        *,
        typefaces: Typefaces | None = None,
    ) -> None:
        """Start dark.

        Args:
            size_px: Width and height of the projector's picture.
            proj_from_bench: Bench millimetres, at any height, to projector pixels.
            typefaces: Where fonts come from; those of this computer when None.
        """
        self._size_px = size_px
        self._typefaces = typefaces or Typefaces()
        width, height = size_px
        self._picture: NDArray[np.uint8] = np.zeros((height, width, 4), np.uint8)
        self._shown = self._picture.view()
        self._shown.flags.writeable = False
        self.aim(proj_from_bench)

    @property
    def typefaces(self) -> Typefaces:
        """The fonts in use; `typefaces.missing(text)` says which words would not show."""
        return self._typefaces

    def aim(self, proj_from_bench: SpaceMap) -> None:
        """Take a new calibration. The next `draw` paints everything again."""
        self._painter = Painter(self._size_px, proj_from_bench, self._typefaces)
        self._on_rims = proj_from_bench.knows_height
        self._sprites: OrderedDict[Piece, Sprite] = OrderedDict()
        self._sprite_bytes = 0
        self._marks: tuple[Mark, ...] = ()
        self._lit: dict[Piece, _Lit] = {}
        self._all_dirty = True

    def draw(
        self, marks: Sequence[Mark], now_s: float
    ) -> tuple[NDArray[np.uint8], tuple[RectPx, ...]]:
        """Bring the picture up to date.

        Args:
            marks: What stands on the bench now; empty for dark.
            now_s: Any clock that does not fall, in seconds. Pulses follow it.

        Returns:
            The picture, shape (height, width, 4), uint8, BGRX, read-only and the same array each
            time; and the areas that differ from the call before: none when nothing changed.
        """
        dirty: list[RectPx] = []
        marks = tuple(marks)
        if marks != self._marks or self._all_dirty:
            dirty += self._exchange(marks, now_s)
        dirty += self._breathe(now_s)
        if self._all_dirty:
            dirty = [(0, 0, *self._size_px)]
            self._all_dirty = False
        rects = _merged(dirty)
        for rect in rects:
            self._repaint(rect)
        return self._shown, rects

    def prepare(self, marks: Iterable[Mark]) -> None:
        """Paint marks that will come, while there is time: the next cue is then up at once."""
        for mark in marks:
            for piece in pieces_of(mark, on_rims=self._on_rims):
                self._sprite(piece)

    def _exchange(self, marks: tuple[Mark, ...], now_s: float) -> list[RectPx]:
        """Take new marks; say where light goes and comes."""
        self._marks = marks
        wanted = dict.fromkeys(
            piece for mark in marks for piece in pieces_of(mark, on_rims=self._on_rims)
        )
        gone = [lit.sprite.rect_px for piece, lit in self._lit.items() if piece not in wanted]
        new = [piece for piece in wanted if piece not in self._lit]
        kept = {piece: self._lit[piece] for piece in wanted if piece in self._lit}
        for piece in new:
            kept[piece] = _Lit(
                sprite=self._sprite(piece),
                since_s=now_s,
                pulses=isinstance(piece, Shape) and piece.pulses,
                step=PULSE_STEPS,
                levels={},
            )
        self._lit = kept
        return [*gone, *(kept[piece].sprite.rect_px for piece in new)]

    def _breathe(self, now_s: float) -> list[RectPx]:
        """Move pulses on; say where light changed."""
        changed: list[RectPx] = []
        for lit in self._lit.values():
            if not lit.pulses:
                continue
            step = pulse_step(now_s - lit.since_s)
            if step != lit.step:
                lit.step = step
                changed.append(lit.sprite.rect_px)
        return changed

    def _repaint(self, rect: RectPx) -> None:
        left, top, width, height = rect
        self._picture[top : top + height, left : left + width] = 0
        for lit in self._lit.values():
            x, y, w, h = lit.sprite.rect_px
            x0, y0 = max(left, x), max(top, y)
            x1, y1 = min(left + width, x + w), min(top + height, y + h)
            if x0 >= x1 or y0 >= y1:
                continue
            target = self._picture[y0:y1, x0:x1]
            # Light adds up, and max never grows past what a projector can give.
            np.maximum(target, lit.bgrx[y0 - y : y1 - y, x0 - x : x1 - x], out=target)

    def _sprite(self, piece: Piece) -> Sprite:
        found = self._sprites.get(piece)
        if found is not None:
            self._sprites.move_to_end(piece)
            return found
        sprite = self._painter.paint(piece)
        self._sprites[piece] = sprite
        self._sprite_bytes += sprite.bgrx.nbytes
        while self._sprite_bytes > CACHE_BYTES and len(self._sprites) > 1:
            _, oldest = self._sprites.popitem(last=False)
            self._sprite_bytes -= oldest.bgrx.nbytes
        return sprite


def pulse_step(age_s: float) -> int:
    """The level of a breath at an age, 0 to `PULSE_STEPS`; it begins at its height."""
    height = (1.0 + cos(tau * PULSE_HZ * age_s)) / 2
    return floor(height * PULSE_STEPS + 0.5)


def _merged(rects: list[RectPx]) -> tuple[RectPx, ...]:
    """Rectangles, joined where they overlap, empty ones left out."""
    waiting = [rect for rect in rects if rect[2] > 0 and rect[3] > 0]
    apart: list[RectPx] = []
    while waiting:
        x, y, w, h = waiting.pop()
        meets = next(
            (
                o
                for o in apart
                if x < o[0] + o[2] and o[0] < x + w and y < o[1] + o[3] and o[1] < y + h
            ),
            None,
        )
        if meets is None:
            apart.append((x, y, w, h))
            continue
        apart.remove(meets)
        left, top = min(x, meets[0]), min(y, meets[1])
        right, bottom = max(x + w, meets[0] + meets[2]), max(y + h, meets[1] + meets[3])
        waiting.append((left, top, right - left, bottom - top))
    return tuple(apart)
