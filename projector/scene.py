"""Marks: what stands on the bench in light, as plain geometry in bench millimetres.

Nothing here knows pixels, fonts or a graphics library, so that the same marks can become light
through a projector, a picture in a test, or SVG on a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from station_config.station import PolygonMm

PointMm = tuple[float, float]
"""x to the worker's right, y away from the worker."""

RGB = tuple[int, int, int]
"""Red, green, blue, 0 to 255 as a display takes them."""

MIN_LETTER_MM = 10.0
"""Smallest capital letter on the bench (shared guidance notes, rule 6)."""


class Light(StrEnum):
    """What light says. Its colour follows from that, in one place."""

    TAKE = "take"
    """Green: take here."""
    PUT = "put"
    """White-blue: put or work here, touch this."""
    LOOK = "look"
    """Amber: look again. Never red, never flashing."""
    PLAIN = "plain"
    """White: words, pictures, notices."""


COLOUR: dict[Light, RGB] = {
    Light.TAKE: (40, 235, 90),
    Light.PUT: (170, 215, 255),
    Light.LOOK: (255, 176, 40),
    Light.PLAIN: (244, 246, 242),
}
"""Green and amber differ in blue and in lightness as well as in hue, for those who see red and
green alike; shape (full ring or thin ring with words) says the same again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle on the bench, in millimetres. `top_mm` is further from the worker."""

    left_mm: float
    bottom_mm: float
    right_mm: float
    top_mm: float

    def __post_init__(self) -> None:
        if self.right_mm < self.left_mm or self.top_mm < self.bottom_mm:
            raise ValueError(f"a box needs left <= right and bottom <= top: {self}")

    @property
    def width_mm(self) -> float:
        """From left to right."""
        return self.right_mm - self.left_mm

    @property
    def height_mm(self) -> float:
        """From bottom to top."""
        return self.top_mm - self.bottom_mm

    @property
    def centre_mm(self) -> PointMm:
        """The middle."""
        return (self.left_mm + self.right_mm) / 2, (self.bottom_mm + self.top_mm) / 2

    @property
    def corners_mm(self) -> PolygonMm:
        """Counter-clockwise from the bottom left."""
        return (
            (self.left_mm, self.bottom_mm),
            (self.right_mm, self.bottom_mm),
            (self.right_mm, self.top_mm),
            (self.left_mm, self.top_mm),
        )

    def grown(self, by_mm: float) -> Box:
        """The box with a border of `by_mm` on all sides."""
        return Box(
            left_mm=self.left_mm - by_mm,
            bottom_mm=self.bottom_mm - by_mm,
            right_mm=self.right_mm + by_mm,
            top_mm=self.top_mm + by_mm,
        )

    def overlaps(self, other: Box) -> bool:
        """Whether the two share an area; touching borders do not count."""
        return (
            self.left_mm < other.right_mm
            and other.left_mm < self.right_mm
            and self.bottom_mm < other.top_mm
            and other.bottom_mm < self.top_mm
        )

    def holds(self, other: Box) -> bool:
        """Whether `other` lies wholly inside this box."""
        return (
            self.left_mm <= other.left_mm
            and other.right_mm <= self.right_mm
            and self.bottom_mm <= other.bottom_mm
            and other.top_mm <= self.top_mm
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A ring of light round a contour: just outside it on the bench, on its rim above the bench.

    Attributes:
        polygon_mm: The contour.
        light: What it says.
        width_mm: Width of the ring.
        level: Brightness, 0 to 1.
        pulses: Breathes slowly. At most one thing on the bench does.
        height_mm: How high the contour lies above the bench.
    """

    polygon_mm: PolygonMm
    light: Light
    width_mm: float
    level: float = 1.0
    pulses: bool = False
    height_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Glow:
    """An area filled with light.

    Attributes:
        polygon_mm: The area.
        light: What it says.
        level: Brightness, 0 to 1. Low enough to still see the parts that lie in it.
        pulses: Breathes slowly.
        height_mm: How high the area lies above the bench.
        soft_mm: Over how far light fades out round the edge; 0 for a plain edge. An edge that
            fades says "about here".
    """

    polygon_mm: PolygonMm
    light: Light
    level: float
    pulses: bool = False
    height_mm: float = 0.0
    soft_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """An arrow from one place to another, on the bench.

    Attributes:
        tail_mm: Where it begins.
        tip_mm: Where it points.
        light: What it says.
        width_mm: Width of its shaft.
        level: Brightness, 0 to 1.
        soft_mm: Over how far light fades out round its edge; 0 for a plain edge.
    """

    tail_mm: PointMm
    tip_mm: PointMm
    light: Light
    width_mm: float
    level: float = 1.0
    soft_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A tick: this is done. `size_mm` is the side of the square it fits in."""

    centre_mm: PointMm
    size_mm: float
    light: Light
    level: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A ring that fills clockwise from the top while time passes.

    Attributes:
        centre_mm: Its middle.
        radius_mm: To its outer edge.
        fraction: How far, 0 to 1.
        light: What it says.
        height_mm: How high it lies above the bench.
    """

    centre_mm: PointMm
    radius_mm: float
    fraction: float
    light: Light
    height_mm: float = 0.0


class Align(StrEnum):
    """Where lines stand in their box. Start is left, or right in a right-to-left script."""

    START = "start"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Lines of text in a box.

    Attributes:
        lines: Already broken so that they fit; drawn a little narrower if a font runs wide.
        box: Never left by the letters. High enough for accents and tails of all lines.
        letter_mm: Height of a capital letter on the bench.
        language: Language code, for letter shapes that differ by language.
        align: Where lines stand in the box.
        light: What it says.
        level: Brightness, 0 to 1.
        right_to_left: The script runs from right to left.
        height_mm: How high they lie above the bench.
    """

    lines: tuple[str, ...]
    box: Box
    letter_mm: float
    language: str
    align: Align = Align.START
    light: Light = Light.PLAIN
    level: float = 1.0
    right_to_left: bool = False
    height_mm: float = 0.0

    def __post_init__(self) -> None:
        if self.letter_mm < MIN_LETTER_MM:
            raise ValueError(
                f"letters of {self.letter_mm} mm cannot be read on a bench; "
                f"give {MIN_LETTER_MM:g} mm or more"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture from a file, as large as fits in the box, keeping its shape."""

    path: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The thing that is being made, piece by piece; no bar, no percentage.

    Korn et al. (PETRA 2015): people with impairments follow something concrete, not bars and
    circles. Each step is a brick, laid from the bottom up; beside the wall the tick that waits.

    Attributes:
        box: Where the wall stands.
        done: Bricks that lie.
        total: Bricks that the finished thing has.
        right_to_left: Bricks are laid from the right.
    """

    box: Box
    done: int
    total: int
    right_to_left: bool = False


class Icon(StrEnum):
    """A picture that says what a button does, for who does not read."""

    NEXT = "next"
    BACK = "back"
    HELP = "help"
    PAUSE = "pause"
    RESUME = "resume"
    DONE = "done"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A place to touch.

    Attributes:
        polygon_mm: Its area, as the camera watches it.
        icon: What it does, as a picture.
        icon_box: Where that picture stands.
        title: What it does, in words; None when the words stand beside it or are missing.
        bright: The step asks for it. Otherwise it is dim, but can be read.
        pulses: It is the one thing to touch now, and breathes slowly.
        fraction: How far a touch has come, 0 to 1; None when nobody touches.
        mirrored: The language runs from right to left, and so do `next` and `back`.
        height_mm: How high it lies above the bench; its title says so too.
    """

    polygon_mm: PolygonMm
    icon: Icon
    icon_box: Box
    title: Words | None
    bright: bool = False
    pulses: bool = False
    fraction: float | None = None
    mirrored: bool = False
    height_mm: float = 0.0


Mark = Outline | Glow | Arrow | Tick | Dial | Words | Picture | Progress | Button
"""One drawn thing. Marks do not hide each other: light adds up."""
