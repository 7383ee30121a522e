"""Today's calculation beside the simulated one: scores by category, ranks, and a radar of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sheet_diag.model.basics import Rank
from sheet_diag.reports.charts import OWN, SIMULATED, ChartSeries, make_radar
from sheet_diag.reports.client.calculation_layout import (
    SHORT,
    SHOWN,
    VALUE,
    VALUE_UPPER,
    CalculationLayout,
    target_line,
)
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.numbers import truncate_score
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED,
    HEAD_9,
    PALE,
    RANKS,
    TEXT_9,
    Look,
)

_CHART_WIDTH: Final = 462  # pixels: the columns that the radar stands on
_NAME, _TODAY, _SIMULATED, _DIFFERENCE = 3, 4, (5, 6), 7
_LABEL, _RESULT_TODAY, _RESULT_SIMULATED = (8, 10), 11, 12
_LINE: Final = 26.0  # points
_LEAST_ROWS: Final = 7  # what the radar needs
_FIGURE: Final[Look] = {**CENTERED, "num_format": "0.0"}
_CHANGE: Final[Look] = {**CENTERED, "num_format": "+0.0;-0.0;0.0"}
_STRONG: Final[Look] = {**_FIGURE, **BOLD}
_RANK_NAME: Final[Look] = {**TEXT_9, **BOLD, "bg_color": PALE}
_RANK: Final[Look] = {**_STRONG, "font_size": 14, "bg_color": PALE}
_RANKS: Final[dict[str, Look]] = {rank: {"font_color": color} for rank, color in RANKS.items()}

_Line = tuple[str, str, int, str | float]  # label, row and column of the verdict, value now


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
        return max(len(context.catalog.categories) + 1, _LEAST_ROWS)


def write_dashboard(book: Book, page: Page, dashboard: Dashboard) -> None:
    """Write both tables and place the radar left of them."""
    say, rows = dashboard.context.say, Dashboard.rows(dashboard.context)
    for row in range(dashboard.top, dashboard.top + rows):
        page.height(row, _LINE)
    _write_categories(page, dashboard)
    _write_result(page, dashboard)
    size = (_CHART_WIDTH - 6, round(rows * _LINE / 0.75) - 4)
    chart = _make_radar(book, dashboard)
    page.place(dashboard.top, 0, chart, size, description=say("simulation.chart.description"))


def _make_radar(book: Book, dashboard: Dashboard) -> Any:
    context, say, today = dashboard.context, dashboard.context.say, dashboard.today
    lines = (
        ChartSeries(say("simulation.today"), today.drawn(context, SHOWN), OWN),
        ChartSeries(
            say("simulation.simulated"), dashboard.simulated.drawn(context, SHOWN), SIMULATED
        ),
        *target_line(context, today),
    )
    return make_radar(book, today.drawn(context, SHORT), lines, legend="right")


def _write_categories(page: Page, dashboard: Dashboard) -> None:
    say, top, home = dashboard.context.say, dashboard.top, page.name
    for columns, key in (
        ((_NAME, _NAME), "report.categories.name"),
        ((_TODAY, _TODAY), "simulation.today"),
        (_SIMULATED, "simulation.simulated"),
        ((_DIFFERENCE, _DIFFERENCE), "simulation.difference"),
    ):
        page.merged(top, *columns, say(key), HEAD_9)
    outside = say("report.categories.na")
    for row, name in enumerate(dashboard.today.order, top + 1):
        category = dashboard.context.catalog.category_by_id[name]
        page.text(row, _NAME, category.short[say.lang], TEXT_9)
        shown = dashboard.context.cell_values.shown(name)
        now = outside if shown is None else shown
        today, then = (
            calculation.of(name, SHOWN).reference_from(home)
            for calculation in (dashboard.today, dashboard.simulated)
        )
        page.formula(row, _TODAY, f"={today}", _FIGURE, now)
        page.merged_formula(row, _SIMULATED, f"={then}", _STRONG, now)
        # The difference of what is shown, so that the line adds up for the reader.
        difference = f"IF(AND(ISNUMBER({then}),ISNUMBER({today})),ROUND({then}-{today},1),0)"
        page.formula(row, _DIFFERENCE, f"={difference}", _CHANGE, 0.0)


def _write_result(page: Page, dashboard: Dashboard) -> None:
    say, top = dashboard.context.say, dashboard.top
    page.merged(top, *_LABEL, say("simulation.result"), HEAD_9)
    page.text(top, _RESULT_TODAY, say("simulation.today"), HEAD_9)
    page.text(top, _RESULT_SIMULATED, say("simulation.simulated"), HEAD_9)
    cell_values = dashboard.context.cell_values
    record, upper = cell_values.record, cell_values.upper
    none = say("report.none")
    lines: list[_Line] = [
        ("score", "score", VALUE, truncate_score(record.overall)),
        ("base", "base", VALUE, record.base.value),
        ("cap", "cap", VALUE, record.cap.value if record.cap else none),
        ("rank", "rank", VALUE, record.rank.value),
    ]
    if cell_values.unanswered:
        lines += [
            ("upper", "score", VALUE_UPPER, truncate_score(upper.overall)),
            ("upper.rank", "rank", VALUE_UPPER, upper.rank.value),
        ]
    for row, (key, cell, column, value) in enumerate(lines, top + 1):
        label, look = (_RANK_NAME, _RANK) if key == "rank" else (TEXT_9, _STRONG)
        page.merged(row, *_LABEL, say(f"simulation.result.{key}"), label)
        for place, calculation in (
            (_RESULT_TODAY, dashboard.today),
            (_RESULT_SIMULATED, dashboard.simulated),
        ):
            formula = f"={calculation.result_cell(cell, column=column).reference_from(page.name)}"
            page.formula(row, place, formula, look, value)
        if key == "rank":
            _colour_ranks(page, row)


def _colour_ranks(page: Page, row: int) -> None:
    """Show rank letters in the colours that the report gives them."""
    area = (row, _RESULT_TODAY, row, _RESULT_SIMULATED)
    for rank in Rank:
        cell = fixed_cell(row, _RESULT_TODAY).replace("$", "")
        page.highlight(area, f'={cell}="{rank.value}"', _RANKS[rank.value])
