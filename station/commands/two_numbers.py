"""Two numbers with an x between, as people write sizes on a command line."""

from __future__ import annotations

import re

import typer


def two_numbers(option: str, text: str, *, least: int) -> tuple[int, int]:
    """`1024x768` as numbers.

    Args:
        option: What it was written for.
        text: What was written.
        least: Neither may be less.

    Raises:
        typer.BadParameter: It is none, with an example.
    """
    written = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if written is None or min(int(written[1]), int(written[2])) < least:
        raise typer.BadParameter(
            f"write two numbers of {least} or more with an x between, as 1024x768 or 9x7,"
            f" not '{text}'",
            param_hint=option,
        )
    return int(written[1]), int(written[2])
