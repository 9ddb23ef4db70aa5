"""A bench with a camera and a projector, made of numpy alone, for tests whose truth must be known.

Nothing of `calibration` draws here, so that a mistake in its conventions cannot cancel out; only
`truth` puts the known geometry into the calibration's own words.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.lens import Lens, terms
from calibration.model import Calibration, Method, Quality
from calibration.planes import PlaneMap
from calibration.space import SpaceMap
from calibration.tags import Tag

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

BENCH_MM = (600.0, 400.0)
SUBSAMPLES = 2
REFLECT_PX_PER_MM = 4
WHEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def _turned(tilt_deg: tuple[float, float, float]) -> Array:
    matrix, _ = cv2.Rodrigues(np.deg2rad(np.array(tilt_deg)).reshape(3, 1))
    return np.asarray(matrix, np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class Device:
    """A pinhole with a lens, above the bench.

    Attributes:
        focal_px: Focal length.
        middle_px: Principal point.
        axes: Shape (3, 3), its right, down and ahead as rows.
        eye_mm: Where its centre is.
        size_wh: Of its picture.
        bend: The radial term k1 and a tangential term, for the way from ideal to real pixels (a
            projector) or from real to ideal ones (a camera): each is exact one way.
    """

    focal_px: float
    middle_px: tuple[float, float]
    axes: Array
    eye_mm: Array
    size_wh: tuple[int, int]
    bend: tuple[float, float] = (0.0, 0.0)

    @property
    def matrix(self) -> Array:
        """Shape (3, 4), bench mm to ideal pixels, homogeneous."""
        inner = np.array(
            [
                [self.focal_px, 0.0, self.middle_px[0]],
                [0.0, self.focal_px, self.middle_px[1]],
                [0.0, 0.0, 1.0],
            ]
        )
        return np.asarray(inner @ np.column_stack([self.axes, -self.axes @ self.eye_mm]))

    def ideal_px(self, points_mm: Array) -> Array:
        """Points (N, 3) to (N, 2), without the lens."""
        at = np.column_stack([points_mm, np.ones(len(points_mm))]) @ self.matrix.T
        return np.asarray(at[:, :2] / at[:, 2:])

    def lensed(self, px: Array) -> Array:
        """Shift pixels (N, 2) by the lens, the way that is exact."""
        k1, tangential = self.bend
        place = (px - self.middle_px) / self.focal_px
        x, y = place[:, 0], place[:, 1]
        square = x**2 + y**2
        shift_x = x * k1 * square + tangential * (square + 2 * x**2)
        shift_y = y * k1 * square + tangential * 2 * x * y
        return px + self.focal_px * np.column_stack([shift_x, shift_y])

    def unlensed(self, px: Array) -> Array:
        """The other way, by rounds."""
        found = px
        for _ in range(30):
            found = px - (self.lensed(found) - found)
        return found

    def bumped(
        self,
        *,
        shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
        tilt_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Device:
        """The same device after it was moved and turned about its centre."""
        return replace(self, eye_mm=self.eye_mm + shift_mm, axes=_turned(tilt_deg) @ self.axes)


def _device(
    eye_mm: tuple[float, float, float],
    looks_at_mm: tuple[float, float],
    roll_deg: float,
    *,
    mm_per_px: float,
    size_wh: tuple[int, int],
    bend: tuple[float, float],
) -> Device:
    eye = np.array(eye_mm)
    ahead = np.array([*looks_at_mm, 0.0]) - eye
    far = float(np.linalg.norm(ahead))
    ahead /= far
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    axes = _turned((0.0, 0.0, roll_deg)) @ np.stack([right, np.cross(ahead, right), ahead])
    return Device(
        focal_px=far / mm_per_px,
        middle_px=((size_wh[0] - 1) / 2 + 7.0, (size_wh[1] - 1) / 2 - 5.0),
        axes=axes,
        eye_mm=eye,
        size_wh=size_wh,
        bend=bend,
    )


CAMERA = _device(
    (310.0, 120.0, 1000.0), (300.0, 195.0), 1.5,
    mm_per_px=0.6, size_wh=(1280, 720), bend=(0.06, 0.001),
)  # fmt: skip
PROJECTOR = _device(
    (280.0, 330.0, 1150.0), (300.0, 200.0), -2.0,
    mm_per_px=0.55, size_wh=(1280, 800), bend=(0.02, -0.0005),
)  # fmt: skip


def _wood(rng: np.random.Generator) -> NDArray[np.float32]:
    """Reflectance of a wooden bench top with its four tags, far edge up, 0 to 1."""
    wide, deep = (int(REFLECT_PX_PER_MM * side) for side in BENCH_MM)
    grain = cv2.blur(rng.standard_normal((deep, wide), np.float32), (97, 7))
    grain *= 0.07 / float(grain.std())
    spots = cv2.blur(rng.standard_normal((deep, wide), np.float32), (15, 15))
    spots *= 0.04 / float(spots.std())
    wood = np.clip(0.55 + grain + spots, 0.2, 0.85)
    return np.asarray(wood, np.float32)


def _with_tags(wood: NDArray[np.float32], places: dict[int, tuple[float, float]]) -> None:
    """Draw a printed tag round each place (its middle, mm)."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    paper, black = 50 * REFLECT_PX_PER_MM, 40 * REFLECT_PX_PER_MM
    for number, (x_mm, y_mm) in places.items():
        tag = np.full((paper, paper), 0.9, np.float32)
        inset = (paper - black) // 2
        marks = cv2.aruco.generateImageMarker(dictionary, number, 6 * 27)
        marks = cv2.resize(marks, (black, black), interpolation=cv2.INTER_AREA)
        tag[inset:-inset, inset:-inset] = 0.07 + 0.83 * marks.astype(np.float32) / 255
        left = round(REFLECT_PX_PER_MM * x_mm) - paper // 2
        top = round(REFLECT_PX_PER_MM * (BENCH_MM[1] - y_mm)) - paper // 2
        wood[top : top + paper, left : left + paper] = tag


