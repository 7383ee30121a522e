"""What is worked out of a catalogue once, and looked up for every return after that."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from sheet_diag.model.catalog import Catalog

_CATALOGS: Final = 8  # a process works with one; the tests with many
_Prepared = TypeVar("_Prepared")


class _CatalogByIdentity:
    """A catalogue known by what it is, not by what it says: comparing that takes longer than most
    of what is prepared, and SHA-256 is the same for copies with other numbers."""

    __slots__ = ("catalog",)

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return id(self.catalog)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _CatalogByIdentity) and other.catalog is self.catalog


def cached_per_catalog(make: Callable[[Catalog], _Prepared]) -> Callable[[Catalog], _Prepared]:
    """`make`, which works the same out for a catalogue only once. What it gives must be frozen."""

    @lru_cache(maxsize=_CATALOGS)
    def made(itself: _CatalogByIdentity) -> _Prepared:
        return make(itself.catalog)

    return lambda catalog: made(_CatalogByIdentity(catalog))
