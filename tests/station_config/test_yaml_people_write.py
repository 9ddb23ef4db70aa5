"""Mistakes in files that people write: each is told with its line, its place and a remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import Field

from station_config.station import ZoneKind
from station_config.station_file import read_station
from station_config.yaml_file import Name, WrittenByHand, YamlFileError, line_of, read_yaml

LIBRARY = Path(__file__).parents[2] / "station_config" / "library"


class Shelf(WrittenByHand):
    name: Name
    title: dict[str, str] = Field(default_factory=dict)
    boxes: list[int] = Field(default_factory=list)
    width_mm: float = 1.0


Writer = Callable[[str | bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "shelf.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def told(path: Path) -> list[str]:
    with pytest.raises(YamlFileError) as error:
        read_yaml(path, Shelf)
    return [str(mistake) for mistake in error.value.mistakes]


TEN_MISTAKES = """\
station: Bench 01
site: delft
langage: nl
bench: {width_mm: -900}
camera: {source: 0, width_px: many}
calibration: calibration/bench-01.json
zones:
  bin_a: {kind: bim, polygon_mm: [[40, 420], [180, 420]]}
  jig: {kind: place, polygn_mm: [[380, 180], [560, 180], [560, 320]]}
  jig: {kind: place, polygon_mm: [[380, 180], [380, 180], [380, 180]]}
