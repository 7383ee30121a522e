"""Cell styles by name: XlsxWriter formats cells, but writes no styles that Excel lists by name.

The one place that reaches into XlsxWriter's own classes, for what its interface does not offer: the
part `xl/styles.xml` gets the house's styles beside Normal, and each format the style it is made of.
Whoever changes a style in Excel changes every cell that bears it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xlsxwriter
from xlsxwriter.packager import Packager
from xlsxwriter.styles import Styles, XFormatType

from sheet_diag.style import STYLE, STYLES


class StyledWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]  # XlsxWriter publishes no types
    """A workbook whose formats may bear a named style (the key `style.STYLE` of a look)."""

    def __init__(self, *arguments: Any) -> None:
        self._named: dict[str, Any] = {}  # the format of each style in use, by its name
        super().__init__(*arguments)

    def styled_format(self, look: Mapping[str, Any]) -> Any:
        """A format of the look, which goes by the name of its style in Excel."""
        options = dict(look)
        name = options.pop(STYLE, None)
        made = self.add_format(options)
        if name:
            made.style_name = name
            if name not in self._named:
                base = {key: value for key, value in STYLES[name].items() if key != STYLE}
                self._named[name] = self.add_format(base)
                self._named[name].style_name = name
                self._named[name]._get_xf_index()  # an unused format has no font and no border
        return made

    def _get_packager(self) -> Packager:
        return _StyledPackager(self._named)


class _StyledPackager(Packager):  # type: ignore[misc]
    def __init__(self, named: Mapping[str, Any]) -> None:
        super().__init__()
        self._named = named

    def _write_styles_file(self) -> None:
        book, styles = self.workbook, _NamedStyles(self._named)
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
        styles._set_xml_writer(self._filename("xl/styles.xml"))
        styles._assemble_xml_file()


class _NamedStyles(Styles):  # type: ignore[misc]
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
