"""What reaches over the bench, whatever it looks like: the witness that needs no bare hands.

It compares each picture with the bare bench (`vision.background`), takes what is connected with
the bench's edge for arms, and says where their far ends are and how far each zone is covered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from station_config.station import ZoneKind
from vision.arms import arms_in, hand_at
from vision.background import Background
from vision.hand_outline import outline_of
from vision.looks import PlaceLook, inner_mask, looked, under_new_light
from vision.loose_hands import LooseHands
from vision.observations import ArmSeen, LookSeen
from vision.small_view import SmallView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from calibration.space import SpaceMap
    from station_config.station import Station
    from vision.hands import Hand
    from vision.light import LightNotice

LIGHT_DELAY_S = 0.15
"""From the order to the projector until its light is in the picture, when nobody has measured it:
projectors and cameras need 60 to 150 ms."""
LIGHT_FADES_S = 0.1
"""From then on until all of the change is in the picture: a frame or two of fading, and a frame in
which camera and projector miss each other, at 30 pictures a second."""
LIGHT_RIM_MM = 12.0
"""The line of light around a zone, with its glow, lies this far to either side of the rim."""

LOOKS_DIFFER = 0.8
"""Of a plain difference: 12 grey levels in good light, when the light is evened out; the noise of a
camera gives up to 6 in the softened picture."""

HIDDEN_SHARE = 0.01
"""A place of which a hand hides more than this cannot be compared with how it looked before."""

HAND_MARKS = 3
HAND_MM = 80.0
"""An arm in which this many landmarks of a hand lie, or whose end is this near to one of them, is
the arm of that hand."""
OUTLINE_MM = 12.0
"""The station's outline around a zone is drawn up to this far inside it."""


