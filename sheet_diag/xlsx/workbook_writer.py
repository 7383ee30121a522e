"""XlsxWriter's workbook, with the parts that we write: cells, strings, styles, and the file."""

from __future__ import annotations

import io
from copy import deepcopy
from typing import IO, Any, Final

import xlsxwriter
from xlsxwriter.packager import Packager

from sheet_diag.xlsx.cell_values import SharedStrings
from sheet_diag.xlsx.errors import WorkbookError
from sheet_diag.xlsx.formats import DEFAULT, WorkbookFormats
from sheet_diag.xlsx.styles import styles_part
from sheet_diag.xlsx.worksheet import FastWorksheet
from sheet_diag.xlsx.zip_writer import TextPart, ZipPackage, deflate, deflate_once

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
                content = part.getvalue() if is_binary else part.getvalue().encode()
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

    def _write_styles_file(self) -> None:
        book: FastWorkbook = self.workbook
        part = styles_part(book.forms, has_notes=bool(book.has_comments))
        self._filename("xl/styles.xml").write(part)
