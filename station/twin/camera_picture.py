"""What the twin's camera sees: bench, light, loose parts and hands, put together each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.exposing import Exposing, Level
from station.twin.eye import Eye
from station.twin.hand_picture import HandPicture, Tone, hand_picture, render_ahead
from station.twin.hand_shape import Side
from station.twin.light import RectPx
from station.twin.light_in_camera import Arriving, LightInCamera
from station.twin.motion import Hand
from station.twin.overlay import Box, blend, box_of, box_round, lay_over, warped
from station.twin.part_picture import SIZE_MM, part_picture, part_placement

_HAND_SHINES = 1.3
"""Projector light on skin, compared with the same light on a sheet of the same colour."""
_GREY = 2
"""A picture of one channel has this many dimensions."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Seen:
    """What a camera sees.

    Attributes:
        camera: Which sees it.
        light: The projector's light in it.
        exposing: Surfaces, and how their light becomes grey levels.
    """

    camera: Eye
    light: LightInCamera
    exposing: Exposing


@dataclass(frozen=True, slots=True, kw_only=True)
class LoosePart:
    """A part that lies somewhere."""

    kind: int
    at_mm: tuple[float, float]
    height_mm: float
    turned_deg: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Landed:
    """A hand as the camera sees it, without projector light.

    Attributes:
        hand: Which hand, where.
        box: The pixels it may cover.
        bgr: Shape (rows, columns, 3), premultiplied by alpha.
        alpha: Shape (rows, columns).
    """

    hand: Hand
    box: Box
    bgr: NDArray[np.uint8]
    alpha: NDArray[np.uint8]


