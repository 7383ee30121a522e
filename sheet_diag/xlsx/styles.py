"""The part `xl/styles.xml`: the formats that cells use, and styles by name.

XlsxWriter formats cells, but writes no styles that Excel lists by name: the part gets the house's
styles beside Normal, and each format the style it is made of. Whoever changes a style in Excel
changes every cell that bears it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import xlsxwriter
from xlsxwriter.styles import Styles, XFormatType

from sheet_diag.xlsx.formats import DEFAULT, FormatKind, WorkbookFormats


def styles_part(forms: WorkbookFormats, *, has_notes: bool) -> str:
    """Write the part for the formats that have a number."""
    return _part(
        tuple(forms.cells.kinds), tuple(forms.rules.kinds), tuple(forms.styles.items()), has_notes
    )


@lru_cache(maxsize=256)  # a campaign's reports have some ten lists of formats in all
def _part(
    cells: tuple[FormatKind, ...],
    rules: tuple[FormatKind, ...],
    names: tuple[tuple[str, int], ...],
    has_notes: bool,
) -> str:
    book = xlsxwriter.Workbook(io.BytesIO(), {"default_format_properties": dict(DEFAULT)})
    for number, kind in enumerate(cells, 1):
        made = book.add_format(kind.properties)
        made.set_xf_index(number)
        made.style_name = kind.style
    for number, kind in enumerate(rules):
        book.add_format(kind.properties).set_dxf_index(number)
    book.has_comments = has_notes
    book._prepare_format_properties()
    styles = _NamedStyles({name: book.xf_formats[number] for name, number in names})
    styles._set_style_properties(
        [
            book.xf_formats,
            book.palette,
            book.font_count,
            book.num_formats,
            book.border_count,
            book.fill_count,
            book.custom_colors,
            book.dxf_formats,
            book.has_comments,
        ]
    )
    styles.fh = io.StringIO()
    styles._assemble_xml_file()
    return str(styles.fh.getvalue())


class _NamedStyles(Styles):  # type: ignore[misc]  # XlsxWriter publishes no types
    def __init__(self, named: Mapping[str, Any]) -> None:
        super().__init__()
        self._named = named

    def _write_cell_style_xfs(self) -> None:
        """Normal, then the house's styles; formats are told which of them they are made of."""
        order = {name: place for place, name in enumerate(self._named, 1)}
        for each in self.xf_formats:
            each.xf_id = order.get(getattr(each, "style_name", ""), 0)
        self._xml_start_tag("cellStyleXfs", [("count", 1 + len(order))])
        for each in (self.xf_formats[0], *self._named.values()):
            self._write_xf(each, XFormatType.STYLE)
        self._xml_end_tag("cellStyleXfs")

    def _write_cell_styles(self) -> None:
        self._xml_start_tag("cellStyles", [("count", 1 + len(self._named))])
        self._write_cell_style()
        for place, name in enumerate(self._named, 1):
            self._xml_empty_tag("cellStyle", [("name", name), ("xfId", place)])
        self._xml_end_tag("cellStyles")
