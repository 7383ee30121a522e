"""The charts of reports and of the portfolio, in one restrained look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any, Final

from sheet_diag.model.catalog import Catalog
from sheet_diag.text.numbers import to_cell
from sheet_diag.text.text_metrics import FONT
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.references import CellSpan, RowSpan
from sheet_diag.xlsx.theme import (
    BLUE,
    INK,
    LINE,
    MUTED,
    NAVY,
    OK,
    PROGRESS_BAR,
    WARNING,
    WHITE,
)

_FONT: Final = {"name": FONT, "size": 9, "color": INK, "bold": False}
_SMALL: Final = {**_FONT, "size": 8}
_GRID: Final = {"visible": True, "line": {"color": LINE, "width": 0.5}}
_STEPS: Final = 5  # of an axis of scores
_SHARES: Final = {"min": 0, "max": 1, "major_unit": 0.25, "num_format": "0%"}
# An axis with a label at every column, however many there are.
UPRIGHT: Final[dict[str, Any]] = {
    "num_font": {**_FONT, "size": 8, "rotation": -90},
    "interval_unit": 1,
}
NO_LINE: Final = {"line": {"none": True}}
# Every label is shown, the first on top.
_LABELS: Final = {
    "reverse": True,
    "interval_unit": 1,
    "num_font": _SMALL,
    "line": {"color": LINE},
}


def score_axis(catalog: Catalog, full: int | Fraction) -> dict[str, Any]:
    """Give the axis of scores: from 0, or the worst answers below it, to the full one."""
    worst = min(map(catalog.least_value, catalog.items.values()), default=Fraction(0))
    step = Fraction(full) / _STEPS
    low = step * min(0, floor(worst * _STEPS))
    ends = {"min": to_cell(low), "max": to_cell(full), "major_unit": to_cell(step)}
    return {**ends, "num_format": "0" if step.denominator == 1 else "0.0"}


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """A line or the columns of a chart: its values, one for each label, and its look."""

    name: str
    values: CellSpan
    look: Mapping[str, Any] = field(default_factory=dict)

    def options(self, labels: CellSpan) -> dict[str, Any]:
        """Give what XlsxWriter asks for, which it writes into."""
        places = {"name": self.name, "categories": labels.area, "values": self.values.area}
        return {**places, **deepcopy(dict(self.look))}


# The lines of a radar. In grey print too they differ: by dashes, by the shape of the markers and
# by their filling.
OWN: Final = {
    "line": {"color": BLUE, "width": 2.25},
    "marker": {
        "type": "circle",
        "size": 6,
        "fill": {"color": NAVY},
        "border": {"color": NAVY},
    },
}
MEDIAN: Final = {
    "line": {"color": WARNING, "width": 1.5},
    "marker": {
        "type": "square",
        "size": 6,
        "fill": {"color": WHITE},
        "border": {"color": WARNING, "width": 1.25},
    },
}
PREVIOUS: Final = {
    "line": {"color": OK, "width": 1.5, "dash_type": "round_dot"},
    "marker": {
        "type": "diamond",
        "size": 7,
        "fill": {"color": WHITE},
        "border": {"color": OK, "width": 1.25},
    },
}
TARGET: Final = {
    "line": {"color": MUTED, "width": 1.5, "dash_type": "dash"},
    "marker": {"type": "none"},
}
TODAY: Final = {"fill": {"color": PROGRESS_BAR}, "border": {"color": BLUE, "width": 0.75}}
SIMULATED: Final = {
    "line": {"color": OK, "width": 2.25},
    "data_labels": {"value": True, "position": "above", "font": _SMALL, "num_format": "0.0"},
    "marker": {
        "type": "square",
        "size": 7,
        "fill": {"color": WHITE},
        "border": {"color": OK, "width": 1.5},
    },
}

# The same as columns, which differ in grey, too.
OWN_COLUMNS: Final = {"fill": {"color": NAVY}, "border": {"color": NAVY}, "overlap": 0}
MEDIAN_COLUMNS: Final = {
    "fill": {"color": WHITE},
    "border": {"color": NAVY, "width": 1.25},
    "overlap": 0,
}
PREVIOUS_COLUMNS: Final = {
    "fill": {"color": PROGRESS_BAR},
    "border": {"color": PROGRESS_BAR},
    "overlap": 0,
}


def make_radar(
    book: Book,
    labels: CellSpan,
    lines: Sequence[ChartSeries],
    axis: Mapping[str, Any],
) -> Any:
    """Make a radar of scores, with a legend beside it."""
    chart = book.chart({"type": "radar", "subtype": "with_markers"})
    for line in lines:
        chart.add_series(line.options(labels))
    chart.set_y_axis(
        {
            **axis,
            "num_font": _SMALL,
            "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.75}},
            "line": {"color": LINE},
        }
    )
    chart.set_x_axis({"num_font": {**_FONT, "size": 10}})
    _style(chart, "", 11)
    chart.set_legend({"position": "right", "font": _FONT})
    return chart


def make_column_chart(
    book: Book,
    labels: CellSpan,
    series: Sequence[ChartSeries],
    *,
    y_axis: Mapping[str, Any],
    x_axis: Mapping[str, Any] | None = None,
    title: str = "",
    size: int = 8,
) -> Any:
    """Make columns for each label, and a legend where there are several series."""
    font = {**_FONT, "size": size}
    chart = book.chart({"type": "column"})
    for each in series:
        chart.add_series({"gap": 60, **each.options(labels)})
    chart.set_x_axis({"num_font": font, "line": {"color": LINE}, **(x_axis or {})})
    chart.set_y_axis({"num_font": _SMALL, "major_gridlines": _GRID, **y_axis})
    _style(chart, title, size + 2)
    if len(series) > 1:
        chart.set_legend({"position": "bottom", "font": font})
    return chart


def make_area_chart(
    book: Book,
    labels: CellSpan,
    area: ChartSeries,
    lines: Sequence[ChartSeries],
    axis: Mapping[str, Any],
) -> Any:
    """Make an area of scores with lines over it; a column where a single label gives no width."""
    chart = book.chart({"type": "area" if labels.last > labels.first else "column"})
    chart.add_series(area.options(labels))
    chart.set_x_axis({"num_font": _SMALL, "line": {"color": LINE}, "position_axis": "between"})
    chart.set_y_axis({**axis, **NO_LINE, "num_font": _SMALL, "major_gridlines": _GRID})
    _style(chart, "", 9)
    return add_lines(chart, book, labels, lines)


def add_lines(chart: Any, book: Book, labels: CellSpan, lines: Sequence[ChartSeries]) -> Any:
    """Lay lines over a chart with the same labels; returns the chart."""
    if lines:
        line = book.chart({"type": "line"})
        for each in lines:
            line.add_series(each.options(labels))
        chart.combine(line)
        chart.set_legend({"position": "bottom", "font": _FONT})
    return chart


def make_history_chart(
    book: Book,
    labels: RowSpan,
    values: RowSpan,
    axis: Mapping[str, Any],
    *,
    title: str,
    series: str,
) -> Any:
    """Make a line of scores by run, each with its figure."""
    chart = book.chart({"type": "line"})
    chart.add_series(
        {
            **OWN,
            "name": series,
            "categories": labels.area,
            "values": values.area,
            "categories_data": list(labels.content),
            "values_data": list(values.content),
            "data_labels": {
                "value": True,
                "position": "above",
                "font": _SMALL,
                "num_format": "0.0",
            },
        }
    )
    chart.set_x_axis({"text_axis": True, "num_font": _SMALL, "line": {"color": LINE}})
    chart.set_y_axis({**axis, "num_font": _SMALL, "major_gridlines": _GRID})
    _style(chart, title, 10)
    return chart


def make_weeks_chart(
    book: Book,
    labels: CellSpan,
    counts: Sequence[ChartSeries],
    share: ChartSeries,
    *,
    title: str,
) -> Any:
    """Make columns of counts (left axis) and a line of the share so far (right axis)."""
    y_axis = {"min": 0, "num_format": "#,##0", **NO_LINE}
    week = {"text_axis": True, "num_format": "m/d"}
    chart = make_column_chart(book, labels, counts, y_axis=y_axis, x_axis=week, title=title)
    line = book.chart({"type": "line"})
    look = {
        "line": {"color": NAVY, "width": 2},
        "marker": {"type": "circle", "size": 5, "fill": {"color": NAVY}},
    }
    line.add_series({**share.options(labels), **look, "y2_axis": True})
    line.set_y2_axis({**_SHARES, "num_font": _SMALL})
    chart.combine(line)
    return chart


# The counts of each rank, and its colour.
RankSpans = Mapping[str, tuple[CellSpan, str]]


def make_rank_shares_chart(book: Book, labels: CellSpan, ranks: RankSpans, *, title: str) -> Any:
    """Make a bar a group, of 100 %, parted by rank; white gaps part them in grey print, too."""
    chart = _stack_ranks(book, labels, ranks, gap=40, white=1)
    chart.set_y_axis(dict(_LABELS))
    shares = {"num_format": "0%", "major_unit": 0.25, "major_gridlines": _GRID}
    chart.set_x_axis({**shares, "num_font": _SMALL})
    _style(chart, title, 10)
    chart.set_legend({"position": "bottom", "font": _SMALL})
    return chart


def _stack_ranks(book: Book, labels: CellSpan, ranks: RankSpans, *, gap: int, white: float) -> Any:
    """Stack the ranks in their colours, parted by a white line of so many points."""
    chart = book.chart({"type": "bar", "subtype": "percent_stacked"})
    border = {"color": WHITE, "width": white}
    for rank, (values, fill) in ranks.items():
        look = {"fill": {"color": fill}, "border": border, "gap": gap}
        chart.add_series(ChartSeries(rank, values, look).options(labels))
    return chart


def make_bar_chart(
    book: Book, labels: CellSpan, values: CellSpan, *, title: str, series: str, shape: str
) -> Any:
    """Make a bar a label, the first on top."""
    chart = book.chart({"type": "bar"})
    look = {
        "fill": {"color": BLUE},
        "gap": 40,
        "data_labels": {"value": True, "font": _SMALL, "num_format": shape},
    }
    chart.add_series(ChartSeries(series, values, look).options(labels))
    chart.set_y_axis(dict(_LABELS))
    chart.set_x_axis({"min": 0, "num_font": _SMALL, "num_format": shape, "major_gridlines": _GRID})
    _style(chart, title, 10)
    return chart


def make_rate_chart(
    book: Book, labels: CellSpan, values: CellSpan, *, title: str, series: str
) -> Any:
    """Make a bar a label from 0 to 100 %, the first on top."""
    chart = make_bar_chart(book, labels, values, title=title, series=series, shape="0%")
    chart.set_x_axis({**_SHARES, "num_font": _SMALL, "major_gridlines": _GRID})
    return chart


def make_row_bars(
    book: Book,
    labels: CellSpan,
    values: CellSpan,
    *,
    name: str,
    most: float | None = None,
    mark: float | None = None,
) -> Any:
    """Make bars without any text, to lie over the rows of their values; the first on top.

    They end at `most` (None: at the longest); a dashed line stands at `mark`.
    """
    chart = book.chart({"type": "bar"})
    look = {"fill": {"color": BLUE}, "gap": 110}
    chart.add_series(ChartSeries(name, values, look).options(labels))
    lines = {"visible": True, "line": {"color": INK, "width": 1.25, "dash_type": "dash"}}
    marked = {"major_unit": mark, "major_gridlines": lines} if mark else {}
    plain = {"min": 0, "label_position": "none", "major_tick_mark": "none", **NO_LINE}
    axis = {**plain, "major_gridlines": {"visible": False}, **marked}
    chart.set_x_axis(axis if most is None else {**axis, "max": most})
    return _lay_over_rows(chart)


def make_row_shares(book: Book, labels: CellSpan, ranks: RankSpans) -> Any:
    """Make the same bars without any text, to lie over the rows of their values."""
    chart = _stack_ranks(book, labels, ranks, gap=90, white=0.75)
    plain = {"label_position": "none", "major_tick_mark": "none", **NO_LINE}
    chart.set_x_axis({**plain, "major_gridlines": {"visible": False}})
    return _lay_over_rows(chart)


def _lay_over_rows(chart: Any) -> Any:
    """Let the plot fill the chart, so that each bar stands in its row."""
    plain = {"label_position": "none", "major_tick_mark": "none", **NO_LINE}
    chart.set_y_axis({**plain, "reverse": True})
    chart.set_plotarea({"layout": {"x": 0.0, "y": 0.0, "width": 0.985, "height": 1.0}})
    _style(chart, "", 9)
    return chart


def _style(chart: Any, title: str, size: float) -> None:
    """Set a title of so many points, no frame and no legend."""
    name = {"name": title, "name_font": {**_FONT, "size": size, "bold": True}, "overlay": False}
    chart.set_title(name if title else {"none": True})
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
