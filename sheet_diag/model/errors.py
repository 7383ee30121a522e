"""The base of errors that a person can mend."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any


class UserError(Exception):
    """An error that is shown as a sentence; `key` is its label, `parts` fill the label in."""

    def __init__(self, key: str, **parts: str) -> None:
        self.key = key
        self.parts: Mapping[str, str] = parts
        super().__init__(f"{key}: {parts}")

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **self.parts), (self.key,)  # some come from other machines
