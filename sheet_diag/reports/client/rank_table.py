"""Writes caps and final rank: each cap a line, then base rank, worst cap, and the rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.basics import Rank
from sheet_diag.model.rules import CapRule, NaShareCapRule
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.formula_values import VariantValues
from sheet_diag.reports.client.formulas import CalculationFormulas, CapFormulas, RankFormulas
from sheet_diag.text.numbers import truncate_score
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BOLD, CELL, CENTER, HEAD, INSET, PALE, Look

_RULE: Final = (0, 2)  # columns
_COUNTS: Final = ((calc.COUNT, calc.APPLIED), (calc.COUNT_UPPER, calc.APPLIED_UPPER))
_LINE: Final = 18.0  # points
_HEAD: Final[Look] = {**HEAD, "font_size": 9}
_HEAD_LEFT: Final[Look] = {**_HEAD, "align": "left", **INSET}
_TEXT: Final[Look] = {**CELL, **INSET}
_SMALL_TEXT: Final[Look] = {**_TEXT, "font_size": 9}
_FIGURE: Final[Look] = {**CELL, **CENTER}
_LIMIT: Final[Look] = {**_FIGURE, "num_format": "0.##"}
_SHARE: Final[Look] = {**_FIGURE, "num_format": "0%"}
_RESULT: Final[Look] = {**_FIGURE, **BOLD}
_SCORE: Final[Look] = {**_FIGURE, "num_format": "0.0"}
_RANK_NAME: Final[Look] = {**_TEXT, **BOLD, "bg_color": PALE}
_RANK: Final[Look] = {**_RESULT, "bg_color": PALE}


def write_caps(
    page: Page, top: int, formulas: Sequence[CapFormulas], context: ReportContext
) -> None:
    """Write the table."""
    say, cell_values = context.say, context.cell_values
    page.height(top - 1, 8)
    keys = ("limit", "count", "needed", "at_most", "applied", "count.upper", "applied.upper")
    page.merged(top, *_RULE, say("calculation.caps"), _HEAD_LEFT)
    for column, key in enumerate(keys, calc.LIMIT):
        page.text(top, column, say(f"calculation.caps.{key}"), _HEAD)
    page.height(top, 34)
    if not formulas:
        page.merged(top + 1, 0, calc.APPLIED_UPPER, say("calculation.caps.none"), _TEXT)
        page.height(top + 1, _LINE)
    for number, (line, spelled) in enumerate(
        zip(cap_rules(context.catalog), formulas, strict=True)
    ):
        row = top + 1 + number
        page.height(row, _LINE)
        page.merged(row, *_RULE, _rule_text(line, say), _SMALL_TEXT)
        _write_limits(page, row, line, spelled, context)
        for variant, reading in enumerate((cell_values.record, cell_values.upper)):
            count, applied = _COUNTS[variant]
            page.formula(row, count, spelled.counts[variant], _FIGURE, reading.counts[number])
            rank = _rank_text(reading.caps[number], context)
            page.formula(row, applied, spelled.applied[variant], _RESULT, rank)


def _rule_text(rule: CapRule, say: Wording) -> str:
    key = f"calculation.caps.{rule.kind}"
    return say(f"{key}.but" if rule.is_bounded else key, **rule.figures)


def _write_limits(
    page: Page, row: int, line: CapRule, formulas: CapFormulas, context: ReportContext
) -> None:
    """Limit, needed number and rank: written here, or taken from where they are written."""
    look = _SHARE if isinstance(line, NaShareCapRule) else _LIMIT
    if line.limit is None:
        page.text(row, calc.LIMIT, context.say("report.none"), look)
    if formulas.given:
        given = formulas.given
        if line.limit is not None:
            page.formula(row, calc.LIMIT, given[calc.LIMIT], look, float(line.limit))
        page.formula(row, calc.NEEDED, given[calc.NEEDED], _FIGURE, line.needed)
        page.formula(row, calc.AT_MOST, given[calc.AT_MOST], _FIGURE, line.at_most.value)
    else:
        if line.limit is not None:
            page.number(row, calc.LIMIT, float(line.limit), look)
        page.number(row, calc.NEEDED, line.needed, _FIGURE)
        page.text(row, calc.AT_MOST, line.at_most.value, _FIGURE)


def _rank_text(rank: Rank | None, context: ReportContext) -> str:
    return rank.value if rank else context.say("report.none")


def write_rank(page: Page, top: int, formulas: CalculationFormulas, context: ReportContext) -> None:
    """Write score, base rank, cap and rank of both cell_values, and the strict score."""
    say, cell_values = context.say, context.cell_values
    page.height(top - 1, 8)
    page.merged(top, *_RULE, say("calculation.verdict"), _HEAD_LEFT)
    page.text(top, calc.VALUE, say("calculation.verdict.now"), _HEAD)
    page.text(top, calc.VALUE_UPPER, say("calculation.verdict.upper"), _HEAD)
    page.height(top, 22 + 12)
    for row, (name, key) in enumerate(calc.VERDICT.items(), top + 1):
        page.merged(row, *_RULE, say(key), _RANK_NAME if name == "rank" else _TEXT)
        page.height(row, _LINE)
    for variant, reading in enumerate((cell_values.record, cell_values.upper)):
        column = (calc.VALUE, calc.VALUE_UPPER)[variant]
        _write_reading(page, top + 1, column, reading, formulas.verdict[variant], context)
    row, strict = top + len(calc.VERDICT), truncate_score(cell_values.scores.strict)
    page.formula(row, calc.VALUE, formulas.strict, _SCORE, strict)
    page.blank(row, calc.VALUE_UPPER, _FIGURE)


def _write_reading(
    page: Page,
    row: int,
    column: int,
    reading: VariantValues,
    formulas: RankFormulas,
    context: ReportContext,
) -> None:
    page.formula(row, column, formulas.score, _SCORE, truncate_score(reading.overall))
    page.formula(row + 1, column, formulas.base, _FIGURE, reading.base.value)
    cap = _rank_text(reading.cap, context)
    if formulas.cap is None:
        page.text(row + 2, column, cap, _FIGURE)
    else:
        page.formula(row + 2, column, formulas.cap, _FIGURE, cap)
    page.formula(row + 3, column, formulas.rank, _RANK, reading.rank.value)