hub: {broker: "127.0.0.1"}
"""


def test_a_station_file_with_ten_mistakes_gets_ten_answers_at_once(written: Writer) -> None:
    with pytest.raises(YamlFileError) as error:
        read_station(written(TEN_MISTAKES))
    assert str(error.value).splitlines() == [
        "shelf.yaml, line 1: station: small letters, digits, - and _ only, and a letter first.",
        "shelf.yaml, line 3: langage: did you mean 'language'?",
        "shelf.yaml, line 4: bench > width_mm: must be more than 0.",
        "shelf.yaml, line 4: bench > depth_mm: is missing.",
        "shelf.yaml, line 5: camera > width_px: must be a whole number.",
        "shelf.yaml, line 8: zones > bin_a > kind: can be 'bin', 'place' or 'button'.",
        "shelf.yaml, line 8: zones > bin_a > polygon_mm: needs at least 3, has 2.",
        "shelf.yaml, line 10: zones > jig: stands here twice; keep one of them.",
        (
            "shelf.yaml, line 10: zones > jig > polygon_mm: the corners span no area;"
            " go round the zone corner by corner."
        ),
        "shelf.yaml, line 11: hub > broker: an address looks like mqtt://192.168.1.10:1883.",
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "line 1: is empty."),
        ("# only a remark\n", "line 1: is empty."),
        ("- a list\n", "line 1: must be a group of 'name: value' lines."),
        ("name: a\nnam: b\n", "line 2: nam: did you mean 'name'?"),
        (
            "name: a\nzzz: b\n",
            "line 2: zzz: is not known here; known are boxes, name, title, width_mm.",
        ),
        ("name: a\nname: b\n", "line 2: name: stands here twice; keep one of them."),
        ("name: a\nboxes:\n\t- 1\n", "line 3: has a tab; put spaces in its place."),
        ("name: a\nboxes: &b [1]\n", None),
        ("name: a\nboxes: [1, *b]\n", "line 2: is not YAML here: found undefined alias 'b'."),
        ("name: &n a\ntitle: {en: *n}\n", "line 1: uses & and * to repeat parts; write them out."),
        ("name: a\nwidth_mm: .nan\n", None),
        ("name: a\nboxes: [1, two]\n", "line 2: boxes > number 2: must be a whole number."),
        (
            "name: a\nboxes: 1\n",
            "line 2: boxes: must be a list: [ , ] or lines that begin with '- '.",
        ),
        ("name: 12\n", "line 1: name: must be text; put it between quotes."),
        ("name: a\ntitle: {en: !!python/name:os.system x}\n", "line 2: cannot be read:"),
        ("name: a\nwidth_mm: !!int many\n", "line 1: has a value that cannot be read;"),
        ("name: a\nwidth_mm: !!timestamp many\n", "line 1: has a value that cannot be read;"),
        ("name: a\nboxes: [1\n", "line 3: is not YAML here:"),
        ("name: a\n---\nname: b\n", "line 2: is not YAML here:"),
        ("name: a\nboxes: " + "[" * 2000, "line 1: cannot be read as YAML: it is nested too deep."),
        ("name: a\ntitle: {en: \x07}\n", "line 2: has a character that no text has (number 7)"),
        (b"name: caf\xe9\n", "line 1: is not UTF-8 text. Save it as UTF-8."),
        ("name: a\n" + "# long\n" * 200_000, "line 1: is larger than 1000000 bytes;"),
    ],
)
def test_odd_files_get_a_plain_answer(
    written: Writer, text: str | bytes, answer: str | None
) -> None:
    path = written(text)
    if answer is None:
        read_yaml(path, Shelf)
        return
    first, *more = told(path)
    assert first.removeprefix("shelf.yaml, ").startswith(answer)
    assert more == []


def test_a_file_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    assert told(tmp_path / "gone.yaml") == [
        "gone.yaml, line 1: cannot be opened (No such file or directory). Check the path."
    ]


def test_words_stay_words_and_numbers_stay_decimal(written: Writer) -> None:
    shelf = read_yaml(
        written('name: on_1\ntitle: {no: Hylle, en: "yes", nl: 1_2}\nboxes: [010, 08, -3]\n'), Shelf
    )
    assert shelf.title == {"no": "Hylle", "en": "yes", "nl": "1_2"}
    assert shelf.boxes == [10, 8, -3]


def test_a_byte_order_mark_does_no_harm(written: Writer) -> None:
    assert read_yaml(written(b"\xef\xbb\xbfname: shelf\n"), Shelf).name == "shelf"


def test_windows_line_ends_keep_their_numbers(written: Writer) -> None:
    assert told(written("name: a\r\nboxes: [1]\r\nzzz: 1\r\n"))[0].startswith("shelf.yaml, line 3")


def test_lines_can_be_asked_for_later(written: Writer) -> None:
    path = written("name: a\nboxes:\n  - 1\n  - 2\n")
    assert line_of(path, ("boxes", 1)) == 4
    assert line_of(path, ("boxes",)) == 2


def test_the_stations_of_the_library_can_be_used() -> None:
    for path in LIBRARY.glob("*.yaml"):
        if path.name.endswith(".points.yaml"):
            continue  # Points for calibration, not a station.
        station = read_station(path)
        assert station.of_kind(ZoneKind.BIN)
        assert station.calibration.is_absolute()


def test_paths_are_relative_to_the_station_file(written: Writer, tmp_path: Path) -> None:
    text = (LIBRARY / "bench_demo.yaml").read_text(encoding="utf-8")
    path = written(text.replace("source: twin", "source: films/one.mp4"))
    station = read_station(path)
    assert station.camera.source == str(tmp_path / "films" / "one.mp4")
    assert station.calibration == tmp_path / "calibration" / "bench_demo.json"


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ("width_mm: 900", "width_mm: 300", "a corner of "),
        (
            '"mqtt://127.0.0.1:1883"',
            '"mqtt://host:99999"',
            "the port must be a number up to 65535.",
        ),
        ("kind: bin, polygon_mm: [[50", "kind: bin, use: next, polygon_mm: [[50", "only a zone of"),
        ("language: nl", "language: dutch", "a language is two small letters, such as nl or en."),
        ("[50, 395]", "[.inf, 420]", "must be an ordinary number."),
        ("[50, 395]", "[50]", "is missing."),
    ],
)
def test_a_station_that_cannot_be_is_refused(
    written: Writer, old: str, new: str, answer: str
) -> None:
    text = (LIBRARY / "bench_demo.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(YamlFileError) as error:
        read_station(written(text.replace(old, new, 1)))
    assert error.value.mistakes[0].remedy.startswith(answer)
