"""Mistakes in files that people write, in words that a job coach knows."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

Place = tuple[str | int, ...]
"""Where in a file: keys, and numbers of list items from 0."""

_MEANT = {
    r"^[a-z][a-z0-9_]*$": "small letters, digits and _ only, and a letter first.",
    r"^[a-z][a-z0-9_-]*$": "small letters, digits, - and _ only, and a letter first.",
    r"^\S(.*\S)?$": "one line of text, without spaces before or after it.",
    r"^[a-z]{2}$": "a language is two small letters, such as nl or en.",
}

_REMEDIES = {
    "missing": "is missing.",
    "string_type": "must be text; put it between quotes.",
    "bool_type": "must be true or false.",
    "bool_parsing": "must be true or false.",
    "list_type": "must be a list: [ , ] or lines that begin with '- '.",
    "tuple_type": "must be a list: [ , ] or lines that begin with '- '.",
    "dict_type": "must be a group of 'name: value' lines.",
    "model_type": "must be a group of 'name: value' lines.",
    "model_attributes_type": "must be a group of 'name: value' lines.",
    "finite_number": "must be an ordinary number.",
    "string_too_short": "must not be empty.",
    "int_type": "must be a whole number.",
    "int_parsing": "must be a whole number.",
    "int_from_float": "must be a whole number.",
    "float_type": "must be a number.",
    "float_parsing": "must be a number.",
    "greater_than": "must be more than {gt:g}.",
    "greater_than_equal": "must be {ge:g} or more.",
    "less_than": "must be less than {lt:g}.",
    "less_than_equal": "must be {le:g} or less.",
    "too_short": "needs at least {min_length}, has {actual_length}.",
    "too_long": "may have at most {max_length}, has {actual_length}.",
    "literal_error": "can be {expected}.",
    "enum": "can be {expected}.",
    "value_error": "{error}",
}
"""Pydantic's kinds of mistake in words that a job coach knows."""


def remedy(schema: type[BaseModel], told: Any) -> str:
    """What to do about one mistake.

    Args:
        schema: What must stand in the file.
        told: One of pydantic's errors, as `ValidationError.errors()` gives them.
    """
    kind, context = told["type"], told.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(schema, told["loc"])
    if kind == "string_pattern_mismatch":
        return _MEANT.get(context["pattern"], f"does not fit {context['pattern']}.")
    if kind in _REMEDIES:
        return _REMEDIES[kind].format(**context)
    return f"{told['msg']}."


def _unknown_key(schema: type[BaseModel], place: Place) -> str:
    known = sorted(_known_keys(schema, place[:-1]))
    return unknown_name(str(place[-1]), known, otherwise="is not known here; known are")


def unknown_name(name: str, known: list[str], *, otherwise: str) -> str:
    """`did you mean 'bin_a'?`, or `otherwise` and what is known."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"{otherwise} {', '.join(known)}." if known else f"{otherwise} none."


def _known_keys(schema: Any, place: Place) -> set[str]:
    """The keys that may stand at `place`, over all branches that lead there."""
    kinds = {schema}
    for part in place:
        deeper = {kind for outer in kinds for kind in _inside(outer, part)}
        kinds = deeper or kinds
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _inside(kind: Any, part: str | int) -> Iterator[Any]:
    """What may stand under `part` of a value of this kind."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                yield from _plain(field.annotation)
        if part == kind.__name__:
            yield kind
        return
    origin = get_origin(kind)
    if (origin is dict and isinstance(part, str)) or (origin in (list, tuple)):
        yield from _plain(get_args(kind)[-1] if origin is dict else get_args(kind)[0])


def _plain(kind: Any) -> Iterator[Any]:
    """The kinds a union or an annotated kind is made of."""
    if get_origin(kind) in (list, dict, tuple) or not get_args(kind):
        yield kind
        return
    for part in get_args(kind):
        yield from _plain(part)
