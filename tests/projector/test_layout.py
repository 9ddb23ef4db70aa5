from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.buttons import Touch
from projector.geometry import bounds
from projector.layout import marks_for
from projector.scene import (
    MIN_LETTER_MM,
    Arrow,
    Box,
    Button,
    Dial,
    Glow,
    Icon,
    Light,
    Mark,
    Outline,
    Picture,
    Progress,
    Tick,
    Words,
)
from projector.wording import Phrase, said
from station_config.station import (
    ButtonUse,
    Camera,
    Projector,
    Station,
    Zone,
    ZoneKind,
)
from tasks.cues import Cue, CueKind
from tasks.events import SupportLevel

TAKE_SPRING = Cue(
    kind=CueKind.TAKE,
    zone="bin_b",
    words={"nl": "Pak de veer.", "en": "Take the spring."},
    steps_done=3,
    steps_total=9,
)

AnyMark = TypeVar("AnyMark", bound=Mark)


def of(kind: type[AnyMark], marks: tuple[Mark, ...]) -> list[AnyMark]:
    return [mark for mark in marks if isinstance(mark, kind)]


def texts(marks: tuple[Mark, ...]) -> set[str]:
    return {" ".join(words.lines) for words in of(Words, marks)}


def button(marks: tuple[Mark, ...], zone: Zone) -> Button | None:
    return next((b for b in of(Button, marks) if b.polygon_mm == zone.polygon_mm), None)


def test_a_take_step_lights_its_bin_green_and_nothing_else_breathes(bench: Station) -> None:
    marks = marks_for(TAKE_SPRING, bench)
    (ring,) = of(Outline, marks)
    assert ring.polygon_mm == bench.zones["bin_b"].polygon_mm
    assert ring.light is Light.TAKE
    breathing = [m for m in marks if isinstance(m, Outline | Glow | Button) and m.pulses]
    assert breathing == [ring]


def test_a_place_is_ringed_white_blue_and_stays_dark_inside(bench: Station) -> None:
    marks = marks_for(replace(TAKE_SPRING, kind=CueKind.PUT, zone="jig"), bench)
    assert [ring.light for ring in of(Outline, marks)] == [Light.PUT]
    assert of(Glow, marks) == []


def test_the_least_help_is_light_alone(bench: Station) -> None:
    cue = replace(TAKE_SPRING, support=SupportLevel.LIGHT, words=None)
    marks = marks_for(cue, bench)
    assert of(Outline, marks) == []
    assert [glow.pulses for glow in of(Glow, marks)] == [True]


def test_words_come_in_the_language_of_the_worker(bench: Station) -> None:
    assert "Pak de veer." in texts(marks_for(TAKE_SPRING, bench))
    assert "Take the spring." in texts(marks_for(TAKE_SPRING, bench, language="en"))


def test_a_wrong_reach_is_told_softly_and_the_right_bin_stays_the_main_thing(
    bench: Station,
) -> None:
    marks = marks_for(replace(TAKE_SPRING, wrong_zone="bin_d"), bench)
    right, wrong = of(Outline, marks)
    assert (right.light, wrong.light) == (Light.TAKE, Light.LOOK)
    assert right.width_mm > wrong.width_mm
    assert right.level > wrong.level
    assert (right.pulses, wrong.pulses) == (True, False)
    assert said(Phrase.LOOK_AGAIN, "nl") in texts(marks)
    (arrow,) = of(Arrow, marks)
    assert arrow.tail_mm[0] > arrow.tip_mm[0], "from bin d to bin b is to the left"


def test_other_bins_of_an_any_order_block_are_shown_quietly(bench: Station) -> None:
    marks = marks_for(replace(TAKE_SPRING, also_zones=("bin_c", "bin_d")), bench)
    main, *others = of(Outline, marks)
    assert len(others) == 2
    assert all(other.level < main.level and not other.pulses for other in others)


def test_buttons_are_always_there_and_dim(bench: Station) -> None:
    marks = marks_for(TAKE_SPRING, bench)
    buttons = of(Button, marks)
    assert {b.icon for b in buttons} == {Icon.NEXT, Icon.BACK, Icon.HELP, Icon.PAUSE}
    assert not any(b.bright for b in buttons)
    assert all(b.title is not None for b in buttons)


def test_the_done_button_comes_when_the_step_asks_for_it(bench: Station) -> None:
    done = bench.zones["done"]
    assert button(marks_for(TAKE_SPRING, bench), done) is None
    asked = button(marks_for(Cue(kind=CueKind.CONFIRM, zone="done"), bench), done)
    assert asked is not None
    assert asked.bright
    assert asked.pulses


