"""What the sheets of one client's report are written from, and what calculated cells show now.

`LocalizedCatalog` is the part that all clients share: texts joined, rows measured and formulas
built are kept by functions of it under `lru_cache`. So a report is laid out in 2.5 ms, which took
9.6 with everything worked out anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final

from sheet_diag.diagnosis.improvement.improve import answer_in_full
from sheet_diag.diagnosis.scoring.cap_rules import (
    CapFacts,
    applies,
    cap_rules,
    collect_facts,
    counted_ids,
)
from sheet_diag.diagnosis.scoring.item_scores import CategorySums, ScoreVariant, sum_categories
from sheet_diag.diagnosis.scoring.score import base_rank, score_answers
from sheet_diag.forms.layout import owner_properties
from sheet_diag.model.basics import Lang, Rank, worse_of
from sheet_diag.model.catalog import (
    Catalog,
    Choice,
    ChoiceRole,
    Item,
    ItemKind,
    cached_per_catalog,
)
from sheet_diag.model.results import Answers, ClientReport, FindingCode, Phase, Scores, Way
from sheet_diag.model.returns import Response, SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.answer_words import show_answer
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.glosses import Glosses
from sheet_diag.text.numbers import format_overall, truncate_score
from sheet_diag.text.wording import Wording, word_catalog
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
    return {lang: LocalizedCatalog(catalog, word_catalog(catalog, lang)) for lang in Lang}


@dataclass(frozen=True)
class ReportContext:
    """One client's report, with the texts that several of its sheets show."""

    report: ClientReport
    catalog: Catalog
    issuer: Issuer

    @cached_property
    def say(self) -> Wording:
        """The labels as the catalogue words them."""
        return self.localized.say

    @property
    def unscored_insurance_item(self) -> Item | None:
        """The question that only words the insurance notice, if there is one."""
        rule = self.catalog.insurance
        asked = self.catalog.items[rule.variant.item] if rule else None
        return asked if asked and not asked.weight else None

    @cached_property
    def owner(self) -> Mapping[str, str]:
        """The properties of a document that tell whose it is."""
        sheet = self.report.sheet
        identity = SheetIdentity(self.catalog.id, self.catalog.version, sheet.identity.client)
        return owner_properties(identity, sheet.name, self.report.lang)

    @cached_property
    def localized(self) -> LocalizedCatalog:
        """What the report has in common with those of other clients."""
        return _localize(self.catalog)[self.report.lang]

    def format_overall(self, score: Fraction) -> str:
        """Write an overall score as printed."""
        return format_overall(score, self.catalog.scoring)

    @property
    def least_points(self) -> str:
        """What the worst answers bring, in words."""
        items = (item for item in self.catalog.items.values() if item.is_scored)
        is_zero = not any(self.catalog.least_value(item) for item in items)
        return self.say(f"view.points.{'zero' if is_zero else 'least'}")

    @cached_property
    def cell_values(self) -> FormulaValues:
        """What the calculated cells show."""
        scores = self.report.diagnosis.scores
        return FormulaValues(self.catalog, self.report.sheet.answers, scores)

    @cached_property
    def first_items(self) -> tuple[str, ...]:
        """The measures of the plan that are due at once, which the simulation starts with."""
        return tuple(p.item for p in self.report.diagnosis.plan if p.phase is Phase.NOW)

    @cached_property
    def simulated_values(self) -> FormulaValues:
        """What the calculated cells of the simulation show at its start."""
        answers = answer_in_full(self.catalog, self.report.sheet.answers, self.first_items)
        return FormulaValues(self.catalog, answers, score_answers(self.catalog, answers))

    @cached_property
    def responses(self) -> Mapping[str, Response]:
        """The responses by item."""
        return {response.item: response for response in self.report.sheet.responses}

    @cached_property
    def addressee(self) -> str:
        """The company as printed; the file where it is not known."""
        file = self.report.received.sent_name
        return self.report.sheet.name or self.say("report.addressee.missing", file=file)

    @cached_property
    def report_day(self) -> str:
        """The date of the report as printed."""
        return self.format_day(self.report.as_of)

    def format_day(self, day: date) -> str:
        """Write a day as the report prints it."""
        return self.say("report.date", year=day.year, month=day.month, day=day.day)

    def explain(self, text: str) -> str:
        """Explain the terms of a text that the report has not explained before."""
        return self._glosses.explain(text)

    @cached_property
    def _glosses(self) -> Glosses:
        return Glosses(self.catalog.glossary, self.say.lang)

    def category_name(self, category: str) -> str:
        """Give the full name of a category."""
        return self.catalog.category_by_id[category].name[self.say.lang]

    def quote(self, names: Iterable[str]) -> str:
        """Join names for a sentence, each in its own quotes."""
        if self.say.lang is Lang.JA:
            return "".join(f"「{name}」" for name in names)
        return ", ".join(f'"{name}"' for name in names)

    def topic(self, item: str) -> str:
        """Name an item by its number and its topic."""
        return f"{item} {self.catalog.items[item].topic[self.say.lang]}"

    def topics(self, ids: Iterable[str]) -> str:
        """Join the topics of items, each after its number."""
        return self.join(map(self.topic, ids))

    def join(self, names: Iterable[str]) -> str:
        """Join names to a list."""
        return ("、" if self.say.lang is Lang.JA else ", ").join(names)

    def action(self, items: Iterable[str]) -> str:
        """Say what items ask for: to be done, or confirmed where わからない or 未回答."""
        return self.say(f"report.action.{'confirmed' if self.is_unsure(items) else 'done'}")

    def is_unsure(self, items: Iterable[str]) -> bool:
        """Whether any of the items is わからない or 未回答."""
        return not self.not_known.isdisjoint(items)

    @property
    def not_known(self) -> frozenset[str]:
        """The items that are わからない or 未回答."""
        unknown = self.report.diagnosis.unknown
        return self.cell_values.unanswered.union(unknown.items if unknown else ())

    def answer(self, name: str) -> str:
        """Give the answer to an item as printed: its label, or what was entered instead."""
        return self._answers[name]

    @cached_property
    def _answers(self) -> Mapping[str, str]:
        return {name: self._answer(item) for name, item in self.catalog.items.items()}

    def choice(self, item: Item) -> Choice | None:
        """Find the choice that an item was answered with; None where there is none."""
        response = self.responses[item.id]
        return (
            self.catalog.choices_of(item).get(response.choice or "") if response.is_asked else None
        )

    def _answer(self, item: Item) -> str:
        say, response, choice = self.say, self.responses[item.id], self.choice(item)
        if not response.is_asked:
            return say("report.answers.not_asked")
        if response.choice and item.kind is not ItemKind.SINGLE:
            return show_answer(self.catalog, item, response.choice, say)
        if choice is None:
            return response.raw or say("report.answers.unanswered")
        label = choice.label[say.lang]
        refused = choice.role is ChoiceRole.NOT_APPLICABLE and not item.na_allowed
        return say("report.answers.refused", label=label) if refused else label

    def way_marks(self, item: str) -> str:
        """Give the marks of the ways to better ranks that an item is on."""
        return self._way_marks.get(item, "")

    @property
    def ways(self) -> Sequence[Way]:
        """The ways to better ranks, where the catalogue has them told."""
        return self.report.diagnosis.ways if self.catalog.sections.next_rank else ()

    @cached_property
    def _way_marks(self) -> Mapping[str, str]:
        marks = defaultdict[str, str](str)
        ways = zip(self.ways, ("first", "second"), strict=False)
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


