"""Charts of the house: radar, columns and bars in one restrained look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sheet_diag.style import BLUE, INK, LINE, NAVY
from sheet_diag.typography import FONT
from sheet_diag.workbook import Book

_FONT: Final = {"name": FONT, "size": 9, "color": INK, "bold": False}
_SCORES: Final = {"min": 0, "max": 100, "major_unit": 20}


@dataclass(frozen=True, slots=True)
class Area:
    """A column of cells on a sheet (zero-based, inclusive) with the labels beside it."""

    sheet: str
    first: int
    last: int
    labels: int
    values: int

    def of(self, column: int) -> list[Any]:
        """The cells of one column, as XlsxWriter wants them."""
        return [self.sheet, self.first, column, self.last, column]


def radar(book: Book, area: Area, *, title: str, series: str) -> Any:
    """Scores from 0 to 100, one spoke a label."""
    chart = book.chart({"type": "radar", "subtype": "with_markers"})
    chart.add_series(
        {
            "name": series,
            "categories": area.of(area.labels),
            "values": area.of(area.values),
            "line": {"color": BLUE, "width": 2.25},
            "marker": {
                "type": "circle",
                "size": 6,
                "fill": {"color": NAVY},
                "border": {"color": NAVY},
            },
        }
    )
    chart.set_y_axis(
        {
            **_SCORES,
            "num_font": {**_FONT, "size": 8},
            "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.75}},
            "line": {"color": LINE},
            "num_format": "0",
        }
    )
    chart.set_x_axis({"num_font": {**_FONT, "size": 10}})
    _dress(chart, title)
    return chart


def columns(
    book: Book, area: Area, *, title: str, series: str, colors: Sequence[str] = (), axis: str = ""
) -> Any:
    """One column a label; `colors` paints the single columns."""
    chart = book.chart({"type": "column"})
    chart.add_series(
        {
            "name": series,
            "categories": area.of(area.labels),
            "values": area.of(area.values),
            "fill": {"color": BLUE},
            "gap": 60,
            "points": [{"fill": {"color": color}} for color in colors],
            "data_labels": {"value": True, "font": _FONT},
        }
    )
    chart.set_x_axis({"num_font": _FONT, "line": {"color": LINE}})
    chart.set_y_axis(
        {
            "min": 0,
            "num_font": {**_FONT, "size": 8},
            "num_format": "0",
            "major_gridlines": {"visible": True, "line": {"color": LINE, "width": 0.5}},
            "line": {"none": True},
            "name": axis,
            "name_font": _FONT,
        }
    )
    _dress(chart, title)
    return chart


def _dress(chart: Any, title: str) -> None:
    chart.set_title(
        {"name": title, "name_font": {**_FONT, "size": 11, "bold": True}, "overlay": False}
    )
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