@cache
def _noise_tile() -> NDArray[np.float32]:
    """Noise of deviation 1, larger than a picture: each picture takes it at another offset."""
    return np.random.default_rng(77).standard_normal((1400, 2300), np.float32)


@lru_cache(maxsize=3)
def _fine_mm(camera: Device) -> Array:
    """Shape (rows * columns, 2): what point of the bench plane each subsample sees."""
    wide, tall = camera.size_wh
    step = 1.0 / SUBSAMPLES
    xs = (np.arange(wide * SUBSAMPLES) + 0.5) * step - 0.5
    ys = (np.arange(tall * SUBSAMPLES) + 0.5) * step - 0.5
    ideal = camera.lensed(np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2))
    plane = np.linalg.inv(camera.matrix[:, [0, 1, 3]])
    return np.asarray(cv2.perspectiveTransform(ideal[:, None, :], plane)[:, 0])


def _as_picture(camera: Device, values: Array) -> NDArray[np.float32]:
    wide, tall = camera.size_wh
    return values.astype(np.float32).reshape(tall * SUBSAMPLES, wide * SUBSAMPLES)


@lru_cache(maxsize=6)
def _lit_from(camera: Device, projector: Device) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The projector pixel that lights each subsample: x and y."""
    plane = projector.matrix[:, [0, 1, 3]]
    ideal = cv2.perspectiveTransform(_fine_mm(camera)[:, None, :], plane)[:, 0]
    px = projector.lensed(np.asarray(ideal, np.float64))
    return _as_picture(camera, px[:, 0]), _as_picture(camera, px[:, 1])


@lru_cache(maxsize=4)
def _reflectance(
    camera: Device,
    tags_at_mm: tuple[tuple[int, tuple[float, float]], ...],
    bench_at_mm: tuple[float, float],
    seed: int,
) -> NDArray[np.float32]:
    """How much light each subsample gives back, 0 to 1."""
    wood = _wood(np.random.default_rng(seed))
    _with_tags(wood, dict(tags_at_mm))
    at = _fine_mm(camera) - bench_at_mm
    x = _as_picture(camera, REFLECT_PX_PER_MM * at[:, 0] - 0.5)
    y = _as_picture(camera, REFLECT_PX_PER_MM * (BENCH_MM[1] - at[:, 1]) - 0.5)
    return np.asarray(
        cv2.remap(
            wood, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0.12
        )
    )  # fmt: skip


TAGS_AT_MM = {0: (25.0, 25.0), 1: (575.0, 25.0), 2: (575.0, 375.0), 3: (25.0, 375.0)}


@dataclass(frozen=True, eq=False, kw_only=True)
class SmallBench:
    """What stands there, and how its camera sees.

    Attributes:
        camera: The camera.
        projector: The projector.
        light: Grey levels of the projector's white on white paper, for a linear camera.
        ambient: The room's light, in times the projector's.
        noise: Standard deviation, grey levels.
        blur_px: Of the camera's lens.
        gamma: Level is light to the power of 1 / gamma.
        tags_at_mm: Middles of the printed tags.
        bench_at_mm: How far the bench was pushed, x and y.
        seed: Of texture and noise.
    """

    camera: Device = CAMERA
    projector: Device = PROJECTOR
    light: float = 150.0
    ambient: float = 0.3
    noise: float = 1.5
    blur_px: float = 0.7
    gamma: float = 1.0
    tags_at_mm: dict[int, tuple[float, float]] = field(default_factory=lambda: dict(TAGS_AT_MM))
    bench_at_mm: tuple[float, float] = (0.0, 0.0)
    seed: int = 7

    def lit_by(self, ambient: float, *, noise: float = 1.5) -> SmallBench:
        """With this much ambient light, exposed so that white paper is at 235."""
        return replace(self, ambient=ambient, light=235.0 / (1.0 + ambient), noise=noise)

    @property
    def _reflect(self) -> NDArray[np.float32]:
        tags = tuple(sorted(self.tags_at_mm.items()))
        return _reflectance(self.camera, tags, self.bench_at_mm, self.seed)

    @property
    def _lit_from(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return _lit_from(self.camera, self.projector)

    def clean(self, picture: Picture) -> NDArray[np.float32]:
        """What the camera would see of a projected picture without noise and clipping: light."""
        x, y = self._lit_from
        shown = cv2.remap(
            picture.astype(np.float32) / 255, x, y, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )  # fmt: skip
        seen = self._reflect * (shown + np.float32(self.ambient)) * np.float32(self.light)
        small = cv2.resize(seen, self.camera.size_wh, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small, (0, 0), self.blur_px), np.float32)

    def developed(self, light: NDArray[np.float32], rng: np.random.Generator) -> Picture:
        """Light to grey levels: gamma, noise, clipping."""
        levels = light
        if self.gamma != 1.0:
            levels = 255 * (np.clip(light, 0, None) / 255) ** (1 / self.gamma)
        tall, wide = light.shape
        x, y = (int(value) for value in rng.integers(0, 300, 2))
        noise = _noise_tile()[y : y + tall, x : x + wide] * np.float32(self.noise)
        return np.asarray(np.clip(levels + noise + 0.5, 0, 255), np.uint8)

    def shot(self, picture: Picture, rng: np.random.Generator) -> Picture:
        """One grey picture of the bench while `picture` is projected."""
        return self.developed(self.clean(picture), rng)

    def white_black(self, rng: np.random.Generator) -> tuple[Picture, Picture]:
        """The projector all white, and all black."""
        wide, tall = self.projector.size_wh
        white = np.full((tall, wide), 255, np.uint8)
        return self.shot(white, rng), self.shot(np.zeros_like(white), rng)

    def camera_px(self, points_mm: Array) -> Array:
        """Where bench points (N, 3) are seen."""
        return self.camera.unlensed(self.camera.ideal_px(points_mm))

    def projector_px(self, points_mm: Array) -> Array:
        """Which projector pixels light bench points (N, 3)."""
        return self.projector.lensed(self.projector.ideal_px(points_mm))

    def truth(self) -> Calibration:
        """A calibration that is right for this bench as it stands."""
        quality = Quality(
            rms_mm=0.0, worst_mm=0.0, rms_px=0.0, worst_px=0.0, points_mm=(0.0,) * 9, left_out=()
        )
        ring = np.array([[-20.0, 20.0], [20.0, 20.0], [20.0, -20.0], [-20.0, -20.0]])
        tags = []
        for number, middle in sorted(self.tags_at_mm.items()):
            corners = np.column_stack([ring + middle + np.array(self.bench_at_mm), np.zeros(4)])
            tags.append(Tag(tag_id=number, corners_px=self.camera_px(corners)))
        return Calibration(
            made_at=WHEN,
            method=Method.GRAY_CODE,
            cam_from_bench=_space_map(self.camera, from_real=True),
            camera=quality,
            camera_px=np.zeros((0, 2)),
            camera_wh=self.camera.size_wh,
            proj_from_bench=_space_map(self.projector, from_real=False),
            projector=quality,
            projector_wh=self.projector.size_wh,
            tags=tuple(tags),
        )


def _space_map(device: Device, *, from_real: bool) -> SpaceMap:
    """The device as a `SpaceMap`, its lens as a polynomial that fits to a hundredth of a pixel."""
    wide, tall = device.size_wh
    grid = np.stack(
        np.meshgrid(np.linspace(-60, wide + 60, 40), np.linspace(-60, tall + 60, 30)), -1
    ).reshape(-1, 2)
    ideal, real = (device.lensed(grid), grid) if from_real else (grid, device.lensed(grid))
    middle, scale = (wide / 2, tall / 2), wide / 2
    place = (ideal - middle) / scale
    shift, *_ = np.linalg.lstsq(terms(place, 5), real - ideal, rcond=None)
    assert np.abs(terms(place, 5) @ shift - (real - ideal)).max() < 0.02
    return SpaceMap(
        plane=PlaneMap(matrix=device.matrix[:, [0, 1, 3]]),
        rise=device.matrix[:, 2],
        lens=Lens(shift_px=shift, degree=5, middle_px=middle, scale_px=scale),
    )
