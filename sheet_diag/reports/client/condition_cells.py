"""Conditions over the answers of 回答と採点: which of its rows count, as formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sheet_diag.model.applicability import must_answer
from sheet_diag.model.catalog import Catalog, FieldKind, Item, ItemKind
from sheet_diag.model.conditions import Term
from sheet_diag.reports.client.context import LocalizedCatalog
from sheet_diag.reports.client.criteria_table import CriteriaLayout
from sheet_diag.text.condition_words import SourceCells, spell_condition
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.xlsx.references import fixed_cell

CompanyEntries = tuple[tuple[str, str], ...]  # of the fields that conditions refer to


def company_entries(catalog: Catalog, profile: Mapping[str, str]) -> CompanyEntries:
    """List the entries of the company sheet that conditions refer to."""
    terms = [
        term for item in catalog.items.values() if item.condition for term in item.condition.terms
    ]
    names = dict.fromkeys(term.source for term in terms if term.of_company)
    return tuple((name, profile.get(name, "")) for name in names)


@dataclass(frozen=True, slots=True)
class ConditionCells:
    """The rows of the items from `first` on, and their columns of answer, value and 未回答."""

    localized: LocalizedCatalog
    first: int
    columns: tuple[int, int, int]
    entries: CompanyEntries

    def spell_item(
        self, item: Item, answer: str, criteria: CriteriaLayout | None, home: str
    ) -> tuple[str, str]:
        """Spell the value of an item and whether it is open.

        `criteria` values its answer (None: it is not scored).
        """
        none, unanswered = map(self._word, ("report.none", "report.answers.unanswered"))
        if criteria:
            value = criteria.value(item, answer, home, none).removeprefix("=")
            is_open = criteria.unanswered(item, answer, home).removeprefix("=")
        else:
            value, is_open = none, f"({answer}={unanswered})*1"
        if not must_answer(self.localized.catalog, item):
            is_open = "0"
        if item.condition is None:
            return f"={value}", f"={is_open}"
        condition = spell_condition(item.condition, self._source_cells)
        not_asked = self._word("report.answers.not_asked")
        return f"=IF({condition},{value},{not_asked})", f"=IF({condition},{is_open},0)"

    def _word(self, key: str) -> str:
        return quote_formula_text(self.localized.say(key))

    def _source_cells(self, term: Term) -> SourceCells:
        if term.of_company:
            return self._field_cells(term)
        catalog, say = self.localized.catalog, self.localized.say
        item = catalog.items[term.source]
        row = self.first + list(catalog.items).index(item.id)
        answer, value, is_open = (fixed_cell(row, column) for column in self.columns)
        applies = f"{value}<>{self._word('report.answers.not_asked')}"
        labels = {each.id: each.label[say.lang] for each in catalog.choices_of(item).values()}
        if item.kind is ItemKind.NUMBER:
            return SourceCells(f"AND({applies},ISNUMBER({answer}))", answer)
        if item.kind is ItemKind.MULTIPLE:
            joint = say("sheet.request.comma")
            whole = f"{quote_formula_text(joint)}&{answer}&{quote_formula_text(joint)}"
            chosen = {
                name: f"ISNUMBER(FIND({quote_formula_text(joint + label + joint)},{whole}))"
                for name, label in labels.items()
            }
        else:
            chosen = {
                name: f"EXACT({answer},{quote_formula_text(label)})"
                for name, label in labels.items()
            }
        return SourceCells(f"AND({applies},{is_open}=0)", answer, chosen)

    def _field_cells(self, term: Term) -> SourceCells:
        """Spell an entry of the company sheet, which stands nowhere here."""
        field, entry = (
            self.localized.catalog.field_by_id[term.source],
            dict(self.entries)[term.source],
        )
        is_choice = field.kind is FieldKind.CHOICE
        known = entry in field.by_id if is_choice else entry.isdecimal()
        chosen = {name: "TRUE" if name == entry else "FALSE" for name in field.by_id}
        return SourceCells("TRUE" if known else "FALSE", entry if known else "0", chosen)
