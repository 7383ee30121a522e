"""The cells that take an answer, by the kind of the question, and the check beside each.

A question with a condition says 対象外 in its check while the condition fails; then its drop-down
is empty, and it takes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Final

from sheet_diag.forms.hearing_sheet.content import (
    ENTRY_LOOK,
    MARKED_LOOK,
    QuestionRows,
    SheetContent,
)
from sheet_diag.forms.hearing_sheet.entry_states import (
    EntryState,
    EntryStates,
    list_chosen,
)
from sheet_diag.forms.hearing_sheet.hidden_sheets import ChoiceRanges
from sheet_diag.forms.layout import (
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QuestionColumn,
    cell_name,
)
from sheet_diag.model.applicability import must_answer
from sheet_diag.model.basics import parse_iso_day
from sheet_diag.model.catalog import FieldKind, Item, ItemKind
from sheet_diag.model.conditions import Term
from sheet_diag.text.answer_words import MARK, describe_entry, line_id
from sheet_diag.text.condition_words import SourceCells, spell_condition
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.typed_numbers import read_number
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import BOLD, CELL, CENTER, INSET, SMALL, Look

_ANSWER: Final[Look] = {**ENTRY_LOOK, **CENTER, **BOLD, "font_size": 11}
_LOOKS: Final[Mapping[ItemKind, Look]] = {
    ItemKind.NUMBER: {"num_format": "General"},
    ItemKind.DATE: {"num_format": "yyyy/m/d"},
    ItemKind.TEXT: {"bold": False, "align": "left", "font_size": 10},
}
_BELOW: Final[Look] = {**CELL, **SMALL, **CENTER}
_LINE: Final[Look] = {**CELL, **INSET}
_LINE_HEIGHT: Final = 21
_LONGEST: Final = 2000  # characters of a text


class AnswerCells:
    """The answer cells of the question sheet, with what stands in them now."""

    def __init__(
        self,
        page: Page,
        content: SheetContent,
        lists: ChoiceRanges,
        places: QuestionRows,
        states: EntryStates,
    ) -> None:
        self._page = page
        self._content = content
        self._lists = lists
        self._places = places
        self._states = states
        self._say = content.say
        self._words = {each: content.say(f"sheet.check.{each.value}") for each in EntryState}

    def write(self, item: Item) -> None:
        """Write the cell of a question, and its lines."""
        row, column = self._places.items[item.id], self._content.at(QuestionColumn.ANSWER)
        note = self._content.entries.notes.get(item.id)
        look = {**_ANSWER, **_LOOKS.get(item.kind, {}), **(MARKED_LOOK if note else {})}
        if item.kind is ItemKind.MULTIPLE:
            self._page.text(row, column, self._say("sheet.lines.below"), _BELOW)
            self._write_lines(item, look)
        else:
            self._write_value(row, column, item, look)
            self._add_rule(row, column, item)
        if note:
            self._page.note(row, column, note)

    def write_check(self, item: Item) -> None:
        """Write the check beside the cell."""
        value = self._words[self._states.states[item.id]]
        row, check = self._places.items[item.id], self._content.at(QuestionColumn.CHECK)
        formula = "=" + self._check_formula(item)
        self._page.formula(row, check, formula, {**CELL, **SMALL, **CENTER}, value)

    def _write_value(self, row: int, column: int, item: Item, look: Look) -> None:
        text = self._content.entries.answers.get(item.id, "")
        number = read_number(text) if item.kind is ItemKind.NUMBER else None
        day = parse_iso_day(text) if item.kind is ItemKind.DATE else None
        if number is not None:
            self._page.number(row, column, float(number), look)
        elif day is not None and day.year >= 1900:
            self._page.day(row, column, day, look)
        else:
            self._page.client_text(row, column, text, look)

    def _write_lines(self, item: Item, look: Look) -> None:
        page, lang = self._page, self._say.lang
        answer = self._content.at(QuestionColumn.ANSWER)
        question, number = (
            self._content.at(column) for column in (QuestionColumn.QUESTION, QuestionColumn.ID)
        )
        chosen = list_chosen(self._content, item)
        for choice in self._content.catalog.offered(item):
            row = self._places.lines[item.id, choice.id]
            for column in range(len(self._content.columns)):
                page.blank(row, column, CELL)
            id_look = {**CELL, **SMALL, "font_size": 8, "text_wrap": False}
            page.text(row, number, line_id(item, choice, lang), id_look)
            page.text(row, question, f"　{choice.label[lang]}", _LINE)
            page.client_text(row, answer, MARK if choice.id in chosen else "", look)
            self._add_list(row, answer, item, self._lists.mark)
            page.height(row, _LINE_HEIGHT)

    # --- what may be entered

    def _add_rule(self, row: int, column: int, item: Item) -> None:
        if item.kind is ItemKind.SINGLE:
            self._add_list(row, column, item, self._lists.of_item(item))
            return
        cell = cell_name(row, column)
        tests = [*_value_tests(item, cell)]
        if item.condition:
            tests.insert(0, f"{self._check_cell(item)}<>{self._word(EntryState.NOT_ASKED)}")
        message = self._say(
            "sheet.invalid.entry", entry=describe_entry(self._content.catalog, item, self._say)
        )
        rule = {"validate": "custom", "value": f"=AND({','.join(tests)})"}
        self._page.rule(row, column, {**rule, **self._messages(message[:225])})

    def _add_list(self, row: int, column: int, item: Item, source: str) -> None:
        if self._content.previous and item.kind is ItemKind.SINGLE:  # with 「前回と同じ」
            confirming = self._lists.of_item_to_confirm(item)
            source = f"IF({self._has_former(item)},{confirming},{source})"
        if item.condition is None:
            messages = self._messages(self._say("sheet.invalid.answer"))
            self._page.choices(row, column, f"={source}", messages)
            return
        is_left_out = f"{self._check_cell(item)}={self._word(EntryState.NOT_ASKED)}"
        messages = self._messages(self._say("sheet.invalid.not_asked"))
        # Excel would take anything from a list with a blank cell, where blanks are ignored.
        rule = {"validate": "list", "ignore_blank": False, **messages}
        formula = f"=IF({is_left_out},{self._lists.blank},{source})"
        self._page.rule(row, column, {**rule, "source": formula})

    def _messages(self, text: str) -> dict[str, Any]:
        return {"error_title": self._say("sheet.invalid.title"), "error_message": text}

    # --- the check

    def _check_cell(self, item: Item) -> str:
        return fixed_cell(self._places.items[item.id], self._content.at(QuestionColumn.CHECK))

    def _word(self, state: EntryState) -> str:
        return quote_formula_text(self._words[state])

    def _check_formula(self, item: Item) -> str:
        answer = cell_name(self._places.items[item.id], self._content.at(QuestionColumn.ANSWER))
        must = must_answer(self._content.catalog, item)
        blank = self._word(EntryState.UNANSWERED if must else EntryState.OPTIONAL)
        ok, entry = self._word(EntryState.OK), self._word(EntryState.ENTRY)
        match item.kind:
            case ItemKind.SINGLE:
                found = f'IF({answer}="",{blank},{self._choice_formula(item, answer)})'
            case ItemKind.MULTIPLE:
                marks, mark = self._marks(item), quote_formula_text(MARK)
                wrong = f'SUMPRODUCT(({marks}<>"")*({marks}<>{mark}))>0'
                choice = self._word(EntryState.CHOICE)
                found = f"IF({wrong},{choice},IF(COUNTIF({marks},{mark})=0,{blank},{ok}))"
            case _:
                tests = ",".join(_value_tests(item, answer))
                found = f'IF({answer}="",{blank},IF(AND({tests}),{ok},{entry}))'
        if item.condition is None:
            return found
        condition = spell_condition(item.condition, self._source_cells)
        return f"IF({condition},{found},{self._word(EntryState.NOT_ASKED)})"

    def _choice_formula(self, item: Item, answer: str) -> str:
        known, offered = self._lists.of_item_with_na(item), self._lists.of_item(item)
        ok, na, choice = map(self._word, (EntryState.OK, EntryState.NA, EntryState.CHOICE))
        # EXACT and not COUNTIF: an answer such as * would match every choice.
        wrong = f"IF(SUMPRODUCT(EXACT({known},{answer})*1)>0,{na},{choice})"
        listed = f"IF(SUMPRODUCT(EXACT({offered},{answer})*1)>0,{ok},{wrong})"
        if self._content.previous:  # the answer of last time, where it can still be chosen
            confirmed = f"AND(EXACT({answer},{self._same()}),{self._has_former(item)})"
            return f"IF({confirmed},{ok},{listed})"
        return listed

    def _same(self) -> str:
        return quote_formula_text(self._say("sheet.former.same"))

    def _former(self, item: Item) -> str:
        return cell_name(self._places.items[item.id], self._content.at(QuestionColumn.FORMER))

    def _has_former(self, item: Item) -> str:
        offered = self._lists.of_item(item)
        return f"SUMPRODUCT(EXACT({offered},{self._former(item)})*1)>0"

    def _marks(self, item: Item) -> str:
        column = self._content.at(QuestionColumn.ANSWER)
        rows = [row for (name, _), row in self._places.lines.items() if name == item.id]
        return f"{fixed_cell(min(rows), column)}:{fixed_cell(max(rows), column)}"

    def _source_cells(self, term: Term) -> SourceCells:
        """Find the cells of a question or a field that a condition refers to."""
        if term.of_company:
            return self._field_cells(term)
        item = self._content.catalog.items[term.source]
        column = self._content.at(QuestionColumn.ANSWER)
        answer = fixed_cell(self._places.items[item.id], column)
        if item.kind is ItemKind.MULTIPLE:
            chosen = {
                choice: f"{fixed_cell(row, column)}={quote_formula_text(MARK)}"
                for (name, choice), row in self._places.lines.items()
                if name == item.id
            }
        else:
            chosen = self._exact(answer, self._content.catalog.choices_of(item))
            if self._content.previous:  # confirmed, the answer of last time is that of today
                former = self._exact(self._former(item), self._content.catalog.choices_of(item))
                same = f"EXACT({answer},{self._same()})"
                chosen = {
                    name: f"OR({test},AND({same},{former[name]}))" for name, test in chosen.items()
                }
        known = f"{self._check_cell(item)}={self._word(EntryState.OK)}"
        return SourceCells(known, answer, chosen)

    def _field_cells(self, term: Term) -> SourceCells:
        catalog = self._content.catalog
        field = catalog.field_by_id[term.source]
        row = PROFILE_FIRST_ROW + catalog.profile.index(field)
        sheet = self._say("sheet.name.profile")
        answer = f"'{sheet}'!{fixed_cell(row, PROFILE_LABEL_COLUMN + 1)}"
        if field.kind is not FieldKind.CHOICE:
            return SourceCells(f"ISNUMBER({answer})", answer)
        known = f"SUMPRODUCT(EXACT({self._lists.of_field(field)},{answer})*1)>0"
        return SourceCells(known, answer, self._exact(answer, field.by_id))

    def _exact(self, answer: str, choices: Mapping[str, Any]) -> dict[str, str]:
        lang = self._say.lang
        return {
            name: f"EXACT({answer},{quote_formula_text(choice.label[lang])})"
            for name, choice in choices.items()
        }


def _value_tests(item: Item, cell: str) -> list[str]:
    """List what a number, a day or a text must be, as formulas."""
    if item.kind is ItemKind.TEXT:
        return [f"LEN({cell})<={_LONGEST}"]
    tests = [f"ISNUMBER({cell})"]
    if item.lowest is not None:
        tests.append(f"{cell}>={_spell_limit(item.lowest)}")
    if item.highest is not None:
        tests.append(f"{cell}<={_spell_limit(item.highest)}")
    return tests


def _spell_limit(limit: Fraction | date) -> str:
    if isinstance(limit, date):
        return f"DATE({limit.year},{limit.month},{limit.day})"
    return str(limit)
