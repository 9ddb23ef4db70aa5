"""Zones go back into the coach's file, and nothing else in it changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from station_config.station import ButtonUse, Zone, ZoneKind
from station_config.station_file import ENTER_S, LEAVE_S, read_station
from station_config.station_writing import (
    StationChangedError,
    StationWritingError,
    ZoneToWrite,
    history,
    write_zones,
)
from station_config.yaml_file import YamlFileError

HEAD = """\
# The bench by the window. Ask Karin before you move it.
station: bench-01   # as on the sticker
site: 'delft'
bench: {depth_mm: 600, width_mm: 900}
camera: {source: 0}   # the one on the long cable
calibration: calibration/bench-01.json

"""
ON_ONE_LINE = (
    HEAD
    + """\
zones:
  # Bins, from left to right.
  bin_a: {kind: bin, polygon_mm: [[40, 420], [180, 420], [180, 560], [40, 560]], height_mm: 80, title: {nl: "Bak A", en: Bin A}}   # heavy

  jig: {kind: place, polygon_mm: [[380, 180], [560, 180], [560, 320], [380, 320]]}
  # The button that nobody finds:
  done: {kind: button, use: next, polygon_mm: [[760, 60], [840, 60], [840, 140]], enter_s: 0.3}

# Below here: the network.
hub: {broker: "mqtt://127.0.0.1:1883"}
"""  # noqa: E501 - as coaches write it
)
ON_MANY_LINES = (
    HEAD
    + """\
zones:
    bin_a:
        kind: bin
        polygon_mm:     # measured with the steel rule
            - [40, 420]
            - [180, 420]   # beside the lamp
            - [180, 560]
            - [40, 560]
        height_mm: 80.0
        title:
            nl: Bak A
            en: >-
              Bin A
    jig:
        kind: place
        polygon_mm: [[380, 180], [560, 180],
                     [560, 320], [380, 320]]   # two lines
    # The button that nobody finds:
    done:
        use: next
        kind: button
        polygon_mm:
        - - 760
          - 60
        - [840, 60]
        - [840, 140]
        enter_s: 0.30   # Piet presses slowly
hub: {broker: "mqtt://127.0.0.1:1883"}   # the last line"""
)
IN_BRACES = (
    HEAD
    + """\
zones: {
  bin_a: {kind: bin, polygon_mm: [[40, 420], [180, 420], [180, 560], [40, 560]], height_mm: 80,
          title: {nl: Bak A, en: Bin A}},   # heavy
  jig: {kind: place, polygon_mm: [[380, 180], [560, 180], [560, 320], [380, 320]]},
  done: {kind: button, use: next, polygon_mm: [[760, 60], [840, 60], [840, 140]], enter_s: 0.3,},
}
hub: {broker: "mqtt://127.0.0.1:1883"}
"""
)
LAYOUTS = [ON_ONE_LINE, ON_MANY_LINES, IN_BRACES]

Place = Callable[[str], Path]


@pytest.fixture
def bench(tmp_path: Path) -> Place:
    def write(text: str) -> Path:
        path = tmp_path / "bench-01.yaml"
        path.write_bytes(text.encode())
        return path

    return write


def as_they_are(path: Path) -> dict[str, ZoneToWrite]:
    """All zones of a file, unchanged."""
    zones = read_station(path).zones
    return {name: ZoneToWrite(zone=zone, was=name) for name, zone in zones.items()}


def write(path: Path, wanted: dict[str, ZoneToWrite] | list[ZoneToWrite]) -> None:
    zones = list(wanted.values()) if isinstance(wanted, dict) else wanted
    written = write_zones(path, zones, seen=read_station(path).zones)
    assert read_station(path).zones == {each.zone.zone_id: each.zone for each in zones}
    assert written.station == read_station(path)


def changed(each: ZoneToWrite, **values: object) -> ZoneToWrite:
    return replace(each, zone=replace(each.zone, **values))  # type: ignore[arg-type]


def new_zone(name: str = "tray") -> ZoneToWrite:
    zone = Zone(
        zone_id=name,
        kind=ZoneKind.PLACE,
        polygon_mm=((600.0, 200.0), (700.0, 200.0), (700.0, 300.0)),
        title={"nl": "Doos: klein", "en": "Box"},
        enter_s=ENTER_S,
        leave_s=LEAVE_S,
    )
    return ZoneToWrite(zone=zone, was=None)


def differing_lines(before: str, after: str) -> list[str]:
    """Lines of `after` that `before` lacks."""
    return [line for line in after.splitlines() if line not in before.splitlines()]


@pytest.mark.parametrize("text", LAYOUTS)
def test_zones_that_did_not_change_leave_every_byte(bench: Place, text: str) -> None:
    path = bench(text)
    write(path, as_they_are(path))
    assert path.read_text() == text
    assert history(path) == ()


