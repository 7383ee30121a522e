"""Conditions: under what answers a question is asked, or a rule holds.

One small tree. `text.condition_words` reads it from what people write and spells it as a formula;
`applicability` asks it which questions apply. Nobody else decides whether a condition holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Annotated, Final

from pydantic import Field, StrictBool

from sheet_diag.model.record import NonEmptyText, Record

CHOSEN_JOINT: Final = ","  # between the ids of several choices that are one answer


class Relation(StrEnum):
    """How a term compares an answer with its values."""

    IS = "="
    IS_NOT = "≠"
    AT_LEAST = "≧"
    AT_MOST = "≦"
    ABOVE = ">"
    BELOW = "<"


_ORDERS: Final[dict[Relation, Callable[[Fraction, Fraction], bool]]] = {
    Relation.AT_LEAST: ge,
    Relation.AT_MOST: le,
    Relation.ABOVE: gt,
    Relation.BELOW: lt,
}


class Term(Record):
    """項: an item, or a field of the company sheet, compared with values.

    `values` are ids of choices, or numbers where `is_number`.
    """

    source: NonEmptyText
    of_company: StrictBool = False
    relation: Relation = Relation.IS
    values: Annotated[tuple[NonEmptyText, ...], Field(min_length=1)]
    is_number: StrictBool = False


class Condition(Record):
    """条件: terms of which all hold, or any one."""

    terms: Annotated[tuple[Term, ...], Field(min_length=1)]
    any_of: StrictBool = False

    @property
    def items(self) -> tuple[str, ...]:
        """The items that it refers to, each once."""
        return tuple(dict.fromkeys(each.source for each in self.terms if not each.of_company))

    def holds(self, answer_of: Callable[[Term], str | None]) -> bool:
        """Whether it holds; an answer that is None satisfies no term, neither = nor ≠."""
        found = (_holds(term, answer_of(term)) for term in self.terms)
        return any(found) if self.any_of else all(found)


def _holds(term: Term, answer: str | None) -> bool:
    if answer is None:
        return False
    if term.relation in _ORDERS:
        return compare_numbers(term.relation, answer, term.values[0])
    return _is_named(term, answer) is (term.relation is Relation.IS)


def compare_numbers(relation: Relation, number: str, limit: str) -> bool:
    """Whether a number in digits stands in a relation of order to another."""
    return _ORDERS[relation](Fraction(number), Fraction(limit))


def _is_named(term: Term, answer: str) -> bool:
    if term.is_number:
        return Fraction(answer) in map(Fraction, term.values)
    return not set(split_chosen(answer)).isdisjoint(term.values)


def split_chosen(answer: str) -> Iterator[str]:
    """Yield the choices of an answer, of which some kinds of questions take several."""
    yield from answer.split(CHOSEN_JOINT)
