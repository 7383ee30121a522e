"""The list of the passwords of reports, as a test reads and edits it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl

NAME = "passwords.xlsx"


def password_rows(output: Path) -> list[list[str]]:
    """The rows below the headings: id, name, password."""
    book = openpyxl.load_workbook(io.BytesIO((output / NAME).read_bytes()))
    rows = book.worksheets[0].iter_rows(min_row=2, values_only=True)
    return [[str(value or "") for value in row] for row in rows]


def write_password_rows(output: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write the list anew, as a person edits it in Excel."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in (("診断先番号", "診断先", "パスワード"), *rows):
        page.append(list(row))
    book.save(output / NAME)