def test_only_the_numbers_that_differ_are_written(bench: Place) -> None:
    path = bench(ON_ONE_LINE)
    zones = as_they_are(path)
    corners = ((42.0, 420.0), (180.0, 420.0), (180.0, 560.0), (40.0, 561.5))
    zones["bin_a"] = changed(zones["bin_a"], polygon_mm=corners, height_mm=85.0)
    write(path, zones)
    assert path.read_text() == ON_ONE_LINE.replace("[40, 420]", "[42, 420]").replace(
        "[40, 560]", "[40, 561.5]"
    ).replace("height_mm: 80", "height_mm: 85")


def test_lists_and_groups_over_many_lines_keep_their_lines_and_comments(bench: Place) -> None:
    path = bench(ON_MANY_LINES)
    zones = as_they_are(path)
    zones["bin_a"] = changed(
        zones["bin_a"],
        polygon_mm=((40.0, 420.0), (190.0, 420.0), (180.0, 560.0), (40.0, 560.0), (30.0, 500.0)),
        title={"nl": "Bak A", "en": "Bin one"},
    )
    zones["done"] = changed(
        zones["done"], polygon_mm=((765.0, 60.0), (840.0, 60.0), (840.0, 150.0)), use=None
    )
    write(path, zones)
    text = path.read_text()
    assert differing_lines(ON_MANY_LINES, text) == [
        "            - [190, 420]   # beside the lamp",
        "            - [30, 500]",
        "            en: Bin one",
        "        - - 765",
        "        - [840, 150]",
    ]
    assert "use: next" not in text


@pytest.mark.parametrize("text", LAYOUTS)
def test_a_new_zone_comes_last_and_a_removed_one_goes(bench: Place, text: str) -> None:
    path = bench(text)
    zones = as_they_are(path)
    del zones["jig"]
    write(path, [*zones.values(), new_zone()])
    after = path.read_text()
    assert list(read_station(path).zones) == ["bin_a", "done", "tray"]
    (line,) = [line for line in after.splitlines() if "tray" in line]
    assert "[[600, 200], [700, 200], [700, 300]]" in line
    assert 'title: {nl: "Doos: klein", en: Box}' in line
    assert "height_mm" not in line
    comments = set(re.findall(r"#.*", text)) - {"# two lines"}
    assert comments <= set(re.findall(r"#.*", after))


@pytest.mark.parametrize("text", LAYOUTS)
def test_a_zone_with_another_name_keeps_its_place_and_its_comments(bench: Place, text: str) -> None:
    path = bench(text)
    zones = as_they_are(path)
    zones["bin_a"] = changed(zones["bin_a"], zone_id="housings")
    write(path, zones)
    assert path.read_text() == text.replace("bin_a:", "housings:")


def test_two_zones_can_swap_their_names(bench: Place) -> None:
    path = bench(ON_ONE_LINE)
    zones = as_they_are(path)
    write(
        path,
        [
            changed(zones["bin_a"], zone_id="jig"),
            changed(zones["jig"], zone_id="bin_a"),
            zones["done"],
        ],
    )
    assert list(read_station(path).zones) == ["jig", "bin_a", "done"]


@pytest.mark.parametrize("text", LAYOUTS)
def test_all_zones_can_be_replaced_by_one(bench: Place, text: str) -> None:
    path = bench(text)
    write(path, [new_zone()])
    assert "# The bench by the window" in path.read_text()


def test_a_title_that_looks_like_something_else_stays_text(bench: Place) -> None:
    path = bench(ON_ONE_LINE)
    zones = as_they_are(path)
    for number, title in enumerate(
        ["true", "12", "null", "# 3", 'a "b" \\', "- x", "é😀", "\u2028"]
    ):
        zones["jig"] = changed(zones["jig"], title={"nl": f"{title}", "de": "no"})
        zones["jig"] = changed(zones["jig"], enter_s=(10 + number) / 100)
        if title.strip():
            write(path, zones)
            zones = as_they_are(path)


def test_windows_line_ends_a_mark_at_the_front_and_a_missing_last_one_stay(
    tmp_path: Path,
) -> None:
    text = ON_MANY_LINES.split("hub:", maxsplit=1)[0].rstrip()
    path = tmp_path / "bench-01.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    write(path, [*as_they_are(path).values(), new_zone()])
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf# The bench")
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_version_before_is_kept_each_time(bench: Place) -> None:
    path = bench(ON_ONE_LINE)
    for height_mm in (10.0, 20.0):
        zones = as_they_are(path)
        write(path, zones | {"jig": changed(zones["jig"], height_mm=height_mm)})
    first, second = history(path)
    assert first.parent.name == "bench-01.history"
    assert first.read_text() == ON_ONE_LINE
    assert "height_mm: 10" in second.read_text()


