"""Changes values inside YAML that a person wrote, and leaves every other character as it is.

A tree of nodes (PyYAML's, which know where they stand in the text) is held against the value
that is wanted; what is equal keeps its text, and only the difference is written. Comments, order,
quotes and line breaks of everything else stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import yaml

from station_config.yaml_core import CoreSchemaLoader

Plain = str | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
"""What YAML of these files can hold."""

_BARE_WORD = re.compile(r"[^\W\d_](?:[\w /()'.-]*[\w)])?")
"""Text that needs no quotes, inside brackets and out of them."""
_NOT_TEXT = frozenset({"true", "false", "null"})
_AFTER_ENTRY = re.compile(r"[ \t]*,?[ \t]*")
_INDENT = re.compile(r" *")
_REST_OF_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """`text` in place of the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What a mapping shall hold.

    Attributes:
        values: By new name, in any order; names that the text has already keep their places.
        were: New name to the name under which it stands in the text now, for those renamed.
    """

    values: Mapping[str, Plain]
    were: Mapping[str, str]


def composed(text: str) -> yaml.Node:
    """The tree of a text that `station_config.yaml_file` has read without a mistake."""
    root: yaml.Node | None = yaml.compose(text, Loader=CoreSchemaLoader)
    if root is None:
        raise ValueError("the text is empty")
    return root


def with_entries(text: str, key: str, wanted: Entries) -> str:
    """The text with other entries in the mapping under a key of the top.

    Args:
        text: YAML whose top is a mapping that has `key`, and a mapping under it.
        key: Which.
        wanted: What shall stand there.
    """
    root = composed(text)
    node = next(value for name, value in _pairs(root) if name.value == key)
    edits = sorted(
        _Editor(text).mapping(node, wanted.values, wanted.were),
        key=lambda edit: (edit.start, edit.end),
    )
    # From the back, so that places further to the front stay where they are.
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def flow(value: Plain) -> str:
    """A value on one line: `{kind: bin, polygon_mm: [[40, 420], [180, 420]]}`."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow(name)}: {flow(each)}' for name, each in value.items())}}}"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(flow(each) for each in value)}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    # The shortest text that means exactly this number, and 80 instead of 80.0.
    return repr(float(value)).removesuffix(".0")


def _quoted(text: str) -> str:
    if _BARE_WORD.fullmatch(text) and text.lower() not in _NOT_TEXT and "  " not in text:
        return text
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"  # noqa: PLR2004


