"""採点の計算: writes each formula of a calculation beside the value that it has now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Category
from sheet_diag.model.rules import CapRule, NaShareCapRule
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client import looks
from sheet_diag.reports.client.calculation_layout import (
    HEIGHTS,
    CalculationInputs,
    CalculationLayout,
)
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.criteria_table import CriteriaLayout
from sheet_diag.reports.client.formula_values import VariantValues
from sheet_diag.reports.client.formulas import (
    CalculationFormulas,
    CapFormulas,
    RankFormulas,
    build_formulas,
)
from sheet_diag.text.numbers import truncate_score
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BOLD, CELL, HEADING, INSET, MIDDLE, PALE, SMALL, Look

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
_FIGURE: Final[Look] = looks.MIDDLE
_RESULT: Final[Look] = {**_FIGURE, **BOLD}
_SHORT: Final[Look] = {**_FIGURE, "shrink": True, "text_wrap": False}
_NAME: Final[Look] = {**CELL, **INSET, "text_wrap": False}
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
_TOTALS: Final[dict[int, Look]] = {
    calc.EXACT: {**_TOTAL, "num_format": "0.0#########"},
    calc.UPPER: {**_TOTAL, "num_format": "0.0###"},
    calc.SHOWN: {**_TOTAL, "num_format": "0.0"},
}
_NO_TOTAL: Final = (
    calc.MARK, calc.WEIGHT, calc.NA_SHARE, calc.POINTS, calc.LEFT_OUT, calc.OPEN, calc.TARGET,
)  # fmt: skip
_RULE: Final = (0, 2)  # columns of the words in the tables of caps and ranks
_VARIANTS: Final = ((calc.COUNT, calc.APPLIED), (calc.COUNT_UPPER, calc.APPLIED_UPPER))
_HEAD_LEFT: Final[Look] = {**looks.HEAD_9, "align": "left", **INSET}
_LIMIT: Final[Look] = {**_FIGURE, "num_format": "0.##"}
_SCORE: Final[Look] = {**_FIGURE, "num_format": "0.0"}
_RANK_NAME: Final[Look] = {**looks.TEXT, **BOLD, "bg_color": PALE}


def write_calculation(
    page: Page,
    layout: CalculationLayout,
    inputs: CalculationInputs,
    criteria: CriteriaLayout,
    context: ReportContext,
) -> None:
    """Write the tables of categories, caps and ranks."""
    formulas = build_formulas(context.localized, layout, inputs, criteria)
    _write_head(page, layout, context)
    for row, name in enumerate(layout.order, layout.first):
        category = context.catalog.category_by_id[name]
        _write_category(page, row, category, formulas.categories[name], context)
    _write_overall(page, layout.overall, formulas, context)
    _write_caps(page, layout.caps_top, formulas, context)
    _write_ranks(page, layout.results_top, formulas, context)


def _write_head(page: Page, layout: CalculationLayout, context: ReportContext) -> None:
    say, top, last = context.say, layout.top, calc.COLUMNS - 1
    page.merged(top, 0, last, say("calculation.heading"), HEADING)
    page.merged(top + 1, 0, last, say("calculation.lead"), _LEAD)
    for column, key in _HEADS.items():
        page.text(top + 2, column, say(key), looks.HEAD_9)
    for row, part in enumerate(("heading", "lead", "head"), top):
        page.height(row, HEIGHTS[part])


def _write_category(
    page: Page, row: int, category: Category, formulas: Mapping[int, str], context: ReportContext
) -> None:
    lang = context.say.lang
    page.height(row, HEIGHTS["line"])
    _write_parameter(page, row, calc.IMPORTANCE, formulas, category.weight, _FIGURE)
    page.text(row, calc.SHORT, category.short[lang], _SHORT)
    page.text(row, calc.NAME, category.name[lang], _NAME)
    values = _category_values(category, context)
    for column, look in _CALCULATED.items():
        page.formula(row, column, formulas[column], look, values[column])
    if category.target is None:
        page.blank(row, calc.TARGET, _FIGURE)
    else:
        _write_parameter(page, row, calc.TARGET, formulas, float(category.target), _TARGET)


def _write_parameter(
    page: Page, row: int, column: int, given: Mapping[int, str], value: str | float, look: Look
) -> None:
    """Write a parameter, or the formula that takes it from where it is written."""
    if column in given:
        page.formula(row, column, given[column], look, value)
    elif isinstance(value, str):
        page.text(row, column, value, look)
    else:
        page.number(row, column, value, look)


def _category_values(category: Category, context: ReportContext) -> dict[int, str | float]:
    """What the calculated columns of a category show now."""
    say, now = context.say, context.cell_values.categories[category.id]
    outside = say("report.categories.na")
    return {
        calc.WEIGHT: now.weight,
        calc.POINTS: now.points,
        calc.LEFT_OUT: now.left_out,
        calc.OPEN: now.open,
        calc.EXACT: outside if now.exact is None else now.exact,
        calc.UPPER: outside if now.upper is None else now.upper,
        calc.SHOWN: outside if now.shown is None else now.shown,
        calc.NA_SHARE: now.na_share,
        calc.MARK: say("report.none") if now.mark is None else now.mark,
    }


def _write_overall(
    page: Page, row: int, formulas: CalculationFormulas, context: ReportContext
) -> None:
    values = context.cell_values
    page.height(row, HEIGHTS["line"])
    counted = sum(
        category.weight
        for category in context.catalog.categories
        if values.categories[category.id].exact is not None
    )
    page.formula(row, calc.IMPORTANCE, formulas.overall[calc.IMPORTANCE], _TOTAL, counted)
    page.merged(row, calc.SHORT, calc.NAME, context.say("calculation.overall"), _TOTAL_NAME)
    overall = values.record.overall
    totals = {
        calc.EXACT: float(overall),
        calc.UPPER: float(values.upper.overall),
        calc.SHOWN: truncate_score(overall),
    }
    for column, look in _TOTALS.items():
        page.formula(row, column, formulas.overall[column], look, totals[column])
    for column in _NO_TOTAL:
        page.blank(row, column, _TOTAL)


# --- caps and ranks


def _write_caps(
    page: Page, top: int, formulas: CalculationFormulas, context: ReportContext
) -> None:
    """Write one cap a line: the rule, and what it counts and caps in both variants."""
    say, values = context.say, context.cell_values
    page.height(top - 1, 8)
    page.merged(top, *_RULE, say("calculation.caps"), _HEAD_LEFT)
    keys = ("limit", "count", "needed", "at_most", "applied", "count.upper", "applied.upper")
    for column, key in enumerate(keys, calc.LIMIT):
        page.text(top, column, say(f"calculation.caps.{key}"), looks.HEAD_9)
    page.height(top, 34)
    if not formulas.caps:
        page.merged(top + 1, 0, calc.APPLIED_UPPER, say("calculation.caps.none"), looks.TEXT)
        page.height(top + 1, HEIGHTS["line"])
    caps = zip(cap_rules(context.catalog), formulas.caps, strict=True)
    for number, (rule, built) in enumerate(caps):
        row = top + 1 + number
        page.height(row, HEIGHTS["line"])
        page.merged(row, *_RULE, _rule_text(rule, say), looks.TEXT_9)
        _write_cap_parameters(page, row, rule, built, context)
        for variant, now in enumerate((values.record, values.upper)):
            count, applied = _VARIANTS[variant]
            page.formula(row, count, built.counts[variant], _FIGURE, now.counts[number])
            rank = _rank_text(now.caps[number], context)
            page.formula(row, applied, built.applied[variant], _RESULT, rank)


def _rule_text(rule: CapRule, say: Wording) -> str:
    if rule.is_bounded:
        return say(f"calculation.caps.{rule.kind}.but", **rule.figures)
    return say(f"calculation.caps.{rule.kind}", **rule.figures)


def _write_cap_parameters(
    page: Page, row: int, rule: CapRule, formulas: CapFormulas, context: ReportContext
) -> None:
    look, given = _SHARE if isinstance(rule, NaShareCapRule) else _LIMIT, formulas.given
    if rule.limit is None:
        page.text(row, calc.LIMIT, context.say("report.none"), look)
    else:
        _write_parameter(page, row, calc.LIMIT, given, float(rule.limit), look)
    _write_parameter(page, row, calc.NEEDED, given, rule.needed, _FIGURE)
    _write_parameter(page, row, calc.AT_MOST, given, rule.at_most.value, _FIGURE)


def _rank_text(rank: Rank | None, context: ReportContext) -> str:
    return rank.value if rank else context.say("report.none")


def _write_ranks(
    page: Page, top: int, formulas: CalculationFormulas, context: ReportContext
) -> None:
    """Write score, base rank, cap and rank of both variants, and the strict score."""
    say, values = context.say, context.cell_values
    page.height(top - 1, 8)
    page.merged(top, *_RULE, say("calculation.verdict"), _HEAD_LEFT)
    page.text(top, calc.VALUE, say("calculation.verdict.now"), looks.HEAD_9)
    page.text(top, calc.VALUE_UPPER, say("calculation.verdict.upper"), looks.HEAD_9)
    page.height(top, 34)
    for row, (name, key) in enumerate(calc.RESULTS.items(), top + 1):
        page.merged(row, *_RULE, say(key), _RANK_NAME if name == "rank" else looks.TEXT)
        page.height(row, HEIGHTS["line"])
    columns = (calc.VALUE, calc.VALUE_UPPER)
    variants = (values.record, values.upper)
    for column, now, built in zip(columns, variants, formulas.results, strict=True):
        _write_variant(page, top + 1, column, now, built, context)
    row, strict = top + len(calc.RESULTS), truncate_score(values.scores.strict)
    page.formula(row, calc.VALUE, formulas.strict, _SCORE, strict)
    page.blank(row, calc.VALUE_UPPER, _FIGURE)


def _write_variant(
    page: Page,
    row: int,
    column: int,
    now: VariantValues,
    formulas: RankFormulas,
    context: ReportContext,
) -> None:
    page.formula(row, column, formulas.score, _SCORE, truncate_score(now.overall))
    page.formula(row + 1, column, formulas.base, _FIGURE, now.base.value)
    cap = _rank_text(now.cap, context)
    if formulas.cap is None:
        page.text(row + 2, column, cap, _FIGURE)
    else:
        page.formula(row + 2, column, formulas.cap, _FIGURE, cap)
    page.formula(row + 3, column, formulas.rank, _TOTAL, now.rank.value)