def test_a_touch_fills_the_ring_of_its_button_in_small_steps(bench: Station) -> None:
    touched = button(
        marks_for(TAKE_SPRING, bench, touch=Touch(zone="next", fraction=0.5003)),
        bench.zones["next"],
    )
    assert touched is not None
    assert touched.fraction == pytest.approx(0.5)


def test_a_question_is_answered_on_the_next_and_back_buttons(bench: Station) -> None:
    marks = marks_for(replace(TAKE_SPRING, kind=CueKind.ASK), bench)
    yes, no = button(marks, bench.zones["next"]), button(marks, bench.zones["back"])
    assert yes is not None
    assert no is not None
    assert (yes.icon, no.icon) == (Icon.DONE, Icon.NO)
    assert yes.bright
    assert no.bright
    assert said(Phrase.QUESTION, "nl") in texts(marks)


def test_without_sight_no_zone_is_lit_and_no_button_waits_for_a_touch(bench: Station) -> None:
    marks = marks_for(replace(TAKE_SPRING, kind=CueKind.NO_SIGHT), bench)
    assert {type(mark) for mark in marks} == {Words}
    assert texts(marks) == {said(Phrase.NO_SIGHT, "nl"), "Pak de veer."}


def test_a_finished_run_gets_a_tick_and_words_and_nothing_to_do(bench: Station) -> None:
    marks = marks_for(Cue(kind=CueKind.FINISHED, steps_done=9, steps_total=9), bench)
    assert len(of(Tick, marks)) == 1
    assert texts(marks) == {said(Phrase.FINISHED, "nl")}
    assert of(Outline, marks) == []


def test_a_pause_shows_where_to_go_on(bench: Station) -> None:
    marks = marks_for(Cue(kind=CueKind.PAUSED), bench)
    resume = button(marks, bench.zones["pause"])
    assert resume is not None
    assert resume.icon is Icon.RESUME
    assert resume.bright


def test_who_asked_for_help_sees_that_it_was_heard(bench: Station) -> None:
    marks = marks_for(replace(TAKE_SPRING, help_wanted=True), bench)
    assert said(Phrase.HELP_WANTED, "nl") in texts(marks)
    help_button = button(marks, bench.zones["help"])
    assert help_button is not None
    assert help_button.bright


def test_waiting_is_a_ring_that_fills(bench: Station) -> None:
    (dial,) = of(Dial, marks_for(Cue(kind=CueKind.WAIT, zone="jig", fraction=0.25), bench))
    assert dial.fraction == pytest.approx(0.25)
    assert bounds(bench.zones["jig"].polygon_mm).holds(
        Box(
            left_mm=dial.centre_mm[0],
            bottom_mm=dial.centre_mm[1],
            right_mm=dial.centre_mm[0],
            top_mm=dial.centre_mm[1],
        )
    )


def test_a_zone_that_the_bench_lacks_gives_no_light_and_no_error(bench: Station) -> None:
    marks = marks_for(
        replace(TAKE_SPRING, zone="gone", also_zones=("lost",), wrong_zone="away"), bench
    )
    assert of(Outline, marks) == []
    assert "Pak de veer." in texts(marks)


def test_arabic_lines_and_bricks_run_from_the_right(bench: Station) -> None:
    cue = replace(TAKE_SPRING, words={"ar": "خذ النابض من الصندوق."})
    marks = marks_for(cue, bench, language="ar")
    assert any(words.right_to_left for words in of(Words, marks))
    assert [wall.right_to_left for wall in of(Progress, marks)] == [True]


def test_the_wall_of_a_run_stays_where_it_is(bench: Station) -> None:
    walls = {
        of(Progress, marks_for(replace(TAKE_SPRING, zone=zone, steps_done=done), bench))[0].box
        for done, zone in enumerate(["bin_a", "jig", "tray", "bin_e"])
    }
    assert len(walls) == 1


