"""Reads YAML as the catalogue means it: `yes`, dates and 12:30 are texts, a key stands once."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any, ClassVar

import yaml

# libyaml's loader is some ten times faster; the pure one is the same without it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What is no text (the core schema of YAML 1.2, decimal only): tag, form, first characters.
_NO_TEXTS = (
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("bool", r"true|True|TRUE|false|False|FALSE", tuple("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", tuple("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?",
        tuple("-+.0123456789"),
    ),
)


class NotYamlError(Exception):
    """Content that is no YAML document; the message says line and column."""


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader with its own notion of a text; it refuses duplicate keys."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                continue  # the base class refuses it
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


for _name, _form, _first in _NO_TEXTS:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_form})$"), list(_first)
    )


def read_yaml(content: bytes) -> Any:
    """Parse one document. Raises `NotYamlError`."""
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise NotYamlError(f"byte {error.start + 1}: not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise NotYamlError(f"{place}{error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise NotYamlError(" ".join(str(error).split())) from error
