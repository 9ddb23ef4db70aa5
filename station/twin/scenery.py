"""What lies on the bench and stays: top, bins with parts in them, jig, box and buttons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from station.twin.canvas import FINER, Bgr, Canvas, at_height, inset
from station.twin.geometry import Pinhole, Points
from station.twin.overlay import lay_over
from station.twin.part_picture import part_picture, part_placement
from station_config.station import Station, Zone, ZoneKind

FLOOR: Bgr = (58, 56, 54)
_BIN: Bgr = (196, 186, 172)
_BIN_INSIDE: Bgr = (160, 150, 138)
_JIG: Bgr = (206, 204, 200)
_POCKET: Bgr = (150, 148, 146)
_CARDBOARD: Bgr = (132, 168, 196)
_BUTTON: Bgr = (218, 220, 221)
_BUTTON_RING: Bgr = (150, 152, 154)
_WALL_MM = 3.0
_BIN_FLOOR_MM = 4.0
_PARTS_AT_MM = 14.0
_JIG_MM = 8.0
_BOX_MM = 24.0
ROOM_LIGHT = 0.74
"""Share of full white that a white sheet on this bench gives in the camera: a projector must
have room above it."""
_LAMP_FALLS_OFF = 0.20


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scenery:
    """The bench without hands, light and loose parts, as the camera sees it.

    Attributes:
        reflect: Shape (height, width, 3), uint8: how much light of each colour comes back.
        shade: Shape (height, width, 3), uint8: how much of the room's light arrives, 255 is all.
        height_mm: Shape (height, width), float32: how high the surface lies.
    """

    reflect: NDArray[np.uint8]
    shade: NDArray[np.uint8]
    height_mm: NDArray[np.float32]


def surface_mm(station: Station, zone: Zone) -> float:
    """How high the light of a zone lands: on the parts in a bin, on the plate of a jig."""
    if zone.kind is ZoneKind.BIN:
        return min(_PARTS_AT_MM, zone.height_mm)
    if zone.kind is ZoneKind.PLACE:
        return _JIG_MM if is_jig(station, zone) else 1.0
    return 0.0


def is_jig(station: Station, zone: Zone) -> bool:
    """The first place of the station file is a jig, the others are boxes."""
    places = [name for name, each in station.zones.items() if each.kind is ZoneKind.PLACE]
    return zone.zone_id == places[0]


def painted_scenery(
    station: Station, camera: Pinhole, seed: int, *, texture: float = 1.0
) -> Scenery:
    """Paint the bench of this station, as sharp as pixels are.

    Args:
        station: Its bench and zones.
        camera: Which sees it, without its lens.
        seed: Everything that is left to chance follows from it.
        texture: How strong the grain of the wood is, 1 as usual.
    """
    canvas = Canvas(camera, FLOOR)
    rng = np.random.default_rng(seed)
    _bench_top(canvas, station.bench_mm, rng, texture)
    bins = 0
    for zone in station.zones.values():
        outline = np.array(zone.polygon_mm, dtype=np.float64)
        if zone.kind is ZoneKind.BUTTON:
            _button(canvas, outline)
        elif zone.kind is ZoneKind.PLACE and is_jig(station, zone):
            _jig(canvas, outline)
        elif zone.kind is ZoneKind.PLACE:
            _box(canvas, outline)
        else:
            _bin(canvas, outline, zone.height_mm)
            _parts(canvas, outline, zone.height_mm, bins, rng)
            bins += 1
    return _scenery(canvas, camera)


def cleared_scenery(
    bench_mm: tuple[float, float], camera: Pinhole, seed: int, *, texture: float = 1.0
) -> Scenery:
    """Paint a bench on which nothing stands."""
    canvas = Canvas(camera, FLOOR)
    _bench_top(canvas, bench_mm, np.random.default_rng(seed), texture)
    return _scenery(canvas, camera)


def lamp(size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """The room's light on a white sheet, wherever it lies: shape (height, width), 255 is full."""
    return np.clip(_lamp(size_px) * 255.0 + 0.5, 0, 255).astype(np.uint8)


def blurred(scenery: Scenery, blur_px: float) -> Scenery:
    """The same through a lens that blurs this much.

    Args:
        scenery: As sharp as pixels are.
        blur_px: Standard deviation.
    """
    if blur_px == 0.0:
        return scenery
    soft = cv2.GaussianBlur(scenery.reflect, (0, 0), blur_px)
    return replace(scenery, reflect=np.asarray(soft, np.uint8))


