"""採点の計算: writes each formula of a calculation beside the value that it has now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, Category
from sheet_diag.model.rules import CapRule, NaShareCapRule, ScoringRule
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client.calculation_layout import (
    HEIGHTS,
    VARIANTS,
    CalculationInputs,
    CalculationLayout,
)
from sheet_diag.reports.client.context import FormulaValues, ReportContext, VariantValues
from sheet_diag.reports.client.criteria_table import CriteriaLayout
from sheet_diag.reports.client.formulas import CellFormulas, build_formulas
from sheet_diag.text.numbers import overall_shape, print_score, to_cell, truncate_score
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED,
    HEAD_9,
    HEADING,
    INSET,
    MIDDLE,
    PALE,
    SMALL,
    TEXT,
    TEXT_9,
    Look,
)

_HEADS: Final = {
    calc.IMPORTANCE: "calculation.category.weight",
    calc.SHORT: "calculation.short",
    calc.NAME: "report.categories.name",
    calc.SHOWN: "report.categories.score",
    calc.EXACT: "calculation.exact",
    calc.MARK: "report.categories.mark",
    calc.WEIGHT: "calculation.weight",
    calc.NA_SHARE: "calculation.share",
    calc.POINTS: "calculation.points",
    calc.LEFT_OUT: "calculation.left_out",
    calc.OPEN: "calculation.open",
    calc.UPPER: "calculation.upper",
    calc.TARGET: "calculation.target",
}
_LEAD: Final[Look] = {**SMALL, **MIDDLE}
_FIGURE: Final[Look] = CENTERED
_RESULT: Final[Look] = {**_FIGURE, **BOLD}
_SHORT: Final[Look] = {**_FIGURE, "shrink": True, "text_wrap": False}
_NAME: Final[Look] = {**TEXT, "text_wrap": False}
_TARGET: Final[Look] = {**_FIGURE, "num_format": "0.#"}
_SHARE: Final[Look] = {**_FIGURE, "num_format": "0%"}
# The calculated columns of a category, in the order in which they are written.
_CALCULATED: Final[dict[int, Look]] = {
    calc.WEIGHT: _FIGURE,
    calc.POINTS: {**_FIGURE, "num_format": "0.0##"},
    calc.LEFT_OUT: _FIGURE,
    calc.OPEN: _FIGURE,
    calc.EXACT: {**_FIGURE, "num_format": "0.0#########"},
    calc.UPPER: {**_FIGURE, "num_format": "0.0###"},
    calc.SHOWN: {**_RESULT, "num_format": "0.0"},
    calc.NA_SHARE: _SHARE,
    calc.MARK: _RESULT,
}
_TOTAL: Final[Look] = {**_RESULT, "bg_color": PALE}
_TOTAL_NAME: Final[Look] = {**_TOTAL, **INSET, "align": "left"}
_NO_TOTAL: Final = (
    calc.MARK, calc.WEIGHT, calc.NA_SHARE, calc.POINTS, calc.LEFT_OUT, calc.OPEN, calc.TARGET,
)  # fmt: skip
_RULE: Final = (0, 2)  # columns of the words in the tables of caps and ranks
_HEAD_LEFT: Final[Look] = {**HEAD_9, "align": "left", **INSET}
_LIMIT: Final[Look] = {**_FIGURE, "num_format": "0.##"}
_SCORE: Final[Look] = {**_FIGURE, "num_format": "0.0"}
_RANK_NAME: Final[Look] = {**TEXT, **BOLD, "bg_color": PALE}


def write_calculation(
    page: Page,
    layout: CalculationLayout,
    inputs: CalculationInputs,
    criteria: CriteriaLayout,
    context: ReportContext,
    values: FormulaValues,
) -> None:
    """Write the tables of categories, caps and ranks."""
    formulas = build_formulas(context.localized, layout, inputs, criteria)
    table = _CalculationTable(page, layout, formulas, context, values)
    table.write_head()
    for row, name in enumerate(layout.order, layout.first):
        table.write_category(row, context.catalog.category_by_id[name])
    table.write_overall()
    table.write_caps()
    table.write_results()


@dataclass(frozen=True, slots=True)
class _CalculationTable:
    """A calculation that is being written."""

    page: Page
    layout: CalculationLayout
    formulas: CellFormulas
    context: ReportContext
    values: FormulaValues

    def write_formula(self, row: int, column: int, look: Look, value: str | float) -> None:
        """Write a calculated cell."""
        self.page.formula(row, column, self.formulas[row, column], look, value)

    def write_parameter(self, row: int, column: int, look: Look, value: str | float) -> None:
        """Write a parameter, or the formula that takes it from where it stands."""
        if (row, column) in self.formulas:
            self.write_formula(row, column, look, value)
        elif isinstance(value, str):
            self.page.text(row, column, value, look)
        else:
            self.page.number(row, column, value, look)

    def write_head_cell(self, row: int, column: int, text: str) -> None:
        words = self.page.break_words(text, HEAD_9, (column, column))
        self.page.text(row, column, words, HEAD_9)

    def write_head(self) -> None:
        say, page, top = self.context.say, self.page, self.layout.top
        page.merged(top, 0, calc.COLUMNS - 1, say("calculation.heading"), HEADING)
        page.merged(
            top + 1,
            0,
            calc.COLUMNS - 1,
            say("calculation.lead", full=print_score(self.rule.full_of_category)),
            _LEAD,
        )
        for column, key in _HEADS.items():
            self.write_head_cell(top + 2, column, say(key))
        for row, part in enumerate(("heading", "lead", "head"), top):
            page.height(row, HEIGHTS[part])

    def write_category(self, row: int, category: Category) -> None:
        page, lang = self.page, self.context.say.lang
        page.height(row, HEIGHTS["line"])
        weight = _category_weight(self.context.catalog, category, self.values)
        self.write_parameter(row, calc.IMPORTANCE, _FIGURE, weight)
        page.text(row, calc.SHORT, category.short[lang], _SHORT)
        page.text(row, calc.NAME, category.name[lang], _NAME)
        values = _category_values(category, self.context.say, self.values)
        for column, look in _CALCULATED.items():
            self.write_formula(row, column, look, values[column])
        if category.target is None:
            page.blank(row, calc.TARGET, _FIGURE)
        else:
            self.write_parameter(row, calc.TARGET, _TARGET, float(category.target))

    def write_overall(self) -> None:
        page, row, values = self.page, self.layout.overall, self.values
        page.height(row, HEIGHTS["line"])
        counted = sum(
            _category_weight(self.context.catalog, category, values)
            for category in self.context.catalog.scored_categories
            if values.scores.categories[category.id].score is not None
        )
        self.write_formula(row, calc.IMPORTANCE, _TOTAL, counted)
        page.merged(
            row,
            calc.SHORT,
            calc.NAME,
            self.context.say(f"calculation.overall.{self.rule.method}"),
            _TOTAL_NAME,
        )
        overall = values.record.overall
        self.write_formula(
            row, calc.EXACT, {**_TOTAL, "num_format": "0.0#########"}, float(overall)
        )
        upper = float(values.upper.overall)
        self.write_formula(row, calc.UPPER, {**_TOTAL, "num_format": "0.0###"}, upper)
        self.write_formula(
            row, calc.SHOWN, {**_TOTAL, **self.overall_look}, truncate_score(overall)
        )
        for column in _NO_TOTAL:
            page.blank(row, column, _TOTAL)

    def write_caps(self) -> None:
        """Write one cap a line: the rule, and what it counts and caps in both variants."""
        say, page, top = self.context.say, self.page, self.layout.caps_top
        rules, values = cap_rules(self.context.catalog), self.values
        page.height(top - 1, HEIGHTS["gap"])
        page.merged(top, *_RULE, say("calculation.caps"), _HEAD_LEFT)
        keys = ("limit", "count", "needed", "at_most", "applied", "count.upper", "applied.upper")
        for column, key in enumerate(keys, calc.LIMIT):
            self.write_head_cell(top, column, say(f"calculation.caps.{key}"))
        page.height(top, HEIGHTS["subhead"])
        if not rules:
            page.merged(top + 1, 0, calc.APPLIED_UPPER, say("calculation.caps.none"), TEXT)
            page.height(top + 1, HEIGHTS["line"])
        for number, rule in enumerate(rules):
            row = top + 1 + number
            page.height(row, HEIGHTS["line"])
            page.merged(row, *_RULE, _rule_text(rule, say), TEXT_9)
            self.write_cap_parameters(row, rule)
            for variant, now in zip(VARIANTS, (values.record, values.upper), strict=True):
                self.write_formula(row, variant.count, _FIGURE, now.counts[number])
                self.write_formula(row, variant.applied, _RESULT, self.rank_text(now.caps[number]))

    def write_cap_parameters(self, row: int, rule: CapRule) -> None:
        look = _SHARE if isinstance(rule, NaShareCapRule) else _LIMIT
        if rule.limit is None:
            self.page.text(row, calc.LIMIT, self.context.say("report.none"), look)
        else:
            self.write_parameter(row, calc.LIMIT, look, float(rule.limit))
        self.write_parameter(row, calc.NEEDED, _FIGURE, rule.needed)
        self.write_parameter(row, calc.AT_MOST, _FIGURE, rule.at_most)

    def write_results(self) -> None:
        """Write score, base rank, cap and rank of both variants, and the strict score."""
        say, page, top = self.context.say, self.page, self.layout.results_top
        values = self.values
        page.height(top - 1, HEIGHTS["gap"])
        page.merged(top, *_RULE, say("calculation.verdict"), _HEAD_LEFT)
        self.write_head_cell(top, calc.VALUE, say("calculation.verdict.now"))
        self.write_head_cell(top, calc.VALUE_UPPER, say("calculation.verdict.upper"))
        page.height(top, HEIGHTS["subhead"])
        points = self.context.least_points
        for row, (name, key) in enumerate(calc.RESULTS.items(), top + 1):
            page.merged(
                row, *_RULE, say(key, points=points), _RANK_NAME if name == "rank" else TEXT
            )
            page.height(row, HEIGHTS["line"])
        for variant, now in zip(VARIANTS, (values.record, values.upper), strict=True):
            self.write_variant(variant.value, now)
        row, strict = self.layout.result_row("strict"), truncate_score(values.scores.strict)
        self.write_formula(row, calc.VALUE, {**_SCORE, **self.overall_look}, strict)
        page.blank(row, calc.VALUE_UPPER, _FIGURE)

    def write_variant(self, column: int, now: VariantValues) -> None:
        row = self.layout.result_row
        look = {**_SCORE, **self.overall_look}
        self.write_formula(row("score"), column, look, truncate_score(now.overall))
        self.write_formula(row("base"), column, _FIGURE, now.base)
        self.write_parameter(row("cap"), column, _FIGURE, self.rank_text(now.cap))
        self.write_formula(row("rank"), column, _TOTAL, now.rank)

    @property
    def rule(self) -> ScoringRule:
        return self.context.catalog.scoring

    @property
    def overall_look(self) -> Look:
        return {"num_format": overall_shape(self.rule)}

    def rank_text(self, rank: Rank | None) -> str:
        return rank if rank else self.context.say("report.none")


def _category_weight(catalog: Catalog, category: Category, values: FormulaValues) -> float:
    """Give what a category counts by: where all items count together, what applies of it."""
    if not catalog.scoring.is_pooled:
        return to_cell(category.weight)
    return to_cell(sum(item.weight for item in category.items if values.counts(item.id)))


def _category_values(
    category: Category, say: Wording, values: FormulaValues
) -> dict[int, str | float]:
    """Compute what the calculated columns of a category show now."""
    items, now = values.scores.items, values.scores.categories[category.id]
    asked = [item for item in category.items if values.answers.get(item.id) != NOT_ASKED]
    total = sum(item.weight for item in asked)
    weight = sum(i.weight for i in asked if values.counts(i.id))
    open_items = [item.id for item in category.items if item.id in values.unanswered]
    shown, mark = values.shown(category.id), values.mark(category.id)
    outside = say("report.categories.na")
    return {
        calc.WEIGHT: float(weight),
        calc.POINTS: float(weight - now.lost),
        calc.LEFT_OUT: float(total - weight),
        calc.OPEN: float(sum(items[each].lost or 0 for each in open_items)),
        calc.EXACT: outside if now.score is None else float(now.score),
        calc.UPPER: outside if now.upper is None else float(now.upper),
        calc.SHOWN: outside if shown is None else shown,
        calc.NA_SHARE: float(now.na_share),
        calc.MARK: say("report.none") if mark is None else mark,
    }


def _rule_text(rule: CapRule, say: Wording) -> str:
    if rule.is_bounded:
        return say(f"calculation.caps.{rule.kind}.but", **rule.figures)
    return say(f"calculation.caps.{rule.kind}", **rule.figures)
