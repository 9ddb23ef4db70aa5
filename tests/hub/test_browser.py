"""The board as people see it: a real Chromium, a real hub, real stations."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

STATE = {
    "title": {"nl": "Werkplek 1", "en": "Bench 1"},
    "task": "torch",
    "task_title": {"nl": "Zaklamp", "en": "Torch"},
    "step": "take_lens",
    "step_words": {"nl": "Pak de lens.", "en": "Take the lens."},
    "step_number": 4,
    "steps_total": 10,
}


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page on a phone, which notes each request and each complaint of the browser."""
    context = chromium.new_context(locale="nl-NL", viewport={"width": 390, "height": 844})
    one = context.new_page()
    one.asked_for = []
    one.complaints = []
    one.on("request", lambda request: one.asked_for.append(request.url))
    one.on("console", lambda message: one.complaints.append(message.text))
    one.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.set_default_timeout(20_000)
    yield one
    context.close()


def test_a_station_appears_works_asks_for_help_and_leaves_without_a_reload(
    page: Any, shared_hub: Any, station: Callable[..., Any]
) -> None:
    url = shared_hub.url
    page.goto(url)
    bench = station(shared_hub.broker, name="comes-and-goes")
    bench.say_state(**(STATE | {"title": {"nl": "Werkplek bij de deur"}}))
    tile = page.locator("[data-key='delft/comes-and-goes']")
    tile.get_by_text("Pak de lens.").wait_for()
    assert tile.get_by_role("img", name="Stap 4 van 10").locator("rect.done").count() == 3
    bench.say_state(step="place_lens", step_words={"nl": "Leg de lens."}, step_number=5)
    tile.get_by_text("Leg de lens.").wait_for()
    bench.say_state(help_wanted=True)
    page.locator(".asking").get_by_text("Werkplek bij de deur").wait_for()
    assert page.get_by_role("status").inner_text() == "Werkplek bij de deur: Vraagt hulp"
    bench.say_state(help_wanted=False, paused=True)
    tile.get_by_text("Pauze").wait_for()
    bench.die()
    tile.get_by_text("Geen contact").wait_for()
    assert all(one.startswith(url) for one in page.asked_for)
    assert sum(one == url for one in page.asked_for) == 1
    assert page.complaints == []


def test_the_page_of_a_station_follows_its_run(
    page: Any, shared_hub: Any, station: Callable[..., Any]
) -> None:
    bench = station(shared_hub.broker, name="followed")
    bench.say_state(**(STATE | {"title": {"nl": "Gevolgd"}}))
    run = {"run_id": "run-followed", "task": "torch"}
    bench.report("run_started", **run)
    page.goto(shared_hub.url)
    page.get_by_role("link", name="Gevolgd").click()
    page.get_by_role("heading", name="Rondes").wait_for()
    bench.report("step_finished", step="take_lens", took_s=3.1, support="contour", **run)
    page.locator("tr", has_text="Pak de lens.").get_by_text("omtrek").wait_for()
    bench.report("wrong_zone", step="place_lens", zone="bin_c", **run)
    page.get_by_text("andere plek: bin c").wait_for()
    assert page.complaints == []


def test_the_other_language_is_one_step_away_and_remembered(
    page: Any, shared_hub: Any, station: Callable[..., Any]
) -> None:
    station(shared_hub.broker, name="bilingual").say_state(**STATE)
    tile = page.locator("[data-key='delft/bilingual']")
    page.goto(shared_hub.url)
    page.get_by_role("link", name="English").click()
    tile.get_by_text("Take the lens.").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(shared_hub.url)
    tile.get_by_text("Step 4 of 10").wait_for()


def test_all_of_it_goes_by_keyboard_and_the_focus_stays(
    page: Any, shared_hub: Any, station: Callable[..., Any]
) -> None:
    bench = station(shared_hub.broker, name="by-keyboard")
    bench.say_state(**(STATE | {"title": {"nl": "Met toetsen"}}))
    page.goto(shared_hub.url)
    tile = page.locator("[data-key='delft/by-keyboard']")
    tile.get_by_text("Pak de lens.").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Met toetsen":
            break
    bench.say_state(step_words={"nl": "Leg de lens."})
    tile.get_by_text("Leg de lens.").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Met toetsen"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Rondes").wait_for()


def test_a_page_whose_hub_is_gone_says_so_and_comes_back(
    page: Any, hub_process: Callable[..., Any], mosquitto: Any, free_port: int
) -> None:
    hub = hub_process("--broker", mosquitto.url, "--port", str(free_port))
    hub.start()
    page.goto(hub.url)
    page.get_by_text("Nog geen werkplekken").wait_for()
    hub.kill()
    page.locator("#lost").wait_for(state="visible")
    hub.start()
    page.locator("#lost").wait_for(state="hidden")


def test_nothing_runs_out_of_the_page_and_all_words_can_be_read(
    chromium: Any, shared_hub: Any, station: Callable[..., Any]
) -> None:
    """WCAG 2.2: reflow at 320 px (1.4.10), contrast 4.5 (1.4.3), targets of 24 px (2.5.8)."""
    states: dict[str, dict[str, Any]] = {
        "read-working": {},
        "read-help": {"help_wanted": True},
        "read-paused": {"paused": True},
        "read-fault": {"faults": ["De camera geeft een zwart beeld."], "paused": True},
    }
    for name, more in states.items():
        bench = station(shared_hub.broker, name=name)
        bench.say_state(**(STATE | more))
        bench.report("step_finished", run_id=name, task="torch", step="take_lens", worker="w-07")
    for width, scheme in itertools.product((320, 390, 1920), ("light", "dark")):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        page = context.new_page()
        page.goto(shared_hub.url)
        for name in states:
            page.locator(f"[data-key='delft/{name}']").wait_for()
        for path in ("", "stations/delft/read-fault"):
            page.goto(shared_hub.url + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert page.evaluate(WEAK_WORDS) == []
            assert page.evaluate(SMALL_TARGETS) == []
        context.close()


WEAK_WORDS = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => v / 255)
      .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = numbers(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(`${element.textContent.trim()}: ${ratio.toFixed(2)}`);
  }
  return weak;
}"""

SMALL_TARGETS = """() => [...document.querySelectorAll("a, summary, button")]
  .filter((e) => e.checkVisibility() && !e.matches(".skip, .asking a"))
  .filter((e) => Math.min(e.getBoundingClientRect().height, e.getBoundingClientRect().width) < 24)
  .map((e) => e.textContent.trim())"""
