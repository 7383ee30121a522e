"""The only door to XlsxWriter: fixed bytes, text that stays text, no silent refusal.

Rows and columns are zero-based, column widths are pixels (96 dpi), row heights points. A `Look`
is a plain mapping of XlsxWriter's format properties; equal looks share one format.
"""

from sheet_diag.workbook.book import Book
from sheet_diag.workbook.page import A3, A4, Page, WorkbookError, is_picture
from sheet_diag.workbook.places import column_cell, fixed_cell

__all__ = [
    "A3",
    "A4",
    "Book",
    "Page",
    "WorkbookError",
    "column_cell",
    "fixed_cell",
    "is_picture",
]
