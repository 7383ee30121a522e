"""Sets versions of a catalogue side by side: which questions mean the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sheet_diag.catalog.load import BUILT_IN, list_built_in_versions, load_built_in_version
from sheet_diag.model.basics import UserError
from sheet_diag.model.catalog import Catalog, Comparable


class WrongVersionError(UserError):
    """Most sheets are of a version that was not named; the sentence says how to name it."""


def require_version_of_most(catalog: Catalog, versions: Sequence[str | None]) -> None:
    """Refuse a version of the built-in catalogue where most sheets are of another one.

    Raises `WrongVersionError`.
    """
    for version, count in Counter(versions).most_common(1):
        if 2 * count > len(versions) and load_other_version(catalog, version):
            parts = {"version": f"{BUILT_IN}@{version}", "count": str(count)}
            raise WrongVersionError(
                "cli.error.catalog.other", own=catalog.version, all=str(len(versions)), **parts
            )


def load_other_version(catalog: Catalog, version: str | None) -> Catalog | None:
    """Load the version of a sheet, where it is another one whose questions are known here."""
    if catalog.id != BUILT_IN or version in (None, catalog.version):
        return None
    if version not in list_built_in_versions():
        return None
    other = load_built_in_version(version)
    return other if find_common_items(catalog, other) else None


def find_common_items(catalog: Catalog, other: Catalog) -> Mapping[str, str]:
    """Find the items that mean the same in both, by the id that they have in the other."""
    later, sooner = _common_pairs(catalog, other), _common_pairs(other, catalog)
    found = later or {new: old for old, new in sooner.items()}
    return {theirs: own for theirs, own in found.items() if own in catalog.items}


def _common_pairs(catalog: Catalog, earlier: Catalog) -> dict[str, str]:
    return {
        row.old: row.new
        for row in catalog.earlier.items
        if row.new and row.version == earlier.version and row.comparable is Comparable.YES
    }