@dataclass(frozen=True)
class FormulaValues:
    """What the cells show for one set of scores."""

    catalog: Catalog
    answers: Answers
    scores: Scores

    @cached_property
    def unanswered(self) -> frozenset[str]:
        """The items that count as unanswered."""
        codes = (FindingCode.UNANSWERED, FindingCode.NA_NOT_ALLOWED)
        return frozenset(i for f in self.scores.findings if f.code in codes for i in f.about)

    def counts(self, item: str) -> bool:
        """Whether an item counts: it is not left out as 該当なし."""
        return self.scores.items[item].points is not None

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The ids of the categories; those that are 対象外 come last, so that a chart can leave
        them out."""
        scores = self.scores.categories
        ids = (category.id for category in self.catalog.scored_categories)
        return tuple(sorted(ids, key=lambda name: scores[name].score is None))

    def shown(self, category: str) -> float | None:
        """Give the score of a category as printed; None where it is 対象外."""
        score = self.scores.categories[category].score
        return None if score is None else truncate_score(score)

    def mark(self, category: str) -> str | None:
        """Give the mark of a category's score; None where it is 対象外."""
        score = self.scores.categories[category].score
        if score is None:
            return None
        *others, last = self.catalog.report.marks
        reached = (each.mark for each in others if each.score is None or score >= each.score)
        return next(reached, last.mark)

    @cached_property
    def record(self) -> VariantValues:
        """The variant with 未回答 worth the least."""
        return self._values(ScoreVariant.RECORD, self.scores.overall)

    @cached_property
    def upper(self) -> VariantValues:
        """The variant with 未回答 worth everything."""
        if not self.unanswered:
            return self.record
        return self._values(ScoreVariant.UPPER, self.scores.upper)

    def _values(self, variant: ScoreVariant, overall: Fraction | None) -> VariantValues:
        facts = collect_facts(self._sums, variant)
        return VariantValues(self.catalog, facts, overall or Fraction(0))

    @cached_property
    def _sums(self) -> Mapping[str, CategorySums]:
        return sum_categories(self.catalog, self.answers)


@dataclass(frozen=True)
class VariantValues:
    """One variant: what the caps count in it, its overall score, and the ranks that follow."""

    catalog: Catalog
    facts: CapFacts
    overall: Fraction

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How much each cap counts."""
        return tuple(len(counted_ids(rule, self.facts)) for rule in cap_rules(self.catalog))

    @cached_property
    def caps(self) -> tuple[Rank | None, ...]:
        """The rank at most by each cap; None where it does not apply."""
        counted = zip(cap_rules(self.catalog), self.counts, strict=True)
        return tuple(rule.at_most if applies(rule, count) else None for rule, count in counted)

    @cached_property
    def base(self) -> Rank:
        """基礎ランク."""
        return base_rank(self.catalog, self.overall)

    @cached_property
    def cap(self) -> Rank | None:
        """The worst of the caps."""
        caps = [cap for cap in self.caps if cap]
        return worse_of(*caps) if caps else None

    @property
    def rank(self) -> Rank:
        """判定ランク."""
        return worse_of(self.base, self.cap) if self.cap else self.base
