"""Reads YAML that people write, and tells every mistake at once, each with its line.

The only home of YAML. What a schema knows of the work stays with the schema; how a mistake is put
into words stands in `remedies.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from station_config.remedies import Place, remedy
from station_config.yaml_core import CoreSchemaLoader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MAX_BYTES = 1_000_000
"""A larger file is no task and no station; reading it would only hold the bench up."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""What YAML and MQTT call a thing: small letters, digits and _."""

StationName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
"""Names of stations and sites, which may have a hyphen: `bench-01`."""

Label = Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$", max_length=100)]
"""What another program calls a thing, in its own words: `spin leg`."""

Model = TypeVar("Model", bound="WrittenByHand")


class WrittenByHand(BaseModel):
    """Base of every schema for files that people write: an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing to mend in a file.

    Attributes:
        file: The file's name.
        line: Counted from 1.
        place: Where in the file, as a person would say it; empty for the whole file.
        remedy: What is wrong or what to write instead.
    """

    file: str
    line: int
    place: str
    remedy: str

    def __str__(self) -> str:
        where = f" {self.place}:" if self.place else ""
        return f"{self.file}, line {self.line}:{where} {self.remedy}"


class YamlFileError(Exception):
    """A file cannot be used. `mistakes` has every reason, in the order of their lines."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


def read_yaml(
    path: Path, schema: type[Model], *, context: Mapping[str, Any] | None = None
) -> Model:
    """Read a file that a person wrote.

    Args:
        path: The file.
        schema: What must stand in it.
        context: What the schema's validators must know besides: the folder of the file.

    Raises:
        YamlFileError: The file cannot be used; the error has every mistake with its line.
    """
    root = _composed(path)
    loader = CoreSchemaLoader("")
    try:
        written = loader.construct_document(root)
    except yaml.constructor.ConstructorError as error:
        line = 1 + (error.problem_mark.line if error.problem_mark else 0)
        raise _refused(path, line, f"cannot be read: {error.problem}.") from None
    except (ValueError, AttributeError, OverflowError):
        # A value under a tag that it does not fit, such as `!!int many`, or endless digits.
        raise _refused(
            path, 1, "has a value that cannot be read; leave out words with !."
        ) from None
    finally:
        loader.dispose()
    mistakes = list(_repeated_keys(path.name, root))
    try:
        model = schema.model_validate(written, context=context)
    except ValidationError as error:
        mistakes += [_mistake(path.name, root, schema, told) for told in error.errors()]
    if mistakes:
        raise YamlFileError(tuple(sorted(mistakes, key=lambda mistake: mistake.line)))
    return model


def line_of(path: Path, place: Place) -> int:
    """The line on which something stands in a file that `read_yaml` has read, from 1.

    For mistakes that only show when two files are held against each other.
    """
    return _node_at(_composed(path), place)[0]


def _composed(path: Path) -> yaml.Node:
    """The file as PyYAML's tree, which knows its lines."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise _refused(path, 1, f"cannot be opened ({error.strerror}). Check the path.") from None
    except UnicodeDecodeError:
        raise _refused(path, 1, "is not UTF-8 text. Save it as UTF-8.") from None
    if len(raw) > MAX_BYTES:
        raise _refused(path, 1, f"is larger than {MAX_BYTES} bytes; such a file is not read.")
    try:
        root = yaml.compose(text, Loader=CoreSchemaLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "the lines do not fit together"
        remedy = f"is not YAML here: {problem}. Look at the spaces, colons and quotes."
        if "'\\t'" in problem:
            remedy = "has a tab; put spaces in its place."
        raise _refused(path, 1 + (mark.line if mark else 0), remedy) from None
    except yaml.reader.ReaderError as error:
        line = 1 + text.count("\n", 0, error.position)
        remedy = f"has a character that no text has (number {error.character}); take it out."
        raise _refused(path, line, remedy) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _refused(path, 1, "cannot be read as YAML: it is nested too deep.") from None
    if root is None:
        raise _refused(path, 1, "is empty.")
    if _has_alias(root):
        raise _refused(path, 1, "uses & and * to repeat parts; write them out.")
    return root


def _refused(path: Path, line: int, remedy: str) -> YamlFileError:
    return YamlFileError((Mistake(file=path.name, line=line, place="", remedy=remedy),))


def _has_alias(root: yaml.Node) -> bool:
    """Whether a node is used twice: a few lines of aliases can stand for gigabytes."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return False


def _repeated_keys(file: str, node: yaml.Node, place: Place = ()) -> Iterator[Mistake]:
    """YAML lets the last of two equal keys win, which hides the first from its author."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                remedy = "stands here twice; keep one of them."
                where = _spoken((*place, key.value))
                yield Mistake(file=file, line=_line(key), place=where, remedy=remedy)
            seen.add(key.value)
            yield from _repeated_keys(file, value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, part in enumerate(node.value):
            yield from _repeated_keys(file, part, (*place, number))


def _mistake(file: str, root: yaml.Node, schema: type[BaseModel], told: Any) -> Mistake:
    line, found = _node_at(root, told["loc"])
    place = found
    if told["type"] == "missing":
        place = (*found, told["loc"][-1])
    return Mistake(file=file, line=line, place=_spoken(place), remedy=remedy(schema, told))


def _node_at(root: yaml.Node, place: Place) -> tuple[int, Place]:
    """The line of the deepest node on the way to `place`, and the way that really exists.

    Pydantic names the branch of a union in the place of an error; such parts are passed over.
    """
    node, line, found = root, _line(root), list[str | int]()
    for part in place:
        if isinstance(node, yaml.MappingNode):
            # Of two equal keys the last counts, as it did for whoever read the values.
            pair = next((p for p in reversed(node.value) if p[0].value == str(part)), None)
            if pair is None:
                continue
            line, node = _line(pair[0]), pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                continue
            node = node.value[part]
            line = _line(node)
        else:
            continue
        found.append(part)
    return line, tuple(found)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _spoken(place: Place) -> str:
    """`steps > number 2 > take`."""
    return " > ".join(f"number {part + 1}" if isinstance(part, int) else part for part in place)
