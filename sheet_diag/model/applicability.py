"""Which questions are asked of a client: before anything else is made of the answers.

A question whose condition fails is not asked (表示対象外), and its answer is `NOT_ASKED` whatever
stands there. Every figure is made from answers that were marked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sheet_diag.model.catalog import (
    Catalog,
    ChoiceRole,
    FieldKind,
    Item,
    ItemKind,
    cached_per_catalog,
)
from sheet_diag.model.conditions import Condition, Term, split_chosen

NOT_ASKED: Final = "not asked"  # with a blank, which no id of a choice has

_Answers = Mapping[str, str | None]


def mark_not_asked(catalog: Catalog, answers: _Answers, profile: Mapping[str, str]) -> _Answers:
    """Mark the answers to questions that are not asked, whatever they say."""
    left_out = find_not_asked(catalog, answers, profile)
    return {**answers, **dict.fromkeys(left_out, NOT_ASKED)} if left_out else answers


def find_not_asked(
    catalog: Catalog, answers: _Answers, profile: Mapping[str, str]
) -> frozenset[str]:
    """Find the questions whose conditions fail."""
    found: set[str] = set()
    for item, condition in _conditions(catalog):
        if not condition_holds(catalog, condition, answers, profile, found):
            found.add(item)
    return frozenset(found)


def condition_holds(
    catalog: Catalog,
    condition: Condition,
    answers: _Answers,
    profile: Mapping[str, str],
    not_asked: Iterable[str] = (),
) -> bool:
    """Whether a condition holds; what is not asked or not plainly answered satisfies nothing."""

    def answer_of(term: Term) -> str | None:
        if term.of_company:
            return _field_answer(catalog, term.source, profile)
        if term.source in not_asked or term.source not in catalog.items:
            return None
        return counting_answer(catalog, catalog.items[term.source], answers.get(term.source))

    return condition.holds(answer_of)


def counting_answer(catalog: Catalog, item: Item, answer: str | None) -> str | None:
    """Return an answer where it counts as one; None for 該当なし that is not allowed."""
    if not answer or answer == NOT_ASKED:
        return None
    if item.kind not in (ItemKind.SINGLE, ItemKind.MULTIPLE):
        return answer
    choices = catalog.choices_of(item)
    for each in split_chosen(answer):
        choice = choices.get(each)
        if choice is None or (choice.role is ChoiceRole.NOT_APPLICABLE and not item.na_allowed):
            return None
    return answer


def list_gate_items(catalog: Catalog) -> frozenset[str]:
    """List the questions that conditions of others refer to: what they say must be known."""
    return _gate_items(catalog)


def has_conditions(catalog: Catalog) -> bool:
    """Whether any question is asked under a condition."""
    return bool(_conditions(catalog))


def must_answer(catalog: Catalog, item: Item) -> bool:
    """Whether a question is told where it is left open."""
    return item.required or item.id in _gate_items(catalog)


def find_open_gates(catalog: Catalog, answers: _Answers) -> tuple[str, ...]:
    """Find the questions that others depend on, that are asked and not answered."""
    gates = _gate_items(catalog)
    if not gates:
        return ()
    return tuple(
        item.id
        for item in catalog.items.values()
        if item.id in gates
        and answers.get(item.id) != NOT_ASKED
        and counting_answer(catalog, item, answers.get(item.id)) is None
    )


def _field_answer(catalog: Catalog, name: str, profile: Mapping[str, str]) -> str | None:
    value, field = profile.get(name), catalog.field_by_id.get(name)
    if not value or field is None:
        return None
    if field.kind is FieldKind.CHOICE:
        return value if value in field.by_id else None
    return value if value.isdecimal() else None


@cached_per_catalog
def _gate_items(catalog: Catalog) -> frozenset[str]:
    return frozenset(name for _, condition in _conditions(catalog) for name in condition.items)


@cached_per_catalog
def _conditions(catalog: Catalog) -> tuple[tuple[str, Condition], ...]:
    """List the conditions of items, each after those of the items that it refers to.

    A sheet groups questions by category, so that one may stand before what it depends on.
    """
    left = {item.id: item.condition for item in catalog.items.values() if item.condition}
    ordered: list[tuple[str, Condition]] = []
    while left:
        ready = {n: c for n, c in left.items() if left.keys().isdisjoint(c.items)}
        if not ready:
            raise ValueError(f"conditions depend on each other: {', '.join(left)}")
        ordered += ready.items()
        left = {name: each for name, each in left.items() if name not in ready}
    return tuple(ordered)