def test_all_mistakes_are_told_at_once_and_nothing_is_written(bench: Place) -> None:
    path = bench(ON_ONE_LINE)
    zones = as_they_are(path)
    zones["bin_a"] = changed(zones["bin_a"], polygon_mm=((0.0, 0.0), (9.0, 9.0)))
    zones["jig"] = changed(zones["jig"], height_mm=-5.0, use=ButtonUse.HELP)
    zones["done"] = changed(zones["done"], zone_id="Done!", enter_s=9.0)
    with pytest.raises(YamlFileError) as error:
        write_zones(path, list(zones.values()), seen=read_station(path).zones)
    told = str(error.value).splitlines()
    assert [line.split(": ")[1] for line in told] == [
        "zones > bin_a > polygon_mm",
        "zones > jig > height_mm",
        "zones > Done!",
        "zones > done! > enter_s".replace("done!", "Done!"),
    ]
    assert all(line.startswith("bench-01.yaml, line ") for line in told)
    assert path.read_text() == ON_ONE_LINE
    assert sorted(one.name for one in path.parent.iterdir()) == ["bench-01.yaml"]


def test_a_corner_off_the_bench_two_equal_names_or_no_zone_at_all_are_refused(
    bench: Place,
) -> None:
    path = bench(ON_ONE_LINE)
    zones = as_they_are(path)
    off = changed(zones["jig"], polygon_mm=((0.0, 0.0), (2000.0, 0.0), (10.0, 50.0)))
    for wanted, words in (
        ([off], "lies off the bench"),
        ([zones["jig"], changed(zones["done"], zone_id="jig")], "stands here twice"),
        ([], "at least one zone"),
    ):
        with pytest.raises(YamlFileError, match=words):
            write_zones(path, wanted, seen=read_station(path).zones)
    assert path.read_text() == ON_ONE_LINE


def test_zones_that_somebody_else_changed_meanwhile_are_not_overwritten(bench: Place) -> None:
    path = bench(ON_ONE_LINE)
    seen = read_station(path).zones
    path.write_text(ON_ONE_LINE.replace("height_mm: 80", "height_mm: 90"))
    with pytest.raises(StationChangedError, match="changed by somebody else"):
        write_zones(path, [new_zone()], seen=seen)
    path.write_text(ON_ONE_LINE.replace("by the window", "by the door"))
    write_zones(path, [new_zone()], seen=seen)
    assert "by the door" in path.read_text()


def test_a_link_to_the_file_stays_a_link_and_its_rights_stay(bench: Place, tmp_path: Path) -> None:
    path = bench(ON_ONE_LINE)
    path.chmod(0o640)
    link = tmp_path / "current.yaml"
    link.symlink_to(path)
    write(link, [new_zone()])
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(read_station(path).zones) == ["tray"]


def test_a_history_that_cannot_be_kept_stops_the_writing(bench: Place) -> None:
    path = bench(ON_ONE_LINE)
    path.with_name("bench-01.history").write_text("a file where the folder should be")
    with pytest.raises(StationWritingError, match="The file is as it was before"):
        write_zones(path, [new_zone()], seen=read_station(path).zones)
    assert path.read_text() == ON_ONE_LINE
    assert not list(path.parent.glob(".*"))


names = st.sampled_from(["bin_a", "jig", "done", "tray", "box_2"])
coordinates = st.integers(0, 5990).map(lambda tenth: tenth / 10)
triangles = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7).map(tuple)
titles = st.dictionaries(
    st.sampled_from(["nl", "en", "no"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool),
)
drawn_zones = st.builds(
    Zone,
    zone_id=names,
    kind=st.sampled_from(ZoneKind),
    polygon_mm=triangles,
    height_mm=st.integers(0, 1000).map(float),
    title=titles,
    use=st.none(),
    enter_s=st.sampled_from([0.0, ENTER_S, 0.3]),
    leave_s=st.sampled_from([LEAVE_S, 1.0]),
)


@given(
    text=st.sampled_from(LAYOUTS),
    zones=st.lists(drawn_zones, min_size=1, max_size=5, unique_by=lambda zone: zone.zone_id),
    links=st.permutations(["bin_a", "jig", "done", None, None]),
)
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_drawn_stands_in_the_file_or_the_file_stays(
    tmp_path: Path, text: str, zones: list[Zone], links: list[str | None]
) -> None:
    path = tmp_path / "bench-01.yaml"
    path.write_text(text)
    before = read_station(path)
    wanted = [ZoneToWrite(zone=zone, was=was) for zone, was in zip(zones, links, strict=False)]
    refused = None
    try:
        write_zones(path, wanted, seen=before.zones)
    except YamlFileError as error:
        refused = error
    if refused is not None:
        # Corners on one line, drawn by chance.
        assert {each.place.split(" > ")[-1] for each in refused.mistakes} == {"polygon_mm"}
        assert path.read_text() == text
        return
    assert read_station(path).zones == {zone.zone_id: zone for zone in zones}
    assert replace(read_station(path), zones=before.zones) == before
    assert path.read_text().startswith(HEAD)


@pytest.mark.parametrize("text", LAYOUTS)
def test_a_zone_can_take_the_name_of_one_that_is_removed(bench: Place, text: str) -> None:
    path = bench(text)
    zones = as_they_are(path)
    write(path, [zones["bin_a"], changed(zones["jig"], zone_id="done")])
