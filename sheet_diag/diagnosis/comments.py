"""Choose what the report comments on: categories, items and closing notes, by id only. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sheet_diag.model.catalog import Catalog, Choice, Item
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.results import Answers, CommentedCategory, Scores

_Priority = tuple[bool, Fraction]
_Places = Mapping[str | None, int]  # by choice: place in the order of priority, from 0


def choose_comments(
    catalog: Catalog, answers: Answers, scores: Scores
) -> Iterator[CommentedCategory]:
    """Choose the weakest categories, each with its most urgent items, in catalogue order."""
    counts = catalog.scoring.comments
    places = _places(catalog)
    candidates = {name: _by_priority(items, answers) for name, items in places.items()}

    def weakness(category: str) -> tuple[Fraction, Fraction, int]:
        s = scores.categories[category]
        return (s.score or Fraction(0), -s.lost, -len(s.critical_missed))

    weakest = sorted((c for c, items in candidates.items() if items), key=weakness)
    commented = weakest[: counts.categories]
    for category, items in candidates.items():
        if category in commented:
            first, chosen = items[0], items[: counts.items]
            in_order = tuple(item for item in places[category] if item in chosen)
            yield CommentedCategory(category, in_order, catalog.items[first].note.kind, first)


def _by_priority(items: Mapping[str, _Places], answers: Answers) -> list[str]:
    """Sort the items that were answered with less than full value, the most urgent first."""
    found = {item: by_choice.get(answers.get(item)) for item, by_choice in items.items()}
    urgent = {item: place for item, place in found.items() if place is not None}
    return sorted(urgent, key=urgent.__getitem__)


@cached_per_catalog
def _places(catalog: Catalog) -> Mapping[str, Mapping[str, _Places]]:
    """The place of every choice by category and item.

    A choice has none where nothing is lost, or where the item is 該当なし or 未回答.
    """
    keys = {
        (item.id, choice.id): key
        for item in catalog.items.values()
        for choice in catalog.choices_of(item).values()
        if (key := _priority(item, choice))
    }
    order = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    places: dict[str, dict[str | None, int]] = {item: {} for item in catalog.items}
    for (item, choice), key in keys.items():
        places[item][choice] = order[key]
    return {c.id: {item.id: places[item.id] for item in c.items} for c in catalog.categories}


def _priority(item: Item, choice: Choice) -> _Priority | None:
    """Critical items worth nothing first, then by the points lost."""
    if choice.value is None or choice.value == 1:
        return None
    return not (item.critical and choice.value == 0), -item.weight * (1 - choice.value)