def test_marks_need_no_graphics_library() -> None:
    code = (
        "import sys, projector.layout, projector.pieces; "
        "print([m for m in ('pygame', 'cv2', 'numpy', 'PIL') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"


# Any bench, any words.


def station_with(zones: dict[str, Zone], width_mm: float, depth_mm: float) -> Station:
    return Station(
        station_id="any",
        site="any",
        title={},
        language="nl",
        bench_mm=(width_mm, depth_mm),
        camera=Camera(source="twin", width_px=1280, height_px=720, rate_hz=30.0),
        projector=Projector(display=0, width_px=1920, height_px=1080),
        calibration=Path("/nowhere.json"),
        zones=zones,
        hub=None,
        path=Path("/nowhere.yaml"),
    )


def zone_at(name: str, left: float, bottom: float, width: float, depth: float) -> Zone:
    kind = ZoneKind.BUTTON if name in {"next", "done"} else ZoneKind.BIN
    return Zone(
        zone_id=name,
        kind=kind,
        polygon_mm=(
            (left, bottom),
            (left + width, bottom),
            (left + width, bottom + depth),
            (left, bottom + depth),
        ),
        title={},
        use=ButtonUse.NEXT if name == "next" else None,
        enter_s=0.1,
        leave_s=0.1,
    )


@st.composite
def benches(draw: st.DrawFn) -> Station:
    """Benches of a grid of cells, some of which hold a zone."""
    width, depth = draw(st.floats(500.0, 1600.0)), draw(st.floats(350.0, 900.0))
    columns, rows = int(width // 160), int(depth // 150)
    cells = [(c, r) for c in range(columns) for r in range(rows)]
    names = ["target", "other", "next", "done", "bin_1", "bin_2", "bin_3", "bin_4"]
    count = draw(st.integers(2, min(len(cells), len(names))))
    picked = draw(st.permutations(cells))[:count]
    zones = {}
    for name, (column, row) in zip(names, picked, strict=False):
        side = draw(st.floats(50.0, 120.0))
        zones[name] = zone_at(
            name, column * width / columns + 10, row * depth / rows + 10, side, min(side, 120.0)
        )
    return station_with(zones, width, depth)


SENTENCES = st.lists(
    st.sampled_from(
        [
            "Pak",
            "de",
            "veer",
            "schroevendraaier",
            "voorzichtig",
            "خذ",
            "النابض",
            "śrubę",
            "ሳጹን",
            "从盒子",
        ]
    ),
    min_size=1,
    max_size=14,
).map(" ".join)
KINDS = st.sampled_from(list(CueKind))


def labels(marks: tuple[Mark, ...]) -> list[Box]:
    return [m.box for m in marks if isinstance(m, Words | Picture | Progress)]


@settings(max_examples=120, deadline=None)
@given(benches(), KINDS, SENTENCES, st.sets(st.sampled_from(["wrong", "help"])))
def test_labels_are_on_the_bench_and_can_be_read(
    station: Station, kind: CueKind, text: str, also: set[str]
) -> None:
    marks = marks_for(
        Cue(
            kind=kind,
            zone="target",
            wrong_zone="other" if "wrong" in also else None,
            words={"nl": text},
            picture="/a/picture.png",
            steps_done=2,
            steps_total=40,
            help_wanted="help" in also,
        ),
        station,
    )
    whole = Box(left_mm=0, bottom_mm=0, right_mm=station.bench_mm[0], top_mm=station.bench_mm[1])
    assert all(whole.holds(box) for box in labels(marks))
    every = [*of(Words, marks), *(b.title for b in of(Button, marks) if b.title)]
    assert all(words.letter_mm >= MIN_LETTER_MM for words in every)


@settings(max_examples=120, deadline=None)
@given(benches(), st.sampled_from(["Pak de veer.", "خذ النابض", "Draai vast."]))
def test_labels_cover_no_zone_and_no_other_label_where_there_is_room(
    station: Station, text: str
) -> None:
    width, depth = station.bench_mm
    roomy = station_with(station.zones, width + 420.0, depth + 160.0)
    cue = Cue(
        kind=CueKind.TAKE,
        zone="target",
        wrong_zone="other",
        words={"nl": text},
        picture="/a/picture.png",
        steps_done=2,
        steps_total=9,
    )
    boxes = labels(marks_for(cue, roomy))
    for box in boxes:
        for zone in roomy.zones.values():
            assert not box.overlaps(bounds(zone.polygon_mm))
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def test_labels_keep_off_the_place_where_hands_rest(bench: Station) -> None:
    rest = Box(left_mm=270.0, bottom_mm=0.0, right_mm=630.0, top_mm=100.0)
    for zone in bench.zones:
        for box in labels(marks_for(replace(TAKE_SPRING, zone=zone), bench)):
            assert not box.overlaps(rest)


def test_on_a_bench_without_room_the_words_still_come() -> None:
    full = station_with({"target": zone_at("target", 5, 5, 290, 190)}, 300.0, 200.0)
    marks = marks_for(replace(TAKE_SPRING, zone="target"), full)
    assert "Pak de veer." in texts(marks)
