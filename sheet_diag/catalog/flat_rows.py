"""Flat rows of items: one record an item, with nothing nested but the texts in ja and en.

What is nested in a row already, as `model.catalog.Item` has it, stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sheet_diag.catalog.errors import CatalogPath
from sheet_diag.model.catalog import Item

# The names of a flat row, and where their values stand in an item.
FLAT_NAMES: Final[dict[str, CatalogPath]] = {
    "title": ("comment", "title"),
    "comment": ("comment", "text"),
    "note_kind": ("note", "kind"),
    "note": ("note", "text"),
}
_BY_ANSWER: Final = {"hint_": "hint", "opening_": "openings", "advice_": "advice"}


def nest_item(row: Any, category: str | None, standards: Collection[str] | None) -> Any:
    """Nest a flat row as an item has it.

    `category` is that of the file; the row may name it, too. `standards` is None where they cannot
    be read.
    """
    if not isinstance(row, dict):
        return row
    item: dict[Any, Any] = {}
    for key, value in row.items():
        *holder, name = _find_place(key, value, standards)
        part = item.setdefault(holder[0], {}) if holder else item
        (part if isinstance(part, dict) else item)[name] = value
    if category is not None and item.get("category") == category:
        del item["category"]
    return item


def find_flat_path(path: CatalogPath, row: Any, standards: Collection[str] | None) -> CatalogPath:
    """Find what a path into the nested item is called in its row."""
    for key in (*row, *FLAT_NAMES) if isinstance(row, dict) else ():
        place = _find_place(key, row.get(key), standards)
        if path[: len(place)] == place:
            return (key, *path[len(place) :])
    return path


def _find_place(key: Any, value: Any, standards: Collection[str] | None) -> CatalogPath:
    """Find where the value of a key of a row stands in the item."""
    is_nested = isinstance(value, dict) and not value.keys().isdisjoint(("title", "text", "kind"))
    if key in FLAT_NAMES and not is_nested:
        return FLAT_NAMES[key]
    if _is_standard(key, value, standards):
        return ("controls", key)
    for start, holder in _BY_ANSWER.items():
        if isinstance(key, str) and key.startswith(start):
            return (holder, key.removeprefix(start))
    return (key,)


def _is_standard(key: Any, value: Any, standards: Collection[str] | None) -> bool:
    """Whether a key is a standard: where these are not known, any other one with a list."""
    if standards is None:
        return isinstance(value, list) and key not in Item.model_fields
    return key in standards
