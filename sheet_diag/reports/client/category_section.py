"""2. 各項目評価: scores and marks beside the radar, then what each category is about."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from sheet_diag.model.catalog import Category
from sheet_diag.reports.client.calculation_layout import MARK, SHOWN, CalculationLayout
from sheet_diag.reports.client.context import CACHED_CATALOGS, LocalizedCatalog, ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED,
    CENTERED_9,
    HEAD,
    LINE,
    MIDDLE,
    NAVY,
    SMALL,
    TEXT_9,
    Look,
)

_CHART: Final = (310, 312)  # pixels
_TABLE: Final = 5  # last column of the score table; the radar stands to its right
_SCORE_COLUMNS: Final = ((0, 3), (4, 4), (5, 5))
_CATEGORY: Final[Look] = {**TEXT_9, **BOLD, "font_color": NAVY}
_SCORE: Final[Look] = {**CENTERED, **BOLD, "font_size": 12, "num_format": "0.0"}
_MARK: Final[Look] = {**CENTERED, **BOLD, "font_size": 14}
_MARKS_LEGEND: Final[Look] = {**BODY, **SMALL, "font_size": 8.5}
_ABOUT: Final[Look] = {**BODY, "font_size": 9, "bottom": 4, "bottom_color": LINE, **MIDDLE}
_ABOUT_NAME: Final[Look] = {**_ABOUT, **BOLD, "font_color": NAVY}


def write_categories(
    flow: PageFlow, context: ReportContext, chart: Any, calculation: CalculationLayout
) -> None:
    """Write the section."""
    say, report, page = context.say, context.catalog.report, flow.page
    flow.new_page()
    with flow.together():
        flow.heading(say("report.categories.heading"))
        count = len(context.catalog.categories)
        flow.paragraph(report.categories_intro[say.lang].format(count=count))
        row = flow.next_row(24)
        page.place(row, _TABLE + 1, chart, _CHART, description=_describe_radar(context))
        for key, columns in zip(("name", "score", "mark"), _SCORE_COLUMNS, strict=True):
            page.merged(row, *columns, say(f"report.categories.{key}"), HEAD)
        for number, category in enumerate(context.catalog.categories, 1):
            _write_score(flow, context, number, category, calculation)
        flow.paragraph(_marks_legend(context.localized), _MARKS_LEGEND)
    for number, category in enumerate(context.catalog.categories, 1):
        _write_about(flow, context, number, category)


def _describe_radar(context: ReportContext) -> str:
    """Tell the radar in words."""
    say, scores = context.say, context.report.diagnosis.scores.categories
    pairs = ((c.short[say.lang], scores[c.id].score) for c in context.catalog.categories)
    figures = ", ".join(
        f"{name} {format_score(score)}" for name, score in pairs if score is not None
    )
    return say("report.chart.description", figures=figures)


def _write_score(
    flow: PageFlow,
    context: ReportContext,
    number: int,
    category: Category,
    calculation: CalculationLayout,
) -> None:
    say, page = context.say, flow.page
    name_columns, (score_column, _), (mark_column, _) = _SCORE_COLUMNS
    row = flow.next_row(_CHART[1] * 0.75 / len(context.catalog.categories) - 4)
    page.merged(row, *name_columns, f"{number}. {category.name[say.lang]}", _CATEGORY)
    values = context.cell_values
    score, own_mark = values.shown(category.id), values.mark(category.id)
    points, mark = (
        f"={calculation.of(category.id, column).reference_from(page.name)}"
        for column in (SHOWN, MARK)
    )
    if score is None or own_mark is None:
        page.formula(row, score_column, points, CENTERED_9, say("report.categories.na"))
        page.formula(row, mark_column, mark, CENTERED, say("report.none"))
    else:
        page.formula(row, score_column, points, _SCORE, score)
        page.formula(row, mark_column, mark, _MARK, own_mark)


def _write_about(flow: PageFlow, context: ReportContext, number: int, category: Category) -> None:
    say, page = context.say, flow.page
    name = f"{number}. {category.name[say.lang]}"
    example = say("report.categories.example", text=category.example[say.lang])
    about = context.explain(f"{category.introduction[say.lang]}\n{example}")
    row = flow.fitted_row((name, _ABOUT, (0, 3)), (about, _ABOUT, (4, LAST_COLUMN)))
    page.merged(row, 0, 3, name, _ABOUT_NAME)
    page.merged(row, 4, LAST_COLUMN, about, _ABOUT)


@lru_cache(maxsize=CACHED_CATALOGS)
def _marks_legend(localized: LocalizedCatalog) -> str:
    say, marks = localized.say, localized.catalog.report.marks
    texts = [
        say("report.categories.legend.first", mark=m.mark, meaning=m.meaning[say.lang], low=m.score)
        for m in marks[:-1]
    ]
    for above, last in list(pairwise(marks))[-1:]:
        parts = {"mark": last.mark, "meaning": last.meaning[say.lang], "high": above.score}
        texts.append(say("report.categories.legend.last", **parts))
    return say("report.categories.legend", marks=" / ".join(texts))
