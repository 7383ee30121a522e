"""カテゴリ別の集計: points, weight and score of each category; the radar is drawn from it."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from sheet_diag.figures import shown
from sheet_diag.model.catalog import Category
from sheet_diag.reports.charts import Area
from sheet_diag.reports.letter import Letter
from sheet_diag.style import BOLD, CELL, CENTER, HEAD, INSET, PALE, Look
from sheet_diag.workbook import Page

_WEIGHT, _EARNED, _SCORE = 2, 3, 4
_FIGURE: Final[Look] = {**CELL, **CENTER}


def write_sums(page: Page, row: int, letter: Letter) -> Area:
    """Write the table from `row` on, over five columns; categories that do not apply stand last."""
    say, scores = letter.say, letter.report.diagnosis.scores
    page.merged(row, 0, 1, say("report.categories.name"), HEAD)
    for column, key in (
        (_WEIGHT, "answers.summary.weight"),
        (_EARNED, "answers.summary.earned"),
        (_SCORE, "categories.score"),
    ):
        page.text(row, column, say(f"report.{key}"), HEAD)
    page.height(row, 22)
    categories = sorted(
        letter.catalog.categories, key=lambda each: scores.categories[each.id].score is None
    )
    for line, category in enumerate(categories, row + 1):
        _write_sum(page, line, category, letter)
    applicable = sum(1 for each in scores.categories.values() if each.score is not None)
    last = row + len(categories) + 1
    total = {**CELL, **BOLD, "bg_color": PALE}
    page.merged(last, 0, _EARNED, say("report.answers.summary.overall"), {**total, **INSET})
    overall = float(shown(scores.overall or Fraction(0)))
    page.number(last, _SCORE, overall, {**total, **CENTER, "num_format": "0.0"})
    page.height(last, 22)
    return Area(page.name, row + 1, row + applicable, labels=0, values=_SCORE)


def _write_sum(page: Page, row: int, category: Category, letter: Letter) -> None:
    scores = letter.report.diagnosis.scores
    counted = [item for item in category.items if scores.items[item.id].points is not None]
    earned = sum((scores.items[item.id].points or Fraction(0) for item in counted), Fraction(0))
    page.merged(row, 0, 1, category.short[letter.say.lang], {**CELL, **INSET})
    weight = sum(item.weight for item in counted)
    page.number(row, _WEIGHT, weight, {**_FIGURE, "num_format": "0"})
    page.number(row, _EARNED, float(earned), {**_FIGURE, "num_format": "0.0#"})
    score = scores.categories[category.id].score
    if score is None:
        page.text(row, _SCORE, letter.say("report.categories.na"), _FIGURE)
    else:
        look = {**_FIGURE, **BOLD, "num_format": "0.0"}
        page.number(row, _SCORE, float(shown(score)), look)
    page.height(row, 22)
