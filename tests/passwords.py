"""The list of the passwords of reports, as a test reads and edits it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl

NAME = "passwords.xlsx"


def password_rows(output: Path) -> list[list[str]]:
    """The rows below the headings: id, name, password."""
    return [[row["診断先番号"], row["診断先"], row["パスワード"]] for row in read_call_list(output)]


def read_call_list(output: Path) -> list[dict[str, str]]:
    """The rows below the headings, each by these."""
    book = openpyxl.load_workbook(io.BytesIO((output / NAME).read_bytes()))
    rows = [
        [str(value or "").removesuffix(" 00:00:00") for value in row]
        for row in book.worksheets[0].iter_rows(values_only=True)
    ]
    head = next(place for place, row in enumerate(rows) if row[0] == "診断先番号")
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]


def write_password_rows(output: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write the list anew, as a person edits it in Excel."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in (("診断先番号", "診断先", "パスワード"), *rows):
        page.append(list(row))
    book.save(output / NAME)
