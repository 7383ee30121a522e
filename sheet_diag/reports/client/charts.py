"""The charts of reports: radar and columns in one restrained look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from sheet_diag.text.text_metrics import FONT
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import BLUE, INK, LINE, MUTED, NAVY, OK, WHITE

_FONT: Final = {"name": FONT, "size": 9, "color": INK, "bold": False}
_SCORES: Final = {"min": 0, "max": 100, "major_unit": 20}


@dataclass(frozen=True, slots=True)
class ChartArea:
    """A column of cells on a sheet (zero-based, inclusive) with the labels beside it."""

    sheet: str
    first: int
    last: int
    labels: int
    values: int

    def of(self, column: int) -> list[Any]:
        """List the cells of one column as XlsxWriter takes them."""
        return [self.sheet, self.first, column, self.last, column]


@dataclass(frozen=True, slots=True)
class RadarLine:
    """A further line of a radar: its values, one for each label, and its look."""

    name: str
    values: CellSpan
    look: Mapping[str, Any]


# In grey print too they differ: by dashes, by the shape of the markers and by their filling.
TARGET: Final = {
    "line": {"color": MUTED, "width": 1.5, "dash_type": "dash"},
    "marker": {"type": "none"},
}
SIMULATED: Final = {
    "line": {"color": OK, "width": 2.25},
    "marker": {
        "type": "square",
        "size": 7,
        "fill": {"color": WHITE},
        "border": {"color": OK, "width": 1.5},
    },
}
_OWN: Final = {
    "line": {"color": BLUE, "width": 2.25},
    "marker": {
        "type": "circle",
        "size": 6,
        "fill": {"color": NAVY},
        "border": {"color": NAVY},
    },
}


def add_radar(
    book: Book,
    area: ChartArea,
    *,
    title: str,
    series: str,
    lines: Sequence[RadarLine] = (),
    legend: str = "",
) -> Any:
    """Add a radar of scores from 0 to 100, with a legend at `legend` where it has more lines."""
    chart = book.chart({"type": "radar", "subtype": "with_markers"})
    own = CellSpan(area.sheet, area.values, area.first, area.last)
    for line in (RadarLine(series, own, _OWN), *lines):
        places = {"categories": area.of(area.labels), "values": line.values.area}
        chart.add_series({"name": line.name, **places, **deepcopy(dict(line.look))})
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
    style_chart(chart, title)
    if lines:
        chart.set_legend({"position": legend or "bottom", "font": _FONT})
    return chart


def add_column_chart(
    book: Book,
    area: ChartArea,
    *,
    title: str,
    series: str,
    colors: Sequence[str] = (),
    axis: str = "",
) -> Any:
    """Add a chart with a column for each label; `colors` are those of the single columns."""
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
    style_chart(chart, title)
    return chart


def style_chart(chart: Any, title: str, size: float = 11) -> None:
    """Set a title of so many points, no frame and no legend."""
    name = {"name": title, "name_font": {**_FONT, "size": size, "bold": True}, "overlay": False}
    chart.set_title(name if title else {"none": True})
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
