"""The pictures of a gray-code capture on disk: read whole, in their order, or refused by name."""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np

from calibration.graycode import (
    Grey,
    Stack,
    pictures_for,
    stack_in_opencv_order,
    stack_in_our_order,
)

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
JPEG_STARTS, JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"
JPEG_TAIL_BYTES = 4096
"""Some cameras write notes behind the end mark."""


class PicturesError(Exception):
    """The pictures of a folder cannot be used. The text says which, and what to do."""


class Order(StrEnum):
    """In which order the pictures of a capture lie in their folder, sorted by name."""

    OPENCV = "opencv"
    OURS = "ours"


def read_stack(folder: Path, *, projector_wh: tuple[int, int], order: Order) -> Stack:
    """Read a capture and sort its pictures.

    Raises:
        PicturesError: All that is wrong with them, one line each.
    """
    pictures = read_pictures(folder, number=pictures_for(projector_wh))
    match order:
        case Order.OPENCV:
            return stack_in_opencv_order(pictures, projector_wh)
        case Order.OURS:
            return stack_in_our_order(pictures, projector_wh)


def read_pictures(folder: Path, *, number: int) -> list[Grey]:
    """Read the pictures of `folder` in the order of their names, as grey.

    Raises:
        PicturesError: All that is wrong with them, one line each.
    """
    if not folder.is_dir():
        raise PicturesError(f"{folder}: there is no such folder.")
    paths = sorted(one for one in folder.iterdir() if one.suffix.lower() in ENDINGS)
    wrong = []
    if len(paths) != number:
        wrong.append(
            f"{folder}: has {len(paths)} pictures, but a capture for this projector has {number}:"
            f" each stripe pattern and its inverse, white and black.{_gaps(paths)}"
        )
    pictures = [_read(path) for path in paths]
    sizes = Counter(one.shape for one in pictures if not isinstance(one, str))
    usual = sizes.most_common(1)[0][0] if sizes else None
    for path, picture in zip(paths, pictures, strict=True):
        if isinstance(picture, str):
            wrong.append(f"{path.name}: {picture}")
        elif picture.shape != usual and usual is not None:
            wrong.append(
                f"{path.name}: is {_told(picture.shape)}, most others are {_told(usual)}."
                " Take all pictures with the same camera settings."
            )
    if wrong:
        raise PicturesError("\n".join(wrong))
    return [one for one in pictures if not isinstance(one, str)]


def _read(path: Path) -> Grey | str:
    """One picture, or what is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"cannot be read ({error.strerror}). Is it yours to read?"
    if content.startswith(JPEG_STARTS) and JPEG_ENDS not in content[-JPEG_TAIL_BYTES:]:
        return "is cut off in the middle. Copy it again."
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:  # an empty file
        picture = None
    if picture is None:
        return "is not a picture that can be read. Copy it again."
    return np.asarray(picture, np.uint8)


def _gaps(paths: list[Path]) -> str:
    """Which numbers are left out between the first and the last name, if names are numbered."""
    ends = [re.search(r"(\d+)$", path.stem) for path in paths]
    numbers = {int(end[1]) for end in ends if end is not None}
    if len(numbers) != len(paths) or not numbers:
        return ""
    gaps = sorted(set(range(min(1, *numbers), max(numbers) + 1)) - numbers)
    return f" Missing: number {', '.join(map(str, gaps))}." if 0 < len(gaps) <= len(paths) else ""


def _told(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}x{shape[0]}"
