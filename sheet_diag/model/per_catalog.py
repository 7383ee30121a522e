"""Keeps what is computed from a catalogue once and looked up for every return."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from sheet_diag.model.catalog import Catalog

_CATALOGS: Final = 8  # a process works with one; the tests with many
_Result = TypeVar("_Result")


class _CatalogByIdentity:
    """A catalogue that is compared by identity.

    Comparing contents takes longer than most of what is computed, and the SHA-256 is the same for
    copies with other numbers.
    """

    __slots__ = ("catalog",)

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return id(self.catalog)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _CatalogByIdentity) and other.catalog is self.catalog


def cached_per_catalog(make: Callable[[Catalog], _Result]) -> Callable[[Catalog], _Result]:
    """Keep the result of `make` for each catalogue; the result must be frozen."""

    @lru_cache(maxsize=_CATALOGS)
    def compute(key: _CatalogByIdentity) -> _Result:
        return make(key.catalog)

    return lambda catalog: compute(_CatalogByIdentity(catalog))