class SecondWitness:
    """Watches the bench itself. To be used by one thread."""

    def __init__(
        self,
        *,
        station: Station,
        cam_from_bench: SpaceMap,
        camera_wh: tuple[int, int],
        light_delay_s: float | None = None,
    ) -> None:
        """Begin to watch.

        Args:
            station: The zones, their heights and the size of the bench.
            cam_from_bench: Where bench points at any height lie in the picture.
            camera_wh: Width and height of the pictures.
            light_delay_s: From the order to the projector until its light is in the picture, as
                measured; None when it was not.

        Raises:
            ValueError: The delay is below 0.
        """
        if light_delay_s is not None and light_delay_s < 0.0:
            raise ValueError(f"light cannot arrive before it is sent, not {light_delay_s} s")
        delay_s = LIGHT_DELAY_S if light_delay_s is None else light_delay_s
        self._light_settles_s = delay_s + LIGHT_FADES_S
        self._cam_from_bench = cam_from_bench
        self._view = SmallView(
            cam_from_bench=cam_from_bench, bench_mm=station.bench_mm, camera_wh=camera_wh
        )
        self._rim_px = max(1, round(LIGHT_RIM_MM / self._view.mm2_per_px**0.5))
        self._background = Background(self._view.inside, line_px=2 * self._rim_px)
        self._loose_hands = LooseHands(self._view.shape)
        self.watch(station)
        self._labels: NDArray[np.int32] = np.zeros(self._view.shape, np.int32)
        self._found: dict[int, ArmSeen] = {}
        self.arms: tuple[ArmSeen, ...] = ()
        self.covered: Mapping[str, float] = {}
        self.hidden: frozenset[str] = frozenset()
        self._under_hands: list[NDArray[np.bool_]] = []
        self._last: _Picture | None = None

    def watch(self, station: Station) -> None:
        """Watch the zones of `station` from now on; how the bare bench looks stays known."""
        masks = {
            zone_id: self._view.mask([np.array(zone.polygon_mm, np.float64)], zone.height_mm)
            for zone_id, zone in station.zones.items()
        }
        self._zone_masks = masks
        self._zone_pixels = {name: np.flatnonzero(mask) for name, mask in masks.items()}
        rim_px = max(1, round(OUTLINE_MM / self._view.mm2_per_px**0.5))
        self._places = {
            zone_id: _Place(masks[zone_id], rim_px)
            for zone_id in sorted(station.of_kind(ZoneKind.PLACE))
        }
        self._held_until_s: dict[str, float] = {}

    def light_changes(self, light: LightNotice) -> None:
        """The station changes its light: places that it touches are not judged for a moment."""
        glow = np.ones((2 * self._rim_px + 1, 2 * self._rim_px + 1), np.uint8)
        zones = [self._zone_masks[name] for name in light.zone_ids if name in self._zone_masks]
        others = [self._view.mask([np.array(area, np.float64)]) for area in light.areas_mm]
        even, uneven = (
            [np.asarray(cv2.dilate(mask, glow), np.uint8) for mask in masks]
            for masks in (zones, others)
        )
        areas = even + uneven
        until_s = light.at_s + self._light_settles_s
        changed = self._zones_under(areas)
        self._held_until_s.update(
            {zone_id: max(until_s, self._held_until_s.get(zone_id, until_s)) for zone_id in changed}
        )
        if light.returns:
            self._background.pause(areas, until_s=until_s)
            return
        outlines = np.zeros(self._view.shape, np.uint8)
        for mask in zones:
            line = cv2.subtract(cv2.dilate(mask, glow), cv2.erode(mask, glow))
            outlines = np.asarray(cv2.bitwise_or(outlines, line), np.uint8)
        self._background.freeze(even, uneven, outlines, until_s=until_s)
        for zone_id in changed & self._places.keys():
            self._places[zone_id].light_changes()

    def _zones_under(self, areas: Sequence[NDArray[np.uint8]]) -> frozenset[str]:
        """The zones that any of these masks touches."""
        if not areas:
            return frozenset()
        changed = np.logical_or.reduce([area.ravel() > 0 for area in areas])
        return frozenset(
            name for name, pixels in self._zone_pixels.items() if changed[pixels].any()
        )

    def look(self, bgr: NDArray[np.uint8], *, at_s: float) -> None:
        """Take a picture into account; `arms` and `covered` are of it afterwards."""
        small = self._view.of(bgr)
        mask = self._background.covered(small, at_s=at_s)
        self._labels = np.asarray(cv2.connectedComponents(mask)[1], np.int32)
        dark_floor = self._background.dark_among(self._view.margin)
        self._found = arms_in(self._labels, self._view, dark_floor)
        loose = self._loose_hands.among(
            self._labels,
            attached=self._found,
            moved=self._background.moved,
            still_s=self._background.still_s,
            mm2_per_px=self._view.mm2_per_px,
        )
        self._found |= {label: hand_at(self._labels, label, self._view) for label in loose}
        arms = [self._labels == label for label in self._found]
        # Lines of light cut a hand from its arm: what is left of it is still no bench.
        self._background.learn(small, arms, under_hands=self._under_hands)
        held = frozenset(name for name, until_s in self._held_until_s.items() if at_s < until_s)
        self.covered = {
            name: share for name, share in self._shares_under(arms).items() if name not in held
        }
        self._last = _Picture(small=small, held=held, at_s=at_s)
        self.arms = tuple(self._found.values())

    def arms_with(self, hands: Sequence[Hand]) -> tuple[ArmSeen, ...]:
        """The arms of the last picture, told apart from those of recognised hands."""
        if not self._found or not hands:
            return self.arms
        marks = [self._labels_under(hand) for hand in hands]
        return tuple(
            replace(
                arm,
                is_a_hand=any(np.count_nonzero(under == label) >= HAND_MARKS for under in marks)
                or any(self._apart_mm(arm, hand) < HAND_MM for hand in hands),
            )
            for label, arm in self._found.items()
        )

    def looks_with(self, hands: Sequence[Hand]) -> Mapping[str, LookSeen]:
        """How the places look in the last picture; to be called once for each picture.

        Args:
            hands: Those recognised in it. A hand may look like what it lies on: where one is, or
                its forearm, the place is `hidden`, whatever can be seen of it.
        """
        if self._last is None:
            return {}
        small, held, at_s = self._last
        self._under_hands = [outline_of(hand, self._view) > 0 for hand in hands]
        self.hidden = frozenset().union(*map(self._places_under, self._under_hands))
        differs_by = LOOKS_DIFFER * self._background.contrast.plain
        for zone_id in self._places.keys() - held:
            covered = 1.0 if zone_id in self.hidden else self.covered[zone_id]
            self._places[zone_id].see(small, covered=covered, at_s=at_s, differs_by=differs_by)
        return {
            zone_id: place.look.seen
            for zone_id, place in self._places.items()
            if place.look.seen is not None and zone_id not in held
        }

    @property
    def first_looks(self) -> frozenset[str]:
        """The places whose look is there again, after `looks_with`, with none to compare it to."""
        held = frozenset() if self._last is None else self._last.held
        return frozenset(
            name for name, place in self._places.items() if place.look.is_first and name not in held
        )

    @property
    def sees_nothing(self) -> bool:
        """Whether the bench was bare in the last picture, as far as this witness can tell."""
        return not self.arms

    def _shares_under(self, arms: Sequence[NDArray[np.bool_]]) -> dict[str, float]:
        """Zone to the share of it that any of the arms covers."""
        if not arms:
            return dict.fromkeys(self._zone_pixels, 0.0)
        on_arm = np.logical_or.reduce(arms).ravel()
        return {
            name: np.count_nonzero(on_arm[pixels]) / max(1, len(pixels))
            for name, pixels in self._zone_pixels.items()
        }

    def _apart_mm(self, arm: ArmSeen, hand: Hand) -> float:
        """From the arm's end to the nearest landmark."""
        from_tip_mm = self._cam_from_bench.bench_at(hand.landmarks_px) - arm.tip_mm
        return float(np.hypot(*from_tip_mm.T).min())

    def _labels_under(self, hand: Hand) -> NDArray[np.int32]:
        x, y = self._pixels_of(hand)
        return np.asarray(self._labels[y, x], np.int32)

    def _places_under(self, outline: NDArray[np.bool_]) -> frozenset[str]:
        under = outline.ravel()
        return frozenset(
            name
            for name in self._places
            if np.count_nonzero(under[self._zone_pixels[name]])
            > HIDDEN_SHARE * len(self._zone_pixels[name])
        )

    def _pixels_of(self, hand: Hand) -> NDArray[np.intp]:
        """Its landmarks in the small picture, as far as they lie in it: shape (2, N), x and y."""
        x, y = np.rint(self._view.small_from_cam.apply(hand.landmarks_px)).astype(np.intp).T
        high, wide = self._view.shape
        on = (x >= 0) & (x < wide) & (y >= 0) & (y < high)
        return np.stack([x[on], y[on]])


class _Picture(NamedTuple):
    """The last one: small, the zones that cannot be judged in it, and when it was taken."""

    small: NDArray[np.uint8]
    held: frozenset[str]
    at_s: float


class _Place:
    """Where a place lies in the small picture, and how it has looked."""

    def __init__(self, mask: NDArray[np.uint8], rim_px: int) -> None:
        rows, columns = np.nonzero(mask)
        has = len(rows) > 0
        self._rows = slice(int(rows.min()), int(rows.max()) + 1) if has else slice(0, 0)
        self._columns = slice(int(columns.min()), int(columns.max()) + 1) if has else slice(0, 0)
        self._mask = inner_mask(mask, rim_px)[self._rows, self._columns]
        self.look = PlaceLook()

    def light_changes(self) -> None:
        """What was seen under the old light cannot be compared with what comes."""
        self.look = under_new_light(self.look)

    def see(
        self, small: NDArray[np.uint8], *, covered: float, at_s: float, differs_by: float
    ) -> None:
        """Take a picture into account; see `looked`."""
        patch = small[self._rows, self._columns]
        self.look = looked(
            self.look, patch, self._mask, covered=covered, at_s=at_s, differs_by=differs_by
        )
