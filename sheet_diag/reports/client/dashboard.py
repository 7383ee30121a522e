"""Today's calculation beside the simulated one: scores by category, ranks, and a chart of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.charts import SIMULATED, TODAY, ChartSeries, make_area_chart, score_axis
from sheet_diag.reports.client.calculation_layout import (
    SHORT,
    SHOWN,
    VALUE,
    VALUE_UPPER,
    CalculationLayout,
    target_line,
)
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.numbers import truncate_score
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.rank_colours import rank_colours
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED,
    HEAD_9,
    PALE,
    TEXT_9,
    Look,
)

_CHART_WIDTH: Final = 462  # pixels: the columns that the chart stands on
_NAME, _TODAY, _SIMULATED, _DIFFERENCE = 3, 4, (5, 6), 7
_LABEL, _RESULTS = (8, 10), (11, 12)
_LINE: Final = 26.0  # points
_LEAST_ROWS: Final = 7  # what the chart needs
_FIGURE: Final[Look] = {**CENTERED, "num_format": "0.0"}
_CHANGE: Final[Look] = {**CENTERED, "num_format": "+0.0;-0.0;0.0"}
_STRONG: Final[Look] = {**_FIGURE, **BOLD}
_RANK_NAME: Final[Look] = {**TEXT_9, **BOLD, "bg_color": PALE}
_RANK: Final[Look] = {**_STRONG, "font_size": 14, "bg_color": PALE}

_Value = str | float
# Label, row and column of the verdict, and its value today and at the start of the simulation.
_Line = tuple[str, str, int, _Value, _Value]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Where the tables stand, and the two calculations that they compare."""

    top: int
    today: CalculationLayout
    simulated: CalculationLayout
    context: ReportContext

    @staticmethod
    def rows(context: ReportContext) -> int:
        """Compute how many rows it takes."""
        return max(len(context.catalog.scored_categories) + 1, _LEAST_ROWS)


def write_dashboard(book: Book, page: Page, dashboard: Dashboard) -> None:
    """Write both tables and place the chart left of them."""
    say, rows = dashboard.context.say, Dashboard.rows(dashboard.context)
    for row in range(dashboard.top, dashboard.top + rows):
        page.height(row, _LINE)
    _write_categories(page, dashboard)
    _write_result(page, dashboard)
    size = (_CHART_WIDTH - 6, round(rows * _LINE / 0.75) - 4)
    chart = _make_chart(book, dashboard)
    page.place(dashboard.top, 0, chart, size, description=say("simulation.chart.description"))


def _make_chart(book: Book, dashboard: Dashboard) -> Any:
    """Make today's scores an area, and what is tried a line over it."""
    context, say, today = dashboard.context, dashboard.context.say, dashboard.today
    now = ChartSeries(say("simulation.today"), today.drawn(context, SHOWN), TODAY)
    tried = dashboard.simulated.drawn(context, SHOWN)
    lines = (
        ChartSeries(say("simulation.simulated"), tried, SIMULATED),
        *target_line(context, today),
    )
    axis = score_axis(context.catalog, context.catalog.scoring.full_of_category)
    return make_area_chart(book, today.drawn(context, SHORT), now, lines, axis)


def _write_categories(page: Page, dashboard: Dashboard) -> None:
    context, top, home = dashboard.context, dashboard.top, page.name
    say = context.say
    for columns, key in (
        ((_NAME, _NAME), "report.categories.name"),
        ((_TODAY, _TODAY), "simulation.today"),
        (_SIMULATED, "simulation.simulated"),
        ((_DIFFERENCE, _DIFFERENCE), "simulation.difference"),
    ):
        page.merged(top, *columns, say(key), HEAD_9)
    outside = say("report.categories.na")
    for row, name in enumerate(dashboard.today.order, top + 1):
        category = context.catalog.category_by_id[name]
        page.text(row, _NAME, category.short[say.lang], TEXT_9)
        now = context.cell_values.shown(name)
        start = context.simulated_values.shown(name)
        today, then = (
            calculation.of(name, SHOWN).reference_from(home)
            for calculation in (dashboard.today, dashboard.simulated)
        )
        page.formula(row, _TODAY, f"={today}", _FIGURE, outside if now is None else now)
        tried = outside if start is None else start
        page.merged_formula(row, _SIMULATED, f"={then}", _STRONG, tried)
        # The difference of what is shown, so that the line adds up for the reader.
        difference = f"IF(AND(ISNUMBER({then}),ISNUMBER({today})),ROUND({then}-{today},1),0)"
        change = 0.0 if now is None or start is None else round(start - now, 1)
        page.formula(row, _DIFFERENCE, f"={difference}", _CHANGE, change)


def _write_result(page: Page, dashboard: Dashboard) -> None:
    say, top = dashboard.context.say, dashboard.top
    page.merged(top, *_LABEL, say("simulation.result"), HEAD_9)
    for column, key in zip(_RESULTS, ("today", "simulated"), strict=True):
        page.text(top, column, say(f"simulation.{key}"), HEAD_9)
    for row, (key, cell, column, *values) in enumerate(_list_results(dashboard.context), top + 1):
        label, look = (_RANK_NAME, _RANK) if key == "rank" else (TEXT_9, _STRONG)
        page.merged(row, *_LABEL, say(f"simulation.result.{key}"), label)
        calculations = (dashboard.today, dashboard.simulated)
        for place, calculation, value in zip(_RESULTS, calculations, values, strict=True):
            formula = f"={calculation.result_cell(cell, column=column).reference_from(page.name)}"
            page.formula(row, place, formula, look, value)
        if key == "rank":
            _colour_ranks(page, row, dashboard.context.catalog)


def _list_results(context: ReportContext) -> Iterator[_Line]:
    """List the lines of the verdict; the upper bound only where something is unanswered."""
    none, both = context.say("report.none"), (context.cell_values, context.simulated_values)
    today, start = (values.record for values in both)
    yield "score", "score", VALUE, truncate_score(today.overall), truncate_score(start.overall)
    yield "base", "base", VALUE, today.base, start.base
    yield "cap", "cap", VALUE, today.cap or none, start.cap or none
    yield "rank", "rank", VALUE, today.rank, start.rank
    if context.cell_values.unanswered:
        upper, then = (values.upper for values in both)
        scores = truncate_score(upper.overall), truncate_score(then.overall)
        yield "upper", "score", VALUE_UPPER, *scores
        yield "upper.rank", "rank", VALUE_UPPER, upper.rank, then.rank


def _colour_ranks(page: Page, row: int, catalog: Catalog) -> None:
    """Show ranks in the colours that the report gives them."""
    area = (row, _RESULTS[0], row, _RESULTS[1])
    for label, colours in rank_colours(catalog).items():
        cell = fixed_cell(row, _RESULTS[0]).replace("$", "")
        is_shown = f"={cell}={quote_formula_text(label)}"
        page.highlight(area, is_shown, {"font_color": colours.letters})
