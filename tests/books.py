"""Workbooks of questionnaires for tests: sheets as lists of rows, faults as code and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from sheet_diag.catalog.builder.build import BuiltCatalog, build_catalog
from sheet_diag.catalog.faults import FaultKind
from sheet_diag.intake.catalog_workbook import ReadBook, read_book
from sheet_diag.model.settings import IntakeSettings

Sheets = Mapping[str, Sequence[Sequence[Any]]]

QUESTIONS = [
    ["分野", "番号", "設問"],
    ["倉庫", "1", "鍵を管理していますか。"],
    ["倉庫", "2", "入退室を記録していますか。"],
    ["事務", "3", "在庫表を保護していますか。"],
]


def write_book(path: Path, sheets: Sheets, **changes: Any) -> Path:
    """Write a workbook; `changes` are cells to be set anew, such as 設問={"B2": value}."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cell, value in changes.get(name, {}).items():
            sheet[cell] = value
    book.save(path)
    return path


def read(path: Path) -> ReadBook:
    return read_book(path, IntakeSettings())


def build(path: Path) -> BuiltCatalog:
    book = read(path)
    return build_catalog(book.tables, book.name, book.faults)


def check(path: Path, *kinds: FaultKind) -> list[tuple[str, str]]:
    """List what is wrong, as codes with their places (what must be mended, unless told)."""
    wanted = kinds or (FaultKind.ERROR,)
    return [(f.code.value, str(f.place)) for f in build(path).faults if f.kind in wanted]
