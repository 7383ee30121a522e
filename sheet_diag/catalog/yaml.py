"""YAML as the catalogue means it: `yes`, `no` and dates are words, a key stands once."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

# libyaml's loader is some ten times faster; the pure one is the same without it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEPT = {f"tag:yaml.org,2002:{name}" for name in ("null", "int", "float")}


class NotYamlError(Exception):
    """Content that is no YAML document; the message says line and column."""


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader with YAML 1.2 booleans; duplicate keys are refused."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class declares it so
        first: [(tag, rule) for tag, rule in rules if tag in _KEPT]
        for first, rules in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
            if not isinstance(key, Hashable):
                continue  # the base class refuses it
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(  # type: ignore[no-untyped-call]
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
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
