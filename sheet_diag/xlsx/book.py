"""A workbook in memory, of pages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sheet_diag.text.excel_text import property_text
from sheet_diag.xlsx.errors import require_done
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.workbook_writer import FastWorkbook


class Book:
    """A workbook. `bytes()` or `save()` finishes it; the same calls give the same bytes."""

    def __init__(self, *, title: str, author: str, created: date, subject: str = "") -> None:
        self._book = FastWorkbook()
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
        return Page(self._book.add_page(name))

    def bytes(self) -> bytes:
        """Finish the workbook."""
        buffer = io.BytesIO()
        self._book.write(buffer)
        return buffer.getvalue()

    def save(self, path: Path) -> None:
        """Finish the workbook in a file, without it ever being in memory as a whole."""
        with path.open("wb") as file:
            self._book.write(file)

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

    def chart(self, options: Mapping[str, str]) -> Any:
        """Add a chart of XlsxWriter, to be filled by the reports."""
        return self._book.add_chart(dict(options))
