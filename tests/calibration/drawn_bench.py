"""A bench drawn by exact geometry: pinholes with Brown's lenses, tags, a plate, gray code.

Written for the tests from nothing but numpy and the definitions; nothing of `calibration` takes
part but the names of the values that go in, so a mistake there cannot cancel out. Each pixel is
the mean of scattered samples, as a chip's is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.graycode import Stack

Array = NDArray[np.float64]
Size = tuple[float, float]
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
"""Front left, front right, back right, back left."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Device:
    """A camera or projector: pinhole and lens.

    Attributes:
        matrix: Shape (3, 4), homogeneous bench millimetres to ideal pixels.
        wh: Size of its picture.
        lens: k1, k2, p1, p2 of Brown's model, radius 1 at half the diagonal.
        middle_px: Of the lens.
    """

    matrix: Array
    wh: tuple[int, int]
    lens: tuple[float, float, float, float]
    middle_px: Array

    def seen(self, points_mm: Array, height_mm: float = 0.0) -> Array:
        """Bench points to pixels."""
        space = np.column_stack([points_mm, np.full(len(points_mm), height_mm)])
        mapped = np.column_stack([space, np.ones(len(space))]) @ self.matrix.T
        return self._bent(mapped[:, :2] / mapped[:, 2:])

    def on_plane(self, px: Array, height_mm: float = 0.0) -> Array:
        """Pixels to points of the plane at a height."""
        ideal = px.copy()
        for _ in range(7):
            ideal = ideal + px - self._bent(ideal)
        plane = self.matrix[:, [0, 1, 3]].copy()
        plane[:, 2] += height_mm * self.matrix[:, 2]
        mapped = np.column_stack([ideal, np.ones(len(ideal))]) @ np.linalg.inv(plane).T
        return np.asarray(mapped[:, :2] / mapped[:, 2:])

    def _bent(self, ideal: Array) -> Array:
        half = np.hypot(*self.wh) / 2.0
        x, y = ((ideal - self.middle_px) / half).T
        k1, k2, p1, p2 = self.lens
        square = x * x + y * y
        along = 1.0 + k1 * square + k2 * square**2
        bent = np.stack(
            [
                x * along + 2 * p1 * x * y + p2 * (square + 2 * x * x),
                y * along + p1 * (square + 2 * y * y) + 2 * p2 * x * y,
            ],
            axis=1,
        )
        return np.asarray(self.middle_px + half * bent)


