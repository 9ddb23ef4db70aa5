"""How commands speak: plainly, errors to the error stream, and never a traceback."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

out = Console(highlight=False, soft_wrap=True)
"""What was asked for."""
err = Console(stderr=True, highlight=False, soft_wrap=True)
"""What went wrong, and notes on the way."""


def say(text: str) -> None:
    """Print plainly, without reading markup into it."""
    out.print(text, markup=False)


def show(table: Table) -> None:
    """Print a table, as wide as it is."""
    out.print(table, soft_wrap=True, crop=False)


def tell(text: str) -> None:
    """Print a note or a mistake to the error stream, without reading markup into it."""
    err.print(text, markup=False)
    sys.stderr.flush()
