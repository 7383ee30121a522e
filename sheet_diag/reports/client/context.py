"""The head of the report: who it is for, who writes, and how it is to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, ChoiceRole, Item
from sheet_diag.model.results import ClientReport
from sheet_diag.model.returns import Response
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.formula_values import FormulaValues
from sheet_diag.reports.client.layout_cache import LocalizedCatalog, localize_catalog
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BODY, BOLD, CENTER, MIDDLE, MUTED, NAVY, Look

_ISSUER: Final[Look] = {**BODY, "font_size": 9, "align": "right", "text_wrap": False}

_ADDRESSEE: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    "font_size": 14,
    "bottom": 1,
    "bottom_color": NAVY,
}
_EDGES: Final[Look] = {"top": 2, "bottom": 2, "top_color": NAVY, "bottom_color": NAVY}
_TITLE: Final[Look] = {**BODY, **BOLD, **CENTER, "font_size": 20, "font_color": NAVY, **_EDGES}
_PREAMBLE: Final[Look] = {**BODY, "font_size": 9, "font_color": MUTED}

_HEADER: Final = 24  # full-width characters that fit beside the title
_LEFT: Final = 7  # last column of the addressee
_RIGHT: Final = 5  # first column of date and issuer
_LOGO: Final = (200, 44)  # pixels


@dataclass(frozen=True)
class ReportContext:
    """What the pages of one report are written from, and what several of them tell."""

    report: ClientReport
    catalog: Catalog
    issuer: Issuer
    say: Wording

    @cached_property
    def edition(self) -> LocalizedCatalog:
        """What the report has in common with those of other clients."""
        return localize_catalog(self.catalog, self.say.lang)

    @cached_property
    def readings(self) -> FormulaValues:
        """The scores, read as record and as upper bound."""
        return FormulaValues(self.catalog, self.report.diagnosis.scores)

    @cached_property
    def responses(self) -> Mapping[str, Response]:
        """What was answered, by item."""
        return {response.item: response for response in self.report.sheet.responses}

    @cached_property
    def addressee(self) -> str:
        """The company as printed."""
        return self.report.sheet.name or self.say("report.addressee.missing")

    @cached_property
    def date(self) -> str:
        """The date of the report as printed."""
        day = self.report.as_of
        return self.say("report.date", year=day.year, month=day.month, day=day.day)

    def categories(self, ids: Iterable[str]) -> str:
        """Names of categories in one line."""
        names = [self.catalog.category_by_id[each].name[self.say.lang] for each in ids]
        return ("、" if self.say.lang.value == "ja" else ", ").join(names)

    def quoted_categories(self, ids: Iterable[str]) -> str:
        """Names of categories as a sentence names them: each in its own 「」 in Japanese."""
        names = [self.catalog.category_by_id[each].name[self.say.lang] for each in ids]
        if self.say.lang is Lang.JA:
            return "".join(f"「{name}」" for name in names)
        return ", ".join(names)

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

    def topics(self, ids: Iterable[str]) -> str:
        """Topics of items, each with its number, in one line."""
        lang = self.say.lang
        names = [f"{i} {self.catalog.items[i].topic[lang]}" for i in ids]
        return ("、" if lang.value == "ja" else ", ").join(names)

    def print_setup(self, page: Page, *, landscape: bool, title: str = "") -> None:
        """A4 with client, date, page number and report number on every page."""
        client, right = self._client, self.say("report.confidential")
        header = f"&L&8{client}&C&8{header_text(title)}&R&8{right}"
        page.paper(landscape=landscape, header=header, footer=self._footer)

    @cached_property
    def _client(self) -> str:
        return header_text(self.addressee, _HEADER)

    @cached_property
    def _footer(self) -> str:
        number, date = header_text(self.report.number), header_text(self.date)
        return f"&L&8{number}&C&8{self.say('report.footer.page')}&R&8{date}"


def write_report_head(flow: PageFlow, letter: ReportContext) -> None:
    """Addressee on the left, date and issuer on the right, then title and preamble."""
    say, page, issuer = letter.say, flow.page, letter.issuer
    if issuer.logo:
        page.picture(flow.row, 0, issuer.logo, _LOGO, issuer.name)
    number = say("report.number", number=letter.report.number)
    for line in (letter.date, number):
        page.merged(flow.next_row(15), _RIGHT, LAST_COLUMN, line, _ISSUER)
    _write_addressee(flow, letter)
    phone = say("report.phone", phone=issuer.phone) if issuer.phone else ""
    lines = (issuer.name, issuer.department, issuer.address, issuer.contact, phone, issuer.email)
    for line in filter(None, lines):
        page.merged(flow.next_row(15), _RIGHT, LAST_COLUMN, line, _ISSUER)
    flow.gap(6)
    title = letter.catalog.report.title[say.lang]
    page.merged(flow.next_row(38), 0, LAST_COLUMN, title, _TITLE)
    flow.gap(6)
    for text in letter.catalog.report.preamble:
        flow.paragraph(text[say.lang], _PREAMBLE)
    flow.gap(4)


def _write_addressee(flow: PageFlow, letter: ReportContext) -> None:
    text = letter.say("report.addressee", name=letter.addressee)
    row = flow.next_row(max(28, flow.text_height(text, _ADDRESSEE, (0, _LEFT))))
    flow.page.merged_client(row, 0, _LEFT, text, _ADDRESSEE)
