"""Writes a calculation: each formula beside the value that it has now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sheet_diag.model.catalog import Category
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client.calculation_layout import (
    HEIGHTS,
    CalculationInputs,
    CalculationLayout,
)
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.criteria_table import CriteriaLayout
from sheet_diag.reports.client.formulas import CalculationFormulas, build_formulas
from sheet_diag.reports.client.rank_table import write_caps, write_rank
from sheet_diag.text.numbers import truncate_score
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BOLD,
    CELL,
    CENTER,
    HEAD,
    HEADING,
    INSET,
    MIDDLE,
    PALE,
    SMALL,
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
_HEAD: Final[Look] = {**HEAD, "font_size": 9}
_LEAD: Final[Look] = {**SMALL, **MIDDLE}
_FIGURE: Final[Look] = {**CELL, **CENTER}
_SHORT: Final[Look] = {**_FIGURE, "shrink": True, "text_wrap": False}
_NAME: Final[Look] = {**CELL, **INSET, "text_wrap": False}
_TARGET: Final[Look] = {**_FIGURE, "num_format": "0.#"}
# The calculated columns of a category, in the order in which they are written.
_CALCULATED: Final[dict[int, Look]] = {
    calc.WEIGHT: _FIGURE,
    calc.POINTS: {**_FIGURE, "num_format": "0.0##"},
    calc.LEFT_OUT: _FIGURE,
    calc.OPEN: _FIGURE,
    calc.EXACT: {**_FIGURE, "num_format": "0.0#########"},
    calc.UPPER: {**_FIGURE, "num_format": "0.0###"},
    calc.SHOWN: {**_FIGURE, **BOLD, "num_format": "0.0"},
    calc.NA_SHARE: {**_FIGURE, "num_format": "0%"},
    calc.MARK: {**_FIGURE, **BOLD},
}
_TOTAL: Final[Look] = {**_FIGURE, **BOLD, "bg_color": PALE}
_TOTAL_NAME: Final[Look] = {**_TOTAL, **INSET, "align": "left"}
_TOTALS: Final[dict[int, Look]] = {
    calc.EXACT: {**_TOTAL, "num_format": "0.0#########"},
    calc.UPPER: {**_TOTAL, "num_format": "0.0###"},
    calc.SHOWN: {**_TOTAL, "num_format": "0.0"},
}
_NO_TOTAL: Final = (
    calc.MARK, calc.WEIGHT, calc.NA_SHARE, calc.POINTS, calc.LEFT_OUT, calc.OPEN, calc.TARGET,
)  # fmt: skip


def write_calculation(
    page: Page,
    layout: CalculationLayout,
    inputs: CalculationInputs,
    criteria: CriteriaLayout,
    context: ReportContext,
) -> None:
    """Write all of it."""
    formulas = build_formulas(context.localized, layout, inputs, criteria)
    _write_head(page, layout, context)
    for row, name in enumerate(layout.order, layout.first):
        category = context.catalog.category_by_id[name]
        _write_category(page, row, category, formulas.categories[name], context)
    _write_overall(page, layout.overall, formulas, context)
    write_caps(page, layout.caps_top, formulas.caps, context)
    write_rank(page, layout.verdict, formulas, context)


def _write_head(page: Page, layout: CalculationLayout, context: ReportContext) -> None:
    say, top, last = context.say, layout.top, calc.COLUMNS - 1
    page.merged(top, 0, last, say("calculation.heading"), HEADING)
    page.merged(top + 1, 0, last, say("calculation.lead"), _LEAD)
    for column, key in _HEADS.items():
        page.text(top + 2, column, say(key), _HEAD)
    for row, part in enumerate(("heading", "lead", "head"), top):
        page.height(row, HEIGHTS[part])


def _write_category(
    page: Page, row: int, category: Category, formulas: Mapping[int, str], context: ReportContext
) -> None:
    lang = context.say.lang
    page.height(row, HEIGHTS["line"])
    given = formulas.get(calc.IMPORTANCE)
    _write_given(page, row, calc.IMPORTANCE, given, category.weight, _FIGURE)
    page.text(row, calc.SHORT, category.short[lang], _SHORT)
    page.text(row, calc.NAME, category.name[lang], _NAME)
    values = _values(category, context)
    for column, look in _CALCULATED.items():
        page.formula(row, column, formulas[column], look, values[column])
    if category.target is None:
        page.blank(row, calc.TARGET, _FIGURE)
    else:
        target = float(category.target)
        _write_given(page, row, calc.TARGET, formulas.get(calc.TARGET), target, _TARGET)


def _write_given(
    page: Page, row: int, column: int, formula: str | None, value: float, look: Look
) -> None:
    """A parameter: written here, or taken from where it is written."""
    if formula is None:
        page.number(row, column, value, look)
    else:
        page.formula(row, column, formula, look, value)


def _values(category: Category, context: ReportContext) -> dict[int, str | float]:
    """What the calculated columns show now."""
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
    cell_values, spelled_out = context.cell_values, formulas.overall
    page.height(row, HEIGHTS["line"])
    counted = sum(
        category.weight
        for category in context.catalog.categories
        if cell_values.categories[category.id].exact is not None
    )
    page.formula(row, calc.IMPORTANCE, spelled_out[calc.IMPORTANCE], _TOTAL, counted)
    page.merged(row, calc.SHORT, calc.NAME, context.say("calculation.overall"), _TOTAL_NAME)
    record, upper = cell_values.record.overall, cell_values.upper.overall
    values = {
        calc.EXACT: float(record),
        calc.UPPER: float(upper),
        calc.SHOWN: truncate_score(record),
    }
    for column, look in _TOTALS.items():
        page.formula(row, column, spelled_out[column], look, values[column])
    for column in _NO_TOTAL:
        page.blank(row, column, _TOTAL)
