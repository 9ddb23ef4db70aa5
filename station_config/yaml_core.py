"""The dialect of YAML that is read: values as YAML 1.2 has them, so that `no` stays a word.

PyYAML follows YAML 1.1, where a title in Norwegian (`no: …`) becomes `False`, `on` becomes `True`
and `1:30` becomes 90.
"""

from __future__ import annotations

import re

import yaml


class CoreSchemaLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2's core schema."""


CoreSchemaLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)$",
        "-+0123456789.",
    ),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN"),
):
    CoreSchemaLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(pattern), [*first, *([""] if tag == "null" else [])]
    )


def _whole_number(_: CoreSchemaLoader, node: yaml.ScalarNode) -> int:
    """PyYAML would read 010 as 8 and stumble over 08."""
    return int(node.value)


CoreSchemaLoader.add_constructor("tag:yaml.org,2002:int", _whole_number)
