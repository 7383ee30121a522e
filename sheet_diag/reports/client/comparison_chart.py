"""The chart of 比較: scores by category beside the peers' median, last time and the target.

What it draws stands in hidden columns beside it, as its labels hold the scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sheet_diag.reports import charts
from sheet_diag.reports.charts import NO_LINE, ChartSeries, score_axis
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import COLUMNS, LAST_COLUMN, PageFlow
from sheet_diag.reports.view.scales import all_clients, comparable_previous
from sheet_diag.text.numbers import truncate_score
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import BODY, Look

_SIZE: Final = (650, 330)  # pixels
_TALL: Final = (650, 460)  # of one whose labels stand upright
_MOST_LEVEL: Final = 12  # more labels do not fit side by side
_RADAR: Final = range(5, 9)  # so many categories make a radar that reads well
_LABELS: Final = LAST_COLUMN + 1  # the first of the hidden columns
_HIDDEN: Final = 80  # pixels
_PLAIN: Final[Look] = {**BODY, "text_wrap": False}

Figures = Mapping[str, float]  # by category


@dataclass(frozen=True, slots=True)
class _ScoreLine:
    """Figures of the chart with their name, and their looks in a radar and as columns."""

    name: str
    figures: Figures
    in_radar: Mapping[str, Any]
    as_columns: Mapping[str, Any]


def write_comparison_chart(flow: PageFlow, context: ReportContext, book: Book) -> None:
    """Write the section; nothing where there is no score by category to compare with."""
    say, own = context.say, _own_figures(context)
    others = [line for line in _list_others(context) if line.figures.keys() & own.keys()]
    if not others:
        return
    lines = [_ScoreLine(say("comparison.own"), own, charts.OWN, charts.OWN_COLUMNS), *others]
    labels = {name: _label(context, name, figure) for name, figure in own.items()}
    with flow.together():
        flow.heading(say("comparison.chart.title"))
        size = _SIZE if len(labels) <= _MOST_LEVEL else _TALL
        row = flow.next_row(size[1] * 0.75 + 4)
        places = _write_figures(flow.page, row, labels, [*lines, _target(context)])
        axis = score_axis(context.catalog, context.catalog.scoring.full_of_category)
        chart = _make_chart(book, places, lines, _target(context), axis)
        chart.show_hidden_data()
        about = say("comparison.chart.about", figures=context.join(labels.values()))
        flow.page.place(row, 0, chart, size, description=about)
    flow.gap(8)


def _own_figures(context: ReportContext) -> Figures:
    shown = {
        each.id: context.cell_values.shown(each.id) for each in context.catalog.scored_categories
    }
    return {name: score for name, score in shown.items() if score is not None}


def _label(context: ReportContext, category: str, figure: float) -> str:
    return f"{context.catalog.category_by_id[category].short[context.say.lang]} {figure:.1f}"


def _list_others(context: ReportContext) -> Iterator[_ScoreLine]:
    """List the medians of all clients and the scores of last time, as far as they are known."""
    say = context.say
    if everyone := all_clients(context):
        medians = {name: float(round(each.median)) for name, each in everyone.standings.items()}
        label = say("comparison.chart.median")
        yield _ScoreLine(label, medians, charts.MEDIAN, charts.MEDIAN_COLUMNS)
    if previous := comparable_previous(context):
        scores = previous.categories.items()
        then = {name: truncate_score(score) for name, score in scores if score is not None}
        label = say("comparison.before", day=context.format_day(previous.as_of))
        yield _ScoreLine(label, then, charts.PREVIOUS, charts.PREVIOUS_COLUMNS)


def _target(context: ReportContext) -> _ScoreLine:
    targets = {
        c.id: float(c.target) for c in context.catalog.scored_categories if c.target is not None
    }
    return _ScoreLine(context.say("report.chart.target"), targets, charts.TARGET, charts.TARGET)


def _write_figures(
    page: Page, top: int, labels: Mapping[str, str], lines: Sequence[_ScoreLine]
) -> list[CellSpan]:
    """Write the labels and the figures of each line; returns where they stand, in that order."""
    last = _LABELS + len(lines)
    page.columns([*COLUMNS, *[_HIDDEN] * (1 + len(lines))], hidden=range(_LABELS, last + 1))
    for row, (category, label) in enumerate(labels.items(), top):
        page.text(row, _LABELS, label, _PLAIN)
        for column, line in enumerate(lines, _LABELS + 1):
            if category in line.figures:
                page.number(row, column, line.figures[category], _PLAIN)
    bottom = top + len(labels) - 1
    return [CellSpan(page.name, column, top, bottom) for column in range(_LABELS, last + 1)]


def _make_chart(
    book: Book,
    places: Sequence[CellSpan],
    lines: Sequence[_ScoreLine],
    target: _ScoreLine,
    axis: Mapping[str, Any],
) -> Any:
    """Make a radar of a few categories, columns of fewer or more."""
    labels, *figures, targets = places
    is_radar = labels.last - labels.first + 1 in _RADAR
    series = [
        ChartSeries(each.name, place, each.in_radar if is_radar else each.as_columns)
        for each, place in zip(lines, figures, strict=True)
    ]
    aim = [ChartSeries(target.name, targets, target.in_radar)] if target.figures else []
    if is_radar:
        return charts.make_radar(book, labels, [*series, *aim], axis)
    upright = labels.last - labels.first + 1 > _MOST_LEVEL
    chart = charts.make_column_chart(
        book,
        labels,
        series,
        y_axis={**axis, **NO_LINE},
        x_axis=charts.UPRIGHT if upright else None,
        size=9,
    )
    return charts.add_lines(chart, book, labels, aim)
