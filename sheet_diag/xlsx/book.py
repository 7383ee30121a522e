"""A workbook in memory, of pages."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final

import xlsxwriter
from xlsxwriter.packager import Packager
from xlsxwriter.theme import THEME_XML_2007

from sheet_diag.text.excel_text import property_text
from sheet_diag.text.sheet_content import CONTENT_KEY, describe_area, digest_sheets
from sheet_diag.xlsx.cell_values import SharedStrings
from sheet_diag.xlsx.errors import WorkbookError, require_done
from sheet_diag.xlsx.fonts import name_chart_fonts, name_theme_fonts
from sheet_diag.xlsx.formats import DEFAULT, WorkbookFormats, styles_part
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.scatter import DrawnScatter, Frame, Points
from sheet_diag.xlsx.worksheet import FastWorksheet
from sheet_diag.xlsx.zip_writer import TextPart, ZipPackage, deflate, deflate_once


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

    def seal(self) -> None:
        """Keep in a property what the sheets say, to tell later what a person has changed.

        The digest stands there with the area of each sheet's cells for entries. A book of many rows
        goes without.
        """
        with suppress(ValueError):
            pictures = sum(len(s.images) + len(s.charts) for s in self._book.worksheets())
            digest = digest_sheets(self._book.describe_sheets(), pictures)
            areas = (describe_area(each.cells.entries) for each in self._book.worksheets())
            self.custom_property(CONTENT_KEY, " ".join((digest, *areas)))

    def bytes(self) -> bytes:
        """Finish the workbook."""
        buffer = io.BytesIO()
        self._book.write(buffer)
        return buffer.getvalue()

    def save(self, path: Path) -> None:
        """Finish the workbook in a file, without it ever being in memory as a whole."""
        with path.open("wb") as file:
            self._book.write(file)

    def custom_property(self, name: str, text: str) -> None:
        """Set a custom document property."""
        self._book.set_custom_property(name, property_text(text), "text")

    def define_name(self, name: str, formula: str) -> None:
        """Define a name of the whole workbook, e.g. for a drop-down's range."""
        require_done(self._book.define_name(name, formula))

    def chart(self, options: Mapping[str, str]) -> Any:
        """Add a chart of XlsxWriter, to be filled by the reports."""
        return self._book.add_chart(dict(options))

    def drawing(self, frame: Frame, points: Sequence[Points]) -> Any:
        """Add a drawing on a scale."""
        chart = DrawnScatter(frame, points)
        self._book.charts.append(chart)
        return chart


# XlsxWriter writes into the nested options, so each workbook gets its own copy.
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": DEFAULT,
    "default_row_height": 25,
    "default_column_width": 72,
}
_LARGE: Final = ("xl/worksheets/sheet", "xl/sharedStrings")
_CHART: Final = "xl/charts/chart"
_REPEATED: Final = (".rels", "].xml", "/styles.xml", "/theme1.xml", "/workbook.xml", "/app.xml")


class FastWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]  # XlsxWriter publishes no types
    """A workbook whose cells, strings and formats are ours."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), deepcopy(_OPTIONS))
        self.strings = SharedStrings()
        self.forms = WorkbookFormats()
        self._file: IO[bytes] = io.BytesIO()
        self._is_finished = False

    def add_page(self, name: str) -> FastWorksheet:
        """Add a sheet."""
        sheet: FastWorksheet = self.add_worksheet(name, FastWorksheet)
        sheet.forms = self.forms
        sheet.strings = self.strings
        sheet.workbook_add_format = None  # for check boxes alone; without it a book dies when done
        return sheet

    def describe_sheets(self) -> Iterator[tuple[str, Iterator[str], list[str]]]:
        """Describe every sheet: its name, its cells, its notes."""
        for sheet in self.worksheets():
            notes = [note.text for row in sheet.comments.values() for note in row.values()]
            yield sheet.describe(), sheet.cells.describe(self.strings.texts), notes

    def write(self, file: IO[bytes]) -> None:
        """Finish the workbook. What XlsxWriter zips itself is an archive of nothing."""
        if self._is_finished:
            raise WorkbookError("the workbook is finished already")
        self._is_finished = True
        self._file = file
        self.str_table.count = self.strings.count  # whether there is a part for them
        self._store_workbook()  # `close` would make another error of a full disk

    def _get_packager(self) -> Packager:
        return _Packager(ZipPackage(self._file))


class _Packager(Packager):  # type: ignore[misc]
    """Writes each part to the file as soon as the next one begins."""

    def __init__(self, package: ZipPackage) -> None:
        super().__init__()
        self._package = package

    def _create_package(self) -> list[Any]:
        super()._create_package()
        self._write_out()
        self._package.close()
        return []

    def _filename(self, name: str) -> io.StringIO:
        self._write_out()
        part = TextPart() if name.startswith(_LARGE) else io.StringIO()
        self.filenames.append((part, name, False))
        return part

    def _write_out(self) -> None:
        for part, name, is_binary in self.filenames:
            if isinstance(part, TextPart):
                self._package.add(name, part.deflated())
            else:
                content = part.getvalue() if is_binary else _finish_part(name, part).encode()
                make = deflate_once if name.endswith(_REPEATED) else deflate
                self._package.add(name, make(content))
        self.filenames.clear()

    def _write_shared_strings_file(self) -> None:
        strings: SharedStrings = self.workbook.strings
        if strings.count:
            part = self._filename("xl/sharedStrings.xml")
            part.write('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n')
            for piece in strings.xml():
                part.write(piece)

    def _write_theme_file(self) -> None:
        if self.workbook.charts:  # cells name their font themselves, so forms keep their bytes
            self.workbook.theme_xml = name_theme_fonts(THEME_XML_2007)
        super()._write_theme_file()

    def _write_styles_file(self) -> None:
        book: FastWorkbook = self.workbook
        part = styles_part(book.forms, has_notes=bool(book.has_comments))
        self._filename("xl/styles.xml").write(part)


def _finish_part(name: str, part: io.StringIO) -> str:
    return name_chart_fonts(part.getvalue()) if name.startswith(_CHART) else part.getvalue()