class _Editor:
    """Finds what must change in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def mapping(
        self, node: yaml.Node, wanted: Mapping[str, Plain], were: Mapping[str, str]
    ) -> Iterator[_Edit]:
        """Change a mapping into another."""
        pairs = _pairs(node)
        now = {old: new for new, old in were.items()}
        # An entry whose name another one takes over has gone.
        names = [now.get(key.value, "" if key.value in were else key.value) for key, _ in pairs]
        keep = [name in wanted for name in names]
        for (key, value), name, kept in zip(pairs, names, keep, strict=True):
            if kept and name != key.value:
                yield _Edit(start=key.start_mark.index, end=key.end_mark.index, text=flow(name))
            if kept:
                yield from self._changed(value, wanted[name])
        new = [
            f"{flow(name)}: {flow(value)}" for name, value in wanted.items() if name not in names
        ]
        yield from self._resized(node, [(key, value) for key, value in pairs], keep, new)

    def _changed(self, node: yaml.Node, wanted: Plain) -> Iterator[_Edit]:
        if isinstance(node, yaml.CollectionNode) and node.value and not wanted:
            # Lines without any entry would say nothing at all.
            yield self._replaced(node, wanted)
        elif isinstance(node, yaml.MappingNode) and isinstance(wanted, Mapping):
            yield from self.mapping(node, wanted, {})
        elif isinstance(node, yaml.SequenceNode) and _is_list(wanted):
            yield from self._list(node, wanted)
        elif not self._holds(node, wanted):
            yield self._replaced(node, wanted)

    def _list(self, node: yaml.SequenceNode, wanted: Sequence[Plain]) -> Iterator[_Edit]:
        """Change a list into another, item by item."""
        for part, value in zip(node.value, wanted, strict=False):
            yield from self._changed(part, value)
        keep = [number < len(wanted) for number in range(len(node.value))]
        new = [flow(value) for value in wanted[len(node.value) :]]
        if not node.flow_style:
            new = [f"- {text}" for text in new]
        yield from self._resized(node, [(part, part) for part in node.value], keep, new)

    def _resized(
        self,
        node: yaml.Node,
        parts: Sequence[tuple[yaml.Node, yaml.Node]],
        keep: Sequence[bool],
        new: Sequence[str],
    ) -> Iterator[_Edit]:
        """Take entries out of a mapping or list, and put others at its end."""
        if all(keep) and not new:
            return
        spans = [(first.start_mark.index, _end(self._text, last)) for first, last in parts]
        if isinstance(node, yaml.CollectionNode) and node.flow_style:
            yield from self._resized_flow(node, spans, keep, new)
        else:
            yield from self._resized_block(spans, keep, new)

    def _resized_flow(
        self,
        node: yaml.Node,
        spans: Sequence[tuple[int, int]],
        keep: Sequence[bool],
        new: Sequence[str],
    ) -> Iterator[_Edit]:
        if not any(keep):
            inside = (node.start_mark.index + 1, node.end_mark.index - 1)
            yield _Edit(start=inside[0], end=inside[1], text=", ".join(new))
            return
        last = max(number for number, kept in enumerate(keep) if kept)
        for (start, end), kept in zip(spans[:last], keep[:last], strict=True):
            if not kept:
                yield _Edit(start=start, end=_matched(_AFTER_ENTRY, self._text, end), text="")
        at = spans[last][1]
        if new:
            yield _Edit(start=at, end=at, text="".join(f", {text}" for text in new))
        if last + 1 == len(spans):
            return
        start, end = at, spans[-1][1]
        if "#" in self._text[at : spans[last + 1][0]]:
            # That comment is about what stays, and the comma before it then stays as well.
            start, end = spans[last + 1][0], _matched(_AFTER_ENTRY, self._text, end)
        yield _Edit(start=start, end=end, text="")

    def _resized_block(
        self, spans: Sequence[tuple[int, int]], keep: Sequence[bool], new: Sequence[str]
    ) -> Iterator[_Edit]:
        first = self._line_start(spans[0][0])
        indent = self._text[first : _matched(_INDENT, self._text, first)]
        for (start, end), kept in zip(spans, keep, strict=True):
            if not kept:
                line = (self._line_start(start), _matched(_REST_OF_LINE, self._text, end))
                yield _Edit(start=line[0], end=line[1], text="")
        if not new:
            return
        at = _matched(_REST_OF_LINE, self._text, spans[-1][1])
        lines = "".join(f"{indent}{text}{self._newline}" for text in new)
        if not self._text[:at].endswith(("\n", "\r")):
            lines = self._newline + lines
        yield _Edit(start=at, end=at, text=lines)

    def _line_start(self, at: int) -> int:
        """Where the line begins; for an item of a block list, its dash is before `at`."""
        return max(self._text.rfind("\n", 0, at), self._text.rfind("\r", 0, at)) + 1

    def _holds(self, node: yaml.Node, wanted: Plain) -> bool:
        """Whether a node means this value already."""
        if not isinstance(node, yaml.ScalarNode):
            return False
        loader = CoreSchemaLoader("")
        try:
            value = loader.construct_document(node)
        finally:
            loader.dispose()
        if isinstance(value, bool) or isinstance(wanted, bool):
            return value is wanted
        return bool(value == wanted)

    def _replaced(self, node: yaml.Node, wanted: Plain) -> _Edit:
        start, end = node.start_mark.index, _end(self._text, node)
        # `use:` without a value stands right behind its colon.
        return _Edit(start=start, end=end, text=flow(wanted) if end > start else f" {flow(wanted)}")


def _is_list(value: Plain) -> TypeGuard[Sequence[Plain]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _pairs(node: yaml.Node) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("a mapping is wanted here")  # noqa: TRY004 - a value of the file
    pairs: list[tuple[yaml.ScalarNode, yaml.Node]] = node.value
    return pairs


def _end(text: str, node: yaml.Node) -> int:
    """Where a node's own text ends. PyYAML lets a block end where the next one begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        return node.start_mark.index + len(text[node.start_mark.index : end].rstrip())
    return end


def _matched(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a pattern that always matches ends."""
    found = pattern.match(text, at)
    return at if found is None else found.end()
