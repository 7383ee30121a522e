"""Unpickles records of the model, and nothing else."""

from __future__ import annotations

import io
import pickle
from dataclasses import is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Any, Final

_MODEL: Final = (
    "basics",
    "catalog",
    "comparison",
    "overrides",
    "results",
    "returns",
    "rules",
)


def restricted_loads(content: bytes) -> Any:
    """Unpickle records of the model, numbers, texts and lists of them.

    Raises `pickle.UnpicklingError` for anything else.
    """
    try:
        return _Unpickler(io.BytesIO(content)).load()
    except Exception as error:  # a pickle made by hand makes it raise all sorts
        raise pickle.UnpicklingError(str(error)) from error


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _classes()[module, name]  # never by walking dots from one name to another
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no record of the model") from None


@cache
def _classes() -> dict[tuple[str, str], type]:
    """List the records and enums of the model, and the exact kinds of number they hold."""
    found: dict[tuple[str, str], type] = {
        ("fractions", "Fraction"): Fraction,
        ("datetime", "date"): date,
    }
    for part in _MODEL:
        module = import_module(f"sheet_diag.model.{part}")
        for name, entry in vars(module).items():
            own = isinstance(entry, type) and entry.__module__ == module.__name__
            if own and (is_dataclass(entry) or issubclass(entry, Enum)):
                found[module.__name__, name] = entry
    return found
