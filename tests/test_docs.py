"""What the documents promise is there: every command is named, every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from hub.cli import app as hub_app
from station.cli import app as bench_app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
PATH = re.compile(r"`((?:docs|station|vision|tasks|projector|hub|calibration|station_config|tests"
                  r"|benchmarks)/[\w./-]+\.\w+)`")  # fmt: skip


def commands(app: typer.Typer, name: str) -> Iterator[str]:
    """`handwijzer tasks check`, and all the others."""

    def walk(command: click.Command, words: str) -> Iterator[str]:
        inner = getattr(command, "commands", None)
        if not inner:
            yield words
            return
        for part, one in inner.items():
            yield from walk(one, f"{words} {part}")

    yield from walk(typer.main.get_command(app), name)


@pytest.mark.parametrize(
    "command", [*commands(bench_app, "handwijzer"), *commands(hub_app, "handwijzer-hub")]
)
def test_every_command_is_documented(command: str) -> None:
    written = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert command in written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in LINK.findall(text):
        assert (page.parent / link).exists(), link
    for path in PATH.findall(text):
        assert (ROOT / path).exists(), path
