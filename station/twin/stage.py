"""Everything of a twin that is looked at: bench, light, camera, projector, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from station.twin.camera_picture import CameraPicture, LoosePart, Seen
from station.twin.exposing import Exposing, Level, LinearExposing, PlainExposing, noise_tile
from station.twin.eye import Eye, bumped, under_moved_bench
from station.twin.faults import Bump, Faults
from station.twin.geometry import Pinhole
from station.twin.hand_picture import Tone
from station.twin.laid import Plate, lay_arm, lay_plate, sunlit
from station.twin.light import Light, RectPx
from station.twin.light_in_camera import LightInCamera
from station.twin.motion import Hand
from station.twin.optics import bend_of
from station.twin.printed_tags import lay_plate_tags, lay_tags
from station.twin.scenery import Scenery, blurred
from station.twin.setting import Arranged, Setting
from station.twin.spoiling import Spoiling
from station.twin.view import View

_BRIGHTNESS_WANTED = 118.0
"""Grey levels on average that automatic exposure goes for."""
_SETTLED_LEVELS = 4.0
_FOLLOWS = 0.4
"""How much of what it is off automatic exposure mends with each frame."""
_EXPOSURE_SHARES = (0.02, 50.0)


class Stage:
    """What one camera sees of one bench in one projector's light.

    Frames are taken in one thread; light, faults and controls may come from others.

    Attributes:
        light: The projector's.
        plate: What lies over the bench, or None. Taken over with the next frame.
        locked: The camera's exposure stays as it is.
    """

    def __init__(self, setting: Setting, faults: Faults, tone: Tone | None = None) -> None:
        """Build everything, without bumps.

        Args:
            setting: What it is made of.
            faults: Looked at for each frame.
            tone: Of hands, if there may be any.
        """
        self._setting, self._faults = setting, faults
        self.light = Light(setting.projector.size_px, grey=setting.grey)
        self.plate: Plate | None = None
        self.locked = not setting.optics.automatic_exposure
        self._exposure = 1.0
        self._mixed = False
        wide, tall = setting.camera.size_px
        rng = np.random.default_rng(setting.seed)
        self._noise = noise_tile((tall, wide) if setting.grey else (tall, wide, 3), rng)
        self._picture = CameraPicture(tone, rng)
        self._spoiling = Spoiling(faults, setting.seed)
        self._arranged = self._arrangement()
        self._painted = self._paint()
        self._build(())

    @property
    def camera(self) -> Eye:
        """The camera as it hangs now: truth."""
        return self._camera_of(self._arrangement())

    @property
    def projector(self) -> Eye:
        """The projector as it hangs now: truth."""
        return self._projector_of(self._arrangement())

    @property
    def exposure(self) -> float:
        """The camera's exposure, 1 is as usual."""
        return self._exposure

    def set_exposure(self, share: float) -> None:
        """Set the camera's exposure.

        Raises:
            ValueError: Beyond what a camera can.
        """
        low, high = _EXPOSURE_SHARES
        if not low <= share <= high:
            raise ValueError(f"exposure must be from {low:g} to {high:g} times usual, not {share}")
        self._exposure = share

    def put(
        self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx], now_s: float
    ) -> None:
        """Take the changed areas of a projector picture; they land after the light's delay.

        Raises:
            ValueError: The picture is not of the projector's size.
        """
        lands_s = now_s + self._faults.light_delay_s
        if self._faults.wrong_display:
            if self.light.picture.any():
                self.light.go_dark(lands_s)
        elif changed_px:
            self.light.hand_over(picture_bgrx, changed_px, lands_s)

    def arrange(self, parts: Sequence[LoosePart] = ()) -> bool:
        """Take over bumps and whatever else was moved. Says whether anything was."""
        wanted = self._arrangement()
        if wanted == self._arranged:
            return False
        repaint = not wanted.paints_like(self._arranged)
        self._arranged = wanted
        if repaint:
            self._painted = self._paint()
        self._spoiling.light_changes()
        self._build(parts)
        return True

    def light_until(self, taken_s: float) -> None:
        """Expose as the frame that is taken now does, in the light that has landed by then."""
        optics = self._setting.optics
        if self._mixed:
            self._mixed = False
            self._picture.expose_all()
        if not self.locked:
            self._follow_brightness()
        exposure = self._exposure * self._faults.gain
        self._picture.at_level(Level(exposure=exposure, room=self._faults.brightness))
        self._land(taken_s - optics.exposure_s - optics.rolling_s)
        mixed: NDArray[np.float32] | None = None
        while (lands_s := self.light.next_lands_s(taken_s)) is not None:
            before = self._seen.light.arriving.astype(np.float32)
            self._land(lands_s)
            share = self._share_of_rows(taken_s - lands_s)
            gained = self._seen.light.arriving - before
            gained *= share.reshape(-1, *(1,) * (gained.ndim - 1))
            mixed = before if mixed is None else mixed
            mixed += gained
        if mixed is not None:
            self._mixed = True
            self._picture.expose_all(mixed)

    def parts_changed(self, parts: Sequence[LoosePart], near_mm: NDArray[np.float64]) -> None:
        """Lay loose parts anew, see `CameraPicture.parts_changed`."""
        self._picture.parts_changed(parts, near_mm)

    def taken(self, hands: Sequence[Hand] = ()) -> NDArray[np.uint8]:
        """One picture, shape (height, width, 3), uint8. Read-only."""
        return self._spoiling.passed(self._picture.taken(hands, black=self._faults.black))

    def _camera_of(self, arranged: Arranged) -> Eye:
        bend_px = self._setting.optics.camera_bend_px
        return self._eye(self._setting.camera, arranged, arranged.camera_bump, bend_px)

    def _projector_of(self, arranged: Arranged) -> Eye:
        bend_px = self._setting.optics.projector_bend_px
        return self._eye(self._setting.projector, arranged, arranged.projector_bump, bend_px)

    def _eye(self, device: Pinhole, arranged: Arranged, bump: Bump | None, bend_px: float) -> Eye:
        middle = self._setting.middle_mm
        hung = bumped(device, bump, middle)
        over = under_moved_bench(hung, arranged.bench_bump, middle)
        return Eye(pinhole=over, lens=bend_of(bend_px, device.size_px))

    def _arrangement(self) -> Arranged:
        faults = self._faults
        return Arranged(
            camera_bump=faults.camera_bump,
            projector_bump=faults.projector_bump,
            bench_bump=faults.bench_bump,
            arm_mm=faults.arm_mm,
            sun=faults.sun,
            tags=faults.tags,
            plate=self.plate,
        )

    def _paint(self) -> Scenery:
        """The bench with its tags as the camera sees it, without what may be laid on it."""
        self._view = View(self._camera_of(self._arranged))
        setting, eye = self._setting, self._view.eye
        painted = self._view.through_lens(setting.paint(eye.pinhole))
        if setting.optics.printed_tags:
            lay_tags(painted.reflect, painted.height_mm, eye, setting.bench_mm, self._arranged.tags)
        return painted

    def _build(self, parts: Sequence[LoosePart]) -> None:
        """Everything that follows from how things are arranged."""
        setting, arranged = self._setting, self._arranged
        scenery = self._laid()
        plain = setting.optics.is_plain and arranged.sun is None and not setting.grey
        in_camera = LightInCamera(
            self._view,
            self._projector_of(arranged),
            scenery.height_mm,
            setting.optics,
            plain=plain,
        )
        in_camera.begin(self.light.picture)
        exposing: Exposing
        if plain:
            exposing = PlainExposing(scenery, setting.optics, self._noise)
        else:
            sun = None if arranged.sun is None else sunlit(self._view, arranged.sun)
            exposing = LinearExposing(
                scenery, setting.optics, self._noise, sun=sun, grey=setting.grey
            )
        self._seen = Seen(camera=self._view.eye, light=in_camera, exposing=exposing)
        self._picture.look_at(self._seen, parts)

    def _laid(self) -> Scenery:
        """The same with plate and arm, blurred."""
        setting, arranged, painted = self._setting, self._arranged, self._painted
        scenery = Scenery(
            reflect=painted.reflect.copy(),
            shade=painted.shade.copy(),
            height_mm=painted.height_mm.copy(),
        )
        if arranged.plate is not None:
            lay_plate(scenery, self._view, arranged.plate, setting.bench_mm)
            if setting.optics.printed_tags:
                lay_plate_tags(
                    scenery.reflect,
                    scenery.height_mm,
                    self._view.eye,
                    arranged.plate,
                    setting.bench_mm,
                )
        if arranged.arm_mm is not None:
            lay_arm(scenery, self._view, arranged.arm_mm)
        return blurred(scenery, setting.optics.camera_blur_px)

    def _land(self, until_s: float) -> None:
        changed_px: list[RectPx] = self.light.land(until_s)
        if changed_px:
            self._spoiling.light_changes()
            self._picture.light_changed(self.light.picture, changed_px)

    def _share_of_rows(self, since_s: float) -> NDArray[np.float32]:
        """What share of its exposure each row had light that landed this long before the end."""
        optics, tall = self._setting.optics, self._setting.camera.size_px[1]
        read_s = optics.rolling_s * (1.0 - np.arange(tall) / max(1, tall - 1))
        lit_s = since_s - read_s
        if optics.exposure_s == 0.0:
            return (lit_s >= 0.0).astype(np.float32)
        return np.clip(lit_s / optics.exposure_s, 0.0, 1.0).astype(np.float32)

    def _follow_brightness(self) -> None:
        """One step of automatic exposure."""
        now = self._picture.brightness
        if abs(now - _BRIGHTNESS_WANTED) > _SETTLED_LEVELS:
            low, high = _EXPOSURE_SHARES
            gamma = self._setting.optics.camera_gamma
            step = (_BRIGHTNESS_WANTED / max(now, 1.0)) ** (gamma * _FOLLOWS)
            self._exposure = min(high, max(low, self._exposure * step))