def _bench_top(
    canvas: Canvas, bench_mm: tuple[float, float], rng: np.random.Generator, texture: float
) -> None:
    wide, deep = bench_mm
    top = np.array([[0, 0], [wide, 0], [wide, deep], [0, deep]], dtype=np.float64)
    box, covered = canvas.covered(at_height(top, 0.0))
    wood = _wood(round(wide), round(deep), rng, texture)
    from_top = np.array([[1.0, 0, 0], [0, -1.0, deep], [0, 0, 1]])
    size = (canvas.shade.shape[1], canvas.shade.shape[0])
    seen = cv2.warpPerspective(wood, canvas.plane(0.0) @ from_top, size, flags=cv2.INTER_LINEAR)
    canvas.reflect[box.rows, box.columns][covered] = seen[box.rows, box.columns][covered]


def _wood(wide: int, deep: int, rng: np.random.Generator, texture: float) -> NDArray[np.uint8]:
    """Pale birch, one pixel a millimetre, the grain along x."""

    def noise(along: float, across: float) -> NDArray[np.float32]:
        # Made coarser along the grain, where it is smooth anyway: long blurs are slow.
        coarser = max(1, round(along / 8))
        raw = rng.normal(0, 1, (deep, wide // coarser + 1)).astype(np.float32)
        soft = cv2.GaussianBlur(raw, (0, 0), sigmaX=along / coarser, sigmaY=across)
        full = cv2.resize(soft, (wide, deep), interpolation=cv2.INTER_LINEAR)
        return np.asarray(full / full.std(), np.float32)

    waves = noise(160, 26) * 2.2 + np.arange(deep, dtype=np.float32)[:, None] / 17.0
    rings = np.sin(2 * np.pi * waves) * 0.6
    tone = rings * 2.6 + noise(60, 1.2) * 2.6 + noise(14, 0.7) * 1.7 + noise(90, 60) * 2.0
    base = np.array([172, 190, 203], np.float32)
    tint = np.array([1.25, 1.0, 0.8], np.float32)
    return np.asarray(np.clip(base + texture * tone[..., None] * tint, 0, 255), np.uint8)


def _button(canvas: Canvas, outline: Points) -> None:
    canvas.face(at_height(_rounded(outline, 12.0), 0.0), _BUTTON_RING)
    canvas.face(at_height(_rounded(inset(outline, 1.6), 11.0), 0.0), _BUTTON)


def _jig(canvas: Canvas, outline: Points) -> None:
    canvas.shadow(at_height(_shifted(outline, 4.0, -5.0), 0.0), 4.0, 0.5)
    _walls(canvas, outline, (0.0, _JIG_MM), _JIG, 0.75)
    canvas.face(at_height(_rounded(outline, 8.0), _JIG_MM), _JIG)
    canvas.face(at_height(_rounded(inset(outline, 12.0), 10.0), _JIG_MM), (188, 186, 183))
    middle = outline.mean(axis=0)
    for corner in outline:
        screw = middle + (corner - middle) * 0.88
        canvas.face(at_height(_circle(screw, 4.2), _JIG_MM), _POCKET, 0.8)
        canvas.face(at_height(_circle(screw, 2.0), _JIG_MM), (90, 88, 86), 0.7)


def _box(canvas: Canvas, outline: Points) -> None:
    """An open cardboard box with a low rim."""
    canvas.shadow(at_height(_shifted(outline, 5.0, -6.0), 0.0), 5.0, 0.5)
    _walls(canvas, outline, (0.0, _BOX_MM), _CARDBOARD, 0.72)
    canvas.face(at_height(outline, _BOX_MM), (150, 186, 212))
    inner = inset(outline, _WALL_MM)
    canvas.clip_to(at_height(inner, _BOX_MM))
    _walls(canvas, inner, (1.0, _BOX_MM), (118, 152, 180), 0.8)
    canvas.face(at_height(inner, 1.0), _CARDBOARD, 0.94)
    canvas.shadow(at_height(_shifted(inset(outline, 1.0), -22.0, 18.0), 1.0), 8.0, -0.05)
    canvas.clip = None


def _bin(canvas: Canvas, outline: Points, height_mm: float) -> None:
    canvas.shadow(at_height(_shifted(outline, 7.0, -9.0), 0.0), 7.0, 0.55)
    _walls(canvas, outline, (0.0, height_mm), _BIN, 0.80)
    canvas.face(at_height(_rounded(outline, 6.0), height_mm), _BIN, 1.04)
    inner = inset(outline, _WALL_MM)
    canvas.clip_to(at_height(_rounded(inner, 5.0), height_mm))
    _walls(canvas, inner, (_BIN_FLOOR_MM, height_mm), _BIN_INSIDE, 0.78)
    canvas.face(at_height(inner, _BIN_FLOOR_MM), _BIN_INSIDE, 0.72)
    canvas.clip = None


def _parts(
    canvas: Canvas, outline: Points, height_mm: float, kind: int, rng: np.random.Generator
) -> None:
    """A loose heap that fills the bin."""
    inner = inset(outline, 17.0)
    low, high = inner.min(axis=0), inner.max(axis=0)
    opening = at_height(inset(outline, _WALL_MM), height_mm)
    box, open_px = canvas.covered(opening)
    heap = canvas.reflect[box.rows, box.columns].copy()
    from_canvas = np.array([[1.0, 0, -box.left], [0, 1.0, -box.top], [0, 0, 1.0]])
    for layer in range(26):
        at = low + (high - low) * rng.random(2)
        plane = from_canvas @ canvas.plane(min(6.0 + 0.8 * layer, height_mm))
        placement = part_placement(plane, (float(at[0]), float(at[1])), rng.random() * 360.0)
        lay_over(heap, placement, part_picture(kind))
    canvas.reflect[box.rows, box.columns][open_px] = heap[open_px]
    canvas.clip_to(opening)
    box, floor = canvas.covered(at_height(inset(outline, _WALL_MM), _BIN_FLOOR_MM))
    canvas.height_mm[box.rows, box.columns][floor] = min(_PARTS_AT_MM, height_mm)
    shade = canvas.shade[box.rows, box.columns]
    shade[floor] = np.maximum(shade[floor], 0.86)
    canvas.shadow(at_height(_shifted(outline, -100.0, 30.0), _BIN_FLOOR_MM), 10.0, 0.28)
    canvas.clip = None


def _walls(
    canvas: Canvas, outline: Points, from_to_mm: tuple[float, float], colour: Bgr, shade: float
) -> None:
    """The upright faces round an outline, the farthest from the worker first."""
    closed = [*outline, outline[0]]
    faces = sorted(pairwise(closed), key=lambda ends: -float(ends[0][1] + ends[1][1]))
    low, high = from_to_mm
    for a, b in faces:
        corners = np.array([[*a, low], [*b, low], [*b, high], [*a, high]])
        side_light = 0.10 * np.sign(b[1] - a[1]) if abs(b[1] - a[1]) > abs(b[0] - a[0]) else 0.0
        canvas.face(corners, colour, shade + float(side_light))


def _rounded(outline: Points, radius_mm: float) -> Points:
    """The same outline with each corner cut by an arc (a quadratic curve), shape (N, 2)."""
    points = list[Points]()
    for before, corner, after in zip(
        np.roll(outline, 1, axis=0), outline, np.roll(outline, -1, axis=0), strict=True
    ):
        into = (before - corner) / np.linalg.norm(before - corner) * radius_mm
        out = (after - corner) / np.linalg.norm(after - corner) * radius_mm
        points += [corner + into * (1 - t) ** 2 + out * t**2 for t in np.linspace(0, 1, 6)]
    return np.array(points)


def _shifted(outline: Points, dx_mm: float, dy_mm: float) -> Points:
    return np.asarray(outline + np.array([dx_mm, dy_mm]), np.float64)


def _circle(middle: Points, radius_mm: float) -> Points:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.column_stack([np.cos(turn), np.sin(turn)]) * radius_mm + middle


def _scenery(canvas: Canvas, camera: Pinhole) -> Scenery:
    """Average down to the camera's size, with the lamp's own fall-off towards the corners."""
    size = camera.size_px
    shade = cv2.resize(canvas.shade, size, interpolation=cv2.INTER_AREA) * _lamp(size)
    reflect = cv2.resize(canvas.reflect, size, interpolation=cv2.INTER_AREA)
    return Scenery(
        reflect=np.asarray(reflect, np.uint8),
        shade=np.dstack([np.clip(shade * 255.0 + 0.5, 0, 255).astype(np.uint8)] * 3),
        height_mm=np.ascontiguousarray(canvas.height_mm[::FINER, ::FINER]),
    )


def _lamp(size_px: tuple[int, int]) -> NDArray[np.float64]:
    x, y = np.meshgrid(np.linspace(-1, 1, size_px[0]), np.linspace(-1, 1, size_px[1]))
    fall = _LAMP_FALLS_OFF * ((x + 0.15) ** 2 + (y + 0.25) ** 2) / 2.0
    return np.asarray(ROOM_LIGHT * (1.0 - fall), np.float64)