class CameraPicture:
    """Puts the camera's picture together; what has not changed is kept."""

    def __init__(self, tone: Tone | None, rng: np.random.Generator) -> None:
        """Begin without anything to see; `look_at` comes next.

        Args:
            tone: Skin or glove of the hands; None: there are no hands.
            rng: Chance, of the noise.
        """
        self._tone = tone
        if tone is not None:
            render_ahead(tone)
        self._kept: dict[Side, _Landed] = {}
        self._rng = rng
        self._level = Level()

    def look_at(self, seen: Seen, parts: Sequence[LoosePart] = ()) -> None:
        """See something else from now on: after a bump, say.

        Args:
            seen: What is seen, by whom, in what light.
            parts: Loose parts that lie there.
        """
        self._camera, self._light, self._exposing = seen.camera, seen.light, seen.exposing
        self._clean = seen.exposing.reflect.copy()
        self._kept.clear()
        self._lay_parts(self._exposing.reflect, parts)
        self.expose_all()

    def light_changed(self, picture: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Take over light that has landed."""
        for box in self._light.refresh(picture, changed_px):
            if not box.empty:
                self._expose(box)

    def parts_changed(self, parts: Sequence[LoosePart], near_mm: NDArray[np.float64]) -> None:
        """Lay loose parts anew.

        Args:
            parts: All loose parts of the bench.
            near_mm: Shape (N, 2), points round which something changed.
        """
        around = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (SIZE_MM / 2)
        corners = (near_mm[:, None, :] + around[None, :, :]).reshape(-1, 2)
        seen = self._camera.from_bench(np.column_stack([corners, np.zeros(len(corners))]))
        box = box_round(seen, self._camera.size_px, margin_px=6)
        if box.empty:
            return
        rows, columns = box.rows, box.columns
        reflect = self._exposing.reflect
        reflect[rows, columns] = self._clean[rows, columns]
        patch = reflect.copy() if len(parts) else reflect
        self._lay_parts(patch, parts)
        reflect[rows, columns] = patch[rows, columns]
        self._expose(box)

    def at_level(self, level: Level) -> None:
        """Set how bright everything is."""
        if level != self._level:
            self._level = level
            self.expose_all()

    def expose_all(self, arriving: Arriving | None = None) -> None:
        """Expose everything anew.

        Args:
            arriving: In this light instead of that which arrives now.
        """
        wide, tall = self._camera.size_px
        whole = Box(left=0, top=0, right=wide, bottom=tall)
        light = self._light.arriving if arriving is None else arriving
        self._exposing.expose(whole, light, self._level)

    @property
    def brightness(self) -> float:
        """How bright the picture is on average, 0 to 255, without hands and noise."""
        return float(self._exposing.lit[::16, ::16].mean())

    def taken(self, hands: Sequence[Hand], *, black: bool) -> NDArray[np.uint8]:
        """One picture, shape (height, width, 3), uint8. Read-only."""
        picture = np.zeros_like(self._exposing.lit) if black else self._exposing.lit.copy()
        if not black:
            for hand in hands:
                self._lay_hand(picture, hand)
        picture = self._exposing.add_noise(picture, self._rng, black=black)
        if picture.ndim == _GREY:
            picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)
        picture.setflags(write=False)
        return picture

    def _expose(self, box: Box) -> None:
        self._exposing.expose(box, self._light.arriving, self._level)

    def _lay_parts(self, reflect: NDArray[np.uint8], parts: Sequence[LoosePart]) -> None:
        for part in parts:
            at = np.array(part.at_mm)
            plane = self._camera.near(at, part.height_mm)
            lay_over(
                reflect, part_placement(plane, part.at_mm, part.turned_deg), part_picture(part.kind)
            )

    def _lay_hand(self, picture: NDArray[np.uint8], hand: Hand) -> None:
        for number, kind in enumerate(hand.holding):
            self._lay_held(picture, hand, kind, number)
        landed = self._landed(hand)
        if landed is None:
            return
        box, skin = landed.box, landed.bgr.copy()
        self._light_up(skin, hand, box)
        blend(picture[box.rows, box.columns], skin, landed.alpha)

    def _landed(self, hand: Hand) -> _Landed | None:
        """Where a hand is seen and how it looks there; kept while it lies still."""
        kept = self._kept.get(hand.side)
        if kept is not None and kept.hand == hand:
            return kept
        if self._tone is None:
            return None
        look = hand_picture(self._tone, hand.side, hand.pose, hand.turned_deg)
        plane = self._camera.near(np.array(hand.at_mm), hand.height_mm)
        placement = plane @ hand_placement(hand, look)
        box = box_of(placement, look.bgra, self._camera.size_px)
        if box.empty:
            return None
        bgra = warped(placement, look.bgra, box)
        landed = _Landed(
            hand=hand,
            box=box,
            bgr=np.asarray(cv2.cvtColor(bgra, cv2.COLOR_BGRA2BGR), np.uint8),
            alpha=np.asarray(cv2.extractChannel(bgra, 3), np.uint8),
        )
        self._kept[hand.side] = landed
        return landed

    def _lay_held(self, picture: NDArray[np.uint8], hand: Hand, kind: int, number: int) -> None:
        """A part between finger tips and thumb; more parts lie beside each other."""
        at = (hand.at_mm[0] + 9.0 * number, hand.at_mm[1] + 4.0 - 7.0 * number)
        plane = self._camera.near(np.array(at), hand.height_mm)
        turned = hand.turned_deg + 25.0 + 50.0 * number
        lay_over(picture, part_placement(plane, at, turned), part_picture(kind))

    def _light_up(self, skin: NDArray[np.uint8], hand: Hand, box: Box) -> None:
        """Add the projector's light to a hand, and the room's, in place."""
        room, thrown_gain = self._exposing.hand_gain(self._level)
        if room != 1.0:
            cv2.convertScaleAbs(skin, dst=skin, alpha=room)
        point = np.array([*hand.at_mm, hand.height_mm + 25.0])
        dx, dy = self._light.shift_at(point)
        wide, tall = self._camera.size_px
        from_box = box.moved(dx, dy)
        inside = Box(
            left=max(0, from_box.left),
            top=max(0, from_box.top),
            right=min(wide, from_box.right),
            bottom=min(tall, from_box.bottom),
        )
        if inside.empty:
            return
        light = self._light.arriving[inside.rows, inside.columns]
        to = inside.moved(-dx - box.left, -dy - box.top)
        window = skin[to.rows, to.columns]
        scale = thrown_gain * _HAND_SHINES / 255.0
        thrown = cv2.multiply(window, light, scale=scale, dtype=cv2.CV_8U)
        cv2.add(window, thrown, dst=window)


def hand_placement(hand: Hand, look: HandPicture) -> NDArray[np.float64]:
    """Shape (3, 3): bench millimetres from pixels of a hand's picture."""
    turn = np.deg2rad(hand.turned_deg)
    turning = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shift = np.array(hand.at_mm) - turning @ look.grip_mm
    bench_from_hand = np.array([[*turning[0], shift[0]], [*turning[1], shift[1]], [0, 0, 1]])
    return np.asarray(bench_from_hand @ look.mm_from_px, np.float64)


def tips_mm(hand: Hand, tone: Tone) -> NDArray[np.float64]:
    """Where the five finger tips are, thumb first: shape (5, 2), bench millimetres."""
    look = hand_picture(tone, hand.side, hand.pose, hand.turned_deg)
    turn = np.deg2rad(hand.turned_deg)
    turning = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray((look.tips_mm - look.grip_mm) @ turning.T + hand.at_mm, np.float64)
