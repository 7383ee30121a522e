"""Answer sets as the live sheets of a report, many in one workbook, without the report around them.

The sheets are written by the very functions that write a client's, so their formulas are too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Any

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.improvement.improve import answer_in_full
from sheet_diag.diagnosis.not_asked import leave_out_not_asked
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.applicability import mark_not_asked
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, ChoiceRole, Item
from sheet_diag.model.results import ClientReport, Diagnosis, Phase, Scores, Way
from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet, SheetIdentity
from sheet_diag.reports.client.answers_sheet import AnswersLayout, write_answers
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.remarks_sheet import split_long_remarks
from sheet_diag.reports.client.simulation_sheet import SimulationLayout, write_simulation
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.references import CellSpan
from tests.catalogs import Answers
from tests.returned import repack_parts
from tests.samples import AS_OF, ISSUER

EXACT = 1e-9  # how far a calculated score may be from the exact one


@dataclass(frozen=True)
class AnswerSet:
    """One answer set with the name that tests show."""

    name: str
    catalog: Catalog
    answers: Answers
    ways: tuple[Way, ...] = ()

    @cached_property
    def scores(self) -> Scores:
        return score_answers(self.catalog, self.asked)

    @cached_property
    def asked(self) -> Mapping[str, str | None]:
        """The answers without those to what is not asked."""
        return mark_not_asked(self.catalog, self.answers, {})

    @cached_property
    def diagnosis(self) -> Diagnosis:
        return replace(diagnose(self.catalog, self.answers, {}), ways=self.ways)

    @property
    def start(self) -> Answers:
        """The answers that the simulation starts with: the first measures are done."""
        first = [each.item for each in self.diagnosis.plan if each.phase is Phase.NOW]
        return dict(answer_in_full(self.catalog, self.asked, first))

    def context(self, lang: Lang = Lang.JA) -> ReportContext:
        items = ((item, self.answers.get(item)) for item in self.catalog.items)
        responses = tuple(Response(item, choice) for item, choice in items)
        sheet = ReturnedSheet(SheetIdentity(), lang, {"company": "会社"}, responses, "回答")
        received = ReceivedFile("a.xlsx", "0" * 64, sheet=sheet)
        received = leave_out_not_asked(self.catalog, received)
        sheet = received.require_sheet()
        report = ClientReport(received, sheet, self.diagnosis, (), "SD-1", AS_OF, lang)
        return ReportContext(report, self.catalog, ISSUER)


@dataclass(frozen=True)
class LiveSheet:
    """A case on its sheets, and where everything stands there."""

    case: AnswerSet
    record: AnswersLayout


@dataclass(frozen=True)
class SimulatedSheet(LiveSheet):
    """The same with the sheet for trying answers out."""

    simulation: SimulationLayout


def record_book(cases: Iterable[AnswerSet]) -> tuple[bytes, list[LiveSheet]]:
    """A workbook with 回答と採点 of each case."""
    book = Book(title="", author="", created=AS_OF)
    found = []
    for number, case in enumerate(cases):
        context = case.context()
        record = write_answers(book.page(f"回答{number}"), context, split_long_remarks(context))
        found.append(LiveSheet(case, record))
    return book.bytes(), found


def simulation_book(cases: Iterable[AnswerSet]) -> tuple[bytes, list[SimulatedSheet]]:
    """A workbook with 回答と採点 and 改善シミュレーション of each case."""
    book = Book(title="", author="", created=AS_OF)
    found = []
    for number, case in enumerate(cases):
        context = case.context()
        record = write_answers(book.page(f"回答{number}"), context, split_long_remarks(context))
        simulation = write_simulation(book, book.page(f"改善{number}"), context, record)
        assert simulation, f"{case.name}: nothing open"
        found.append(SimulatedSheet(case, record, simulation))
    return book.bytes(), found


def falsify_values(content: bytes) -> bytes:
    """The workbook with a wrong value stored beside every formula."""

    def wrong(name: str, text: str) -> str:
        if not name.startswith("xl/worksheets/"):
            return text
        return re.sub(r"(</f><v>)[^<]*", r"\g<1>-9", text)

    return repack_parts(content, wrong)


def value_at(book: dict[str, list[list[Any]]], span: CellSpan) -> Any:
    """The value of a cell, as calamine reads it."""
    return book[span.sheet][span.first][span.column]


def cell_differences(
    stored: list[list[Any]], calculated: list[list[Any]]
) -> list[tuple[int, int, Any, Any]]:
    """Row and column (from 1) of cells that are not the same, with both values."""
    return [
        (row, column, one, other)
        for row, lines in enumerate(zip(stored, calculated, strict=False), 1)
        for column, (one, other) in enumerate(zip(*lines, strict=False), 1)
        if not values_agree(one, other)
    ]


def values_agree(one: Any, other: Any) -> bool:
    """Whether two values of a cell agree, numbers to `EXACT`."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= EXACT
    return bool(one == other)


# --- random answer sets


def random_cases(name: str, catalog: Catalog, count: int, seed: int) -> list[AnswerSet]:
    """So many ranked answer sets, the same for a seed, from nearly all はい to nearly none."""
    random = Random(seed)
    found: list[AnswerSet] = []
    while len(found) < count:
        case = AnswerSet(f"{name} {len(found)}", catalog, _random_answers(catalog, random))
        if not case.scores.gates:
            found.append(case)
    return found


def _random_answers(catalog: Catalog, random: Random) -> Answers:
    outside = random.choice([None, None, *(category.id for category in catalog.categories)])
    answers: Answers = {}
    general = random.random()
    for category in catalog.categories:
        mood = min(1.0, max(0.0, general + random.uniform(-0.4, 0.4)))
        for item in category.items:
            left_out = category.id == outside and item.na_allowed
            answers[item.id] = _random_answer(catalog, item, mood, random, left_out=left_out)
    return answers


def _random_answer(
    catalog: Catalog, item: Item, mood: float, random: Random, *, left_out: bool
) -> str | None:
    choices = list(catalog.choices_of(item).values())
    out = [choice.id for choice in choices if choice.role is ChoiceRole.NOT_APPLICABLE]
    if out and (left_out or random.random() < (0.25 if item.na_allowed else 0.02)):
        return random.choice(out)
    if random.random() < 0.05:
        return None
    best = max(choices, key=lambda choice: choice.value or 0).id
    return best if random.random() < mood else random.choice(_valued(choices))


def _valued(choices: Sequence[Any]) -> list[str]:
    return [choice.id for choice in choices if choice.value is not None]
