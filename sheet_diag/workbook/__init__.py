"""The only door to XlsxWriter: fixed bytes, text that stays text, no silent refusal.

Rows and columns are zero-based, column widths are pixels (96 dpi), row heights points. A `Look`
is a plain mapping of XlsxWriter's format properties; equal looks share one format. Handing over the
same mapping for many cells costs least: a constant, no merge of two for every cell.

A sheet of a million cells is written from the top, a row at a time, of cells that are kept where
they come back (`Page.lines`), with `Page.done(row)` after each row or so: what is done is kept
deflated. `Book.save(path)` writes the file part by part.
"""

from sheet_diag.workbook.book import Book
from sheet_diag.workbook.cells import Cell
from sheet_diag.workbook.lines import Lines
from sheet_diag.workbook.page import A3, A4, Page, is_picture
from sheet_diag.workbook.pattern import Openings, Pattern
from sheet_diag.workbook.places import column_cell, fixed_cell
from sheet_diag.workbook.refusal import WorkbookError

__all__ = [
    "A3",
    "A4",
    "Book",
    "Cell",
    "Lines",
    "Openings",
    "Page",
    "Pattern",
    "WorkbookError",
    "column_cell",
    "fixed_cell",
    "is_picture",
]
