"""Conditions in cells: what they may refer to, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sheet_diag.catalog.builder.cells import CellReader
from sheet_diag.catalog.builder.questions import Question
from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Message
from sheet_diag.model.conditions import Condition
from sheet_diag.text.condition_words import (
    ConditionError,
    ConditionFaultCode,
    ConditionSource,
    parse_condition,
)

_CODES: Final = {
    ConditionFaultCode.SYNTAX: BookFaultCode.CONDITION_SYNTAX,
    ConditionFaultCode.MIXED: BookFaultCode.CONDITION_MIXED,
    ConditionFaultCode.UNKNOWN: BookFaultCode.CONDITION_UNKNOWN,
    ConditionFaultCode.FORWARD: BookFaultCode.CONDITION_FORWARD,
    ConditionFaultCode.CHOICE: BookFaultCode.CHOICE_NOT_IN_SET,
}
_COMPARABLE: Final = ("single", "multiple", "number")


class ConditionReader:
    """Reads conditions over the questions and the fields of the company sheet."""

    def __init__(
        self, cells: CellReader, questions: Iterable[Question], profile: Iterable[dict[str, Any]]
    ) -> None:
        self._cells = cells
        self._questions = list(questions)
        self._fields = [
            ConditionSource(
                id=each["id"],
                names=tuple(each["label"].values()),
                choices={
                    label: choice["id"]
                    for choice in each.get("choices", ())
                    for label in choice["label"].values()
                },
                is_number=each["kind"] == "number",
                of_company=True,
                is_comparable=each["kind"] in ("choice", "number"),
            )
            for each in profile
        ]

    def read(self, row: Row, key: str, own: Question | None = None) -> Condition | None:
        """Read a condition; `own` is the question that it belongs to, which it may not name."""
        text = self._cells.text(row, key)
        if not text:
            return None
        later, sources = False, []
        for each in self._questions:
            later = later or each is own
            sources.append(self._source_of(each, is_later=later))
        try:
            return parse_condition(text, (*sources, *self._fields))
        except ConditionError as error:
            if not self._follows_from_broken(error):
                self._tell(row, key, text, error)
        return None

    def _source_of(self, each: Question, *, is_later: bool) -> ConditionSource:
        choices = {}
        if each.choices is not None:
            for choice in each.choices.choices:
                choices[choice.label] = choice.id
                if choice.label_second:
                    choices.setdefault(choice.label_second, choice.id)
        return ConditionSource(
            id=each.id,
            names=(each.id,),
            choices=choices,
            is_number=each.kind == "number",
            is_later=is_later,
            is_comparable=each.kind in _COMPARABLE,
        )

    def _follows_from_broken(self, error: ConditionError) -> bool:
        """Whether the fault is told elsewhere: a number or a set of choices is broken."""
        if error.code is ConditionFaultCode.UNKNOWN:
            return self._cells.has_broken("questions", "no.")
        if error.code is ConditionFaultCode.CHOICE:
            return not error.known
        return False

    def _tell(self, row: Row, key: str, text: str, error: ConditionError) -> None:
        known = list(error.known)
        expected: Message | None = self._cells.one_of(known) if known else None
        if error.code in (ConditionFaultCode.SYNTAX, ConditionFaultCode.MIXED):
            expected = Message("book.expect.condition")
        self._cells.tell(
            _CODES[error.code],
            row,
            key,
            stands=text,
            near=find_nearest(error.word, known),
            expected=expected,
            parts={"word": error.word},
        )
