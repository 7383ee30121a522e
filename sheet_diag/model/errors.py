"""What can go wrong outside of returns and is told in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any


class UserError(Exception):
    """Something a person is told; `key` is a wording key and `parts` what its sentence asks for."""

    def __init__(self, key: str, **parts: str) -> None:
        self.key = key
        self.parts: Mapping[str, str] = parts
        super().__init__(f"{key}: {parts}")

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **self.parts), (self.key,)  # some come from other machines