def hung(
    *,
    eye_mm: tuple[float, float, float],
    looks_at_mm: Size,
    px_per_mm: float,
    wh: tuple[int, int],
    bend_px: float = 0.0,
    k2_share: float = 0.0,
    beside_px: Size = (0.0, 0.0),
    turn_deg: float = 0.4,
) -> Device:
    """A device that hangs there; `bend_px` is what its lens does in the corner of its picture."""
    eye, target = np.array(eye_mm), np.array([*looks_at_mm, 0.0])
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    down = np.cross(ahead, right)
    c, s = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    axes = np.stack([c * right + s * down, c * down - s * right, ahead])
    focal = px_per_mm * np.linalg.norm(target - eye)
    middle = (np.array(wh) - 1) / 2.0
    inner = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1.0]])
    k = bend_px / (np.hypot(*wh) / 2.0)
    return Device(
        matrix=inner @ np.column_stack([axes, -axes @ eye]),
        wh=wh,
        lens=(k * (1 - k2_share), k * k2_share, 0.0, 0.0),
        middle_px=middle + beside_px,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class PrintedTag:
    """One tag as it lies: its number, where its middle is, how it is turned and printed."""

    number: int
    middle_mm: Size
    side_mm: float = 40.0
    turns: int = 0
    is_mirrored: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Plate:
    """A plate that lies with its sides along those of the bench."""

    front_left_mm: Size
    size_mm: Size
    height_mm: float
    bow_mm: float = 0.0
    tags: tuple[PrintedTag, ...] = ()


def flush(size_mm: Size, *, at_mm: Size = (0.0, 0.0), first: int = 0) -> tuple[PrintedTag, ...]:
    """Four tags flush in the corners of a surface, on paper of 50 mm."""
    return tuple(
        PrintedTag(
            number=first + k,
            middle_mm=(
                at_mm[0] + (size_mm[0] - 25.0 if right else 25.0),
                at_mm[1] + (size_mm[1] - 25.0 if back else 25.0),
            ),
        )
        for k, (right, back) in enumerate(CORNERS)
    )


def _camera() -> Device:
    return hung(
        eye_mm=(290.0, 215.0, 900.0),
        looks_at_mm=(300.0, 190.0),
        px_per_mm=0.96,
        wh=(640, 480),
        bend_px=-4.0,
    )


def _projector() -> Device:
    return hung(
        eye_mm=(370.0, 300.0, 1000.0),
        looks_at_mm=(302.0, 198.0),
        px_per_mm=0.95,
        wh=(640, 480),
        bend_px=1.5,
        turn_deg=-0.7,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnBench:
    """A bench with all that lies on it, its camera, its projector and the light.

    Attributes:
        size_mm: Of the bench.
        camera: What sees it.
        projector: What lights it.
        tags: What was laid on it.
        plate: What lies above it, or None.
        light: Grey levels of the projector's white on white paper.
        room: Grey levels of the room's light on white paper.
        sun_mm: The bench left of this gets full sun.
        noise: Standard deviation, grey levels.
        samples: Each pixel is the mean of this number squared; tags get more.
    """

    size_mm: Size = (600.0, 400.0)
    camera: Device = field(default_factory=_camera)
    projector: Device = field(default_factory=_projector)
    tags: tuple[PrintedTag, ...] = flush((600.0, 400.0))
    plate: Plate | None = None
    light: float = 130.0
    room: float = 20.0
    sun_mm: float = -1e9
    noise: float = 1.5
    samples: int = 2
    is_mirrored: bool = False

    def stack(self, seed: int = 1) -> Stack:
        """All pictures of one gray-code capture."""
        rng = np.random.default_rng(seed)
        pairs = []
        for axis, size in enumerate(self.projector.wh):
            bits = (size - 1).bit_length()
            code = np.arange(size) ^ (np.arange(size) >> 1)
            stripes = [((code >> bit) & 1).astype(np.float32) for bit in range(bits - 1, -1, -1)]
            pairs.append(
                tuple(
                    (self._shot(rng, axis, one), self._shot(rng, axis, 1 - one)) for one in stripes
                )
            )
        white, black = (np.full(self.projector.wh[0], on, np.float32) for on in (1.0, 0.0))
        return Stack(
            columns=pairs[0],
            rows=pairs[1],
            white=self._shot(rng, 0, white),
            black=self._shot(rng, 0, black),
            projector_wh=self.projector.wh,
        )

    def white_and_black(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The two pictures without stripes."""
        rng = np.random.default_rng(1)
        on, off = (np.full(self.projector.wh[0], share, np.float32) for share in (1.0, 0.0))
        return self._shot(rng, 0, on), self._shot(rng, 0, off)

    def with_plate(
        self, *, height_mm: float = 80.0, bow_mm: float = 0.0, tags: bool = True
    ) -> DrawnBench:
        """The same bench with a plate on it that leaves the bench's tags free."""
        at, size = (70.0, 60.0), (460.0, 290.0)
        return replace(
            self,
            plate=Plate(
                front_left_mm=at,
                size_mm=size,
                height_mm=height_mm,
                bow_mm=bow_mm,
                tags=flush(size, at_mm=at, first=4) if tags else (),
            ),
        )

    def _shot(self, rng: np.random.Generator, axis: int, line: Array) -> NDArray[np.uint8]:
        """What the camera sees of a picture that is `line` along one axis."""
        width, height = self.camera.wh
        # One entry more than the line has: no light.
        reached = np.append(line, np.float32(0.0)).astype(np.float32)
        light = np.zeros(width * height, np.float32)
        for places in self._lit:
            light += reached.take(places[axis])
        light *= self.light / len(self._lit)
        grey = self._paper * (self._room_light + light.reshape(height, width))
        blurred = cv2.GaussianBlur(grey, (0, 0), 0.6)
        blurred += np.float32(self.noise) * rng.standard_normal(blurred.shape, np.float32)
        noisy = np.clip(np.rint(blurred), 0, 255).astype(np.uint8)
        return np.ascontiguousarray(noisy[:, :: -1 if self.is_mirrored else 1])

    def _samples(self, number: int) -> list[Array]:
        """Scattered places within the pixels: each shape (height, width, 2), whole picture."""
        width, height = self.camera.wh
        rng = np.random.default_rng(9)
        pixel = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
        cells = [(i, j) for i in range(number) for j in range(number)]
        return [pixel + (rng.random(pixel.shape) + cell) / number - 0.5 for cell in cells]

    def _ground(self, px: Array) -> tuple[Array, Array]:
        """Bench place and height seen at pixels, shapes (N, 2) and (N,)."""
        at, height = self.camera.on_plane(px), np.zeros(len(px))
        if self.plate is None:
            return at, height
        plate = self.plate
        top = np.full(len(px), plate.height_mm)
        raised = self._at_heights(px, top)
        for _ in range(2 if plate.bow_mm else 0):
            off = 2 * (raised - plate.front_left_mm) / plate.size_mm - 1.0
            top = plate.height_mm - plate.bow_mm * np.minimum((off**2).sum(axis=1), 2.0)
            raised = self._at_heights(px, top)
        on_it = (raised >= plate.front_left_mm).all(axis=1)
        on_it &= (raised < np.array(plate.front_left_mm) + plate.size_mm).all(axis=1)
        return np.where(on_it[:, None], raised, at), np.where(on_it, top, 0.0)

    def _at_heights(self, px: Array, height_mm: Array) -> Array:
        low, high = float(height_mm.min()), float(height_mm.max())
        below = self.camera.on_plane(px, low)
        if high - low < 1e-9:
            return below
        above = self.camera.on_plane(px, high)
        return below + ((height_mm - low) / (high - low))[:, None] * (above - below)

    @cached_property
    def _lit(self) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """For each sample the projector column and row that light it; one too many: none does."""
        found = []
        for sample in self._samples(self.samples):
            at, top = self._ground(sample.reshape(-1, 2))
            space = np.column_stack([at, top, np.ones(len(at))]) @ self.projector.matrix.T
            place = np.rint(self.projector._bent(space[:, :2] / space[:, 2:])).astype(int)
            inside = ((place >= 0) & (place < self.projector.wh)).all(axis=1)
            column, row = np.where(inside[:, None], place, self.projector.wh).T
            found.append((np.ascontiguousarray(column), np.ascontiguousarray(row)))
        return found

    @cached_property
    def _room_light(self) -> NDArray[np.float32]:
        width, height = self.camera.wh
        pixel = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
        at = self.camera.on_plane(pixel.reshape(-1, 2).astype(float))
        sunny = (at[:, 0] < self.sun_mm).reshape(height, width)
        return np.asarray(self.room + 600.0 * sunny, np.float32)

    @cached_property
    def _paper(self) -> NDArray[np.float32]:
        """How much of the light each pixel sends back."""
        width, height = self.camera.wh
        pixel = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
        paper = np.full((height, width), 0.55)
        _, top = self._ground(pixel.reshape(-1, 2).astype(float))
        paper[top.reshape(height, width) > 0] = 0.7
        for tag in self.tags:
            self._lay(paper, tag, 0.0, top.reshape(height, width) == 0)
        if self.plate is not None:
            for tag in self.plate.tags:
                self._lay(paper, tag, self.plate.height_mm, top.reshape(height, width) > 0)
        return paper.astype(np.float32)

    def _lay(
        self, paper: Array, tag: PrintedTag, height_mm: float, where: NDArray[np.bool_]
    ) -> None:
        half = tag.side_mm * 0.625
        ring = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
        outline = self.camera.seen(ring + tag.middle_mm, height_mm)
        low = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 1, 0)
        high = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 2, self.camera.wh)
        if (high <= low).any():
            return
        rng = np.random.default_rng(5)
        pixel = np.stack(np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1])), -1)
        box = (slice(low[1], high[1]), slice(low[0], high[0]))
        total, share = np.zeros(pixel.shape[:2]), np.zeros(pixel.shape[:2])
        for i in range(10):
            for j in range(10):
                px = pixel + (rng.random(pixel.shape) + np.array([i, j])) / 10 - 0.5
                off = self.camera.on_plane(px.reshape(-1, 2), height_mm) - tag.middle_mm
                ink, on_it = _ink(off, tag)
                total += np.where(on_it, ink, 0.0).reshape(total.shape)
                share += on_it.reshape(total.shape)
        mixed = (total + (100 - share) * paper[box]) / 100
        paper[box] = np.where(where[box], mixed, paper[box])


def _ink(off_mm: Array, tag: PrintedTag) -> tuple[Array, NDArray[np.bool_]]:
    """Reflectance at places from the middle of a tag, and whether they are on its paper."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    cells = cv2.aruco.generateImageMarker(dictionary, tag.number, 6) > 0
    cells = np.rot90(cells[:, ::-1] if tag.is_mirrored else cells, -tag.turns)
    side = tag.side_mm
    on_it = (np.abs(off_mm) < 0.625 * side).all(axis=1)
    cell = np.floor((off_mm / side + 0.5) * 6).astype(int)
    in_code = ((cell >= 0) & (cell < 6)).all(axis=1)
    column, row = np.clip(cell[:, 0], 0, 5), np.clip(5 - cell[:, 1], 0, 5)
    return np.where(in_code & ~cells[row, column], 0.06, 0.9), on_it
