"""Charts of the portfolio: ranks by group, mean scores, the weakest questions, return rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sheet_diag.reports.client.charts import style_chart
from sheet_diag.text.text_metrics import FONT
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import BLUE, INK, LINE, NAVY, RANKS, WHITE

_FONT: Final = {"name": FONT, "size": 8, "color": INK, "bold": False}
_TITLE: Final = 10  # points
# Every label is shown, the first on top.
_LABELS: Final = {
    "reverse": True,
    "interval_unit": 1,
    "num_font": _FONT,
    "line": {"color": LINE},
}
_GRID: Final = {"visible": True, "line": {"color": LINE, "width": 0.5}}


def make_rank_shares_chart(
    book: Book, labels: CellSpan, ranks: Mapping[str, CellSpan], *, title: str
) -> Any:
    """Make a bar a group, of 100 %, parted by rank; white gaps part them in grey print, too."""
    chart = book.chart({"type": "bar", "subtype": "percent_stacked"})
    for rank, values in ranks.items():
        chart.add_series(
            {
                "name": rank,
                "categories": labels.area,
                "values": values.area,
                "fill": {"color": RANKS[rank]},
                "border": {"color": WHITE, "width": 1},
                "gap": 40,
            }
        )
    chart.set_y_axis(dict(_LABELS))
    shares = {"num_format": "0%", "major_unit": 0.25, "major_gridlines": _GRID}
    chart.set_x_axis({**shares, "num_font": _FONT})
    style_chart(chart, title, _TITLE)
    chart.set_legend({"position": "bottom", "font": _FONT})
    return chart


def make_means_chart(
    book: Book, labels: CellSpan, means: CellSpan, medians: CellSpan, **names: str
) -> Any:
    """Make columns of mean and median (0 to 100); `names`: title, mean, median."""
    chart = book.chart({"type": "column"})
    looks = ({"fill": {"color": NAVY}}, {"fill": {"color": WHITE}, "border": {"color": BLUE}})
    for key, span, look in zip(("mean", "median"), (means, medians), looks, strict=True):
        places = {"categories": labels.area, "values": span.area}
        chart.add_series({"name": names[key], **places, **look, "gap": 80})
    chart.set_x_axis({"num_font": _FONT, "line": {"color": LINE}})
    scale = {"min": 0, "max": 100, "major_unit": 20, "num_format": "0"}
    chart.set_y_axis({**scale, "num_font": _FONT, "major_gridlines": _GRID})
    style_chart(chart, names["title"], _TITLE)
    chart.set_legend({"position": "bottom", "font": _FONT})
    return chart


def make_bar_chart(
    book: Book, labels: CellSpan, values: CellSpan, *, title: str, series: str, shape: str
) -> Any:
    """Make a bar a label, the first on top."""
    chart = book.chart({"type": "bar"})
    chart.add_series(
        {
            "name": series,
            "categories": labels.area,
            "values": values.area,
            "fill": {"color": BLUE},
            "gap": 40,
            "data_labels": {"value": True, "font": _FONT, "num_format": shape},
        }
    )
    chart.set_y_axis(dict(_LABELS))
    chart.set_x_axis({"min": 0, "num_font": _FONT, "num_format": shape, "major_gridlines": _GRID})
    style_chart(chart, title, _TITLE)
    return chart


def make_rate_chart(
    book: Book, labels: CellSpan, values: CellSpan, *, title: str, series: str
) -> Any:
    """Make a bar a label from 0 to 100 %, the first on top."""
    chart = make_bar_chart(book, labels, values, title=title, series=series, shape="0%")
    scale = {"min": 0, "max": 1, "major_unit": 0.25, "num_format": "0%"}
    chart.set_x_axis({**scale, "num_font": _FONT, "major_gridlines": _GRID})
    return chart


@dataclass(frozen=True, slots=True)
class WeekSeries:
    """What a chart of weeks shows: its labels, two counts a week, and a share up to each."""

    labels: CellSpan
    counts: Mapping[str, CellSpan]
    share: tuple[str, CellSpan]


def make_weeks_chart(book: Book, course: WeekSeries, *, title: str) -> Any:
    """Make columns of counts (left axis) and a line of the share so far (right axis)."""
    chart = book.chart({"type": "column"})
    looks = (
        {"fill": {"color": WHITE}, "border": {"color": BLUE}},
        {"fill": {"color": BLUE}, "border": {"color": BLUE}},
    )
    for (name, values), look in zip(course.counts.items(), looks, strict=True):
        places = {"categories": course.labels.area, "values": values.area}
        chart.add_series({"name": name, **places, **look, "gap": 60})
    name, share = course.share
    line = book.chart({"type": "line"})
    line.add_series(
        {
            "name": name,
            "categories": course.labels.area,
            "values": share.area,
            "y2_axis": True,
            "line": {"color": NAVY, "width": 2},
            "marker": {"type": "circle", "size": 5, "fill": {"color": NAVY}},
        }
    )
    line.set_y2_axis(
        {"min": 0, "max": 1, "major_unit": 0.25, "num_format": "0%", "num_font": _FONT}
    )
    chart.combine(line)
    week = {"text_axis": True, "num_format": "m/d", "num_font": _FONT, "line": {"color": LINE}}
    chart.set_x_axis(week)
    whole = {"min": 0, "num_format": "#,##0", "num_font": _FONT, "major_gridlines": _GRID}
    chart.set_y_axis({**whole, "line": {"none": True}})
    style_chart(chart, title, _TITLE)
    chart.set_legend({"position": "bottom", "font": _FONT})
    return chart
