"""Which letters a font file can draw: its character map, read straight from the file.

Pillow draws a box for a letter that a font lacks and does not say so; a worker would see boxes.
The tables are those of the OpenType specification 1.9, "cmap", formats 4 and 12.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

Ranges = tuple[range, ...]
"""Code points, as ranges."""


def letters_in(path: Path) -> Ranges:
    """The code points that a font file maps to a glyph; those of its first font for a collection.

    Raises:
        ValueError: The file is no TrueType or OpenType font.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        try:
            table = _cmap_table(file)
            return _ranges(table)
        except struct.error as error:
            raise ValueError(f"{path} is cut off or no font") from error


def holds(ranges: Ranges, letter: str) -> bool:
    """Whether the letter is in the ranges."""
    return any(ord(letter) in found for found in ranges)


def _cmap_table(file: BinaryIO) -> bytes:
    start = 0
    head = file.read(16)
    if head[:4] == b"ttcf":
        start = struct.unpack(">I", head[12:16])[0]
        file.seek(start)
        head = file.read(16)
    if head[:4] not in {b"\x00\x01\x00\x00", b"OTTO", b"true"}:
        raise ValueError(f"{file.name} is no TrueType or OpenType font")
    file.seek(start + 12)
    for _ in range(struct.unpack(">H", head[4:6])[0]):
        tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
        if tag == b"cmap":
            file.seek(offset)
            return file.read(length)
    raise ValueError(f"{file.name} maps no letters")


def _ranges(table: bytes) -> Ranges:
    """The widest Unicode subtable: format 12 if there is one, else format 4."""
    found: dict[int, int] = {}
    for k in range(struct.unpack(">H", table[2:4])[0]):
        platform, encoding, offset = struct.unpack(">HHI", table[4 + 8 * k : 12 + 8 * k])
        unicode = platform == 0 or (platform == 3 and encoding in {1, 10})  # noqa: PLR2004 - Windows
        if unicode:
            found[struct.unpack(">H", table[offset : offset + 2])[0]] = offset
    if 12 in found:  # noqa: PLR2004 - the format's own number
        return _format_12(table, found[12])
    return _format_4(table, found[4]) if 4 in found else ()  # noqa: PLR2004


def _format_12(table: bytes, at: int) -> Ranges:
    groups = struct.unpack(">I", table[at + 12 : at + 16])[0]
    words = struct.unpack(f">{3 * groups}I", table[at + 16 : at + 16 + 12 * groups])
    return tuple(
        range(first, last + 1) for first, last in zip(words[0::3], words[1::3], strict=True)
    )


def _format_4(table: bytes, at: int) -> Ranges:
    count = struct.unpack(">H", table[at + 6 : at + 8])[0] // 2
    ends = struct.unpack(f">{count}H", table[at + 14 : at + 14 + 2 * count])
    starts_at = at + 16 + 2 * count
    starts = struct.unpack(f">{count}H", table[starts_at : starts_at + 2 * count])
    last_code = 0xFFFF
    return tuple(
        range(first, last + 1)
        for first, last in zip(starts, ends, strict=True)
        if first < last_code
    )
