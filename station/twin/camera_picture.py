"""What the twin's camera sees: bench, light, loose parts and hands, put together each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.geometry import Pinhole
from station.twin.hand_picture import HandPicture, Tone, hand_picture, render_ahead
from station.twin.hand_shape import Side
from station.twin.light import LightInCamera, RectPx
from station.twin.motion import Hand
from station.twin.overlay import Box, blend, box_of, box_round, lay_over, warped
from station.twin.part_picture import SIZE_MM, part_picture, part_placement
from station.twin.scenery import Scenery

_NOISE_LEVELS = 2.2
"""Standard deviation of a webcam's grey levels in room light."""
_NOISE_MIDDLE = 9
"""Noise is kept as 0 to 18 and added; the picture below it is kept this much darker."""
_NOISE_MARGIN_PX = 64
_LIGHT_GAIN = 0.62
"""White projector light on a white sheet, as a share of full white in the camera."""


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

    def __init__(
        self, scenery: Scenery, camera: Pinhole, light: LightInCamera, tone: Tone, seed: int
    ) -> None:
        self._clean, self._scenery, self._camera, self._light = (
            scenery.reflect,
            scenery,
            camera,
            light,
        )
        self._reflect = scenery.reflect.copy()
        self._brightness = 1.0
        self._kept: dict[Side, _Landed] = {}
        self._tone = tone
        render_ahead(tone)
        self._rng = np.random.default_rng(seed)
        self._noise = _noise_tile(camera.size_px, self._rng)
        self._lit = np.empty_like(self._reflect)
        self._expose(self._whole)

    @property
    def _whole(self) -> Box:
        wide, tall = self._camera.size_px
        return Box(left=0, top=0, right=wide, bottom=tall)

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
        self._reflect[rows, columns] = self._clean[rows, columns]
        patch = self._reflect.copy() if len(parts) else self._reflect
        for part in parts:
            plane = self._camera.from_plane(part.height_mm)
            lay_over(
                patch, part_placement(plane, part.at_mm, part.turned_deg), part_picture(part.kind)
            )
        self._reflect[rows, columns] = patch[rows, columns]
        self._expose(box)

    def dim(self, brightness: float) -> None:
        """Set the room's light; 1 is as usual."""
        if brightness != self._brightness:
            self._brightness = brightness
            self._expose(self._whole)

    def taken(self, hands: Sequence[Hand], *, black: bool) -> NDArray[np.uint8]:
        """One picture, shape (height, width, 3), uint8. Read-only."""
        if black:
            picture = np.zeros_like(self._lit)
        else:
            picture = self._lit.copy()
            for hand in hands:
                self._lay_hand(picture, hand)
        self._add_noise(picture)
        picture.setflags(write=False)
        return picture

    def _expose(self, box: Box) -> None:
        """Room light and projector light on what lies there, within a box."""
        rows, columns = box.rows, box.columns
        reflect = self._reflect[rows, columns]
        room = cv2.multiply(
            reflect, self._scenery.shade[rows, columns], scale=self._brightness / 255.0
        )
        thrown = cv2.multiply(reflect, self._light.bgr[rows, columns], scale=_LIGHT_GAIN / 255.0)
        self._lit[rows, columns] = cv2.addWeighted(room, 1.0, thrown, 1.0, -_NOISE_MIDDLE)

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
        look = hand_picture(self._tone, hand.side, hand.pose, hand.turned_deg)
        placement = self._camera.from_plane(hand.height_mm) @ hand_placement(hand, look)
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
        plane = self._camera.from_plane(hand.height_mm)
        turned = hand.turned_deg + 25.0 + 50.0 * number
        lay_over(picture, part_placement(plane, at, turned), part_picture(kind))

    def _light_up(self, skin: NDArray[np.uint8], hand: Hand, box: Box) -> None:
        """Add the projector's light to a hand, and the room's, in place."""
        if self._brightness != 1.0:
            cv2.convertScaleAbs(skin, dst=skin, alpha=self._brightness)
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
        light = self._light.bgr[inside.rows, inside.columns]
        to = inside.moved(-dx - box.left, -dy - box.top)
        window = skin[to.rows, to.columns]
        thrown = cv2.multiply(window, light, scale=_LIGHT_GAIN * 1.3 / 255.0)
        cv2.add(window, thrown, dst=window)

    def _add_noise(self, picture: NDArray[np.uint8]) -> None:
        wide, tall = self._camera.size_px
        x, y = self._rng.integers(0, _NOISE_MARGIN_PX, 2)
        cv2.add(picture, self._noise[y : y + tall, x : x + wide], dst=picture)


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


def _noise_tile(size_px: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    wide, tall = (side + _NOISE_MARGIN_PX for side in size_px)
    raw = rng.normal(0.0, 1.0, (tall, wide, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), 0.6)
    scaled = _NOISE_MIDDLE + soft / float(soft.std()) * _NOISE_LEVELS
    return np.asarray(np.clip(scaled + 0.5, 0, 2 * _NOISE_MIDDLE), np.uint8)
