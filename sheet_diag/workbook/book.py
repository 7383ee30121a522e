"""A workbook in memory, of pages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet

from sheet_diag.celltext import property_text
from sheet_diag.typography import FONT
from sheet_diag.workbook.page import Look, Page, require_done
from sheet_diag.workbook.styles import StyledWorkbook

# XlsxWriter writes into the nested options, so each workbook gets its own copy.
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {
        "font_name": FONT,
        "font_size": 11,
        "font_charset": 128,
        "font_scheme": False,
    },
    "default_row_height": 25,
    "default_column_width": 72,
}


class _Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter publishes no types
    """Stores formulas as they are. XlsxWriter looks in each for some forty functions that Excel
    2016 does not have, which takes longer than all the rest; `tests.lint` allows none of them."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        del expand_future_functions
        return formula.removeprefix("=")


class Book:
    """A workbook in memory. `bytes()` finishes it; the same calls give the same bytes."""

    def __init__(self, *, title: str, author: str, created: date, subject: str = "") -> None:
        self._buffer = io.BytesIO()
        self._book = StyledWorkbook(self._buffer, deepcopy(_OPTIONS))
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        properties = {
            "title": property_text(title),
            "subject": property_text(subject),
            "author": property_text(author),
            "company": property_text(author),
            "created": datetime(created.year, created.month, created.day),
        }
        self._book.set_properties(properties)

    def page(self, name: str) -> Page:
        """Add a sheet."""
        return Page(self._book.add_worksheet(name, _Sheet), self.format)

    def bytes(self) -> bytes:
        """Finish the workbook."""
        self._book.close()
        return self._buffer.getvalue()

    def show_only(self, name: str) -> None:
        """Hide every sheet but one, from the printer as well."""
        for sheet in self._book.worksheets():
            if sheet.get_name() != name:
                sheet.hide()
                sheet.print_area_range = ""  # LibreOffice prints even hidden sheets that have one

    def custom_property(self, name: str, text: str) -> None:
        """Set a custom document property."""
        self._book.set_custom_property(name, property_text(text), "text")

    def define_name(self, name: str, formula: str) -> None:
        """Define a name of the whole workbook, e.g. for a drop-down's range."""
        require_done(self._book.define_name(name, formula))

    def format(self, look: Look) -> Any:
        """The format of a look; equal looks give the same one."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.styled_format(look)
        return self._formats[key]

    def chart(self, options: Mapping[str, str]) -> Any:
        """A chart of XlsxWriter, to be filled by `sheet_diag.reports.charts`."""
        return self._book.add_chart(dict(options))
