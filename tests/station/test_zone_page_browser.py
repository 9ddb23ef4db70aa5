"""The page of zones in a real browser, served by the real command, before a film of an arm."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.alone import alone_in
from station_config.station_file import read_station
from tests.hub.test_browser import SMALL_TARGETS, WEAK_WORDS
from tests.station.zone_page_parts import ZonePage, arm_film, bench_file

SIZES = ((1280, 800), (1920, 1080), (1024, 640))
WAIT_MS = 30_000


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("arm") / "arm.avi"
    arm_film(path)
    return path


@pytest.fixture
def zone_page(film: Path, tmp_path: Path) -> Iterator[ZonePage]:
    made = ZonePage(tmp_path, "--source", film)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_page(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZonePage]:
    """One program for all tests that leave its file as it is."""
    made = ZonePage(tmp_path_factory.mktemp("shared"), "--source", film)
    yield made
    made.close()


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page; notes each request and each complaint of the browser."""
    contexts = []

    def open_page(
        zone_page: ZonePage, *, language: str = "nl", size: tuple[int, int] = SIZES[0], **more: Any
    ) -> Any:
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(viewport=viewport, locale="nl-NL", **more)
        contexts.append(context)
        page = context.new_page()
        page.asked_for, page.complaints = [], []
        page.on("request", lambda request: page.asked_for.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.set_default_timeout(WAIT_MS)
        page.goto(f"{zone_page.url}?lang={language}")
        page.locator("#picture[data-number]").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()


def place_in(page: Any, x: float, y: float) -> tuple[float, float]:
    """A place in the picture, by its share of width and height, on the screen."""
    box = page.locator("#drawing").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def middle(page: Any, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def saved(page: Any, button: str = "Opslaan") -> str:
    page.get_by_role("button", name=button, exact=True).click()
    page.locator("#saved").wait_for()
    return str(page.locator("#saved").inner_text())


def test_a_zone_is_drawn_tried_and_saved_and_the_rest_of_the_file_stays(
    opened: Callable[..., Any], zone_page: ZonePage
) -> None:
    before = zone_page.station.read_text()
    page = opened(zone_page)
    # The jig, which the arm of the film reaches, turns green, with its measure.
    page.locator(".zone.reached[aria-label='Mal']").wait_for(state="attached")
    page.locator("#list button.reached", has_text="Mal").get_by_text("mm diep").wait_for()
    # A bin of one's own, where the arm ends.
    page.get_by_role("button", name="Nieuwe zone").click()
    drag(page, place_in(page, 0.44, 0.44), place_in(page, 0.54, 0.62))
    page.get_by_label("Titel, Nederlands").fill("Restjes")
    page.get_by_label("Naam in taken").fill("scraps")
    page.locator(".now.reached").wait_for()
    page.get_by_text("wat de werkplek bedekt", exact=True).wait_for()
    page.get_by_text("telt").wait_for()
    # Too patient: the next visits of two seconds are too short.
    page.get_by_label("Geraakt na (s)").fill("4.5")
    page.get_by_text("te kort, telt niet").wait_for()
    assert "bench.history" in saved(page)
    zone = read_station(zone_page.station).zones["scraps"]
    assert (zone.title, zone.enter_s, len(zone.polygon_mm)) == ({"nl": "Restjes"}, 4.5, 4)
    after = zone_page.station.read_text()
    new = [line for line in after.splitlines() if line not in before.splitlines()]
    assert [line.strip().partition(":")[0] for line in new] == ["scraps"]
    assert [line for line in after.splitlines() if line not in new] == before.splitlines()
    assert all(one.startswith(zone_page.url) for one in page.asked_for)
    assert page.complaints == []


def test_corners_and_zones_are_dragged_and_what_was_done_is_undone(
    opened: Callable[..., Any], zone_page: ZonePage
) -> None:
    before = read_station(zone_page.station).zones
    page = opened(zone_page, language="en")
    page.locator("#list").get_by_role("button", name="Jig").click()
    page.locator(".handle").first.wait_for()
    start = middle(page, ".handle >> nth=0")
    drag(page, start, (start[0] - 40, start[1] + 20))
    page.get_by_text("Not saved yet").wait_for()
    box = page.locator("#list").get_by_role("button", name="Box")
    box.click()
    outline = ".zone.selected[aria-label='Box'] .line"
    page.locator(outline).wait_for(state="attached")
    start = middle(page, outline)
    drag(page, (start[0] + 30, start[1] + 30), (start[0] + 30, start[1] + 5))
    page.locator("#undo:enabled").wait_for()
    saved(page, "Save")
    after = read_station(zone_page.station).zones
    assert after["jig"].polygon_mm[1:] == before["jig"].polygon_mm[1:]
    (x, y), (was_x, was_y) = after["jig"].polygon_mm[0], before["jig"].polygon_mm[0]
    assert (x < was_x - 20, y < was_y - 8) == (True, True)
    moved = np.subtract(after["tray"].polygon_mm, before["tray"].polygon_mm)
    # Corners are saved in whole millimetres or tenths: all move alike but for the rounding.
    assert np.ptp(moved, axis=0).max() <= 1.0, moved
    assert moved[:, 1].min() > 10
    # Deleted, and got back.
    page.get_by_role("button", name="Delete the zone").click()
    assert box.count() == 0
    page.keyboard.press("Control+z")
    box.wait_for()
    assert page.complaints == []


def test_all_of_it_goes_by_keyboard(opened: Callable[..., Any], zone_page: ZonePage) -> None:
    page = opened(zone_page, language="en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("n")
    page.keyboard.press("Space")
    for arrow, times in (("ArrowRight", 4), ("ArrowDown", 3), ("ArrowLeft", 4)):
        for _ in range(times):
            page.keyboard.press(f"Shift+{arrow}")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.locator("#form").wait_for()
    page.keyboard.type("By hand")
    corner = page.locator(".handle").first
    corner.focus()
    label = corner.get_attribute("aria-label")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("+")
    page.locator(".handle").nth(4).wait_for()
    page.keyboard.press("Control+s")
    page.locator("#saved").wait_for()
    zone = read_station(zone_page.station).zones["zone_1"]
    x, y = (float(word) for word in label.partition(": x ")[2].removesuffix(" mm").split(", y "))
    assert zone.title == {"en": "By hand"}
    assert (len(zone.polygon_mm), zone.polygon_mm[0]) == (5, (x + 10, y + 1))
    # In the table of corners too, and a zone is thrown away with the keys alone.
    page.get_by_role("spinbutton", name="Corner 2 x, to the right").fill("300")
    page.get_by_role("button", name="Delete the zone").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    page.get_by_text("zone_1 is gone.").wait_for()
    assert "zone_1" not in read_station(zone_page.station).zones
    assert page.complaints == []


def test_all_mistakes_are_told_at_once_lead_to_their_fields_and_nothing_is_written(
    opened: Callable[..., Any], zone_page: ZonePage
) -> None:
    before = zone_page.station.read_bytes()
    page = opened(zone_page)
    page.locator("#list").get_by_role("button", name="Bak A").click()
    page.get_by_label("Naam in taken").fill("Bak A")
    page.get_by_label("Hoogte van de rand").fill("")
    page.get_by_label("Verlaten na").fill("60")
    page.get_by_role("button", name="Opslaan", exact=True).click()
    refused = page.locator("#refused")
    refused.get_by_text("er is niets geschreven").wait_for()
    assert refused.locator("li").count() == 3
    assert zone_page.station.read_bytes() == before
    page.locator("#list").get_by_role("button", name="Mal").click()
    refused.get_by_role("button", name="Verlaten na").click()
    assert page.evaluate("document.activeElement.name") == "leave_s"
    for label, value in (
        ("Naam in taken", "bak_a"),
        ("Hoogte van de rand", "60"),
        ("Verlaten na", "0.4"),
    ):
        page.get_by_label(label).fill(value)
    refused.wait_for(state="hidden")
    assert "bin_a heet nu bak_a" in saved(page)
    assert next(iter(read_station(zone_page.station).zones)) == "bak_a"


def test_zones_that_somebody_else_changed_are_not_overwritten(
    opened: Callable[..., Any], zone_page: ZonePage
) -> None:
    page = opened(zone_page, language="en")
    text = zone_page.station.read_text().replace("height_mm: 60", "height_mm: 55")
    zone_page.station.write_text(text)
    page.locator("#list").get_by_role("button", name="Jig").click()
    page.get_by_label("Height of the rim").fill("12")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#refused").get_by_text("Somebody else has changed the zones").wait_for()
    assert zone_page.station.read_text() == text


def test_every_size_and_language_shows_all_and_all_words_can_be_read(
    opened: Callable[..., Any], shared_page: ZonePage
) -> None:
    """WCAG 2.2: reflow (1.4.10), contrast 4.5 (1.4.3), targets of 24 px (2.5.8)."""
    for size, (language, scheme) in itertools.product(SIZES, (("nl", "light"), ("en", "dark"))):
        page = opened(shared_page, language=language, size=size, color_scheme=scheme)
        assert page.locator("html").get_attribute("lang") == language
        page.locator("#list button").first.click()
        page.locator(".handle").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(WEAK_WORDS) == []
        assert page.evaluate(SMALL_TARGETS) == []
        stage = page.locator("#stage").bounding_box()
        assert stage["y"] + stage["height"] <= size[1]
        assert stage["width"] >= 500
        page.context.close()


def test_only_the_page_itself_is_answered(shared_page: ZonePage) -> None:
    parts = urllib.parse.urlsplit(shared_page.url)
    root = f"http://127.0.0.1:{parts.port}/"
    assert shared_page.asked("picture.jpg")[0] in {200, 204}
    assert shared_page.asked("", Host="evil.example")[0] == 421
    assert shared_page.asked("", Host=f"evil.example:{parts.port}")[0] == 421
    for path in ("", "x/", "static/zones.js", "seen", "%2e%2e/"):
        assert shared_page.asked(root + path)[0] == 404
    before = shared_page.station.read_bytes()
    zones = json.dumps({"zones": [], "base": ""}).encode()
    own = f"http://127.0.0.1:{parts.port}"
    is_json = "application/json"
    for path in ("save", "draft", "bench"):
        refused = [
            shared_page.asked(path, zones, Content_Type=is_json),
            shared_page.asked(path, zones, Content_Type=is_json, Origin="http://evil.example"),
            shared_page.asked(path, zones, Content_Type=is_json, Origin="null"),
            shared_page.asked(path, zones, Content_Type="text/plain", Origin=own),
        ]
        assert [status for status, _ in refused] == [403] * 4
    status, text = shared_page.asked("save", b'{"zones": 3}', Content_Type=is_json, Origin=own)
    assert (status, "not what the page sends" in text) == (400, True)
    status, text = shared_page.asked("save", zones, Content_Type=is_json, Origin=own)
    assert (status, "minstens" in text) == (409, True)
    assert shared_page.asked("static/../server.py")[0] == 404
    assert shared_page.station.read_bytes() == before


def test_ctrl_c_ends_it_and_an_open_page_says_so(
    opened: Callable[..., Any], zone_page: ZonePage
) -> None:
    page = opened(zone_page)
    assert zone_page.interrupt() == 0
    page.locator("#lost").get_by_text("Geen contact met het programma").wait_for()
    assert "Traceback" not in zone_page.told


def test_a_station_that_has_the_camera_is_named_and_what_to_do(tmp_path: Path) -> None:
    path = bench_file(tmp_path)
    with alone_in(tmp_path / "kept", read_station(path)):
        told = subprocess.run(
            [
                *(sys.executable, "-m", "station.cli", "zones", "--station", str(path)),
                *("--source", "0", "--no-browser", "--folder", str(tmp_path / "kept")),
            ],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    assert told.returncode == 1
    assert "'bench-01' works on this computer now" in told.stderr
    assert "--source FILM" in told.stderr
    assert "Traceback" not in told.stderr
