"""What tests of several rooms share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# Never the time that a test took: machines are busy.
settings.register_profile("busy", deadline=None)
settings.load_profile("busy")

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of this machine: one for all tests, for Playwright runs once in a program."""
    program = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
